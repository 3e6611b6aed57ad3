//! Takes out of a scenario what a stream can't do.

use crate::contract::{Contract, Mode, YesNo};
use crate::scenario::{Action, Scenario, Step};

/// What a stream can do, beyond reading, writing and closing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abilities {
    /// End its writing alone.
    pub half_close: bool,
    /// End its reading alone.
    pub shutdown_read: bool,
    /// Have its calls given up.
    pub cancel: bool,
    /// Its close may wait for the peer to read.
    pub close_waits: bool,
}

impl Default for Abilities {
    fn default() -> Self {
        Abilities { half_close: true, shutdown_read: true, cancel: true, close_waits: false }
    }
}

impl Abilities {
    /// The contract, with what such a stream need not do.
    pub fn of(&self, contract: Contract) -> Contract {
        if self.close_waits { Contract { close_needs_reader: Some(YesNo::Yes), ..contract } } else { contract }
    }

    /// The scenario, of what such a stream can do.
    pub fn within(&self, mut scenario: Scenario) -> Scenario {
        if self.half_close && self.shutdown_read {
            return scenario;
        }
        for flow in &mut scenario.flows {
            for tasks in [&mut flow.tasks.client, &mut flow.tasks.server] {
                self.restrict(tasks);
            }
        }
        scenario
    }

    /// A half close that is the last thing which an end does becomes a close; all others are left out.
    fn restrict(&self, tasks: &mut [Vec<Step>]) {
        let is_alone = tasks.iter().filter(|steps| !steps.is_empty()).count() == 1;
        for steps in tasks {
            if let Some(last) = steps.last_mut().filter(|_| is_alone && !self.half_close)
                && matches!(last.action, Action::Shutdown(Mode::Write | Mode::ReadWrite))
            {
                last.action = Action::Close;
            }
            steps.retain(|step| !matches!(step.action, Action::Shutdown(mode) if self.lacks(mode)));
        }
    }

    const fn lacks(&self, mode: Mode) -> bool {
        match mode {
            Mode::Read => !self.shutdown_read,
            Mode::Write => !self.half_close,
            Mode::ReadWrite => !self.shutdown_read || !self.half_close,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(abilities: Abilities, steps: &str) -> String {
        let text = format!("title = \"t\"\nclient.steps = [{steps}]\nserver.steps = [\"read to eof\"]\n");
        let scenario = abilities.within(Scenario::parse("a.toml", text).expect("a scenario"));
        scenario.flows[0].tasks.client.iter().flatten().map(|step| step.to_string()).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_a_stream_cannot_do_is_left_out_or_becomes_a_close() {
        let steps = r#""write 1", "shutdown write", "read to eof", "shutdown read", "shutdown both""#;
        let none = Abilities { half_close: false, shutdown_read: false, ..Abilities::default() };
        assert_eq!(left(none, steps), "write 1, read to eof, close");
        assert_eq!(
            left(Abilities { half_close: false, ..Abilities::default() }, r#""shutdown read", "shutdown write""#),
            "shutdown read, close"
        );
        assert_eq!(left(Abilities { shutdown_read: false, ..Abilities::default() }, steps), "write 1, shutdown write, read to eof");
        assert_eq!(left(Abilities::default(), r#""shutdown both""#), "shutdown both");
    }
}
