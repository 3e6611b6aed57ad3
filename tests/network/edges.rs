//! What befalls hosts before the first call, and calls on hosts that have left or are not connected yet.

use std::collections::BTreeMap;

use flowsim::contract::{End, Outcome};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, Run, Scenario};
use flowsim::trace::{Env, EnvWhat, Fate, What};

/// A scenario over TCP, run with its trace; it must hold.
fn held(text: &str) -> Run {
    let run = ended(text);
    assert_eq!(run.judgement(), Judgement::Held, "{}\n{}", run.why(), run.ladder());
    run
}

fn ended(text: &str) -> Run {
    let scenario =
        Scenario::parse("edge.toml", format!("title = 'An edge'\ntarget = 'tcp'\n{text}")).unwrap_or_else(|mistake| panic!("{mistake}"));
    let run = super::run(&scenario, Keep::Both);
    let again = flowsim::Oracle::new(flowsim::Contract::modern()).judge(run.trace());
    assert_eq!(again.judgement, run.judgement(), "the trace alone says the same: {}", again.why);
    run
}

/// Whether the first event of a run is this.
fn begins_with(run: &Run, is: impl Fn(&EnvWhat) -> bool) -> bool {
    matches!(run.trace().events.first().map(|event| &event.what), Some(What::Env(Env { what, .. })) if is(what))
}

#[test]
fn what_is_so_from_the_start_is_on_record() {
    let cut = held("[[fault]]\npartition = { at = '0s' }\n[client]\nsteps = ['connect -> timed_out']\n[server]\nsteps = ['accept']");
    assert!(begins_with(&cut, |what| matches!(what, EnvWhat::Partition { .. })));
    let crashed = held("[[fault]]\ncrash = { end = 'client', at = '0s' }\n[client]\nsteps = ['connect']\n[server]\nsteps = ['accept']");
    assert!(begins_with(&crashed, |what| matches!(what, EnvWhat::Crash(_))));
}

#[test]
fn what_lasts_no_time_at_the_start_is_over_before_the_first_call() {
    let steps = "[client]\nsteps = ['connect -> ok', 'close']\n[server]\nsteps = ['accept -> ok']";
    let crashed = held(&format!("[[fault]]\ncrash = {{ end = 'client', at = '0s', for = '0s' }}\n{steps}"));
    let cut = held(&format!("[[fault]]\npartition = {{ at = '0s', for = '0s' }}\n{steps}"));
    assert_eq!(crashed.stats().segments_dropped + cut.stats().segments_dropped, 0);
}

#[test]
fn a_host_that_has_left_accepts_nothing() {
    held("[server]\nsteps = ['listen 80', 'disconnect', 'accept -> not_connected']");
    held("[server]\ntasks = [['listen 80', 'accept -> not_connected'], ['at 1s', 'disconnect']]");
}

#[test]
fn calls_before_there_is_a_connection_fail_and_change_nothing() {
    held(
        "[client]\nsteps = ['read -> not_connected', 'shutdown write', 'close', 'connect -> ok', 'write 1 -> ok', 'close']\n\
         [server]\nsteps = ['write 1 -> not_connected', 'close', 'listen 80', 'accept -> ok', 'read to eof -> 1', 'close']",
    );
}

/// The word of the error that the client's last connect gave.
fn last_connect(run: &Run) -> Option<String> {
    let errors = run.trace().events.iter().filter_map(|event| match &event.what {
        What::Return { at, outcome: Outcome::Error(error), .. } if at.end == End::Client => Some(error.to_string()),
        _ => None,
    });
    errors.last()
}

#[test]
fn a_flow_connects_once() {
    let twice = held("[client]\nsteps = ['connect -> ok', 'connect -> error', 'close']\n[server]\nsteps = ['accept -> ok', 'close']");
    assert_eq!(last_connect(&twice).as_deref(), Some("already_connected"));
    let closed = held("[client]\nsteps = ['connect -> ok', 'close', 'at 9min', 'connect -> error']\n[server]\nsteps = ['read', 'close']");
    assert_eq!(last_connect(&closed).as_deref(), Some("already_connected"));
    let refused = held("[client]\nsteps = ['connect -> refused', 'connect -> error']");
    assert_eq!(last_connect(&refused).as_deref(), Some("not_connected"));
}

#[test]
fn a_run_that_is_given_up_is_so_in_its_trace_too() {
    let run = ended("[limits]\ntime = '1min'\n[tcp]\nmsl = '1h'\n[client]\nsteps = ['close']\n[server]\nsteps = ['read', 'close']");
    assert_eq!(run.judgement(), Judgement::Inconclusive);
}

/// Each packet of a run that has come to its end, and how often it was sent, and has arrived or was lost.
fn fates(run: &Run) -> BTreeMap<Option<u64>, [usize; 2]> {
    let mut fates = BTreeMap::new();
    for event in &run.trace().events {
        let What::Segment(wire) = &event.what else { continue };
        let counts: &mut [usize; 2] = fates.entry(wire.id).or_default();
        match wire.fate {
            Fate::Sent => counts[0] += 1,
            Fate::Delivered | Fate::Dropped => counts[1] += 1,
            Fate::Duplicated | Fate::Corrupted | Fate::Injected => {}
        }
    }
    fates
}

#[test]
fn a_packet_that_comes_to_a_host_that_is_down_is_lost_on_record() {
    let run = held(
        "[link]\ndelay = '10ms'\n[[fault]]\ncrash = { end = 'server', at = '1s' }\n\
         [client]\nsteps = ['at 995ms', 'write 100 -> ok', 'read -> timed_out', 'close']\n[server]\nsteps = ['read']",
    );
    let fates = fates(&run);
    assert!(fates.len() > 4 && fates.values().all(|counts| *counts == [1, 1]), "{fates:?}\n{}", run.ladder());
    assert_eq!(run.stats().segments_dropped, run.stats().retransmits + 1, "the data, first and again");
}

#[test]
fn a_packet_that_arrives_damaged_is_not_counted_as_lost() {
    let run = held(
        "[[fault]]\ncorrupt = { from = 'client', kind = 'data' }\n\
         [client]\nsteps = ['write 5 -> ok', 'close']\n[server]\nsteps = ['read to eof -> 5', 'close']",
    );
    assert_eq!((run.stats().segments_dropped, run.stats().retransmits), (0, 1), "{}", run.ladder());
}
