//! Stories of two ends: what one does, what travels, what the other sees, in the order in which it happens.

mod close;
mod dialects;
mod establish;
mod fuzz;
mod orphans;
mod parts;
mod reset;
mod transfer;
mod window;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;

use super::{Notice, Settings, Socket, Tcp};
use crate::contract::{Abort, Both, Call, Contract, End, Error, Mode, Outcome, Payload, Resources};
use crate::time::Instant;
use crate::wire::{Flags, Packet, Segment, Seq};

const CLIENT: End = End::Client;
const SERVER: End = End::Server;
const PORT: u16 = 80;
const EPHEMERAL: u16 = 49_152;

/// Two stacks and a path between them that does exactly what the test says.
struct Pair {
    now: Instant,
    /// Where the times of the log count from.
    start: Instant,
    stacks: Both<Tcp>,
    latency: Duration,
    /// Under way: when it arrives, at which end.
    transit: Vec<(Instant, End, Segment)>,
    /// What becomes of the next segments of a kind.
    fates: Vec<(End, Sort, Treatment)>,
    sockets: Both<Option<Socket>>,
    /// The last state of each end's connection.
    states: Both<&'static str>,
    /// What travelled since the last look, as a person would write it.
    log: Vec<String>,
    /// Every change of a state.
    changes: Vec<String>,
    /// What was lost at each end.
    aborts: Both<Vec<Abort>>,
    accepted: usize,
    /// The right edge of the window that each end has offered, and its unit.
    edges: Both<Option<(Seq, u8)>>,
    /// Nothing travels any more.
    is_cut: bool,
    /// One number for each segment: what becomes of it. Once they are used up, everything arrives.
    chance: std::vec::IntoIter<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Syn,
    SynAck,
    Data,
    Ack,
    Fin,
    Rst,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    Pass,
    Lose,
    Duplicate,
    /// So much later than otherwise.
    Delay(Duration),
}

fn kind(segment: &Segment) -> Sort {
    let flags = segment.flags;
    match (flags.rst(), flags.syn(), flags.fin()) {
        (true, _, _) => Sort::Rst,
        (_, true, _) if flags.ack() => Sort::SynAck,
        (_, true, _) => Sort::Syn,
        (_, _, true) => Sort::Fin,
        _ if !segment.data.is_empty() => Sort::Data,
        _ => Sort::Ack,
    }
}

fn address(end: End) -> IpAddr {
    IpAddr::from([10, 0, 0, 1 + end as u8])
}

fn settings(contract: Contract) -> Settings {
    Settings { isn: Some(0), ..Settings::new(contract) }
}

impl Pair {
    fn new(contract: Contract) -> Self {
        Pair::with(settings(contract))
    }

    fn with(settings: Settings) -> Self {
        Pair::each(settings.clone(), settings)
    }

    fn each(client: Settings, server: Settings) -> Self {
        Pair {
            now: Instant::ZERO,
            start: Instant::ZERO,
            stacks: Both { client: Tcp::new(client), server: Tcp::new(server) },
            latency: Duration::from_millis(10),
            transit: Vec::new(),
            fates: Vec::new(),
            sockets: Both::default(),
            states: Both { client: "CLOSED", server: "LISTEN" },
            log: Vec::new(),
            changes: Vec::new(),
            aborts: Both::default(),
            accepted: 0,
            edges: Both::default(),
            is_cut: false,
            chance: Vec::new().into_iter(),
        }
    }

    /// Established, with nothing under way.
    fn connected(contract: Contract) -> Self {
        Pair::new(contract).connect()
    }

    fn connect(mut self) -> Self {
        self.begin();
        self.drive();
        self.log.clear();
        self.start = self.now;
        self
    }

    fn listen(&mut self) {
        self.stacks.server.listen(self.now, PORT).expect("the port is free");
    }

    /// The server listens, the client's SYN leaves.
    fn begin(&mut self) {
        self.listen();
        self.open(CLIENT, PORT);
    }

    fn open(&mut self, end: End, port: u16) {
        let remote = SocketAddr::new(address(end.peer()), port);
        self.sockets[end] = Some(self.stacks[end].connect(self.now, remote).expect("a port is free").0);
        self.flush(end);
    }

    #[track_caller]
    fn socket(&self, end: End) -> Socket {
        self.sockets[end].expect("a connection")
    }

    // What the ends do.

