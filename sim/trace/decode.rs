//! From the fields of a line to a header or an event.

use std::borrow::Cow;
use std::time::Duration;

use super::fault::{Fault, Result, quoted};
use super::fields::{ENDS, Fields, Key, word};
use super::json::{Kind, Value};
use super::{
    Abort, By, Clock, Env, EnvWhat, Event, Fate, Header, Layer, Limits, Place, Proxy, Records, Resources, SegmentEvent, What, payload,
    state_name,
};
use crate::contract::{Both, Call, Contract, Error, Keepalive, Mode, Outcome};
use crate::time::Instant;
use crate::wire::{Flags, Segment, Seq};

/// The version of the format.
const VERSION: u64 = 1;

/// What to do without a header.
pub(super) const HEADER_HELP: &str = "the first line must be like {\"flowsim_trace\":1,\"contract\":\"modern\",\"clock\":\"shared\"}";

/// The first line.
pub(super) fn header(fields: &Fields) -> Result<Header> {
    if !fields.has(Key::Version) {
        return Err(fields.fault(Key::Version, "the header is missing").help(HEADER_HELP));
    }
    if fields.integer(Key::Version)? != VERSION {
        return Err(fields.fault(Key::Version, "unknown version of the trace format").help("this is version 1"));
    }
    Ok(Header {
        contract: fields.get(Key::Contract).map_or(Ok(Header::default().contract), contracts)?,
        clock: fields.word_if(Key::Clock, Clock::WORDS)?.unwrap_or(Clock::Shared),
        records: fields.get(Key::Records).map_or(Ok(Records::default()), records)?,
        note: fields.text_if(Key::Note)?.unwrap_or_default(),
        keepalive: keepalive(fields)?,
        layers: pairs(fields, Key::Layers, ["upper", "lower"], |[upper, lower]| Layer { upper, lower })?,
        proxies: pairs(fields, Key::Proxies, ["left", "right"], |[left, right]| Proxy { left, right })?,
        limits: fields.get(Key::Limits).map_or(Ok(Both::default()), limits)?,
        simulated: fields.get(Key::Simulated).map_or(Ok(false), |value| value.boolean(Key::Simulated.name()))?,
    })
}

fn contracts(value: Value<'_>) -> Result<Both<Contract>> {
    if value.kind() == Kind::Text {
        return contract(value).map(Both::same);
    }
    if value.kind() != Kind::Object {
        return Err(value.fault("`contract` must be a name, or an object with a name for `client` and for `server`"));
    }
    let mut both = Header::default().contract;
    value.members("contract", |end, value| {
        let end = word(end, "end", ENDS)?;
        both[end] = contract(value)?;
        Ok(())
    })?;
    Ok(both)
}

fn contract(value: Value<'_>) -> Result<Contract> {
    let text = value.text("contract")?;
    text.parse().map_err(|error: crate::contract::ContractError| value.fault(error.message).help(error.help))
}

fn records(value: Value<'_>) -> Result<Records> {
    let mut records = Records::default();
    value.elements("records", |element| {
        *word(element, "records", Records::WORDS)?(&mut records) = true;
        Ok(())
    })?;
    Ok(records)
}

/// A list of objects with two flow numbers each.
fn pairs<T>(fields: &Fields, key: Key, names: [&str; 2], make: fn([u32; 2]) -> T) -> Result<Vec<T>> {
    let mut list = Vec::new();
    let Some(value) = fields.get(key) else { return Ok(list) };
    value.elements(key.name(), |element| {
        let [first, second] = numbers(element, key.name(), names)?;
        let narrow = |number| u32::try_from(number).map_err(|_| element.fault("a flow's number has 32 bits"));
        list.push(make([narrow(first)?, narrow(second)?]));
        Ok(())
    })?;
    Ok(list)
}

/// The numbers of an object's members by name; all must be there.
fn numbers<const N: usize>(object: Value<'_>, field: &str, names: [&str; N]) -> Result<[u64; N]> {
    let mut found = [None; N];
    object.members(field, |name, value| {
        let text = name.text("name")?;
        if let Some(index) = names.iter().position(|name| *name == text) {
            found[index] = Some(value.integer(names[index], u64::MAX)?);
        }
        Ok(())
    })?;
    if let Some(index) = found.iter().position(Option::is_none) {
        return Err(object.fault(format!("`{}` is missing in `{field}`", names[index])));
    }
    Ok(found.map(Option::unwrap_or_default))
}

