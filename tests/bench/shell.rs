//! Measures what the shell for users' futures costs: tasks, and reads of any `AsyncRead`.

use std::task::Poll;

use bytes::Bytes;
use flowsim::contract::{Contract, Read};
use flowsim::world::Simulation;
use flowsim::{Flow, Io};

/// So many tasks at once, each of which lets the others run once.
pub fn spawn(tasks: u64) -> u64 {
    let mut run = Simulation::of(Contract::modern());
    for _ in 0..tasks {
        let mut is_first = true;
        run.sim().spawn(std::future::poll_fn(move |context| {
            if !std::mem::replace(&mut is_first, false) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }));
    }
    run.run_until_quiet().expect("all end");
    tasks
}

/// Reads that ask for as much as there is and get a single byte; all that is read is kept.
pub fn read() -> u64 {
    const READS: u64 = 1_000;
    let kept = Simulation::of(Contract::modern()).run(async |_| {
        let (client, server) = tokio::io::duplex(1);
        let (client, server) = (Io::tokio(client), Io::tokio(server));
        let mut kept = Vec::new();
        for _ in 0..READS {
            client.write(Bytes::from_static(b"a")).await.expect("it has room");
            let Ok(Read::Data(data)) = server.read(usize::MAX).await else { panic!("there is data") };
            kept.push(data);
        }
        kept
    });
    kept.expect("it ends").len() as u64
}
