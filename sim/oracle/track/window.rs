//! Tracks how far an end may send: the window that reached it, and the segment size that its peer takes.

use crate::trace::SegmentEvent;
use crate::wire::{Options, Segment, Seq};

/// What a SYN without the option means (RFC 9293 MUST-15).
const MSS_DEFAULT: u16 = 536;

/// The same for IPv6: a recording does not say which it is of.
const MSS_DEFAULT_6: u16 = 1220;

/// The greatest shift of a window: larger ones count as this one (RFC 7323 §2.3).
pub(super) const SHIFT_MAX: u8 = 14;

/// The options of the SYNs of one end; of copies that differ, the most that any of them allows.
#[derive(Clone, Copy, Debug, Default)]
struct SynOptions {
    mss: Option<u16>,
    shift: Option<u8>,
}

impl SynOptions {
    fn add(&mut self, options: &Options) {
        self.mss = self.mss.max(options.mss);
        self.shift = self.shift.max(options.window_scale);
    }
}

/// The shift that a SYN asks for: larger ones count as the greatest that there is.
pub(super) fn shift_of(syn: &Segment) -> Option<u8> {
    syn.options.window_scale.map(|shift| shift.min(SHIFT_MAX))
}

/// The SYNs of one end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Syns {
    sent: Option<SynOptions>,
    arrived: Option<SynOptions>,
    /// One of them showed options: the recording has them.
    noted: bool,
}

impl Syns {
    pub fn send(&mut self, event: &SegmentEvent) {
        self.noted |= event.has_options();
        self.sent.get_or_insert_default().add(&event.segment.options);
    }

    pub fn arrive(&mut self, event: &SegmentEvent) {
        self.noted |= event.has_options();
        self.arrived.get_or_insert_default().add(&event.segment.options);
    }

    /// The options that the peer knows of: those that arrived or, where arrivals are not recorded, those that were sent.
    fn known(&self, arrivals: bool) -> SynOptions {
        let known = if arrivals { self.arrived } else { self.sent.or(self.arrived) };
        known.unwrap_or_default()
    }
}

/// Are the options of this connection's SYNs recorded? In a recording that shows none there may have been some.
fn options_known(simulated: bool, ends: [&Syns; 2]) -> bool {
    simulated || ends.iter().any(|syns| syns.noted)
}

/// By how much the windows that `sender` sends are shifted: only if both SYNs said so, and each reached the other end.
fn shift(sender: &Syns, sender_arrivals: bool, receiver: &Syns, receiver_arrivals: bool) -> u8 {
    let shifts = sender.known(sender_arrivals).shift.zip(receiver.known(receiver_arrivals).shift);
    shifts.map_or(0, |(shift, _)| shift.min(SHIFT_MAX))
}

/// What the SYNs of both ends have settled of what one of them sends.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct Terms {
    /// The options of the SYNs are recorded.
    pub known: bool,
    /// By how much its windows are shifted.
    pub shift: u8,
    /// The largest payload that its peer takes, once that is known.
    pub size: Option<u32>,
}

impl Terms {
    /// Of what the first of two ends sends, as far as their SYNs are recorded: with the bool, also where they arrived.
    pub(super) fn new((own, arrivals): (&Syns, bool), (far, far_arrivals): (&Syns, bool), simulated: bool) -> Self {
        Terms {
            known: options_known(simulated, [own, far]),
            shift: shift(own, arrivals, far, far_arrivals),
            size: segment_size(far, simulated),
        }
    }
}

/// A window in bytes: never more than a gigabyte (RFC 7323 §2.3).
pub(super) fn in_bytes(field: u32, shift: u8) -> u32 {
    u32::try_from((u64::from(field) << shift).min(1 << 30)).unwrap_or(1 << 30)
}

/// Does a window take back what it had offered? A field that is shifted may be rounded down.
pub(in crate::oracle) const fn shrinks(before: Seq, edge: Seq, shift: u8) -> bool {
    before.is_after(edge) && before.since(edge) > 1 << shift
}

