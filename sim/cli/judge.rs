//! Performs `flowsim judge`: recorded traces in, verdicts out. A trace is streamed; only a short one is kept to be reported on in full.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::args::{Format, JudgeArgs};
use super::cases;
use super::exit::Exit;
use super::files::{self, unreadable};
use super::output::{self, Output};
use crate::contract::{Both, Call, Payload};
use crate::oracle::{Judgement, Oracle, Verdict};
use crate::report::json::{self, Record};
use crate::report::{self, Case, Excerpts, Notes, Tally, words};
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
pub(super) fn judge(args: &JudgeArgs, output: &mut Output) -> Exit {
    let (mut exit, mut tally) = (Exit::Held, Tally::default());
    if args.files.iter().filter(|file| is_stdin(file)).count() > 1 {
        output.complain("error: `-` is standard input, which can be read only once\n");
        return Exit::Bad;
    }
    cases::all(
        &args.files,
        cases::threads(args.jobs),
        |file| told(file, args),
        |_, told| {
            exit = exit.and(say(told, args.format, output, &mut tally));
            !output.is_closed()
        },
    );
    if !output.is_closed() && args.format == Format::Text {
        output.print(&summary(args, &tally));
    }
    exit
}

/// What all traces together put to the test; of several also how they ended.
fn summary(args: &JudgeArgs, tally: &Tally) -> String {
    match (tally.files(), args.rules.never()) {
        (0, _) => String::new(),
        (1, _) if tally.of("error") == 1 => String::new(),
        (1, never) if tally.of("held") == 1 => tally.exercised(never),
        (1, never) => format!("\n{}", tally.exercised(never)),
        (_, never) => format!("\n{}", tally.text("trace", never)),
    }
}

/// What became of one file, with all that is said of it.
enum Told {
    JudgedTrace {
        text: String,
        header: Box<Header>,
        verdict: Box<Verdict>,
    },
    Refused(Diagnostic),
    /// Judged twice, it had two verdicts.
    Differs(String),
}

/// Judges one file, and once more if that is asked for and it can be.
fn told(path: &Path, args: &JudgeArgs) -> Told {
    let judged = match read(path, args) {
        Ok(judged) => judged,
        Err(diagnostic) => return Told::Refused(files::not_a_trace(diagnostic)),
    };
    let again = (args.check_determinism && is_file(path)).then(|| read(path, args));
    if again.is_some_and(|again| again.map_or(true, |again| again.verdict != judged.verdict)) {
        return Told::Differs(path.display().to_string());
    }
    let file = &path.display().to_string();
    let text = match args.format {
        Format::Json => Record::judged(file, &judged.header, &judged.verdict).noted(&judged.notes.list()).line(),
        Format::Text => judged.text(path, args),
    };
    Told::JudgedTrace { text, header: Box::new(judged.header), verdict: Box::new(judged.verdict) }
}

/// Prints what is said of one file.
fn say(told: Told, format: Format, output: &mut Output, tally: &mut Tally) -> Exit {
    match told {
        Told::JudgedTrace { text, header, verdict } => {
            tally.count(verdict.judgement.word());
            tally.add(&header, &verdict);
            output.print(&text);
            exit_of(verdict.judgement)
        }
        Told::Refused(diagnostic) => refuse(&diagnostic, format, output, tally),
        Told::Differs(file) => {
            tally.count("error");
            let why = "judged twice, it had two verdicts";
            output.print(&match format {
                Format::Json => Record::unjudged(&file, "error", why).line(),
                Format::Text => format!("{}{}: {why}\n", output::verdict("error"), words::plain(&file)),
            });
            Exit::Differs
        }
    }
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

/// Can it be read twice?
fn is_file(path: &Path) -> bool {
    !is_stdin(path) && fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn read(path: &Path, args: &JudgeArgs) -> Result<JudgedTrace, Diagnostic> {
    let mut reader = Reader::new(path.display().to_string(), open(path)?)?;
    let mut header = reader.header().clone();
    if let Some(contract) = args.contract {
        header.contract = Both::same(contract);
    }
    let mut oracle = Oracle::with(header.clone());
    let (mut kept, mut quiet, mut notes) = (KeptEvents::default(), false, Notes::new(&header));
    for item in &mut reader {
        let (line, event) = item?;
        oracle.observe(line, &event);
        notes.observe(&event);
        quiet |= matches!(&event.what, What::Env(env) if env.what == EnvWhat::Quiet);
        kept.push(line, event);
    }
    let cut = reader.is_cut();
    Ok(JudgedTrace { header, verdict: oracle.finish(cut), kept: kept.list, notes, cut, quiet })
}

/// A trace and what the oracle said of it.
struct JudgedTrace {
    header: Header,
    verdict: Verdict,
    /// The events with their lines, if they are few.
    kept: Option<Vec<(u64, Event)>>,
    notes: Notes,
    cut: bool,
    /// It says somewhere that nothing more could happen.
    quiet: bool,
}

impl JudgedTrace {
    /// The verdict in one line, then the report.
    fn text(&self, path: &Path, args: &JudgeArgs) -> String {
        let file = path.display().to_string();
        let (contract, verdict) = (report::contract::of_both(&self.header.contract), &self.verdict);
        let why = if verdict.why.is_none() { String::new() } else { format!(": {}", words::plain(&verdict.reason())) };
        let line = format!("{}{} ({contract}){why}\n", output::verdict(verdict.judgement.word()), words::plain(&file));
        // Among many, what held is one line: the summary says what all of them put to the test.
        let brief = args.files.len() > 1 && verdict.judgement != Judgement::Violated;
        if brief { line } else { line + &words::notes(&self.notes.list()) + &output::report(&self.details(path, args)) }
    }

    /// In full where the trace was kept; else what the verdict and another look at the file can say.
    fn details(&self, path: &Path, args: &JudgeArgs) -> String {
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
        report::text(&Case::new(&trace, &self.verdict, replay).with_lines(&lines))
    }

    /// Reads a file that is too long to be kept once more, for what lies around the violations; `None` for what can be read only once.
    fn again(&self, path: &Path, replay: &str) -> Option<String> {
        let reader = Reader::new(path.display().to_string(), is_file(path).then(|| open(path).ok())??).ok()?;
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
struct KeptEvents {
    list: Option<Vec<(u64, Event)>>,
    payload: usize,
}

impl Default for KeptEvents {
    fn default() -> Self {
        KeptEvents { list: Some(Vec::new()), payload: 0 }
    }
}

impl KeptEvents {
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
