//! Whatever is done over whatever network, TCP keeps each contract that it claims, and leaves nothing behind.

use flowsim::contract::{Call, Contract, End, Outcome};
use flowsim::explore::scenarios;
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, Run, Scenario};
use flowsim::target::Target;
use flowsim::trace::{Env, EnvWhat, Place, Resources, What};
use proptest::prelude::*;

use super::{config, run, tcp};

/// All that TCP offers, under this contract.
fn under(contract: Contract) -> impl Strategy<Value = Scenario> {
    scenarios().offering(tcp().offers()).contract(contract)
}

/// Did the server's end accept the connection of this flow?
fn is_accepted(run: &Run, flow: Option<u32>) -> bool {
    let events = || run.trace().events.iter().map(|event| &event.what);
    let accepts = events().filter_map(|what| match what {
        What::Call { at, op, call: Call::Accept { .. } } if Some(at.flow) == flow => Some((*at, *op)),
        _ => None,
    });
    let is_ok = |accept: (Place, u64)| {
        events().any(|what| matches!(what, What::Return { at, op, outcome: Outcome::Ok, .. } if (*at, *op) == accept))
    };
    accepts.into_iter().any(is_ok)
}

/// What an end still holds when nothing more can happen. An end need not hear that its peer was aborted, crashed, or has given
/// up; and a connection that is never accepted waits.
fn left_behind(run: &Run) -> Vec<String> {
    let envs = || run.trace().events.iter().filter_map(|event| if let What::Env(env) = &event.what { Some(env) } else { None });
    let is_over = |flow, env: &Env| match env.what {
        EnvWhat::Abort(..) => env.flow == flow,
        EnvWhat::Crash(_) => true,
        _ => false,
    };
    let is_aborted = |flow, end| envs().any(|env| env.end == Some(end) && is_over(flow, env));
    let may_be_unaware = |flow, end: End| is_aborted(flow, end.peer()) && !is_aborted(flow, end);
    let held = envs().filter_map(|env| match env.what {
        EnvWhat::Resources(held) if held != Resources::default() && env.end.is_none_or(|end| !may_be_unaware(env.flow, end)) => {
            Some((env.end, env.flow, held))
        }
        _ => None,
    });
    let held = held.filter(|(_, flow, _)| is_accepted(run, *flow));
    held.map(|(end, flow, held)| format!("{end:?} of {flow:?}: {held:?}")).collect()
}

/// The run ends, no rule is broken, every call that is owed an answer has one, and both hosts are as before.
fn assert_held(scenario: &Scenario) -> Result<(), TestCaseError> {
    if run(scenario, Keep::Verdict).judgement() == Judgement::Held {
        return Ok(());
    }
    let run = run(scenario, Keep::Both);
    let verdict = run.verdict();
    let broken: Vec<_> = verdict.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.fact)).collect();
    prop_assert!(false, "{}: {}\n{broken:#?}\n{}", run.judgement().word(), run.why(), run.ladder());
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn tcp_keeps_the_contract_modern(scenario in under(Contract::modern())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_strict(scenario in under(Contract::strict())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_classic(scenario in under(Contract::classic())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_the_contract_posix(scenario in under(Contract::posix())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn tcp_keeps_a_contract_of_its_own_at_each_end(scenario in scenarios().on(tcp())) {
        assert_held(&scenario)?;
    }

    #[test]
    fn nothing_is_left_behind(scenario in scenarios().on(tcp())) {
        let run = run(&scenario, Keep::Both);
        prop_assert!(left_behind(&run).is_empty(), "{:#?}\n{}", left_behind(&run), run.ladder());
    }
}
