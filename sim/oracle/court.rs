//! The court: takes events in their true order and sends each to the part that can judge it.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::end::{Answer, EndState, Kind, Pending, Step};
use super::ledger::{Ledger, Site};
use super::stream::{Reader, Status, Stream, Write};
use super::verdict::{Judgement, Verdict, Violation};
use super::wire::WireState;
use super::{Seq, Stamp};
use crate::contract::{
    BlockedReadAtClose, Both, Call, CancelRead, CancelWrite, ConcurrentReads, ConcurrentWrites, End, Error, Outcome, Payload,
};
use crate::rules::Rule;
use crate::time::Instant;
use crate::trace::{Abort, By, Clock, Env, EnvWhat, Event, Header, Place, Resources, What};

/// A buffer's contents, as little of them as tells whether they change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint {
    len: usize,
    hash: Option<u128>,
}

impl Fingerprint {
    pub fn of(data: &Payload) -> Self {
        Fingerprint { len: data.len(), hash: data.bytes().map(|bytes| xxhash_rust::xxh3::xxh3_128(bytes)) }
    }

    pub fn differs(self, data: &Payload) -> bool {
        let now = Fingerprint::of(data);
        self.len != now.len || self.hash.zip(now.hash).is_some_and(|(then, now)| then != now)
    }
}

/// One flow, as far as its events tell.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub id: u32,
    pub ends: Both<EndState>,
    /// By the end that writes.
    pub streams: Both<Stream>,
    /// By the end that sends: since when what it sends is cut off.
    pub cut: Both<Option<Stamp>>,
    pub wire: Both<WireState>,
    pub resources: Both<Option<(Stamp, Resources)>>,
    /// Buffers that reads returned, where the recording shows them again.
    pub buffers: BTreeMap<(End, u64), Fingerprint>,
    /// Wrong bytes whose name may change when more is known.
    pub suspects: Vec<super::naming::Suspect>,
    /// A partition once stood between the ends.
    pub was_cut: bool,
    /// When something last happened here in fair time.
    pub active: Instant,
}

impl Flow {
    fn new(id: u32, header: &Header) -> Self {
        let end = |end| EndState::new(header.contract[end]);
        Flow {
            id,
            ends: Both { client: end(End::Client), server: end(End::Server) },
            streams: Both::default(),
            cut: Both::default(),
            wire: Both::default(),
            resources: Both::default(),
            buffers: BTreeMap::new(),
            suspects: Vec::new(),
            was_cut: false,
            active: Instant::ZERO,
        }
    }

    /// A partition or crash stands between the ends.
    pub fn is_cut(&self) -> bool {
        End::BOTH.iter().any(|&end| self.cut[end].is_some() || self.ends[end].crashed.is_some())
    }
}

/// One event of one end, with all that judging it needs.
pub(super) struct Scene<'a> {
    pub flow: &'a mut Flow,
    pub book: &'a mut Ledger,
    pub header: &'a Header,
    pub end: End,
    pub at: Stamp,
}

