//! What the words of a history stand for.

use std::time::Duration;

use super::Parsed;
use super::token::Line;
use crate::contract::Mode;
use crate::trace::{Abort, By, Call, End, Env, EnvWhat, Error, Fate, Outcome, Payload, Place, Records, Resources, SegmentEvent, Timeouts};
use crate::wire::{Flags, Seq};

/// `client`, `server/1`: none if the word names no end.
pub(super) fn place(word: &str) -> Parsed<Option<Place>> {
    let (name, flow) = word.split_once('/').map_or((word, None), |(name, flow)| (name, Some(flow)));
    let Some(end) = End::BOTH.into_iter().find(|end| end.word() == name) else { return Ok(None) };
    let flow = flow.map_or(Ok(0), str::parse).map_err(|_| format!("`{word}` names no flow"))?;
    Ok(Some(Place { flow, end }))
}

/// One of the kinds of evidence that a header may claim.
pub(super) fn record<'a>(records: &'a mut Records, word: &str) -> Parsed<&'a mut bool> {
    Ok(match word {
        "network" => &mut records.network,
        "transmitted" => &mut records.transmitted,
        "segments" => &mut records.segments,
        "resources" => &mut records.resources,
        "buffers" => &mut records.buffers,
        "lower" => &mut records.lower,
        other => return Err(format!("`{other}` is nothing that can be recorded")),
    })
}

/// One of the limits that a stack may be set to.
pub(super) fn limit<'a>(limits: &'a mut Timeouts, word: &str) -> Parsed<&'a mut Duration> {
    Ok(match word {
        "syn" => &mut limits.syn,
        "data" => &mut limits.data,
        "msl" => &mut limits.msl,
        "fin_wait_2" => &mut limits.fin_wait_2,
        other => return Err(format!("`{other}` is no limit (syn, data, msl, fin_wait_2)")),
    })
}

/// A call with its arguments.
pub(super) fn call(line: &mut Line) -> Parsed<Call> {
    Ok(match line.word()?.as_str() {
        "read" => Call::Read { max: max(line)? },
        "write" => Call::Write(payload(line)?),
        "writev" => Call::Writev(payloads(line)?),
        "write_nodelay" => Call::WriteNodelay(payload(line)?),
        "writev_nodelay" => Call::WritevNodelay(payloads(line)?),
        "flush" => Call::Flush,
        "shutdown" => Call::Shutdown(mode(&line.word()?)?),
        "close" => Call::Close,
        "connect" => Call::Connect { to: destination(line)?, keepalive: None },
        "accept" => Call::Accept { port: line.number()?, keepalive: None },
        "listen" => Call::Listen { port: line.number()?, keepalive: None },
        "unlisten" => Call::Unlisten { port: line.number()? },
        "disconnect" => Call::Disconnect,
        "destination" => Call::Destination,
        other => return Err(format!("`{other}` is no call")),
    })
}

fn max(line: &mut Line) -> Parsed<usize> {
    match line.peek() {
        None | Some("->") => Ok(usize::MAX),
        Some(_) => line.number(),
    }
}

fn payload(line: &mut Line) -> Parsed<Payload> {
    if line.at_bytes() { line.bytes().map(Payload::Bytes) } else { line.number().map(Payload::Count) }
}

fn payloads(line: &mut Line) -> Parsed<Vec<Payload>> {
    let mut list = Vec::new();
    while line.at_bytes() || line.peek().is_some_and(|word| word != "->") {
        list.push(payload(line)?);
    }
    Ok(list)
}

fn mode(word: &str) -> Parsed<Mode> {
    let known = [Mode::Read, Mode::Write, Mode::ReadWrite].into_iter().find(|mode| mode.word() == word);
    known.ok_or_else(|| format!("`{word}` is no mode (read, write, read_write)"))
}

fn destination(line: &mut Line) -> Parsed<Option<Box<str>>> {
    match line.peek() {
        None | Some("->") => Ok(None),
        Some(_) => Ok(Some(line.word()?.into())),
    }
}

/// An outcome, how many bytes a write says that it accepted, whom a flow says that it is connected to, and which flow was made.
pub(super) type Answer = (Outcome, Option<u64>, Option<Box<str>>, Option<u32>);

/// What stands behind the arrow.
pub(super) fn result(line: &mut Line) -> Parsed<Answer> {
    let outcome = outcome(line)?;
    let accepted = if line.take("accepted") { Some(line.number()?) } else { None };
    let peer = if line.take("peer") { Some(line.word()?.into()) } else { None };
    let made = if line.take("made") { Some(line.number()?) } else { None };
    Ok((outcome, accepted, peer, made))
}

