//! Keeps scenarios short: bounds what a step writes by what the medium takes at once.
//!
//! Where a pipe holds one octet, or a stack sends one in a segment, 3,000 octets are thousands of events that say the same again.
//! Whatever such a scenario shows is mostly shown by its first portion, too, and in the same time hundreds of others are run.

use super::Medium;
use super::draws::Draws;
use super::duty::Wishes;
use crate::contract::{Both, End};
use crate::scenario::Action;

/// In how many pieces a step's octets go through the medium, at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pieces(u64);

/// Mostly few; in one of ten scenarios some hundreds, enough for every count that a byte holds to wrap around.
pub(super) fn pieces(draws: &mut Draws<'_>) -> Pieces {
    Pieces(if draws.happens(10) { 320 } else { 32 })
}

/// Cuts what each end writes to a portion that the medium takes in so many pieces.
pub(super) fn shorten(wishes: &mut Both<Wishes>, medium: &Medium, pieces: Pieces) {
    for end in End::BOTH {
        let piece = piece(medium, end);
        wishes[end].lanes.iter_mut().flatten().for_each(|step| cut(&mut step.action, piece, pieces));
    }
}

/// How many octets of this end the medium takes at once.
pub(super) fn piece(medium: &Medium, from: End) -> u64 {
    let (own, peer) = (&medium.tcp[from], &medium.tcp[from.peer()]);
    let segment = usize::from(own.mss.min(peer.mss));
    medium.pipe.capacity.min(segment).min(own.send_buffer).min(peer.receive_buffer) as u64
}

fn cut(action: &mut Action, piece: u64, Pieces(pieces): Pieces) {
    let most = pieces.saturating_mul(piece);
    match action {
        Action::Write(bytes) | Action::WriteNodelay(bytes) => *bytes = most.min(*bytes),
        Action::WriteBy { total, by } => *total = most.min(pieces.saturating_mul(*by)).min(*total),
        Action::Writev(sizes) | Action::WritevNodelay(sizes) => sizes.iter_mut().for_each(|bytes| *bytes = most.min(*bytes)),
        _ => {}
    }
}
