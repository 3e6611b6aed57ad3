//! Follows the changes of a connection's state: each begins where the last one ended.

use crate::wire::State;

/// The state that an end was left in.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Chain {
    now: Option<(State, u64)>,
}

impl Chain {
    pub fn state(&self) -> Option<State> {
        self.now.map(|(state, _)| state)
    }

    /// What a listener does beside the connection is not the connection's.
    fn is_beside(&self, from: State, to: State) -> bool {
        from.is_none() && to.is_none() && self.now.is_some_and(|(state, _)| !state.is_none())
    }

    /// The state in which the end was, and the line that says so, if a change does not begin there. A new connection may begin
    /// beside one in TIME-WAIT.
    pub fn broken_by(&self, from: State, to: State) -> Option<(State, u64)> {
        let is_over = |state: State| state.is_none() || state == State::TimeWait;
        let before = self.now.filter(|_| !self.is_beside(from, to));
        before.filter(|(state, _)| *state != from && !(from.is_none() && is_over(*state)))
    }

    /// Takes a change.
    pub fn go(&mut self, from: State, to: State, line: u64) {
        if !self.is_beside(from, to) {
            self.now = Some((to, line));
        }
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.now = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_begins_where_the_last_one_ended() {
        let mut chain = Chain::default();
        let mut go = |from, to, line| {
            let broken = chain.broken_by(from, to);
            chain.go(from, to, line);
            broken
        };
        assert_eq!(go(State::Established, State::FinWait1, 1), None, "the recording may begin anywhere");
        assert_eq!(go(State::Listen, State::Closed, 2), None, "a listener's");
        assert_eq!(go(State::CloseWait, State::LastAck, 3), Some((State::FinWait1, 1)));
        assert_eq!(go(State::LastAck, State::Closed, 4), None);
        assert_eq!(go(State::Listen, State::SynReceived, 5), None);
        assert_eq!(go(State::Listen, State::SynReceived, 6), Some((State::SynReceived, 5)));
        chain.forget();
        assert_eq!(chain.broken_by(State::FinWait2, State::TimeWait), None);
        chain.go(State::FinWait2, State::TimeWait, 7);
        assert_eq!(chain.broken_by(State::Closed, State::SynSent), None, "another connection");
    }
}
