//! Judges a SYN where there is a connection already (RFC 9293 §3.10.7.4, fourth; RFC 5961 §4.2).

use std::ops::ControlFlow::Break;

use super::super::connection::{Connection, Origin};
use super::super::state::State;
use super::{Disposition, GO_ON, Incoming, Passage};

pub(super) fn fourth(connection: &Connection, incoming: &Incoming<'_>) -> Passage {
    if !incoming.segment.flags.syn() {
        return GO_ON;
    }
    // A peer that began anew says so with a reset, if it is asked; one that had only begun is let go.
    let has_only_begun = connection.state == State::SynReceived && connection.origin == Origin::Passive;
    Break(if has_only_begun { Disposition::Refuse } else { Disposition::Challenge })
}
