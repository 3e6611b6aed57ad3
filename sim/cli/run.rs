//! Performs `flowsim run` and `replay`: scenario files in, one line each and a summary out.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{Format, ReplayArgs, RunArgs, RunningArgs};
use super::cases::{self, FileOutcome};
use super::exact;
use super::exit::Exit;
use super::files::{self, File};
use super::judge::exit_of;
use super::output::{self, Output};
use crate::oracle::Judgement;
use crate::report::json::{self, Record};
use crate::report::{self, Tally, words};
use crate::scenario::{Run, Stats};
use crate::time;
use crate::trace::Diagnostic;

/// Runs every scenario.
pub(super) fn run(args: &RunArgs, output: &mut Output) -> Exit {
    let paths = if args.paths.is_empty() { vec![PathBuf::from("scenarios")] } else { args.paths.clone() };
    let files = files::scenarios(&paths);
    if args.running.trace.is_some() && files.len() != 1 {
        output.complain("error: --trace takes the trace of one scenario; name one file\n");
        return Exit::Bad;
    }
    let mut session = Session::new(&args.running, false);
    let run = |file: &File| cases::one(file, &args.running);
    cases::all(&files, cases::threads(args.jobs), run, |file, done| {
        session.take(file, done, output);
        !output.is_closed()
    });
    session.finish(output)
}

/// Runs one scenario and shows it.
pub(super) fn replay(args: &ReplayArgs, output: &mut Output) -> Exit {
    if args.exact {
        return exact::replay(args, output);
    }
    show(&args.file, cases::one(&File::named(&args.file), &args.running), &args.running, output)
}

/// Shows what became of one file.
pub(super) fn show(path: &Path, done: FileOutcome, args: &RunningArgs, output: &mut Output) -> Exit {
    Session::new(args, true).alone(path, done, output)
}

/// Says what became of one file, and draws it only if it did not hold.
pub(super) fn say(path: &Path, done: FileOutcome, args: &RunningArgs, output: &mut Output) -> Exit {
    Session::new(args, false).alone(path, done, output)
}

/// What is said of one run.
pub(super) fn text(path: &str, run: &Run, args: &RunningArgs) -> String {
    let mut session = Session::new(args, true);
    session.tally.add(run.header(), run.verdict());
    session.text(path, run)
}

pub(super) fn refused(diagnostic: &Diagnostic, format: Format, output: &mut Output) -> Exit {
    output.diagnose(diagnostic);
    if format == Format::Json {
        output.print(&json::error(diagnostic));
    }
    Exit::Bad
}

/// One command over many files.
struct Session<'a> {
    args: &'a RunningArgs,
    /// Draw every run.
    show: bool,
    exit: Exit,
    tally: Tally,
    /// The last file left more than a line: a blank line comes before the next.
    gap: bool,
}

impl<'a> Session<'a> {
    fn new(args: &'a RunningArgs, show: bool) -> Self {
        Session { args, show, exit: Exit::Held, tally: Tally::default(), gap: false }
    }

    /// The command is about this file.
    fn alone(mut self, path: &Path, done: FileOutcome, output: &mut Output) -> Exit {
        self.take(&File::named(path), done, output);
        self.exit
    }

    fn take(&mut self, file: &File, done: FileOutcome, output: &mut Output) {
        let path = file.path.display().to_string();
        let exit = match done {
            FileOutcome::Ran(run) => self.ran(file, &run, output),
            FileOutcome::Refused(diagnostic) => self.refused(&diagnostic, output),
            FileOutcome::Skipped(diagnostic) if file.is_named => self.refused(&diagnostic, output),
            FileOutcome::Skipped(diagnostic) => self.unjudged(&path, "skipped", &diagnostic.message, Exit::Held, output),
            FileOutcome::Differs(why) => self.unjudged(&path, "error", &why, Exit::Differs, output),
        };
        self.exit = self.exit.and(exit);
    }

    fn refused(&mut self, diagnostic: &Diagnostic, output: &mut Output) -> Exit {
        self.tally.count("error");
        refused(diagnostic, self.args.format, output)
    }

    /// A file that has no verdict.
    fn unjudged(&mut self, path: &str, word: &str, why: &str, exit: Exit, output: &mut Output) -> Exit {
        self.tally.count(word);
        let said = match self.args.format {
            Format::Json => Record::unjudged(path, word, why).line(),
            Format::Text => format!("{}{}: {}\n", output::verdict(word), words::plain(path), words::plain(why)),
        };
        self.print(&said, output);
        exit
    }

    fn ran(&mut self, file: &File, run: &Run, output: &mut Output) -> Exit {
        if let Some(diagnostic) = self.args.trace.as_ref().and_then(|trace| write(run, trace, &file.path).err()) {
            return self.refused(&diagnostic, output);
        }
        self.tally.count(run.judgement().word());
        self.tally.add(run.header(), run.verdict());
        let path = &file.path.display().to_string();
        let said = match self.args.format {
            Format::Json => object(path, run).line(),
            Format::Text => self.text(path, run),
        };
        self.print(&said, output);
        exit_of(run.judgement())
    }

