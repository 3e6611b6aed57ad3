//! Judges buffers that are seen again: those that reads returned, and those that writes were given.

use super::Judge;
use crate::contract::{Payload, WrittenBuffer};
use crate::oracle::events::BufferSeen;
use crate::oracle::order;
use crate::oracle::rooms::caller_keeps_off;

impl Judge<'_> {
    /// The contents of the buffer of an operation are shown.
    pub fn buffer_seen(&mut self, op: u64, data: &Payload) {
        match self.flow.buffers.get(&(self.end, op)) {
            Some(known) => {
                let found = order::buffer_seen(&self.scene(), &BufferSeen { changed: known.differs(data) });
                self.enter_at(self.site(op), found);
            }
            None => self.written_buffer_seen(op, data),
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
        let duties = caller_keeps_off::changed_buffer(&self.scene());
        self.book.charge(self.site(op), duties);
    }
}
