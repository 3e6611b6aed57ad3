//! Subjects that spawn and sleep with tokio, in virtual time.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use flowsim::rules::Rule;
use flowsim::time::Instant;
use flowsim::world::{Simulation, Stuck};
use flowsim::{Check, Contract, Error, Flow, Io, Mode, Read, SetupError, Sim};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// Where failures are saved.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("tokio")
}

fn simulation() -> Simulation {
    Simulation::of(Contract::async_io()).on_tokio().expect("no runtime is around")
}

/// Copies what comes to the other side, each piece after a pause; the end of it, too.
async fn pump(mut from: tokio::io::ReadHalf<DuplexStream>, mut to: tokio::io::WriteHalf<DuplexStream>, pause: Duration) {
    let mut buffer = [0; 16];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(pause).await;
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// Two ends with tasks of tokio's between them.
fn relayed(
    pause: Duration,
) -> (Io<impl futures::AsyncRead + futures::AsyncWrite + Unpin>, Io<impl futures::AsyncRead + futures::AsyncWrite + Unpin>) {
    let ((client, inner), (outer, server)) = (duplex(32), duplex(32));
    let ((from_client, to_client), (from_server, to_server)) = (tokio::io::split(inner), tokio::io::split(outer));
    tokio::spawn(pump(from_client, to_server, pause));
    tokio::spawn(pump(from_server, to_client, pause));
    (Io::tokio(client), Io::tokio(server))
}

#[test]
fn tasks_and_timers_of_tokio_go_on_in_virtual_time() {
    let mut run = simulation();
    let slept = run.run(async |sim: &Sim| {
        let task = tokio::spawn(async {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            tokio::time::Instant::now()
        });
        let begun = tokio::time::Instant::now();
        sim.sleep(Duration::from_micros(1500)).await;
        let between = (sim.now(), tokio::time::Instant::now() - begun);
        let ended = task.await.expect("it does not panic") - begun;
        (between, ended, sim.now())
    });
    let between = (Instant(1_500_000), Duration::from_micros(1500));
    assert_eq!(slept, Ok((between, Duration::from_secs(3600), Instant(3_600_000_000_000))));
}

#[test]
fn both_clocks_stay_the_same() {
    let mut run = simulation();
    let clocks = run.run(async |sim: &Sim| {
        let begun = tokio::time::Instant::now();
        let mut apart = Vec::new();
        for step in 1..40_u64 {
            if step % 3 == 0 {
                tokio::time::sleep(Duration::from_millis(step)).await;
            } else {
                sim.sleep(Duration::from_nanos(step * 333_333)).await;
            }
            apart.push((sim.now() - Instant::ZERO).abs_diff(tokio::time::Instant::now() - begun));
        }
        apart
    });
    assert!(clocks.expect("a value").iter().all(Duration::is_zero));
}

#[test]
fn what_waits_for_nothing_is_quiet_and_a_timer_that_is_given_up_does_not_count() {
    let stuck = simulation().run(async |_: &Sim| {
        let (client, _server) = duplex(1);
        let mut client = client;
        let _ = tokio::time::timeout(Duration::from_millis(3), client.read_u8()).await;
        client.read_u8().await
    });
    assert!(matches!(stuck, Err(Stuck::Quiet { open: false })), "{stuck:?}");
}

#[test]
fn tasks_that_never_rest_reach_a_limit() {
    let stuck = simulation().run(async |_: &Sim| {
        tokio::spawn(async {
            loop {
                tokio::task::yield_now().await;
            }
        });
        std::future::pending::<()>().await;
    });
    assert_eq!(stuck, Err(Stuck::Limit));
}

#[test]
fn inside_of_another_runtime_it_says_so() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let failure = runtime.block_on(async { Check::new().tokio().run(async |_: &Sim| Ok(relayed(Duration::ZERO))).map(|_| ()) });
    assert!(failure.is_err_and(|failure| failure.to_string().contains("use a plain `#[test]`")));
}

#[test]
fn without_a_runtime_the_hint_names_it() {
    let failure = Check::new().run(async |_: &Sim| Ok(relayed(Duration::ZERO))).expect_err("there is no runtime");
    assert!(failure.to_string().contains("Check::tokio"), "{failure}");
}

/// A flow that takes its time, by tokio's clock.
struct Slow<F>(F, Cell<bool>);

impl<F: Flow> Flow for Slow<F> {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        self.0.read(max).await
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        self.0.write(data).await
    }

    async fn shutdown(&self, mode: Mode) {
        self.0.shutdown(mode).await;
    }

    async fn close(&self) {
        if !self.1.replace(true) {
            self.0.close().await;
        }
    }

    fn contract(&self) -> Contract {
        self.0.contract()
    }
}

#[test]
fn a_stream_on_tokios_clock_is_checked() {
    let summary = Check::new().tokio().cases(300).run(async |sim: &Sim| {
        let greeted = tokio::spawn(async { tokio::time::sleep(Duration::from_millis(5)).await });
        greeted.await?;
        let (client, server) = sim.pipe();
        Ok((Slow(client, Cell::default()), Slow(server, Cell::default())))
    });
    let summary = summary.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(summary.undecided, 0, "{summary}");
}

/// `copy_bidirectional` ends both directions with the first that fails: what went the other way is lost, and looks like an end.
#[test]
fn a_copy_of_tokios_loses_what_it_had_taken() {
    let found = Check::new().tokio().artifacts(folder()).run(async |_: &Sim| {
        let ((client, mut inner), (mut outer, server)) = (duplex(32), duplex(32));
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut inner, &mut outer).await });
        Ok((Io::tokio(client), Io::tokio(server)))
    });
    assert_eq!(found.expect_err("it loses bytes").rule(), Some(Rule::EofComplete));
}

/// A pump that can't write does not see that the other side has closed, and holds it open.
#[test]
fn two_pumps_on_their_own_leave_a_writer_behind() {
    for pause in [Duration::ZERO, Duration::from_millis(7)] {
        let found = Check::new().tokio().artifacts(folder()).run(async |_: &Sim| Ok::<_, SetupError>(relayed(pause)));
        assert_eq!(found.expect_err("it hangs").rule(), Some(Rule::WriteResolves));
    }
}

#[test]
fn the_same_scenario_gives_the_same_trace() {
    let scenario =
        flowsim::Scenario::parse("a.toml", "client.steps = [\"write 100\", \"close\"]\nserver.steps = [\"read to eof\"]").expect("one");
    let ends = async |_: &Sim| Ok::<_, SetupError>(relayed(Duration::from_millis(3)));
    let mut offers = flowsim::Target::offers(&ends);
    offers.tokio = true;
    let target = flowsim::Target::offering(ends, offers);
    let runs: Vec<_> = (0..3).map(|_| scenario.run(&target).expect("a run")).collect();
    assert!(runs.iter().all(|run| run.digest() == runs[0].digest()));
    assert_eq!(runs[0].stats().bytes_to_server, 100);
    assert!(runs[0].stats().last_return > Instant(15_000_000), "pauses took virtual time");
}
