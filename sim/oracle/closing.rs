//! Judges a buffer that is seen again: one that a read returned, or one that a write was given.

use super::judge::Judge;
use super::ruling::Findings;
use crate::contract::{Payload, WrittenBuffer};
use crate::rules::Rule;

impl Judge<'_> {
    /// A buffer is seen again: one that a read returned, or one that a write was given.
    pub(super) fn buffer_seen(&mut self, op: u64, data: &Payload) {
        match self.flow.buffers.get(&(self.end, op)) {
            Some(known) => {
                let changed = known.differs(data);
                self.read_buffer_seen(op, changed);
            }
            None => self.written_buffer_seen(op, data),
        }
    }

    fn read_buffer_seen(&mut self, op: u64, changed: bool) {
        self.book.exercise(Rule::FreshBuffer);
        if changed && self.judges_content() && !self.me().faulted {
            let mut found = Findings::default();
            let end = self.end;
            found.add(Rule::FreshBuffer, &[], || format!("the buffer that the {end}'s read returned has other contents now"));
            let site = self.site(op);
            self.book.enter(site, found);
        }
    }

    /// The caller wrote into a buffer that it had given away: its fault, and the bytes may have changed under way. Where the
    /// flow copies what it is given, nothing may have.
    fn written_buffer_seen(&mut self, op: u64, data: &Payload) {
        let copies = self.me().contract.written_buffer == WrittenBuffer::Copy;
        let Some(write) = self.flow.streams[self.end].write(op) else { return };
        if copies || data == &write.data {
            return;
        }
        write.data = Payload::Count(write.data.len());
        self.book.exercise(Rule::CallerKeepsOff);
        let (site, end) = (self.site(op), self.end);
        self.book.fault(site, format!("the {end} touched the buffer of a write"));
    }
}
