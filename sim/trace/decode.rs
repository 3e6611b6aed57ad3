//! Makes a header or an event of the fields of a line.

use std::borrow::Cow;
use std::time::Duration;

use super::fields::{ENDS, Field, Fields, word};
use super::json::{JsonType, JsonValue};
use super::line_error::{LineError, Result, quoted};
use super::{
    Abort, By, Clock, Env, EnvWhat, Event, Fate, Header, Layer, Place, Proxy, Records, Resources, SegmentEvent, Timeouts, What, payload,
    state_name,
};
use crate::contract::{Both, Call, Contract, Error, Keepalive, Mode, Outcome};
use crate::time::Instant;
use crate::wire::{Flags, Segment, Seq};

/// The version of the format.
const VERSION: u64 = 1;

/// What to write where the header is missing.
pub(super) const HEADER_HELP: &str = "the first line must be like {\"flowsim_trace\":1,\"contract\":\"modern\",\"clock\":\"shared\"}";

/// The first line.
pub(super) fn header(fields: &Fields) -> Result<Header> {
    if !fields.has(Field::Version) {
        return Err(fields.fault(Field::Version, "the header is missing").help(HEADER_HELP));
    }
    if fields.integer(Field::Version)? != VERSION {
        return Err(fields.fault(Field::Version, "unknown version of the trace format").help("this is version 1"));
    }
    Ok(Header {
        contract: fields.get(Field::Contract).map_or(Ok(Header::default().contract), contracts)?,
        clock: fields.word_if(Field::Clock, Clock::WORDS)?.unwrap_or(Clock::Shared),
        records: fields.get(Field::Records).map_or(Ok(Records::default()), records)?,
        note: fields.text_if(Field::Note)?.unwrap_or_default(),
        keepalive: keepalive(fields)?,
        layers: flows(fields, Field::Layers, ["upper", "lower"], |[upper, lower]| Some(Layer { upper: upper?, lower: lower? }))?,
        proxies: flows(fields, Field::Proxies, ["left", "right", "outer"], |[left, right, outer]| {
            Some(Proxy { left: left?, right: right?, outer })
        })?,
        limits: fields.get(Field::Limits).map_or(Ok(Both::default()), limits)?,
        simulated: fields.get(Field::Simulated).map_or(Ok(false), |value| value.boolean(Field::Simulated.name()))?,
    })
}

