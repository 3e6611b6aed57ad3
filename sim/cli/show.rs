//! Performs `flowsim show`: draws a scenario's run or a recorded trace.

use super::args::{Format, ShowArgs};
use super::cases::{self, FileOutcome};
use super::exit::Exit;
use super::files::{self, File};
use super::judge::{open, refuse};
use super::output::{self, Output};
use super::run;
use crate::contract::Both;
use crate::oracle::Oracle;
use crate::report::json::Record;
use crate::report::{LadderView, Notes, Tally, ladder};
use crate::trace::{Diagnostic, Trace};

/// What is shown of one file.
struct Shown {
    ladder: String,
    /// The same as an object, with the ladder in it.
    object: String,
}

/// Why nothing is.
enum Failed {
    Input(Diagnostic),
    Differs(String),
}

impl From<Diagnostic> for Failed {
    fn from(diagnostic: Diagnostic) -> Self {
        Failed::Input(diagnostic)
    }
}

/// Draws one file.
pub(super) fn show(args: &ShowArgs, output: &mut Output) -> Exit {
    // Whatever is no scenario by its name is a trace.
    let shown = if files::ends_in(&args.file, "toml") { scenario(args) } else { trace(args) };
    let format = args.running.format;
    match (shown, format) {
        (Ok(shown), Format::Text) => output.print(&output::report(&shown.ladder)),
        (Ok(shown), Format::Json) => output.print(&shown.object),
        (Err(Failed::Input(diagnostic)), _) => return refuse(&diagnostic, format, output, &mut Tally::default()),
        (Err(Failed::Differs(why)), Format::Text) => {
            output.complain(&format!("error: {}: {why}\n", args.file.display()));
            return Exit::Differs;
        }
        (Err(Failed::Differs(why)), Format::Json) => {
            output.print(&Record::unjudged(&args.file.display().to_string(), "error", &why).line());
            return Exit::Differs;
        }
    }
    Exit::Held
}

/// The object of a file, and its ladder.
fn shown(mut record: Record<'_>, ladder: String) -> Shown {
    record.more.insert("ladder", serde_json::json!(ladder));
    Shown { object: record.line(), ladder }
}

fn scenario(args: &ShowArgs) -> Result<Shown, Failed> {
    let run = match cases::one(&File::named(&args.file), &args.running) {
        FileOutcome::Ran(run) => run,
        FileOutcome::Refused(diagnostic) | FileOutcome::Skipped(diagnostic) => return Err(diagnostic.into()),
        FileOutcome::Differs(why) => return Err(Failed::Differs(why)),
    };
    if let Some(trace) = &args.running.trace {
        run::write(&run, trace, &args.file)?;
    }
    Ok(shown(run::object(&args.file.display().to_string(), &run), run.ladder()))
}

fn trace(args: &ShowArgs) -> Result<Shown, Failed> {
    let name = args.file.display().to_string();
    if args.running.target.is_some() || args.running.trace.is_some() {
        let why = "is a recording: it is drawn as it is, so `--target` and `--trace` have no meaning";
        return Err(Diagnostic::of_file(name, why).with_help("the name of a scenario file ends in `.toml`").into());
    }
    let mut trace = Trace::read_named(name.as_str(), open(&args.file)?)?;
    if let Some(contract) = args.running.contract {
        trace.header.contract = Both::same(contract);
    }
    let verdict = Oracle::with(trace.header.clone()).judge(&trace);
    let record = Record::judged(&name, &trace.header, &verdict).noted(&Notes::of(&trace.header, &trace.events).list());
    Ok(shown(record, ladder(&trace, &LadderView::of(&verdict))))
}
