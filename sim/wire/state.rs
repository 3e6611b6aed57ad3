//! Names the states of a connection.

use std::fmt;

/// A state of a connection (RFC 9293 §3.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the RFC says what each means")]
pub enum State {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

impl State {
    /// Every state.
    pub const ALL: [State; 11] = [
        State::Closed,
        State::Listen,
        State::SynSent,
        State::SynReceived,
        State::Established,
        State::FinWait1,
        State::FinWait2,
        State::CloseWait,
        State::Closing,
        State::LastAck,
        State::TimeWait,
    ];

    /// The state of that name, if there is one. Many stacks shorten SYN-RECEIVED.
    pub fn find(name: &str) -> Option<State> {
        if name == "SYN-RCVD" { Some(State::SynReceived) } else { State::ALL.into_iter().find(|state| state.name() == name) }
    }

    /// There is no connection, or none yet.
    #[inline]
    pub const fn is_none(self) -> bool {
        matches!(self, State::Closed | State::Listen)
    }

    /// The SYNs were exchanged, and the connection is still there: a reset counts only at the number expected (RFC 9293 §3.10.7.4).
    pub const fn is_synchronised(self) -> bool {
        !matches!(self, State::Closed | State::Listen | State::SynSent | State::TimeWait)
    }

    /// Once both FINs are acknowledged this state goes on to TIME-WAIT.
    pub const fn owes_time_wait(self) -> bool {
        matches!(self, State::FinWait1 | State::FinWait2 | State::Closing)
    }

    /// The name, as RFC 9293 writes it and as a trace has it.
    pub const fn name(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
            State::Listen => "LISTEN",
            State::SynSent => "SYN-SENT",
            State::SynReceived => "SYN-RECEIVED",
            State::Established => "ESTABLISHED",
            State::FinWait1 => "FIN-WAIT-1",
            State::FinWait2 => "FIN-WAIT-2",
            State::CloseWait => "CLOSE-WAIT",
            State::Closing => "CLOSING",
            State::LastAck => "LAST-ACK",
            State::TimeWait => "TIME-WAIT",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn every_state_is_found_by_its_name() {
        assert!(State::ALL.into_iter().all(|state| State::find(state.name()) == Some(state)));
        assert_eq!((State::find("SYN-RCVD"), State::find("ESTABLISHED ")), (Some(State::SynReceived), None));
    }
}
