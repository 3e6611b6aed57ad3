//! Parses the arguments.

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, Command, Parser, Subcommand, ValueEnum, value_parser};

use crate::contract::{Contract, Parameter, suggestion};
use crate::explore::Effort;
use crate::explore::schedules::DecisionKind;
use crate::report::Never;
use crate::rules::Rule;
use crate::scenario::span_of_time;
use crate::target::{self, Named};

/// A deterministic simulator and a specification oracle for byte-stream flows.
#[derive(Parser)]
#[command(name = "flowsim", version, propagate_version = true, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub verb: Verb,
    /// Colour the output
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// The arguments; or what to say instead, with the colour that was asked for.
pub(super) fn parse() -> Result<Args, (clap::Error, Color)> {
    Args::try_parse().map_err(|message| (message, color()))
}

/// The colour that is asked for, whatever is wrong with the other arguments: of all of them, taken as they are.
fn color() -> Color {
    let all = Arg::new("all").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true);
    let lenient = Command::new("flowsim").disable_help_flag(true).disable_version_flag(true).arg(all.value_parser(value_parser!(OsString)));
    let Ok(mut found) = lenient.try_get_matches() else { return Color::Auto };
    let words: Vec<String> =
        found.remove_many("all").into_iter().flatten().map(|word: OsString| word.to_string_lossy().into_owned()).collect();
    let apart = words.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1].as_str());
    let mut values = words.iter().filter_map(|word| word.strip_prefix("--color=")).chain(apart);
    values.find_map(|value| Color::from_str(value, false).ok()).unwrap_or(Color::Auto)
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object on each line: for each file, rule, contract or target
    Json,
}

#[derive(Subcommand)]
pub(super) enum Verb {
    /// Run scenario files, or every one below a folder
    Run(RunArgs),
    /// Run one scenario file and show it: the ladder and the rules that were broken
    Replay(ReplayArgs),
    /// Run scenarios at random, judge them, shrink and save what fails
    Fuzz(FuzzArgs),
    /// Run every schedule of a scenario with few faults, and save what fails
    Explore(ExploreArgs),
    /// Make a scenario that fails smaller, as long as it shows the same
    Shrink(ShrinkArgs),
    /// Judge recorded traces (JSON lines) of any implementation
    #[command(visible_alias = "check")]
    Judge(JudgeArgs),
    /// Every rule: what it asks, its source, the contracts that it belongs to
    Rules(ListingArgs),
    /// One rule in full, with the smallest histories that break and keep it; or one parameter of contracts
    Explain(ExplainArgs),
    /// The presets and the parameters that tell them apart
    Contracts(ListingArgs),
    /// What can be run, what each claims and offers
    Targets(ListingArgs),
    /// Break the simulator's own flows in every way that is known, and see which rule finds each defect
    Mutants(MutantsArgs),
    /// Draw a scenario's run or a recorded trace
    Show(ShowArgs),
}

#[derive(clap::Args)]
pub(super) struct RunArgs {
    /// Scenario files, and folders with scenario files [default: scenarios]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How many scenarios are run at a time [default: the number of cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroU16>,
    #[command(flatten)]
    pub running: RunningArgs,
}

#[derive(clap::Args)]
pub(super) struct ReplayArgs {
    /// The scenario file
    pub file: PathBuf,
    /// Print the scenario with what chance decided told exactly, as faults and a schedule
    #[arg(long)]
    pub exact: bool,
    /// Write that scenario to this file, and show its run
    #[arg(short, long, value_name = "FILE", requires = "exact")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub running: RunningArgs,
}

#[derive(clap::Args)]
pub(super) struct ShrinkArgs {
    /// The scenario file
    pub file: PathBuf,
    /// Write the smaller scenario to this file, and show its run; without it, the scenario is printed
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Look for this rule instead of the first that is broken
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub rule: Option<Rule>,
    /// Give up after so many runs, with the smallest scenario so far
    #[arg(long, value_name = "N", default_value_t = Effort::default().runs)]
    pub runs: u64,
    #[command(flatten)]
    pub running: RunningArgs,
}

