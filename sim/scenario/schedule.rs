//! Reads and writes `schedule`: which of several tasks that could go on at the same moment did, where it was not the first in line.

use std::fmt;

use super::document::Item;
use super::mistake::Mistake;
use crate::choice::{Address, Deviations};
use crate::link;
use crate::trace::Diagnostic;

/// Most decisions of a scenario.
pub(super) const MAX_DECISIONS: usize = 10_000;
const HELP: &str = "as `step of 0 #1 -> 2`: who decides, on which occasion, which of those in line goes first (the next in line is 1)";

/// Reads a list of decisions.
pub(super) fn read(item: &Item<'_>) -> Result<Deviations, Diagnostic> {
    let items = item.list("as `[\"step of 0 #1 -> 2\"]`")?;
    if items.len() > MAX_DECISIONS {
        return Err(item.wrong(format!("the schedule has {} decisions", items.len()), format!("at most {MAX_DECISIONS}")));
    }
    let mut decisions = Deviations::new();
    for item in &items {
        let (address, decided) = item.parsed(HELP, decision)?;
        if decisions.insert(address, decided).is_some() {
            return Err(item.wrong(format!("`{address}` was decided before"), "leave one of the two out"));
        }
    }
    Ok(decisions)
}

fn decision(text: &str) -> Result<(Address, u32), Mistake> {
    let wrong = |message: String, help: &str| Err(Mistake::new(0..text.len(), message, help));
    let parts = text.split_once(" -> ").and_then(|(address, decided)| Some((address.parse::<Address>().ok()?, decided)));
    let Some((address, decided)) = parts else { return wrong(format!("`{text}` is no decision"), HELP) };
    if link::is_fate(address) {
        return wrong(format!("`{address}` is what becomes of a packet"), "write it as a `[[fault]]`");
    }
    let place = decided.parse().ok().filter(|_| decided.bytes().all(|byte| byte.is_ascii_digit()));
    match place {
        Some(0) => wrong("the first in line goes first anyway".to_owned(), "leave it out"),
        Some(place) => Ok((address, place)),
        None => wrong(format!("`{decided}` is no place in a line"), HELP),
    }
}

/// Most decisions that stand in one line.
const FEW: usize = 3;

/// Writes the list, where there is one: more than a few decisions have a line each.
pub(super) fn write(f: &mut fmt::Formatter<'_>, decisions: &Deviations) -> fmt::Result {
    let mut said = decisions.iter().map(|(address, decided)| format!("\"{address} -> {decided}\""));
    match decisions.len() {
        0 => Ok(()),
        1..=FEW => writeln!(f, "schedule = [{}]", said.collect::<Vec<_>>().join(", ")),
        _ => {
            f.write_str("schedule = [\n")?;
            said.try_for_each(|decision| writeln!(f, "    {decision},"))?;
            f.write_str("]\n")
        }
    }
}
