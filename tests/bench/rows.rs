//! The rows of the table: each prepares its input once and then does one unit of work as often as it is asked.

use std::hint::black_box;
use std::time::Duration;

use flowsim::contract::{Both, Call, Contract, End, Mode, Outcome, Payload};
use flowsim::link::LinkSettings;
use flowsim::oracle::{Judgement, Oracle};
use flowsim::trace::{Event, Fate, Header, Place, Reader, SegmentEvent, Trace, What, pattern};
use flowsim::wire::{Flags, Options, Segment, Seq};
use flowsim::world::{Conn, NetSettings, Op, PipeSettings, Stepped, World};

use crate::{random, shell};

/// One row.
pub struct Row {
    /// What is measured.
    pub name: &'static str,
    /// What one unit is.
    pub unit: &'static str,
    /// How often a timed round repeats the work.
    pub repeats: u64,
    /// How often callgrind sees it, at least; 0 for a row whose curve is all that matters.
    pub counted: u64,
    /// Makes the work; each call does it once and says how many units that were.
    pub prepare: fn() -> Box<dyn FnMut() -> u64>,
}

/// Every row.
pub static ROWS: &[Row] = &[
    Row { name: "pipe-tiny", unit: "simulation", repeats: 20_000, counted: 100, prepare: || Box::new(|| tiny(false)) },
    Row { name: "pipe-tiny+oracle", unit: "simulation", repeats: 20_000, counted: 100, prepare: || Box::new(|| tiny(true)) },
    Row { name: "tcp-tiny", unit: "simulation", repeats: 5_000, counted: 50, prepare: || tiny_simulations(false) },
    Row { name: "tcp-tiny+oracle", unit: "simulation", repeats: 5_000, counted: 50, prepare: || tiny_simulations(true) },
    Row { name: "tcp-bulk", unit: "segment", repeats: 1, counted: 1, prepare: || Box::new(|| bulk(false)) },
    Row { name: "tcp-bulk+oracle", unit: "segment", repeats: 1, counted: 1, prepare: || Box::new(|| bulk(true)) },
    Row { name: "tcp-ping-pong", unit: "round trip", repeats: 5, counted: 1, prepare: || Box::new(|| ping_pong(false)) },
    Row { name: "tcp-ping-pong+oracle", unit: "round trip", repeats: 5, counted: 1, prepare: || Box::new(|| ping_pong(true)) },
    Row { name: "tcp-many-100+oracle", unit: "connection", repeats: 20, counted: 1, prepare: || Box::new(|| many(100)) },
    Row { name: "tcp-many-10000+oracle", unit: "connection", repeats: 1, counted: 1, prepare: || Box::new(|| many(10_000)) },
    Row { name: "tcp-many-100000+oracle", unit: "connection", repeats: 1, counted: 0, prepare: || Box::new(|| many(100_000)) },
    Row { name: "tcp-connects-25000", unit: "connect", repeats: 1, counted: 0, prepare: || Box::new(|| connects(25_000)) },
    Row { name: "tcp-connects-50000", unit: "connect", repeats: 1, counted: 0, prepare: || Box::new(|| connects(50_000)) },
    Row { name: "tcp-connects-100000", unit: "connect", repeats: 1, counted: 0, prepare: || Box::new(|| connects(100_000)) },
    Row { name: "tcp-no-port-left", unit: "refused connect", repeats: 200, counted: 1, prepare: refused_connects },
    Row { name: "random-pipe", unit: "case", repeats: 1, counted: 1, prepare: || random::row(random::pipe) },
    Row { name: "random-tcp", unit: "case", repeats: 1, counted: 1, prepare: || random::row(random::tcp) },
    Row { name: "random-duplex", unit: "case", repeats: 1, counted: 1, prepare: || random::row(random::duplex) },
    Row { name: "spawn-10000", unit: "task", repeats: 10, counted: 1, prepare: || Box::new(|| shell::spawn(10_000)) },
    Row { name: "spawn-20000", unit: "task", repeats: 5, counted: 1, prepare: || Box::new(|| shell::spawn(20_000)) },
    Row { name: "spawn-40000", unit: "task", repeats: 3, counted: 1, prepare: || Box::new(|| shell::spawn(40_000)) },
    Row { name: "io-read", unit: "write and read of 1 byte", repeats: 200, counted: 2, prepare: || Box::new(shell::read) },
    Row { name: "judge-events", unit: "event", repeats: 50, counted: 2, prepare: judge_events },
    Row { name: "judge-equal-writes-250", unit: "event", repeats: 20, counted: 2, prepare: || equal_writes(250) },
    Row { name: "judge-equal-writes-500", unit: "event", repeats: 10, counted: 2, prepare: || equal_writes(500) },
    Row { name: "judge-equal-writes-1000", unit: "event", repeats: 5, counted: 2, prepare: || equal_writes(1_000) },
    Row { name: "judge-open-reads-250", unit: "event", repeats: 20, counted: 2, prepare: || open_reads(250) },
    Row { name: "judge-open-reads-500", unit: "event", repeats: 10, counted: 2, prepare: || open_reads(500) },
    Row { name: "judge-open-reads-1000", unit: "event", repeats: 5, counted: 2, prepare: || open_reads(1_000) },
    Row { name: "judge-segments", unit: "segment event", repeats: 50, counted: 2, prepare: judge_segments },
    Row { name: "read-file", unit: "event", repeats: 10, counted: 2, prepare: || file(false) },
    Row { name: "judge-file", unit: "event", repeats: 10, counted: 2, prepare: || file(true) },
];

