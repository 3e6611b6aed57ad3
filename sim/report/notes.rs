//! Notes what a reader of a verdict should know about the contract: where an interface says nothing, and what was judged in its place.

use crate::contract::{Both, Call, Contract, End};
use crate::trace::{Event, What};

/// The interfaces that have no `shutdown`.
const WITHOUT_SHUTDOWN: [&str; 2] = ["v1", "classic"];

/// Looks for what needs a note while a run is judged.
#[derive(Clone, Debug)]
pub struct Notes {
    contract: Both<Contract>,
    shutdowns: Both<u64>,
}

impl Notes {
    /// Of a run under this contract.
    pub fn new(contract: Both<Contract>) -> Self {
        Notes { contract, shutdowns: Both::default() }
    }

    /// Those of a whole run.
    pub fn of<'a>(contract: Both<Contract>, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut notes = Notes::new(contract);
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
        End::BOTH.into_iter().filter(concerns).map(|end| self.shutdown(end)).collect()
    }

    fn shutdown(&self, end: End) -> String {
        let base = self.contract[end].base;
        format!("`{base}` has no `shutdown`: those of the {end} are judged as under `modern`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::history;

    fn notes(client: &str, server: &str, lines: &str) -> Vec<String> {
        let contract = |name: &str| name.parse::<Contract>().expect("a contract");
        let trace = history::parse(lines, Contract::modern()).expect("a history");
        Notes::of(Both { client: contract(client), server: contract(server) }, &trace.events).list()
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
