//! Makes the segments that belong to no connection, the resets of RFC 9293 §3.10.7.1; and collects what leaves.

use std::collections::VecDeque;
use std::net::IpAddr;

use crate::time::Instant;
use crate::wire::{Flags, Segment, Seq};

use super::notice::Notice;
use super::settings::Settings;

/// What every step of a connection is given, and where its results go.
#[derive(Debug)]
pub(super) struct StepContext<'a> {
    pub(super) now: Instant,
    pub(super) settings: &'a Settings,
    pub(super) out: &'a mut Out,
}

/// What waits for the host.
#[derive(Clone, Debug, Default)]
pub(super) struct Out {
    pub(super) segments: VecDeque<(IpAddr, Segment)>,
    pub(super) notices: VecDeque<Notice>,
}

impl Out {
    #[inline]
    pub(super) fn send(&mut self, to: IpAddr, segment: Segment) {
        self.segments.push_back((to, segment));
    }

    #[inline]
    pub(super) fn note(&mut self, notice: Notice) {
        self.notices.push_back(notice);
    }
}

/// The reset that answers a segment that there is no place for; none for a reset (RFC 9293 §3.10.7.1).
pub(super) fn reset_for(segment: &Segment) -> Option<Segment> {
    if segment.flags.rst() {
        return None;
    }
    let (seq, ack, flags) = match segment.flags.ack() {
        true => (segment.ack, Seq(0), Flags::RST),
        false => (Seq(0), segment.end(), Flags::RST | Flags::ACK),
    };
    Some(Segment { source: segment.target, target: segment.source, seq, ack, flags, ..Segment::default() })
}
