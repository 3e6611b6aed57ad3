//! Labels the arrow of a segment, and follows what a label depends on: which of its numbers say something new, and what was sent
//! before.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::report::segment::{self, Numbers};
use crate::report::words;
use crate::time::Instant;
use crate::trace::{Fate, Place, SegmentEvent, Sending, What};
use crate::wire::Seq;

/// The words on an arrow. It may stand for a run of segments that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// `SYN`, `FIN`, `RST` …; empty for data and acknowledgements.
    pub kind: String,
    /// Relative sequence number.
    pub start: u32,
    pub bytes: u64,
    /// How many segments these are.
    pub count: u64,
    /// Relative acknowledgement number, where it says something new.
    pub ack: Option<u32>,
    /// The same was acknowledged before, and nothing else is said.
    pub is_dup: bool,
    /// The window in bytes, where it matters.
    pub win: Option<u64>,
    pub again: Option<Again>,
    /// An empty segment, and its sequence number is not the next one.
    pub is_odd: bool,
}

/// Something is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Again {
    /// Which transmission this is, and how long after the one before; unknown where it was cut otherwise.
    nth: Option<(u32, Duration)>,
    /// How many more follow, each after the same time.
    more: u32,
}

impl Label {
    /// Data, and nothing that must be seen by itself.
    pub(super) fn is_data(&self) -> bool {
        self.bytes > 0 && self.is_plain()
    }

    /// An acknowledgement, and nothing that must be seen by itself.
    pub(super) fn is_ack(&self) -> bool {
        self.bytes == 0 && self.ack.is_some() && self.is_plain() && !self.is_odd
    }

    fn is_plain(&self) -> bool {
        self.kind.is_empty() && self.again.is_none() && self.win != Some(0)
    }

    /// Takes the label of the next segment of the same end, if both are of a kind.
    pub(super) fn absorb(&mut self, other: &Label) -> bool {
        let data = self.is_data() && other.is_data() && other.ack.is_none() && other.start == self.start.wrapping_add(self.bytes as u32);
        let acks = self.is_ack() && other.is_ack() && self.is_dup == other.is_dup;
        if !(data || acks) || other.win.is_some() {
            return false;
        }
        self.bytes += other.bytes;
        self.count += other.count;
        self.ack = other.ack.or(self.ack);
        true
    }

    /// Is this the next transmission of the same, as long after the one before as that was after its own?
    pub(super) fn goes_on(&self, before: &Label) -> bool {
        let (Some(again), Some(last)) = (self.again, before.again) else { return false };
        again.goes_on(last) && Label { again: self.again, ..before.clone() } == *self
    }

    /// Stands for this many more transmissions of the same.
    pub(super) fn repeat(&mut self, more: u32) {
        if let Some(again) = &mut self.again {
            again.more += more;
        }
    }