fn keepalive(fields: &Fields) -> Result<Option<Keepalive>> {
    let Some(value) = fields.get(Key::Keepalive) else { return Ok(None) };
    let [after, interval, probes] = numbers(value, "keepalive", ["after", "interval", "probes"])?;
    let probes = u32::try_from(probes).map_err(|_| value.fault("`probes` is too large"))?;
    Ok(Some(Keepalive { after: Duration::from_nanos(after), interval: Duration::from_nanos(interval), probes }))
}

fn limits(value: Value<'_>) -> Result<Both<Limits>> {
    let mut both = Both::<Limits>::default();
    value.members("limits", |end, value| {
        let end = word(end, "end", ENDS)?;
        both[end] = Limits::of(numbers(value, "limits", Limits::NAMES)?.map(Duration::from_nanos));
        Ok(())
    })?;
    Ok(both)
}

/// What a line is.
#[derive(Clone, Copy)]
pub(super) enum Sort {
    Call,
    Return,
    Cancel,
    Env,
    Segment,
    State,
}

pub(super) const SORTS: &[(&str, Sort)] = &[
    ("call", Sort::Call),
    ("return", Sort::Return),
    ("cancel", Sort::Cancel),
    ("env", Sort::Env),
    ("segment", Sort::Segment),
    ("state", Sort::State),
];

/// A line after the first; `None` for an event of someone else (`x-…`).
pub(super) fn event(fields: &Fields) -> Result<Option<Event>> {
    if fields.has(Key::Version) {
        return Err(fields.fault(Key::Version, "a second header"));
    }
    let name = fields.need(Key::Event)?;
    if name.text("event")?.starts_with("x-") {
        return Ok(None);
    }
    let sort = word(name, "event", SORTS)?;
    let t = Instant(fields.integer(Key::T)?);
    let what = match sort {
        Sort::Call => What::Call { at: place(fields)?, op: fields.integer(Key::Op)?, call: call(fields)? },
        Sort::Return => returned(fields)?,
        Sort::Cancel => What::Cancel { at: place(fields)?, op: fields.integer(Key::Op)? },
        Sort::Env => What::Env(env(fields)?),
        Sort::Segment => What::Segment(segment(fields)?),
        Sort::State => What::State { at: place(fields)?, from: state(fields, Key::From)?, to: state(fields, Key::To)? },
    };
    Ok(Some(Event { t, what }))
}

fn place(fields: &Fields) -> Result<Place> {
    Ok(Place { flow: fields.flow_if()?.unwrap_or(0), end: fields.word(Key::End, ENDS)? })
}

/// Makes a call of the fields of its line.
pub(super) type MakeCall = fn(&Fields) -> Result<Call>;

pub(super) const CALLS: &[(&str, MakeCall)] = &[
    ("read", read),
    ("write", |fields| payload::one(fields).map(Call::Write)),
    ("writev", |fields| payload::several(fields).map(Call::Writev)),
    ("write_nodelay", |fields| payload::one(fields).map(Call::WriteNodelay)),
    ("writev_nodelay", |fields| payload::several(fields).map(Call::WritevNodelay)),
    ("flush", |_| Ok(Call::Flush)),
    ("shutdown", |fields| fields.word(Key::Mode, MODES).map(Call::Shutdown)),
    ("close", |_| Ok(Call::Close)),
    ("connect", |fields| Ok(Call::Connect { to: fields.text_if(Key::To)?, keepalive: keepalive(fields)? })),
    ("accept", |fields| Ok(Call::Accept { port: port(fields)?, keepalive: keepalive(fields)? })),
    ("listen", |fields| Ok(Call::Listen { port: port(fields)?, keepalive: keepalive(fields)? })),
    ("unlisten", |fields| Ok(Call::Unlisten { port: port(fields)? })),
    ("disconnect", |_| Ok(Call::Disconnect)),
    ("destination", |_| Ok(Call::Destination)),
];

pub(super) const MODES: &[(&str, Mode)] = &[("read", Mode::Read), ("write", Mode::Write), ("read_write", Mode::ReadWrite)];

fn call(fields: &Fields) -> Result<Call> {
    fields.word(Key::Call, CALLS)?(fields)
}

fn read(fields: &Fields) -> Result<Call> {
    let max = fields.integer_if(Key::Max)?.unwrap_or(u64::MAX);
    Ok(Call::Read { max: usize::try_from(max).unwrap_or(usize::MAX) })
}

fn port(fields: &Fields) -> Result<u16> {
    let value = fields.need(Key::Port)?;
    let port = value.integer("port", u16::MAX.into())?;
    u16::try_from(port).map_err(|_| value.fault("`port` is too large"))
}

/// Makes an outcome of the fields of its line.
pub(super) type MakeOutcome = fn(&Fields) -> Result<Outcome>;

