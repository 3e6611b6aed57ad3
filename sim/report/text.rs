//! The report of one judged run, for people.

use std::collections::BTreeSet;

use crate::oracle::{Verdict, Violation};
use crate::trace::{Header, Place, Trace};

use super::allowed::{Allowed, allowed};
use super::because::because;
use super::effort::cost;
use super::history::History;
use super::ladder::{Mark, View, ladder};
use super::slice::{Slice, slice};
use super::{contract, exercised, words};

/// So many violations are told in full, and so many more in a sentence: they mostly follow from the first.
const IN_FULL: usize = 3;
const IN_BRIEF: usize = 20;

/// What one judging may cost, in events, of a run that is asked what was allowed.
const ASKED_MAX: usize = 20_000;

/// Rows around what matters, and the most rows, of the ladder of the whole run.
const CONTEXT: usize = 4;
const ROWS: usize = 48;

/// A judged run, with what a report needs to know of it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The run. Its events are lines 2, 3 … to the verdict.
    pub trace: &'a Trace,
    /// What the oracle said.
    pub verdict: &'a Verdict,
    /// The lines of the file that the events stand on, where blank or foreign lines lie between; else empty.
    pub lines: &'a [u64],
    /// The command that shows this again.
    pub replay: &'a str,
}

impl Case<'_> {
    /// The violation with the trace's own lines, in which blank and foreign lines don't count.
    fn inner(&self, violation: &Violation) -> Violation {
        let line = |line: u64| self.lines.binary_search(&line).map_or(line, |index| index as u64 + 2);
        let because = violation.because.iter().map(|because| line(*because)).collect();
        Violation { line: line(violation.line), because, ..violation.clone() }
    }
}

/// Everything there is to say: each violation, the client's faults, what was exercised.
pub fn text(case: &Case<'_>) -> String {
    let mut text = String::new();
    let history = History::of(case.trace);
    let found = &case.verdict.violations;
    for (number, violation) in (1..).zip(found).take(IN_FULL) {
        text.push_str(&format!("\nviolation {number} of {}: {}\n", found.len(), heading(violation)));
        text.push_str(&full(case, &history, violation));
    }
    for (number, violation) in (1..).zip(found).skip(IN_FULL).take(IN_BRIEF) {
        text.push_str(&brief(number, found.len(), violation));
    }
    if found.len() > IN_FULL + IN_BRIEF {
        text.push_str(&format!("\nand {} more\n", found.len() - IN_FULL - IN_BRIEF));
    }
    text + "\n" + &ending(&case.trace.header, case.verdict)
}

/// A violation in one paragraph.
fn brief(number: usize, all: usize, violation: &Violation) -> String {
    format!("\nviolation {number} of {all}: {}\n", heading(violation)) + &paragraph("  happened    ", &words::plain(&violation.message))
}

/// The report of a run of which only the verdict is left.
pub fn text_without_trace(header: &Header, verdict: &Verdict) -> String {
    let found = &verdict.violations;
    let violations: String = (1..).zip(found).take(IN_BRIEF).map(|(number, violation)| brief(number, found.len(), violation)).collect();
    let gap = if violations.is_empty() { "" } else { "\n" };
    violations + gap + &ending(header, verdict)
}

/// What every report ends with: what the callers did wrong, what was lost, what was put to the test.
fn ending(header: &Header, verdict: &Verdict) -> String {
    let mut text = faults(verdict);
    if verdict.truncations > 0 {
        let lost = words::count(verdict.truncations, "EOF");
        text.push_str(&paragraph("  truncated   ", &format!("{lost} hid that bytes were lost, as the contract allows after an abort")));
    }
    text + &exercised::text(&[header.contract.client, header.contract.server], &verdict.exercised)
}

/// One violation, in the order in which a person asks.
fn full(case: &Case<'_>, history: &History, violation: &Violation) -> String {
    let mut text = rule(violation) + &paragraph("  happened    ", &words::plain(&violation.message));
    let violation = &case.inner(violation);
    text.push_str(&chain(&because(case.trace, history, &violation.because)));
    let small = slice(case.trace, violation);
    text.push_str(&ask(case, violation, small.as_ref()).map(|allowed| allowance(case, &allowed)).unwrap_or_default());
    text.push_str(&small.as_ref().map(smallest).unwrap_or_default());
    text.push_str(&around(case, violation, small.as_ref()));
    text + "\n" + &paragraph("  replay      ", case.replay)
}

