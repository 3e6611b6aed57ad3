//! The world from outside: calls, outcomes, and what can be said of every run.

use bytes::Bytes;
use flowsim::contract::{Call, Contract, Mode, Outcome, Payload};
use flowsim::world::{PipeSettings, Step, World};

fn write(text: &'static str) -> Call {
    Call::Write(Payload::Bytes(Bytes::from_static(text.as_bytes())))
}

fn data(text: &'static str) -> Outcome {
    Outcome::Data(Payload::Bytes(Bytes::from_static(text.as_bytes())))
}

#[test]
fn bytes_and_the_end_of_the_stream_arrive_after_the_delay() {
    let mut world = World::new();
    let mut settings = PipeSettings::new(Contract::modern());
    settings.delay = std::time::Duration::from_millis(3);
    let ends = world.pipe(&settings);
    let read = world.call(ends.server, Call::Read { max: 9 });
    let sent = world.call(ends.client, write("hello"));
    let shut = world.call(ends.client, Call::Shutdown(Mode::Write));
    assert_eq!((world.poll(sent), world.poll(shut), world.poll(read)), (Some(Outcome::Ok), Some(Outcome::Done), None));
    assert_eq!((world.step(), world.now().0), (Step::Ran, 3_000_000));
    assert_eq!(world.finished(), Some(read));
    assert_eq!(world.poll(read), Some(data("hello")));
    let read = world.call(ends.server, Call::Read { max: 9 });
    assert_eq!((world.step(), world.poll(read)), (Step::Ran, Some(Outcome::Eof)));
    assert_eq!(world.step(), Step::Quiet);
}
