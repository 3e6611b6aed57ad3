//! A deterministic simulator for byte-stream flows, and a specification oracle that says whether an implementation kept the
//! flow contract: read, write, shutdown and close; EOF and `Closed`; in all dialects.
//!
//! ```text
//!  Scenario ──run on a──▶ Target ──leaves a──▶ Trace ──judged by a──▶ Contract ──▶ Verdict ──▶ Report
//!  (a TOML file,          (a pipe, TCP          (calls, returns,       (parameters               (ladder, text,
//!   a generator)           over a network,       segments, states,      and rules)                JSON)
//!                          your flow)            aborts, faults)
//!
//!        ┌────────────────────────────────────────────────────────────────────────────┐
//!        │ cli    check arguments become calls; tests do                              │
//!        ├──────────────────────────────────────┬─────────────────────────────────────┤
//!        │ explore      scenarios at random     │                                     │
//!        │ scenario     file format, steps, run │ report     pure functions to text   │
//!        ├──────────────────────────────────────┼─────────────────────────────────────┤
//!        │ target       what can be run         │                                     │
//!        │ world        hosts, links, pipes,    │ oracle     judges events; sees      │
//!        │              clock, calls            │            nothing of the simulator │
//!        │ tcp   link   segments; their fates   │                                     │
//!        │ exec  flow   tasks; flows, adapters  │ rules      what each rule means     │
//!        ├──────────────────────────────────────┴─────────────────────────────────────┤
//!        │ trace        events, their JSON lines, payload, digest                     │
//!        │ contract     calls, outcomes, parameters, presets   wire choice time table │
//!        └────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! # Start here
//!
//! - To judge a recording: [`Trace::read`](trace::Trace::read), then [`Oracle::judge`].
//! - To test your own stream: [`check()`](check()), in one call; [`Io::new`] makes a stream a [`Flow`].
//! - To run a scenario of your own on it: [`Scenario::load`](scenario::Scenario::load) reads what both ends do,
//!   [`Scenario::run`](scenario::Scenario::run) runs it and [`Run::assert_held`](scenario::Run::assert_held) fails with a report.
//! - To test it with scenarios at random: [`explore::scenarios`]; with the feature `proptest` they are a strategy.
//! - To see the road in one function: `Ready::run` in [`scenario`]: the step machine asks the [`world`], the world's events go to
//!   the [`oracle`], which says what they mean under a [`contract`].
//! - To build a layer on simulated TCP: [`Sim::tcp_pair`]; to test a packet-level stack against it: [`Sim::connect`] and
//!   [`Stack`](world::Stack). [`OverNetwork`](world::OverNetwork) lets the links and faults of a scenario happen to either.
//! - To find out where a FIN is processed or the persist timer is armed: [`tcp`]. What decides a packet's fate: [`link`].
//! - To read the code: [`contract`], [`trace`], [`rules`], [`oracle`]; then [`choice`], [`wire`], [`tcp`], [`link`], [`world`],
//!   [`flow`], `exec`, [`target`]; then [`scenario`], [`report`], [`explore`] and [`mod@check`].
//!
//! What changed, and how long formats, digests and this library stay compatible: [`changelog`].
//! Which rules and runs hold each sentence of five interface documents: [`interfaces`].
//!
//! # Invariants
//!
//! - The oracle knows events and contracts, and nothing of their origin. The same code judges a run while it goes on, a run that was
//!   recorded here, and a recording of anything else.
//! - A [`World`](world::World) is plain data: no shared pointer, waker, future or closure is in it. It can be copied and compared.
//! - Chance has one door, [`choice`]; 0 is always the benign answer; what is kept is the decision, never the draw.
//! - The same scenario and seed leave the same bytes, on any machine. No module reads a clock, a thread-local or the operating
//!   system's randomness, or iterates in hash order; `.clippy.toml` and `tests/architecture.rs` hold this. The environment is read by
//!   [`mod@check`] alone: which cases it runs.
//! - Time is virtual and driven by events alone; nothing ticks.
//! - Every pending call has a waker of its own, and nothing is polled without a wake: a lost wake-up shows as a stuck call.
//! - Bad input is an error with file, line and column; never a panic.
//! - No feature changes behaviour. There is no unsafe code.

#![forbid(unsafe_code)]

#[doc = include_str!("changelog.md")]
pub mod changelog {}

#[doc = include_str!("interfaces.md")]
pub mod interfaces {}
pub mod check;
pub mod choice;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod contract;
mod exec;
pub mod explore;
pub mod flow;
pub mod link;
pub mod oracle;
pub mod report;
pub mod rules;
pub mod scenario;
mod table;
pub mod target;
pub mod tcp;
pub mod time;
pub mod trace;
pub mod wire;
pub mod world;

pub use check::{Check, check, check_relay};
pub use contract::{Contract, Error, Mode, Read};
pub use flow::{Flow, Io};
pub use oracle::{Oracle, Verdict};
pub use scenario::Scenario;
pub use target::Target;
pub use world::{SetupError, Sim};
