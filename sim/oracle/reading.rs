//! What the return of a read may say.

use super::Seq;
use super::events::{Ending, FailedRead, ReadEof, ReaderLeft};
use super::frontier::Undecided;
use super::judge::Judge;
use super::order;
use super::rooms::{eof_after_reset, eof_has_cause, read_error_has_cause};
use super::ruling::Findings;
use super::state::{Doubt, Fingerprint, Pending, first};
use super::stream::Misfit;
use crate::contract::{CloseIs, ConcurrentReads, ConcurrentWrites, DataBeforeAbort, EofOnReset, Outcome, Payload};
use crate::rules::Rule;

/// Whether bytes fit their stream, where that can be told.
type Followed = Result<Result<(), Misfit>, Undecided>;

impl Judge<'_> {
    pub(super) fn read_returned(&mut self, pending: &Pending, max: usize, outcome: &Outcome) {
        if !self.is_calm() && matches!(outcome, Outcome::Data(_)) {
            self.read_premises(pending);
        }
        match outcome {
            Outcome::Data(data) => self.read_data(pending, max, data),
            Outcome::Eof => self.read_eof(pending),
            Outcome::Panic => self.panicked(pending),
            Outcome::Error(_) => self.read_failed(pending, outcome),
            _ => {}
        }
    }

    /// Which rules any return of this read puts to the test.
    fn read_premises(&mut self, pending: &Pending) {
        let called = pending.called.seq;
        let me = self.me();
        let contract = me.contract;
        let closed = me.halves.reading_over().is_some_and(|at| at.seq < called);
        let shut = me.halves.shut_read().before(called);
        let owed = me.halves.full_close_returned().or(me.halves.shut_read().returned).or(me.reading.eof()).or(me.reading.error());
        let half = me.halves.shut_write().called.is_some() && me.halves.full_close_called().is_none();
        let shut_pending = me.halves.shut_read().called.is_some_and(|at| at.seq > called) && contract.data_after_shutdown_read.is_some();
        let close_pending = me.halves.full_close_called().is_some_and(|at| at.seq > called);
        let half_closed = contract.close_is == CloseIs::Half && me.halves.close().called.is_some_and(|at| at.seq < called);
        let exercised = [
            (Rule::EofIsFinal, me.reading.ended_before(called).is_some()),
            (Rule::ErrorAfterClose, closed),
            (Rule::EofAfterShutdownRead, shut && contract.data_after_shutdown_read.is_some()),
            (Rule::PendingAtShutdown, shut_pending || close_pending),
            (Rule::NoStuckCall, owed.is_some()),
            (Rule::CloseKeepsReading, half_closed),
            (Rule::HalfCloseKeepsReading, half),
            (Rule::FlowsAreIsolated, self.book.trouble_elsewhere(self.flow.id, self.at.seq).is_some()),
        ];
        self.book.exercise_where(exercised);
    }

    fn read_data(&mut self, pending: &Pending, max: usize, data: &Payload) {
        let mut found = Findings::default();
        if !self.is_calm() {
            self.data_out_of_season(pending, data, &mut found);
        }
        if data.is_empty() || data.len() > max {
            self.data_size(max, data, &mut found);
        }
        self.data_premises(pending.called.seq, data);
        match self.follow_stream(pending, data) {
            Ok(Ok(())) if found.is_empty() => self.remember(pending, data),
            fits => self.wrong_data(pending, data, fits, found),
        }
    }

    /// Follows the stream to where these bytes end.
    fn follow_stream(&mut self, pending: &Pending, data: &Payload) -> Followed {
        let whole = self.peer().contract.concurrent_writes == ConcurrentWrites::Whole;
        let reader = self.reader(pending);
        if data.is_empty() { Ok(Ok(())) } else { self.flow.streams[self.end.peer()].read(data, reader, whole) }
    }

    /// Data that must not come, or that does not fit.
    #[cold]
    fn wrong_data(&mut self, pending: &Pending, data: &Payload, fits: Followed, mut found: Findings) {
        match fits {
            Ok(Ok(())) => {}
            Ok(Err(_)) if !found.is_empty() => {}
            Ok(Err(Misfit::Order)) => self.name_disorder(pending, &mut found),
            Ok(Err(Misfit::Bytes)) => {
                self.name_misfit(pending, data, found);
                return self.remember(pending, data);
            }
            Err(_) => {
                let (flow, line) = (self.flow.id, self.at.line());
                let stream = &mut self.flow.streams[self.end.peer()];
                stream.lose_track();
                stream.bytes_read += data.len() as u64;
                self.book.give_up(|| format!("too many ways in which the bytes of line {line} (flow {flow}) can have come about"));
            }
        }
        self.enter(pending, found);
        self.remember(pending, data);
    }

    /// Data where only an end may come.
    fn data_out_of_season(&mut self, pending: &Pending, data: &Payload, found: &mut Findings) {
        let called = pending.called.seq;
        self.dropped_data(pending, found);
        let (me, end) = (self.me(), self.end);
        let discards = me.discards();
        let len = data.len();
        if let Some(over) = me.halves.reading_over().filter(|at| at.seq < called) {
            found.add(Rule::ErrorAfterClose, &[over, pending.called], || {
                format!("the {end}'s read returned {len} bytes, but it was called after the {end} had closed the flow")
            });
        }
        if let Some(shut) = me.halves.shut_read().returned.filter(|at| discards && at.seq < called) {
            found.add(Rule::EofAfterShutdownRead, &[shut, pending.called], || {
                format!("the {end}'s read returned {len} bytes, but it was called after its shutdown of reading had returned")
            });
        }
        let over = first([me.halves.shut_read().returned.filter(|_| discards), me.halves.strong_close_returned()]);
        if let Some(over) = over.filter(|at| at.seq > called)
            && let Some(late) = self.flow.streams[end.peer()].source(len).filter(|write| write.seq > over.seq)
        {
            found.add(Rule::PendingAtShutdown, &[pending.called, over, late], || {
                format!("the {end}'s read was pending when reading was shut down, and took bytes of a write that was called later")
            });
        }
        if let Some(last) = self.me().reading.ended_before(called) {
            found.add(Rule::EofIsFinal, &[last, pending.called], || {
                format!("the {end}'s read returned {len} bytes, but an earlier read had already ended the stream at {}", last.t)
            });
        }
    }

    /// `data_before_abort=drop`: what had arrived before the abort is never read after it.
    fn dropped_data(&mut self, pending: &Pending, found: &mut Findings) {
        let me = self.me();
        let Some((aborted, _)) = me.life.arrived().filter(|(at, _)| at.seq < pending.called.seq) else { return };
        let drops = me.contract.data_before_abort == DataBeforeAbort::Drop;
        self.book.exercise(Rule::DataBeforeAbort);
        if drops {
            let end = self.end;
            found.add(Rule::DataBeforeAbort, &[aborted], || {
                format!("the {end}'s read returned bytes that the abort at {} should have thrown away", aborted.t)
            });
        }
    }

    /// No bytes, or too many.
    #[cold]
    fn data_size(&mut self, max: usize, data: &Payload, found: &mut Findings) {
        let end = self.end;
        let judged = self.judges_content();
        if data.is_empty()
            && let Some((zero, _)) = self.peer().writing.empty()
        {
            found.add(Rule::ZeroLengthIsInvisible, &[zero], || {
                format!("the {end}'s read returned no bytes: the peer's zero-length write became visible")
            });
        }
        if judged && data.is_empty() {
            found.add(Rule::DataNonempty, &[], || format!("the {end}'s read returned data of no bytes"));
        }
        if judged && data.len() > max {
            let len = data.len();
            found.add(Rule::DataNonempty, &[], || format!("the {end}'s read asked for at most {max} bytes and returned {len}"));
        }
    }

    fn data_premises(&mut self, called: Seq, data: &Payload) {
        let me = self.me();
        let overlapping = me.pending.reads() > 0 || self.flow.streams[self.end.peer()].overlaps(called);
        let second = self.flow.streams[self.end.peer()].reaches_next(data.len());
        let exercised = [
            (Rule::StreamPrefix, true),
            (Rule::StreamCausal, true),
            (Rule::Delivery, true),
            (Rule::DataNonempty, self.judges_content()),
            (Rule::OneReaderPerByte, overlapping),
            (Rule::WriteOrder, second),
        ];
        self.book.exercise_where(exercised);
    }

    fn remember(&mut self, pending: &Pending, data: &Payload) {
        if self.header.records.buffers {
            self.flow.buffers.insert((self.end, pending.op), Fingerprint::of(data));
        }
        if let Some(bytes) = data.bytes() {
            self.flow.streams[self.end.peer()].remember_read(bytes, pending.op, self.at.seq);
        }
    }

    fn read_eof(&mut self, pending: &Pending) {
        let read = self.eof_of(pending);
        let found = order::read_eof(&self.scene(), &read);
        match read.ending {
            Ending::Own => self.settle_own_doubt(&read),
            Ending::Aborted(_) => self.ended_by_abort(&read, &found),
            Ending::Unclear => self.count_truncation(&read),
            Ending::Clean => self.ended_cleanly(&read),
        }
        self.note_eof();
        self.enter(pending, found);
        let left = self.reader_leaves(pending);
        let found = order::reader_left(&self.scene(), &left);
        self.enter(pending, found);
    }

    /// What is known of an EOF that a read gave.
    fn eof_of<'p>(&self, pending: &'p Pending) -> ReadEof<'p> {
        let ending = self.ending();
        let others = if matches!(ending, Ending::Clean) { self.reader_in_line(pending).others } else { 0 };
        let owed = self.flow.streams[self.end.peer()].owed(self.scene().flushes_first(), others);
        ReadEof { pending, ending, cause: eof_has_cause::cause(&self.scene()), owed }
    }

    fn ending(&self) -> Ending {
        let me = self.me();
        let perhaps = me.halves.maybe_read().is_some_and(|doubt| !matches!(doubt, Doubt::Refuted(_)));
        match me.life.aborted() {
            _ if perhaps || me.halves.full_close_called().is_some() || me.halves.shut_read().called.is_some() => Ending::Own,
            Some(abort) => Ending::Aborted(abort),
            None if self.was_reset_by_close() || self.scene().may_be_dead() => Ending::Unclear,
            None => Ending::Clean,
        }
    }

    /// An EOF whose only cause is own cancelled shutdown of reading, or close, shows that it took effect.
    fn settle_own_doubt(&mut self, read: &ReadEof<'_>) {
        let at = self.at;
        let halves = &mut self.me_mut().halves;
        let ended = halves.full_close_called().is_some() || halves.shut_read().called.is_some();
        if let (false, None, Some(Doubt::Open(_))) = (ended, read.cause, halves.maybe_read()) {
            halves.settle_read(Doubt::Happened(at));
        }
    }

    fn ended_by_abort(&mut self, read: &ReadEof<'_>, found: &Findings) {
        if found.breaks(Rule::DataBeforeAbort) {
            self.me_mut().life.forget_arrivals();
        }
        if eof_after_reset::is_only_cause(&self.scene(), read) && !found.breaks(Rule::EofAfterReset) {
            self.count_truncation(read);
        }
    }

    fn ended_cleanly(&mut self, read: &ReadEof<'_>) {
        let (at, flushed, reader) = (self.at, self.scene().flushes_first(), self.reader_in_line(read.pending));
        let stream = &mut self.flow.streams[self.end.peer()];
        if read.owed == 0 {
            stream.end(flushed, reader);
        }
        stream.clean_eof.get_or_insert((at, read.pending.op));
        if read.cause.is_some() {
            self.settle_peer_doubt();
        }
        self.me_mut().reading.ended_cleanly(at);
    }

    /// An EOF whose only cause is a cancelled end of writing shows that it took effect.
    fn settle_peer_doubt(&mut self) {
        let at = self.at;
        let sure = first([self.peer().halves.write_end_called(), self.me().reading.eof()]).is_some();
        let peer = &mut self.flow.ends[self.end.peer()];
        if let (false, Some(Doubt::Open(_))) = (sure, peer.halves.maybe_write()) {
            peer.halves.settle_write(Doubt::Happened(at));
        }
    }

    /// An EOF that need not be a clean one hides that bytes were lost.
    fn count_truncation(&mut self, read: &ReadEof<'_>) {
        self.book.truncations += u64::from(read.owed > 0);
    }

    fn note_eof(&mut self) {
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        let own = me.halves.shut_read().called.is_some() || me.halves.maybe_read().is_some();
        me.reading.ended(at, !(own && (me.late_data() || me.contract.data_after_shutdown_read.is_none())));
    }

    /// A read ends that has taken nothing.
    pub(super) fn reader_leaves<'p>(&mut self, pending: &'p Pending) -> ReaderLeft<'p> {
        let others = self.me().pending.reads();
        let lost = !self.flow.streams[self.end.peer()].reader_left(others);
        ReaderLeft { pending, lost }
    }

    fn read_failed(&mut self, pending: &Pending, outcome: &Outcome) {
        let unexplained = read_error_has_cause::is_unexplained(&self.scene(), pending.called.seq);
        let read = FailedRead { pending, error: outcome.clone().into_error(), unexplained };
        let found = order::failed_read(&self.scene(), &read);
        let at = self.at;
        let me = self.me_mut();
        me.calm = false;
        me.reading.failed(at);
        if found.breaks(Rule::DataBeforeAbort) {
            me.life.forget_arrivals();
        }
        self.enter(pending, found);
        // What it may have lost is the abort's affair.
        self.reader_leaves(pending);
    }

    /// The peer's close came as a reset, which an earlier error told: an EOF after it is no clean one.
    fn was_reset_by_close(&self) -> bool {
        self.me().life.reset_by_close().is_some() && self.me().contract.eof_on_reset != EofOnReset::Forbid
    }

    fn name_disorder(&mut self, pending: &Pending, found: &mut Findings) {
        let end = self.end;
        debug_assert_eq!(self.me().contract.concurrent_reads, ConcurrentReads::Fifo);
        found.add(Rule::OneReaderPerByte, &[pending.called], || {
            format!("the {end}'s reads must get their bytes in the order of their calls, and this one was overtaken")
        });
    }

    /// `data-nonempty` and `fresh-buffer` belong to this end's contract.
    pub(super) fn judges_content(&self) -> bool {
        self.me().contract.base != "v1"
    }
}