    /// The parts of the text, the most important first.
    pub(super) fn parts(&self) -> Vec<String> {
        let place = match self.bytes {
            0 if self.is_odd && self.kind.is_empty() => format!("seq {}", self.start),
            0 if self.kind.is_empty() || (self.kind.starts_with("SYN") && self.start == 0) => String::new(),
            0 => self.start.to_string(),
            bytes => self.counted(segment::range(self.start, bytes)),
        };
        let parts = [self.kind.clone(), place, self.acked(), self.window(), self.again.map(Again::said).unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// `1:4097 (4096 in 3)`.
    fn counted(&self, range: String) -> String {
        match self.count {
            0 | 1 => range,
            count => range.replace(')', &format!(" in {count})")),
        }
    }

    /// `ack 1025`, `ack 4097 (3 acks)`, `dup ack 1025`.
    fn acked(&self) -> String {
        let Some(ack) = self.ack else { return String::new() };
        let dup = if self.is_dup { "dup " } else { "" };
        let count = if self.bytes == 0 && self.count > 1 { format!(" ({} acks)", self.count) } else { String::new() };
        format!("{dup}ack {ack}{count}")
    }

    fn window(&self) -> String {
        self.win.map(|win| format!("win {win}")).unwrap_or_default()
    }
}

impl Again {
    fn goes_on(self, last: Again) -> bool {
        let next = last.nth.map(|(nth, after)| (nth + last.more + 1, after));
        next.is_some() && next == self.nth
    }

    /// `again, after 1 s`; `again (3rd), after 2 s`; `again (3rd–40th), each after 1 s`.
    fn said(self) -> String {
        match self.nth {
            None => "again".to_owned(),
            Some((nth, after)) if self.more > 0 => {
                format!("again ({}–{}), each after {}", ordinal(nth), ordinal(nth + self.more), words::about(after))
            }
            Some((2, after)) => format!("again, after {}", words::about(after)),
            Some((nth, after)) => format!("again ({}), after {}", ordinal(nth), words::about(after)),
        }
    }
}

/// `3rd`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// Follows all segments of a trace.
#[derive(Debug, Default)]
pub(super) struct Labels {
    numbers: Numbers,
    sending: Sending,
    /// The transmissions of what begins at a sequence number: how many, and when the last one was.
    transmissions: BTreeMap<(Place, u32), (u32, Instant)>,
    speakers: BTreeMap<Place, Speaker>,
    /// What reached each end last: the acknowledgement, and whether the window is closed behind it.
    heard: BTreeMap<Place, (Seq, bool)>,
    /// What was said of segments when they left.
    left: BTreeMap<SegmentKey, Label>,
}

/// By what a segment is known again: its sender and the name that the trace gives it, else its numbers.
type SegmentKey = (Place, Option<u64>, [u32; 4]);

fn name(event: &SegmentEvent) -> SegmentKey {
    let segment = &event.segment;
    let numbers = [segment.seq.0, segment.ack.0, segment.data_len(), segment.flags.0.into()];
    (event.sender(), event.id, if event.id.is_some() { [0; 4] } else { numbers })
}

/// More than this counts as this (RFC 7323 §2.3).
const SHIFT_MAX: u8 = 14;

/// What one end has said last.
#[derive(Debug, Default)]
struct Speaker {
    /// Acknowledgement number and raw window.
    acked: Option<(Seq, u32)>,
    /// Its window scale, if it offered one.
    shift: Option<u32>,
    /// The window that was last shown, or need not be.
    window: Option<u64>,
}

impl Labels {
    /// Some initial numbers are known from before the trace.
    pub(super) fn new(numbers: Numbers) -> Self {
        Labels { numbers, ..Labels::default() }
    }

    /// The label of the next segment of the trace. One that was sent says what is new in it, and the same wherever it is seen again.
    pub(super) fn next(&mut self, t: Instant, event: &SegmentEvent) -> Label {
        let segment = &event.segment;
        if event.fate == Fate::Delivered && segment.flags.ack() && !segment.flags.rst() {
            self.heard.insert(event.receiver(), (segment.ack, event.window() == 0));
        }
        if event.fate != Fate::Sent {
            return self.left.get(&name(event)).cloned().unwrap_or_else(|| self.plain(event));
        }
        let label = self.sent(t, event);
        self.left.insert(name(event), label.clone());
        label
    }

    /// Takes what a SYN says of its end.
    pub(super) fn observe(&mut self, what: &What) {
        self.numbers.observe(what);
    }

    /// All that is known of a segment by itself.
    fn plain(&self, event: &SegmentEvent) -> Label {
        let segment = &event.segment;
        Label {
            kind: segment::kind(segment.flags),
            start: self.numbers.seq(event),
            bytes: segment.data_len().into(),
            count: 1,
            ack: segment.flags.ack().then(|| self.numbers.ack(event)),
            is_odd: segment.data_len() == 0 && !segment.flags.ack(),
            ..Label::default()
        }
    }

    fn sent(&mut self, t: Instant, event: &SegmentEvent) -> Label {
        let segment = &event.segment;
        let plain = self.plain(event);
        let is_next = self.sending.next(event.sender()).is_none_or(|next| next == segment.seq);
        let again = self.again(t, event);
        let is_bare = plain.bytes == 0 && plain.kind.is_empty();
        let peer = event.receiver();
        // Windows are scaled if both ends offered to (RFC 7323 §2.2).
        let scaled = self.speakers.get(&peer).is_some_and(|peer| peer.shift.is_some());
        let speaker = self.speakers.entry(event.sender()).or_default();
        let (win, before) = (speaker.window(event, scaled), speaker.acked);
        let is_new = before.is_none_or(|(ack, _)| ack != segment.ack);
        if segment.flags.ack() {
            speaker.acked = Some((segment.ack, event.window()));
        }
        // The acknowledgement of a SYN-ACK is 1, or worth a look.
        let kind = if self.is_probe(event) { "probe".to_owned() } else { plain.kind };
        let is_said = is_bare || (is_new && !(segment.flags.syn() && plain.ack == Some(1)));
        Label {
            kind,
            ack: plain.ack.filter(|_| is_said),
            is_dup: is_bare && is_next && segment.flags.ack() && before == Some((segment.ack, event.window())),
            is_odd: plain.is_odd || (is_bare && !is_next),
            win,
            again,
            ..plain
        }
    }

    /// Does it ask after a closed window, with the octet behind it or an old number (RFC 9293 §3.8.6.1)?
    fn is_probe(&self, event: &SegmentEvent) -> bool {
        let segment = &event.segment;
        let is_plain = segment.flags.ack() && segment.flags.is_plain();
        let Some((ack, true)) = self.heard.get(&event.sender()) else { return false };
        is_plain && (segment.data_len() == 1 && segment.seq == *ack || segment.data_len() == 0 && segment.seq + 1 == *ack)
    }

    fn again(&mut self, t: Instant, event: &SegmentEvent) -> Option<Again> {
        let segment = &event.segment;
        let is_again = self.sending.is_again(event);
        if segment.data_len() == 0 && !segment.flags.syn() && !segment.flags.fin() {
            return None;
        }
        let before = self.transmissions.insert((event.sender(), segment.seq.0), (1, t)).filter(|_| is_again);
        let nth = before.map(|(count, last)| (count + 1, t - last));
        if let Some((count, _)) = nth {
            self.transmissions.insert((event.sender(), segment.seq.0), (count, t));
        }
        is_again.then_some(Again { nth, more: 0 })
    }
}

impl Speaker {
    /// The window of a segment, if it is closed, open again, or quite another than before.
    fn window(&mut self, event: &SegmentEvent, scaled: bool) -> Option<u64> {
        let segment = &event.segment;
        if segment.flags.syn() {
            self.shift = segment.options.window_scale.map(|shift| shift.min(SHIFT_MAX).into());
        }
        if segment.flags.syn() || segment.flags.rst() || !segment.flags.ack() {
            return None;
        }
        let window = u64::from(event.window()) << self.shift.filter(|_| scaled).unwrap_or(0);
        let known = *self.window.get_or_insert(window);
        let differs = window > known.saturating_mul(2) || window < known / 2;
        if differs {
            self.window = Some(window);
        }
        (window == 0 || differs).then_some(window)
    }
}
