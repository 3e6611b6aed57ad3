//! Changes of a connection's state: each is an arrow of the diagram, and begins where the last one ended.

use crate::rules::transitions::TRANSITIONS;
use crate::trace::STATES;

/// A state, by its place in [`STATES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State(u8);

pub(super) const CLOSED: State = named("CLOSED");
pub(super) const LISTEN: State = named("LISTEN");
pub(super) const SYN_SENT: State = named("SYN-SENT");
pub(super) const SYN_RECEIVED: State = named("SYN-RECEIVED");
const FIN_WAIT_1: State = named("FIN-WAIT-1");
const FIN_WAIT_2: State = named("FIN-WAIT-2");
const CLOSING: State = named("CLOSING");
pub(super) const TIME_WAIT: State = named("TIME-WAIT");

/// For each state those that may follow it, as bits.
const AFTER: [u16; STATES.len()] = table();

const fn table() -> [u16; STATES.len()] {
    let mut table = [0; STATES.len()];
    let mut next = 0;
    while next < TRANSITIONS.len() {
        let (from, to, _) = TRANSITIONS[next];
        table[named(from).0 as usize] |= 1 << named(to).0;
        next += 1;
    }
    table
}

const fn named(name: &str) -> State {
    let mut index = 0;
    while index < STATES.len() {
        if same(STATES[index].as_bytes(), name.as_bytes()) {
            return State(index as u8);
        }
        index += 1;
    }
    panic!("the table names a state that there is not")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

impl State {
    /// The state of that name, if there is one. Many stacks shorten SYN-RECEIVED.
    pub fn find(name: &str) -> Option<State> {
        if name == "SYN-RCVD" {
            return Some(SYN_RECEIVED);
        }
        STATES.iter().position(|known| *known == name).map(|index| State(index as u8))
    }

    pub fn name(self) -> &'static str {
        STATES[usize::from(self.0)]
    }

    /// The diagram has an arrow to `next`; staying is no change.
    pub fn may_become(self, next: State) -> bool {
        self == next || AFTER[usize::from(self.0)] & 1 << next.0 != 0
    }

    /// There is no connection, or none yet.
    pub fn is_none(self) -> bool {
        self == CLOSED || self == LISTEN
    }

    /// A reset counts only at the number expected: the SYNs were exchanged, and the connection is still there.
    pub fn is_synchronised(self) -> bool {
        !(self.is_none() || self == SYN_SENT || self == TIME_WAIT)
    }

    /// Once both FINs are acknowledged this state goes on to TIME-WAIT.
    pub fn owes_time_wait(self) -> bool {
        matches!(self, FIN_WAIT_1 | FIN_WAIT_2 | CLOSING)
    }
}

/// The state that an end was left in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chain {
    now: Option<(State, u64)>,
}

impl Chain {
    pub fn state(&self) -> Option<State> {
        self.now.map(|(state, _)| state)
    }

    /// Takes a change: the state in which the end was, and the line that says so, if the change does not begin there. What
    /// a listener does beside the connection is not the connection's; a new connection may begin beside one in TIME-WAIT.
    pub fn go(&mut self, from: State, to: State, line: u64) -> Option<(State, u64)> {
        let before = self.now;
        let is_over = |state: State| state.is_none() || state == TIME_WAIT;
        if from.is_none() && to.is_none() && before.is_some_and(|(state, _)| !state.is_none()) {
            return None;
        }
        self.now = Some((to, line));
        before.filter(|(state, _)| *state != from && !(from.is_none() && is_over(*state)))
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.now = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::transitions::allowed;

    #[test]
    fn the_bits_say_what_the_table_says() {
        for from in STATES {
            for to in STATES {
                let (one, other) = (State::find(from).expect(from), State::find(to).expect(to));
                assert_eq!(one.may_become(other), from == to || allowed(from, to), "{from} to {to}");
                assert_eq!((one.name(), other.name()), (from, to));
            }
        }
        assert_eq!((State::find("SYN-RCVD"), State::find("ESTABLISHED ")), (Some(SYN_RECEIVED), None));
    }

    #[test]
    fn a_change_begins_where_the_last_one_ended() {
        let state = |name| State::find(name).expect(name);
        let mut chain = Chain::default();
        assert_eq!(chain.go(state("ESTABLISHED"), state("FIN-WAIT-1"), 1), None, "the recording may begin anywhere");
        assert_eq!(chain.go(LISTEN, CLOSED, 2), None, "a listener's");
        assert_eq!(chain.go(state("CLOSE-WAIT"), state("LAST-ACK"), 3), Some((FIN_WAIT_1, 1)));
        assert_eq!(chain.go(state("LAST-ACK"), CLOSED, 4), None);
        assert_eq!(chain.go(LISTEN, SYN_RECEIVED, 5), None);
        assert_eq!(chain.go(LISTEN, SYN_RECEIVED, 6), Some((SYN_RECEIVED, 5)));
        chain.forget();
        assert_eq!(chain.go(FIN_WAIT_2, TIME_WAIT, 7), None);
        assert_eq!(chain.go(CLOSED, SYN_SENT, 8), None, "another connection");
    }
}