/// The largest payload that an end with these SYNs takes; `None` before one has arrived.
fn segment_size(receiver: &Syns, simulated: bool) -> Option<u32> {
    let default = if simulated { MSS_DEFAULT } else { MSS_DEFAULT_6 };
    receiver.arrived.map(|options| options.mss.unwrap_or(default).into())
}

/// The right edge of the window that reached an end, the farthest there was: a window that shrinks takes back nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offer {
    /// The first number outside, and the line on which it arrived.
    edge: Option<(Seq, u64)>,
    /// The window of a SYN that arrived before this end sent its own.
    first: Option<(u32, u64)>,
}

impl Offer {
    /// The peer takes what lies before this number.
    pub fn widen(&mut self, edge: Seq, line: u64) {
        if self.edge.is_none_or(|(before, _)| edge.is_after(before)) {
            self.edge = Some((edge, line));
        }
    }

    /// A SYN without an acknowledgement arrived: its window begins behind this end's own SYN.
    pub fn meet(&mut self, window: u32, line: u64, own_syn: Option<Seq>) {
        self.first = Some((window, line));
        if let Some(syn) = own_syn {
            self.widen(syn + 1 + window, line);
        }
    }

    /// This end begins a connection with a SYN of this number.
    pub fn begin_anew(&mut self, syn: Seq) {
        self.edge = self.first.map(|(window, line)| (syn + 1 + window, line));
    }

    pub fn edge(&self) -> Option<(Seq, u64)> {
        self.edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{End, Fate};

    fn syn(options: &str) -> SegmentEvent {
        SegmentEvent::new(0, End::Client, Fate::Sent, Segment::default()).spelled(0, options)
    }

    fn syns(sent: &str, arrived: Option<&str>) -> Syns {
        let mut syns = Syns::default();
        syns.send(&syn(sent));
        arrived.into_iter().for_each(|opts| syns.arrive(&syn(opts)));
        syns
    }

    #[test]
    fn windows_are_shifted_only_if_both_syns_said_so_and_arrived() {
        let full = syns("mss=1460,ws=7,sackok", Some("mss=1460,ws=7,sackok"));
        let plain = syns("mss=1460", Some("mss=1460"));
        let dropped = syns("mss=1460,ws=3", Some("mss=1460"));
        assert_eq!(shift(&full, true, &full, true), 7);
        assert_eq!([shift(&full, true, &plain, true), shift(&plain, true, &full, true)], [0, 0]);
        assert_eq!([shift(&full, true, &dropped, true), shift(&full, true, &dropped, false)], [0, 7]);
        let large = syns("ws=200", Some("ws=200"));
        assert_eq!(shift(&large, true, &full, true), 14);
    }

    #[test]
    fn the_segment_size_has_a_default_and_the_largest_copy_counts() {
        assert_eq!(segment_size(&syns("mss=9", None), true), None);
        assert_eq!(segment_size(&syns("ws=1", Some("ws=1")), true), Some(536));
        assert_eq!(segment_size(&syns("ws=1", Some("ws=1")), false), Some(1220));
        let mut copies = syns("", Some("mss=100"));
        copies.arrive(&syn("mss=99"));
        assert_eq!(segment_size(&copies, true), Some(100));
        assert!(!options_known(false, [&syns("", Some("")), &syns("", None)]));
        assert!(options_known(true, [&syns("", Some("")), &syns("", None)]));
        assert!(options_known(false, [&syns("", Some("")), &syns("mss=1", None)]));
    }

    #[test]
    fn the_farthest_edge_counts_also_round_the_circle() {
        let mut offer = Offer::default();
        offer.widen(Seq(u32::MAX - 1), 1);
        offer.widen(Seq(5), 2);
        offer.widen(Seq(u32::MAX), 3);
        assert_eq!(offer.edge(), Some((Seq(5), 2)));
        offer.meet(10, 4, None);
        assert_eq!(offer.edge(), Some((Seq(5), 2)));
        offer.begin_anew(Seq(100));
        assert_eq!(offer.edge(), Some((Seq(111), 4)));
        offer.meet(20, 5, Some(Seq(100)));
        assert_eq!(offer.edge(), Some((Seq(121), 5)));
    }
}
