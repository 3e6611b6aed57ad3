use std::time::Duration;

use super::super::stage::WorldStage;
use super::super::{Keep, Run, RunOptions, Scenario};
use super::*;
use crate::contract::{Both, Contract, End};
use crate::oracle::Judgement;
use crate::trace::{Event, What};
use crate::world::{PipeSettings, Stepped as Moment, World};

fn run(text: &str) -> Run {
    let scenario = Scenario::parse("t.toml", text).unwrap_or_else(|error| panic!("{error:?}"));
    scenario.run(scenario.named_target().expect("a known target")).unwrap_or_else(|error| panic!("{error:?}"))
}

/// What was not met: line, column, message.
fn unmet(text: &str) -> Vec<String> {
    let tell = |unmet: &super::super::Unmet| format!("{}:{} {}", unmet.diagnostic.line, unmet.diagnostic.column, unmet.diagnostic.message);
    run(text).unmet().iter().map(tell).collect()
}

/// `t end call|return|cancel word` of each operation, in order.
fn calls(run: &Run) -> Vec<String> {
    let tell = |event: &Event| match &event.what {
        What::Call { at, call, .. } => Some(format!("{} {} {}", event.t, at.end, call.word())),
        What::Return { at, outcome, .. } => Some(format!("{} {} = {}", event.t, at.end, outcome.word())),
        What::Cancel { at, .. } => Some(format!("{} {} cancel", event.t, at.end)),
        _ => None,
    };
    run.trace().events.iter().filter_map(tell).collect()
}

#[test]
fn steps_of_a_task_run_in_order_and_tasks_take_turns() {
    let run = run("[client]\nsteps = [\"write 1\", \"sleep 2ms\", \"close\"]\n[server]\nsteps = [\"read 1 once\", \"read\"]");
    let expected = [
        "0 ns client write",
        "0 ns client = ok",
        "0 ns server read",
        "0 ns server = data",
        "0 ns server read",
        "2 ms client close",
        "2 ms client = done",
        "2 ms server = eof",
    ];
    assert_eq!(calls(&run), expected);
    assert_eq!((run.stats().bytes_to_server, run.stats().bytes_to_client), (1, 0));
    assert_eq!(run.stats().last_return, Instant(2_000_000));
}

#[test]
fn unmet_expectations_say_what_came_instead() {
    assert_eq!(unmet("[client]\nsteps = [\"write 5 -> closed\"]"), ["2:10 expected `closed`, but got `ok`"]);
    assert_eq!(
        unmet("[client]\nsteps = [\"write 5\", \"close\"]\n[server]\nsteps = [\"read to eof -> 1\"]"),
        ["4:10 expected 1 byte, but got 5 bytes, then `eof`"]
    );
    assert_eq!(
        unmet("[client]\nsteps = [\"write 5\"]\n[server]\nsteps = [\"read 9 -> 9\", \"read -> eof\"]"),
        ["4:10 expected 9 bytes, but it never ended (5 bytes so far)"]
    );
    assert_eq!(
        unmet("[server]\nsteps = [\"read\", \"close -> done\"]"),
        ["2:18 expected `done`, but it was never reached: `read` before it never ended"]
    );
    assert_eq!(unmet("[client]\nsteps=[\"close\"]\n[server]\nsteps = [\"read -> blocks\"]"), ["4:10 expected `blocks`, but got `eof`"]);
    assert_eq!(unmet("[server]\nsteps = [\"read -> blocks\"]"), [""; 0]);
}