impl Scene<'_> {
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
        self.me().calm && self.peer().calm && self.book.troubled.is_empty()
    }

    pub fn site(&self, op: u64) -> Site {
        Site { at: self.at, flow: self.flow.id, end: self.end, op: Some(op) }
    }

    /// The reader of a read that returns now; it is no longer counted among the pending ones.
    pub fn reader(&self, pending: &Pending) -> Reader {
        let me = self.me();
        let fifo = me.contract.concurrent_reads == ConcurrentReads::Fifo;
        Reader { called: pending.called.seq, now: self.at.seq, others: me.reads_pending, fifo }
    }

    /// As [`Scene::reader`], counting only those that can have been served before it.
    pub fn reader_in_line(&self, pending: &Pending) -> Reader {
        let reader = self.reader(pending);
        if !reader.fifo || reader.others == 0 {
            return reader;
        }
        let ahead = |other: &&Pending| matches!(other.kind, Kind::Read { .. }) && other.called.seq < reader.called;
        Reader { others: self.me().pending.iter().filter(ahead).count(), ..reader }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Court {
    header: Header,
    flows: Vec<Flow>,
    /// Where flows are kept that did not come in the order of their numbers.
    by_id: BTreeMap<u32, usize>,
    book: Ledger,
    seq: Seq,
    now: Instant,
    /// Partitions of every flow, also of those that come later.
    cut: Both<Option<Stamp>>,
    /// Aborts and crashes of every flow, also of those that are named only later.
    aborts: Vec<(Stamp, End, EnvWhat)>,
    /// Since when an abort is being told: in a simulated run pending calls end in the same instant.
    telling: Option<Instant>,
    /// No obligation can be overdue before this.
    look_again: Instant,
}

impl Court {
    pub fn new(header: Header) -> Self {
        Court {
            header,
            flows: Vec::new(),
            by_id: BTreeMap::new(),
            book: Ledger::default(),
            seq: 0,
            now: Instant::ZERO,
            cut: Both::default(),
            aborts: Vec::new(),
            telling: None,
            look_again: Instant::ZERO,
        }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn violations(&self) -> usize {
        self.book.violations.len()
    }

    pub fn observe(&mut self, line: u64, event: &Event) {
        self.seq += 1;
        let at = Stamp { seq: self.seq, line, t: event.t };
        if event.t > self.now {
            self.pass_time(at);
        }
        match &event.what {
            What::Call { at: place, op, call } => {
                self.meet(place.flow, call);
                self.scene(*place, at).call(*op, call);
            }
            What::Return { at: place, op, outcome, accepted, .. } => self.scene(*place, at).answer(*op, outcome, *accepted),
            What::Cancel { at: place, op } => self.scene(*place, at).cancel(*op),
            What::Env(env) => self.env(env, at),
            What::Segment(wire) => self.scene(Place { flow: wire.flow, end: wire.from }, at).segment(wire),
            What::State { at: place, .. } => {
                self.flow(place.flow);
            }
        }
    }

    /// The violations found after the first `known` ones.
    pub fn found(&self, known: usize) -> &[Violation] {
        self.book.violations.get(known..).unwrap_or_default()
    }

    pub fn finish(&mut self, cut: bool) -> Verdict {
        let owed = self.flows.iter().find_map(super::liveness::open_question);
        let Ledger { violations, client_faults, truncations, exercised, undecided, .. } = &mut self.book;
        let (mut violations, client_faults) = (std::mem::take(violations), std::mem::take(client_faults));
        let (truncations, exercised, undecided) = (*truncations, exercised.clone(), undecided.take());
        let (judgement, why) = match (violations.first(), cut, undecided.or(owed)) {
            (Some(first), ..) => (Judgement::Violated, first.message.clone()),
            (None, true, _) => (Judgement::Inconclusive, "the trace is cut: its last line ends early".to_owned()),
            (None, false, Some(why)) => (Judgement::Inconclusive, why),
            (None, false, None) => (Judgement::Held, String::new()),
        };
        violations.sort_by_key(|violation| violation.line);
        Verdict { judgement, why, violations, client_faults, truncations, exercised }
    }

    fn flow(&mut self, id: u32) -> usize {
        if let Some(index) = self.known(id) {
            return index;
        }
        let index = self.flows.len();
        self.flows.push(Flow::new(id, &self.header));
        self.flows[index].cut = self.cut;
        self.flows[index].was_cut = End::BOTH.iter().any(|&end| self.cut[end].is_some());
        if index != id as usize {
            self.by_id.insert(id, index);
        }
        index
    }

    /// Where a flow is kept, if it was named before: nearly always flows are numbered as they come.
    fn known(&self, id: u32) -> Option<usize> {
        match self.flows.get(id as usize) {
            Some(flow) if flow.id == id => Some(id as usize),
            _ => self.by_id.get(&id).copied(),
        }
    }

    /// A flow is connected from the start unless it begins by connecting: what befell every flow before its first call befell it too.
    fn meet(&mut self, id: u32, call: &Call) {
        let begins = matches!(call, Call::Connect { .. } | Call::Accept { .. });
        if !(self.aborts.is_empty() || begins || self.known(id).is_some()) {
            self.catch_up(id);
        }
    }

    /// Tells a flow what befell every flow before it was named.
    fn catch_up(&mut self, id: u32) {
        self.flow(id);
        for (at, end, what) in self.aborts.clone() {
            self.aside(Place { flow: id, end }, at).env(&what);
        }
    }

    /// Keeps what befalls every flow for those that are named later: of each kind the first.
    fn befall(&mut self, at: Stamp, end: End, what: &EnvWhat) {
        let same = |(_, known, kept): &(Stamp, End, EnvWhat)| *known == end && std::mem::discriminant(kept) == std::mem::discriminant(what);
        if !self.aborts.iter().any(same) {
            self.aborts.push((at, end, what.clone()));
        }
    }

    /// Something that an end does: the flow is active.
    fn scene(&mut self, place: Place, at: Stamp) -> Scene<'_> {
        let scene = self.aside(place, at);
        scene.flow.active = at.t;
        scene
    }

    /// Something that befalls an end.
    fn aside(&mut self, place: Place, at: Stamp) -> Scene<'_> {
        let index = self.flow(place.flow);
        let flow = &mut self.flows[index];
        Scene { flow, book: &mut self.book, header: &self.header, end: place.end, at }
    }

    /// The clock moves: what should have happened at once, or within patience, is overdue now.
    fn pass_time(&mut self, at: Stamp) {
        self.now = at.t;
        if let Some(told) = self.telling
            && self.header.simulated
            && at.t > told
        {
            self.telling = None;
            for flow in &mut self.flows {
                super::liveness::abort_told_at_once(flow, &mut self.book, at);
            }
        }
        if self.header.clock == Clock::Shared && at.t > self.look_again {
            self.lose_patience(at);
        }
    }

    /// Looks at every flow, and notes when the next one can be due: not before, so that time passes cheaply.
    fn lose_patience(&mut self, at: Stamp) {
        let shortest = End::BOTH.map(|end| self.header.contract[end].patience).into_iter().min().unwrap_or_default();
        let due = self.flows.iter_mut().map(|flow| super::liveness::pass_time(flow, &mut self.book, at));
        self.look_again = due.flatten().min().unwrap_or(at.t + shortest).min(at.t + shortest);
    }

    fn env(&mut self, env: &Env, at: Stamp) {
        match &env.what {
            EnvWhat::Quiet => self.quiet(at),
            EnvWhat::End => {}
            EnvWhat::Partition { from } => self.partition(env.flow, *from, at, Some(at)),
            EnvWhat::Heal { from } => self.partition(env.flow, *from, at, None),
            what => {
                let ends = End::BOTH.into_iter().filter(|end| env.end.is_none_or(|only| only == *end));
                match (env.flow, what) {
                    (None, EnvWhat::Abort(..) | EnvWhat::Crash(_)) => ends.clone().for_each(|end| self.befall(at, end, what)),
                    // A trace may consist of what happened to its only flow.
                    (None, _) if self.flows.is_empty() => self.catch_up(0),
                    _ => {}
                }
                let flows: Vec<usize> = match env.flow {
                    Some(id) => vec![self.flow(id)],
                    None => (0..self.flows.len()).collect(),
                };
                for index in flows {
                    for end in ends.clone() {
                        let id = self.flows[index].id;
                        self.aside(Place { flow: id, end }, at).env(what);
                    }
                }
                if matches!(what, EnvWhat::Abort(..)) {
                    self.telling = Some(at.t);
                }
            }
        }
    }

    fn partition(&mut self, flow: Option<u32>, from: Option<End>, at: Stamp, state: Option<Stamp>) {
        let only = flow.map(|id| self.flow(id));
        for end in End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end)) {
            if only.is_none() {
                self.cut[end] = state;
            }
            let concerned = self.flows.iter_mut().enumerate().filter(|(index, _)| only.is_none_or(|only| only == *index));
            concerned.for_each(|(_, flow)| (flow.cut[end], flow.was_cut, flow.active) = (state, true, at.t));
        }
    }

    fn quiet(&mut self, at: Stamp) {
        let overdue = std::mem::take(&mut self.book.overdue);
        self.book.violations.extend(overdue);
        for flow in &mut self.flows {
            super::liveness::quiet(flow, &mut self.book, &self.header, at);
        }
    }
}

