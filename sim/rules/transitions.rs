//! Holds the state diagram as a table: which state may follow which, and what allows it.

use crate::wire::State as S;

/// One arrow: from, to, and what allows it.
pub type Transition = (S, S, &'static str);

/// Every arrow of RFC 9293 §3.3.2, figure 5, of its notes, and of the event processing of §3.10.
pub const TRANSITIONS: &[Transition] = &[
    (S::Closed, S::Listen, "passive OPEN"),
    (S::Closed, S::SynSent, "active OPEN"),
    (S::Listen, S::SynSent, "SEND or active OPEN (§3.10.1, §3.10.2)"),
    (S::Listen, S::SynReceived, "a SYN"),
    (S::Listen, S::Closed, "CLOSE or ABORT"),
    (S::SynSent, S::SynReceived, "a SYN: both ends open at the same time"),
    (S::SynSent, S::Established, "a SYN that acknowledges ours"),
    (S::SynSent, S::Closed, "a reset, CLOSE, ABORT or timeout"),
    (S::SynReceived, S::Established, "the acknowledgement of our SYN"),
    (S::SynReceived, S::FinWait1, "CLOSE"),
    (S::SynReceived, S::CloseWait, "a FIN with the acknowledgement of our SYN (§3.10.7.4)"),
    (S::SynReceived, S::Listen, "a reset, or a SYN in the window, after a passive OPEN (note 2)"),
    (S::SynReceived, S::Closed, "a reset, ABORT or timeout"),
    (S::Established, S::FinWait1, "CLOSE"),
    (S::Established, S::CloseWait, "a FIN"),
    (S::Established, S::Closed, "a reset, ABORT or timeout"),
    (S::FinWait1, S::FinWait2, "the acknowledgement of our FIN"),
    (S::FinWait1, S::Closing, "a FIN"),
    (S::FinWait1, S::TimeWait, "a FIN with the acknowledgement of ours (note 1)"),
    (S::FinWait1, S::Closed, "a reset, ABORT or timeout"),
    (S::FinWait2, S::TimeWait, "a FIN"),
    (S::FinWait2, S::Closed, "a reset, ABORT or timeout"),
    (S::CloseWait, S::LastAck, "CLOSE"),
    (S::CloseWait, S::Closed, "a reset, ABORT or timeout"),
    (S::Closing, S::TimeWait, "the acknowledgement of our FIN"),
    (S::Closing, S::Closed, "a reset, ABORT or timeout"),
    (S::LastAck, S::Closed, "the acknowledgement of our FIN, a reset, ABORT or timeout"),
    (S::TimeWait, S::Closed, "2·MSL, or a reset"),
    (S::TimeWait, S::SynReceived, "a SYN that opens the connection again (MAY-2)"),
];

/// For each state those that may follow it, as bits.
const AFTER: [u16; S::ALL.len()] = {
    let mut after = [0; S::ALL.len()];
    let mut next = 0;
    while next < TRANSITIONS.len() {
        let (from, to, _) = TRANSITIONS[next];
        after[from as usize] |= 1 << to as u16;
        next += 1;
    }
    after
};

/// The states that may follow one, each with what allows it.
pub fn after(from: S) -> impl Iterator<Item = (S, &'static str)> {
    TRANSITIONS.iter().filter(move |(state, ..)| *state == from).map(|(_, to, by)| (*to, *by))
}

/// The state diagram has this arrow.
pub const fn allowed(from: S, to: S) -> bool {
    AFTER[from as usize] & 1 << to as u16 != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_state_and_no_arrow_twice() {
        for state in S::ALL {
            assert!(TRANSITIONS.iter().any(|(from, ..)| *from == state) && TRANSITIONS.iter().any(|(_, to, _)| *to == state), "{state}");
            assert!(!allowed(state, state));
        }
        for (index, (from, to, by)) in TRANSITIONS.iter().enumerate() {
            assert!(!by.is_empty());
            assert_eq!(TRANSITIONS.iter().position(|(other, next, _)| (other, next) == (from, to)), Some(index));
        }
        assert!(!allowed(S::Established, S::TimeWait) && !allowed(S::Closed, S::Established));
    }

    #[test]
    fn the_bits_say_what_the_table_says() {
        for from in S::ALL {
            for to in S::ALL {
                assert_eq!(allowed(from, to), after(from).any(|(next, _)| next == to), "{from} to {to}");
            }
        }
    }
}
