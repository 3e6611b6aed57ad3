//! The command line: arguments to calls. What it is not: a place for logic. Whatever a command does, a user of the library can do
//! with a call.

mod args;
mod cases;
mod catalogue;
mod exit;
mod files;
mod judge;
mod output;
mod run;
mod show;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Verb};
use output::Output;

/// Runs the command that the arguments of this process ask for.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let mut output = Output::new(args.color);
    let exit = match &args.verb {
        Verb::Run(args) => run::run(args, &mut output),
        Verb::Replay(args) => run::replay(args, &mut output),
        Verb::Show(args) => show::show(args, &mut output),
        Verb::Judge(args) => judge::judge(args, &mut output),
        Verb::Rules(args) => catalogue::rules(args, &mut output),
        Verb::Explain(args) => catalogue::explain(args, &mut output),
        Verb::Contracts(args) => catalogue::contracts(args, &mut output),
        Verb::Targets(args) => catalogue::targets(args, &mut output),
    };
    ExitCode::from(output.finish(exit))
}
