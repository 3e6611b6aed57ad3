//! Writes the report of one judged run, for people.

use std::collections::BTreeSet;

use crate::oracle::{Tolerated, Verdict, Violation};
use crate::trace::{Place, Trace};

use super::allowed::{Allowed, allowed};
use super::because::because;
use super::history::Operations;
use super::ladder::{LadderView, Mark, ladder};
use super::segment::Numbers;
use super::slice::{Slice, slice};
use super::trials::cost;
use super::{contract, words};

/// How many violations are told in full, and how many more in a sentence: they mostly follow from the first.
pub(super) const IN_FULL: usize = 3;
const IN_BRIEF: usize = 20;

/// What one judging may cost, in events, of a run that is asked what was allowed.
const ASKED_MAX: usize = 20_000;

/// What is said where asking came to cost more than it may.
const TOO_MUCH: &str = "not all was asked about: judging this run costs too much";

/// Rows around what matters, and the most rows, of the ladder of the whole run.
const CONTEXT: usize = 4;
const ROWS: usize = 48;

/// A judged run, with what a report needs to know of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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

impl<'a> Case<'a> {
    /// A run, what the oracle said of it, and the command that shows it again.
    pub const fn new(trace: &'a Trace, verdict: &'a Verdict, replay: &'a str) -> Self {
        Case { trace, verdict, lines: &[], replay }
    }

    /// With the lines of the file that the events stand on.
    #[must_use]
    pub const fn with_lines(self, lines: &'a [u64]) -> Self {
        Case { lines, ..self }
    }

    /// The violation with the trace's own lines, in which blank and foreign lines don't count.
    fn inner(&self, violation: &Violation) -> Violation {
        renumbered(violation, self.lines)
    }
}

/// A violation with the lines of a trace in place of the lines of the file, on which the trace's events stand.
pub(super) fn renumbered(violation: &Violation, lines: &[u64]) -> Violation {
    let line = |line: u64| lines.binary_search(&line).map_or(line, |index| index as u64 + 2);
    let because = violation.because.iter().map(|because| line(*because)).collect();
    Violation { line: line(violation.line), because, ..violation.clone() }
}

/// Everything there is to say of what went wrong: each violation, the run that they are in, the client's faults. Empty where all
/// went well.
pub fn text(case: &Case<'_>) -> String {
    let mut text = String::new();
    let (history, numbers) = (Operations::of(case.trace), Numbers::of(case.trace));
    let found = &case.verdict.violations;
    let mut drawn = None;
    for (number, violation) in (1..).zip(found).take(IN_FULL) {
        let small = slice(case.trace, &case.inner(violation)).map(|slice| Small::new(slice, &numbers));
        text.push_str(&title(number, found.len(), violation));
        text.push_str(&full(case, &history, &numbers, violation, small.as_ref()));
        drawn = drawn.max(small.map(|small| small.ladder.lines().count()));
    }
    text.push_str(&others(found));
    if !found.is_empty() {
        text.push_str(&around(case, drawn.unwrap_or(0)));
        text.push_str(&("\n".to_owned() + &paragraph("  replay      ", case.replay)));
    }
    text + &ending(case.verdict)
}

/// The violations that are not told in full: they mostly follow from those that are.
pub(super) fn others(found: &[Violation]) -> String {
    let rest = (1..).zip(found).skip(IN_FULL).take(IN_BRIEF);
    let mut text: String = rest.map(|(number, violation)| brief(number, found.len(), violation)).collect();
    if found.len() > IN_FULL + IN_BRIEF {
        text.push_str(&format!("\nand {} more\n", found.len() - IN_FULL - IN_BRIEF));
    }
    text
}

/// A violation in one paragraph.
fn brief(number: usize, all: usize, violation: &Violation) -> String {
    title(number, all, violation) + &happened(violation)
}

/// The report of a run of which only the verdict is left; `why` says why the rest is not.
pub fn text_without_trace(verdict: &Verdict, why: &str) -> String {
    let found = &verdict.violations;
    let mut text = String::new();
    for (number, violation) in (1..).zip(found).take(IN_FULL) {
        text.push_str(&title(number, found.len(), violation));
        text.push_str(&told(violation));
    }
    let rest = if found.is_empty() { String::new() } else { "\n".to_owned() + &paragraph("  left out    ", why) };
    text + &others(found) + &rest + &ending(verdict)
}

