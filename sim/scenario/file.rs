//! Reads a scenario file: every key that it may have.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::document::{Item, TomlTable, with_document};
use super::mistake::{Mistake, SourceText, Spot};
use super::network::Network;
use super::{FlowSteps, Guard, Limits, PORT, PipeSpec, Scenario, Spots, Step, fault, grammar, schedule, sense};
use crate::contract::{Both, Contract, End, suggestion};
use crate::rules::Rule;
use crate::target;
use crate::trace::Diagnostic;

/// Largest scenario file.
pub(super) const MAX_FILE: usize = 1 << 20;
/// Largest buffer of a pipe's direction.
const MAX_CAPACITY: u64 = 1 << 30;

/// Reads the file at `path`: no more of it than a scenario may have, since it may be a device that never ends.
pub(super) fn load(path: &Path) -> Result<Scenario, Diagnostic> {
    let name = path.display().to_string();
    let failed = |error: io::Error| Diagnostic::of_file(&name, error.to_string());
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    parse(&name, &bytes)
}

fn large(name: &str) -> Diagnostic {
    Diagnostic::of_file(name, "the file is too large for a scenario").with_help("at most 1MiB")
}

/// Reads a file's bytes; `name` stands in diagnostics.
pub(super) fn parse(name: &str, bytes: &[u8]) -> Result<Scenario, Diagnostic> {
    if bytes.len() > MAX_FILE {
        return Err(large(name));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| at + length);
        Diagnostic::in_text(name, bytes, at..end, "this is no UTF-8").with_help("save the file as UTF-8")
    })?;
    let source = SourceText { name: name.into(), text: Arc::from(text) };
    let scenario = with_document(&source, |table| scenario(&source, table))?;
    sense::check(&scenario)?;
    Ok(scenario)
}

fn scenario(source: &SourceText, mut file: TomlTable<'_>) -> Result<Scenario, Diagnostic> {
    let title = file.get("title", Item::string)?.unwrap_or_default();
    let test = file.get("test", Item::string)?;
    let contract = file.get("contract", contracts)?;
    let target = file.get("target", target_name)?;
    let seed = file.get("seed", Item::integer)?;
    let guards = file.get("guards", guards)?.unwrap_or_default();
    let pipe = file.get("pipe", pipe)?.unwrap_or_default();
    let limits = file.get("limits", limits)?.unwrap_or_default();
    let (link, tcp) = (file.spot("link"), file.spot("tcp"));
    let mut spots = Spots { link, tcp: tcp.or(link), schedule: file.spot("schedule"), port: Spot::default() };
    let schedule = file.get("schedule", schedule::read)?.unwrap_or_default();
    let Network { link, tcp } = Network::read(&mut file)?;
    let flows = flows(&mut file, &mut spots)?;
    let faults = file.take("fault").map(|item| fault::read(&item, &flows)).transpose()?.unwrap_or_default();
    file.finish()?;
    let source = source.clone();
    Ok(Scenario { title, test, contract, target, seed, guards, pipe, limits, link, tcp, schedule, faults, flows, spots, source })
}

fn contracts(item: &Item<'_>) -> Result<Both<Contract>, Diagnostic> {
    if !item.is_table() {
        return contract(item).map(Both::same);
    }
    let mut table = item.table("`contract`")?;
    let both = Both { client: table.need("client", contract)?, server: table.need("server", contract)? };
    table.finish().map(|()| both)
}

fn contract(item: &Item<'_>) -> Result<Contract, Diagnostic> {
    item.parsed("as `\"modern\"`", |text| {
        text.parse().map_err(|error: crate::contract::ContractError| Mistake::new(wrong_part(text), error.message, error.help))
    })
}

/// The bytes of the first part, between commas, that makes a contract wrong.
fn wrong_part(text: &str) -> std::ops::Range<usize> {
    let ends = text.match_indices(',').map(|(at, _)| at).chain([text.len()]);
    let wrong = ends.clone().find(|end| text[..*end].parse::<Contract>().is_err()).unwrap_or(text.len());
    let start = text[..wrong].rfind(',').map_or(0, |comma| comma + 1);
    let blank = text[start..wrong].len() - text[start..wrong].trim_start().len();
    start + blank..wrong
}

fn target_name(item: &Item<'_>) -> Result<String, Diagnostic> {
    item.parsed("as `\"pipe\"`", |text| {
        let wrong = || {
            let help = suggestion(text, target::ALL.iter().map(|target| target.name));
            Mistake::new(0..text.len(), format!("unknown target `{text}`"), help)
        };
        target::named(text).map(|target| target.name.to_owned()).ok_or_else(wrong)
    })
}

fn guards(item: &Item<'_>) -> Result<Vec<Guard>, Diagnostic> {
    let rule = |item: &Item<'_>| {
        let rule = item.parsed("the name of a rule", guarded)?;
        Ok(Guard { rule, spot: item.spot() })
    };
    item.list("as `[\"eof-complete\"]`")?.iter().map(rule).collect()
}

/// A rule that a run can put to the test.
fn guarded(name: &str) -> Result<Rule, Mistake> {
    Rule::from_name(name).ok_or_else(|| Mistake::new(0..name.len(), format!("unknown rule `{name}`"), Rule::near(name)))
}

fn pipe(item: &Item<'_>) -> Result<PipeSpec, Diagnostic> {
    let mut table = item.table("`[pipe]`")?;
    let mut pipe = PipeSpec::default();
    pipe.capacity = table.get("capacity", capacity)?.unwrap_or(pipe.capacity);
    pipe.delay = table.get("delay", Item::span_of_time)?.unwrap_or(pipe.delay);
    table.finish().map(|()| pipe)
}

