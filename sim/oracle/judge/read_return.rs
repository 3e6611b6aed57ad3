//! Judges the return of a read: what it may say, and what it establishes.

use super::Judge;
use crate::contract::{ConcurrentWrites, EofOnPeerAbort, EofOnReset, Outcome, Payload};
use crate::oracle::Stamp;
use crate::oracle::events::{Ending, FailedRead, OvertakenEof, ReadData, ReadEof};
use crate::oracle::fact::fact;
use crate::oracle::frontier::Undecided;
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::rooms::{cancelled_close, eof_after_reset, eof_has_cause, read_error_has_cause};
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Asked, Doubt, Fingerprint, Pending, first};
use crate::oracle::stream::Misfit;
use crate::rules::Rule;

/// Whether bytes fit their stream, where that can be told.
type Followed = Result<Result<(), Misfit>, Undecided>;

impl Judge<'_> {
    /// A read of no bytes says nothing, whatever it gives: it is not asked whether the stream has ended.
    pub fn read_returned(&mut self, pending: &Pending, max: usize, outcome: &Outcome) {
        match outcome {
            Outcome::Eof | Outcome::Error(_) if max == 0 => {}
            Outcome::Data(data) if max == 0 && data.is_empty() => {}
            Outcome::Data(data) => {
                self.read_data(pending, max, data);
                self.note_isolation(pending);
            }
            Outcome::Eof => self.read_eof(pending),
            Outcome::Panic(said) => self.panicked(pending, said),
            Outcome::Error(_) => self.read_failed(pending, outcome),
            _ => {}
        }
        self.settle_overtaken();
    }

    /// A call went well while another flow was ending, or had: what ended that did not touch this one.
    #[inline]
    pub(super) fn note_isolation(&mut self, pending: &Pending) {
        if self.book.ending_elsewhere(self.flow.id).is_some() {
            self.went_on(pending);
        }
    }

    #[inline(never)]
    fn went_on(&mut self, pending: &Pending) {
        self.me_mut().went_on = Some(pending.called.seq);
        if self.book.trouble_elsewhere(self.flow.id, self.at.seq).is_none() {
            self.book.exercise(Rule::FlowsAreIsolated);
        }
    }

    #[inline]
    fn read_data(&mut self, pending: &Pending, max: usize, data: &Payload) {
        let found = order::read_data(&self.scene(), &ReadData { pending, max, len: data.len() });
        if self.me().halves.maybe_read().is_some() && !data.is_empty() {
            self.refute_own_doubt(pending);
        }
        let followed = self.follow_stream(pending, data);
        if followed == Err(Undecided) {
            self.lose_track("bytes");
            self.flow.streams[self.end.peer()].bytes_read += data.len() as u64;
        }
        match followed {
            Ok(Err(misfit)) if found.is_empty() => self.misread(pending, data, misfit, found),
            _ => drop(self.enter(pending, found)),
        }
        self.remember(pending, data);
    }

    /// Data shows that a cancelled end of own reading did not happen, where nothing could be read after it.
    #[cold]
    fn refute_own_doubt(&mut self, pending: &Pending) {
        let shown = cancelled_close::shown_by_data(&self.scene(), pending.called.seq);
        shown.into_iter().for_each(|doubt| self.me_mut().halves.settle_read(doubt));
    }

    /// Follows the stream to where these bytes end.
    fn follow_stream(&mut self, pending: &Pending, data: &Payload) -> Followed {
        let whole = self.peer().contract.concurrent_writes == ConcurrentWrites::Whole;
        let reader = self.reader(pending);
        if data.is_empty() { Ok(Ok(())) } else { self.flow.streams[self.end.peer()].read(data, reader, whole, &mut self.book.effort) }
    }

    /// It can't be told how these bytes, or the end of the stream, came about, nor what follows.
    #[cold]
    fn lose_track(&mut self, what: &'static str) {
        let (flow, line) = (self.flow.id, self.at.line());
        self.flow.streams[self.end.peer()].lose_track();
        self.book.give_up(|| fact!("too many ways in which the {what} of line {line} (flow {flow}) can have come about", what, line, flow));
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
        let read = self.follow_eof(pending);
        let found = order::read_eof(&self.scene(), &read);
        match read.ending {
            Ending::Own => self.settle_own_doubt(&read),
            Ending::Aborted(_) => self.ended_by_abort(&read, &found),
            Ending::Truncated => self.book.truncations += u64::from(read.cause.is_none() || read.owed > 0),
            Ending::Unclear => self.count_truncation(&read),
            Ending::Clean => self.ended_cleanly(&read),
        }
        self.note_eof();
        self.enter(pending, found);
    }

    /// Tells the stream of an EOF, and finds out what it means there.
    fn follow_eof<'p>(&mut self, pending: &'p Pending) -> ReadEof<'p> {
        let (ending, cause, flushed) = (self.ending(), eof_has_cause::cause(&self.scene()), self.scene().flushes_first());
        let is_clean = matches!(ending, Ending::Clean);
        let reader = self.reader_in_line(pending);
        let stream = &mut self.flow.streams[self.end.peer()];
        let unread = stream.next_unread();
        let owed = stream.owed(flushed, if is_clean { reader.others } else { 0 });
        if is_clean && owed == 0 && stream.end(flushed, reader.others, &mut self.book.effort).is_err() {
            self.lose_track("end of stream");
        }
        ReadEof { pending, ending, cause, unread, owed, lost: self.reader_leaves() }
    }

    fn ending(&self) -> Ending {
        let me = self.me();
        let perhaps = me.halves.maybe_read().is_some_and(|doubt| !matches!(doubt, Doubt::Refuted(_)));
        match me.life.aborted() {
            _ if perhaps || me.halves.full_close_called().is_some() || me.halves.shut_read().called.is_some() => Ending::Own,
            Some(abort) if self.had_lost_the_peer(abort.at) => Ending::Truncated,
            Some(abort) => Ending::Aborted(abort),
            None if self.may_pass_for_the_end() => Ending::Truncated,
            None if self.has_told_what_failed_below() || self.was_reset_by_close() || self.scene().may_be_dead() => Ending::Unclear,
            None => Ending::Clean,
        }
    }

    /// `eof_on_peer_abort=allow`: the peer's abort, or its close with bytes unread, may show as the end of the stream.
    fn may_pass_for_the_end(&self) -> bool {
        let (peer, written) = (self.peer(), &self.flow.streams[self.end]);
        let left = || peer.full_close_possible().is_some() && written.bytes_called > written.bytes_read;
        let lost = peer.life.is_gone() || peer.life.below_lost().is_some();
        self.me().contract.eof_on_peer_abort == EofOnPeerAbort::Allow && (lost || left())
    }

    /// `eof_on_peer_abort=allow`: the end of stream that the peer's abort may show as can have arrived before this moment.
    fn had_lost_the_peer(&self, by: Stamp) -> bool {
        let peer = &self.peer().life;
        let lost = first([peer.aborted_at(), peer.below_lost()]).is_some_and(|lost| lost.seq < by.seq);
        self.me().contract.eof_on_peer_abort == EofOnPeerAbort::Allow && lost
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
        if found.breaks(Rule::EofAfterReset) {
            return;
        }
        if eof_after_reset::waits_for_word(&self.scene(), read) {
            let (at, op) = (self.at, read.pending.op);
            self.me_mut().life.pass_for_the_end(at, op);
        }
        if eof_after_reset::is_only_cause(&self.scene(), read) {
            self.count_truncation(read);
        }
    }

    fn ended_cleanly(&mut self, read: &ReadEof<'_>) {
        let at = self.at;
        self.flow.streams[self.end.peer()].clean_eof.get_or_insert((at, read.pending.op));
        if read.cause.is_some() {
            self.settle_peer_doubt();
        }
        let overtakes = Some(read.pending.op).filter(|_| self.me().pending.reads() > 0);
        self.me_mut().reading.ended_cleanly(read.pending.called, at, overtakes);
    }

    /// A read is over: if it was the last one that a clean EOF had overtaken, all must be read by now.
    #[inline(always)]
    pub fn settle_overtaken(&mut self) {
        if let Some((eof, op)) = self.me().reading.overtaken() {
            self.look_for_overtaken(eof, op);
        }
    }

    fn look_for_overtaken(&mut self, eof: Stamp, op: u64) {
        if self.me().pending.earliest(Asked::reads).is_none_or(|first| first.seq > eof.seq) {
            self.all_caught_up(eof, op);
        }
    }

    fn all_caught_up(&mut self, eof: Stamp, op: u64) {
        let missing = self.flow.streams[self.end.peer()].owed(self.scene().flushes_first(), 0);
        let found = order::overtaken_eof(&self.scene(), &OvertakenEof { missing });
        self.me_mut().reading.all_caught_up();
        self.enter_at(ViolationSite { at: eof, ..self.site(op) }, found);
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
        let perhaps = me.halves.maybe_read().is_some_and(|doubt| !matches!(doubt, Doubt::Refuted(_)));
        let own = me.halves.shut_read().called.is_some() || perhaps;
        me.reading.ended(at, !(own && (me.late_data() || me.contract.data_after_shutdown_read.is_none())));
    }

    /// A read ends that has taken nothing; are bytes lost that only it can have taken?
    pub fn reader_leaves(&mut self) -> bool {
        let others = self.me().pending.reads();
        !self.flow.streams[self.end.peer()].reader_left(others, &mut self.book.effort)
    }

    fn read_failed(&mut self, pending: &Pending, outcome: &Outcome) {
        let scene = self.scene();
        let has_no_cause = read_error_has_cause::is_unexplained(&scene, pending.called.seq);
        let unexplained = has_no_cause && !cancelled_close::may_have_ended_reading(&scene);
        let shows = cancelled_close::shown_by_failed_read(&scene).filter(|_| has_no_cause);
        let read = FailedRead { pending, error: outcome.clone().into_error(), unexplained };
        let found = order::failed_read(&scene, &read);
        let at = self.at;
        let me = self.me_mut();
        shows.into_iter().for_each(|doubt| me.halves.settle_read(doubt));
        me.calm = false;
        me.reading.failed(at);
        if found.breaks(Rule::DataBeforeAbort) {
            me.life.forget_arrivals();
        }
        self.enter(pending, found);
        // What it may have lost is the abort's affair.
        self.reader_leaves();
    }

    /// The flow below has failed, and a call has said so, or may say so yet: an EOF is no clean one then.
    fn has_told_what_failed_below(&self) -> bool {
        let me = self.me();
        let told = || first([me.reading.error(), me.writing.error()]).is_some() || eof_after_reset::may_be_told(me);
        me.life.below_lost().is_some() && me.contract.eof_on_reset != EofOnReset::Forbid && told()
    }

    /// The peer's close came as a reset, which an earlier error told: an EOF after it is no clean one.
    fn was_reset_by_close(&self) -> bool {
        self.me().life.reset_by_close().is_some() && self.me().contract.eof_on_reset != EofOnReset::Forbid
    }
}
