//! Tracks what an end has sent, on its own circle of sequence numbers.

use super::contents::{Change, Contents};
use crate::wire::{Segment, Seq};

/// What one end has sent since its SYN, or since the recording began.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Sent {
    /// The number of its SYN.
    pub syn: Option<Seq>,
    /// The number of its FIN, and the line on which it was sent first.
    pub fin: Option<(Seq, u64)>,
    /// The number behind its last byte.
    next: Option<Seq>,
    /// The acknowledgement that reached it.
    una: Option<Seq>,
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
pub(in crate::oracle) enum Misplaced {
    /// A FIN that is not where the first one was.
    Second { first: Seq, line: u64 },
    /// A FIN with data behind it.
    Early { next: Seq },
    /// A FIN that stands beyond the end of all that was sent.
    Late { next: Seq },
    /// Data behind the FIN.
    Behind { fin: Seq, line: u64 },
}

impl Sent {
    /// Takes the memory of what is over.
    pub fn inherit(&mut self, old: &mut Sent) {
        self.contents.inherit(&mut old.contents);
    }

    /// Does this SYN begin another connection? One that is sent again has the same number, and the connection is not over yet.
    pub fn begins_anew(&self, segment: &Segment) -> bool {
        let another = self.syn != Some(segment.seq) || self.over || self.is_finished();
        another || self.spoke && !segment.flags.ack()
    }

    /// A connection begins with this SYN.
    pub fn begin_anew(&mut self, segment: &Segment) {
        *self = Sent { syn: Some(segment.seq), next: Some(segment.seq + 1), ..Sent::default() };
    }

    /// The place of the FIN and of what surrounds it. The garbage octet of a keep-alive probe may have the FIN's own number. Only in
    /// a recording that is `whole` nothing can have been sent that it does not show.
    pub fn misplaced(&self, segment: &Segment, whole: bool) -> Option<Misplaced> {
        let end = segment.data_end();
        match (self.fin, segment.flags.fin()) {
            (None, true) => match self.next? {
                next if next.is_after(end) => Some(Misplaced::Early { next }),
                next if whole && self.syn.is_some() && segment.data_start().is_after(next) => Some(Misplaced::Late { next }),
                _ => None,
            },
            (Some((first, line)), true) => (first != end).then_some(Misplaced::Second { first, line }),
            (Some((fin, line)), false) => {
                let probe = segment.data_len() == 1 && segment.seq == fin;
                (segment.data_len() > 0 && end.is_after(fin) && !probe).then_some(Misplaced::Behind { fin, line })
            }
            (None, false) => None,
        }
    }

    /// Compares a segment's payload with what was sent before: how many bytes were known, and what differs. Where no
    /// acknowledgement is known, a single octet behind the last one may be a keep-alive's.
    pub fn compare(&self, segment: &Segment) -> (usize, Option<Change>) {
        let (Some(data), Some(next)) = (segment.data.bytes(), self.next) else { return (0, None) };
        let start = segment.data_start();
        let probe = self.una.is_none() && segment.data_len() == 1 && segment.data_end() == next;
        if probe || start.is_at_least(next) { (0, None) } else { self.contents.compare(start, data, self.una) }
    }

    /// How much of a segment's payload was never sent before, from its end; all of it if nothing is known.
    pub fn fresh(&self, segment: &Segment) -> u32 {
        let end = segment.data_end();
        match self.next {
            Some(next) if !end.is_after(next) => 0,
            Some(next) => segment.data_len().min(end.since(next)),
            None => segment.data_len(),
        }
    }

    /// Takes note of a segment that is no reset.
    #[inline]
    pub fn note(&mut self, segment: &Segment, line: u64) {
        self.spoke |= !segment.flags.syn();
        let end = segment.data_end();
        if segment.data_len() > 0 {
            self.has_data = true;
            self.keep(segment, end, line);
        }
        self.next = Some(self.next.map_or(end, |next| next.latest(end)));
        if segment.flags.fin() {
            self.fin.get_or_insert((end, line));
        }
    }

    /// Keeps what was never sent before.
    fn keep(&mut self, segment: &Segment, end: Seq, line: u64) {
        let fresh = self.fresh(segment);
        if let Some(data) = segment.data.bytes().filter(|_| fresh > 0) {
            let known = data.len() - fresh as usize;
            let data = if known == 0 { data.clone() } else { data.slice(known..) };
            self.contents.keep(end - fresh, data, line);
        }
    }

    /// The peer acknowledges what lies before `ack`; false if this end has sent no such number.
    #[inline]
    pub fn acknowledge(&mut self, ack: Seq) -> bool {
        let could = self.could_acknowledge(ack);
        if could && self.una.is_none_or(|una| ack.is_after(una)) {
            self.una = Some(ack);
            self.contents.acknowledge(ack);
        }
        could
    }

    /// Is that a number that this end has sent?
    fn could_acknowledge(&self, ack: Seq) -> bool {
        let begun = self.syn.is_none_or(|syn| ack.is_at_least(syn));
        begun && self.next.is_some_and(|next| (next + u32::from(self.fin.is_some())).is_at_least(ack))
    }

    /// Its FIN was acknowledged.
    pub fn is_finished(&self) -> bool {
        self.fin.zip(self.una).is_some_and(|((fin, _), una)| una.is_after(fin))
    }
}
