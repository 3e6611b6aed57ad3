//! The state diagram as a table: which state may follow which, and what allows it.

/// One arrow: from, to, and what allows it.
pub type Transition = (&'static str, &'static str, &'static str);

/// Every arrow of RFC 9293 §3.3.2, figure 5, of its notes, and of the event processing of §3.10.
pub const TRANSITIONS: &[Transition] = &[
    ("CLOSED", "LISTEN", "passive OPEN"),
    ("CLOSED", "SYN-SENT", "active OPEN"),
    ("LISTEN", "SYN-SENT", "SEND or active OPEN (§3.10.1, §3.10.2)"),
    ("LISTEN", "SYN-RECEIVED", "a SYN"),
    ("LISTEN", "CLOSED", "CLOSE or ABORT"),
    ("SYN-SENT", "SYN-RECEIVED", "a SYN: both ends open at the same time"),
    ("SYN-SENT", "ESTABLISHED", "a SYN that acknowledges ours"),
    ("SYN-SENT", "CLOSED", "a reset, CLOSE, ABORT or timeout"),
    ("SYN-RECEIVED", "ESTABLISHED", "the acknowledgement of our SYN"),
    ("SYN-RECEIVED", "FIN-WAIT-1", "CLOSE"),
    ("SYN-RECEIVED", "CLOSE-WAIT", "a FIN with the acknowledgement of our SYN (§3.10.7.4)"),
    ("SYN-RECEIVED", "LISTEN", "a reset, or a SYN in the window, after a passive OPEN (note 2)"),
    ("SYN-RECEIVED", "CLOSED", "a reset, ABORT or timeout"),
    ("ESTABLISHED", "FIN-WAIT-1", "CLOSE"),
    ("ESTABLISHED", "CLOSE-WAIT", "a FIN"),
    ("ESTABLISHED", "CLOSED", "a reset, ABORT or timeout"),
    ("FIN-WAIT-1", "FIN-WAIT-2", "the acknowledgement of our FIN"),
    ("FIN-WAIT-1", "CLOSING", "a FIN"),
    ("FIN-WAIT-1", "TIME-WAIT", "a FIN with the acknowledgement of ours (note 1)"),
    ("FIN-WAIT-1", "CLOSED", "a reset, ABORT or timeout"),
    ("FIN-WAIT-2", "TIME-WAIT", "a FIN"),
    ("FIN-WAIT-2", "CLOSED", "a reset, ABORT or timeout"),
    ("CLOSE-WAIT", "LAST-ACK", "CLOSE"),
    ("CLOSE-WAIT", "CLOSED", "a reset, ABORT or timeout"),
    ("CLOSING", "TIME-WAIT", "the acknowledgement of our FIN"),
    ("CLOSING", "CLOSED", "a reset, ABORT or timeout"),
    ("LAST-ACK", "CLOSED", "the acknowledgement of our FIN, a reset, ABORT or timeout"),
    ("TIME-WAIT", "CLOSED", "2·MSL, or a reset"),
    ("TIME-WAIT", "SYN-RECEIVED", "a SYN that opens the connection again (MAY-2)"),
];

/// The states that may follow one, each with what allows it.
pub fn after(from: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    TRANSITIONS.iter().filter(move |(state, ..)| *state == from).map(|(_, to, by)| (*to, *by))
}

/// The state diagram has this arrow.
pub fn allowed(from: &str, to: &str) -> bool {
    after(from).any(|(next, _)| next == to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::STATES;

    #[test]
    fn the_table_has_every_state_and_no_arrow_twice() {
        for state in STATES {
            assert!(TRANSITIONS.iter().any(|(from, ..)| *from == state) && TRANSITIONS.iter().any(|(_, to, _)| *to == state), "{state}");
            assert!(!allowed(state, state));
        }
        for (index, (from, to, by)) in TRANSITIONS.iter().enumerate() {
            assert!(STATES.contains(from) && STATES.contains(to) && !by.is_empty());
            assert_eq!(TRANSITIONS.iter().position(|(other, next, _)| (other, next) == (from, to)), Some(index));
        }
        assert!(!allowed("ESTABLISHED", "TIME-WAIT") && !allowed("CLOSED", "ESTABLISHED") && !allowed("no state", "CLOSED"));
    }
}
