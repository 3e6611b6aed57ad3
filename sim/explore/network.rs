//! A network at random: the path, the stacks, what happens to single segments and to all of them for a while.
//!
//! Each part is mostly as usual, so that one oddity at a time meets flows that would be fine without it, and a failure shrinks to
//! the oddities that it needs. Every partition heals.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::random::micros;
use crate::contract::{Both, End};
use crate::link::{self, Action, Kind, Probability, Which};
use crate::scenario::{FaultKind, FlowSteps};
use crate::tcp;
use crate::trace::Abort;

/// Most faults of the network.
const MAX_FAULTS: usize = 3;
/// Kinds of segments are counted up to here; so are the transmissions of a byte.
const MAX_NTH: u64 = 3;

/// Both directions: mostly the same.
pub(super) fn link() -> impl Strategy<Value = Both<link::Settings>> {
    either(direction())
}

/// Both stacks: mostly alike.
pub(super) fn tcp() -> impl Strategy<Value = Both<tcp::Settings>> {
    either(stack())
}

fn either<T: Clone + std::fmt::Debug>(one: impl Strategy<Value = T> + Clone) -> impl Strategy<Value = Both<T>> {
    (one.clone(), option::weighted(0.3, one)).prop_map(|(client, server)| Both { server: server.unwrap_or_else(|| client.clone()), client })
}

/// Steps smaller than this (octets) make so many segments of a write that it takes minutes where each waits or many are lost.
const SMALL: usize = 50;
/// What may befall a segment of such a write, at most.
const RARE: Probability = Probability(u32::MAX / 100);
/// How long each may take, at most.
const SHORT: Duration = Duration::from_millis(5);

/// Where stacks go in small steps, each takes little time and few are lost: they get on before anybody's patience ends.
pub(super) fn passable(mut link: Both<link::Settings>, mut tcp: Both<tcp::Settings>) -> (Both<link::Settings>, Both<tcp::Settings>) {
    let step = |tcp: &tcp::Settings| usize::from(tcp.mss).min(tcp.send_buffer).min(tcp.receive_buffer);
    if End::BOTH.into_iter().any(|end| step(&tcp[end]) < SMALL) {
        for end in End::BOTH {
            let (link, tcp) = (&mut link[end], &mut tcp[end]);
            (link.loss, link.corrupt) = (link.loss.min(RARE), link.corrupt.min(RARE));
            (link.delay, link.jitter) = (link.delay.min(SHORT), link.jitter.min(SHORT));
            tcp.delayed_ack = tcp.delayed_ack.min(SHORT);
        }
    }
    (link, tcp)
}

/// Where a SYN may outlive its connection, numbers come from the clock: fixed ones would be those of the next connection, too, and
/// neither end could tell them apart (RFC 9293 §3.4.1).
pub(super) fn distinct(mut tcp: Both<tcp::Settings>, faults: &[FaultKind]) -> Both<tcp::Settings> {
    let lingers = |fault: &FaultKind| match fault {
        FaultKind::Segment { which: Which::Nth { kind, .. }, action, .. } => *kind == Kind::Syn && *action != Action::Drop,
        _ => false,
    };
    if faults.iter().any(lingers) {
        End::BOTH.into_iter().for_each(|end| tcp[end].isn = None);
    }
    tcp
}

fn direction() -> impl Strategy<Value = link::Settings> + Clone {
    let delay = prop_oneof![9 => micros(1..30_000), 1 => micros(30_000..900_000)];
    let times = (option::weighted(0.7, delay), option::weighted(0.2, micros(1..5_000)));
    let slow = option::weighted(0.2, (10_000..20_000_000_u64, option::of(0..20_u32)));
    let lost = (chance_below(12), chance_below(8));
    (times, slow, lost, chance(), chance()).prop_map(|((delay, jitter), slow, (loss, corrupt), duplicate, reorder)| {
        let (rate, queue) = slow.map_or((None, None), |(rate, queue)| (Some(rate), queue));
        let (delay, jitter) = (delay.unwrap_or_default(), jitter.unwrap_or_default());
        link::Settings { delay, jitter, loss, duplicate, reorder, corrupt, rate, queue, ..link::Settings::default() }
    })
}

/// Mostly never; of each hundred less than so many. What is lost and what is damaged stay below the 20 % that count as fair.
fn chance_below(hundredths: u32) -> impl Strategy<Value = Probability> + Clone {
    let hundredths = prop_oneof![2 => Just(0), 1 => 1..hundredths];
    hundredths.prop_map(|hundredths| Probability(hundredths * (u32::MAX / 100)))
}

/// Mostly never; seldom more often than not.
fn chance() -> impl Strategy<Value = Probability> + Clone {
    let hundredths = prop_oneof![6 => Just(0), 2 => 1..20_u64, 1 => 20..40_u64];
    hundredths.prop_map(|hundredths| Probability((((hundredths << 32) + 50) / 100) as u32))
}