    #[track_caller]
    fn call(&mut self, end: End, call: &mut Call) -> Option<Outcome> {
        let socket = self.socket(end);
        let outcome = self.stacks[end].call(self.now, socket, call);
        self.flush(end);
        outcome
    }

    /// A call that must end at once.
    #[track_caller]
    fn now(&mut self, end: End, mut call: Call) -> Outcome {
        self.call(end, &mut call).expect("ends at once")
    }

    /// A call that must not end now.
    #[track_caller]
    fn blocks(&mut self, end: End, mut call: Call) {
        assert_eq!(self.call(end, &mut call), None);
    }

    #[track_caller]
    fn write(&mut self, end: End, text: &str) {
        assert_eq!(self.now(end, write(text)), Outcome::Ok);
    }

    #[track_caller]
    fn read(&mut self, end: End) -> Outcome {
        self.now(end, READ)
    }

    /// All that can be read now.
    fn read_all(&mut self, end: End) -> usize {
        let mut count = 0;
        while let Some(Outcome::Data(data)) = self.call(end, &mut READ.clone()) {
            count += data.len();
        }
        count
    }

    fn abort(&mut self, end: End, abort: Abort) -> bool {
        let socket = self.socket(end);
        let is_alive = self.stacks[end].abort(self.now, socket, abort);
        self.flush(end);
        is_alive
    }

    // What the path does.

    /// The next segment of this kind has this fate.
    fn fate(&mut self, from: End, kind: Sort, fate: Treatment) {
        self.fates.push((from, kind, fate));
    }

    fn lose(&mut self, from: End, kind: Sort) {
        self.fate(from, kind, Treatment::Lose);
    }

    /// A segment arrives that the other end never sent.
    fn inject(&mut self, to: End, flags: Flags, seq: u32, ack: u32, text: &str) {
        let (source, target) = if to == SERVER { (EPHEMERAL, PORT) } else { (PORT, EPHEMERAL) };
        let data = Bytes::copy_from_slice(text.as_bytes());
        self.arrive(
            to,
            Segment { source, target, seq: Seq(seq), ack: Seq(ack), flags, window: 5000, data: data.into(), ..Segment::default() },
        );
    }

    /// Takes what a stack has to say and to send.
    fn flush(&mut self, end: End) {
        while let Some(notice) = self.stacks[end].notice() {
            self.note(end, notice);
        }
        while let Some((to, packet)) = self.stacks[end].output() {
            assert_eq!(to, address(end.peer()));
            if let Packet::Segment(segment) = packet {
                self.send(end, segment);
            }
        }
        let early = self.stacks[end].deadline().is_some_and(|deadline| deadline < self.now);
        assert!(!early, "a deadline that has passed");
    }

    fn note(&mut self, end: End, notice: Notice) {
        match notice {
            Notice::Incoming { socket, .. } => {
                self.sockets[end] = Some(socket);
                self.states[end] = "LISTEN";
            }
            Notice::Accepted { .. } => self.accepted += 1,
            Notice::State { from, to, .. } => {
                assert_eq!(from.name(), self.states[end], "states follow one another");
                self.states[end] = to.name();
                self.changes.push(format!("{end} {from} to {to}"));
            }
            Notice::Aborted { abort, .. } => self.aborts[end].push(abort),
            Notice::Progress(_) | Notice::Gone(_) => {}
        }
    }

    fn send(&mut self, from: End, segment: Segment) {
        let kind = kind(&segment);
        self.watch_edge(from, &segment);
        let found = self.fates.iter().position(|(end, what, _)| (*end, *what) == (from, kind));
        let fate = match found {
            _ if self.is_cut => Treatment::Lose,
            Some(at) => self.fates.remove(at).2,
            None => self.drawn(),
        };
        self.log.push(self.say(from, &segment, fate));
        let arrival = self.now + self.latency;
        let times = match fate {
            Treatment::Pass => vec![arrival],
            Treatment::Lose => vec![],
            Treatment::Duplicate => vec![arrival, arrival],
            Treatment::Delay(delay) => vec![arrival + delay],
        };
        self.transit.extend(times.into_iter().map(|time| (time, from.peer(), segment.clone())));
    }

