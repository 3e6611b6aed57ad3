//! Writes a [`Scenario`] as its file: what can be left out is left out, and what is written parses back to an equal scenario.

use std::fmt;

use super::units::{Size, Span};
use super::{FlowSteps, Limits, PORT, PipeSpec, Scenario, Step, network, schedule};
use crate::contract::{Both, End};

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        pipe(f, &self.pipe)?;
        limits(f, &self.limits)?;
        network::write(f, &self.link, &self.tcp)?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "\n[[fault]]\n{}", fault.kind))?;
        // The first flow needs no table of its own unless it has a name or a port.
        let plain = self.flows.first().filter(|flow| flow.name.is_none() && flow.port == PORT);
        if let Some(flow) = plain {
            write_ends(f, &flow.tasks)?;
        }
        self.flows.iter().skip(usize::from(plain.is_some())).try_for_each(|flow| write_flow(f, flow))
    }
}

/// As its file, so that a failed test shows something to read and to save.
impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl Scenario {
    fn head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.title.is_empty() {
            writeln!(f, "title = {}", Quoted(&self.title))?;
        }
        if let Some(test) = &self.test {
            writeln!(f, "test = {}", Quoted(test))?;
        }
        match &self.contract {
            Some(Both { client, server }) if client == server => writeln!(f, "contract = \"{client}\"")?,
            Some(Both { client, server }) => writeln!(f, "contract = {{ client = \"{client}\", server = \"{server}\" }}")?,
            None => {}
        }
        if let Some(target) = &self.target {
            writeln!(f, "target = {}", Quoted(target))?;
        }
        if let Some(seed) = self.seed {
            writeln!(f, "seed = {seed}")?;
        }
        if !self.guards.is_empty() {
            f.write_str("guards = ")?;
            list(f, self.guards.iter().map(|guard| guard.rule.name()))?;
            f.write_str("\n")?;
        }
        schedule::write(f, &self.schedule)
    }
}

fn pipe(f: &mut fmt::Formatter<'_>, pipe: &PipeSpec) -> fmt::Result {
    let default = PipeSpec::default();
    if *pipe != default {
        f.write_str("\n[pipe]\n")?;
    }
    if pipe.capacity != default.capacity {
        writeln!(f, "capacity = \"{}\"", Size(pipe.capacity as u64))?;
    }
    if pipe.delay != default.delay {
        writeln!(f, "delay = \"{}\"", Span(pipe.delay))?;
    }
    Ok(())
}

fn limits(f: &mut fmt::Formatter<'_>, limits: &Limits) -> fmt::Result {
    let default = Limits::default();
    if *limits != default {
        f.write_str("\n[limits]\n")?;
    }
    if limits.events != default.events {
        writeln!(f, "events = {}", limits.events)?;
    }
    if limits.time != default.time {
        writeln!(f, "time = \"{}\"", Span(limits.time))?;
    }
    if limits.bytes != default.bytes {
        writeln!(f, "bytes = \"{}\"", Size(limits.bytes))?;
    }
    Ok(())
}

fn write_ends(f: &mut fmt::Formatter<'_>, tasks: &Both<Vec<Vec<Step>>>) -> fmt::Result {
    for end in End::BOTH.into_iter().filter(|end| !tasks[*end].is_empty()) {
        write!(f, "\n[{end}]\n")?;
        write_tasks(f, "", &tasks[end])?;
    }
    Ok(())
}

fn write_flow(f: &mut fmt::Formatter<'_>, flow: &FlowSteps) -> fmt::Result {
    f.write_str("\n[[flow]]\n")?;
    if let Some(name) = &flow.name {
        writeln!(f, "name = {}", Quoted(name))?;
    }
    if flow.port != PORT {
        writeln!(f, "to = \"server:{}\"", flow.port)?;
    }
    for end in End::BOTH.into_iter().filter(|end| !flow.tasks[*end].is_empty()) {
        write_tasks(f, &format!("{end}."), &flow.tasks[end])?;
    }
    Ok(())
}

/// The longest line of a list of lists that is not broken (characters).
const SHORT: usize = 100;

fn write_tasks(f: &mut fmt::Formatter<'_>, prefix: &str, tasks: &[Vec<Step>]) -> fmt::Result {
    if let [steps] = tasks {
        return writeln!(f, "{prefix}steps = {}", List(steps));
    }
    let lists: Vec<String> = tasks.iter().map(|steps| List(steps).to_string()).collect();
    let line = format!("{prefix}tasks = [{}]", lists.join(", "));
    match line.chars().count() {
        ..=SHORT => writeln!(f, "{line}"),
        _ => {
            writeln!(f, "{prefix}tasks = [")?;
            lists.iter().try_for_each(|list| writeln!(f, "    {list},"))?;
            f.write_str("]\n")
        }
    }
}

/// Strings that need no escapes.
struct List<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0)
    }
}

/// A list of strings that need no escapes.
fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    f.write_str("[")?;
    for (index, item) in items.into_iter().enumerate() {
        f.write_str(if index == 0 { "\"" } else { ", \"" })?;
        write!(f, "{item}\"")?;
    }
    f.write_str("]")
}

/// A string as TOML writes it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}
