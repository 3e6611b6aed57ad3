//! Random cases: generated, run and judged one after another, as a search does it. A row's unit is one case.
//!
//! Their costs differ by orders of magnitude, so beside the mean stands how they spread.

use std::hint::black_box;

use flowsim::explore::{Scenarios, scenarios};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, RunOptions};
use flowsim::target;
use flowsim::world::Target;
use flowsim::{Io, SetupError, Sim};

/// Where their numbers come from.
const SEED: u64 = 0;
/// Cases of a row: always the same.
const ROW: u64 = 1_000;
/// Cases of which the spread is told.
const SPREAD: usize = 3_000;

/// Makes the cases of a row.
type Make = fn() -> Cases;

/// The rows of random cases, by name.
const SUBJECTS: &[(&str, Make)] = &[("random-pipe", pipe), ("random-tcp", tcp), ("random-duplex", duplex)];

/// Cases without end, of one target.
pub struct Cases {
    scenarios: Scenarios,
    made: u64,
    target: Box<dyn Target>,
}

impl Cases {
    fn new(scenarios: Scenarios, target: impl Target + 'static) -> Self {
        Cases { scenarios, made: 0, target: Box::new(target) }
    }

    /// One case.
    fn next(&mut self) {
        let case = self.scenarios.case(SEED, self.made);
        self.made += 1;
        let options = RunOptions::default().with_keep(Keep::Verdict);
        let run = case.run_with(&*self.target, &options).expect("it fits");
        assert_ne!(black_box(run).judgement(), Judgement::Violated, "{case}");
    }
}

pub fn pipe() -> Cases {
    let target = *target::named("pipe").expect("a target");
    Cases::new(scenarios().on(&target), target)
}

pub fn tcp() -> Cases {
    let target = *target::named("tcp").expect("a target");
    Cases::new(scenarios().on(&target), target)
}

pub fn duplex() -> Cases {
    let ends = async |_: &Sim| -> Result<_, SetupError> {
        let (client, server) = tokio::io::duplex(64);
        Ok((Io::tokio(client), Io::tokio(server)))
    };
    Cases::new(scenarios(), ends)
}

/// A row's work: the same cases each time.
pub fn row(cases: Make) -> Box<dyn FnMut() -> u64> {
    Box::new(move || {
        let mut cases = cases();
        (0..ROW).for_each(|_| cases.next());
        ROW
    })
}

/// How the costs of single cases spread, in real time; nothing for a row of another kind.
pub fn spread(name: &str) -> Option<String> {
    let (_, cases) = SUBJECTS.iter().find(|(subject, _)| *subject == name)?;
    let mut cases = cases();
    let mut costs: Vec<f64> = (0..SPREAD).map(|_| microseconds(|| cases.next())).collect();
    costs.sort_by(f64::total_cmp);
    let (total, at) = (costs.iter().sum::<f64>(), |share: f64| costs[((SPREAD - 1) as f64 * share) as usize]);
    let rate = SPREAD as f64 * 1e6 / total;
    Some(format!("median {:.1} µs, 99 % {:.0}, worst {:.0}; {rate:.0} cases a second", at(0.5), at(0.99), at(1.0)))
}

#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "what is measured is real time")]
fn microseconds(work: impl FnOnce()) -> f64 {
    let start = std::time::Instant::now();
    work();
    start.elapsed().as_nanos() as f64 / 1e3
}
