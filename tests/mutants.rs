//! Proof that the oracle bites: each defect of the TCP has a smallest scenario in `tests/mutants/`, in which the rule that the
//! catalogue names is the first to be broken, and which the right TCP holds.

use std::fs;
use std::path::Path;

use flowsim::Scenario;
use flowsim::contract::End;
use flowsim::oracle::Judgement;
use flowsim::rules::Rule;
use flowsim::scenario::Run;
use flowsim::tcp::Quirk;

fn scenario(quirk: Quirk) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants").join(quirk.name()).with_extension("toml");
    Scenario::load(&path).unwrap_or_else(|mistake| panic!("{mistake:?}"))
}

fn with(mut scenario: Scenario, quirk: Option<Quirk>) -> Scenario {
    End::BOTH.into_iter().for_each(|end| scenario.tcp[end].quirk = quirk);
    scenario
}

fn run(scenario: &Scenario) -> Run {
    let target = scenario.named_target().expect("a target that is known");
    scenario.run(target).unwrap_or_else(|mistake| panic!("{mistake:?}"))
}

/// The rules that a run broke, the first one first, each once.
fn broken(run: &Run) -> Vec<Rule> {
    let mut rules = Vec::new();
    for violation in &run.verdict().violations {
        if !rules.contains(&violation.rule) {
            rules.push(violation.rule);
        }
    }
    rules
}

fn rule(quirk: Quirk) -> Rule {
    Rule::from_name(quirk.rule()).unwrap_or_else(|| panic!("{} is no rule", quirk.rule()))
}

/// `32 fin-not-retransmitted: eof-arrives, then …`.
fn row(quirk: Quirk, broken: &[Rule]) -> String {
    let names: Vec<_> = broken.iter().map(|rule| rule.name()).collect();
    format!("{:>4} {:<24} {:<22} {}", quirk.number(), quirk.name(), quirk.rule(), names.join(" "))
}

/// Defects that a segment gives away before the call returns whose answer is the one to be named.
const SEEN_ON_THE_WIRE_FIRST: &[(Quirk, Rule)] =
    &[(Quirk::RetransmitDiffers, Rule::RetransmitIsSame), (Quirk::FinAboveHole, Rule::AckIsReceived)];

/// Is the rule not the first that is broken?
fn is_missed(quirk: Quirk, broken: &[Rule]) -> bool {
    let before = SEEN_ON_THE_WIRE_FIRST.iter().find(|(seen, _)| *seen == quirk).map(|(_, rule)| *rule);
    let named = broken.iter().find(|rule| Some(**rule) != before);
    named != Some(&rule(quirk))
}

#[test]
fn each_defect_is_found_first_by_the_rule_that_is_named_for_it() {
    let rows: Vec<_> = Quirk::ALL.iter().map(|quirk| (*quirk, broken(&run(&scenario(*quirk))))).collect();
    let table: Vec<String> = rows.iter().map(|(quirk, broken)| row(*quirk, broken)).collect();
    println!("   # defect                   must be found by       is found by\n{}", table.join("\n"));
    let missed = rows.iter().filter(|(quirk, broken)| is_missed(*quirk, broken)).map(|(quirk, broken)| row(*quirk, broken));
    let missed: Vec<String> = missed.collect();
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

#[test]
fn the_right_tcp_holds_every_scenario_that_a_defect_breaks() {
    for quirk in Quirk::ALL {
        let run = run(&with(scenario(*quirk), None));
        assert!(run.judgement() == Judgement::Held, "{}: {}\n{}", quirk.name(), run.why(), run.ladder());
    }
}

/// Each file is a defect's, and says so.
#[test]
fn each_scenario_has_the_defect_of_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutants");
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut names: Vec<_> = files.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    let mut quirks: Vec<_> = Quirk::ALL.iter().map(|quirk| quirk.name().to_owned()).collect();
    quirks.sort();
    assert_eq!(names, quirks);
    for quirk in Quirk::ALL {
        let scenario = scenario(*quirk);
        assert!(End::BOTH.into_iter().all(|end| scenario.tcp[end].quirk == Some(*quirk)), "{}", quirk.name());
    }
}
