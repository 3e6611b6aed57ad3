//! `flowsim judge`: recorded traces in, verdicts out. A trace is streamed; only a short one is kept to be reported on in full.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::args::{Format, Judge};
use super::exit::Exit;
use super::files::{self, unreadable};
use super::output::{self, Output};
use crate::contract::{Both, Call, Payload};
use crate::oracle::{Judgement, Oracle, Verdict};
use crate::report::json::{self, Record};
use crate::report::{self, Case, Excerpts, Tally, words};
use crate::trace::{Diagnostic, EnvWhat, Event, Header, Outcome, Reader, Trace, What};

/// A trace is kept while it has no more events and payload than this.
const EVENTS_MAX: usize = 100_000;
const PAYLOAD_MAX: usize = 8 << 20;

/// Why less is told of a long recording that can't be read twice.
const TOO_LONG: &str = "the recording is too long to be kept and can't be read twice; judge a file to see the run around it";

/// How a recording says that it is whole.
const NO_QUIET: &str = "if the recording is whole and nothing more could have happened after it, say so in its last line: \
    {\"event\":\"env\",\"t\":…,\"what\":\"quiet\"}";

/// Judges each file by itself.
pub(super) fn judge(args: &Judge, output: &mut Output) -> Exit {
    let (mut exit, mut tally) = (Exit::Held, Tally::default());
    if args.files.iter().filter(|file| is_stdin(file)).count() > 1 {
        output.complain("error: `-` is standard input, which can be read only once\n");
        return Exit::Bad;
    }
    for file in &args.files {
        exit = exit.and(one(file, args, output, &mut tally));
        if output.is_closed() {
            return exit;
        }
    }
    if args.format == Format::Text {
        output.print(&summary(args, &tally));
    }
    exit
}

/// What all traces together put to the test; of several also how they ended.
fn summary(args: &Judge, tally: &Tally) -> String {
    match (tally.files(), args.rules.never()) {
        (0, _) => String::new(),
        (1, _) if tally.of("error") == 1 => String::new(),
        (1, never) if tally.of("held") == 1 => tally.exercised(never),
        (1, never) => format!("\n{}", tally.exercised(never)),
        (_, never) => format!("\n{}", tally.text("trace", never)),
    }
}