/// A write's bytes, as the simulator codes them.
fn payload(from: End, write: u64, len: usize) -> Payload {
    Payload::Bytes(pattern::slice(pattern::start(0, from, write), len))
}

/// Runs a call to its end.
fn finish(world: &mut World, op: Op) -> Outcome {
    loop {
        if let Some(outcome) = world.poll(op) {
            return outcome;
        }
        assert_eq!(world.step(), Stepped::Ran, "the call never returns");
    }
}

/// Asks and runs to the end.
fn ask(world: &mut World, conn: Conn, call: Call) -> Outcome {
    let op = world.call(conn, call);
    finish(world, op)
}

/// The tiny simulation: 1 KiB each way, half-close, close.
fn exchange(world: &mut World, contract: Contract) {
    let ends = world.pipe(&PipeSettings::new(contract));
    let read = Call::Read { max: usize::MAX };
    for from in End::BOTH {
        assert_eq!(ask(world, ends[from], Call::Write(payload(from, 0, 1024))), Outcome::Ok);
        assert!(matches!(ask(world, ends[from.peer()], read.clone()), Outcome::Data(_)));
    }
    assert_eq!(ask(world, ends.client, Call::Shutdown(Mode::Write)), Outcome::Done);
    assert_eq!(ask(world, ends.server, read.clone()), Outcome::Eof);
    assert_eq!(ask(world, ends.server, Call::Close), Outcome::Done);
    assert_eq!(ask(world, ends.client, read), Outcome::Eof);
    assert_eq!(ask(world, ends.client, Call::Close), Outcome::Done);
}

fn tiny(judged: bool) -> u64 {
    let mut world = World::new();
    world.record(judged);
    exchange(&mut world, Contract::modern());
    while world.step() == Stepped::Ran {}
    if judged {
        world.quiesce();
        let mut oracle = Oracle::with(world.header(Both::same(Contract::modern())));
        let mut line = 1;
        world.show_events(|event| {
            line += 1;
            oracle.observe(line, event);
        });
        assert!(oracle.finish(false).violations.is_empty());
    }
    black_box(&world);
    1
}

/// A world with a network, and the oracle that judges it while it runs.
pub struct Judged {
    world: World,
    oracle: Option<Oracle>,
    line: u64,
}

impl Judged {
    fn new(settings: &NetSettings, judged: bool) -> Self {
        Judged::by(judged.then(|| Oracle::new(Contract::modern())), settings)
    }

    /// By an oracle that may have judged other runs, as a search does.
    fn by(mut oracle: Option<Oracle>, settings: &NetSettings) -> Self {
        let mut world = World::new();
        world.network(settings);
        world.record(oracle.is_some());
        if let Some(oracle) = &mut oracle {
            oracle.restart(world.header(Both::same(Contract::modern())));
        }
        Judged { world, oracle, line: 1 }
    }

    fn watch(&mut self) {
        let Some(oracle) = &mut self.oracle else { return };
        let line = &mut self.line;
        self.world.show_events(|event| {
            *line += 1;
            oracle.observe(*line, event);
        });
    }

    fn step(&mut self) -> Stepped {
        let step = self.world.step();
        self.watch();
        step
    }

    fn ask(&mut self, conn: Conn, call: Call) -> Outcome {
        let op = self.world.call(conn, call);
        loop {
            if let Some(outcome) = self.world.poll(op) {
                self.watch();
                return outcome;
            }
            assert_eq!(self.step(), Stepped::Ran, "the call never returns");
        }
    }

