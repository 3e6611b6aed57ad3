//! Reads and writes `[[fault]]`: what happens from outside. Faults name a segment by what it is, not by its number in the run, so
//! that they strike the same one after unrelated parts of a scenario were edited.
//!
//! A [`FaultKind`] becomes a [`NetFault`] of a world (`planned`); one of single segments becomes an `ExactFault` of a link, waits there
//! until its segment comes, and strikes once. What still waits at the end of a run struck nothing, and the report says so.

use std::fmt;
use std::time::Duration;

use super::FlowSteps;
use super::document::{Item, TomlTable};
use super::mistake::{Mistake, Spot};
use super::units::{Size, Span};
use crate::contract::{Both, End, suggestion};
use crate::link::{ExactFault, Impairment, PacketName, SegmentKind};
use crate::time::Instant;
use crate::trace::{Abort, Diagnostic};
use crate::world::{Conn, NetFault};

/// The highest number of a segment, or of a transmission.
const MAX_COUNT: u64 = u32::MAX as u64;

/// Something that happens from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    pub(crate) spot: Spot,
}

/// What can happen from outside. Times count from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// One end of a flow is aborted.
    Abort {
        /// How.
        abort: Abort,
        /// Of which flow.
        flow: u32,
        /// Which of its ends.
        end: End,
        /// When.
        at: Duration,
    },
    /// One segment fares otherwise than the others.
    Segment {
        /// The sender.
        from: End,
        /// On which flow.
        flow: u32,
        /// Which of those that this end sends.
        which: PacketName,
        /// What becomes of it.
        action: Impairment,
    },
    /// Nothing that is sent passes.
    Partition {
        /// The end whose packets don't pass; nothing: no packet passes.
        from: Option<End>,
        /// When it begins.
        at: Duration,
        /// How long it lasts; nothing: for ever.
        lasts: Option<Duration>,
    },
    /// A host stops, and forgets everything.
    Crash {
        /// The host.
        end: End,
        /// When.
        at: Duration,
        /// How long it takes until it is up again, with nothing that it had; nothing: for ever.
        lasts: Option<Duration>,
    },
}

impl From<FaultKind> for Fault {
    fn from(kind: FaultKind) -> Self {
        Fault { kind, spot: Spot::default() }
    }
}

impl FaultKind {
    /// Does it need a network?
    pub(super) const fn is_of_network(&self) -> bool {
        !matches!(self, FaultKind::Abort { .. })
    }

    /// The flow that it strikes; nothing where it strikes all.
    pub const fn flow(&self) -> Option<u32> {
        match self {
            FaultKind::Abort { flow, .. } | FaultKind::Segment { flow, .. } => Some(*flow),
            FaultKind::Partition { .. } | FaultKind::Crash { .. } => None,
        }
    }

    /// As a fault of the network on these flows, if it is one.
    pub(super) fn planned(&self, flows: &[Both<Conn>]) -> Option<NetFault> {
        Some(match *self {
            FaultKind::Abort { .. } => return None,
            FaultKind::Segment { from, flow, which, action } => {
                NetFault::Segment { from, exact: ExactFault { entity: flows.get(flow as usize)?[from].entity(), what: which, action } }
            }
            FaultKind::Partition { from, at, lasts } => NetFault::Partition { from, at: Instant::ZERO + at, lasts },
            FaultKind::Crash { end, at, lasts } => NetFault::Crash { end, at: Instant::ZERO + at, lasts },
        })
    }

    /// The same on one of `count` flows.
    pub(crate) fn of_flows(mut self, count: u32) -> Self {
        if let FaultKind::Abort { flow, .. } | FaultKind::Segment { flow, .. } = &mut self {
            *flow %= count.max(1);
        }
        self
    }

    /// The same with the client in the server's place.
    pub fn swapped(mut self) -> Self {
        match &mut self {
            FaultKind::Abort { end, .. } | FaultKind::Segment { from: end, .. } | FaultKind::Crash { end, .. } => *end = end.peer(),
            FaultKind::Partition { from, .. } => *from = from.map(End::peer),
        }
        self
    }
}