#[test]
fn an_unmet_expectation_or_guard_is_a_violation() {
    let run = run("guards = [\"eof-complete\"]\n[client]\nsteps = [\"write 5 -> closed\"]");
    assert_eq!((run.judgement(), run.verdict().judgement), (Judgement::Violated, Judgement::Held));
    assert_eq!(run.unmet().iter().map(|unmet| unmet.at.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_eq!(run.why(), "expected `closed`, but got `ok` (and 1 more)");
    assert!(run.unmet()[1].diagnostic.message == "guard not exercised: eof-complete" && run.unmet()[1].diagnostic.column == 11);
}

#[test]
fn a_cancelled_step_ends_at_its_time_and_the_next_begins() {
    let run = run("[server]\nsteps = [\"read | cancel after 3ms -> cancelled\", \"flush -> ok\"]");
    assert_eq!(calls(&run), ["0 ns server read", "3 ms server cancel", "3 ms server flush", "3 ms server = ok"]);
    assert!(run.unmet().is_empty());
}

#[test]
fn a_cancellation_counts_from_the_start_of_a_step_of_many_calls() {
    let text = "[client]\nsteps = [\"write 1\", \"sleep 2ms\", \"write 1\", \"sleep 2ms\", \"write 1\"]\n\
                [server]\nsteps = [\"read to eof | cancel after 3ms -> cancelled\", \"read 9 once -> 1\"]";
    assert_eq!(unmet(text), [""; 0]);
}

#[test]
fn what_ended_in_time_is_not_cancelled() {
    let text = "[client]\nsteps = [\"write 5 | cancel after 0s -> ok\", \"sleep 2ms\", \"close | cancel after 1h -> done\"]";
    let run = run(text);
    assert!(run.unmet().is_empty() && !calls(&run).iter().any(|line| line.ends_with("cancel")));
    assert_eq!(run.trace().events.last().map(|event| event.t), Some(Instant(2_000_000)), "no timer is left over");
}

#[test]
fn signals_are_remembered_and_wake_every_waiter() {
    let text = "[client]\ntasks = [[\"sleep 1ms\", \"signal go\", \"close\"], [\"wait go\", \"flush -> ok\"]]\n\
                [server]\ntasks = [[\"wait go\", \"flush -> ok\"], [\"sleep 5ms\", \"wait go\", \"flush -> ok\"]]";
    let run = run(text);
    assert_eq!(run.unmet(), []);
    let flushes: Vec<_> = calls(&run).into_iter().filter(|line| line.ends_with("flush")).collect();
    assert_eq!(flushes, ["1 ms client flush", "1 ms server flush", "5 ms server flush"]);
}

#[test]
fn at_waits_for_a_time_of_the_run_and_not_for_one_that_has_passed() {
    let late = "[server]\nsteps = [\"at 2ms\", \"signal late\"]";
    let run = run(&format!("[client]\nsteps = [\"wait late\", \"flush\", \"at 1ms\", \"flush\", \"at 3ms\", \"flush\"]\n{late}"));
    let at: Vec<_> = calls(&run).into_iter().filter(|line| line.ends_with("flush")).collect();
    assert_eq!(at, ["2 ms client flush", "2 ms client flush", "3 ms client flush"]);
}

#[test]
fn a_fault_at_an_instant_comes_before_what_the_ends_do_then() {
    let faulty =
        |at: &str| format!("[[fault]]\nreset = {{ end = \"client\", at = \"{at}\" }}\n[client]\nsteps = [\"at 1ms\", \"write 1\"]");
    let outcome = |at: &str| calls(&run(&faulty(at))).last().cloned();
    assert_eq!(outcome("1ms").as_deref(), Some("1 ms client = error"));
    assert_eq!(outcome("0s").as_deref(), Some("1 ms client = error"));
    assert_eq!(outcome("1001us").as_deref(), Some("1 ms client = ok"));
}

#[test]
fn limits_make_a_run_inconclusive() {
    let limited = |limits: &str, steps: &str| run(&format!("limits = {{ {limits} }}\n[client]\nsteps = [{steps}]"));
    let judged = |run: &Run| (run.judgement(), run.limit().is_some());
    let many = "\"write 100 by 1\"";
    assert_eq!(judged(&limited("events = 200", many)), (Judgement::Held, false));
    assert_eq!(judged(&limited("events = 199", many)), (Judgement::Inconclusive, true));
    assert_eq!(judged(&limited("events = 0", many)), (Judgement::Inconclusive, true));
    assert_eq!(judged(&limited("time = \"5ms\"", "\"sleep 5ms\", \"flush\"")), (Judgement::Held, false));
    let late = limited("time = \"5ms\"", "\"sleep 6ms\", \"flush -> blocks\"");
    assert_eq!((judged(&late), late.unmet().len()), ((Judgement::Inconclusive, true), 0));
    assert_eq!(late.why(), "limit reached: 5 ms of virtual time");
    assert_eq!(late.trace().events.last().map(Event::to_line).as_deref(), Some("{\"event\":\"env\",\"t\":6000000,\"what\":\"end\"}"));
}

#[test]
fn a_seed_changes_the_order_of_what_is_ready_and_nothing_else() {
    let text = |seed: &str| format!("{seed}[client]\ntasks = [[\"write 1 by 1\"], [\"write 2\"], [\"write 3\"], [\"write 4\"]]");
    let lines = |seed: &str| calls(&run(&text(seed)));
    assert_eq!(lines("seed = 3\n"), lines("seed = 3\n"));
    let orders: std::collections::BTreeSet<_> = (0..20).map(|seed| run(&text(&format!("seed = {seed}\n"))).digest().to_string()).collect();
    assert!(orders.len() > 5, "{}", orders.len());
}

#[test]
fn the_payload_tells_flow_end_and_write() {
    let run = run("[client]\nsteps = [\"write 3\", \"writev 1 2\"]\n[server]\nsteps = [\"write 3\"]");
    let start = |end: End, k: u64| pattern::start(0, end, k);
    let mut codes = run.trace().events.iter().filter_map(|event| match &event.what {
        What::Call { call, .. } => {
            call.buffers().map(|buffers| buffers.iter().filter_map(|b| b.bytes().and_then(pattern::code_of)).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(codes.next(), Some(vec![start(End::Client, 0)]));
    assert_eq!(codes.next(), Some(vec![start(End::Server, 0)]));
    let vectored = start(End::Client, 1);
    assert_eq!(codes.next(), Some(vec![vectored, vectored + 1]));
}

#[test]
fn what_is_kept_changes_nothing_that_is_told() {
    let text = "seed = 4\nguards = [\"eof-complete\"]\n[client]\ntasks = [[\"write 30 -> ok\", \"close\"], [\"read -> blocks\"]]\n\
                [server]\nsteps = [\"read to eof -> 30\"]";
    let scenario = Scenario::parse("t.toml", text).expect("it parses");
    let ready = scenario.on(scenario.named_target().expect("known")).expect("it fits");
    let keeping = |keep| ready.run(&RunOptions { keep, ..RunOptions::default() }).expect("it runs");
    let [whole, judged, recorded, bare] = [Keep::Both, Keep::Verdict, Keep::Trace, Keep::Nothing].map(keeping);
    assert_eq!((judged.verdict(), judged.unmet(), judged.stats()), (whole.verdict(), whole.unmet(), whole.stats()));
    assert!(judged.trace().events.is_empty());
    assert_eq!((recorded.trace(), recorded.stats()), (whole.trace(), whole.stats()));
    assert_eq!((recorded.unmet(), recorded.why()), (bare.unmet(), bare.why()));
    assert_eq!((whole.unmet().len(), bare.unmet().len()), (1, 1), "a guard is judged only with the rest");
}

/// The events of the run up to its end, with copies of all on the way.
fn end<'a>(stage: &mut WorldStage, machine: &mut Machine<'a>, forks: &mut Vec<(WorldStage, Machine<'a>)>) -> Vec<Event> {
    loop {
        machine.pump(stage, u64::MAX);
        let world = stage.world.fork().expect("pipes can be copied");
        forks.push((WorldStage { world, flows: stage.flows.clone() }, machine.clone()));
        if stage.world.step() == Moment::Quiet {
            return stage.world.drain_events().collect();
        }
    }
}

#[test]
fn a_copy_goes_on_as_the_original_does() {
    let text = "[client]\ntasks = [[\"write 300\", \"shutdown write\"], [\"read to eof\"]]\n\
                [server]\ntasks = [[\"sleep 1ms\", \"read to eof\", \"write 50 by 7\", \"close\"]]";
    let scenario = Scenario::parse("t.toml", text).expect("it parses");
    let mut world = World::new();
    world.record(true);
    let settings = PipeSettings { contract: Both::same(Contract::strict()), capacity: 16, delay: Duration::from_micros(300) };
    let flows = vec![world.pipe(&settings)];
    let mut stage = WorldStage { world, flows };
    let program = Program::new(&scenario, false);
    let mut machine = Machine::new(&program);
    let mut forks = Vec::new();
    let whole = end(&mut stage, &mut machine, &mut forks);
    assert!(forks.len() > 10 && whole.len() > 20);
    for (mut stage, mut machine) in forks {
        assert_eq!(end(&mut stage, &mut machine, &mut Vec::new()), whole);
    }
}

/// Each call of the trace is the one that its step makes, whatever went before it at that end.
#[test]
fn every_call_knows_its_step() {
    let text = "[client]\ntasks = [[\"write 30 by 7\", \"shutdown write\", \"close\"], [\"read to eof\", \"flush\"]]\n\
                [server]\nsteps = [\"read to eof\", \"write 5\", \"close\"]";
    let scenario = Scenario::parse("t.toml", text).expect("it parses");
    let mut world = World::new();
    world.record(true);
    let settings = PipeSettings { contract: Both::same(Contract::modern()), capacity: 16, delay: Duration::from_micros(300) };
    let flows = vec![world.pipe(&settings)];
    let mut stage = WorldStage { world, flows };
    let program = Program::new(&scenario, false);
    let mut machine = Machine::new(&program);
    machine.remember_calls();
    machine.pump(&mut stage, u64::MAX);
    while stage.world.step() != Moment::Quiet {
        machine.pump(&mut stage, u64::MAX);
    }
    let mut seen = 0;
    for event in stage.world.drain_events() {
        if let What::Call { at, op, call } = &event.what {
            let step = machine.maker(*at, *op, true).expect("a step");
            assert_eq!(call.word(), step.action.word(), "{at:?} #{op}");
            assert_eq!(machine.maker(*at, *op, false).is_some(), at.end == End::Server, "the client has two tasks");
            seen += 1;
        }
    }
    assert!(seen >= 12, "{seen} calls");
    let at = Place { flow: 0, end: End::Server };
    assert!(machine.maker(at, 0, true).is_none() && machine.maker(at, 1000, true).is_none());
}
