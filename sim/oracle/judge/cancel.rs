//! Cancels a call: notes what its being given up leaves open.

use super::Judge;
use crate::contract::{CancelRead, CancelWrite};
use crate::oracle::events::CancelledRead;
use crate::oracle::order;
use crate::oracle::state::{Asked, Pending};
use crate::oracle::stream::Status;
use crate::rules::Rule;

impl Judge<'_> {
    pub fn cancel(&mut self, op: u64) {
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.stir();
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        match pending.asked {
            Asked::Read { .. } => self.cancel_read(&pending),
            Asked::Write { .. } => self.cancel_write(&pending),
            Asked::Shutdown(mode) => {
                let reads = me.pending.earliest(|asked| matches!(asked, Asked::Shutdown(mode) if mode.reads()));
                let writes = me.pending.earliest(|asked| matches!(asked, Asked::Shutdown(mode) if mode.writes()));
                me.halves.shutdown_cancelled(mode, reads, writes, at);
            }
            Asked::Close => {
                let other = me.pending.earliest(|asked| asked == Asked::Close);
                me.halves.close_cancelled(other, at);
            }
            Asked::Listen(port, _) | Asked::Unlisten(port) => self.hosts[self.end].doubts(port),
            Asked::Connect(_) | Asked::Accept(_) | Asked::Flush | Asked::Disconnect | Asked::Destination => {}
        }
        self.settle_untold();
    }

    /// A prefix of its bytes was accepted, or will be: all of them, perhaps, where it runs on.
    fn cancel_write(&mut self, pending: &Pending) {
        let found = order::cancelled_write(&self.scene(), pending);
        self.count(&found);
        if matches!(pending.asked, Asked::Write { len: 0, .. }) {
            return;
        }
        self.blame(pending.op, Rule::FailedWriteIsPrefix);
        let status = match self.me().contract.cancel_write {
            CancelWrite::RunsOn => Status::RunsOn,
            CancelWrite::Prefix => Status::Prefix,
        };
        self.flow.streams[self.end].settle(pending.op, self.at, status, None, &mut self.book.effort);
    }

    fn cancel_read(&mut self, pending: &Pending) {
        let lossy = self.me().contract.cancel_read == CancelRead::Lossy;
        let lost = match lossy {
            true => {
                self.flow.streams[self.end.peer()].lose_one_piece();
                false
            }
            false => self.reader_leaves(),
        };
        let found = order::cancelled_read(&self.scene(), &CancelledRead { pending, lost });
        let at = self.at;
        self.me_mut().reading.cancel(at, lossy);
        self.enter(pending, found);
        self.settle_overtaken();
    }
}