fn contracts(value: JsonValue<'_>) -> Result<Both<Contract>> {
    if value.kind() == JsonType::Text {
        return contract(value).map(Both::same);
    }
    if value.kind() != JsonType::Object {
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

fn contract(value: JsonValue<'_>) -> Result<Contract> {
    let text = value.text("contract")?;
    text.parse().map_err(|error: crate::contract::ContractError| value.fault(error.message).help(error.help))
}

fn records(value: JsonValue<'_>) -> Result<Records> {
    let mut records = Records::default();
    value.elements("records", |element| {
        *word(element, "records", Records::WORDS)?(&mut records) = true;
        Ok(())
    })?;
    Ok(records)
}

/// A list of objects with flow numbers: those that `make` can't do without must be there, and stand first.
fn flows<T, const N: usize>(fields: &Fields, key: Field, names: [&str; N], make: fn([Option<u32>; N]) -> Option<T>) -> Result<Vec<T>> {
    let mut list = Vec::new();
    let Some(value) = fields.get(key) else { return Ok(list) };
    value.elements(key.name(), |element| {
        let mut flows = [None; N];
        for (flow, number) in flows.iter_mut().zip(members(element, key.name(), names)?) {
            let narrow = number.map(u32::try_from).transpose();
            *flow = narrow.map_err(|_| element.fault("a flow's number has 32 bits"))?;
        }
        list.push(make(flows).ok_or_else(|| lacking(element, key.name(), names, flows.map(|flow| flow.is_some())))?);
        Ok(())
    })?;
    Ok(list)
}

/// The numbers of an object's members by name; all must be there.
fn numbers<const N: usize>(object: JsonValue<'_>, field: &str, names: [&str; N]) -> Result<[u64; N]> {
    let found = members(object, field, names)?;
    match found.iter().all(Option::is_some) {
        true => Ok(found.map(Option::unwrap_or_default)),
        false => Err(lacking(object, field, names, found.map(|number| number.is_some()))),
    }
}

/// The first member that is not there.
fn lacking<const N: usize>(object: JsonValue<'_>, field: &str, names: [&str; N], found: [bool; N]) -> Box<LineError> {
    let name = names.iter().zip(found).find(|(_, found)| !found).map_or("", |(name, _)| name);
    object.fault(format!("`{name}` is missing in `{field}`"))
}

/// The numbers of an object's members by name, as far as they are there.
fn members<const N: usize>(object: JsonValue<'_>, field: &str, names: [&str; N]) -> Result<[Option<u64>; N]> {
    let mut found = [None; N];
    object.members(field, |name, value| {
        let text = name.text("name")?;
        if let Some(index) = names.iter().position(|name| *name == text) {
            found[index] = Some(value.integer(names[index], u64::MAX)?);
        }
        Ok(())
    })?;
    Ok(found)
}

fn keepalive(fields: &Fields) -> Result<Option<Keepalive>> {
    let Some(value) = fields.get(Field::Keepalive) else { return Ok(None) };
    let [after, interval, probes] = numbers(value, "keepalive", ["after", "interval", "probes"])?;
    let probes = u32::try_from(probes).map_err(|_| value.fault("`probes` is too large"))?;
    Ok(Some(Keepalive { after: Duration::from_nanos(after), interval: Duration::from_nanos(interval), probes }))
}

fn limits(value: JsonValue<'_>) -> Result<Both<Timeouts>> {
    let mut both = Both::<Timeouts>::default();
    value.members("limits", |end, value| {
        let end = word(end, "end", ENDS)?;
        both[end] = Timeouts::of(numbers(value, "limits", Timeouts::NAMES)?.map(Duration::from_nanos));
        Ok(())
    })?;
    Ok(both)
}

/// What a line is.
#[derive(Clone, Copy)]
pub(super) enum LineKind {
    Call,
    Return,
    Cancel,
    Env,
    Segment,
    State,
}

pub(super) const SORTS: &[(&str, LineKind)] = &[
    ("call", LineKind::Call),
    ("return", LineKind::Return),
    ("cancel", LineKind::Cancel),
    ("env", LineKind::Env),
    ("segment", LineKind::Segment),
    ("state", LineKind::State),
];

/// A line after the first; `None` for an event that the recorder invented (`x-…`).
pub(super) fn event(fields: &Fields) -> Result<Option<Event>> {
    if fields.has(Field::Version) {
        return Err(fields.fault(Field::Version, "a second header"));
    }
    let name = fields.need(Field::Event)?;
    if name.text("event")?.starts_with("x-") {
        return Ok(None);
    }
    let sort = word(name, "event", SORTS)?;
    let t = Instant(fields.integer(Field::T)?);
    let what = match sort {
        LineKind::Call => What::Call { at: place(fields)?, op: fields.integer(Field::Op)?, call: call(fields)? },
        LineKind::Return => returned(fields)?,
        LineKind::Cancel => What::Cancel { at: place(fields)?, op: fields.integer(Field::Op)? },
        LineKind::Env => What::Env(env(fields)?),
        LineKind::Segment => What::Segment(segment(fields)?),
        LineKind::State => What::State { at: place(fields)?, from: state(fields, Field::From)?, to: state(fields, Field::To)? },
    };
    Ok(Some(Event { t, what }))
}

fn place(fields: &Fields) -> Result<Place> {
    Ok(Place { flow: fields.flow_if()?.unwrap_or(0), end: fields.word(Field::End, ENDS)? })
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
    ("shutdown", |fields| fields.word(Field::Mode, MODES).map(Call::Shutdown)),
    ("close", |_| Ok(Call::Close)),
    ("connect", |fields| Ok(Call::Connect { to: fields.text_if(Field::To)?, keepalive: keepalive(fields)? })),
    ("accept", |fields| Ok(Call::Accept { port: port(fields)?, keepalive: keepalive(fields)? })),
    ("listen", |fields| Ok(Call::Listen { port: port(fields)?, keepalive: keepalive(fields)? })),
    ("unlisten", |fields| Ok(Call::Unlisten { port: port(fields)? })),
    ("disconnect", |_| Ok(Call::Disconnect)),
    ("destination", |_| Ok(Call::Destination)),
];

pub(super) const MODES: &[(&str, Mode)] = &[("read", Mode::Read), ("write", Mode::Write), ("read_write", Mode::ReadWrite)];

fn call(fields: &Fields) -> Result<Call> {
    fields.word(Field::Call, CALLS)?(fields)
}

fn read(fields: &Fields) -> Result<Call> {
    let max = fields.integer_if(Field::Max)?.unwrap_or(u64::MAX);
    Ok(Call::Read { max: usize::try_from(max).unwrap_or(usize::MAX) })
}

/// A port as it was asked for: whether there can be such a one is for the contract to say.
fn port(fields: &Fields) -> Result<u32> {
    fields.small(Field::Port)
}

/// Makes an outcome of the fields of its line.
pub(super) type MakeOutcome = fn(&Fields) -> Result<Outcome>;

pub(super) const RESULTS: &[(&str, MakeOutcome)] = &[
    ("ok", |_| Ok(Outcome::Ok)),
    ("data", |fields| payload::one(fields).map(Outcome::Data)),
    ("eof", |_| Ok(Outcome::Eof)),
    ("closed", |_| Ok(Outcome::Closed)),
    ("done", |_| Ok(Outcome::Done)),
    ("error", |fields| Ok(Outcome::Error(Error::from_word(&fields.need(Field::Error)?.text("error")?)))),
    ("panic", |fields| Ok(Outcome::Panic(fields.text_if(Field::Message)?.unwrap_or_default()))),
];

fn returned(fields: &Fields) -> Result<What> {
    Ok(What::Return {
        at: place(fields)?,
        op: fields.integer(Field::Op)?,
        outcome: fields.word(Field::Result, RESULTS)?(fields)?,
        accepted: fields.integer_if(Field::Accepted)?,
        peer: fields.text_if(Field::Peer)?,
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
    ("partition", |fields| Ok(EnvWhat::Partition { from: fields.word_if(Field::From, ENDS)? })),
    ("heal", |fields| Ok(EnvWhat::Heal { from: fields.word_if(Field::From, ENDS)? })),
    ("transmitted", |fields| Ok(EnvWhat::Transmitted { upto: upto(fields)? })),
    ("acknowledged", |fields| Ok(EnvWhat::Acknowledged { upto: upto(fields)? })),
    ("resources", |fields| resources(fields).map(EnvWhat::Resources)),
    ("buffer", buffer),
    ("quiet", |_| Ok(EnvWhat::Quiet)),
    ("end", |_| Ok(EnvWhat::End)),
];

fn env(fields: &Fields) -> Result<Env> {
    let what = fields.word(Field::What, ENVS)?(fields)?;
    Ok(Env { flow: fields.flow_if()?, end: fields.word_if(Field::End, ENDS)?, what })
}

fn by(fields: &Fields) -> Result<By> {
    Ok(fields.word_if(Field::By, By::WORDS)?.unwrap_or(By::Unknown))
}

/// A stream offset, which means something only at one end.
fn upto(fields: &Fields) -> Result<u64> {
    fields.need(Field::End)?;
    fields.integer(Field::Upto)
}

fn resources(fields: &Fields) -> Result<Resources> {
    let count = |key| fields.integer_if(key).map(Option::unwrap_or_default);
    Ok(Resources {
        connections: count(Field::Connections)?,
        timers: count(Field::Timers)?,
        buffered: count(Field::Buffered)?,
        ports: count(Field::Ports)?,
    })
}

fn buffer(fields: &Fields) -> Result<EnvWhat> {
    fields.need(Field::End)?;
    Ok(EnvWhat::Buffer { op: fields.integer(Field::Op)?, data: payload::one(fields)? })
}

fn segment(fields: &Fields) -> Result<SegmentEvent> {
    let letters = fields.need(Field::Flags)?;
    let text = letters.text("flags")?;
    let flags = Flags::from_letters(&text);
    let flow = fields.flow_if()?.unwrap_or(0);
    let from = fields.word(Field::From, ENDS)?;
    let id = fields.integer_if(Field::Id)?;
    let fate = fields.word(Field::What, Fate::WORDS)?;
    let (seq, ack) = (Seq(fields.small(Field::Seq)?), Seq(fields.small(Field::Ack)?));
    let flags = flags.ok_or_else(|| unknown_flags(letters, &text))?;
    let window = fields.small(Field::Win)?;
    let data = payload::of_segment(fields)?;
    let options = fields.text_if(Field::Opts)?.unwrap_or_default();
    let segment = Segment { seq, ack, flags, data, ..Segment::default() };
    Ok(SegmentEvent { id, ..SegmentEvent::new(flow, from, fate, segment).spelled(window, &options) })
}

fn state(fields: &Fields, key: Field) -> Result<Cow<'static, str>> {
    Ok(state_name(&fields.need(key)?.text(key.name())?))
}

fn unknown_flags(letters: JsonValue<'_>, text: &str) -> Box<LineError> {
    letters.fault(format!("unknown flags {}", quoted(text))).help("letters of FSRPAUEC")
}
