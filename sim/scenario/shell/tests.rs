use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::super::{Keep, RunOptions, Scenario};
use super::*;
use crate::contract::{Error, Mode, Outcome, Read};
use crate::flow::Io;
use crate::oracle::Judgement;
use crate::target;
use crate::trace::Event;
use crate::world::{OverNetwork, PipeFlow, SetupError, Sim};

fn scenario(text: &str) -> Scenario {
    Scenario::parse("t.toml", text).unwrap_or_else(|error| panic!("{}", error.render(false)))
}

const ANSWERED: &str = "contract = \"strict\"\n[pipe]\ncapacity = 100\ndelay = \"2ms\"\n\
    [client]\nsteps = [\"write 500 -> ok\", \"shutdown write -> done\", \"read to eof -> 300\"]\n\
    [server]\ntasks = [[\"sleep 5ms\", \"read to eof -> 500\", \"write 300 by 40 -> ok\", \"close\"], [\"flush\"]]";

#[test]
fn a_closure_runs_as_the_named_target_does() {
    let scenario = scenario(ANSWERED);
    let direct = scenario.run(target::named("pipe").expect("known")).expect("it runs");
    let shelled = scenario.run(&async |sim: &Sim| Ok(sim.pipe())).expect("it runs");
    assert_eq!((direct.judgement(), shelled.judgement()), (Judgement::Held, Judgement::Held));
    assert_eq!(shelled.unmet(), []);
    let told = |run: &Run| (run.stats().bytes_to_server, run.stats().bytes_to_client, run.stats().last_return, run.trace().events.len());
    assert_eq!(told(&direct), told(&shelled));
    assert_eq!(shelled.trace().header, direct.trace().header);
    assert_eq!((shelled.target(), direct.target()), ("closure", "pipe"));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let digest = |seed: u64| {
        let options = RunOptions { seed: Some(seed), ..RunOptions::default() };
        scenario(ANSWERED).on(&async |sim: &Sim| Ok(sim.pipe())).and_then(|ready| ready.run(&options)).expect("it runs").digest()
    };
    assert_eq!(digest(5), digest(5));
}

/// A flow over a pipe whose call of one kind is broken.
struct Defective(PipeFlow, Defect);

#[derive(Clone, Copy, PartialEq)]
enum Defect {
    LosesEof,
    PanicsOnWrite,
    LosesShutdown,
}

impl Flow for Defective {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        let read = self.0.read(max).await;
        if self.1 == Defect::LosesEof && read == Ok(Read::Eof) {
            pending::<()>().await;
        }
        read
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        assert!(self.1 != Defect::PanicsOnWrite, "no writing today");
        self.0.write(data).await
    }

    async fn shutdown(&self, mode: Mode) {
        if self.1 != Defect::LosesShutdown {
            self.0.shutdown(mode).await;
        }
    }

    async fn close(&self) {
        self.0.close().await;
    }

    fn contract(&self) -> Contract {
        Contract::strict()
    }
}

fn broken(fault: Defect) -> Run {
    let target = async move |sim: &Sim| {
        let (client, server) = sim.pipe();
        Ok((Defective(client, fault), Defective(server, fault)))
    };
    scenario("[client]\nsteps = [\"write 5\", \"shutdown write\"]\n[server]\nsteps = [\"read 5\", \"read -> eof\"]")
        .run(&target)
        .expect("it runs")
}

#[test]
fn a_broken_flow_is_caught_and_named() {
    for (fault, rule) in [(Defect::LosesEof, "eof-arrives"), (Defect::LosesShutdown, "eof-arrives")] {
        let run = broken(fault);
        let rules: Vec<&str> = run.verdict().violations.iter().map(|violation| violation.rule.name()).collect();
        assert_eq!((run.judgement(), rules), (Judgement::Violated, vec![rule]));
        assert_eq!(run.unmet().len(), 1, "the expectation, too");
        assert_eq!(run.contract().client, Contract::strict(), "what the flow says");
    }
}

/// The call that is stuck stands in a step of the file: the server's second, in line 4.
#[test]
fn a_violation_knows_the_line_of_its_step() {
    let run = broken(Defect::LosesEof);
    let [violation] = &run.verdict().violations[..] else { panic!("{:?}", run.verdict()) };
    assert_eq!((violation.op, run.step_line(violation)), (Some(2), Some(4)));
    let other = crate::oracle::Violation { op: Some(3), ..violation.clone() };
    assert_eq!((run.step_line(&other), run.step_line(&crate::oracle::Violation { op: None, ..other.clone() })), (None, None));
}

#[test]
fn a_panic_is_an_outcome_and_ends_nothing_else() {
    let run = broken(Defect::PanicsOnWrite);
    let panicked = |event: &Event| matches!(&event.what, What::Return { outcome: Outcome::Panic(_), .. });
    assert_eq!(run.trace().events.iter().filter(|event| panicked(event)).count(), 1);
    assert_eq!((run.judgement(), run.why().as_str()), (Judgement::Violated, "the client's write panicked: no writing today"));
}

