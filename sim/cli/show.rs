//! `flowsim show`: a scenario's run or a recorded trace, drawn.

use super::args::{Running, Show};
use super::cases::{self, Done};
use super::exit::Exit;
use super::files::{self, File};
use super::judge::open;
use super::output::{self, Output};
use crate::contract::Both;
use crate::oracle::Oracle;
use crate::report::{View, ladder};
use crate::trace::{Diagnostic, Trace};

/// Draws one file.
pub(super) fn show(args: &Show, output: &mut Output) -> Exit {
    // Whatever is no scenario by its name is a trace.
    let drawn = if files::ends_in(&args.file, "toml") { scenario(args) } else { trace(args) };
    match drawn {
        Ok(drawn) => {
            output.print(&output::report(&drawn));
            Exit::Held
        }
        Err(diagnostic) => {
            output.diagnose(&diagnostic);
            Exit::Bad
        }
    }
}

fn scenario(args: &Show) -> Result<String, Diagnostic> {
    let running = Running { contract: args.contract, seed: args.seed, ..Running::default() };
    match cases::one(&File::named(&args.file), &running) {
        Done::Ran(run) => Ok(run.ladder()),
        Done::Refused(diagnostic) | Done::Skipped(diagnostic) => Err(diagnostic),
        Done::Differs(why) => Err(Diagnostic::of_file(args.file.display().to_string(), why)),
    }
}

fn trace(args: &Show) -> Result<String, Diagnostic> {
    let mut trace = Trace::read_named(args.file.display().to_string(), open(&args.file)?)?;
    if let Some(contract) = args.contract {
        trace.header.contract = Both::same(contract);
    }
    let verdict = Oracle::with(trace.header.clone()).judge(&trace);
    Ok(ladder(&trace, &View::of(&verdict)))
}
