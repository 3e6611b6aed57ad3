//! Turns the arguments of the command line into calls. What it is not: a place for logic. Whatever a command does, a user of the
//! library can do with a call.

mod args;
mod artifacts;
mod cases;
mod catalogue;
mod clock;
mod exact;
mod exit;
mod explore;
mod files;
mod fuzz;
mod judge;
mod mutants;
mod output;
mod run;
mod show;
mod shrink;

use std::process::ExitCode;

use args::{Args, Verb};
use exit::Exit;
use output::Output;

/// Runs the command that the arguments of this process ask for.
pub fn main() -> ExitCode {
    let parsed = args::parse();
    let mut output = Output::new(parsed.as_ref().map_or_else(|(_, color)| *color, |args| args.color));
    let exit = match &parsed {
        Ok(args) => perform(args, &mut output),
        Err((message, _)) => output.usage(message),
    };
    ExitCode::from(output.finish(exit))
}

fn perform(args: &Args, output: &mut Output) -> Exit {
    match &args.verb {
        Verb::Run(args) => run::run(args, output),
        Verb::Replay(args) => run::replay(args, output),
        Verb::Fuzz(args) => fuzz::fuzz(args, output),
        Verb::Explore(args) => explore::explore(args, output),
        Verb::Shrink(args) => shrink::shrink(args, output),
        Verb::Show(args) => show::show(args, output),
        Verb::Judge(args) => judge::judge(args, output),
        Verb::Rules(args) => catalogue::rules(args, output),
        Verb::Explain(args) => catalogue::explain(args, output),
        Verb::Contracts(args) => catalogue::contracts(args, output),
        Verb::Targets(args) => catalogue::targets(args, output),
        Verb::Mutants(args) => mutants::mutants(args, output),
    }
}