fn stack() -> impl Strategy<Value = tcp::Settings> + Clone {
    let room = || option::weighted(0.3, prop_oneof![1..10_usize, 10..5_000_usize]);
    let sizes = (option::weighted(0.3, prop_oneof![1..10_u16, 10..600_u16]), room(), room());
    let ways = (weighted(0.2), weighted(0.2), option::weighted(0.3, micros(0..500_000)));
    let times = (option::weighted(0.3, micros(1..1_000_000)), option::weighted(0.2, micros(0..2_000_000)));
    (sizes, ways, times, isn()).prop_map(|((mss, send, receive), (unscaled, hasty, ack), (rto_min, msl), isn)| {
        let usual = tcp::Settings::default();
        tcp::Settings {
            mss: mss.unwrap_or(usual.mss),
            send_buffer: send.unwrap_or(usual.send_buffer),
            receive_buffer: receive.unwrap_or(usual.receive_buffer),
            window_scale: !unscaled,
            nagle: !hasty,
            delayed_ack: ack.unwrap_or(usual.delayed_ack),
            rto_min: rto_min.unwrap_or(usual.rto_min),
            msl: msl.unwrap_or(usual.msl),
            isn,
            ..usual
        }
    })
}

fn weighted(share: f64) -> impl Strategy<Value = bool> + Clone {
    proptest::bool::weighted(share)
}

/// Where sequence numbers wrap around, or seem negative, more often than elsewhere.
fn isn() -> impl Strategy<Value = Option<u32>> + Clone {
    let near = |edge: u32| (0..3_000_u32).prop_map(move |before| edge.wrapping_sub(before));
    option::weighted(0.5, prop_oneof![2 => near(0), 1 => near(1 << 31), 1 => any::<u32>()])
}

/// What goes wrong: mostly nothing, at times up to three things. The flow that one strikes is brought into range by the caller.
/// Hosts crash only where ends may be `aborted`.
pub(super) fn faults(aborted: bool) -> impl Strategy<Value = Vec<FaultKind>> {
    let crashes = u32::from(aborted);
    let one = prop_oneof![12 => segment().boxed(), 2 => partition().boxed(), crashes => crash().boxed()];
    prop_oneof![1 => Just(Vec::new()), 1 => vec(one, 1..=MAX_FAULTS)]
}

/// When a flow is ended by force that would never end by itself: long after its ends have done all that they can.
const END: Duration = Duration::from_secs(2 * 3600);

/// The end by force of each flow in which a window may stay shut for ever, since nobody reads: its probes would never end.
pub(super) fn ends(flows: &[FlowSteps], tcp: &Both<tcp::Settings>) -> Vec<FaultKind> {
    let fills = |steps: &FlowSteps, from: End| {
        let written = steps.tasks[from].iter().flatten().map(|step| step.action.written()).fold(0, u64::saturating_add);
        // The end of the stream needs room, too.
        written >= tcp[from.peer()].receive_buffer as u64
    };
    let endless = (0..).zip(flows).filter(|(_, steps)| End::BOTH.into_iter().any(|end| fills(steps, end)));
    let reset = |flow, end| FaultKind::Abort { abort: Abort::Reset, flow, end, at: END };
    endless.flat_map(|(flow, _)| End::BOTH.map(|end| reset(flow, end))).collect()
}

fn segment() -> impl Strategy<Value = FaultKind> {
    let action = prop_oneof![
        4 => Just(Action::Drop),
        2 => micros(1..4_000_000).prop_map(Action::Delay),
        1 => option::of(micros(1..4_000_000)).prop_map(|by| Action::Duplicate(by.unwrap_or_default())),
        2 => Just(Action::Reorder),
        1 => Just(Action::Corrupt),
    ];
    let carrying = (prop_oneof![0..20_u64, 0..3_000_u64], 1..=MAX_NTH);
    let carrying = carrying.prop_map(|(offset, transmission)| Which::Carries { offset, transmission });
    let own = |kinds: &'static [Kind]| prop_oneof![3 => nth(kinds), 1 => carrying.clone().boxed()];
    let client = own(&[Kind::Fin, Kind::Data, Kind::Ack, Kind::Syn, Kind::Rst]);
    let server = own(&[Kind::Fin, Kind::Data, Kind::Ack, Kind::SynAck, Kind::Rst]);
    let sent = prop_oneof![client.prop_map(|which| (End::Client, which)), server.prop_map(|which| (End::Server, which))];
    (sent, any::<u8>(), action).prop_map(|((from, which), flow, action)| FaultKind::Segment { from, flow: flow.into(), which, action })
}

fn nth(kinds: &'static [Kind]) -> BoxedStrategy<Which> {
    (select(kinds), 1..=MAX_NTH).prop_map(|(kind, nth)| Which::Nth { kind, nth }).boxed()
}

/// When a fault strikes: mostly while something is said.
fn moment() -> impl Strategy<Value = Duration> {
    prop_oneof![3 => micros(0..100_000), 1 => micros(100_000..10_000_000)]
}

/// A host crashes, and mostly comes back.
fn crash() -> impl Strategy<Value = FaultKind> {
    let lasts = option::weighted(0.8, prop_oneof![1 => micros(1..100_000), 1 => micros(100_000..10_000_000)]);
    (select(&End::BOTH[..]), moment(), lasts).prop_map(|(end, at, lasts)| FaultKind::Crash { end, at, lasts })
}

fn partition() -> impl Strategy<Value = FaultKind> {
    let lasts = prop_oneof![4 => micros(1..100_000), 2 => micros(100_000..10_000_000), 1 => micros(10_000_000..400_000_000)];
    let from = option::of(select(&End::BOTH[..]));
    (from, moment(), lasts).prop_map(|(from, at, lasts)| FaultKind::Partition { from, at, lasts: Some(lasts) })
}
