//! The arguments.

use clap::{Parser, Subcommand, ValueEnum};

use crate::contract::{Contract, suggestion};
use crate::rules::Rule;

/// A deterministic network simulator and a specification oracle for byte-stream flows.
#[derive(Debug, Parser)]
#[command(name = "flowsim", version, propagate_version = true, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Verb,
    /// Colour the output
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

const EXIT_CODES: &str = "Exit codes: 0 everything held; 1 a guarantee or an expectation was broken; 2 bad usage or bad input; \
    3 the same seed gave two different runs; 4 inconclusive. With several files the worst counts, in the order 2, 3, 1, 4, 0.";

/// When to use colour.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One JSON object per file
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Judge recorded traces (JSON lines) of any implementation
    #[command(visible_alias = "check")]
    Judge(Judge),
    /// Every rule: what it asks, its source, the contracts that it belongs to
    Rules(Listing),
    /// One rule in full, with the smallest histories that break and keep it
    Explain(Explain),
    /// The presets and the parameters that tell them apart
    Contracts(Listing),
}

#[derive(Debug, clap::Args)]
pub(super) struct Listing {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// The rule's name
    #[arg(value_parser = rule)]
    pub rule: Rule,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Finds a rule by its name.
fn rule(name: &str) -> Result<Rule, String> {
    let names = || Rule::ALL.iter().map(|rule| rule.name());
    Rule::from_name(name).ok_or_else(|| format!("no such rule; {}", suggestion(name, names())))
}

#[derive(Debug, clap::Args)]
pub(super) struct Judge {
    /// Trace files; `-` is standard input
    #[arg(required = true, value_name = "TRACE")]
    pub files: Vec<String>,
    /// Judge by this contract instead of the trace's own: a preset, with changes as `modern,eof_on_reset=forbid`
    #[arg(long, value_name = "NAME[,PARAMETER=VALUE…]")]
    pub contract: Option<Contract>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
