//! Records a segment: its flow and sender, its fate, and what a recording says of it that no segment can hold.

use std::borrow::Cow;

use super::{End, Place};
use crate::wire::{Options, Segment};

/// Something that happened to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SegmentEvent {
    /// The flow.
    pub flow: u32,
    /// The sender.
    pub from: End,
    /// Names the segment from sending to its fate.
    pub id: Option<u64>,
    /// What became of it at this moment.
    pub fate: Fate,
    /// The segment, with absolute numbers. It has no ports, since a trace names flows and ends.
    pub segment: Segment,
    /// What a recording says in a way that the segment can't hold.
    pub verbatim: Option<Box<Verbatim>>,
}

/// What happened to a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// It left its sender.
    Sent,
    /// It reached the other end.
    Delivered,
    /// It was lost.
    Dropped,
    /// A copy of it came into being.
    Duplicated,
    /// It was damaged.
    Corrupted,
    /// It came from nowhere.
    Injected,
}

/// The window and the options of a segment as a recording has them, where one of the two is more than its header could say: a
/// window that the recorder has scaled, options that are unknown or stand in another order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verbatim {
    /// The window.
    pub window: u32,
    /// The options.
    pub options: Box<str>,
}

impl SegmentEvent {
    /// A segment without an id.
    pub const fn new(flow: u32, from: End, fate: Fate, segment: Segment) -> Self {
        SegmentEvent { flow, from, id: None, fate, segment, verbatim: None }
    }

    /// Takes window and options as a recording has them.
    pub fn spelled(mut self, window: u32, options: &str) -> Self {
        self.segment.window = u16::try_from(window).unwrap_or(u16::MAX);
        self.segment.options = Options::from_text(options);
        let is_held = u32::from(self.segment.window) == window && self.segment.options.text() == options;
        self.verbatim = (!is_held).then(|| Box::new(Verbatim { window, options: options.into() }));
        self
    }

    /// The window field, unscaled.
    #[inline]
    pub fn window(&self) -> u32 {
        self.verbatim.as_ref().map_or(u32::from(self.segment.window), |verbatim| verbatim.window)
    }

    /// The options as a line has them.
    pub fn options(&self) -> Cow<'_, str> {
        self.verbatim.as_ref().map_or_else(|| self.segment.options.text(), |verbatim| Cow::Borrowed(&verbatim.options))
    }

    /// It has options, known or not.
    pub fn has_options(&self) -> bool {
        !self.segment.options.is_empty() || self.verbatim.as_ref().is_some_and(|verbatim| !verbatim.options.is_empty())
    }

    /// The end that sent it.
    pub const fn sender(&self) -> Place {
        Place { flow: self.flow, end: self.from }
    }

    /// The end that it is for.
    pub const fn receiver(&self) -> Place {
        Place { flow: self.flow, end: self.from.peer() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(window: u32, options: &str) -> SegmentEvent {
        SegmentEvent::new(0, End::Client, Fate::Sent, Segment::default()).spelled(window, options)
    }

    #[test]
    fn what_a_segment_holds_is_kept_once() {
        for text in ["", "mss=1460,ws=7,sackok", "mss=65535,ws=255", "ws=0,sackok", "sackok", "ts=1:0", "sackok,ts=1:0,sack=1-2,sack=5-6"] {
            let event = recorded(65_535, text);
            assert_eq!((&event.verbatim, event.window(), &*event.options()), (&None, 65_535, text));
            assert_eq!(event.has_options(), !text.is_empty());
        }
    }

    #[test]
    fn what_is_spelled_in_another_way_stays_so() {
        let others = ["ws=7,mss=1460", "mss=65536", "ws=256", "mss=01", "mss=+1", "mss=", "mss", "sackok,", ",", "sackok=1", "x", "ts=1"];
        for text in others {
            let event = recorded(9, text);
            assert_eq!((event.window(), &*event.options(), event.has_options()), (9, text, true));
            assert!(event.verbatim.is_some(), "{text}");
        }
        let event = recorded(65_536, "ws=7");
        assert_eq!((event.window(), event.segment.window, &*event.options()), (65_536, 65_535, "ws=7"));
        assert!(!recorded(65_536, "").has_options());
    }
}
