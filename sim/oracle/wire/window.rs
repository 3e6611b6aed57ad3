//! How far an end may send: the window that reached it, and the segment size that its peer takes.

use super::seq::is_after;
use crate::trace::Wire;

/// What a SYN without the option means (RFC 9293 MUST-15).
const MSS_DEFAULT: u32 = 536;

/// The same for IPv6: a recording does not say which it is of.
const MSS_DEFAULT_6: u32 = 1220;

/// Larger shifts count as this one (RFC 7323 §2.3).
const SHIFT_MAX: u8 = 14;

/// The options of the SYNs of one end; of copies that differ, the most that any of them allows.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::oracle) struct SynOptions {
    mss: Option<u32>,
    shift: Option<u8>,
}

impl SynOptions {
    pub fn add(&mut self, wire: &Wire) {
        match wire.opts.syn() {
            Some(options) => {
                self.mss = self.mss.max(options.mss.map(u32::from));
                self.shift = self.shift.max(options.window_scale);
            }
            None => self.read(wire.opts.text().as_bytes()),
        }
    }

    fn read(&mut self, mut rest: &[u8]) {
        while !rest.is_empty() {
            match rest {
                [b'm', b's', b's', b'=', value @ ..] => self.mss = self.mss.max(number(value)),
                [b'w', b's', b'=', value @ ..] => self.shift = self.shift.max(number(value).and_then(|shift| shift.try_into().ok())),
                _ => {}
            }
            let end = rest.iter().position(|byte| *byte == b',').map_or(rest.len(), |comma| comma + 1);
            rest = &rest[end..];
        }
    }

    /// The shift that a SYN asks for: larger ones count as the greatest that there is.
    pub fn shift_of(wire: &Wire) -> Option<u8> {
        let mut options = SynOptions::default();
        options.add(wire);
        options.shift.map(|shift| shift.min(SHIFT_MAX))
    }
}

/// The whole number in decimal digits that an option's value is.
fn number(value: &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for (index, byte) in value.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            b',' if index > 0 => break,
            _ => return None,
        }
    }
    (!value.is_empty()).then_some(number)
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
    pub fn send(&mut self, wire: &Wire) {
        self.noted |= !wire.opts.is_empty();
        self.sent.get_or_insert_default().add(wire);
    }

    pub fn arrive(&mut self, wire: &Wire) {
        self.noted |= !wire.opts.is_empty();
        self.arrived.get_or_insert_default().add(wire);
    }

    /// The options that the peer knows of: those that arrived or, where arrivals are not recorded, those that were sent.
    fn known(&self, arrivals: bool) -> SynOptions {
        let known = if arrivals { self.arrived } else { self.sent.or(self.arrived) };
        known.unwrap_or_default()
    }
}

/// Are the options of this connection's SYNs recorded? In a recording that shows none there may have been some.
pub(super) fn options_known(simulated: bool, ends: [&Syns; 2]) -> bool {
    simulated || ends.iter().any(|syns| syns.noted)
}

/// By how much the windows that `sender` sends are shifted: only if both SYNs said so, and each reached the other end.
#[inline]
pub(super) fn shift(sender: &Syns, sender_arrivals: bool, receiver: &Syns, receiver_arrivals: bool) -> u8 {
    let shifts = sender.known(sender_arrivals).shift.zip(receiver.known(receiver_arrivals).shift);
    shifts.map_or(0, |(shift, _)| shift.min(SHIFT_MAX))
}

/// A window in bytes: never more than a gigabyte (RFC 7323 §2.3).
pub(super) fn in_bytes(field: u32, shift: u8) -> u32 {
    u32::try_from((u64::from(field) << shift).min(1 << 30)).unwrap_or(1 << 30)
}

/// Does a window take back what it had offered? A field that is shifted may be rounded down.
pub(super) const fn shrinks(before: u32, edge: u32, shift: u8) -> bool {
    is_after(before, edge) && before.wrapping_sub(edge) > 1 << shift
}

/// The largest payload that an end with these SYNs takes; `None` before one has arrived.
pub(super) fn segment_size(receiver: &Syns, simulated: bool) -> Option<u32> {
    let default = if simulated { MSS_DEFAULT } else { MSS_DEFAULT_6 };
    receiver.arrived.map(|options| options.mss.unwrap_or(default))
}

