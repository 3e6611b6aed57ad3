//! The doors for implementations: flows of users, adapters to and from streams, taps, targets.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use flowsim::contract::{Call, Contract, End, Error, Mode, Outcome, Payload, Read};
use flowsim::flow::{self, AnyFlow, DynFlow, Flow, Io, Tap};
use flowsim::oracle::{Judgement, Oracle};
use flowsim::target::{self, Named, Target};
use flowsim::trace::{Event, Place, What};
use flowsim::world::{Opening, PipeFlow, PipeSettings, SetupError, Sim, SimFlow, Simulation, Stuck};
use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

fn simulation() -> Simulation {
    Simulation::of(Contract::strict())
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

fn write(text: &'static str) -> Call {
    Call::Write(Payload::Bytes(bytes(text)))
}

fn data(text: &'static str) -> Outcome {
    Outcome::Data(Payload::Bytes(bytes(text)))
}

fn words(events: &[Event]) -> Vec<String> {
    let word = |event: &Event| match &event.what {
        What::Call { op, call, .. } => format!("{op} {}", call.word()),
        What::Return { op, outcome, .. } => format!("{op} -> {}", outcome.word()),
        What::Cancel { op, .. } => format!("{op} cancel"),
        _ => "?".to_owned(),
    };
    events.iter().map(word).collect()
}

/// A pair of streams through memory with room for so many bytes: somebody else's implementation.
struct Half {
    outgoing: Rc<RefCell<Channel>>,
    incoming: Rc<RefCell<Channel>>,
}

#[derive(Default)]
struct Channel {
    bytes: VecDeque<u8>,
    room: usize,
    is_closed: bool,
    wakers: Vec<Waker>,
}

fn duplex(room: usize) -> (Half, Half) {
    let channel = || Rc::new(RefCell::new(Channel { room, ..Channel::default() }));
    let (there, back) = (channel(), channel());
    (Half { outgoing: there.clone(), incoming: back.clone() }, Half { outgoing: back, incoming: there })
}

impl Channel {
    fn wait<T>(&mut self, context: &Context<'_>) -> Poll<T> {
        self.wakers.push(context.waker().clone());
        Poll::Pending
    }

    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

impl AsyncRead for Half {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut channel = self.incoming.borrow_mut();
        if channel.bytes.is_empty() && !channel.is_closed {
            return channel.wait(context);
        }
        let count = buffer.len().min(channel.bytes.len());
        for (slot, byte) in buffer.iter_mut().zip(channel.bytes.drain(..count)) {
            *slot = byte;
        }
        channel.wake();
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for Half {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let mut channel = self.outgoing.borrow_mut();
        if channel.is_closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = buffer.len().min(channel.room - channel.bytes.len());
        if count == 0 {
            return channel.wait(context);
        }
        channel.bytes.extend(&buffer[..count]);
        channel.wake();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut channel = self.outgoing.borrow_mut();
        channel.is_closed = true;
        channel.wake();
        Poll::Ready(Ok(()))
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        for channel in [&self.outgoing, &self.incoming] {
            let mut channel = channel.borrow_mut();
            channel.is_closed = true;
            channel.wake();
        }
    }
}

#[test]
fn any_async_read_and_write_is_a_flow_whose_calls_overlap() {
    let got = simulation().run(async |_| {
        let (client, server) = duplex(4);
        let (client, server) = (Io::new(client), Io::new(server));
        let reading = async {
            let mut got = Vec::new();
            while let Ok(Read::Data(piece)) = server.read(3).await {
                got.extend_from_slice(&piece);
            }
            got
        };
        let writing = async {
            client.write(bytes("hello world")).await?;
            client.shutdown(Mode::Write).await;
            client.write(bytes("x")).await
        };
        futures::join!(reading, writing, client.read(9), server.write(bytes("ok")))
    });
    let (reading, writing, back, answer) = got.expect("ends");
    assert_eq!((&reading[..], writing), (&b"hello world"[..], Err(Error::Closed)));
    assert_eq!((back, answer), (Ok(Read::Data(bytes("ok"))), Ok(())));
}

#[test]
fn io_reads_the_end_for_ever_and_fails_after_close() {
    let run = simulation().run(async |_| {
        let (client, server) = duplex(4);
        let (client, server) = (Io::new(client), Io::new(server).keeping(Contract::strict()));
        assert_eq!((client.contract(), server.contract()), (Contract::async_io(), Contract::strict()));
        client.close().await;
        client.close().await;
        assert_eq!((client.read(1).await, client.write(bytes("a")).await), (Err(Error::Closed), Err(Error::Closed)));
        assert_eq!([server.read(1).await, server.read(1).await], [Ok(Read::Eof), Ok(Read::Eof)]);
        assert_eq!(server.write(bytes("a")).await, Err(Error::Closed));
    });
    assert_eq!(run, Ok(()));
}

#[test]
fn shutdown_of_reading_ends_a_pending_read_of_an_io_and_all_later_ones() {
    let run = simulation().run(async |sim| {
        let (client, server) = duplex(4);
        let (client, server) = (Rc::new(Io::new(client)), Io::new(server));
        let (reader, shutter) = (client.clone(), client.clone());
        sim.spawn(async move { shutter.shutdown(Mode::Read).await });
        assert_eq!(reader.read(1).await, Ok(Read::Eof));
        assert_eq!(server.write(bytes("late")).await, Ok(()));
        assert_eq!((client.read(1).await, client.write(bytes("a")).await), (Ok(Read::Eof), Ok(())));
    });
    assert_eq!(run, Ok(()));
}

/// What reads give may be kept by the million.
#[test]
fn what_an_io_reads_takes_no_more_room_than_it_has_bytes() {
    let got = simulation().run(async |_| {
        let (client, server) = duplex(9);
        let (client, server) = (Io::new(client), Io::new(server));
        client.write(bytes("hello")).await?;
        server.read(usize::MAX).await
    });
    let Ok(Ok(Read::Data(data))) = got else { panic!("{got:?}") };
    assert_eq!((&data[..], Vec::from(data.clone()).capacity()), (&b"hello"[..], 5));
}

/// A stream that says after its first bytes that it read some, and did not.
struct Boasts(Vec<u8>);

impl AsyncRead for Boasts {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let first = std::mem::take(&mut self.0);
        buffer[..first.len()].copy_from_slice(&first);
        Poll::Ready(Ok(buffer.len() + 1))
    }
}

impl AsyncWrite for Boasts {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(data.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[test]
fn what_a_stream_did_not_read_is_not_what_it_read_before() {
    let got = simulation().run(async |_| {
        let io = Io::new(Boasts(b"abc".to_vec()));
        (io.read(5).await, io.read(2).await)
    });
    assert_eq!(got, Ok((Ok(Read::Data(bytes("abc\0\0"))), Ok(Read::Data(bytes("\0\0"))))));
}

#[test]
fn a_flow_is_a_stream_and_a_stream_is_a_flow() {
    let run = simulation().run(async |sim| {
        let (client, server) = sim.pipe();
        let (mut client, server) = (flow::stream(client), Io::new(flow::stream(server)));
        client.write_all(b"hello").await?;
        client.flush().await?;
        assert_eq!(server.read(3).await, Ok(Read::Data(bytes("hel"))));
        assert_eq!(server.read(3).await, Ok(Read::Data(bytes("lo"))));
        server.write(bytes("there")).await.map_err(io::Error::from)?;
        let mut buffer = [0; 5];
        client.read_exact(&mut buffer).await?;
        assert_eq!(&buffer, b"there");
        client.close().await?;
        assert!(client.write_all(b"x").await.is_err());
        assert_eq!(server.read(9).await, Ok(Read::Eof));
        server.close().await;
        assert_eq!(client.read(&mut buffer).await?, 0);
        Ok::<_, io::Error>(())
    });
    assert!(matches!(run, Ok(Ok(()))), "{run:?}");
}

#[test]
fn dropping_a_stream_closes_its_flow() {
    let mut run = simulation();
    let read = run.run(async |sim| {
        let (client, server) = sim.pipe();
        drop(flow::stream(client));
        (server.read(1).await, server.write(bytes("a")).await)
    });
    assert_eq!(read, Ok((Ok(Read::Eof), Err(Error::Closed))));
    assert_eq!(words(&run.drain_events())[..2], ["1 close", "1 -> done"]);
}

#[test]
fn a_write_of_a_stream_that_fails_later_shows_at_the_next_call_and_from_then_on() {
    let run = simulation().run(async |sim| {
        let (client, server) = sim.pipe_with(&PipeSettings::new(Contract::strict()).with_capacity(1));
        let mut client = flow::stream(client);
        let accepted = client.write(b"abc").await;
        server.close().await;
        (accepted.ok(), client.flush().await.map_err(|error| error.kind()), client.flush().await.is_ok())
    });
    assert_eq!(run, Ok((Some(3), Err(io::ErrorKind::BrokenPipe), false)));
}

/// A flow that misbehaves on demand.
struct Odd;

impl Flow for Odd {
    async fn read(&self, max: usize) -> Result<Read, Error> {
        match max {
            0 => panic!("asked for nothing"),
            1 => Err(Error::Reset),
            _ => std::future::pending().await,
        }
    }

    async fn write(&self, data: Bytes) -> Result<(), Error> {
        match &data[..] {
            b"eof" => Err(Error::Eof),
            b"closed" => Err(Error::Closed),
            _ => Ok(()),
        }
    }

    async fn shutdown(&self, _: Mode) {}

    async fn close(&self) {}
}

#[test]
fn a_tap_logs_calls_returns_cancels_and_panics() {
    let mut run = simulation();
    let outcomes = run.run(async |sim| {
        let tap = sim.tap(Odd, Place { flow: sim.adopt(), end: End::Server });
        drop(tap.call(Call::Read { max: 9 }));
        {
            let mut reading = tap.call(Call::Read { max: 9 });
            assert!(futures::poll!(&mut reading).is_pending());
        }
        [tap.call(Call::Read { max: 0 }).await, tap.call(Call::Read { max: 1 }).await, tap.call(write("closed")).await]
    });
    assert_eq!(outcomes, Ok([Outcome::Panic("asked for nothing".into()), Outcome::Error(Error::Reset), Outcome::Closed]));
    let log = words(&run.drain_events());
    assert_eq!(log, ["1 read", "1 cancel", "2 read", "2 -> panic", "3 read", "3 -> error", "4 write", "4 -> closed"]);
}

#[test]
fn a_tap_does_not_keep_its_run_alive() {
    let run = simulation();
    let tap = run.sim().tap(Odd, Place { flow: 0, end: End::Client });
    drop(run);
    assert_eq!(futures::executor::block_on(tap.call(write("a"))), Outcome::Ok);
}

#[test]
fn every_call_reaches_a_flow_behind_every_door() {
    let calls = [
        (write("eof"), Outcome::Eof),
        (write("a"), Outcome::Ok),
        (Call::WriteNodelay(Payload::Bytes(bytes("closed"))), Outcome::Closed),
        (Call::Writev(vec![Payload::Bytes(bytes("a")), Payload::Bytes(bytes("closed"))]), Outcome::Closed),
        (Call::WritevNodelay(vec![Payload::Bytes(bytes("eof"))]), Outcome::Eof),
        (Call::Flush, Outcome::Ok),
        (Call::Shutdown(Mode::ReadWrite), Outcome::Done),
        (Call::Close, Outcome::Done),
        (Call::Disconnect, Outcome::Error(Error::Other("unsupported".into()))),
        (Call::Write(Payload::Count(9)), Outcome::Error(Error::Other("contents_unknown".into()))),
        (Call::Read { max: 1 }, Outcome::Error(Error::Reset)),
    ];
    let boxed = DynFlow::new(DynFlow::new(Rc::new(Odd)));
    let doors: [&dyn AnyFlow; 3] = [&Odd, &Rc::new(Odd), &boxed];
    for door in doors {
        for (call, outcome) in calls.clone() {
            assert_eq!(futures::executor::block_on(door.call(call.clone())), outcome, "{call:?}");
        }
        assert_eq!((door.claims(), door.logged_at()), (Contract::modern(), None));
    }
}

#[test]
fn the_simulators_own_flows_say_where_they_are_logged_and_behind_a_box_too() {
    let mut run = simulation();
    let places = run.run(async |sim| {
        let (client, server) = sim.pipe();
        assert_eq!(client.other(Call::Disconnect).await, Outcome::Done);
        (client.place(), DynFlow::new(server).logged_at())
    });
    let place = |end| Some(Place { flow: 0, end });
    assert_eq!(places, Ok((place(End::Client), place(End::Server))));
}

#[test]
fn a_subject_behind_taps_is_judged_like_any_other() {
    let mut run = simulation();
    let flow = run.sim().adopt();
    let done = run.run(async |sim| {
        let (client, server) = duplex(8);
        let client = sim.tap(Io::new(client), Place { flow, end: End::Client });
        let server = sim.tap(Io::new(server), Place { flow, end: End::Server });
        let asking = async {
            client.call(write("question, and a long one")).await;
            client.call(Call::Shutdown(Mode::Write)).await;
            client.call(Call::Read { max: 99 }).await
        };
        let answering = async { while matches!(server.call(Call::Read { max: 5 }).await, Outcome::Data(_)) {} };
        let answered = async {
            answering.await;
            server.call(write("answer")).await;
            server.call(Call::Close).await
        };
        futures::join!(asking, answered)
    });
    assert_eq!(done, Ok((data("answer"), Outcome::Done)));
    run.sim().with(flowsim::world::World::quiesce);
    let mut oracle = Oracle::new(Contract::async_io());
    for (event, line) in run.drain_events().iter().zip(2..) {
        oracle.observe(line, event);
    }
    assert_eq!(oracle.finish(false).judgement, Judgement::Held);
}

async fn opened(target: &dyn Target, sim: &Sim) -> Result<Outcome, SetupError> {
    let (client, server) = target.open(sim).await?;
    let reading = server.as_any().call(Call::Read { max: 9 });
    let (read, _) = futures::join!(reading, client.as_any().call(write("hi")));
    Ok(read)
}

struct Mine;

impl Target for Mine {
    fn name(&self) -> &str {
        "mine"
    }

    fn open<'a>(&'a self, _: &'a Sim) -> Opening<'a> {
        let (client, server) = duplex(9);
        Box::pin(async { Ok((DynFlow::new(Io::new(client)), DynFlow::new(Io::new(server)))) })
    }
}

/// Only a bound on `AsyncFn` itself lets the closure's argument be inferred.
fn closure<A: Flow + 'static, B: Flow + 'static>(subject: impl AsyncFn(&Sim) -> Result<(A, B), SetupError> + 'static) -> Box<dyn Target> {
    Box::new(subject)
}

#[test]
fn closures_and_rows_and_types_are_targets() {
    let named: &Named = target::named("pipe").expect("is there");
    let refused = closure::<PipeFlow, PipeFlow>(async |_| Err(io::Error::from(io::ErrorKind::AddrInUse))?);
    let targets: [(&dyn Target, &str); 5] = [
        (&Mine, "mine"),
        (named, "pipe"),
        (&target::pipe, "closure"),
        (&*closure(async |sim| Ok(sim.pipe())), "closure"),
        (
            &*closure(async |sim| {
                let (client, server) = sim.pipe();
                Ok((Io::new(flow::stream(client)), server))
            }),
            "closure",
        ),
    ];
    for (target, name) in targets {
        let read = simulation().run(async |sim| opened(target, sim).await.map_err(|error| error.to_string()));
        assert_eq!((read, target.name()), (Ok(Ok(data("hi"))), name));
    }
    let error = simulation().run(async |sim| opened(&*refused, sim).await.map(drop).map_err(|error| error.to_string()));
    assert_eq!(error, Ok(Err(io::Error::from(io::ErrorKind::AddrInUse).to_string())));
}

#[test]
fn a_lost_wake_up_shows() {
    struct Forgetful;
    impl Flow for Forgetful {
        async fn read(&self, _: usize) -> Result<Read, Error> {
            let mut polls = 0;
            std::future::poll_fn(|_| {
                polls += 1;
                if polls > 1 { Poll::Ready(Ok(Read::Eof)) } else { Poll::Pending }
            })
            .await
        }
        async fn write(&self, _: Bytes) -> Result<(), Error> {
            Ok(())
        }
        async fn shutdown(&self, _: Mode) {}
        async fn close(&self) {}
    }
    let run = simulation().run(async |sim: &Sim| {
        sim.spawn(async {});
        Forgetful.read(1).await
    });
    assert_eq!(run, Err(Stuck::Quiet { open: false }));
}

#[test]
fn taps_stand_on_boxed_and_simulated_flows() {
    fn assert_flow<F: Flow>() {}
    fn assert_any<F: AnyFlow>() {}
    assert_flow::<SimFlow>();
    assert_flow::<DynFlow>();
    assert_any::<Tap<DynFlow>>();
    assert_any::<Tap<Tap<SimFlow>>>();
}

#[cfg(feature = "tokio")]
#[test]
fn tokios_streams_are_flows_too() {
    let read = simulation().run(async |_| {
        let (client, server) = tokio::io::duplex(2);
        let (client, server) = (Io::tokio(client), Io::tokio(server));
        let reading = async { [server.read(9).await, server.read(9).await] };
        futures::join!(client.write(bytes("hey")), reading)
    });
    let pieces = [Ok(Read::Data(bytes("he"))), Ok(Read::Data(bytes("y")))];
    assert_eq!(read, Ok((Ok(()), pieces)));
}
