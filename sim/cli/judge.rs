//! `flowsim judge`: recorded traces in, verdicts out. A trace is streamed; only a short one is kept to be reported on in full.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use super::args::{Format, Judge};
use super::exit::Exit;
use super::files;
use super::output::{self, Output};
use crate::contract::Both;
use crate::oracle::{Judgement, Oracle, Verdict};
use crate::report::json::{self, Record};
use crate::report::{self, Case, Tally, words};
use crate::trace::{Diagnostic, Event, Header, Outcome, Reader, Trace, What};

/// A trace is kept while it has no more events and payload than this.
const EVENTS_MAX: usize = 100_000;
const PAYLOAD_MAX: usize = 8 << 20;

/// Judges each file by itself.
pub(super) fn judge(args: &Judge, output: &mut Output) -> Exit {
    let (mut exit, mut tally) = (Exit::Held, Tally::default());
    for file in &args.files {
        exit = exit.and(one(file, args, output, &mut tally));
        if output.is_closed() {
            return exit;
        }
    }
    if tally.files() > 1 && args.format == Format::Text {
        output.print(&format!("\n{}", tally.text("trace")));
    }
    exit
}

fn one(file: &str, args: &Judge, output: &mut Output, tally: &mut Tally) -> Exit {
    let judged = match read(file, args) {
        Ok(judged) => judged,
        Err(diagnostic) => return refuse(&files::not_a_trace(diagnostic), args.format, output, tally),
    };
    tally.count(judged.verdict.judgement.word());
    tally.add(&judged.header.contract, &judged.verdict);
    output.print(&match args.format {
        Format::Json => Record::judged(file, &judged.header.contract, &judged.verdict).line(),
        Format::Text => judged.text(file, args),
    });
    exit_of(judged.verdict.judgement)
}

/// Says why a file was not understood.
pub(super) fn refuse(diagnostic: &Diagnostic, format: Format, output: &mut Output, tally: &mut Tally) -> Exit {
    tally.count("error");
    output.diagnose(diagnostic);
    if format == Format::Json {
        output.print(&json::error(diagnostic));
    }
    Exit::Bad
}

/// The exit code for a verdict.
pub(super) const fn exit_of(judgement: Judgement) -> Exit {
    match judgement {
        Judgement::Held => Exit::Held,
        Judgement::Violated => Exit::Broken,
        Judgement::Inconclusive => Exit::Inconclusive,
    }
}

/// Opens a file, or standard input for `-`.
pub(super) fn open(file: &str) -> Result<Box<dyn BufRead>, Diagnostic> {
    if file == "-" {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, io::stdin().lock())));
    }
    let unreadable = |error: io::Error| Diagnostic::of_file(file, format!("can't be read: {error}"));
    let source = File::open(file).map_err(unreadable)?;
    if source.metadata().map_err(unreadable)?.is_dir() {
        return Err(Diagnostic::of_file(file, "is a folder, not a trace").with_help("name the files in it"));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, source)))
}

fn read(file: &str, args: &Judge) -> Result<Judged, Diagnostic> {
    let mut reader = Reader::new(file, open(file)?)?;
    let mut header = reader.header().clone();
    if let Some(contract) = args.contract {
        header.contract = Both::same(contract);
    }
    let mut oracle = Oracle::with(header.clone());
    let mut kept = Kept::default();
    for item in &mut reader {
        let (line, event) = item?;
        oracle.observe(line, &event);
        kept.push(line, event);
    }
    let cut = reader.is_cut();
    Ok(Judged { header, verdict: oracle.finish(cut), kept: kept.list, cut })
}

/// A trace and what the oracle said of it.
struct Judged {
    header: Header,
    verdict: Verdict,
    /// The events with their lines, if they are few.
    kept: Option<Vec<(u64, Event)>>,
    cut: bool,
}

impl Judged {
    /// The verdict in one line, then the report.
    fn text(&self, file: &str, args: &Judge) -> String {
        let (contract, verdict) = (report::contract::of_both(&self.header.contract), &self.verdict);
        let why = if verdict.why.is_empty() { String::new() } else { format!(": {}", words::plain(&verdict.why)) };
        let line = format!("{}{} ({contract}){why}\n", output::verdict(verdict.judgement.word()), words::plain(file));
        // Among many, what held is one line: the summary says what all of them put to the test.
        let brief = args.files.len() > 1 && verdict.judgement != Judgement::Violated;
        if brief { line } else { line + &output::report(&self.details(file, args)) }
    }

    /// In full where the trace was kept; else what the verdict alone can say.
    fn details(&self, file: &str, args: &Judge) -> String {
        let Some(kept) = self.kept.as_ref().filter(|_| !self.verdict.violations.is_empty()) else {
            return report::text_without_trace(&self.header, &self.verdict);
        };
        let (lines, events): (Vec<u64>, Vec<Event>) = kept.iter().cloned().unzip();
        let trace = Trace { header: self.header.clone(), events, cut: self.cut };
        let contract = args.contract.map(|contract| format!(" --contract {contract}")).unwrap_or_default();
        let replay = format!("flowsim judge {file}{contract}");
        report::text(&Case { trace: &trace, verdict: &self.verdict, lines: &lines, replay: &replay })
    }
}

/// The events of a short trace.
struct Kept {
    list: Option<Vec<(u64, Event)>>,
    payload: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Kept { list: Some(Vec::new()), payload: 0 }
    }
}

impl Kept {
    fn push(&mut self, line: u64, event: Event) {
        self.payload += payload(&event);
        let room = |list: &Vec<(u64, Event)>| list.len() < EVENTS_MAX && self.payload <= PAYLOAD_MAX;
        match self.list.as_mut().filter(|list| room(list)) {
            Some(list) => list.push((line, event)),
            None => self.list = None,
        }
    }
}

/// The bytes that an event keeps in memory.
fn payload(event: &Event) -> usize {
    match &event.what {
        What::Call { call, .. } => call.buffers().unwrap_or_default().iter().map(|buffer| buffer.len()).sum(),
        What::Return { outcome: Outcome::Data(data), .. } => data.len(),
        _ => 0,
    }
}
