//! The thinnest layer: the adapters to a stream and back. What it does is what the flow below does.

use std::path::{Path, PathBuf};

use flowsim::contract::{Both, Contract};
use flowsim::flow::{Io, stream};
use flowsim::scenario::RunOptions;
use flowsim::world::{OverNetwork, SetupError, Target};
use flowsim::{Scenario, Sim};

use super::{cases, keeps, problems, run};

fn over_pipe() -> impl Target {
    async |sim: &Sim| -> Result<_, SetupError> {
        let (client, server) = sim.pipe();
        Ok((Io::new(stream(client)), Io::new(stream(server))))
    }
}

fn over_tcp() -> impl Target {
    OverNetwork(async |sim: &Sim| -> Result<_, SetupError> {
        let (client, server) = sim.tcp_pair().await?;
        Ok((Io::new(stream(client)), Io::new(stream(server))))
    })
}

#[test]
fn over_a_pipe_it_keeps_its_contract() {
    keeps(&over_pipe(), cases(&over_pipe()));
}

#[test]
fn over_tcp_it_keeps_its_contract() {
    keeps(&over_tcp(), cases(&over_tcp()));
}

/// What is written in `scenarios/` for the flow below holds above it, too, under the contract of the adapter.
#[test]
fn over_tcp_it_keeps_its_contract_in_every_scenario() {
    let target = over_tcp();
    let run_on = |path: &Path| {
        let scenario = Scenario::load(path).unwrap_or_else(|why| panic!("{why:?}"));
        let options = RunOptions::default().with_contract(Both::same(Contract::async_io()));
        scenario.on(&target).ok().map(|ready| ready.run(&options).unwrap_or_else(|why| panic!("{why:?}")))
    };
    let mut runs = 0;
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")) {
        let Some(run) = run_on(&path) else { continue };
        assert!(run.verdict().violations.is_empty(), "{}: {}", path.display(), problems(&run));
        runs += 1;
    }
    assert!(runs > 100, "{runs} scenarios");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A stream wakes only the task that asked last; the adapter sees to the others.
#[test]
fn reads_that_overlap_all_come_back() {
    let text = "contract = 'modern'\nguards = ['one-reader-per-byte', 'delivery']\n\
                client.steps = ['sleep 1s', 'write 3', 'sleep 1s', 'write 4', 'sleep 1s', 'shutdown write']\n\
                server.tasks = [['read -> 3'], ['read -> 4'], ['read -> eof']]";
    run(&Scenario::parse("t.toml", text).unwrap_or_else(|why| panic!("{why:?}")), &over_pipe()).assert_held();
}