    /// No window is shrunk, by more than its unit (RFC 9293 §3.8.6, SHLD-14).
    fn watch_edge(&mut self, from: End, segment: &Segment) {
        let both_scale = End::BOTH.iter().all(|end| self.stacks[*end].settings().window_scale);
        match segment.options.window_scale.filter(|_| both_scale) {
            _ if segment.flags.rst() => {}
            scale if segment.flags.syn() => self.edges[from] = Some((Seq(0), scale.unwrap_or(0))),
            _ => {
                let Some((before, scale)) = self.edges[from] else { return };
                let edge = segment.ack + (u32::from(segment.window) << scale);
                assert!(before == Seq(0) || edge.is_at_least(before - (1 << scale)), "{from}'s window shrinks from {before} to {edge}");
                self.edges[from] = Some((edge, scale));
            }
        }
    }

    /// The fate that chance has for the next segment.
    fn drawn(&mut self) -> Treatment {
        match self.chance.next().unwrap_or(u8::MAX) {
            draw @ 0..40 => Treatment::Delay(millis(u64::from(draw) * 3)),
            40..70 => Treatment::Lose,
            70..90 => Treatment::Duplicate,
            _ => Treatment::Pass,
        }
    }

    /// `12 client FIN 5+0 ack 7 win 100`, numbers relative to an ISN of 0.
    fn say(&self, from: End, segment: &Segment, fate: Treatment) -> String {
        let ack = if segment.flags.ack() { format!(" ack {}", segment.ack) } else { String::new() };
        let lost = if fate == Treatment::Lose { " lost" } else { "" };
        let millis = (self.now - self.start).as_millis();
        format!("{millis} {from} {:?} {}+{}{ack}{lost}", kind(segment), segment.seq, segment.data.len())
    }

    fn arrive(&mut self, to: End, segment: Segment) {
        self.stacks[to].input(self.now, address(to.peer()), address(to), Packet::Segment(segment));
        self.flush(to);
    }

    /// The next thing happens; false if nothing ever will.
    fn step(&mut self) -> bool {
        let arrival = (0..self.transit.len()).min_by_key(|at| self.transit[*at].0);
        let wake = End::BOTH.into_iter().filter_map(|end| Some((self.stacks[end].deadline()?, end))).min_by_key(|(time, _)| *time);
        match (arrival, wake) {
            (None, None) => return false,
            (Some(at), wake) if wake.is_none_or(|(time, _)| self.transit[at].0 <= time) => {
                let (time, to, segment) = self.transit.remove(at);
                self.now = time;
                self.arrive(to, segment);
            }
            (_, Some((time, end))) => {
                self.now = time;
                self.stacks[end].wake(time);
                self.flush(end);
            }
            (Some(_), None) => unreachable!("an arrival without a wake is taken above"),
        }
        true
    }

    fn next_time(&self) -> Option<Instant> {
        let wakes = End::BOTH.into_iter().filter_map(|end| self.stacks[end].deadline());
        self.transit.iter().map(|(time, ..)| *time).chain(wakes).min()
    }

    /// Until nothing is due within the next second.
    fn drive(&mut self) {
        while self.next_time().is_some_and(|time| time < self.now + Duration::from_secs(1)) {
            self.step();
        }
    }

    fn drive_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.next_time().is_some_and(|time| time <= end) {
            self.step();
        }
        self.now = end;
    }

    /// Until nothing is due at all.
    fn finish(&mut self) {
        while self.step() {}
    }

    // What the test looks at.

    fn states(&self) -> [&'static str; 2] {
        [self.states.client, self.states.server]
    }

    fn held(&self, end: End) -> Resources {
        self.sockets[end].map_or(Resources::default(), |socket| self.stacks[end].held(socket))
    }

    /// What travelled since the last look.
    fn travelled(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    #[track_caller]
    fn assert_nothing_left(&mut self) {
        self.finish();
        assert_eq!([self.held(CLIENT), self.held(SERVER)], [Resources::default(); 2]);
        assert_eq!([self.stacks.client.deadline(), self.stacks.server.deadline()], [None; 2]);
    }
}

const fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn payload(text: &str) -> Payload {
    Payload::Bytes(Bytes::copy_from_slice(text.as_bytes()))
}

fn many(count: usize) -> Payload {
    Payload::Bytes(Bytes::from(vec![b'x'; count]))
}

fn write(text: &str) -> Call {
    Call::Write(payload(text))
}

fn data(text: &str) -> Outcome {
    Outcome::Data(payload(text))
}

const READ: Call = Call::Read { max: usize::MAX };
const SHUT_WRITE: Call = Call::Shutdown(Mode::Write);
const SHUT_READ: Call = Call::Shutdown(Mode::Read);
const SHUT_BOTH: Call = Call::Shutdown(Mode::ReadWrite);
const CONNECT: Call = Call::Connect { to: None, keepalive: None };
