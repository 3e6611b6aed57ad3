//! Proof that shrinking gets to the point: random cases in which a defect shows become stories of a few lines, in which nothing is
//! left that could be left out.

use flowsim::contract::{Both, Contract, End};
use flowsim::explore::{Campaign, Effort, Failure, Finding, Shrunk, in_order, scenarios, shrink, shrink_by};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, PipeSpec, Run, RunOptions};
use flowsim::target::{self, Named};
use flowsim::tcp::Quirk;
use flowsim::{Flow, Io, Scenario, SetupError, Sim};

/// Most lines of a shrunk failure that are not blank.
const LINES: usize = 12;

fn tcp() -> &'static Named {
    target::named("tcp").expect("a target")
}

fn run(scenario: &Scenario, keep: Keep) -> Run {
    scenario.run_with(tcp(), &RunOptions::default().with_keep(keep)).unwrap_or_else(|error| panic!("{error:?}\n{scenario}"))
}

/// Random cases over stacks that both have this defect.
fn cases(quirk: Quirk) -> impl Iterator<Item = Scenario> {
    let scenarios = scenarios().on(tcp());
    (0..2_000).map(move |index| {
        let mut case = scenarios.case(0, index);
        End::BOTH.into_iter().for_each(|end| case.tcp[end].quirk = Some(quirk));
        case.target = Some("tcp".to_owned());
        case
    })
}

/// The first cases that the rule named for this defect finds, shrunk.
fn found(quirk: Quirk, count: usize) -> Vec<Shrunk> {
    let is_named = |finding: &Finding| finding.rule().is_some_and(|rule| rule.name() == quirk.rule());
    let finding = |case: &Scenario| Finding::all(&run(case, Keep::Verdict)).find(is_named);
    let failing = cases(quirk).filter_map(|case| finding(&case).map(|finding| (case, finding))).take(count);
    let shrink = |(case, finding): (Scenario, Finding)| {
        shrink_by(&case, &finding, Effort::default(), |scenario, keep| Some(run(scenario, keep))).expect("it shows it again")
    };
    failing.map(shrink).collect()
}

/// What is left of a scenario without one fault, one step, or one group of settings.
fn one_less(scenario: &Scenario) -> Vec<Scenario> {
    let edited = |edit: &dyn Fn(&mut Scenario)| {
        let mut less = scenario.clone();
        edit(&mut less);
        less
    };
    let faults = (0..scenario.faults.len()).map(|at| edited(&|less| _ = less.faults.remove(at)));
    let places = (0..).zip(&scenario.flows).flat_map(|(flow, steps)| {
        let ends = End::BOTH.into_iter().flat_map(move |end| (0..).zip(&steps.tasks[end]).map(move |(task, steps)| (end, task, steps)));
        ends.flat_map(move |(end, task, steps)| (0..steps.len()).map(move |step| (flow, end, task, step)))
    });
    let steps = places.map(|(flow, end, task, step)| {
        edited(&|less| {
            let tasks: &mut Vec<Vec<_>> = &mut less.flows[flow as usize].tasks[end];
            tasks[task as usize].remove(step);
            tasks.retain(|steps| !steps.is_empty());
        })
    });
    let settings = [
        edited(&|less| less.link = Both::default()),
        edited(&|less| less.tcp = Both::default()),
        edited(&|less| less.pipe = PipeSpec::default()),
        edited(&|less| less.contract = None),
        edited(&|less| less.schedule.clear()),
    ];
    let is_file = |less: &Scenario| less.check().is_ok() && less.flows.iter().all(|flow| !flow.is_empty());
    faults.chain(steps).chain(settings).filter(|less| less != scenario && is_file(less)).collect()
}

/// Its reads go on until a run's limit, again and again: too slow for a test.
const ENDLESS: &str = "eof-then-data";

/// The first failure of each mutant that so many random cases find.
fn first_failures(cases: u64) -> Vec<(&'static Named, Failure)> {
    let first = |number: u64| {
        let mutant = Some(&target::MUTANTS[number as usize]).filter(|mutant| mutant.name != ENDLESS)?;
        let scenarios = scenarios().on(mutant);
        let mut campaign = Campaign::new(&scenarios, mutant, 0);
        campaign.run(0..cases);
        campaign.failures().first().cloned().map(|failure| (mutant, failure))
    };
    let mut failures = Vec::new();
    in_order(target::MUTANTS.len() as u64, 4, first, |_, failure| {
        failures.extend(failure);
        true
    });
    failures
}

#[test]
fn every_mutant_is_told_in_a_few_lines_of_which_each_matters() {
    let failures = first_failures(200);
    assert!(failures.len() * 4 >= target::MUTANTS.len() * 3, "{} are found", failures.len());
    for (mutant, Failure { shrunk, .. }) in failures {
        let Shrunk { scenario, finding, is_minimal, .. } = shrunk;
        let lines = scenario.to_string().lines().filter(|line| !line.trim().is_empty()).count();
        assert!(is_minimal && lines <= LINES, "{}: {lines} lines{scenario:?}", mutant.name);
        assert_eq!(Scenario::parse("again.toml", scenario.to_string()).as_ref(), Ok(&scenario));
        assert!(scenario.seed.is_none() && !scenario.link.client.has_chance() && !scenario.link.server.has_chance(), "{scenario:?}");
        for less in one_less(&scenario) {
            let run = less.run_with(mutant, &RunOptions::default().with_keep(Keep::Verdict)).unwrap_or_else(|error| panic!("{error:?}"));
            let is_blamed = !run.verdict().client_faults.is_empty();
            assert!(is_blamed || !finding.is_shown_by(&run), "{}: {finding} is left of{scenario:?}\nin{less:?}", mutant.name);
        }
    }
}

