//! What is told exactly is told in a file that can be read, or not at all.

use super::*;
use crate::choice::{Address, Deviations};
use crate::link::{Impairment, PacketName, SegmentKind};

/// As many decisions about the order in which tasks go on.
fn turns(count: u64) -> Deviations {
    let address = |nth: u64| format!("step of 0 #{nth}").parse::<Address>().expect("an address");
    (1..=count).map(|nth| (address(nth), 1)).collect()
}

/// A scenario with as many faults, each in so many words.
fn with_faults(count: u64, nth: u64) -> Scenario {
    let which = |at: u64| PacketName::Nth { kind: SegmentKind::Data, nth: nth + at };
    let fault = |at: u64| FaultKind::Segment { from: End::Client, flow: 0, which: which(at), action: Impairment::Drop };
    Scenario { faults: (0..count).map(|at| fault(at).into()).collect(), ..parse(WHOLE) }
}

fn refusal(scenario: &Scenario, decisions: &Deviations) -> String {
    scenario.exact(decisions).expect_err("too long").render(false)
}

fn reads_back(scenario: &Scenario, decisions: &Deviations) {
    let exact = scenario.exact(decisions).unwrap_or_else(|refusal| panic!("{refusal}"));
    assert!(parse(&exact.to_string()) == exact);
}

#[test]
fn as_many_decisions_are_told_as_a_file_may_hold() {
    let scenario = parse(WHOLE);
    reads_back(&scenario, &turns(10_000));
    assert!(refusal(&scenario, &turns(10_001)).contains("has 10001 decisions in its schedule"));
}

#[test]
fn as_many_faults_are_told_as_a_file_may_hold() {
    reads_back(&with_faults(10_000, 1), &Deviations::new());
    assert!(refusal(&with_faults(10_001, 1), &Deviations::new()).contains("has 10001 faults"));
}

/// From both sides: a title of one more letter is one too many.
#[test]
fn a_run_is_told_in_as_many_bytes_as_a_file_may_have() {
    let titled = |letters: usize| Scenario { title: "x".repeat(letters), ..parse(WHOLE) };
    let rest = titled(0).exact(&Deviations::new()).expect("short").to_string().len() + "title = \"\"\n".len();
    let most = (1 << 20) - rest;
    reads_back(&titled(most), &Deviations::new());
    assert!(refusal(&titled(most + 1), &Deviations::new()).contains("has 1048577 bytes"));
}
