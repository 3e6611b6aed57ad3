//! Proxies between two flows: a right one keeps what a relay owes, wrong ones are named, each by its rule.

use std::time::Duration;

use flowsim::contract::{Contract, Mode, Read};
use flowsim::flow::{Flow, relay, stream};
use flowsim::rules::Rule;
use flowsim::scenario::Run;
use flowsim::target;
use flowsim::world::{Proxied, SimFlow, Target, proxy, proxy_over_network};
use flowsim::{Scenario, Sim};
use futures::join;
use tokio_util::compat::FuturesAsyncReadCompatExt;

use super::{cases, keeps, run};

#[test]
fn a_right_one_between_pipes_keeps_what_a_relay_owes() {
    let target = target::named("relay-pipe").expect("a target");
    keeps(target, cases(target));
}

#[test]
fn a_right_one_between_connections_keeps_what_a_relay_owes() {
    let target = target::named("relay-tcp").expect("a target");
    keeps(target, cases(target));
}

/// The half close, the answer, and a client that waits for it; then one that goes away without a word.
const ANSWERED: &str = "client.steps = ['write 9', 'shutdown write', 'read to eof', 'close']\n\
                        server.steps = ['read to eof', 'sleep 1s', 'write 2KiB', 'close']";
const RESET: &str = "fault = [{ reset = { end = 'client', at = '1s' } }]\n\
                     client.steps = ['write 9', 'read', 'sleep 1s', 'close']\nserver.steps = ['read to eof', 'close']";

fn on(text: &str, contract: &str, target: &dyn Target) -> Run {
    let text = format!("contract = '{contract}'\n{text}");
    run(&Scenario::parse("t.toml", text).unwrap_or_else(|why| panic!("{why:?}")), target)
}

fn broken(run: &Run) -> Vec<&'static str> {
    run.verdict().violations.iter().map(|violation| violation.rule.name()).collect()
}

/// Copies until the end of the stream, or the first error.
async fn copy(source: &SimFlow, target: &SimFlow) {
    while let Ok(Read::Data(bytes)) = source.read(usize::MAX).await {
        if target.write(bytes).await.is_err() {
            return;
        }
    }
}

/// Two copies that know nothing of a half close.
async fn naive(left: SimFlow, right: SimFlow) {
    join!(copy(&left, &right), copy(&right, &left));
}

async fn closes_both(left: SimFlow, right: SimFlow) {
    futures::future::select(Box::pin(copy(&left, &right)), Box::pin(copy(&right, &left))).await;
    left.close().await;
    right.close().await;
}

async fn reset_is_eof(left: SimFlow, right: SimFlow) {
    let one_way = async |source: &SimFlow, target: &SimFlow| {
        copy(source, target).await;
        target.shutdown(Mode::Write).await;
    };
    join!(one_way(&left, &right), one_way(&right, &left));
    left.close().await;
    right.close().await;
}

#[test]
fn two_copies_that_stop_at_the_end_are_named() {
    for target in [&proxy(naive) as &dyn Target, &proxy_over_network(naive)] {
        let run = on(ANSWERED, "relay", target);
        assert!(broken(&run).contains(&"proxy-passes-half-close"), "{:?}", broken(&run));
        assert!(broken(&run).contains(&"eof-arrives"), "the server waits: {:?}", broken(&run));
    }
}

#[test]
fn one_that_closes_both_sides_at_the_first_end_loses_the_answer() {
    let run = on(ANSWERED, "relay", &proxy(closes_both));
    assert_eq!(broken(&run)[0], "proxy-passes-half-close", "{}", run.ladder());
    let run = on(ANSWERED, "relay", &proxy_over_network(closes_both));
    assert_eq!(broken(&run)[0], "proxy-passes-half-close", "{}", run.ladder());
}

/// The client is done in a second; the answer takes two.
#[test]
fn one_that_ends_half_closed_flows_in_a_silence_loses_the_answer() {
    let impatient = async |sim: &Sim| {
        let ((client, left), (right, server)) = (sim.pipe(), sim.pipe());
        let clock = sim.clone();
        sim.spawn(async move {
            copy(&left, &right).await;
            right.shutdown(Mode::Write).await;
            clock.sleep(Duration::from_millis(500)).await;
            left.close().await;
            right.close().await;
        });
        Ok((client, server))
    };
    let run = on(ANSWERED, "relay", &impatient);
    assert_eq!(broken(&run)[0], "proxy-passes-half-close", "{}", run.ladder());
}

/// Many relays do so, and the preset lets it pass as a truncation; the strict form does not.
#[test]
fn a_reset_that_ends_a_stream_is_a_truncation_or_named() {
    let target = proxy(reset_is_eof);
    let tolerated = on(RESET, "relay", &target);
    assert_eq!((broken(&tolerated), tolerated.verdict().truncations), (vec![], 1), "{}", tolerated.ladder());
    assert_eq!(broken(&on(RESET, "relay,eof_on_peer_abort=forbid", &target)), ["eof-has-cause"]);
    let right = target::named("relay-pipe").expect("a target");
    assert_eq!(broken(&on(&RESET.replace("read to eof", "read 9', 'read -> reset"), "relay,eof_on_peer_abort=forbid", right)), [""; 0]);
}

/// A reset that only the proxy had a reason for is no cause of an error at an outer end.
#[test]
fn one_that_resets_a_side_for_nothing_is_named() {
    let moody = async |left: SimFlow, right: SimFlow| {
        copy(&left, &right).await;
        left.reset().await;
        right.reset().await;
    };
    let run = on(ANSWERED, "relay", &proxy_over_network(moody));
    assert_eq!(broken(&run), ["half-close-keeps-reading"], "{}", run.ladder());
}

fn by_tokio(over_network: bool) -> Proxied<impl AsyncFn(SimFlow, SimFlow) -> std::io::Result<(u64, u64)>> {
    let copied = async |left, right| {
        let (mut left, mut right) = (stream(left).compat(), stream(right).compat());
        tokio::io::copy_bidirectional(&mut left, &mut right).await
    };
    if over_network { proxy_over_network(copied) } else { proxy(copied) }
}

/// It passes half closes, and drops both sides at the first error: a close, which may hide that the other end was reset.
#[test]
fn tokios_copy_keeps_what_a_relay_owes_and_hides_resets() {
    for network in [false, true] {
        assert_eq!(broken(&on(ANSWERED, "relay,eof_on_peer_abort=forbid", &by_tokio(network))), [""; 0]);
        assert_eq!(broken(&on(RESET, "relay", &by_tokio(network))), [""; 0]);
        let run = on(RESET, "relay,eof_on_peer_abort=forbid", &by_tokio(network));
        assert_eq!(broken(&run), ["eof-has-cause"], "{}", run.ladder());
        keeps(&by_tokio(network), cases(&by_tokio(network)));
    }
}

#[test]
fn the_rule_of_proxies_is_exercised_and_the_contract_is_a_relays() {
    let run = run(&Scenario::parse("t.toml", ANSWERED).unwrap_or_else(|why| panic!("{why:?}")), &proxy(relay));
    assert_eq!(run.contract().client, Contract::relay());
    assert!(run.verdict().exercised.count(Rule::ProxyPassesHalfClose) > 0);
    run.assert_held();
}
