//! Judges one event of one end, in three steps: describe the event, ask the rooms of its table (`order`) about it, then apply
//! what it establishes and enter what was found.
//!
//! A file for each kind of event: `call` (a call begins), `read_return` (`misfit`: of bytes that do not fit), `write_return`,
//! `end_return` (shutdown, close, flush, disconnect), `opening` (connect, accept, listen, unlisten, destination), `cancel`, `env` (a
//! line of the environment), `abort`, `buffer` (a buffer is seen again), `segment` (a segment is sent or arrives, or a connection's
//! state changes), `quiet`.

mod abort;
mod buffer;
mod call;
mod cancel;
mod end_return;
mod env;
mod misfit;
mod opening;
mod quiet;
mod read_return;
mod segment;
mod write_return;

use super::Stamp;
use super::events::Panicked;
use super::ledger::{Ledger, ViolationSite};
use super::order;
use super::ruling::{Findings, Found};
use super::scene::Scene;
use super::state::{Asked, EndState, Flow, Host, Pending};
use super::stream::{OpenRead, Status};
use crate::contract::{Both, ConcurrentReads, End, Error, Outcome};
use crate::trace::Header;

/// One event of one end, with all that it may change.
pub(super) struct Judge<'a> {
    pub flow: &'a mut Flow,
    pub book: &'a mut Ledger,
    pub header: &'a Header,
    pub hosts: &'a mut Both<Host>,
    pub end: End,
    pub at: Stamp,
}

/// What a return says.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub outcome: &'a Outcome,
    pub accepted: Option<u64>,
    pub peer: Option<&'a str>,
    /// The flow that was made, if that is another.
    pub made: Option<u32>,
}

impl Judge<'_> {
    /// What the rooms may see of it.
    pub fn scene(&self) -> Scene<'_> {
        Scene { flow: self.flow, book: self.book, header: self.header, hosts: self.hosts, end: self.end, at: self.at }
    }

    pub fn me(&self) -> &EndState {
        &self.flow.ends[self.end]
    }

    pub fn me_mut(&mut self) -> &mut EndState {
        &mut self.flow.ends[self.end]
    }

    pub fn peer(&self) -> &EndState {
        &self.flow.ends[self.end.peer()]
    }

    /// Nothing but reads and writes has happened on this flow, all of them went well, and nothing went wrong elsewhere.
    pub fn is_calm(&self) -> bool {
        self.scene().is_calm()
    }

    /// What happens here and now, to that operation.
    pub fn site(&self, op: u64) -> ViolationSite {
        ViolationSite { op: Some(op), ..self.site_of_end() }
    }

    /// What happens here and now, to no operation.
    pub fn site_of_end(&self) -> ViolationSite {
        ViolationSite { at: self.at, flow: self.flow.id, end: self.end, op: None }
    }

    /// The reader of a read that returns now; it is no longer counted among the pending ones.
    pub fn reader(&self, pending: &Pending) -> OpenRead {
        let me = self.me();
        let fifo = me.contract.concurrent_reads == ConcurrentReads::Fifo;
        OpenRead { called: pending.called.seq, now: self.at.seq, others: me.pending.reads(), fifo }
    }

    /// As [`Judge::reader`], counting only those that can have been served before it.
    pub fn reader_in_line(&self, pending: &Pending) -> OpenRead {
        let reader = self.reader(pending);
        if !reader.fifo || reader.others == 0 {
            return reader;
        }
        let ahead = |other: &&Pending| other.asked.reads() && other.called.seq < reader.called;
        OpenRead { others: self.me().pending.iter().filter(ahead).count(), ..reader }
    }
}

/// The word of a call that is refused since another is pending.
const BUSY: &str = "busy";

/// Was this call on the flow refused since another is pending?
fn is_refusal(asked: Asked, outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Error(Error::Other(word)) if **word == *BUSY && asked.is_of_flow())
}