    /// A flow whose ends are connected.
    fn connect(&mut self) -> Both<Conn> {
        self.connect_to(80)
    }

    fn connect_to(&mut self, port: u16) -> Both<Conn> {
        let ends = self.world.tcp(&PipeSettings::new(Contract::modern()));
        if !self.world.is_listening(ends.server, port) {
            assert_eq!(self.ask(ends.server, Call::Listen { port: port.into(), keepalive: None }), Outcome::Ok);
        }
        let to = (port != 80).then(|| format!("server:{port}").into());
        assert_eq!(self.ask(ends.client, Call::Connect { to, keepalive: None }), Outcome::Ok);
        assert_eq!(self.ask(ends.server, Call::Accept { port: port.into(), keepalive: None }), Outcome::Ok);
        ends
    }

    /// That many flows, through as many listening ports as that takes.
    fn connect_many(&mut self, count: u64) -> Vec<Both<Conn>> {
        (0..count).map(|number| self.connect_to(80 + (number / PORTS) as u16)).collect()
    }

    /// Until nothing more can happen: no rule may be broken. The oracle may judge another run.
    fn end(mut self) -> Option<Oracle> {
        while self.step() == Stepped::Ran {}
        self.world.quiesce();
        self.watch();
        if let Some(oracle) = &mut self.oracle {
            let verdict = oracle.conclude(false);
            assert_eq!(verdict.judgement, Judgement::Held, "{:?}", verdict.why);
        }
        black_box(&self.world);
        self.oracle
    }
}

/// How many connections one host has to one port of another.
const PORTS: u64 = 64_512;

/// Links of 10 ms between hosts as the RFCs ask.
fn network() -> NetSettings {
    let mut link = LinkSettings::default();
    link.delay = Duration::from_millis(10);
    NetSettings::new(Both::same(Contract::modern())).with_link(Both::same(link))
}

const READ: Call = Call::Read { max: usize::MAX };

/// Reads until so many bytes have come.
fn drain(run: &mut Judged, conn: Conn, mut bytes: usize) {
    while bytes > 0 {
        let Outcome::Data(data) = run.ask(conn, READ) else { panic!("no data") };
        bytes -= data.len();
    }
}

fn tiny_simulations(judged: bool) -> Box<dyn FnMut() -> u64> {
    let mut oracle = judged.then(|| Oracle::new(Contract::modern()));
    Box::new(move || {
        oracle = tcp_tiny(oracle.take());
        1
    })
}

fn tcp_tiny(oracle: Option<Oracle>) -> Option<Oracle> {
    let mut run = Judged::by(oracle, &network());
    let ends = run.connect();
    for from in End::BOTH {
        assert_eq!(run.ask(ends[from], Call::Write(payload(from, 0, 1024))), Outcome::Ok);
        drain(&mut run, ends[from.peer()], 1024);
    }
    assert_eq!(run.ask(ends.client, Call::Shutdown(Mode::Write)), Outcome::Done);
    assert_eq!(run.ask(ends.server, READ), Outcome::Eof);
    assert_eq!(run.ask(ends.server, Call::Close), Outcome::Done);
    assert_eq!(run.ask(ends.client, READ), Outcome::Eof);
    assert_eq!(run.ask(ends.client, Call::Close), Outcome::Done);
    run.end()
}

/// 64 MiB in one direction; a unit is a full segment.
fn bulk(judged: bool) -> u64 {
    const TOTAL: usize = 64 << 20;
    let mut settings = network();
    settings.tcp.client.send_buffer = 4 << 20;
    settings.tcp.server.receive_buffer = 4 << 20;
    let mut run = Judged::new(&settings, judged);
    let ends = run.connect();
    let write = payload(End::Client, 0, 1 << 20);
    let (mut written, mut read) = (0, 0);
    let mut writing = None;
    let mut reading = None;
    while read < TOTAL {
        let writer = writing.take().or_else(|| {
            (written < TOTAL).then(|| {
                written += 1 << 20;
                run.world.call(ends.client, Call::Write(write.clone()))
            })
        });
        let reader = reading.take().unwrap_or_else(|| run.world.call(ends.server, READ));
        let mut waits = true;
        if let Some(op) = writer {
            match run.world.poll(op) {
                Some(_) => waits = false,
                None => writing = Some(op),
            }
        }
        match run.world.poll(reader) {
            Some(Outcome::Data(data)) => (read, waits) = (read + data.len(), false),
            Some(outcome) => panic!("{outcome:?}"),
            None => reading = Some(reader),
        }
        if waits {
            assert_eq!(run.step(), Stepped::Ran);
        }
        run.watch();
    }
    run.end();
    (TOTAL / 1460) as u64
}