/// The right edge of the window that reached an end, the farthest there was: a window that shrinks takes back nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offer {
    /// The first number outside, and the line on which it arrived.
    edge: Option<(u32, u64)>,
    /// The window of a SYN that arrived before this end sent its own.
    first: Option<(u32, u64)>,
}

impl Offer {
    /// The peer takes what lies before this number.
    pub fn widen(&mut self, edge: u32, line: u64) {
        if self.edge.is_none_or(|(before, _)| is_after(edge, before)) {
            self.edge = Some((edge, line));
        }
    }

    /// A SYN without an acknowledgement arrived: its window begins behind this end's own SYN.
    pub fn meet(&mut self, window: u32, line: u64, own_syn: Option<u32>) {
        self.first = Some((window, line));
        if let Some(syn) = own_syn {
            self.widen(syn.wrapping_add(1).wrapping_add(window), line);
        }
    }

    /// This end begins a connection with a SYN of this number.
    pub fn begin_anew(&mut self, syn: u32) {
        self.edge = self.first.map(|(window, line)| (syn.wrapping_add(1).wrapping_add(window), line));
    }

    pub fn edge(&self) -> Option<(u32, u64)> {
        self.edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{End, Fate, Flags};

    fn syns(sent: &str, arrived: Option<&str>) -> Syns {
        let wire = |opts: &str| {
            let (fate, flags) = (Fate::Sent, Flags(2));
            Wire { flow: 0, from: End::Client, id: None, fate, seq: 0, ack: 0, flags, win: 0, len: 0, data: None, opts: opts.into() }
        };
        let mut syns = Syns::default();
        syns.send(&wire(sent));
        arrived.into_iter().for_each(|opts| syns.arrive(&wire(opts)));
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
    fn a_value_is_a_number_up_to_the_comma() {
        let read = |opts: &str| syns(opts, None).sent.map(|options| (options.mss, options.shift));
        assert_eq!(read("sackok,ws=7,ts=1:0,mss=1460"), Some((Some(1460), Some(7))));
        assert_eq!(read("mss=4294967295,ws=255"), Some((Some(u32::MAX), Some(255))));
        assert_eq!(read("mss=4294967296,ws=256"), Some((None, None)));
        for opts in ["mss=,ws=", "mss=-1,ws=x", "mss=9x", "mss", "", ",,", "xmss=9"] {
            assert_eq!(read(opts), Some((None, None)), "{opts}");
        }
    }

    #[test]
    fn the_segment_size_has_a_default_and_the_largest_copy_counts() {
        assert_eq!(segment_size(&syns("mss=9", None), true), None);
        assert_eq!(segment_size(&syns("ws=1", Some("ws=1")), true), Some(536));
        assert_eq!(segment_size(&syns("ws=1", Some("ws=1")), false), Some(1220));
        let mut copies = syns("", Some("mss=100"));
        copies.arrive(&Wire { opts: "mss=99".into(), ..example() });
        assert_eq!(segment_size(&copies, true), Some(100));
        assert!(!options_known(false, [&syns("", Some("")), &syns("", None)]));
        assert!(options_known(true, [&syns("", Some("")), &syns("", None)]));
        assert!(options_known(false, [&syns("", Some("")), &syns("mss=1", None)]));
    }

    fn example() -> Wire {
        let (fate, flags) = (Fate::Sent, Flags(2));
        Wire { flow: 0, from: End::Client, id: None, fate, seq: 0, ack: 0, flags, win: 0, len: 0, data: None, opts: "".into() }
    }

    #[test]
    fn the_farthest_edge_counts_also_round_the_circle() {
        let mut offer = Offer::default();
        offer.widen(u32::MAX - 1, 1);
        offer.widen(5, 2);
        offer.widen(u32::MAX, 3);
        assert_eq!(offer.edge(), Some((5, 2)));
        offer.meet(10, 4, None);
        assert_eq!(offer.edge(), Some((5, 2)));
        offer.begin_anew(100);
        assert_eq!(offer.edge(), Some((111, 4)));
        offer.meet(20, 5, Some(100));
        assert_eq!(offer.edge(), Some((121, 5)));
    }
}