#[test]
fn what_is_left_is_a_file_that_shows_what_its_title_says() {
    for quirk in [Quirk::FinNotRetransmitted, Quirk::ResetIsEof, Quirk::CloseWaitForgets] {
        let shrunk = found(quirk, 1).remove(0);
        let again = Scenario::parse("again.toml", shrunk.scenario.to_string()).expect("a file");
        assert_eq!(again, shrunk.scenario);
        let again = run(&again, Keep::Both);
        assert_eq!(again.judgement(), Judgement::Violated);
        assert!(shrunk.finding.is_shown_by(&again));
        assert_eq!((shrunk.finding.story(&again), again.digest()), (shrunk.scenario.title, shrunk.run.digest()));
        assert!(shrunk.finding.story(&again).starts_with(&format!("{}: ", quirk.rule())));
    }
}

#[test]
fn a_case_shrinks_the_same_each_time() {
    let shrunk = || found(Quirk::OutOfOrderDelivered, 1).remove(0);
    let (one, other) = (shrunk(), shrunk());
    assert_eq!((one.scenario, one.runs), (other.scenario, other.runs));
}

/// Passes all on but its shutdown.
struct Careless<F>(F);

impl<F: Flow> Flow for Careless<F> {
    async fn read(&self, max: usize) -> Result<flowsim::Read, flowsim::Error> {
        self.0.read(max).await
    }

    async fn write(&self, data: bytes::Bytes) -> Result<(), flowsim::Error> {
        self.0.write(data).await
    }

    async fn shutdown(&self, _: flowsim::Mode) {}

    async fn close(&self) {
        self.0.close().await;
    }
}

const ANSWER: &str = r#"
    title = "The server answers"
    seed = 5
    guards = ["half-close-keeps-reading"]
    client.tasks = [["write 3000 by 7", "shutdown write", "read to eof -> 64", "close"], ["sleep 17ms"]]
    server.steps = ["read to eof -> 3000", "sleep 3ms", "write 64", "close"]
"#;

#[test]
fn what_a_person_wrote_shrinks_on_flows_of_users() {
    let ends = async |_: &Sim| -> Result<_, SetupError> {
        let (client, server) = tokio::io::duplex(64);
        Ok((Careless(Io::tokio(client)), Io::tokio(server)))
    };
    let scenario = Scenario::parse("answer.toml", ANSWER).expect("a scenario");
    let shrunk = shrink(&scenario, &ends, Effort::default()).expect("it runs").expect("it fails");
    assert_eq!(shrunk.finding.to_string(), "eof-arrives at the server");
    let text = shrunk.scenario.to_string();
    let (_, story) = text.split_once('\n').expect("a title");
    assert_eq!(story, "\n[client]\nsteps = [\"shutdown write\"]\n\n[server]\nsteps = [\"read\"]\n");
}

#[test]
fn an_expectation_that_is_not_met_is_a_finding_too() {
    let text = r#"
        client.tasks = [["write 4KiB", "shutdown write -> done", "close"], ["read to eof"]]
        server.steps = ["read 10 -> 10", "read once -> 20", "close"]
    "#;
    let scenario = Scenario::parse("wrong.toml", text.replace("read once", "read 10 once")).expect("a scenario");
    let shrunk = shrink(&scenario, target::named("pipe").expect("a target"), Effort::default()).expect("it runs").expect("it fails");
    assert_eq!(shrunk.scenario.title, "expected 20 bytes, but got 10 bytes");
    assert_eq!(shrunk.scenario.flows[0].steps().filter(|step| step.expect.is_some()).count(), 1);
    assert!(shrunk.is_minimal && shrunk.scenario.tasks().count() == 2, "{:?}", shrunk.scenario);
}

#[test]
fn what_holds_has_nothing_to_shrink() {
    let scenario = Scenario::parse("held.toml", "client.steps = [\"close\"]").expect("a scenario");
    assert!(shrink(&scenario, tcp(), Effort::default()).expect("it runs").is_none());
    let unfit = Scenario::parse("unfit.toml", "client.steps = [\"connect\"]").expect("a scenario");
    assert!(shrink(&unfit, target::named("pipe").expect("a target"), Effort::default()).is_err());
}

#[test]
fn an_effort_that_is_spent_leaves_the_smallest_so_far() {
    let fails = |case: &Scenario| Finding::of(&run(case, Keep::Verdict)).is_some();
    let case = cases(Quirk::FinNotRetransmitted).find(fails).expect("a case");
    let whole = shrink(&case, tcp(), Effort::default()).expect("it runs").expect("it fails");
    let part = shrink(&case, tcp(), Effort::default().with_runs(10)).expect("it runs").expect("it fails");
    assert!(!part.is_minimal && part.runs <= 11 && whole.is_minimal && whole.runs > 11);
    assert!(part.scenario.to_string().len() > whole.scenario.to_string().len());
    assert_eq!(part.finding, whole.finding);
}

#[test]
fn a_contract_loses_the_changes_that_do_not_matter() {
    let mut case = cases(Quirk::AcksBeyond).next().expect("a case");
    case.contract = Some(Both::same("classic,patience=77s,eof_on_reset=forbid".parse::<Contract>().expect("a contract")));
    let shrunk = shrink(&case, tcp(), Effort::default()).expect("it runs").expect("it fails");
    assert_eq!(shrunk.scenario.contract, None);
}
