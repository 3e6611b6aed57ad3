//! Performs `flowsim mutants`: a row for each mutant, then what the rules are worth.

use clap::builder::styling::AnsiColor;

use super::args::{Format, MutantsArgs};
use super::cases;
use super::exit::Exit;
use super::files;
use super::output::{Output, paint};
use super::run::refused;
use crate::explore::{Autopsy, KillTable, RuleWorth, killed, waiting};
use crate::scenario::Scenario;
use crate::target::{MUTANTS, Named};
use crate::trace::Diagnostic;

/// Runs each mutant, and says which rule killed it.
pub(super) fn mutants(args: &MutantsArgs, output: &mut Output) -> Exit {
    let (names, scenarios) = match load(args) {
        Ok(loaded) => loaded,
        Err(diagnostic) => return refused(&diagnostic, args.format, output),
    };
    let mutants: Vec<&'static Named> = if args.names.is_empty() { MUTANTS.iter().collect() } else { args.names.clone() };
    let table = KillTable { files: &names };
    if args.format == Format::Text {
        output.print(&KillTable::head());
    }
    let mut autopsies = Vec::new();
    let work = |mutant: &&'static Named| Autopsy::of(mutant, &scenarios, args.cases);
    cases::all(&mutants, cases::threads(args.jobs), work, |_, autopsy| {
        output.print(&row(&table, &autopsy, args.format));
        autopsies.push(autopsy);
        !output.is_closed()
    });
    conclude(&autopsies, args, output)
}

/// The scenarios that mutants are run on, with the names of their files before them.
fn load(args: &MutantsArgs) -> Result<(Vec<String>, Vec<Scenario>), Diagnostic> {
    let load = |file: files::File| match file.refused {
        Some(why) => Err(why),
        None => Ok((file.path.display().to_string(), Scenario::load(&file.path).map_err(files::not_a_scenario)?)),
    };
    files::scenarios(&args.paths).into_iter().map(load).collect()
}

fn row(table: &KillTable<'_>, autopsy: &Autopsy, format: Format) -> String {
    match format {
        Format::Json => table.object(autopsy),
        Format::Text if autopsy.is_named() => table.row(autopsy),
        Format::Text => paint(table.row(autopsy).trim_end(), AnsiColor::Red) + "\n",
    }
}

/// The summary. What the rules are worth only all mutants can show.
fn conclude(autopsies: &[Autopsy], args: &MutantsArgs, output: &mut Output) -> Exit {
    let worth = args.names.is_empty().then(|| RuleWorth::of(autopsies));
    output.print(&match args.format {
        Format::Text => format!("\n{}{}", killed(autopsies), worth.map_or_else(String::new, |worth| worth.text() + &waiting())),
        Format::Json => worth.map_or_else(String::new, |worth| worth.object(autopsies)),
    });
    if autopsies.iter().all(Autopsy::is_named) { Exit::Held } else { Exit::Broken }
}
