//! `check` as users call it: right streams pass, wrong ones are found, made small, saved, and shown again by the lines to paste.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, Output};

use bytes::Bytes;
use flowsim::contract::Error;
use flowsim::flow;
use flowsim::rules::Rule;
use flowsim::world::{PipeFlow, SimFlow};
use flowsim::{Check, Contract, Flow, Io, Mode, Read, Scenario, SetupError, Sim, target};

/// A folder of a test's own for what it saves.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("check").join(name)
}

/// A right flow with a defect.
struct Wrong<F> {
    flow: F,
    defect: Defect,
    /// Its writing was ended.
    shut: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    /// The end of writing is kept to itself.
    ForgetsShutdown,
    /// A write after the end of writing is taken.
    WritesOn,
    /// The tenth byte of each write is another one.
    Changes,
}

impl<F: Flow> Flow for Wrong<F> {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        self.flow.read(max).await
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        if self.shut.get() {
            return if self.defect == Defect::WritesOn { Ok(()) } else { Err(Error::Closed) };
        }
        let mut bytes = data.to_vec();
        if let Some(byte) = bytes.get_mut(9).filter(|_| self.defect == Defect::Changes) {
            *byte ^= 1;
        }
        self.flow.write(bytes.into()).await
    }

    async fn shutdown(&self, mode: Mode) {
        self.shut.set(self.shut.get() || mode != Mode::Read);
        if self.defect != Defect::ForgetsShutdown {
            self.flow.shutdown(mode).await;
        }
    }

    async fn close(&self) {
        self.flow.close().await;
    }

    fn contract(&self) -> Contract {
        self.flow.contract()
    }
}

fn wrong(sim: &Sim, defect: Defect) -> Result<(Wrong<PipeFlow>, PipeFlow), SetupError> {
    let (client, server) = sim.pipe();
    Ok((Wrong { flow: client, defect, shut: Cell::new(false) }, server))
}

#[test]
fn right_streams_pass() {
    let pipe = Check::new().run(async |sim: &Sim| Ok(sim.pipe())).expect("the pipe is right");
    assert!(pipe.cases > 2_000 && pipe.refused == 0 && !pipe.over_network, "{pipe}");
    let strict = Check::new().contract(Contract::strict()).cases(300).run(async |sim: &Sim| Ok(sim.pipe())).expect("the pipe is strict");
    assert!(strict.exercised.count(Rule::CancelledRead) > 0, "{strict}");
    flowsim::check(async |_: &Sim| {
        let (client, server) = tokio::io::duplex(64);
        Ok((Io::tokio(client), Io::tokio(server)))
    });
    for named in target::ALL {
        Check::new().cases(100).run_target(named).unwrap_or_else(|failure| panic!("{}: {failure}", named.name));
    }
}

#[test]
fn what_stands_on_the_network_meets_its_faults() {
    let tcp = Check::new().cases(300).run(async |sim: &Sim| sim.tcp_pair().await).expect("TCP is right");
    assert!(tcp.over_network && tcp.exercised.count(Rule::RetransmitIsSame) > 0, "{tcp}");
}

#[test]
fn a_layer_over_tcp_is_checked() {
    let layered = Check::new().cases(300).run(async |sim: &Sim| {
        let (client, server) = sim.tcp_pair().await?;
        Ok((Io::new(flow::stream(client)), Io::new(flow::stream(server))))
    });
    let layered = layered.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(layered.over_network, "{layered}");
}

#[test]
fn each_defect_is_found_by_its_rule_and_made_small() {
    for (defect, rule) in
        [(Defect::ForgetsShutdown, Rule::EofArrives), (Defect::WritesOn, Rule::ClosedAfterShutdown), (Defect::Changes, Rule::StreamPrefix)]
    {
        let found = Check::new().artifacts(folder("defects")).run(async |sim: &Sim| wrong(sim, defect)).expect_err("it is wrong");
        assert_eq!(found.rule(), Some(rule), "{found}");
        let scenario = found.scenario().expect("a scenario");
        let lines = scenario.to_string().lines().filter(|line| !line.is_empty()).count();
        assert!(scenario.seed.is_none() && lines <= 12, "{scenario}");
    }
}

#[test]
fn relays_are_checked_at_their_four_ends() {
    let right = Check::new().cases(300).run_relay(async |left, right| flow::relay(left, right).await).expect("it is right");
    assert!(right.over_network && right.exercised.count(Rule::ProxyPassesHalfClose) > 0, "{right}");
    let naive = Check::new().artifacts(folder("relays")).run_relay(async |left: SimFlow, right: SimFlow| {
        let copy = async |from: &SimFlow, to: &SimFlow| {
            while let Ok(Read::Data(bytes)) = from.read(usize::MAX).await {
                if to.write(bytes).await.is_err() {
                    return;
                }
            }
        };
        futures::future::select(pin!(copy(&left, &right)), pin!(copy(&right, &left))).await;
        left.close().await;
        right.close().await;
    });
    let naive = naive.expect_err("the answer to a half-close is lost");
    let rules = [Rule::ProxyPassesHalfClose, Rule::HalfCloseKeepsReading, Rule::EofComplete];
    assert!(naive.rule().is_some_and(|rule| rules.contains(&rule)), "{naive}");
}