#[test]
fn a_panic_of_a_subjects_own_task_is_told() {
    let target = async |sim: &Sim| {
        sim.spawn(async { panic!("on my own") });
        Ok(sim.pipe())
    };
    let run = scenario("client.steps = [\"close\"]").run(&target).expect("it runs");
    assert_eq!((run.judgement(), run.why().contains("on my own")), (Judgement::Violated, true));
}

#[test]
fn ends_that_could_not_be_made_are_no_verdict() {
    let refused = async |_: &Sim| Err::<(PipeFlow, PipeFlow), _>(SetupError::from(Error::Refused));
    let error = scenario("client.steps = [\"close\"]").run(&refused).expect_err("no ends");
    let told = error.to_diagnostic().to_string();
    assert_eq!(told, "t.toml: the ends of the target `closure` could not be made: refused");
    assert_eq!(error.to_string(), "t.toml: the ends of the target `closure` could not be made");
    let cause = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Error>());
    assert_eq!((cause, format!("{error:?}").contains(": refused")), (Some(&Error::Refused), true));
    let never = async |_: &Sim| {
        pending::<()>().await;
        Err::<(PipeFlow, PipeFlow), _>(SetupError::from(Error::Refused))
    };
    let stuck = scenario("client.steps = [\"close\"]").run(&never).expect_err("no ends");
    let cause = std::error::Error::source(&stuck).and_then(|source| source.downcast_ref::<Stuck>());
    assert_eq!(cause, Some(&Stuck::Quiet { open: false }));
}

#[test]
fn a_cancelled_call_is_dropped_at_once() {
    let text = "[server]\nsteps = [\"read | cancel after 3ms -> cancelled\", \"flush\"]";
    let target = async |sim: &Sim| {
        let (client, server) = sim.pipe();
        Ok((Defective(client, Defect::LosesShutdown), Defective(server, Defect::LosesShutdown)))
    };
    let run = scenario(text).run(&target).expect("it runs");
    let upper = |event: &&Event| matches!(&event.what, What::Call { at, .. } | What::Cancel { at, .. } if at.flow == 1);
    let lines: Vec<String> = run.trace().events.iter().filter(upper).map(Event::to_line).collect();
    assert_eq!(
        lines,
        [
            "{\"event\":\"call\",\"t\":0,\"flow\":1,\"end\":\"server\",\"op\":1,\"call\":\"read\"}",
            "{\"event\":\"cancel\",\"t\":3000000,\"flow\":1,\"end\":\"server\",\"op\":1}",
            "{\"event\":\"call\",\"t\":3000000,\"flow\":1,\"end\":\"server\",\"op\":2,\"call\":\"flush\"}",
        ]
    );
    assert!(run.unmet().is_empty());
}

#[test]
fn a_subject_that_never_rests_is_inconclusive() {
    let restless = async |sim: &Sim| {
        let clock = sim.clone();
        sim.spawn(async move {
            loop {
                clock.sleep(Duration::from_millis(1)).await;
            }
        });
        Ok(sim.pipe())
    };
    let run = scenario("limits = { events = 100 }\n[server]\nsteps = [\"read -> blocks\"]").run(&restless).expect("it runs");
    assert_eq!((run.judgement(), run.unmet().len()), (Judgement::Inconclusive, 0));
    assert!(run.why().contains("never come to rest"), "{}", run.why());
}

/// What is done at one instant for ever, by a call and by the subject itself.
#[test]
fn a_task_that_never_rests_is_named() {
    struct Spins(PipeFlow);
    impl Flow for Spins {
        async fn read(&self, max: usize) -> Result<Read, Error> {
            std::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            })
            .await;
            self.0.read(max).await
        }

        async fn write(&self, data: Bytes) -> Result<(), Error> {
            self.0.write(data).await
        }

        async fn shutdown(&self, mode: Mode) {
            self.0.shutdown(mode).await;
        }

        async fn close(&self) {
            self.0.close().await;
        }
    }
    let spins = async |sim: &Sim| {
        let (client, server) = sim.pipe();
        Ok((Spins(client), Spins(server)))
    };
    let run = scenario("limits = { events = 100 }\nclient.steps = [\"write 1\"]\nserver.steps = [\"read\"]").run(&spins).expect("it runs");
    assert_eq!(run.judgement(), Judgement::Inconclusive);
    assert!(run.why().starts_with("limit reached: the tasks never come to rest (the server's `read` was polled 1"), "{}", run.why());
}

/// A server that sleeps, a window that stays shut, and probes for ever: no call returns.
#[test]
fn time_is_limited_also_while_no_call_returns() {
    let pairs = OverNetwork(async |sim: &Sim| -> Result<_, SetupError> { sim.tcp_pair().await });
    let text = "target = \"tcp\"\ntcp = { send-buffer = 4, receive-buffer = 6 }\n\
                client.steps = [\"write 1KiB\"]\nserver.steps = [\"sleep 1s\"]";
    let run = scenario(text).run(&pairs).expect("it runs");
    assert_eq!((run.judgement(), run.why()), (Judgement::Inconclusive, "limit reached: 86400 s of virtual time".to_owned()));
}