/// What every report ends with: what the callers did wrong, what was lost.
pub(super) fn ending(verdict: &Verdict) -> String {
    let mut text = faults(verdict);
    let tolerated = |it: &Tolerated| format!("{}: {} ({})", it.what, it.count, it.by);
    text.push_str(&below("  tolerated   ", &verdict.tolerated.iter().map(tolerated).collect::<Vec<_>>()));
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// The smallest run that shows a violation, drawn.
struct Small {
    slice: Slice,
    ladder: String,
}

impl Small {
    /// Its segments count from the numbers of the whole run.
    fn new(slice: Slice, numbers: &Numbers) -> Self {
        let view =
            LadderView { marks: vec![Mark::from(&slice.violation)], initial: numbers.0.clone(), ..LadderView::default() }.at_most(ROWS);
        Small { ladder: ladder(&slice.trace, &view), slice }
    }
}

/// One violation, in the order in which a person asks.
fn full(case: &Case<'_>, history: &Operations, numbers: &Numbers, violation: &Violation, small: Option<&Small>) -> String {
    let mut text = told(violation);
    let violation = &case.inner(violation);
    text.push_str(&chain(&because(case.trace, history, numbers, &violation.because)));
    let asked = ask(case, violation, small.map(|small| &small.slice));
    text.push_str(&asked.map(|allowed| allowance(case, &allowed)).unwrap_or_default());
    text + &small.map_or_else(|| paragraph("  smallest    ", "not looked for: the run is too long to be judged again and again"), smallest)
}

/// `violation 1 of 2: eof-complete at the server, line 11, 7.9 ms`.
pub(super) fn title(number: usize, all: usize, violation: &Violation) -> String {
    format!("\nviolation {number} of {all}: {}\n", heading(violation))
}

/// What is known without the run: the rule, and how it was broken.
pub(super) fn told(violation: &Violation) -> String {
    rule(violation) + &happened(violation)
}

fn happened(violation: &Violation) -> String {
    paragraph("  happened    ", &words::plain(&violation.fact.to_string()))
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
pub(super) fn chain(links: &[String]) -> String {
    below("  because     ", links)
}

/// A paragraph each, the heading before the first.
fn below(heading: &str, links: &[String]) -> String {
    let heads = std::iter::once(heading).chain(std::iter::repeat("              "));
    links.iter().zip(heads).map(|(link, head)| paragraph(head, link)).collect()
}

fn allowance(case: &Case<'_>, allowed: &Allowed) -> String {
    let instead = match allowed.outcomes.as_slice() {
        [] if allowed.cut => TOO_MUCH.to_owned(),
        [] if allowed.asked => "nothing yet: the call had to wait".to_owned(),
        outcomes => outcomes.join(", "),
    };
    let mut text = if allowed.asked { paragraph("  allowed     ", &instead) } else { String::new() };
    let base = contract::of_both(&case.trace.header.contract);
    text.push_str(&match allowed.changes.as_slice() {
        [] if allowed.cut => paragraph("  parameters  ", TOO_MUCH),
        [] => paragraph("  parameters  ", &format!("no single parameter of {base} would allow it")),
        changes => paragraph("  parameters  ", &format!("it would be allowed under {}", changes.join(" or "))),
    });
    text
}

/// The smallest run that shows the same, and how small it is.
fn smallest(small: &Small) -> String {
    let of = |left, all, noun| (left > 0).then(|| format!("{left} of {}", words::count(all as u64, noun)));
    let Slice { left, whole, minimal, .. } = &small.slice;
    let parts = [of(left.operations, whole.operations, "operation"), of(left.others, whole.others, "other event")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let note = if *minimal { "; without any one of them it is gone" } else { "; the search for a smaller one took too long" };
    format!("\n  the smallest run that shows it ({}{note})\n", parts.join(", ")) + &words::indented(&small.ladder, "  ")
}

/// The whole run around what is told in full; nothing if it shows no more than a smallest run of this many lines did.
fn around(case: &Case<'_>, shown: usize) -> String {
    let told = case.verdict.violations.iter().take(IN_FULL).map(|violation| case.inner(violation));
    let focus: BTreeSet<u64> = told.flat_map(|violation| [violation.because, vec![violation.line]].concat()).collect();
    let focus: Vec<u64> = focus.into_iter().collect();
    let marks = case.verdict.violations.iter().map(|violation| Mark::from(&case.inner(violation))).collect();
    let view = LadderView { marks, ..LadderView::default() }.around(&focus, CONTEXT).at_most(ROWS);
    let drawn = ladder(case.trace, &view);
    // A line that says how many rows are left out shows nothing.
    if drawn.lines().filter(|line| !line.trim_start().starts_with('⋮')).count() <= shown {
        return String::new();
    }
    "\n  in the whole run\n".to_owned() + &words::indented(&drawn, "  ")
}

fn faults(verdict: &Verdict) -> String {
    let said = |fault: &crate::oracle::ClientFault| {
        let at = Place { flow: fault.flow, end: fault.end };
        let text = format!("line {}, {}, {}: {}", fault.line, fault.t, at.end, words::plain(&fault.fact.to_string()));
        paragraph("  the caller  ", &text)
    };
    verdict.client_faults.iter().take(IN_FULL).map(said).collect()
}

fn paragraph(heading: &str, text: &str) -> String {
    words::paragraph(heading, text, words::WIDTH)
}
