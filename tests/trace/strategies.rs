//! Arbitrary traces that are well formed: operations are numbered with gaps, return, are cancelled or stay pending; everything
//! else may be anything.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use flowsim::contract::{Both, Call, Contract, End, Error, Keepalive, Mode, Outcome, Payload};
use flowsim::time::Instant;
use flowsim::trace::{
    Abort, By, Clock, Env, EnvWhat, Event, Fate, Header, Layer, Place, Proxy, Records, Resources, SegmentEvent, Timeouts, Trace, What,
    pattern, state_name,
};
use flowsim::wire::{Flags, Segment, Seq, State};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Any text, with what JSON must escape.
fn text() -> impl Strategy<Value = Box<str>> {
    "[a-z\"\\\\\n\u{1}\u{7f}ä€𝄞 /]{0,8}".prop_map(Into::into)
}

fn end() -> impl Strategy<Value = End> + Clone {
    select(End::BOTH.to_vec())
}

fn place() -> impl Strategy<Value = Place> {
    (select(vec![0, 0, 1, 7, u32::MAX]), end()).prop_map(|(flow, end)| Place { flow, end })
}

fn known_bytes() -> impl Strategy<Value = Payload> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Payload::Bytes(bytes.into())),
        // The empty slice is written as no bytes, which are the same.
        (any::<u64>(), 0..3000_usize).prop_map(|(start, len)| Payload::Bytes(pattern::slice(start, len))),
        (any::<u64>(), 8..30_usize).prop_map(|(start, len)| Payload::Bytes(Bytes::copy_from_slice(&pattern::slice(start, len)))),
    ]
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![3 => known_bytes(), 1 => (0..1_usize << 40).prop_map(Payload::Count)]
}

/// Buffers that are all known or all counted.
fn payloads() -> impl Strategy<Value = Vec<Payload>> {
    prop_oneof![
        prop::collection::vec(known_bytes(), 0..4),
        // An empty list of counts is an empty list of bytes.
        prop::collection::vec((0..1_usize << 40).prop_map(Payload::Count), 0..4),
    ]
}

fn keepalive() -> impl Strategy<Value = Option<Keepalive>> {
    let nanos = || any::<u64>().prop_map(Duration::from_nanos);
    prop::option::of((nanos(), nanos(), any::<u32>()).prop_map(|(after, interval, probes)| Keepalive { after, interval, probes }))
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        any::<usize>().prop_map(|max| Call::Read { max }),
        Just(Call::Read { max: usize::MAX }),
        payload().prop_map(Call::Write),
        payloads().prop_map(Call::Writev),
        payload().prop_map(Call::WriteNodelay),
        payloads().prop_map(Call::WritevNodelay),
        select(vec![Mode::Read, Mode::Write, Mode::ReadWrite]).prop_map(Call::Shutdown),
        select(vec![Call::Flush, Call::Close, Call::Disconnect, Call::Destination]),
        (prop::option::of(text()), keepalive()).prop_map(|(to, keepalive)| Call::Connect { to, keepalive }),
        (any::<u32>(), keepalive()).prop_map(|(port, keepalive)| Call::Accept { port, keepalive }),
        (any::<u32>(), keepalive()).prop_map(|(port, keepalive)| Call::Listen { port, keepalive }),
        any::<u32>().prop_map(|port| Call::Unlisten { port }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        select(vec![
            Outcome::Ok,
            Outcome::Eof,
            Outcome::Closed,
            Outcome::Done,
            Outcome::Panic("".into()),
            Outcome::Panic("index 3 of 2".into())
        ]),
        payload().prop_map(Outcome::Data),
        text().prop_map(|word| Outcome::Error(Error::from_word(&word))),
        select(vec!["closed", "eof", "reset", "timed_out", "connection_aborted"]).prop_map(|word| Outcome::Error(Error::from_word(word))),
    ]
}

fn env_what() -> impl Strategy<Value = EnvWhat> {
    let by = || select(vec![By::Unknown, By::Stack, By::Fault]);
    let abort = select(vec![Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath]);
    prop_oneof![
        (abort, by()).prop_map(|(abort, by)| EnvWhat::Abort(abort, by)),
        by().prop_map(EnvWhat::Crash),
        prop::option::of(end()).prop_map(|from| EnvWhat::Partition { from }),
        prop::option::of(end()).prop_map(|from| EnvWhat::Heal { from }),
        any::<u64>().prop_map(|upto| EnvWhat::Transmitted { upto }),
        any::<u64>().prop_map(|upto| EnvWhat::Acknowledged { upto }),
        any::<[u64; 4]>().prop_map(|counts| EnvWhat::Resources(resources(counts))),
        (any::<u64>(), payload()).prop_map(|(op, data)| EnvWhat::Buffer { op, data }),
        select(vec![EnvWhat::Quiet, EnvWhat::End]),
    ]
}

fn resources([connections, timers, buffered, ports]: [u64; 4]) -> Resources {
    let mut resources = Resources::default();
    (resources.connections, resources.timers) = (connections, timers);
    (resources.buffered, resources.ports) = (buffered, ports);
    resources
}

/// Offsets and buffers are an end's.
fn env() -> impl Strategy<Value = What> {
    (prop::option::of(any::<u32>()), prop::option::of(end()), env_what()).prop_map(|(flow, end, what)| {
        let needs_end = matches!(what, EnvWhat::Transmitted { .. } | EnvWhat::Acknowledged { .. } | EnvWhat::Buffer { .. });
        What::Env(Env::new(flow, if needs_end { end.or(Some(End::Server)) } else { end }, what))
    })
}