fn capacity(item: &Item<'_>) -> Result<usize, Diagnostic> {
    let bytes = item.size()?;
    let fits = (1..=MAX_CAPACITY).contains(&bytes).then_some(bytes).and_then(|bytes| usize::try_from(bytes).ok());
    fits.ok_or_else(|| item.wrong(format!("a pipe can't hold {bytes} bytes"), "from 1 to 1GiB"))
}

fn limits(item: &Item<'_>) -> Result<Limits, Diagnostic> {
    let mut table = item.table("`[limits]`")?;
    let mut limits = Limits::default();
    limits.events = table.get("events", |item| item.number(0..=Limits::EVENTS_MAX))?.unwrap_or(limits.events);
    limits.time = table.get("time", Item::span_of_time)?.unwrap_or(limits.time);
    limits.bytes = table.get("bytes", Item::size)?.unwrap_or(limits.bytes);
    table.finish().map(|()| limits)
}

/// `[client]` and `[server]` are flow 0; each `[[flow]]` is one more.
fn flows(file: &mut TomlTable<'_>, spots: &mut Spots) -> Result<Vec<FlowSteps>, Diagnostic> {
    let first = FlowSteps { tasks: ends(file)?, ..FlowSteps::default() };
    let mut flows: Vec<_> = (!first.is_empty()).then_some(first).into_iter().collect();
    let mut names = BTreeSet::new();
    for item in file.get("flow", |item| item.list("write `[[flow]]`"))?.unwrap_or_default() {
        let (flow, to) = flow(&item)?;
        if flow.port != PORT {
            spots.port = spots.port.or(to);
        }
        if let Some(name) = flow.name.clone().filter(|name| !names.insert(name.clone())) {
            return Err(item.wrong(format!("there are two flows `{name}`"), "give each flow a name of its own"));
        }
        flows.push(flow);
    }
    Ok(flows)
}

/// A flow, and where it says to which port it goes.
fn flow(item: &Item<'_>) -> Result<(FlowSteps, Spot), Diagnostic> {
    let mut table = item.table("`[[flow]]`")?;
    let (name, to) = (table.get("name", Item::string)?, table.spot("to"));
    table.get("from", |item| host(item, End::Client).map(|_| ()))?;
    let port = table.get("to", |item| host(item, End::Server))?.unwrap_or(PORT);
    let flow = FlowSteps { name, port, tasks: ends(&mut table)? };
    if flow.is_empty() {
        return Err(table.wrong("the flow has no steps", "give it `client.steps` or `server.steps`"));
    }
    table.finish().map(|()| (flow, to))
}

/// The port at the host of that end, which is all that may stand here.
fn host(item: &Item<'_>, end: End) -> Result<u32, Diagnostic> {
    let form = if end == End::Server { "as `\"server:80\"`" } else { "`\"client\"`" };
    item.parsed(form, |text| {
        let (name, port) = text.split_once(':').filter(|_| end == End::Server).unwrap_or((text, ""));
        if name == end.word() {
            let at = text.len() - port.len()..text.len();
            return if name.len() == text.len() { Ok(PORT) } else { grammar::real_port(port, at) };
        }
        let wrong = |message: String| Err(Mistake::new(0..name.len(), message, form));
        match End::BOTH.iter().any(|end| end.word() == name) {
            true => wrong(format!("a flow goes from the client to the server, and not {} the {name}", item.key())),
            false => wrong(format!("unknown host `{name}`")),
        }
    })
}

fn ends(table: &mut TomlTable<'_>) -> Result<Both<Vec<Vec<Step>>>, Diagnostic> {
    let client = table.get("client", |item| tasks(item, "`[client]`"))?.unwrap_or_default();
    let server = table.get("server", |item| tasks(item, "`[server]`"))?.unwrap_or_default();
    Ok(Both { client, server })
}

/// The tasks of an end: one list of `steps`, or several as `tasks`.
fn tasks(item: &Item<'_>, what: &'static str) -> Result<Vec<Vec<Step>>, Diagnostic> {
    let mut table = item.table(what)?;
    let (one, several) = (table.take("steps"), table.take("tasks"));
    let tasks = match (one, several) {
        (Some(list), None) => vec![steps(&list)?],
        (None, Some(lists)) => lists.list("a list of lists of steps")?.iter().map(steps).collect::<Result<_, _>>()?,
        (Some(_), Some(tasks)) => {
            return Err(tasks.wrong(format!("{what} has `steps` and `tasks`"), "make `steps` the first of the `tasks`"));
        }
        (None, None) => Vec::new(),
    };
    table.finish()?;
    let none = || {
        item.wrong(format!("{what} has no steps"), "as `steps = [\"write 4KiB\", \"close\"]`; leave the table out if this end does nothing")
    };
    if tasks.is_empty() { Err(none()) } else { Ok(tasks) }
}

fn steps(list: &Item<'_>) -> Result<Vec<Step>, Diagnostic> {
    let items = list.list("a list of steps, as `[\"write 4KiB\", \"close\"]`")?;
    if items.is_empty() {
        return Err(list.wrong("the list of steps is empty", "give it a step, or leave it out"));
    }
    items
        .iter()
        .map(|item| item.parsed("a step, as `\"write 4KiB\"`", grammar::step).map(|step| Step { spot: item.spot(), ..step }))
        .collect()
}