/// How a kind of fault is read.
type ReadFault = fn(&Item<'_>, &[FlowSteps]) -> Result<FaultKind, Diagnostic>;

/// Every key that a fault may have.
pub(super) const KINDS: [(&str, ReadFault); 11] = [
    ("drop", |item, flows| segment(item, flows, |_| Ok(Impairment::Drop))),
    ("delay", |item, flows| segment(item, flows, |table| table.need("by", Item::span_of_time).map(Impairment::Delay))),
    ("jitter", |item, flows| segment(item, flows, |table| table.need("by", Item::span_of_time).map(Impairment::Jitter))),
    ("duplicate", |item, flows| segment(item, flows, |table| table.get("by", Item::span_of_time).map(copy))),
    ("reorder", |item, flows| segment(item, flows, |_| Ok(Impairment::Reorder))),
    ("corrupt", |item, flows| segment(item, flows, |_| Ok(Impairment::Corrupt))),
    ("partition", |item, _| partition(item)),
    ("crash", |item, _| crash(item)),
    ("reset", |item, flows| aborted(Abort::Reset, item, flows)),
    ("timeout", |item, flows| aborted(Abort::Timeout, item, flows)),
    ("keepalive_death", |item, flows| aborted(Abort::KeepaliveDeath, item, flows)),
];

fn copy(by: Option<Duration>) -> Impairment {
    Impairment::Duplicate(by.unwrap_or_default())
}

/// Reads all faults of a file.
pub(super) fn read(item: &Item<'_>, flows: &[FlowSteps]) -> Result<Vec<Fault>, Diagnostic> {
    item.list("write `[[fault]]`")?.iter().map(|item| fault(item, flows)).collect()
}

fn fault(item: &Item<'_>, flows: &[FlowSteps]) -> Result<Fault, Diagnostic> {
    let mut table = item.table("`[[fault]]`")?;
    let mut found: Vec<_> = KINDS.iter().filter_map(|(key, read)| Some((read, table.take(key)?))).collect();
    found.sort_by_key(|(_, item)| item.span.start);
    table.finish()?;
    match &*found {
        [(read, item)] => Ok(Fault { kind: read(item, flows)?, spot: item.spot() }),
        [_, (_, second), ..] => Err(second.wrong("a fault is one thing that happens", "write a `[[fault]]` for each")),
        [] => Err(item.wrong("the fault is empty", "as `reset = { end = \"client\", at = \"2s\" }`")),
    }
}

fn aborted(abort: Abort, item: &Item<'_>, flows: &[FlowSteps]) -> Result<FaultKind, Diagnostic> {
    let mut table = item.table("a fault")?;
    let (end, at) = (table.need("end", end)?, table.need("at", Item::span_of_time)?);
    let flow = flow(&mut table, flows)?;
    table.finish().map(|()| FaultKind::Abort { abort, flow, end, at })
}

fn segment(
    item: &Item<'_>,
    flows: &[FlowSteps],
    action: fn(&mut TomlTable<'_>) -> Result<Impairment, Diagnostic>,
) -> Result<FaultKind, Diagnostic> {
    let mut table = item.table("a fault")?;
    let from = table.need("from", end)?;
    let (which, action) = (which(&mut table)?, action(&mut table)?);
    let flow = flow(&mut table, flows)?;
    table.finish().map(|()| FaultKind::Segment { from, flow, which, action })
}

/// A segment by its number among those of its kind, or by what it carries.
fn which(table: &mut TomlTable<'_>) -> Result<PacketName, Diagnostic> {
    let nth = |item: &Item<'_>| item.number(1..=MAX_COUNT);
    let (by_number, transmission) = (table.take("nth"), table.take("transmission"));
    let Some(offset) = table.take("offset") else {
        if let Some(item) = transmission {
            return Err(item.wrong("`transmission` counts how often one byte is sent", "give the byte's `offset`; else count by `nth`"));
        }
        let kind = table.need("kind", kind)?;
        return Ok(PacketName::Nth { kind, nth: by_number.as_ref().map_or(Ok(1), nth)? });
    };
    if let Some(item) = by_number {
        return Err(item.wrong("a segment is told by its `nth` or by its `offset`", "with `offset`, count by `transmission`"));
    }
    if let Some(item) = table.take("kind").filter(|item| kind(item) != Ok(SegmentKind::Data)) {
        return Err(kind(&item).err().unwrap_or_else(|| item.wrong("only data has an `offset`", "`kind = \"data\"`, or leave it out")));
    }
    Ok(PacketName::Carries { offset: offset.size()?, transmission: transmission.as_ref().map_or(Ok(1), nth)? })
}

fn kind(item: &Item<'_>) -> Result<SegmentKind, Diagnostic> {
    item.parsed("as `\"FIN\"`", |text| {
        let wrong = |_| {
            let help = suggestion(text, SegmentKind::ALL.iter().map(|kind| kind.word()));
            Mistake::new(0..text.len(), format!("unknown kind of segment `{text}`"), help)
        };
        text.parse().map_err(wrong)
    })
}

fn partition(item: &Item<'_>) -> Result<FaultKind, Diagnostic> {
    let mut table = item.table("a partition")?;
    let (at, lasts, from) = (table.need("at", Item::span_of_time)?, table.get("for", Item::span_of_time)?, table.get("from", end)?);
    table.finish().map(|()| FaultKind::Partition { from, at, lasts })
}

fn crash(item: &Item<'_>) -> Result<FaultKind, Diagnostic> {
    let mut table = item.table("a crash")?;
    let (end, at, lasts) = (table.need("end", end)?, table.need("at", Item::span_of_time)?, table.get("for", Item::span_of_time)?);
    table.finish().map(|()| FaultKind::Crash { end, at, lasts })
}

fn end(item: &Item<'_>) -> Result<End, Diagnostic> {
    item.parsed("`\"client\"` or `\"server\"`", |text| {
        let wrong =
            || Mistake::new(0..text.len(), format!("unknown end `{text}`"), suggestion(text, End::BOTH.iter().map(|end| end.word())));
        End::BOTH.into_iter().find(|end| end.word() == text).ok_or_else(wrong)
    })
}

/// A flow by its number, or by its name; the first where none is said.
fn flow(table: &mut TomlTable<'_>, flows: &[FlowSteps]) -> Result<u32, Diagnostic> {
    let Some(item) = table.take("flow") else { return Ok(0) };
    if item.is_integer() {
        let number = item.integer()?;
        let known = u32::try_from(number).ok().filter(|number| (*number as usize) < flows.len());
        return known.ok_or_else(|| {
            item.wrong(format!("there is no flow {number}"), format!("the flows are 0 to {}", flows.len().saturating_sub(1)))
        });
    }
    item.parsed("the number or the name of a flow", |name| {
        let names = flows.iter().filter_map(|flow| flow.name.as_deref());
        let position = flows.iter().position(|flow| flow.name.as_deref() == Some(name)).and_then(|at| u32::try_from(at).ok());
        let help = || match names.clone().next() {
            Some(_) => suggestion(name, names),
            None => format!("no flow has a name; by number they are 0 to {}", flows.len().saturating_sub(1)),
        };
        position.ok_or_else(|| Mistake::new(0..name.len(), format!("there is no flow `{name}`"), help()))
    })
}

/// As its line of a file.
impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::Abort { abort, end, at, .. } => write!(f, "{} = {{ end = \"{end}\", at = \"{}\"", aborting(*abort), Span(*at))?,
            FaultKind::Segment { from, which, action, .. } => {
                write!(f, "{} = {{ from = \"{from}\", ", key(*action))?;
                which_of(f, *which)?;
                by(f, *action)?;
            }
            FaultKind::Partition { from, at, lasts } => {
                write!(f, "partition = {{ at = \"{}\"", Span(*at))?;
                lasts.map_or(Ok(()), |lasts| write!(f, ", for = \"{}\"", Span(lasts)))?;
                from.map_or(Ok(()), |from| write!(f, ", from = \"{from}\""))?;
            }
            FaultKind::Crash { end, at, lasts } => {
                write!(f, "crash = {{ end = \"{end}\", at = \"{}\"", Span(*at))?;
                lasts.map_or(Ok(()), |lasts| write!(f, ", for = \"{}\"", Span(lasts)))?;
            }
        }
        self.flow().filter(|flow| *flow != 0).map_or(Ok(()), |flow| write!(f, ", flow = {flow}"))?;
        f.write_str(" }")
    }
}

