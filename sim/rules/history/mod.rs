//! Histories: traces small enough to stand in a sentence, in a notation of one line an event.
//!
//! ```text
//! client write "ab" -> ok            a call and its return
//! server call 1 read                 a call alone: it overlaps what follows
//! client/1 return 2 error reset      the end of an operation, here on flow 1
//! client cancel 3                    the caller gave an operation up
//! env reset server by fault          the environment; flow and end as the trace has them
//! client segment sent FA seq 100     the wire: fate, flags, then `ack 1`, `win 9`, `len 3` or `data "abc"`, `opts ws=7`, `id 4`
//! client segment passes S seq 100    sent, and delivered in the same instant
//! client state ESTABLISHED to CLOSE-WAIT
//! 300s quiet                         nothing more can happen; `300s end` stops the recording
//! 300s repeat 9 every 2s LINE        the same line so many times, so far apart
//! records network buffers            header: what is recorded completely (default: network)
//! simulated                          header: the simulator wrote it
//! keepalive 4s 1s 2                  header: probed after 4 s of silence, every second, twice
//! layers 1 0                         header: flow 1 stands on flow 0
//! proxies 0 1                        header: a proxy joins flows 0 and 1
//! proxies 0 1 2                      header: and flow 2 is what it makes of them, seen from outside
//! limits client syn 10s data 5s      header: what its stack was set to (`syn`, `data`, `msl`, `fin_wait_2`)
//! clock per-end                      header: the ends have clocks of their own
//! ```
//! A time may lead a line (`5`, `20us`, `7ms`, `300s`; a bare number is nanoseconds); a line without one comes a millisecond
//! after the line before. Bytes are quoted, with Rust's escapes; a bare number stands for that many unknown bytes (as a read's
//! result: `data 5`). `#` begins a comment. Operations without a number get the next free one of their end.
//!
//! What this is not: the trace format. It has no way to say what the examples don't need.

mod token;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::contract::{Both, Contract, Keepalive};
use crate::trace::{Call, Clock, Event, Fate, Header, Layer, Place, Proxy, Records, SegmentEvent, Trace, What, state_name};
use crate::wire::Segment;
use token::{Line, Parsed};

/// A history that can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for HistoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for HistoryError {}

/// Reads a history; both ends promise `contract`.
pub fn parse(text: &str, contract: Contract) -> Result<Trace, HistoryError> {
    let mut history = History::new(contract);
    for (line, number) in text.lines().zip(1..) {
        history.line(line).map_err(|message| HistoryError { line: number, message })?;
    }
    Ok(history.trace)
}

/// The lines of a history as a person reads them: without the indentation of the source.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A history on its way to become a trace.
struct History {
    trace: Trace,
    now: u64,
    ops: BTreeMap<Place, Ops>,
}

/// The operations of one end of one flow.
#[derive(Default)]
struct Ops {
    pending: BTreeMap<u64, Call>,
    highest: u64,
}

impl History {
    /// Time between lines that name none.
    const TICK: u64 = 1_000_000;

    fn new(contract: Contract) -> Self {
        let records = Records { network: true, ..Records::default() };
        let header = Header { contract: Both::same(contract), records, ..Header::default() };
        History { trace: Trace { header, ..Trace::default() }, now: 0, ops: BTreeMap::new() }
    }

    fn line(&mut self, text: &str) -> Parsed<()> {
        let line = Line::split(text)?;
        match line.peek() {
            None if line.is_empty() => Ok(()),
            Some("records") => self.records(line),
            Some("clock") => self.clock(line),
            Some("simulated") => self.simulated(line),
            Some("keepalive") => self.keepalive(line),
            Some("layers") => self.layers(line),
            Some("proxies") => self.proxies(line),
            Some("limits") => self.limits(line),
            _ => self.event(line),
        }
    }

    fn records(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        let mut records = Records::default();
        while !line.is_empty() {
            *words::record(&mut records, &line.word()?)? = true;
        }
        self.trace.header.records = records;
        Ok(())
    }

    fn clock(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        self.trace.header.clock = match line.word()?.as_str() {
            "shared" => Clock::Shared,
            "per-end" => Clock::PerEnd,
            other => return Err(format!("`{other}` is no clock (shared, per-end)")),
        };
        line.finish()
    }

    fn simulated(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        self.trace.header.simulated = true;
        line.finish()
    }

    fn keepalive(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        let mut span = || line.time()?.map(Duration::from_nanos).ok_or_else(|| "a time is missing".to_owned());
        let (after, interval) = (span()?, span()?);
        self.trace.header.keepalive = Some(Keepalive { after, interval, probes: line.number()? });
        line.finish()
    }

    fn layers(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        self.trace.header.layers.push(Layer { upper: line.number()?, lower: line.number()? });
        line.finish()
    }

    fn proxies(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        let (left, right) = (line.number()?, line.number()?);
        let outer = if line.is_over() { None } else { Some(line.number()?) };
        self.trace.header.proxies.push(Proxy { left, right, outer });
        line.finish()
    }

