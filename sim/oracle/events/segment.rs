//! Describes segments and changes of state, with what the rooms of the wire's rules want to know of them.

use crate::oracle::Stamp;
use crate::oracle::scene::Scene;
use crate::oracle::track::{Sending, Track};
use crate::trace::SegmentEvent;
use crate::wire::{Segment, Seq, State};

/// A segment that is sent. Its tracks are as they were before it, but for a SYN's connection, which has begun.
pub(in crate::oracle) struct SentSegment<'a> {
    pub segment: &'a Segment,
    /// The end that sends it.
    pub own: &'a Track,
    /// The end that it is for.
    pub far: &'a Track,
    /// The number of a SYN of the same connection that stands at another number.
    pub moved_from: Option<Seq>,
    /// The right edge of the window that it offers, where its sender is held to it.
    pub offers: Option<Seq>,
    /// It, held against what was known before it.
    pub sending: &'a Sending,
}

/// Something arrived in sequence at an end that has not answered in time.
pub(in crate::oracle) struct Unheeded {
    /// When it arrived.
    pub arrived: Stamp,
}

impl<'a> SentSegment<'a> {
    #[inline]
    pub fn new(scene: &Scene<'a>, event: &'a SegmentEvent, moved_from: Option<Seq>, sending: &'a Sending) -> Self {
        let tracks = scene.flow.tracks();
        let (own, far) = (tracks.end(event.from), tracks.end(event.from.peer()));
        SentSegment {
            segment: &event.segment,
            own,
            far,
            moved_from,
            offers: is_held_to_window(scene, &event.segment, own, far).then(|| own.edge_of(event)),
            sending,
        }
    }

    /// It takes sequence numbers: it is a SYN or a FIN, or has data.
    #[inline]
    pub fn takes_numbers(&self) -> bool {
        self.sending.end != self.segment.seq
    }
}

/// A sender is held to its windows between the SYNs, whose windows are not scaled, and the peer's FIN, behind which nothing comes;
/// not where its peer's SYN has just made void what was settled about scales, and not once it has closed for good: it takes nothing
/// any more, whatever it offers.
#[inline]
fn is_held_to_window(scene: &Scene<'_>, segment: &Segment, own: &Track, far: &Track) -> bool {
    let speaks = segment.flags.ack() && !segment.flags.syn() && !segment.flags.rst();
    speaks && own.is_bound() && far.sent().fin.is_none() && scene.me().halves.full_close_called().is_none()
}

/// A segment that reaches the other end.
pub(in crate::oracle) struct ArrivedSegment {
    /// It is a reset.
    pub resets: bool,
    /// It brings data or a FIN.
    pub brings: bool,
    /// Its receiver learns by it that the window is open again.
    pub opens: bool,
}

/// The state of an end changes.
pub(in crate::oracle) struct StateChange<'a> {
    pub from: State,
    pub to: State,
    /// The end whose state it is.
    pub own: &'a Track,
    /// The other one.
    pub far: &'a Track,
}

impl<'a> StateChange<'a> {
    pub fn new(scene: &Scene<'a>, from: State, to: State) -> Self {
        let tracks = scene.flow.tracks();
        StateChange { from, to, own: tracks.end(scene.end), far: tracks.end(scene.end.peer()) }
    }
}