#[test]
fn a_rule_that_is_left_out_is_not_named() {
    let check = Check::new().artifacts(folder("without")).without(Rule::ClosedAfterShutdown).cases(500);
    let ends = async |sim: &Sim| wrong(sim, Defect::WritesOn);
    let summary = check.without(Rule::EofComplete).without(Rule::ErrorAfterClose).run(ends);
    assert!(summary.is_ok(), "{summary:?}");
}

#[test]
fn what_a_stream_cannot_do_is_not_asked_of_it() {
    let ends = async |sim: &Sim| wrong(sim, Defect::ForgetsShutdown);
    let summary = Check::new().without_half_close().without_shutdown_of_reading().without_cancel().cases(500).run(ends);
    let summary = summary.expect("its close is right");
    assert_eq!((summary.exercised.count(Rule::HalfCloseKeepsReading), summary.exercised.count(Rule::CancelledRead)), (0, 0));
    assert!(summary.exercised.count(Rule::EofArrives) > 0);
}

#[test]
fn a_check_that_proves_nothing_fails() {
    let never = Check::new().run(async |_: &Sim| Err::<(Io<NoStream>, Io<NoStream>), _>(SetupError::from("no certificate")));
    let never = never.expect_err("there are no ends");
    assert!(never.scenario().is_none() && never.to_string().contains("no certificate"), "{never}");
    let calls = Cell::new(0);
    let seldom = Check::new().cases(20).run(async |sim: &Sim| {
        calls.set(calls.get() + 1);
        if calls.get() > 4 { Err("the port is taken".into()) } else { sim.tcp_pair().await }
    });
    let seldom = seldom.expect_err("hardly any ends").to_string();
    assert!(seldom.contains("this check proves nothing") && seldom.contains("the port is taken"), "{seldom}");
}

type NoStream = futures::io::Cursor<Vec<u8>>;

#[test]
fn a_subject_that_is_not_the_same_twice_is_told_so() {
    let calls = Cell::new(0);
    let found = Check::new().artifacts(folder("fickle")).run(async |sim: &Sim| {
        calls.set(calls.get() + 1);
        wrong(sim, if calls.get() % 2 == 0 { Defect::ForgetsShutdown } else { Defect::WritesOn })
    });
    let found = found.expect_err("it is wrong").to_string();
    assert!(found.contains("a second run of the same scenario did not show it"), "{found}");
}

/// The subject of the tests below: only they run it.
#[test]
#[ignore = "run by the tests of this file, as a user's test"]
fn a_users_test() {
    flowsim::check(async |sim: &Sim| wrong(sim, Defect::ForgetsShutdown));
}

#[test]
#[ignore = "run by the tests of this file, as a user's test"]
fn another_test() {
    let summary = Check::new().run(async |sim: &Sim| Ok(sim.pipe())).expect("the pipe is right");
    println!("cases: {}", summary.cases);
}

/// Runs one of the two tests above with variables set.
fn user(test: &str, variables: &[(&str, &str)]) -> Output {
    let this = std::env::current_exe().expect("a path");
    let mut command = Command::new(this);
    command.args(["--ignored", "--exact", "--nocapture", test]).current_dir(env!("CARGO_MANIFEST_DIR"));
    variables.iter().for_each(|(name, value)| _ = command.env(name, value));
    command.output().expect("it runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_lines_of_a_failure_show_it_again() {
    let folder = folder("again");
    let folder = folder.to_str().expect("a plain path");
    let failed = text(&user("a_users_test", &[("FLOWSIM_ARTIFACTS", folder)]));
    assert!(failed.contains("eof-arrives"), "{failed}");
    for (variable, says) in [("FLOWSIM_REPLAY", "to see it again"), ("FLOWSIM_SHRINK", "to make it smaller")] {
        let line = failed.lines().find(|line| line.starts_with(says)).expect("a line to paste");
        let (variables, command) = line[says.len()..].trim().split_once(" cargo test ").expect("a command");
        let file = variables.strip_prefix(variable).and_then(|rest| rest.strip_prefix('=')).expect("the variable");
        assert_eq!(command, "a_users_test");
        let again = user(command, &[(variable, file), ("FLOWSIM_ARTIFACTS", folder)]);
        assert!(!again.status.success() && text(&again).contains("eof-arrives"), "{}", text(&again));
        let other = text(&user("another_test", &[(variable, file), ("FLOWSIM_CASES", "7")]));
        let cases: u64 = other.split_once("cases: ").and_then(|(_, rest)| rest.lines().next()?.parse().ok()).expect("a number");
        assert!((8..500).contains(&cases), "another test does as ever, with seven random cases: {other}");
    }
    let saved = Path::new(folder).join("a_users_test-eof-arrives.toml");
    let scenario = Scenario::load(&saved).expect("a scenario");
    assert!(scenario.test.is_some_and(|test| test.ends_with(" a_users_test")));
    assert!(saved.with_extension("jsonl").exists() && saved.with_extension("txt").exists());
}

#[test]
fn wrong_variables_are_told() {
    for (variable, value, says) in [
        ("FLOWSIM_CASES", "many", "FLOWSIM_CASES=many: a whole number is wanted"),
        ("FLOWSIM_SEED", "0xg", "FLOWSIM_SEED=0xg: a whole number is wanted"),
        ("FLOWSIM_REPLAY", "no/such.toml", "no/such.toml"),
    ] {
        let said = user("another_test", &[(variable, value)]);
        assert!(!said.status.success() && text(&said).contains(says), "{}", text(&said));
    }
}