    fn limits(&mut self, mut line: Line) -> Parsed<()> {
        line.skip();
        let word = line.word()?;
        let Place { end, .. } = words::place(&word)?.ok_or_else(|| format!("`{word}` is no end (client, server)"))?;
        while !line.is_empty() {
            let limit = words::limit(&mut self.trace.header.limits[end], &line.word()?)?;
            *limit = Duration::from_nanos(line.time()?.ok_or("a limit is a time (`10s`)")?);
        }
        Ok(())
    }

    fn event(&mut self, mut line: Line) -> Parsed<()> {
        self.advance(line.time()?)?;
        if line.take("repeat") { self.repeat(line) } else { self.happens(line) }
    }

    /// The same line several times.
    fn repeat(&mut self, mut line: Line) -> Parsed<()> {
        let times: u16 = line.number()?;
        line.expect("every")?;
        let apart = line.time()?.ok_or("expected a time")?;
        for turn in 0..u64::from(times) {
            self.advance(Some(self.now.saturating_add(if turn == 0 { 0 } else { apart })))?;
            self.happens(line.clone())?;
        }
        Ok(())
    }

    fn happens(&mut self, mut line: Line) -> Parsed<()> {
        match line.peek() {
            Some("env") => line.skip(),
            Some("quiet" | "end") => {}
            _ => return self.at(line),
        }
        let env = words::env(&mut line)?;
        line.finish()?;
        self.push(What::Env(env));
        Ok(())
    }

    fn advance(&mut self, time: Option<u64>) -> Parsed<()> {
        let next = if self.trace.events.is_empty() { 0 } else { self.now.saturating_add(Self::TICK) };
        let time = time.unwrap_or(next);
        if time < self.now && self.trace.header.clock == Clock::Shared {
            return Err("time goes back".to_owned());
        }
        self.now = time;
        Ok(())
    }

    /// What happens at one end of a flow.
    fn at(&mut self, mut line: Line) -> Parsed<()> {
        let at = words::place(&line.word()?)?.ok_or("expected `client`, `server`, `env`, `quiet` or `end`")?;
        match line.peek() {
            Some("call") => self.call(at, line),
            Some("return") => self.ret(at, line),
            Some("cancel") => self.cancel(at, line),
            Some("segment") => self.segment(at, line),
            Some("state") => self.state(at, line),
            _ => self.whole(at, line),
        }
    }

    fn call(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        line.skip();
        let op = line.number()?;
        let call = words::call(&mut line)?;
        line.finish()?;
        self.begin(at, op, call)
    }

    fn ret(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        line.skip();
        let op = line.number()?;
        let result = words::result(&mut line)?;
        line.finish()?;
        self.end(at, op, result)
    }

    fn cancel(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        line.skip();
        let op = line.number()?;
        line.finish()?;
        self.settle(at, op)?;
        self.push(What::Cancel { at, op });
        Ok(())
    }

    fn segment(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        line.skip();
        let passes = line.take("passes");
        let fate = if passes { Fate::Sent } else { words::fate(&line.word()?)? };
        let flags = words::flags(&line.word()?)?;
        let segment = Segment { flags, ..Segment::default() };
        let event = words::segment(&mut line, SegmentEvent::new(at.flow, at.end, fate, segment))?;
        let arrives = passes.then(|| SegmentEvent { fate: Fate::Delivered, ..event.clone() });
        for event in std::iter::once(event).chain(arrives) {
            self.push(What::Segment(event));
        }
        Ok(())
    }

    fn state(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        line.skip();
        let from = state_name(&line.word()?);
        line.expect("to")?;
        let to = state_name(&line.word()?);
        line.finish()?;
        self.push(What::State { at, from, to });
        Ok(())
    }

    /// A call and its return in one line.
    fn whole(&mut self, at: Place, mut line: Line) -> Parsed<()> {
        let op = self.ops.entry(at).or_default().highest.saturating_add(1);
        let call = words::call(&mut line)?;
        line.expect("->").map_err(|_| "expected `-> RESULT`; a call alone is written `call NUMBER …`")?;
        let result = words::result(&mut line)?;
        line.finish()?;
        self.begin(at, op, call)?;
        self.end(at, op, result)
    }

    fn begin(&mut self, at: Place, op: u64, call: Call) -> Parsed<()> {
        let ops = self.ops.entry(at).or_default();
        if op <= ops.highest {
            return Err(format!("operation {op} does not follow {}", ops.highest));
        }
        ops.highest = op;
        ops.pending.insert(op, call.clone());
        self.push(What::Call { at, op, call });
        Ok(())
    }

    fn end(&mut self, at: Place, op: u64, (outcome, accepted, peer, made): words::Answer) -> Parsed<()> {
        let call = self.settle(at, op)?;
        if !call.admits(&outcome) {
            return Err(format!("`{}` is no result of a {}", outcome.word(), call.word()));
        }
        self.push(What::Return { at, op, outcome, accepted, peer, made });
        Ok(())
    }

    /// Takes a pending operation off the list.
    fn settle(&mut self, at: Place, op: u64) -> Parsed<Call> {
        self.ops.entry(at).or_default().pending.remove(&op).ok_or_else(|| format!("operation {op} is not pending"))
    }

    fn push(&mut self, what: What) {
        let mut event = Event { t: Default::default(), what };
        event.t.0 = self.now;
        self.trace.events.push(event);
    }
}

#[cfg(test)]
mod tests;