#[test]
fn a_subject_that_goes_on_after_the_last_task_is_given_up() {
    let ticks = async |sim: &Sim| {
        let clock = sim.clone();
        sim.spawn(async move {
            loop {
                clock.sleep(Duration::from_secs(60)).await;
            }
        });
        Ok(sim.pipe())
    };
    let run = scenario("server.steps = [\"close\"]").run(&ticks).expect("it runs");
    assert_eq!((run.judgement(), run.why()), (Judgement::Inconclusive, "limit reached: 86400 s of virtual time".to_owned()));
}

#[test]
fn what_a_target_lacks_is_told_where_it_is_asked_for() {
    let target = async |sim: &Sim| Ok(sim.pipe());
    let reason = |text: &str| scenario(text).run(&target).expect_err("unfit").to_string();
    let faulty = "client.steps = [\"close\"]\n[[fault]]\nreset = { end = \"client\", at = \"1s\" }";
    assert!(reason(faulty).starts_with("t.toml:3:9: the target `closure` has no ends that could be aborted"));
    let two = "client.steps = [\"close\"]\n[[flow]]\nclient.steps = [\"close\"]";
    assert_eq!(reason(two), "t.toml: the target `closure` has one flow, and the scenario has 2");
    let nodelay = "client.steps = [\"close\", \"write nodelay 5\"]";
    assert!(reason(nodelay).starts_with("t.toml:1:26: the target `closure` has no writes without delay"));
    let pipe = target::named("pipe").expect("known");
    let connects = scenario("client.steps = [\"connect 80\"]").unfit(pipe).expect("unfit").to_string();
    assert!(connects.starts_with("t.toml:1:17: the target `pipe` has no connection setup"));
    for (text, expected) in [
        ("[link]\nloss = \"1%\"", "2:2: the target `pipe` has no link"),
        ("tcp.client.mss = 1", "2:1: the target `pipe` has no TCP stack that could be set"),
        ("[link]\nmtu = 1000", "2:2: the target `pipe` has no link"),
        ("[[fault]]\npartition = { at = \"1s\" }", "3:13: the target `pipe` has no network that could do this"),
        ("[[flow]]\nto = \"server:81\"\nserver.steps = [\"close\"]", "3:1: the target `pipe` has no ports"),
    ] {
        let unfit = scenario(&format!("client.steps = [\"close\"]\n{text}")).unfit(pipe).expect("unfit").to_string();
        assert!(unfit.starts_with(&format!("t.toml:{expected}")), "{unfit}");
    }
    assert!(scenario("client.steps = [\"close\"]\n[link]\ndelay = \"0s\"\n[tcp]").unfit(pipe).is_none(), "it says nothing");
    assert!(scenario(nodelay).unfit(pipe).is_none() && scenario(faulty).unfit(pipe).is_none() && scenario(two).unfit(pipe).is_none());
}

#[test]
fn any_async_io_is_a_subject() {
    let target = async |sim: &Sim| {
        let (client, server) = sim.pipe();
        Ok((Io::new(crate::flow::stream(client)), Io::new(crate::flow::stream(server))))
    };
    let text = "[client]\nsteps = [\"write 500 -> ok\", \"shutdown write -> done\", \"read to eof -> 30\", \"close\"]\n\
                [server]\nsteps = [\"read to eof -> 500\", \"write 30 -> ok\", \"close\"]";
    let run = scenario(text).run(&target).expect("it runs");
    assert_eq!((run.judgement(), run.unmet()), (Judgement::Held, [].as_slice()), "{}", run.why());
    assert_eq!(run.contract().client, Contract::async_io());
}

/// What never ends is given up where reads have returned too much, not where the memory is full.
#[test]
fn bytes_without_end_are_given_up() {
    struct Endless;
    impl futures::AsyncRead for Endless {
        fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, into: &mut [u8]) -> Poll<std::io::Result<usize>> {
            into.fill(b'a');
            Poll::Ready(Ok(into.len()))
        }
    }
    impl futures::AsyncWrite for Endless {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<std::io::Result<usize>> {
            Poll::Ready(Ok(from.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    let text = "title = \"t\"\n[limits]\nbytes = \"1MiB\"\n[client]\nsteps = [\"read to eof\"]\n[server]\nsteps = [\"close\"]\n";
    let options = RunOptions { keep: Keep::Trace, ..RunOptions::default() };
    let ready = scenario(text);
    let ready = ready.on(&async |_: &Sim| Ok((Io::new(Endless), Io::new(Endless)))).expect("it fits");
    let run = ready.run(&options).expect("it runs");
    assert_eq!(run.judgement(), Judgement::Inconclusive);
    assert!(run.why().starts_with("limit reached: reads returned more than 1MiB by 0"), "{}", run.why());
    let read = run.stats().bytes_to_client;
    assert!((1 << 20..2 << 20).contains(&read), "{read} bytes");
}