fn segment() -> impl Strategy<Value = What> {
    let fates = vec![Fate::Sent, Fate::Delivered, Fate::Dropped, Fate::Duplicated, Fate::Corrupted, Fate::Injected];
    let data = prop::option::of(known_bytes());
    (place(), prop::option::of(any::<u64>()), select(fates), any::<[u32; 4]>(), any::<u8>(), text(), data).prop_map(
        |(at, id, fate, [seq, ack, win, len], flags, opts, data)| {
            let data = data.unwrap_or(Payload::Count(len as usize));
            let segment = Segment { seq: Seq(seq), ack: Seq(ack), flags: Flags(flags), data, ..Segment::default() };
            let mut event = SegmentEvent::new(at.flow, at.end, fate, segment).spelled(win, &opts);
            event.id = id;
            What::Segment(event)
        },
    )
}

/// A state by the RFC's name, or by any other.
fn state_word() -> impl Strategy<Value = Cow<'static, str>> {
    prop_oneof![select(State::ALL.map(State::name).to_vec()).prop_map(Cow::Borrowed), text().prop_map(|name| state_name(&name))]
}

/// One step of a recording.
#[derive(Clone, Debug)]
enum Step {
    Call(Place, u64, Call),
    /// One of the pending operations returns, so if it can.
    Return(Index, Outcome, Option<u64>, Option<Box<str>>),
    Cancel(Index),
    Other(What),
}

fn step() -> impl Strategy<Value = Step> {
    let state = (place(), state_word(), state_word()).prop_map(|(at, from, to)| What::State { at, from, to });
    prop_oneof![
        4 => (place(), prop_oneof![Just(1), 2..4_u64, any::<u32>().prop_map(u64::from)], call()).prop_map(|(at, gap, call)| Step::Call(at, gap, call)),
        4 => (any::<Index>(), outcome(), prop::option::of(0..9_u64), prop::option::of(text()))
            .prop_map(|(which, outcome, accepted, peer)| Step::Return(which, outcome, accepted, peer)),
        1 => any::<Index>().prop_map(Step::Cancel),
        3 => prop_oneof![env(), segment(), state].prop_map(Step::Other),
    ]
}

/// Makes a history of steps: numbers the operations, and lets return only what is pending.
fn history(steps: Vec<(u32, Step)>) -> Vec<Event> {
    let (mut t, mut op) = (0, 0);
    let mut pending: Vec<(Place, u64, Call)> = Vec::new();
    let mut events = Vec::new();
    for (span, step) in steps {
        t += u64::from(span);
        let what = match step {
            Step::Call(at, gap, call) => {
                op += gap;
                pending.push((at, op, call.clone()));
                What::Call { at, op, call }
            }
            Step::Return(..) | Step::Cancel(..) if pending.is_empty() => continue,
            Step::Return(which, outcome, accepted, peer) => {
                let (at, op, call) = pending.swap_remove(which.index(pending.len()));
                let outcome = if call.admits(&outcome) { outcome } else { Outcome::Panic("".into()) };
                let room = call.buffers().map(|list| list.iter().map(Payload::len).sum::<usize>() as u64);
                What::Return { at, op, outcome, accepted: room.and_then(|room| accepted.filter(|count| *count <= room)), peer, made: None }
            }
            Step::Cancel(which) => {
                let (at, op, _) = pending.swap_remove(which.index(pending.len()));
                What::Cancel { at, op }
            }
            Step::Other(what) => what,
        };
        events.push(Event::new(Instant(t), what));
    }
    events
}

fn limits([syn, data, msl, fin_wait_2]: [u64; 4]) -> Timeouts {
    let (mut limits, span) = (Timeouts::default(), Duration::from_nanos);
    (limits.syn, limits.data) = (span(syn), span(data));
    (limits.msl, limits.fin_wait_2) = (span(msl), span(fin_wait_2));
    limits
}

fn records([network, transmitted, segments, resources, buffers, lower]: [bool; 6]) -> Records {
    let mut records = Records::default();
    (records.network, records.transmitted, records.segments) = (network, transmitted, segments);
    (records.resources, records.buffers, records.lower) = (resources, buffers, lower);
    records
}

fn header() -> impl Strategy<Value = Header> {
    let contract = || select(Contract::PRESETS.to_vec());
    let layers = prop::collection::vec(any::<[u32; 2]>(), 0..3);
    let proxies = prop::collection::vec(any::<(u32, u32, Option<u32>)>(), 0..3);
    let flags = any::<([bool; 6], bool)>();
    let limits = || prop_oneof![Just(Timeouts::default()), any::<[u64; 4]>().prop_map(limits)];
    ((contract(), contract(), any::<u32>()), (any::<bool>(), limits(), limits()), flags, text(), keepalive(), layers, proxies).prop_map(
        |((client, mut server, idle_packets), (shared, patience, other), (recorded, simulated), note, keepalive, layers, proxies)| {
            server.idle_packets = idle_packets;
            let mut header = Header::default();
            header.contract = Both { client, server };
            header.clock = if shared { Clock::Shared } else { Clock::PerEnd };
            header.records = records(recorded);
            (header.note, header.keepalive, header.simulated) = (note, keepalive, simulated);
            header.layers = layers.into_iter().map(|[upper, lower]| Layer { upper, lower }).collect();
            header.proxies = proxies.into_iter().map(|(left, right, outer)| Proxy { left, right, outer }).collect();
            header.limits = Both { client: patience, server: other };
            header
        },
    )
}

/// A whole trace.
pub fn trace() -> impl Strategy<Value = Trace> {
    let steps = prop::collection::vec((any::<u32>(), step()), 0..40);
    (header(), steps).prop_map(|(header, steps)| Trace::new(header, history(steps)))
}