fn ping_pong(judged: bool) -> u64 {
    const ROUNDS: u64 = 10_000;
    let mut run = Judged::new(&network(), judged);
    let ends = run.connect();
    for round in 0..ROUNDS {
        for from in End::BOTH {
            run.ask(ends[from], Call::Write(payload(from, round, 1)));
            drain(&mut run, ends[from.peer()], 1);
        }
    }
    run.end();
    ROUNDS
}

/// That many connections at once, 16 KiB each.
fn many(count: u64) -> u64 {
    let mut run = Judged::new(&network(), true);
    let flows = run.connect_many(count);
    for ends in &flows {
        run.ask(ends.client, Call::Write(pattern_of(ends.client, 16 << 10)));
    }
    for ends in &flows {
        drain(&mut run, ends.server, 16 << 10);
    }
    for ends in flows {
        run.ask(ends.client, Call::Close);
        assert_eq!(run.ask(ends.server, READ), Outcome::Eof);
        run.ask(ends.server, Call::Close);
    }
    run.end();
    count
}

/// That many pairs of connected ends that have nothing to do.
pub fn idle_pairs(count: u64, judged: bool) -> Judged {
    let mut run = Judged::new(&network(), judged);
    run.connect_many(count);
    while run.step() == Stepped::Ran {}
    run
}

/// That many connects of one host to one other.
fn connects(count: u64) -> u64 {
    let mut run = Judged::new(&network(), false);
    run.connect_many(count);
    count
}

/// Connects of a host that is connected from all its ports already.
fn refused_connects() -> Box<dyn FnMut() -> u64> {
    let mut run = Judged::new(&network(), false);
    run.connect_many(PORTS);
    Box::new(move || {
        const COUNT: u64 = 1_000;
        for _ in 0..COUNT {
            let ends = run.world.tcp(&PipeSettings::new(Contract::modern()));
            let outcome = run.ask(ends.client, Call::Connect { to: None, keepalive: None });
            assert!(matches!(outcome, Outcome::Error(_)), "{outcome:?}");
        }
        COUNT
    })
}

/// The first write of this end.
fn pattern_of(conn: Conn, len: usize) -> Payload {
    Payload::Bytes(pattern::slice(pattern::start(conn.place().flow, End::Client, 0), len))
}

/// A long conversation: writes of 1 KiB that are read, in both directions.
fn conversation(writes: u64) -> Trace {
    let mut world = World::new();
    world.record(true);
    let ends = world.pipe(&PipeSettings::new(Contract::modern()));
    for write in 0..writes {
        for from in End::BOTH {
            ask(&mut world, ends[from], Call::Write(payload(from, write, 1024)));
            ask(&mut world, ends[from.peer()], Call::Read { max: usize::MAX });
        }
    }
    ask(&mut world, ends.client, Call::Close);
    ask(&mut world, ends.server, Call::Close);
    while world.step() == Stepped::Ran {}
    world.quiesce();
    Trace::new(world.header(Both::same(Contract::modern())), world.drain_events().collect())
}

fn judge(header: Header, events: &[Event]) -> u64 {
    let mut oracle = Oracle::with(header);
    for (event, line) in events.iter().zip(2..) {
        oracle.observe(line, event);
    }
    assert!(oracle.finish(false).violations.is_empty());
    events.len() as u64
}

fn judge_events() -> Box<dyn FnMut() -> u64> {
    let trace = conversation(2_000);
    Box::new(move || judge(trace.header.clone(), &trace.events))
}

/// Writes of equal bytes that overlap each other, then as many reads.
fn equal_writes(writes: u64) -> Box<dyn FnMut() -> u64> {
    let mut trace = Trace::default();
    let data = Payload::from(bytes::Bytes::from_static(b"aa"));
    for op in 1..=writes {
        call(&mut trace, End::Client, op, Call::Write(data.clone()));
    }
    for op in 1..=writes {
        answer(&mut trace, End::Client, op, Outcome::Ok);
    }
    for op in 1..=writes {
        call(&mut trace, End::Server, op, READ);
        answer(&mut trace, End::Server, op, Outcome::Data(data.clone()));
    }
    Box::new(move || judge(trace.header.clone(), &trace.events))
}