const fn aborting(abort: Abort) -> &'static str {
    match abort {
        Abort::Reset => "reset",
        Abort::Timeout => "timeout",
        Abort::KeepaliveDeath => "keepalive_death",
    }
}

/// The key of the fault.
const fn key(action: Impairment) -> &'static str {
    match action {
        Impairment::Drop => "drop",
        Impairment::Delay(_) => "delay",
        Impairment::Jitter(_) => "jitter",
        Impairment::Duplicate(_) => "duplicate",
        Impairment::Reorder => "reorder",
        Impairment::Corrupt => "corrupt",
    }
}

fn by(f: &mut fmt::Formatter<'_>, action: Impairment) -> fmt::Result {
    match action {
        Impairment::Duplicate(Duration::ZERO) | Impairment::Drop | Impairment::Reorder | Impairment::Corrupt => Ok(()),
        Impairment::Delay(by) | Impairment::Jitter(by) | Impairment::Duplicate(by) => write!(f, ", by = \"{}\"", Span(by)),
    }
}

fn which_of(f: &mut fmt::Formatter<'_>, which: PacketName) -> fmt::Result {
    let (number, count) = match which {
        PacketName::Nth { kind, nth } => write!(f, "kind = \"{kind}\"").map(|()| ("nth", nth))?,
        PacketName::Carries { offset, transmission } => write!(f, "offset = {}", size(offset)).map(|()| ("transmission", transmission))?,
    };
    if count == 1 { Ok(()) } else { write!(f, ", {number} = {count}") }
}

/// Small numbers need no quotes.
fn size(bytes: u64) -> String {
    let size = Size(bytes).to_string();
    if size.bytes().all(|byte| byte.is_ascii_digit()) { size } else { format!("\"{size}\"") }
}