impl Judge<'_> {
    #[inline]
    pub fn answer(&mut self, op: u64, answered: Answered<'_>) {
        let Answered { outcome, accepted, .. } = answered;
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.stir();
        self.hosts[self.end].down = false;
        if is_refusal(pending.asked, outcome) {
            return self.refused(&pending);
        }
        self.note_return(&pending);
        if let Outcome::Error(error) = outcome {
            self.evidence(&pending, error);
            self.note_reset_by_close(error);
        }
        let is_nowhere = self.is_nowhere(&pending, outcome);
        match pending.asked {
            Asked::Shutdown(_) | Asked::Close if is_nowhere => self.ended_nothing(&pending),
            Asked::Read { .. } | Asked::Write { .. } if is_nowhere => self.failed_nowhere(&pending, answered),
            Asked::Read { max } => self.read_returned(&pending, max, outcome),
            Asked::Write { .. } => self.write_returned(&pending, outcome, accepted),
            Asked::Shutdown(mode) => self.shutdown_returned(&pending, mode, outcome),
            Asked::Close => self.close_returned(&pending, outcome),
            Asked::Disconnect => self.disconnect_returned(&pending, outcome),
            Asked::Flush => self.flush_returned(&pending, outcome),
            Asked::Connect(port) => self.connect_returned(&pending, port, answered),
            Asked::Accept(port) => self.accept_returned(&pending, port, answered),
            Asked::Listen(port, found) => self.listen_returned(&pending, port, found, outcome),
            Asked::Unlisten(port) => self.unlisten_returned(&pending, port, outcome),
            Asked::Destination => self.destination_returned(&pending, answered),
        }
        self.tell(pending.asked, outcome);
    }

    /// A call was refused since another is pending: it had no effect, and says nothing.
    fn refused(&mut self, pending: &Pending) {
        match pending.asked {
            Asked::Write { len: 1.., .. } => {
                self.flow.streams[self.end].settle(pending.op, self.at, Status::Void, None, &mut self.book.effort);
            }
            Asked::Shutdown(_) | Asked::Close => self.ended_nothing(pending),
            _ => {}
        }
        self.settle_untold();
        self.settle_overtaken();
    }

    /// A read or write failed since its end had no connection yet: the one that comes has not failed by that.
    fn failed_nowhere(&mut self, pending: &Pending, Answered { outcome, accepted, .. }: Answered<'_>) {
        let (read_error, write_error) = (self.me().reading.error(), self.me().writing.error());
        match pending.asked {
            Asked::Read { max } => self.read_returned(pending, max, outcome),
            _ => self.write_returned(pending, outcome, accepted),
        }
        let me = self.me_mut();
        me.reading.forget_error_since(read_error);
        me.writing.forget_error_since(write_error);
    }

    /// What the return of any call establishes.
    #[inline]
    fn note_return(&mut self, pending: &Pending) {
        let found = order::returned(&self.scene(), pending);
        self.count(&found);
        if pending.asked.reads() {
            self.me_mut().reading.count();
        }
    }

    /// The reset that the peer's full close may be needs no line of the network: the error shows that it came.
    fn note_reset_by_close(&mut self, error: &Error) {
        let reset = matches!(error, Error::Reset | Error::ConnectionAborted);
        if reset && self.peer().full_close_possible().is_some() && self.scene().peer_close_may_reset() {
            let at = self.at;
            self.me_mut().life.was_reset_by_close(at);
        }
    }

    /// The call panicked, and said this.
    pub fn panicked(&mut self, pending: &Pending, said: &str) {
        let found = order::panicked(&self.scene(), &Panicked { pending, said });
        self.enter(pending, found);
    }

    /// Counts the rules that a call has put to the test. Those of a flow that another one stands on test nothing of the subject.
    #[inline]
    pub fn count(&mut self, findings: &Findings) {
        if !self.flow.is_evidence() {
            self.book.exercise_all(findings.exercised());
        }
    }

    /// Writes down what is wrong with the return of a call, unless this end is not judged any more.
    #[inline]
    pub fn enter(&mut self, pending: &Pending, findings: Findings) -> Option<usize> {
        self.count(&findings);
        let found = *findings.into_found()?;
        self.write_down_at(self.site(pending.op), found)
    }

    /// Writes down what is wrong with an event, unless its end is not judged any more.
    pub fn enter_at(&mut self, site: ViolationSite, findings: Findings) -> Option<usize> {
        self.count(&findings);
        let found = *findings.into_found()?;
        self.write_down_at(site, found)
    }

    #[cold]
    fn write_down_at(&mut self, site: ViolationSite, found: Found) -> Option<usize> {
        if self.flow.ends[site.end].faulted { None } else { self.book.write_down(site, found) }
    }
}
