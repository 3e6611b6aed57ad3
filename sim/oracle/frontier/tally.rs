//! Counts bytes where contents say nothing.

use std::collections::VecDeque;

use crate::oracle::written::Write;

/// What is known where only numbers of bytes are.
#[derive(Clone, Debug)]
pub(super) struct Lengths {
    /// Bytes that were read of the writes that are not done with (or of doubtful ones that are).
    pub read: usize,
    /// Bytes of failed and cancelled writes that are done with: so many of those that were read can be theirs.
    pub slack: usize,
    /// Cancelled reads that may each have swallowed a piece.
    pub phantoms: usize,
    /// Bytes that were read since counting began.
    total: usize,
    /// How many of those had been read when each write was called: they can't be its own.
    before: VecDeque<usize>,
}

impl Lengths {
    /// Counting begins with this many writes.
    pub fn new(writes: usize, read: usize, slack: usize, phantoms: usize) -> Self {
        Lengths { read, slack, phantoms, total: read, before: VecDeque::from(vec![0; writes]) }
    }

    pub fn add_write(&mut self) {
        self.before.push_back(self.total);
    }

    /// Counts bytes that were read; false if there can't be as many.
    pub fn take(&mut self, writes: &VecDeque<Write>, bytes: usize) -> bool {
        let written = self.slack + writes.iter().map(|write| write.len).sum::<usize>();
        let fits = self.read + bytes <= written;
        if fits {
            self.read += bytes;
            self.total += bytes;
        }
        fits
    }

    /// Most bytes that can have been read of a write.
    pub fn taken_at_most(&self, writes: &VecDeque<Write>, index: usize) -> usize {
        self.read.min(writes[index].len).min(self.total - self.before[index])
    }

    /// Fewest bytes that can have been read of a write.
    pub fn taken_at_least(&self, writes: &VecDeque<Write>, index: usize) -> usize {
        let others = writes.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, write)| write.len).sum::<usize>();
        self.read.saturating_sub(self.slack + others)
    }

    /// How many writes at the front are done with; their bytes are not counted any more.
    pub fn finish(&mut self, writes: &VecDeque<Write>) -> usize {
        let mut count = 0;
        for write in writes {
            if write.returned.is_none() || self.read < write.len {
                break;
            }
            if write.is_doubtful() {
                self.slack += write.len;
            } else {
                self.read -= write.len;
            }
            count += 1;
        }
        self.before.drain(..count);
        count
    }

    /// Accepted bytes that were not read, at least.
    pub fn owed(&self, writes: &VecDeque<Write>, accepted: impl Fn(&Write) -> bool, others: usize) -> usize {
        if others + self.phantoms > 0 {
            return 0;
        }
        let (mut sum, mut owed) = (0_usize, 0);
        for (write, before) in writes.iter().zip(&self.before).rev().filter(|(write, _)| accepted(write)) {
            sum += write.len;
            owed = owed.max(sum.saturating_sub(self.read.min(self.total - before)));
        }
        owed
    }
}