#[derive(clap::Args)]
pub(super) struct FuzzArgs {
    /// A scenario file: its variations are run, instead of steps that are random throughout
    pub file: Option<PathBuf>,
    /// Run on this target [default: the scenario's own, else tcp]
    #[arg(long, value_name = "NAME", value_parser = target)]
    pub target: Option<&'static Named>,
    /// Both ends keep this contract, instead of those that the target claims: a preset, with changes as `modern,eof_on_reset=forbid`
    #[arg(long, value_name = "NAME[,PARAMETER=VALUE…]")]
    pub contract: Option<Contract>,
    /// How many cases are run [default: 50000; with --for, as many as there is time for]. What is found does not depend on --jobs
    #[arg(long, value_name = "N", env = "FLOWSIM_CASES", hide_env_values = true, value_parser = value_parser!(u64).range(1..))]
    pub cases: Option<u64>,
    /// Stop after this time, as `60s` or `10min`
    #[arg(long = "for", value_name = "TIME", value_parser = span_of_time)]
    pub time: Option<Duration>,
    /// Where the cases come from (decimal or 0x…): each seed has others
    #[arg(long, value_name = "N", env = "FLOWSIM_SEED", hide_env_values = true, value_parser = seed, default_value_t = 0)]
    pub seed: u64,
    /// Go on after a failure, and save those that differ from it
    #[arg(long)]
    pub keep_going: bool,
    /// How many cases are run at a time [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroU16>,
    /// Where the scenario, the trace and the report of each failure are saved
    #[arg(long, value_name = "DIR", env = "FLOWSIM_ARTIFACTS", hide_env_values = true, default_value = "flowsim-failures")]
    pub artifacts: PathBuf,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

impl FuzzArgs {
    /// How many cases are run if nothing is said.
    pub(super) const CASES: u64 = 50_000;
}

#[derive(clap::Args)]
pub(super) struct ExploreArgs {
    /// Scenario files, and folders with scenario files
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// The most faults, or turns of tasks, that a schedule has
    #[arg(long, value_name = "K", default_value_t = 2)]
    pub faults: u32,
    /// What is decided [default: all]: drop, reorder, delay, duplicate, late-duplicate, reset, crash, order
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = decision_kind)]
    pub only: Vec<DecisionKind>,
    /// Run on this target instead of the scenario's own
    #[arg(long, value_name = "NAME", value_parser = target)]
    pub target: Option<&'static Named>,
    /// Judge by this contract instead of the scenario's own: a preset, with changes as `modern,eof_on_reset=forbid`
    #[arg(long, value_name = "NAME[,PARAMETER=VALUE…]")]
    pub contract: Option<Contract>,
    /// Go on after the first level with a schedule that fails, and save what fails in another way
    #[arg(long)]
    pub keep_going: bool,
    /// How many schedules are run at a time [default: the number of cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroU16>,
    /// Where the scenario, the trace and the report of each failure are saved
    #[arg(long, value_name = "DIR", default_value = "flowsim-failures")]
    pub artifacts: PathBuf,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

impl ExploreArgs {
    /// What is decided.
    pub(super) fn kinds(&self) -> Vec<DecisionKind> {
        if self.only.is_empty() { DecisionKind::ALL.to_vec() } else { self.only.clone() }
    }
}

/// What `run`, `replay`, `shrink` and `show` share.
#[derive(Default, clap::Args)]
pub(super) struct RunningArgs {
    /// Judge by this contract instead of the scenario's own: a preset, with changes as `modern,eof_on_reset=forbid`
    #[arg(long, value_name = "NAME[,PARAMETER=VALUE…]")]
    pub contract: Option<Contract>,
    /// Run on this target instead of the scenario's own
    #[arg(long, value_name = "NAME", value_parser = target)]
    pub target: Option<&'static Named>,
    /// Let chance start from this seed (decimal or 0x…) instead of the scenario's own
    #[arg(long, value_name = "N", value_parser = seed)]
    pub seed: Option<u64>,
    /// Run each scenario twice and compare the traces
    #[arg(long)]
    pub check_determinism: bool,
    /// Write the run's trace to this file
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub rules: RulesArgs,
}

