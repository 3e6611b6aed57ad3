//! What an end has sent, on its own circle of sequence numbers.

use super::contents::{Change, Contents};
use super::seq::{is_after, is_at_least, latest};
use crate::trace::Wire;

/// What one end has sent since its SYN, or since the recording began.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    /// The number of its SYN.
    pub syn: Option<u32>,
    /// The number of its FIN, and the line on which it was sent first.
    pub fin: Option<(u32, u64)>,
    /// The number behind its last byte.
    next: Option<u32>,
    /// The acknowledgement that reached it.
    una: Option<u32>,
    /// It has sent something that is no SYN.
    pub spoke: bool,
    /// It has sent data.
    pub has_data: bool,
    /// A reset ended it: the next SYN is another connection's.
    pub over: bool,
    contents: Contents,
}

/// What is wrong with the place of a FIN, or of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    /// A FIN that is not where the first one was.
    Second { first: u32, line: u64 },
    /// A FIN with data behind it.
    Early { next: u32 },
    /// A FIN that stands beyond the end of all that was sent.
    Late { next: u32 },
    /// Data behind the FIN.
    Behind { fin: u32, line: u64 },
}

/// Where the payload of a segment begins.
const fn data_start(wire: &Wire) -> u32 {
    wire.seq.wrapping_add(wire.flags.syn() as u32)
}

/// The number behind the payload of a segment: that of its FIN, if it has one.
pub(super) const fn data_end(wire: &Wire) -> u32 {
    data_start(wire).wrapping_add(wire.len)
}

impl Sent {
    /// Does this SYN begin another connection? One that is sent again has the same number, and the connection is not over yet.
    pub fn begins_anew(&self, wire: &Wire) -> bool {
        let another = self.syn != Some(wire.seq) || self.over || self.is_finished();
        another || self.spoke && !wire.flags.ack()
    }

    /// A connection begins with this SYN.
    pub fn begin_anew(&mut self, wire: &Wire) {
        *self = Sent { syn: Some(wire.seq), next: Some(wire.seq.wrapping_add(1)), ..Sent::default() };
    }

    /// The place of the FIN and of what surrounds it. The garbage octet of a keep-alive probe may have the FIN's own number. Only in
    /// a recording that is `whole` nothing can have been sent that it does not show.
    pub fn misplaced(&self, wire: &Wire, whole: bool) -> Option<Misplaced> {
        let end = data_end(wire);
        match (self.fin, wire.flags.fin()) {
            (None, true) => match self.next? {
                next if is_after(next, end) => Some(Misplaced::Early { next }),
                next if whole && self.syn.is_some() && is_after(data_start(wire), next) => Some(Misplaced::Late { next }),
                _ => None,
            },
            (Some((first, line)), true) => (first != end).then_some(Misplaced::Second { first, line }),
            (Some((fin, line)), false) => {
                let probe = wire.len == 1 && wire.seq == fin;
                (wire.len > 0 && is_after(end, fin) && !probe).then_some(Misplaced::Behind { fin, line })
            }
            (None, false) => None,
        }
    }

    /// Compares a segment's payload with what was sent before: how many bytes were known, and what differs. Where no
    /// acknowledgement is known, a single octet behind the last one may be a keep-alive's.
    pub fn compare(&self, wire: &Wire) -> (usize, Option<Change>) {
        let (Some(data), Some(next)) = (&wire.data, self.next) else { return (0, None) };
        let start = data_start(wire);
        let probe = self.una.is_none() && wire.len == 1 && data_end(wire) == next;
        if probe || is_at_least(start, next) { (0, None) } else { self.contents.compare(start, data, self.una) }
    }

    /// Is this the number behind all that was sent?
    pub fn is_next(&self, seq: u32) -> bool {
        self.next == Some(seq)
    }

    /// How much of a segment's payload was never sent before, from its end; all of it if nothing is known.
    pub fn fresh(&self, wire: &Wire) -> u32 {
        let end = data_end(wire);
        match self.next {
            Some(next) if !is_after(end, next) => 0,
            Some(next) => wire.len.min(end.wrapping_sub(next)),
            None => wire.len,
        }
    }

    /// Takes note of a common segment that begins behind all that was sent, and ends at `end`.
    pub fn go_on(&mut self, wire: &Wire, end: u32, line: u64) {
        self.spoke = true;
        if wire.len > 0 {
            self.has_data = true;
            self.next = Some(end);
            if let Some(data) = wire.data.as_ref().filter(|data| data.len() == wire.len as usize) {
                self.contents.keep(wire.seq, data.clone(), line);
            }
        }
    }

    /// Takes note of a segment that is no reset.
    pub fn note(&mut self, wire: &Wire, line: u64) {
        self.spoke |= !wire.flags.syn();
        self.has_data |= wire.len > 0;
        let end = data_end(wire);
        let fresh = self.fresh(wire) as usize;
        if let Some(data) = wire.data.as_ref().filter(|data| fresh > 0 && data.len() == wire.len as usize) {
            let data = if fresh == data.len() { data.clone() } else { data.slice(data.len() - fresh..) };
            self.contents.keep(end.wrapping_sub(fresh as u32), data, line);
        }
        self.next = Some(self.next.map_or(end, |next| latest(next, end)));
        if wire.flags.fin() {
            self.fin.get_or_insert((end, line));
        }
    }

    /// The peer acknowledges what lies before `ack`.
    pub fn acknowledge(&mut self, ack: u32) {
        if self.could_acknowledge(ack) {
            self.acknowledged(ack);
        }
    }

    /// The peer acknowledges what lies before `ack`, which is a number that this end has sent.
    pub fn acknowledged(&mut self, ack: u32) {
        if self.una.is_none_or(|una| is_after(ack, una)) {
            self.una = Some(ack);
            self.contents.acknowledge(ack);
        }
    }

    /// Is that a number that this end has sent?
    pub fn could_acknowledge(&self, ack: u32) -> bool {
        let begun = self.syn.is_none_or(|syn| is_at_least(ack, syn));
        begun && self.next.is_some_and(|next| is_at_least(next.wrapping_add(u32::from(self.fin.is_some())), ack))
    }

    /// Its FIN was acknowledged.
    pub fn is_finished(&self) -> bool {
        self.fin.zip(self.una).is_some_and(|((fin, _), una)| is_after(una, fin))
    }
}