fn one(path: &Path, args: &Judge, output: &mut Output, tally: &mut Tally) -> Exit {
    let judged = match read(path, args) {
        Ok(judged) => judged,
        Err(diagnostic) => return refuse(&files::not_a_trace(diagnostic), args.format, output, tally),
    };
    let file = &path.display().to_string();
    tally.count(judged.verdict.judgement.word());
    tally.add(&judged.header.contract, &judged.verdict);
    output.print(&match args.format {
        Format::Json => Record::judged(file, &judged.header.contract, &judged.verdict).line(),
        Format::Text => judged.text(path, args),
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
pub(super) fn open(path: &Path) -> Result<Box<dyn BufRead>, Diagnostic> {
    if is_stdin(path) {
        return Ok(Box::new(BufReader::with_capacity(1 << 16, io::stdin().lock())));
    }
    let unreadable = |error: io::Error| unreadable(path, &error);
    let source = File::open(path).map_err(unreadable)?;
    if source.metadata().map_err(unreadable)?.is_dir() {
        return Err(Diagnostic::of_file(path.display().to_string(), "is a folder, not a trace").with_help("name the files in it"));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, source)))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path, args: &Judge) -> Result<Judged, Diagnostic> {
    let mut reader = Reader::new(path.display().to_string(), open(path)?)?;
    let mut header = reader.header().clone();
    if let Some(contract) = args.contract {
        header.contract = Both::same(contract);
    }
    let mut oracle = Oracle::with(header.clone());
    let (mut kept, mut quiet) = (Kept::default(), false);
    for item in &mut reader {
        let (line, event) = item?;
        oracle.observe(line, &event);
        quiet |= matches!(&event.what, What::Env(env) if env.what == EnvWhat::Quiet);
        kept.push(line, event);
    }
    let cut = reader.is_cut();
    Ok(Judged { header, verdict: oracle.finish(cut), kept: kept.list, cut, quiet })
}

/// A trace and what the oracle said of it.
struct Judged {
    header: Header,
    verdict: Verdict,
    /// The events with their lines, if they are few.
    kept: Option<Vec<(u64, Event)>>,
    cut: bool,
    /// It says somewhere that nothing more could happen.
    quiet: bool,
}

impl Judged {
    /// The verdict in one line, then the report.
    fn text(&self, path: &Path, args: &Judge) -> String {
        let file = path.display().to_string();
        let (contract, verdict) = (report::contract::of_both(&self.header.contract), &self.verdict);
        let why = if verdict.why.is_empty() { String::new() } else { format!(": {}", words::plain(&verdict.why)) };
        let line = format!("{}{} ({contract}){why}\n", output::verdict(verdict.judgement.word()), words::plain(&file));
        // Among many, what held is one line: the summary says what all of them put to the test.
        let brief = args.files.len() > 1 && verdict.judgement != Judgement::Violated;
        if brief { line } else { line + &output::report(&self.details(path, args)) }
    }

    /// In full where the trace was kept; else what the verdict and another look at the file can say.
    fn details(&self, path: &Path, args: &Judge) -> String {
        let contract = args.contract.map(|contract| format!(" --contract {contract}")).unwrap_or_default();
        let replay = match is_stdin(path) {
            true => format!("judge the same recording again: flowsim judge{contract} - (it came from standard input)"),
            false => format!("flowsim judge {}{contract}", words::argument(&path.display().to_string())),
        };
        match &self.kept {
            _ if self.verdict.violations.is_empty() => self.hint() + &report::text_without_trace(&self.verdict, ""),
            Some(kept) => self.in_full(kept, &replay),
            None => self.again(path, &replay).unwrap_or_else(|| report::text_without_trace(&self.verdict, TOO_LONG)),
        }
    }

    fn in_full(&self, kept: &[(u64, Event)], replay: &str) -> String {
        let (lines, events): (Vec<u64>, Vec<Event>) = kept.iter().cloned().unzip();
        let trace = Trace { header: self.header.clone(), events, cut: self.cut };
        report::text(&Case { trace: &trace, verdict: &self.verdict, lines: &lines, replay })
    }

    /// Reads a file that is too long to be kept once more, for what lies around the violations; `None` for what can be read only once.
    fn again(&self, path: &Path, replay: &str) -> Option<String> {
        let is_file = !is_stdin(path) && fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        let reader = Reader::new(path.display().to_string(), open(path).ok().filter(|_| is_file)?).ok()?;
        let mut excerpts = Excerpts::new(&self.header, &self.verdict);
        for item in reader {
            let (line, event) = item.ok()?;
            excerpts.observe(line, &event);
        }
        Some(excerpts.text(replay))
    }

    /// What would let it be told, where that is simple.
    fn hint(&self) -> String {
        if self.verdict.judgement != Judgement::Inconclusive || self.cut || self.quiet {
            return String::new();
        }
        words::paragraph("  hint        ", NO_QUIET, words::WIDTH)
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
        self.payload = self.payload.saturating_add(payload(&event));
        let room = |list: &Vec<(u64, Event)>| list.len() < EVENTS_MAX && self.payload <= PAYLOAD_MAX;
        match self.list.as_mut().filter(|list| room(list)) {
            Some(list) => list.push((line, event)),
            None => self.list = None,
        }
    }
}

/// The bytes that an event keeps in memory beside itself.
fn payload(event: &Event) -> usize {
    let buffers =
        |list: &[Payload]| list.iter().map(|buffer| buffer.len().saturating_add(size_of::<Payload>())).fold(0, usize::saturating_add);
    match &event.what {
        What::Call { call: Call::Connect { to: Some(to), .. }, .. } => to.len(),
        What::Call { call, .. } => buffers(call.buffers().unwrap_or_default()),
        What::Return { outcome: Outcome::Data(data), .. } => data.len(),
        What::Return { outcome: Outcome::Error(error), .. } => error.word().len(),
        What::State { from, to, .. } => from.len() + to.len(),
        _ => 0,
    }
}
