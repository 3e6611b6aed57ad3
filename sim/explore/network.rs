//! Draws a network: the path, the stacks, what happens to single segments and to all of them for a while.
//!
//! Each part is mostly as usual, so that one oddity at a time meets flows that would be fine without it, and a failure shrinks to
//! the oddities that it needs. Every partition heals.

use std::time::Duration;

use super::draws::{Draws, Table, Weighted, weighted};
use crate::contract::{Both, End};
use crate::link::{Impairment, LinkSettings, PacketName, Probability, SegmentKind};
use crate::scenario::{FaultKind, FlowSteps};
use crate::tcp;
use crate::trace::Abort;

/// Most faults of the network.
const MAX_FAULTS: usize = 3;
/// Kinds of segments are counted up to here; so are the transmissions of a byte.
const MAX_NTH: u64 = 3;

/// Both directions: mostly the same.
pub(super) fn link(draws: &mut Draws<'_>) -> Both<LinkSettings> {
    draws.part(|draws| either(draws, direction))
}

/// Both stacks: mostly alike.
pub(super) fn tcp(draws: &mut Draws<'_>) -> Both<tcp::Settings> {
    draws.part(|draws| either(draws, stack))
}

fn either<T: Clone>(draws: &mut Draws<'_>, one: fn(&mut Draws<'_>) -> T) -> Both<T> {
    let client = draws.part(one);
    let server = draws.part(|draws| draws.maybe(30, one));
    Both { server: server.unwrap_or_else(|| client.clone()), client }
}

/// Steps smaller than this (octets) make too many segments of a write: it takes minutes where each waits or many are lost.
const SMALL: usize = 50;
/// How likely each fate of a segment of such a write is, at most.
const RARE: Probability = Probability(u32::MAX / 100);
/// How long each may take, at most.
const SHORT: Duration = Duration::from_millis(5);

/// Where stacks go in small steps, each takes little time and few are lost: they get on before any contract's patience ends.
pub(super) fn passable(mut link: Both<LinkSettings>, mut tcp: Both<tcp::Settings>) -> (Both<LinkSettings>, Both<tcp::Settings>) {
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
        FaultKind::Segment { which: PacketName::Nth { kind, .. }, action, .. } => *kind == SegmentKind::Syn && *action != Impairment::Drop,
        _ => false,
    };
    if faults.iter().any(lingers) {
        End::BOTH.into_iter().for_each(|end| tcp[end].isn = None);
    }
    tcp
}

fn direction(draws: &mut Draws<'_>) -> LinkSettings {
    let delay = draws.maybe(70, |draws| draws.pick(DELAYS)).unwrap_or_default();
    let jitter = draws.maybe(20, |draws| draws.micros(1..5_000)).unwrap_or_default();
    let slow = draws.maybe(20, |draws| (draws.within(10_000..20_000_000), draws.maybe(50, |draws| draws.up_to(19))));
    let (rate, queue) = slow.map_or((None, None), |(rate, queue)| (Some(rate), queue));
    let (loss, corrupt) = (chance_below(draws, 12), chance_below(draws, 8));
    let (duplicate, reorder) = (draws.pick(CHANCES), draws.pick(CHANCES));
    LinkSettings { delay, jitter, loss, duplicate, reorder, corrupt, rate, queue, ..LinkSettings::default() }
}

const DELAYS: &[Weighted<Duration>] = &[weighted(9, |draws| draws.micros(1..30_000)), weighted(1, |draws| draws.micros(30_000..900_000))];

/// Mostly never; else of each hundred less than `hundredths`. What is lost and what is damaged stay below the 20 % that count as fair.
fn chance_below(draws: &mut Draws<'_>, hundredths: u64) -> Probability {
    draws.maybe(33, |draws| hundredth(draws.within(1..hundredths))).unwrap_or_default()
}

/// Mostly never; seldom more often than not.
const CHANCES: &[Weighted<Probability>] = &[
    weighted(6, |_| Probability::NEVER),
    weighted(2, |draws| hundredth(draws.within(0..20))),
    weighted(1, |draws| hundredth(draws.within(20..40))),
];

/// This many of a hundred.
fn hundredth(count: u64) -> Probability {
    Probability((((count << 32) + 50) / 100) as u32)
}

fn stack(draws: &mut Draws<'_>) -> tcp::Settings {
    let usual = tcp::Settings::default();
    tcp::Settings {
        mss: draws.maybe(30, |draws| draws.pick(SEGMENTS)).unwrap_or(usual.mss),
        send_buffer: room(draws).unwrap_or(usual.send_buffer),
        receive_buffer: room(draws).unwrap_or(usual.receive_buffer),
        window_scale: !draws.happens(20),
        nagle: !draws.happens(20),
        delayed_ack: draws.maybe(30, |draws| draws.micros(0..500_000)).unwrap_or(usual.delayed_ack),
        rto_min: draws.maybe(30, |draws| draws.micros(1..1_000_000)).unwrap_or(usual.rto_min),
        msl: draws.maybe(20, |draws| draws.micros(0..2_000_000)).unwrap_or(usual.msl),
        isn: draws.maybe(50, |draws| draws.pick(NUMBERS)),
        ..usual
    }
}