/// Reads that are all pending, and get one byte each of a write: every second one what comes first, before its neighbour.
fn open_reads(reads: u64) -> Box<dyn FnMut() -> u64> {
    let mut trace = Trace::default();
    let data = pattern::slice(0, reads as usize);
    for op in 1..=reads {
        call(&mut trace, End::Server, op, READ);
    }
    call(&mut trace, End::Client, 1, Call::Write(Payload::Bytes(data.clone())));
    answer(&mut trace, End::Client, 1, Outcome::Ok);
    for op in 1..=reads {
        let byte = (op - 1) as usize ^ 1;
        answer(&mut trace, End::Server, op, Outcome::Data(Payload::Bytes(data.slice(byte..byte + 1))));
    }
    Box::new(move || judge(trace.header.clone(), &trace.events))
}

fn call(trace: &mut Trace, end: End, op: u64, call: Call) {
    let at = Place { flow: 0, end };
    note(trace, What::Call { at, op, call });
}

fn answer(trace: &mut Trace, end: End, op: u64, outcome: Outcome) {
    let at = Place { flow: 0, end };
    note(trace, What::Return { at, op, outcome, accepted: None, peer: None, made: None });
}

/// The next event, a microsecond after the last one.
fn note(trace: &mut Trace, what: What) {
    let t = flowsim::time::Instant(trace.events.len() as u64 * 1000);
    trace.events.push(Event::new(t, what));
}

/// A transfer in segments of 1460 bytes, each sent and delivered, and an acknowledgement for every second one.
fn transfer(segments: u32) -> Trace {
    let mut trace = Trace::default();
    trace.header.simulated = true;
    (trace.header.records.network, trace.header.records.segments) = (true, true);
    let mut pass = |from, flags, seq: u32, ack: u32, data: Payload, options: &str| {
        let (flags, options) = (Flags(flags), Options::from_text(options));
        let segment = Segment { seq: Seq(seq), ack: Seq(ack), flags, window: 65535, options, data, ..Segment::default() };
        for fate in [Fate::Sent, Fate::Delivered] {
            let t = flowsim::time::Instant(trace.events.len() as u64 * 1000);
            trace.events.push(Event::new(t, What::Segment(SegmentEvent::new(0, from, fate, segment.clone()))));
        }
    };
    pass(End::Client, 2, 100, 0, Payload::EMPTY, "mss=1460,ws=7");
    pass(End::Server, 18, 300, 101, Payload::EMPTY, "mss=1460,ws=7");
    pass(End::Client, 16, 101, 301, Payload::EMPTY, "");
    for number in 0..segments {
        let offset = number.wrapping_mul(1460);
        pass(End::Client, 16, 101_u32.wrapping_add(offset), 301, pattern::slice(offset.into(), 1460).into(), "");
        if number % 2 == 1 {
            pass(End::Server, 16, 301, 101_u32.wrapping_add(offset).wrapping_add(1460), Payload::EMPTY, "");
        }
    }
    trace
}

fn judge_segments() -> Box<dyn FnMut() -> u64> {
    let trace = transfer(4_000);
    Box::new(move || judge(trace.header.clone(), &trace.events))
}

/// Reads a trace from memory as `flowsim judge` does from a file, with payload as base64, and perhaps judges it.
fn file(judged: bool) -> Box<dyn FnMut() -> u64> {
    let mut trace = conversation(2_000);
    strip_codes(&mut trace);
    let mut text = Vec::new();
    trace.write(&mut text).expect("memory takes all");
    Box::new(move || {
        let mut reader = Reader::new("bench", text.as_slice()).expect("a header");
        let mut oracle = Oracle::with(reader.header().clone());
        let mut events = 0;
        for event in &mut reader {
            let (line, event) = event.expect("well formed");
            events += 1;
            if judged {
                oracle.observe(line, &event);
            }
        }
        assert!(oracle.finish(false).violations.is_empty());
        events
    })
}

/// Turns payload into bytes that the pattern does not know, 32 a call, as a foreign recorder would write them.
fn strip_codes(trace: &mut Trace) {
    let plain = |data: &mut Payload| *data = Payload::Bytes(vec![b'x'; 32].into());
    for event in &mut trace.events {
        match &mut event.what {
            What::Call { call: Call::Write(data), .. } | What::Return { outcome: Outcome::Data(data), .. } => plain(data),
            _ => {}
        }
    }
}
