//! Random scenarios on pipes of every dialect: the pipe keeps its contract, two runs are alike, and the recorded trace is
//! judged as the run itself was.

use flowsim::contract::Contract;
use flowsim::oracle::{Judgement, Oracle};
use flowsim::scenario::{Keep, Options, Run, Scenario};
use flowsim::trace::Trace;
use proptest::prelude::*;

fn size() -> impl Strategy<Value = u32> {
    prop_oneof![0..4_u32, 1..40_u32, Just(100), Just(3000)]
}

fn step() -> impl Strategy<Value = String> {
    let cancel = prop_oneof![4 => Just(String::new()), 1 => (0..8_u32).prop_map(|ms| format!(" | cancel after {ms}ms"))];
    let call = prop_oneof![
        2 => Just("read".to_owned()),
        2 => size().prop_map(|n| format!("read {}", n + 1)),
        2 => size().prop_map(|n| format!("read {} once", n + 1)),
        2 => Just("read to eof".to_owned()),
        4 => size().prop_map(|n| format!("write {n}")),
        1 => (size(), 1..50_u32).prop_map(|(n, by)| format!("write {n} by {by}")),
        1 => proptest::collection::vec(size(), 0..4).prop_map(|list| list.iter().fold("writev".to_owned(), |text, n| format!("{text} {n}"))),
        1 => size().prop_map(|n| format!("write nodelay {n}")),
        1 => Just("flush".to_owned()),
        1 => Just("shutdown write".to_owned()),
        1 => Just("shutdown read".to_owned()),
        1 => Just("shutdown both".to_owned()),
        1 => Just("close".to_owned()),
    ];
    prop_oneof![
        6 => (call, cancel).prop_map(|(call, cancel)| call + &cancel),
        1 => (0..10_u32).prop_map(|ms| format!("sleep {ms}ms")),
        1 => Just("sleep 1100ms".to_owned()),
    ]
}

fn end() -> impl Strategy<Value = String> {
    let task = proptest::collection::vec(step(), 1..6).prop_map(|steps| format!("{steps:?}"));
    proptest::collection::vec(task, 1..4).prop_map(|tasks| format!("tasks = [{}]", tasks.join(", ")))
}

fn contract() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(Contract::PRESETS.iter().map(|preset| preset.base).collect::<Vec<_>>())
}

fn fault() -> impl Strategy<Value = String> {
    let kind = proptest::sample::select(vec!["reset", "timeout", "keepalive_death"]);
    let one = (kind, proptest::sample::select(vec!["client", "server"]), 0..12_u32);
    let one = one.prop_map(|(kind, end, at)| format!("[[fault]]\n{kind} = {{ end = \"{end}\", at = \"{at}ms\" }}\n"));
    prop_oneof![3 => Just(String::new()), 1 => one]
}

fn scenario() -> impl Strategy<Value = String> {
    let seed = proptest::option::of(any::<u64>()).prop_map(|seed| seed.map_or(String::new(), |seed| format!("seed = {seed}\n")));
    let capacity = prop_oneof![Just(1), Just(10), 1..5000_u32];
    (seed, contract(), contract(), capacity, 0..6_u32, fault(), end(), end()).prop_map(
        |(seed, one, other, capacity, delay, fault, client, server)| {
            format!(
                "{seed}contract = {{ client = \"{one}\", server = \"{other}\" }}\n\
                 [pipe]\ncapacity = {capacity}\ndelay = \"{delay}ms\"\n{fault}[client]\n{client}\n[server]\n{server}\n"
            )
        },
    )
}

fn run(text: &str) -> Run {
    let scenario = Scenario::parse("random.toml", text).unwrap_or_else(|error| panic!("{}", error.render(false)));
    scenario.run(scenario.named_target().expect("a known target")).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

fn written(trace: &Trace) -> String {
    let mut bytes = Vec::new();
    trace.write(&mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("a trace is text")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pipe_keeps_the_contract_of_each_end(text in scenario()) {
        let run = run(&text);
        prop_assert_eq!(run.judgement(), Judgement::Held, "{}\n{}\n{:#?}\n{}", run.why(), text, run.verdict().violations, written(run.trace()));
    }

    #[test]
    fn two_runs_are_alike_and_judged_alike_offline(text in scenario()) {
        let first = run(&text);
        let bytes = written(first.trace());
        prop_assert_eq!(written(run(&text).trace()), bytes.clone());
        let read = Trace::read(bytes.as_bytes()).expect("what was written is read");
        prop_assert_eq!(&read, first.trace());
        prop_assert_eq!(&Oracle::with(read.header.clone()).judge(&read), first.verdict());
    }

    #[test]
    fn what_is_kept_changes_nothing(text in scenario()) {
        let scenario = Scenario::parse("random.toml", &text).expect("it parses");
        let keeping = |keep: Keep| scenario.run_with(scenario.named_target().expect("a known target"), &Options { keep, ..Options::default() }).expect("it runs");
        let whole = keeping(Keep::Both);
        let (judged, recorded, bare) = (keeping(Keep::Verdict), keeping(Keep::Trace), keeping(Keep::Nothing));
        prop_assert_eq!(judged.verdict(), whole.verdict());
        prop_assert_eq!(recorded.trace(), whole.trace());
        prop_assert!(judged.trace().events.is_empty());
        prop_assert_eq!(judged.stats(), whole.stats());
        prop_assert_eq!(bare.unmet(), whole.unmet());
    }
}