impl Scene<'_> {
    fn call(&mut self, op: u64, call: &Call) {
        let kind = self.begin(op, call);
        let site = self.site(op);
        self.duties(site, kind);
        let at = self.at;
        let me = self.me_mut();
        me.used = true;
        match kind {
            Kind::Read { .. } => me.reads_pending += 1,
            Kind::Write { .. } => me.writes_pending += 1,
            Kind::Shutdown(mode) => {
                if mode.reads() {
                    me.shut_read.call(at);
                }
                if mode.writes() {
                    me.shut_write.call(at);
                }
                me.refresh();
                self.shutting_read(mode.reads());
            }
            Kind::Close => {
                me.close.call(at);
                me.close_begun.get_or_insert(at);
                me.refresh();
            }
            Kind::Disconnect => {
                me.disconnect.call(at);
                me.refresh();
            }
            Kind::Connect | Kind::Accept => me.opening = true,
            Kind::Flush | Kind::Other => {}
        }
        let peer_reads = self.peer().reads_returned;
        self.me_mut().pending.add(Pending { op, called: at, kind, peer_reads, overdue: false });
    }

    /// What lies unread at own shutdown of reading may be thrown away in one piece, where late data can be read.
    fn shutting_read(&mut self, reads: bool) {
        if reads && (self.me().late_data() || self.me().contract.data_after_shutdown_read.is_none()) {
            self.flow.streams[self.end.peer()].lose_one_piece();
        }
    }

    /// The kind of a call; a write joins its stream.
    fn begin(&mut self, op: u64, call: &Call) -> Kind {
        match call {
            Call::Read { max } => Kind::Read { max: *max },
            Call::Flush => Kind::Flush,
            Call::Shutdown(mode) => Kind::Shutdown(*mode),
            Call::Close => Kind::Close,
            Call::Disconnect => Kind::Disconnect,
            Call::Connect { .. } => Kind::Connect,
            Call::Accept { .. } => Kind::Accept,
            Call::Listen { .. } | Call::Unlisten { .. } | Call::Destination => Kind::Other,
            Call::Write(data) | Call::WriteNodelay(data) => self.write_called(op, std::slice::from_ref(data)),
            Call::Writev(list) | Call::WritevNodelay(list) => self.write_called(op, list),
        }
    }

    fn write_called(&mut self, op: u64, buffers: &[Payload]) -> Kind {
        let (data, ends) = join(buffers);
        let void = self.is_void_write();
        let at = self.at;
        if self.me().writes_pending > 0 && !data.is_empty() {
            self.book.exercise(Rule::WritesNotInterleaved);
        }
        let stream = &mut self.flow.streams[self.end];
        stream.called += 1;
        let (number, len) = (stream.called, data.len());
        let vectored = ends.len() > 1;
        if len > 0 {
            let status = Status::Pending;
            let write = Write { number, op, called: at, returned: None, status, data, len, flushed: false, ends, blamed: None };
            stream.call(write);
            self.meet_suspects(op);
        } else {
            let written = stream.bytes_called;
            self.me_mut().zero_write.get_or_insert((at, written)).1 = written;
            self.book.exercise(Rule::ZeroLengthIsInvisible);
        }
        Kind::Write { len, vectored, void }
    }

    /// Must a write that is called now contribute nothing, unless it returns ok?
    fn is_void_write(&self) -> bool {
        let me = self.me();
        let ended = me.write_end_returned().is_some() || me.full_close_returned().is_some();
        let failed = me.contract.write_error_is_final == crate::contract::YesNo::Yes && me.write_error.is_some();
        ended || failed || self.peer().clean_eof.is_some()
    }

    /// What the caller must not do.
    fn duties(&mut self, site: Site, kind: Kind) {
        let me = self.me();
        let contract = me.contract;
        let overlap = match kind {
            Kind::Read { .. } => me.reads_pending > 0 && contract.concurrent_reads == ConcurrentReads::Forbidden,
            Kind::Write { .. } => me.writes_pending > 0 && contract.concurrent_writes == ConcurrentWrites::Forbidden,
            _ => false,
        };
        let closing = kind == Kind::Close && contract.blocked_read_at_close == BlockedReadAtClose::Fault;
        let under = closing && me.reads_pending + me.writes_pending > 0;
        let after = matches!(kind, Kind::Read { .. } | Kind::Write { .. } | Kind::Flush) && me.strong_close_returned().is_some();
        if overlap {
            self.book.fault(site, format!("a {} was called while another one was pending", kind.word()));
        }
        if under {
            self.book.fault(site, "close was called under a pending read or write".to_owned());
        }
        if after {
            self.book.fault(site, format!("a {} was called after the flow was closed", kind.word()));
        }
        let forbids = contract.concurrent_reads == ConcurrentReads::Forbidden || contract.concurrent_writes == ConcurrentWrites::Forbidden;
        let beside = forbids && self.me().reads_pending + self.me().writes_pending > 0;
        if overlap || under || after || beside {
            self.book.exercise(Rule::CallerKeepsOff);
        }
        self.me_mut().faulted |= overlap || under;
        if overlap && matches!(kind, Kind::Write { .. }) {
            // Nobody has promised anything about the bytes of writes that must not overlap.
            self.flow.streams[self.end].lose_track();
        }
    }

    fn answer(&mut self, op: u64, outcome: &Outcome, accepted: Option<u64>) {
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        self.note_return(&pending);
        if let Outcome::Error(error) = outcome {
            self.evidence(&pending, error);
            self.note_reset_by_close(error);
        }
        match pending.kind {
            Kind::Read { max } => self.read_returned(&pending, max, outcome),
            Kind::Write { .. } => self.write_returned(&pending, outcome, accepted),
            Kind::Shutdown(mode) => self.shutdown_returned(&pending, mode, outcome),
            Kind::Close => self.close_returned(&pending, outcome),
            Kind::Disconnect => self.disconnect_returned(&pending, outcome),
            Kind::Flush => self.flush_returned(&pending, outcome),
            Kind::Connect | Kind::Accept => self.me_mut().opening = false,
            Kind::Other => {}
        }
        self.tell(outcome);
    }

    /// What the return of any call establishes.
    fn note_return(&mut self, pending: &Pending) {
        let me = self.me_mut();
        match pending.kind {
            Kind::Read { .. } => {
                me.reads_pending -= 1;
                me.reads_returned += 1;
            }
            Kind::Write { .. } => me.writes_pending -= 1,
            _ => {}
        }
        if me.aborted.is_some_and(|abort| !abort.by_word) {
            self.book.exercise(Rule::AbortIsTold);
        }
    }

    /// The reset that the peer's full close may be needs no line of the network: the error shows that it came.
    fn note_reset_by_close(&mut self, error: &Error) {
        let reset = matches!(error, Error::Reset | Error::ConnectionAborted);
        if reset && self.peer().full_close_possible().is_some() && self.peer_close_may_reset() {
            let at = self.at;
            self.me_mut().reset_by_close.get_or_insert(at);
        }
    }

    fn cancel(&mut self, op: u64) {
        let Some(pending) = self.me_mut().pending.take(op) else { return };
        let at = self.at;
        let contract = self.me().contract;
        self.me_mut().calm = false;
        match pending.kind {
            Kind::Read { .. } => self.cancel_read(&pending, contract.cancel_read),
            Kind::Write { len, .. } => {
                self.me_mut().writes_pending -= 1;
                if len > 0 {
                    let runs_on = contract.cancel_write == CancelWrite::RunsOn;
                    self.book.exercise(Rule::FailedWriteIsPrefix);
                    self.blame(op, Rule::FailedWriteIsPrefix);
                    self.flow.streams[self.end].settle(op, at, if runs_on { Status::RunsOn } else { Status::Prefix }, None);
                }
            }
            Kind::Shutdown(mode) => {
                let me = self.me_mut();
                if mode.reads() {
                    let other = me.pending.earliest(|kind| matches!(kind, Kind::Shutdown(mode) if mode.reads()));
                    doubt(&mut me.shut_read, &mut me.maybe_read, other, at);
                }
                if mode.writes() {
                    let other = me.pending.earliest(|kind| matches!(kind, Kind::Shutdown(mode) if mode.writes()));
                    doubt(&mut me.shut_write, &mut me.maybe_write, other, at);
                }
            }
            Kind::Close => {
                let me = self.me_mut();
                if me.closes_fully() {
                    me.maybe_read.get_or_insert(Answer::Open(at));
                }
                let other = me.pending.earliest(|kind| kind == Kind::Close);
                doubt(&mut me.close, &mut me.maybe_write, other, at);
            }
            Kind::Connect | Kind::Accept => self.me_mut().opening = false,
            Kind::Flush | Kind::Disconnect | Kind::Other => {}
        }
        self.me_mut().refresh();
    }

    fn cancel_read(&mut self, pending: &Pending, means: CancelRead) {
        let at = self.at;
        self.me_mut().reads_pending -= 1;
        self.book.exercise(Rule::CancelledRead);
        let others = self.me().reads_pending;
        let stream = &mut self.flow.streams[self.end.peer()];
        match means {
            CancelRead::Lossy => stream.lose_one_piece(),
            CancelRead::Safe => {
                let fits = stream.reader_left(others);
                self.me_mut().cancelled_read.get_or_insert(at);
                if !fits {
                    self.lost_with(pending, Rule::CancelledRead);
                }
            }
        }
    }

    fn env(&mut self, what: &EnvWhat) {
        let at = self.at;
        match what {
            EnvWhat::Abort(kind, by) => self.abort(*kind, *by),
            EnvWhat::Crash(_) => {
                self.abort(Abort::Reset, By::Fault);
                let me = self.me_mut();
                me.crashed.get_or_insert(at);
                me.pending.clear();
                (me.reads_pending, me.writes_pending) = (0, 0);
            }
            EnvWhat::Resources(resources) => self.flow.resources[self.end] = Some((at, *resources)),
            EnvWhat::Buffer { op, data } => self.buffer_seen(*op, data),
            EnvWhat::Transmitted { .. } | EnvWhat::Acknowledged { .. } => {}
            EnvWhat::Partition { .. } | EnvWhat::Heal { .. } | EnvWhat::Quiet | EnvWhat::End => {}
        }
    }
}

/// A cancelled call neither happened for certain nor certainly not; `other`: another call that asks the same is pending.
fn doubt(step: &mut Step, maybe: &mut Option<Answer>, other: Option<Stamp>, at: Stamp) {
    if step.returned.is_none() {
        step.called = other;
    }
    if step.called.is_none() && !matches!(maybe, Some(Answer::Yes(_))) {
        *maybe = Some(Answer::Open(at));
    }
}

/// The buffers of a write as one, and where each ends.
fn join(buffers: &[Payload]) -> (Payload, Box<[usize]>) {
    if let [only] = buffers {
        return (only.clone(), Box::default());
    }
    let ends = buffers
        .iter()
        .scan(0, |end, buffer| {
            *end += buffer.len();
            Some(*end)
        })
        .collect();
    let known: Option<Vec<&[u8]>> = buffers.iter().map(|buffer| buffer.bytes().map(Bytes::as_ref)).collect();
    let data = match known {
        Some(parts) => Payload::Bytes(parts.concat().into()),
        None => Payload::Count(buffers.iter().map(Payload::len).sum()),
    };
    (data, ends)
}
