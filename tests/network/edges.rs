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
    assert_eq!(again.judgement, run.judgement(), "the trace alone says the same: {}", again.reason());
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

/// When the trace says that the network is cut, and whole again: in seconds.
fn cuts(faults: &[&str]) -> Vec<(u64, EnvWhat)> {
    let faults: String = faults.iter().map(|fault| format!("[[fault]]\npartition = {{ {fault} }}\n")).collect();
    let run = held(&format!("{faults}[client]\nsteps = ['at 99s', 'close']\n[server]\nsteps = ['read to eof', 'close']"));
    let said = |env: &Env| matches!(env.what, EnvWhat::Partition { .. } | EnvWhat::Heal { .. });
    let events = run.trace().events.iter();
    let cut = |at: u64, what: &What| if let What::Env(env) = what { said(env).then(|| (at, env.what.clone())) } else { None };
    events.filter_map(|event| cut(event.t.0 / 1_000_000_000, &event.what)).collect()
}

#[test]
fn a_trace_says_when_the_first_cut_begins_and_the_last_ends() {
    let (cut, whole) = (|from| EnvWhat::Partition { from }, |from| EnvWhat::Heal { from });
    let (client, server) = (Some(End::Client), Some(End::Server));
    assert_eq!(cuts(&["at = '1s', for = '5s'", "at = '3s', for = '9s'"]), [(1, cut(None)), (12, whole(None))]);
    assert_eq!(cuts(&["at = '3s', for = '1s'", "at = '1s', for = '8s'"]), [(1, cut(None)), (9, whole(None))]);
    assert_eq!(
        cuts(&["at = '1s', for = '3s'", "at = '5s', for = '1s'"]),
        [(1, cut(None)), (4, whole(None)), (5, cut(None)), (6, whole(None))]
    );
    assert_eq!(
        cuts(&["at = '1s', for = '3s', from = 'client'", "at = '2s', for = '8s'", "at = '9s', for = '5s', from = 'server'"]),
        [(1, cut(client)), (2, cut(server)), (10, whole(client)), (14, whole(server))]
    );
}

/// Steps while the host of this end is down, from 1 s to 2 s, and after.
fn crashed(end: &str, steps: &str) {
    held(&format!("[[fault]]\ncrash = {{ end = '{end}', at = '1s', for = '1s' }}\n{steps}"));
}

#[test]
fn calls_on_a_clients_host_that_is_down_are_nobodys() {
    let back = "[[flow]]\nto = 'server:81'\nclient.steps = ['at 3s', 'connect', 'close']\nserver.steps = ['at 2500ms', 'accept', 'close']";
    crashed("client", &format!("[client]\nsteps = ['at 1999ms', 'connect']\n{back}"));
    crashed(
        "client",
        &format!("[client]\ntasks = [['at 1500ms', 'connect'], ['at 1600ms', 'close'], ['at 1600ms', 'disconnect']]\n{back}"),
    );
    let (connect, again) = ("'at 1500ms', 'connect'", "'at 3s', 'connect -> ok'");
    crashed("client", &format!("[client]\ntasks = [[{connect}], [{again}, 'close']]\n[server]\nsteps = ['read to eof']"));
    crashed("client", &format!("[client]\ntasks = [[{connect}], ['at 1600ms', 'close'], [{again}]]\n[server]\nsteps = ['read to eof']"));
    let long = "'sleep 1h', 'close'";
    crashed(
        "client",
        &format!("[client]\ntasks = [[{connect}], ['at 1600ms', 'read'], [{again}, {long}]]\n[server]\nsteps = ['write 1MiB']"),
    );
}

#[test]
fn calls_on_a_servers_host_that_is_down_are_nobodys() {
    let client = "[client]\nsteps = ['at 4s', 'connect -> ok', 'close']";
    crashed("server", &format!("{client}\n[server]\ntasks = [['at 1500ms', 'accept 80'], ['at 3s', 'listen 80']]"));
    crashed("server", &format!("{client}\n[server]\ntasks = [['at 1500ms', 'listen 80'], ['at 3s', 'listen 80', 'accept', 'close']]"));
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
            _ => {}
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