const SEGMENTS: &[Weighted<u16>] = &[weighted(1, |draws| draws.within(1..10) as u16), weighted(1, |draws| draws.within(10..600) as u16)];

fn room(draws: &mut Draws<'_>) -> Option<usize> {
    draws.maybe(30, |draws| draws.pick(ROOMS))
}

const ROOMS: &[Weighted<usize>] =
    &[weighted(1, |draws| draws.within(1..10) as usize), weighted(1, |draws| draws.within(10..5_000) as usize)];

/// Initial sequence numbers: where they wrap around, or seem negative, more often than elsewhere.
const NUMBERS: &[Weighted<u32>] =
    &[weighted(2, |draws| before(0, draws)), weighted(1, |draws| before(1 << 31, draws)), weighted(1, |draws| draws.up_to(u32::MAX))];

fn before(edge: u32, draws: &mut Draws<'_>) -> u32 {
    edge.wrapping_sub(draws.up_to(2_999))
}

/// What goes wrong: mostly nothing, at times up to three things. The flow that one strikes is brought into range by the caller.
/// Hosts crash only where ends may be `aborted`.
pub(super) fn faults(draws: &mut Draws<'_>, aborted: bool) -> Vec<FaultKind> {
    let kinds = if aborted { FAULTS } else { &FAULTS[..FAULTS.len() - 1] };
    if draws.happens(50) { draws.list(1..=MAX_FAULTS, |draws| draws.pick_of(Table::Faults, kinds)) } else { Vec::new() }
}

/// Faults; that hosts crash comes last.
const FAULTS: &[Weighted<FaultKind>] = &[weighted(12, segment), weighted(2, partition), weighted(1, crash)];

/// When a flow is ended by force that would never end by itself: long after its ends have done all that they can.
const END: Duration = Duration::from_secs(2 * 3600);

/// The end by force of each flow in which a window may stay shut for ever, since no step reads: its probes would never end.
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

fn segment(draws: &mut Draws<'_>) -> FaultKind {
    let from = draws.one_of(&End::BOTH);
    let which = draws.pick(if from == End::Client { CLIENTS_SEGMENTS } else { SERVERS_SEGMENTS });
    FaultKind::Segment { from, which, flow: draws.up_to(u8::MAX.into()), action: draws.pick_of(Table::Impairments, ACTIONS) }
}

const CLIENTS_SEGMENTS: &[Weighted<PacketName>] = &[
    weighted(3, |draws| nth(draws, &[SegmentKind::Fin, SegmentKind::Data, SegmentKind::Ack, SegmentKind::Syn, SegmentKind::Rst])),
    weighted(1, carrying),
];

const SERVERS_SEGMENTS: &[Weighted<PacketName>] = &[
    weighted(3, |draws| nth(draws, &[SegmentKind::Fin, SegmentKind::Data, SegmentKind::Ack, SegmentKind::SynAck, SegmentKind::Rst])),
    weighted(1, carrying),
];

fn nth(draws: &mut Draws<'_>, kinds: &[SegmentKind]) -> PacketName {
    PacketName::Nth { kind: draws.one_of(kinds), nth: draws.within(1..MAX_NTH + 1) }
}

fn carrying(draws: &mut Draws<'_>) -> PacketName {
    PacketName::Carries { offset: draws.pick(OFFSETS), transmission: draws.within(1..MAX_NTH + 1) }
}

const OFFSETS: &[Weighted<u64>] = &[weighted(1, |draws| draws.within(0..20)), weighted(1, |draws| draws.within(0..3_000))];

const ACTIONS: &[Weighted<Impairment>] = &[
    weighted(4, |_| Impairment::Drop),
    weighted(2, |draws| Impairment::Delay(draws.micros(1..4_000_000))),
    weighted(1, |draws| Impairment::Duplicate(draws.maybe(50, |draws| draws.micros(1..4_000_000)).unwrap_or_default())),
    weighted(2, |_| Impairment::Reorder),
    weighted(1, |_| Impairment::Corrupt),
];

/// When a fault strikes: mostly while something is said.
const MOMENTS: &[Weighted<Duration>] =
    &[weighted(3, |draws| draws.micros(0..100_000)), weighted(1, |draws| draws.micros(100_000..10_000_000))];

/// A host crashes, and mostly comes back.
fn crash(draws: &mut Draws<'_>) -> FaultKind {
    let (end, at) = (draws.one_of(&End::BOTH), draws.pick(MOMENTS));
    FaultKind::Crash { end, at, lasts: draws.maybe(80, |draws| draws.pick(ABSENCES)) }
}

const ABSENCES: &[Weighted<Duration>] =
    &[weighted(1, |draws| draws.micros(1..100_000)), weighted(1, |draws| draws.micros(100_000..10_000_000))];

fn partition(draws: &mut Draws<'_>) -> FaultKind {
    let from = draws.maybe(50, |draws| draws.one_of(&End::BOTH));
    FaultKind::Partition { from, at: draws.pick(MOMENTS), lasts: Some(draws.pick(PARTITIONS)) }
}

const PARTITIONS: &[Weighted<Duration>] = &[
    weighted(4, |draws| draws.micros(1..100_000)),
    weighted(2, |draws| draws.micros(100_000..10_000_000)),
    weighted(1, |draws| draws.micros(10_000_000..400_000_000)),
];