#[derive(clap::Args)]
pub(super) struct MutantsArgs {
    /// Only these mutants
    #[arg(value_name = "NAME", value_parser = mutant)]
    pub names: Vec<&'static Named>,
    /// Scenario files, and folders with scenario files, that they are run on
    #[arg(long = "scenarios", value_name = "PATH", default_value = "scenarios")]
    pub paths: Vec<PathBuf>,
    /// How many generated cases each is run on, at most
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    pub cases: u64,
    /// How many mutants are run at a time [default: the number of cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroU16>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(clap::Args)]
pub(super) struct ShowArgs {
    /// A scenario file (`.toml`) or a trace; `-` is a trace on standard input
    pub file: PathBuf,
    /// As a text ladder (the default)
    #[arg(long)]
    pub ladder: bool,
    #[command(flatten)]
    pub running: RunningArgs,
}

/// How much is said about rules.
#[derive(Clone, Copy, Default, clap::Args)]
pub(super) struct RulesArgs {
    /// Name the rules that were never put to the test
    #[arg(long = "rules")]
    list: bool,
}

impl RulesArgs {
    pub(super) const fn never(self) -> Never {
        if self.list { Never::Listed } else { Never::Offered }
    }
}

/// Finds a target by its name.
fn target(name: &str) -> Result<&'static Named, String> {
    let names = target::ALL.iter().map(|target| target.name);
    target::named(name).ok_or_else(|| format!("no such target; {}", suggestion(name, names)))
}

/// Finds a rule by its name.
fn rule(name: &str) -> Result<Rule, String> {
    Rule::from_name(name).ok_or_else(|| format!("no such rule; {}", Rule::near(name)))
}

/// Finds a kind of decision by its word.
fn decision_kind(word: &str) -> Result<DecisionKind, String> {
    let words = DecisionKind::ALL.iter().map(|kind| kind.word());
    DecisionKind::from_word(word).ok_or_else(|| format!("no such kind; {}", suggestion(word, words)))
}

/// Finds a mutant by its name.
fn mutant(name: &str) -> Result<&'static Named, String> {
    let names = target::MUTANTS.iter().map(|mutant| mutant.name);
    target::named(name).filter(|target| target.defect.is_some()).ok_or_else(|| format!("no such mutant; {}", suggestion(name, names)))
}

/// How many at a time: at least one.
fn jobs(text: &str) -> Result<NonZeroU16, String> {
    text.parse().map_err(|_| "from 1 to 65535 at a time; without `--jobs`, as many as there are cores".to_owned())
}

/// A seed, decimal or hexadecimal.
fn seed(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) if digits.starts_with('+') => return Err("a seed has no sign".to_owned()),
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|error| format!("a seed is a number below 2^64, decimal or 0x…: {error}"))
}

#[derive(clap::Args)]
pub(super) struct ListingArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(clap::Args)]
pub(super) struct ExplainArgs {
    /// The name of a rule or of a parameter
    #[arg(value_name = "RULE|PARAMETER", value_parser = topic)]
    pub topic: Topic,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What can be explained.
#[derive(Clone, Copy)]
pub(super) enum Topic {
    Rule(Rule),
    Parameter(&'static Parameter),
}

/// Finds a rule or a parameter by its name; their names are spelled differently.
fn topic(name: &str) -> Result<Topic, String> {
    let parameter = || Contract::PARAMETERS.iter().find(|parameter| parameter.name == name).map(Topic::Parameter);
    let names = || Contract::PARAMETERS.iter().map(|parameter| parameter.name);
    let none = || format!("no such parameter; {}", suggestion(name, names()));
    match (parameter(), name.contains('_')) {
        (Some(parameter), _) => Ok(parameter),
        (None, true) => Err(none()),
        (None, false) => rule(name).map(Topic::Rule),
    }
}

#[derive(clap::Args)]
pub(super) struct JudgeArgs {
    /// Trace files; `-` is standard input
    #[arg(required = true, value_name = "TRACE")]
    pub files: Vec<PathBuf>,
    /// Judge by this contract instead of the trace's own: a preset, with changes as `modern,eof_on_reset=forbid`
    #[arg(long, value_name = "NAME[,PARAMETER=VALUE…]")]
    pub contract: Option<Contract>,
    /// How many traces are judged at a time [default: the number of cores]; the output does not depend on it
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroU16>,
    /// Judge each file twice and compare the verdicts; standard input can be read only once
    #[arg(long)]
    pub check_determinism: bool,
    /// Changes nothing, since a recording leaves nothing to chance: scripts may give it to every verb
    #[arg(long, value_name = "N", value_parser = seed)]
    pub seed: Option<u64>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub rules: RulesArgs,
}
