//! Notes what a reader of a verdict should know beside it: where an interface says nothing and what was judged in its place, and which
//! flows stand on which.

use crate::contract::{Both, Call, Contract, End};
use crate::trace::{Event, Header, Layer, Proxy, What};

/// The interfaces that have no `shutdown`.
const WITHOUT_SHUTDOWN: [&str; 2] = ["v1", "classic"];

/// Looks for what needs a note while a run is judged.
#[derive(Clone, Debug)]
pub struct Notes {
    contract: Both<Contract>,
    shutdowns: Both<u64>,
    /// Which flows stand on which.
    standing: Vec<String>,
}

impl Notes {
    /// Of a run with this header.
    pub fn new(header: &Header) -> Self {
        Notes { contract: header.contract, shutdowns: Both::default(), standing: standing(header) }
    }

    /// Those of a whole run.
    pub fn of<'a>(header: &Header, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut notes = Notes::new(header);
        events.into_iter().for_each(|event| notes.observe(event));
        notes
    }

    /// Takes the next event.
    pub fn observe(&mut self, event: &Event) {
        if let What::Call { at, call: Call::Shutdown(_), .. } = &event.what {
            self.shutdowns[at.end] += 1;
        }
    }

    /// The notes, a sentence each.
    pub fn list(&self) -> Vec<String> {
        let concerns = |end: &End| self.shutdowns[*end] > 0 && WITHOUT_SHUTDOWN.contains(&self.contract[*end].base);
        let shutdowns = End::BOTH.into_iter().filter(concerns).map(|end| self.shutdown(end));
        self.standing.iter().cloned().chain(shutdowns).collect()
    }

    fn shutdown(&self, end: End) -> String {
        let base = self.contract[end].base;
        format!("`{base}` has no `shutdown`: those of the {end} are judged as under `modern`")
    }
}

/// Which flows stand on which, a sentence for each that does.
fn standing(header: &Header) -> Vec<String> {
    let layer = |layer: &Layer| format!("flow {} stands on flow {}, which is evidence and not judged itself", layer.upper, layer.lower);
    let proxied = |proxy: &Proxy| {
        let Proxy { left, right, outer } = proxy;
        Some(format!("flow {} is what a proxy makes of flows {left} and {right}, which are evidence and not judged themselves", (*outer)?))
    };
    header.layers.iter().map(layer).chain(header.proxies.iter().filter_map(proxied)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::history;

    fn notes(client: &str, server: &str, lines: &str) -> Vec<String> {
        let contract = |name: &str| name.parse::<Contract>().expect("a contract");
        let mut trace = history::parse(lines, Contract::modern()).expect("a history");
        trace.header.contract = Both { client: contract(client), server: contract(server) };
        Notes::of(&trace.header, &trace.events).list()
    }

    #[test]
    fn what_stands_on_what_is_noted() {
        let layer = "flow 1 stands on flow 0, which is evidence and not judged itself";
        let proxy = "flow 2 is what a proxy makes of flows 0 and 1, which are evidence and not judged themselves";
        assert_eq!(notes("modern", "modern", "layers 1 0\n"), [layer]);
        assert_eq!(notes("relay", "relay", "proxies 0 1 2\n"), [proxy]);
        assert_eq!(notes("relay", "relay", "proxies 0 1\n"), [""; 0]);
    }

    #[test]
    fn a_shutdown_is_noted_where_the_interface_has_none() {
        let both = "client shutdown write -> done\nclient shutdown write -> done\nserver shutdown read -> done\n";
        assert_eq!(notes("classic", "v1", both).len(), 2);
        assert_eq!(notes("classic,patience=3s", "modern", both).len(), 1);
        assert!(notes("v1", "modern", both)[0].contains("`v1` has no `shutdown`: those of the client"));
        for base in Contract::PRESETS.iter().map(|preset| preset.base).filter(|base| !WITHOUT_SHUTDOWN.contains(base)) {
            assert_eq!(notes(base, base, both), Vec::<String>::new(), "{base}");
        }
        assert_eq!(notes("v1", "classic", "client close -> done\n"), Vec::<String>::new());
    }
}
