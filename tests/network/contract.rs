//! Whatever is done over whatever network, TCP keeps each contract that it claims, and leaves nothing behind.

use flowsim::contract::Contract;
use flowsim::explore::scenarios;
use flowsim::oracle::Judgement;
use flowsim::scenario::{Keep, Run, Scenario};
use flowsim::target::Target;
use flowsim::trace::{EnvWhat, Resources, What};
use proptest::prelude::*;

use super::{config, run, tcp};

/// All that TCP offers, under this contract.
fn under(contract: Contract) -> impl Strategy<Value = Scenario> {
    scenarios().offering(tcp().offers()).contract(contract)
}

/// What some end still holds when nothing more can happen.
fn left_behind(run: &Run) -> Vec<String> {
    let holds = |what: &What| match what {
        What::Env(env) => match env.what {
            EnvWhat::Resources(held) if held != Resources::default() => Some(format!("{:?} of {:?}: {held:?}", env.end, env.flow)),
            _ => None,
        },
        _ => None,
    };
    run.trace().events.iter().filter_map(|event| holds(&event.what)).collect()
}

/// The run ends, no rule is broken, every call that is owed an answer has one, and both hosts are as before.
fn assert_held(scenario: &Scenario) -> Result<(), TestCaseError> {
    if run(scenario, Keep::Verdict).judgement() == Judgement::Held {
        return Ok(());
    }
    let run = run(scenario, Keep::Both);
    let verdict = run.verdict();
    let broken: Vec<_> = verdict.violations.iter().map(|violation| format!("{}: {}", violation.rule, violation.message)).collect();
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
