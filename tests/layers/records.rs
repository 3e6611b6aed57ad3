//! The layer of our own: records over a pipe and over TCP keep each contract that is claimed, and its stream ends in four ways.

use bytes::Bytes;
use flowsim::contract::{Contract, Error, Mode, Read};
use flowsim::flow::{Flow, Records};
use flowsim::target;
use flowsim::trace::Abort;
use flowsim::world::{SimFlow, Simulation};
use futures::poll;

use super::{cases, keeps};

#[test]
fn over_a_pipe_they_keep_their_contracts() {
    let target = target::named("records-pipe").expect("a target");
    keeps(target, cases(target));
}

#[test]
fn over_tcp_they_keep_their_contracts() {
    let target = target::named("records-tcp").expect("a target");
    keeps(target, cases(target));
}

fn data(bytes: &'static [u8]) -> Result<Read, Error> {
    Ok(Read::Data(Bytes::from_static(bytes)))
}

/// A layer, whose peer does this with the flow below.
fn facing<T>(peer: impl AsyncFnOnce(Records<SimFlow>, SimFlow) -> T) -> T {
    let mut run = Simulation::of(Contract::strict());
    run.run(async |sim| {
        let (layer, peer_below) = sim.pipe();
        peer(Records::over(layer), peer_below).await
    })
    .expect("it ends")
}

async fn send(below: &SimFlow, bytes: &'static [u8]) {
    below.write(Bytes::from_static(bytes)).await.expect("there is room");
}

#[test]
fn the_end_record_and_then_the_end_below_are_one_end() {
    facing(async |layer, below| {
        send(&below, b"\0\x02ab\0\0").await;
        below.shutdown(Mode::Write).await;
        assert_eq!([layer.read(9).await, layer.read(9).await, layer.read(9).await], [data(b"ab"), Ok(Read::Eof), Ok(Read::Eof)]);
        assert_eq!(layer.write(Bytes::from_static(b"x")).await, Ok(()));
    });
}

#[test]
fn the_end_below_without_an_end_record_is_a_truncation() {
    for cut in [&b""[..], b"\0", b"\0\x02", b"\0\x02a", b"\0\x02ab", b"\0\x02ab\0"] {
        facing(async |layer, below| {
            send(&below, cut).await;
            below.close().await;
            let mut read = layer.read(9).await;
            while let Ok(Read::Data(_)) = read {
                read = layer.read(9).await;
            }
            assert_eq!([read, layer.read(9).await], [Err(Error::Other("truncated".into())), Err(Error::Other("truncated".into()))]);
        });
    }
}

#[test]
fn an_error_below_is_an_error_after_what_had_come() {
    facing(async |layer, below| {
        send(&below, b"\0\x03ab").await;
        assert_eq!(layer.read(9).await, data(b"ab"));
        below.abort(Abort::Reset);
        assert_eq!([layer.read(9).await, layer.read(9).await], [Err(Error::Reset), Err(Error::Reset)]);
        assert!(layer.write(Bytes::from_static(b"x")).await.is_err());
    });
}

#[test]
fn the_end_record_ends_the_stream_while_the_flow_below_stays_open() {
    facing(async |layer, below| {
        send(&below, b"\0\x01a\0\0\0\x01b").await;
        assert_eq!([layer.read(9).await, layer.read(9).await, layer.read(9).await], [data(b"a"), Ok(Read::Eof), Ok(Read::Eof)]);
        assert_eq!(layer.write(Bytes::from_static(b"xy")).await, Ok(()));
        assert_eq!(below.read(9).await, data(b"\0\x02xy"));
        layer.shutdown(Mode::Write).await;
        assert_eq!([below.read(9).await, below.read(9).await], [data(b"\0\0"), Ok(Read::Eof)]);
    });
}

#[test]
fn a_long_write_is_several_records() {
    facing(async |layer, below| {
        let long = Bytes::from(vec![7; 65_536]);
        let written = async { layer.writev(vec![Bytes::new(), long]).await };
        let mut came = Vec::new();
        let read = async {
            while came.len() < 65_536 + 4 {
                match below.read(usize::MAX).await {
                    Ok(Read::Data(bytes)) => came.extend_from_slice(&bytes),
                    other => panic!("{other:?}"),
                }
            }
        };
        assert_eq!(futures::join!(written, read).0, Ok(()));
        assert_eq!((&came[..3], &came[65_537..]), (&[0xff, 0xff, 7][..], &[0, 1, 7][..]));
    });
}

/// Half a record would make the rest of the stream unreadable.
#[test]
fn a_write_that_is_given_up_midway_is_sent_whole() {
    let mut run = Simulation::of(Contract::strict());
    let settings = flowsim::world::PipeSettings::new(Contract::strict()).with_capacity(1);
    run.run(async |sim| {
        let (layer, below) = sim.pipe_with(&settings);
        let (layer, reader) = (Records::over(layer), Records::over(below));
        assert!(poll!(Box::pin(layer.write(Bytes::from_static(b"ab")))).is_pending());
        let ends = async { layer.shutdown(Mode::Write).await };
        let mut got = Vec::new();
        let reads = async {
            while let Ok(Read::Data(bytes)) = reader.read(9).await {
                got.extend_from_slice(&bytes);
            }
        };
        futures::join!(ends, reads);
        assert_eq!(got, b"ab");
    })
    .expect("it ends");
}
