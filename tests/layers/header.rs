//! What the header of a run says of the flows that a closure has made: which stands on which, and what of that is judged.

use std::cell::RefCell;

use flowsim::Sim;
use flowsim::flow::{DynFlow, Io, Tap, stream};
use flowsim::oracle::{Judgement, Oracle};
use flowsim::scenario::{Run, Scenario};
use flowsim::trace::{Layer, Place, Proxy, Trace};
use flowsim::world::{SetupError, SimFlow, Target};

use super::run;

fn asked(target: &dyn Target) -> Run {
    let text = "client.steps = ['write 9', 'shutdown write', 'close']\nserver.steps = ['read to eof', 'close']";
    run(&Scenario::parse("t.toml", text).unwrap_or_else(|why| panic!("{why:?}")), target)
}

fn wrapped((client, server): (SimFlow, SimFlow)) -> (Io<flowsim::flow::Stream<SimFlow>>, Io<flowsim::flow::Stream<SimFlow>>) {
    (Io::new(stream(client)), Io::new(stream(server)))
}

#[test]
fn a_layer_stands_on_the_flow_that_was_made_for_it() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> { Ok(wrapped(sim.tcp_pair().await?)) });
    assert_eq!(run.header().layers, [Layer { upper: 1, lower: 0 }]);
    assert!(run.header().records.lower && run.header().proxies.is_empty());
    let exercised = ["lower-closed-once", "accepted-goes-down", "lower-not-used-after-close"];
    for rule in exercised {
        let rule = flowsim::rules::Rule::from_name(rule).expect("a rule");
        assert!(run.verdict().exercised.count(rule) > 0, "{}", rule.name());
    }
}

#[test]
fn a_run_that_is_written_and_judged_again_has_the_same_verdict() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> { Ok(wrapped(sim.pipe())) });
    let mut text = Vec::new();
    run.trace().write(&mut text).expect("memory takes it");
    let trace = Trace::read(&text[..]).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(trace.header, *run.header());
    assert_eq!(Oracle::with(trace.header.clone()).judge(&trace), *run.verdict());
    assert_eq!(run.judgement(), Judgement::Held);
}

#[test]
fn the_simulators_own_flows_stand_on_nothing() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> {
        let _beside = sim.pipe();
        Ok(sim.pipe())
    });
    assert!(run.header().layers.is_empty() && !run.header().records.lower);
}

/// Which of several is to be closed with the layer is not known.
#[test]
fn of_a_layer_on_several_flows_nothing_is_asked_for_them() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> {
        let _beside = sim.pipe();
        Ok(wrapped(sim.pipe()))
    });
    assert_eq!(run.header().layers, [Layer { upper: 2, lower: 0 }, Layer { upper: 2, lower: 1 }]);
    assert!(!run.header().records.lower);
}

#[test]
fn a_flow_below_may_be_one_that_was_logged_by_hand() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> {
        let (client, server) = sim.pipe();
        let flow = sim.adopt();
        let tapped = |subject: SimFlow, end| -> Tap<DynFlow> { sim.tap(DynFlow::new(Io::new(stream(subject))), Place { flow, end }) };
        let tapped = (tapped(client, flowsim::contract::End::Client), tapped(server, flowsim::contract::End::Server));
        Ok((DynFlow::new(tapped.0), DynFlow::new(tapped.1)))
    });
    assert_eq!(run.header().layers, [Layer { upper: 1, lower: 0 }]);
    assert!(run.header().records.lower);
}

/// It adds nothing that the other end could take off again.
#[test]
fn one_end_that_is_wrapped_is_no_layer() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> {
        let (client, server) = sim.pipe();
        Ok((Io::new(stream(client)), server))
    });
    assert_eq!(run.header().layers, [Layer { upper: 1, lower: 0 }]);
    assert!(!run.header().records.lower);
}

/// A multiplexer makes one connection for all: none of its streams alone is to close it.
#[test]
fn flows_that_share_one_below_are_asked_nothing_for_it() {
    let below = RefCell::new(None);
    let shared = async |sim: &Sim| -> Result<_, SetupError> {
        if below.borrow().is_none() {
            *below.borrow_mut() = Some(sim.pipe());
        }
        let (client, server) = below.borrow().clone().expect("it was made");
        Ok(wrapped((client, server)))
    };
    let text = "client.steps = ['sleep 1s']\n[[flow]]\nclient.steps = ['sleep 1s']";
    let mut offers = Target::offers(&shared);
    offers.several_flows = true;
    let scenario = Scenario::parse("t.toml", text).unwrap_or_else(|why| panic!("{why:?}"));
    let run = run(&scenario, &shared.offering(offers));
    assert_eq!(run.header().layers, [Layer { upper: 1, lower: 0 }, Layer { upper: 2, lower: 0 }]);
    assert!(!run.header().records.lower);
}

/// This one does nothing at all.
#[test]
fn ends_of_two_flows_are_those_of_a_proxy_between_them() {
    let run = asked(&async |sim: &Sim| -> Result<_, SetupError> {
        let ((client, _left), (_right, server)) = (sim.pipe(), sim.pipe());
        Ok((client, server))
    });
    assert_eq!(run.header().proxies, [Proxy { left: 0, right: 1, outer: Some(2) }]);
    assert_eq!(run.judgement(), Judgement::Violated, "{}", run.why());
}