/// What was allowed. The whole run says best what was allowed in it, but where asking it is not cheap, the smallest run is asked,
/// and where that is no better, nothing.
fn ask(case: &Case<'_>, violation: &Violation, small: Option<&Slice>) -> Option<Allowed> {
    let cheap = |trace: &Trace, verdict: &Verdict| cost(&trace.header, trace.events.len(), verdict) <= ASKED_MAX;
    if cheap(case.trace, case.verdict) {
        return Some(allowed(case.trace, violation));
    }
    let small = small.filter(|small| cheap(&small.trace, &small.verdict))?;
    Some(allowed(&small.trace, &small.violation))
}

/// `eof-complete (also eof-is-final) at the server, line 11, 7.9 ms`.
fn heading(violation: &Violation) -> String {
    let also: Vec<&str> = violation.also.iter().map(|rule| rule.name()).collect();
    let also = if also.is_empty() { String::new() } else { format!(" (also {})", also.join(", ")) };
    let flow = if violation.flow == 0 { String::new() } else { format!(" of flow {}", violation.flow) };
    format!("{}{also} at the {}{flow}, line {}, {}", violation.rule, violation.end, violation.line, violation.t)
}

fn rule(violation: &Violation) -> String {
    let about = violation.rule.about();
    paragraph("  rule        ", about.statement) + &paragraph("  source      ", about.source)
}

/// The chain, one link a line.
fn chain(links: &[String]) -> String {
    let heads = std::iter::once("  because     ").chain(std::iter::repeat("              "));
    links.iter().zip(heads).map(|(link, head)| paragraph(head, link)).collect()
}

fn allowance(case: &Case<'_>, allowed: &Allowed) -> String {
    let instead = match allowed.outcomes.as_slice() {
        [] if allowed.asked => "nothing yet: the call had to wait".to_owned(),
        outcomes => outcomes.join(", "),
    };
    let mut text = if allowed.asked { paragraph("  allowed     ", &instead) } else { String::new() };
    let base = contract::of_both(&case.trace.header.contract);
    text.push_str(&match allowed.changes.as_slice() {
        [] => paragraph("  parameters  ", &format!("no single parameter of {base} would allow it")),
        changes => paragraph("  parameters  ", &format!("it would be allowed under {}", changes.join(" or "))),
    });
    text
}

/// The smallest run that shows the same, drawn.
fn smallest(small: &Slice) -> String {
    let of = |left, all, noun| (left > 0).then(|| format!("{left} of {}", words::count(all as u64, noun)));
    let (left, whole) = (small.left, small.whole);
    let parts = [of(left.operations, whole.operations, "operation"), of(left.others, whole.others, "other event")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let note = if small.minimal { "; without any one of them it is gone" } else { "" };
    let view = View { marks: vec![Mark::from(&small.violation)], ..View::default() }.at_most(ROWS);
    format!("\n  the smallest run that shows it ({}{note})\n", parts.join(", ")) + &words::indented(&ladder(&small.trace, &view), "  ")
}

/// The run around it; nothing if the smallest run is the whole one.
fn around(case: &Case<'_>, violation: &Violation, small: Option<&Slice>) -> String {
    if small.is_some_and(|small| small.trace.events.len() == case.trace.events.len()) {
        return String::new();
    }
    let mut focus: BTreeSet<u64> = violation.because.iter().copied().collect();
    focus.insert(violation.line);
    let focus: Vec<u64> = focus.into_iter().collect();
    let marks = case.verdict.violations.iter().map(|violation| Mark::from(&case.inner(violation))).collect();
    let view = View { marks, ..View::default() }.around(&focus, CONTEXT).at_most(ROWS);
    "\n  in the whole run\n".to_owned() + &words::indented(&ladder(case.trace, &view), "  ")
}

fn faults(verdict: &Verdict) -> String {
    let said = |fault: &crate::oracle::ClientFault| {
        let at = Place { flow: fault.flow, end: fault.end };
        let text = format!("line {}, {}, {}: {}", fault.line, fault.t, at.end, words::plain(&fault.message));
        paragraph("  the caller  ", &text)
    };
    verdict.client_faults.iter().take(IN_FULL).map(said).collect()
}

fn paragraph(heading: &str, text: &str) -> String {
    words::paragraph(heading, text, words::WIDTH)
}
