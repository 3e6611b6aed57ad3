//! Subjects for which other threads work, or could: what is stuck there, and how long that is waited for.

use std::future::poll_fn;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use flowsim::contract::{Error, Mode, Read};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Run, Scenario};
use flowsim::target::Target;
use flowsim::trace::Event;
use flowsim::world::PipeFlow;
use flowsim::{Flow, Sim};

/// A pipe whose calls of one kind begin only once another thread has woken them.
struct Threaded {
    pipe: PipeFlow,
    slow: &'static str,
    worker: Sender<Waker>,
}

impl Threaded {
    async fn be_woken(&self, call: &str) {
        let mut waits = self.slow == call;
        poll_fn(|context| {
            if !std::mem::replace(&mut waits, false) {
                return Poll::Ready(());
            }
            self.worker.send(context.waker().clone()).expect("the worker lives");
            Poll::Pending
        })
        .await;
    }
}

impl Flow for Threaded {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        self.be_woken("read").await;
        self.pipe.read(max).await
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        self.be_woken("write").await;
        self.pipe.write(data).await
    }

    async fn flush(&self) -> Result<(), Error> {
        self.be_woken("flush").await;
        self.pipe.flush().await
    }

    async fn shutdown(&self, mode: Mode) {
        self.pipe.shutdown(mode).await;
    }

    async fn close(&self) {
        self.pipe.close().await;
    }
}

/// A target with a worker thread that gets the wakers of slow calls.
fn target(slow: &'static str, work: impl FnOnce(Receiver<Waker>) + Send + 'static) -> impl Target {
    let (worker, wakers) = channel();
    thread::spawn(move || work(wakers));
    async move |sim: &Sim| {
        let (client, server) = sim.pipe();
        let threaded = |pipe| Threaded { pipe, slow, worker: worker.clone() };
        Ok((threaded(client), threaded(server)))
    }
}

fn wake_all(wakers: Receiver<Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}

/// Keeps every waker but the first.
fn wake_one(wakers: Receiver<Waker>) {
    wakers.recv().into_iter().for_each(Waker::wake);
    drop(wakers.into_iter().collect::<Vec<_>>());
}

fn run(text: &str, target: &dyn Target) -> Run {
    Scenario::parse("threads", text).expect("a scenario").run(target).expect("it runs")
}

/// How many calls of the subject never returned.
fn pending(run: &Run) -> usize {
    let subjects = |event: &&Event| event.to_line().contains("\"flow\":1");
    let count = |what: &str| run.trace().events.iter().filter(subjects).filter(|event| event.to_line().contains(what)).count();
    count("\"event\":\"call\"") - count("\"event\":\"return\"")
}

/// Two bytes that are written and two reads of one.
const OWED: &str = "client.steps = [\"write 1\", \"write 1\"]\nserver.steps = [\"read 1 once\", \"read 1 once\"]";

#[test]
fn where_all_calls_have_returned_nothing_is_stuck() {
    let text = "client.steps = [\"write 5\", \"flush\", \"close\"]\nserver.steps = [\"read to eof\", \"close\"]";
    for slow in ["read", "write", "flush"] {
        let run = run(text, &target(slow, wake_all));
        assert_eq!((run.judgement(), pending(&run)), (Judgement::Held, 0), "{slow}: {}", run.why());
    }
}

#[test]
fn what_is_owed_may_still_come_from_another_thread() {
    let run = run(OWED, &target("read", wake_one));
    assert_eq!((run.judgement(), pending(&run)), (Judgement::Inconclusive, 1));
    assert!(run.why().starts_with("woken from another thread") && run.why().contains("sim.spawn"), "{}", run.why());
}

#[test]
fn a_call_that_no_thread_has_woken_is_stuck() {
    let run = run(OWED, &target("read", |wakers| wakers.into_iter().for_each(drop)));
    assert_eq!((run.judgement(), pending(&run)), (Judgement::Violated, 1));
}

/// Each wait would take 50 ms.
#[test]
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "what is asked is real time")]
fn a_quiet_that_fails_nothing_is_believed_at_once() {
    let (pipes, start) = (async |sim: &Sim| Ok(sim.pipe()), std::time::Instant::now());
    for _ in 0..100 {
        assert_eq!(run("client.steps = [\"read\"]", &pipes).judgement(), Judgement::Held);
    }
    assert!(start.elapsed() < Duration::from_millis(100 * 50 / 2), "{:?}", start.elapsed());
}

#[test]
fn a_target_that_says_so_is_waited_for_at_every_quiet() {
    let subject = target("write", wake_all);
    let mut offers = subject.offers();
    offers.real_time = true;
    // Nothing is owed to a write that nothing reads.
    let run = run("client.steps = [\"write 5\", \"write 5\"]", &subject.offering(offers));
    assert_eq!((run.judgement(), pending(&run)), (Judgement::Held, 0), "{}", run.why());
}