    /// Prints what is said of one file.
    fn print(&mut self, said: &str, output: &mut Output) {
        let before = if std::mem::replace(&mut self.gap, said.lines().nth(1).is_some()) { "\n" } else { "" };
        output.print(&format!("{before}{said}"));
    }

    /// The verdict in one line; below it whatever was broken.
    fn text(&self, path: &str, run: &Run) -> String {
        let why = run.why();
        let why = if why.is_empty() { String::new() } else { format!(": {}", words::plain(&why)) };
        let (contract, spent) = (report::contract::of_both(run.contract()), time::span(run.stats().last_return - time::Instant::ZERO));
        let spent = spent + &segments(run.stats());
        let line = format!("{}{} ({contract}, {spent}){why}\n", output::verdict(run.judgement().word()), words::plain(path));
        if run.judgement() == Judgement::Held && !self.show {
            return line + &words::notes(run.idle_faults());
        }
        let line = line + &words::notes(&run.notes());
        let ladder = self.show || run.verdict().violations.is_empty();
        let drawing = || if self.show { run.ladder() } else { run.brief_ladder() };
        let drawn = if ladder { format!("\n{}", output::report(&drawing())) } else { String::new() };
        let exercised = if self.show { format!("\n{}", self.tally.exercised(self.args.rules.never())) } else { String::new() };
        line + &drawn + &output::report(&run.report(&self.replay(path), true)) + &exercised
    }

    /// The command that shows this run again.
    fn replay(&self, path: &str) -> String {
        let contract = self.args.contract.map(|contract| format!(" --contract {contract}")).unwrap_or_default();
        let seed = self.args.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
        let target = self.args.target.map(|target| format!(" --target {}", target.name)).unwrap_or_default();
        format!("flowsim replay {}{contract}{target}{seed}", words::argument(path))
    }

    /// The summary.
    fn finish(mut self, output: &mut Output) -> Exit {
        let files = self.tally.files();
        // Of one path that was refused all is said.
        let told = files == 1 && self.tally.of("error") == 1;
        if self.args.format == Format::Text && files > 0 && !told {
            output.print(&format!("\n{}", self.tally.text("scenario", self.args.rules.never())));
        }
        if files > 0 && self.tally.of("skipped") == files {
            output.complain("error: every scenario was skipped\n");
            self.exit = Exit::Bad;
        }
        self.exit
    }
}

/// `, 14 segments, 1 lost, 1 again`: what crossed the network, where there is one.
fn segments(stats: &Stats) -> String {
    let counts = [(stats.segments_dropped, "lost"), (stats.retransmits, "again"), (stats.timeouts, "timed out")];
    let sent = Some(stats.segments_sent).filter(|sent| *sent > 0).map(|sent| words::count(sent, "segment"));
    let rest = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    sent.into_iter().chain(rest).map(|part| format!(", {part}")).collect()
}

/// Writes the trace of a run of `scenario` to a file.
pub(super) fn write(run: &Run, path: &Path, scenario: &Path) -> Result<(), Diagnostic> {
    if fs::canonicalize(path).is_ok_and(|path| fs::canonicalize(scenario).is_ok_and(|scenario| scenario == path)) {
        return Err(Diagnostic::of_file(path.display().to_string(), "is the scenario itself, which its trace would replace"));
    }
    let written = fs::File::create(path).and_then(|file| run.trace().write(std::io::BufWriter::new(file)));
    written.map(drop).map_err(|error| files::unwritable(path, &error))
}

/// The object of one run.
pub(super) fn object<'a>(path: &'a str, run: &'a Run) -> Record<'a> {
    let stats = run.stats();
    let mut record = Record::run(path, run.header(), run.verdict(), |violation| run.step_line(violation)).noted(&run.notes());
    (record.verdict, record.why) = (run.judgement().word(), run.why());
    record.more.extend([
        ("digest", serde_json::json!(run.digest().to_string())),
        ("target", serde_json::json!(run.target())),
        ("seed", serde_json::json!(run.seed())),
        (
            "stats",
            serde_json::json!({
                "virtual_ns": stats.last_return.0,
                "bytes_to_server": stats.bytes_to_server,
                "bytes_to_client": stats.bytes_to_client,
                "segments_sent": stats.segments_sent,
                "segments_dropped": stats.segments_dropped,
                "retransmits": stats.retransmits,
                "timeouts": stats.timeouts,
            }),
        ),
        ("unmet", run.unmet().iter().map(|unmet| json::place(&unmet.diagnostic)).collect()),
    ]);
    record
}