pub(super) const RESULTS: &[(&str, MakeOutcome)] = &[
    ("ok", |_| Ok(Outcome::Ok)),
    ("data", |fields| payload::one(fields).map(Outcome::Data)),
    ("eof", |_| Ok(Outcome::Eof)),
    ("closed", |_| Ok(Outcome::Closed)),
    ("done", |_| Ok(Outcome::Done)),
    ("error", |fields| Ok(Outcome::Error(Error::from_word(&fields.need(Key::Error)?.text("error")?)))),
    ("panic", |_| Ok(Outcome::Panic)),
];

fn returned(fields: &Fields) -> Result<What> {
    Ok(What::Return {
        at: place(fields)?,
        op: fields.integer(Key::Op)?,
        outcome: fields.word(Key::Result, RESULTS)?(fields)?,
        accepted: fields.integer_if(Key::Accepted)?,
        peer: fields.text_if(Key::Peer)?,
        made: None,
    })
}

/// Makes what an env line says of its fields.
pub(super) type MakeEnv = fn(&Fields) -> Result<EnvWhat>;

pub(super) const ENVS: &[(&str, MakeEnv)] = &[
    ("reset", |fields| Ok(EnvWhat::Abort(Abort::Reset, by(fields)?))),
    ("timeout", |fields| Ok(EnvWhat::Abort(Abort::Timeout, by(fields)?))),
    ("keepalive_death", |fields| Ok(EnvWhat::Abort(Abort::KeepaliveDeath, by(fields)?))),
    ("crash", |fields| Ok(EnvWhat::Crash(by(fields)?))),
    ("partition", |fields| Ok(EnvWhat::Partition { from: fields.word_if(Key::From, ENDS)? })),
    ("heal", |fields| Ok(EnvWhat::Heal { from: fields.word_if(Key::From, ENDS)? })),
    ("transmitted", |fields| Ok(EnvWhat::Transmitted { upto: upto(fields)? })),
    ("acknowledged", |fields| Ok(EnvWhat::Acknowledged { upto: upto(fields)? })),
    ("resources", |fields| resources(fields).map(EnvWhat::Resources)),
    ("buffer", buffer),
    ("quiet", |_| Ok(EnvWhat::Quiet)),
    ("end", |_| Ok(EnvWhat::End)),
];

fn env(fields: &Fields) -> Result<Env> {
    let what = fields.word(Key::What, ENVS)?(fields)?;
    Ok(Env { flow: fields.flow_if()?, end: fields.word_if(Key::End, ENDS)?, what })
}

fn by(fields: &Fields) -> Result<By> {
    Ok(fields.word_if(Key::By, By::WORDS)?.unwrap_or(By::Unknown))
}

/// A stream offset, which means something only at one end.
fn upto(fields: &Fields) -> Result<u64> {
    fields.need(Key::End)?;
    fields.integer(Key::Upto)
}

fn resources(fields: &Fields) -> Result<Resources> {
    let count = |key| fields.integer_if(key).map(Option::unwrap_or_default);
    Ok(Resources {
        connections: count(Key::Connections)?,
        timers: count(Key::Timers)?,
        buffered: count(Key::Buffered)?,
        ports: count(Key::Ports)?,
    })
}

fn buffer(fields: &Fields) -> Result<EnvWhat> {
    fields.need(Key::End)?;
    Ok(EnvWhat::Buffer { op: fields.integer(Key::Op)?, data: payload::one(fields)? })
}

fn segment(fields: &Fields) -> Result<SegmentEvent> {
    let letters = fields.need(Key::Flags)?;
    let text = letters.text("flags")?;
    let flags = Flags::from_letters(&text);
    let flow = fields.flow_if()?.unwrap_or(0);
    let from = fields.word(Key::From, ENDS)?;
    let id = fields.integer_if(Key::Id)?;
    let fate = fields.word(Key::What, Fate::WORDS)?;
    let (seq, ack) = (Seq(fields.small(Key::Seq)?), Seq(fields.small(Key::Ack)?));
    let flags = flags.ok_or_else(|| unknown_flags(letters, &text))?;
    let window = fields.small(Key::Win)?;
    let data = payload::of_segment(fields)?;
    let options = fields.text_if(Key::Opts)?.unwrap_or_default();
    let segment = Segment { seq, ack, flags, data, ..Segment::default() };
    Ok(SegmentEvent { id, ..SegmentEvent::new(flow, from, fate, segment).spelled(window, &options) })
}

fn state(fields: &Fields, key: Key) -> Result<Cow<'static, str>> {
    Ok(state_name(&fields.need(key)?.text(key.name())?))
}

fn unknown_flags(letters: Value<'_>, text: &str) -> Box<Fault> {
    letters.fault(format!("unknown flags {}", quoted(text))).help("letters of FSRPAUEC")
}