fn outcome(line: &mut Line) -> Parsed<Outcome> {
    if line.at_bytes() {
        return line.bytes().map(|bytes| Outcome::Data(bytes.into()));
    }
    Ok(match line.word()?.as_str() {
        "ok" => Outcome::Ok,
        "data" => Outcome::Data(payload(line)?),
        "eof" => Outcome::Eof,
        "closed" => Outcome::Closed,
        "done" => Outcome::Done,
        "error" => Outcome::Error(Error::from_word(&line.word()?)),
        "panic" => Outcome::Panic("".into()),
        other => return Err(format!("`{other}` is no result")),
    })
}

/// What the environment did; `env` itself is already read.
pub(super) fn env(line: &mut Line) -> Parsed<Env> {
    let word = line.word()?;
    let (flow, end) = concerns(line, &word)?;
    let what = match word.as_str() {
        "reset" => EnvWhat::Abort(Abort::Reset, by(line)?),
        "timeout" => EnvWhat::Abort(Abort::Timeout, by(line)?),
        "keepalive_death" => EnvWhat::Abort(Abort::KeepaliveDeath, by(line)?),
        "crash" => EnvWhat::Crash(by(line)?),
        "partition" => EnvWhat::Partition { from: from(line)? },
        "heal" => EnvWhat::Heal { from: from(line)? },
        "transmitted" => EnvWhat::Transmitted { upto: line.number()? },
        "acknowledged" => EnvWhat::Acknowledged { upto: line.number()? },
        "resources" => EnvWhat::Resources(resources(line)?),
        "buffer" => EnvWhat::Buffer { op: line.number()?, data: payload(line)? },
        "quiet" => EnvWhat::Quiet,
        "end" => EnvWhat::End,
        other => return Err(format!("`{other}` is nothing that the environment does")),
    };
    Ok(Env { flow, end, what })
}

/// The flow and the end that an environment line is about. What is said of an operation or an offset belongs to one flow; all
/// else concerns every flow unless one is named.
fn concerns(line: &mut Line, what: &str) -> Parsed<(Option<u32>, Option<End>)> {
    let Some(word) = line.peek().map(str::to_owned) else { return Ok((None, None)) };
    let Some(place) = place(&word)? else { return Ok((None, None)) };
    line.skip();
    let one_flow = word.contains('/') || matches!(what, "transmitted" | "acknowledged" | "buffer");
    Ok((one_flow.then_some(place.flow), Some(place.end)))
}

fn by(line: &mut Line) -> Parsed<By> {
    if !line.take("by") {
        return Ok(By::Unknown);
    }
    match line.word()?.as_str() {
        "stack" => Ok(By::Stack),
        "fault" => Ok(By::Fault),
        other => Err(format!("`{other}` does not decide (stack, fault)")),
    }
}

fn from(line: &mut Line) -> Parsed<Option<End>> {
    if !line.take("from") {
        return Ok(None);
    }
    let word = line.word()?;
    let place = place(&word)?.ok_or_else(|| format!("`{word}` is no end"))?;
    Ok(Some(place.end))
}

fn resources(line: &mut Line) -> Parsed<Resources> {
    let mut held = Resources::default();
    while !line.is_empty() {
        let field = match line.word()?.as_str() {
            "connections" => &mut held.connections,
            "timers" => &mut held.timers,
            "buffered" => &mut held.buffered,
            "ports" => &mut held.ports,
            other => return Err(format!("`{other}` is no resource")),
        };
        *field = line.number()?;
    }
    Ok(held)
}

/// What became of a segment.
pub(super) fn fate(word: &str) -> Parsed<Fate> {
    Ok(match word {
        "sent" => Fate::Sent,
        "delivered" => Fate::Delivered,
        "dropped" => Fate::Dropped,
        "duplicated" => Fate::Duplicated,
        "corrupted" => Fate::Corrupted,
        "injected" => Fate::Injected,
        other => return Err(format!("`{other}` is no fate of a segment")),
    })
}

/// Control bits by their letters.
pub(super) fn flags(word: &str) -> Parsed<Flags> {
    Flags::from_letters(word).ok_or_else(|| format!("`{word}` are no flags"))
}

/// The fields of a segment, in any order; what is left out is zero.
pub(super) fn segment(line: &mut Line, mut event: SegmentEvent) -> Parsed<SegmentEvent> {
    let (mut window, mut options) = (0, String::new());
    while !line.is_empty() {
        let segment = &mut event.segment;
        match line.word()?.as_str() {
            "seq" => segment.seq = Seq(line.number()?),
            "ack" => segment.ack = Seq(line.number()?),
            "win" => window = line.number()?,
            "len" => segment.data = Payload::Count(line.number::<u32>()? as usize),
            "data" => segment.data = line.bytes()?.into(),
            "id" => event.id = Some(line.number()?),
            "opts" => options = line.word()?,
            other => return Err(format!("`{other}` is no field of a segment")),
        }
    }
    Ok(event.spelled(window, &options))
}
