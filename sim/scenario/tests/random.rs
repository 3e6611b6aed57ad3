//! Scenarios with anything in them that can be said: they are read back as they were written, and damaged files never panic.

use proptest::prelude::*;

use super::*;
use crate::link::{Impairment, PacketName, Probability, SegmentKind};
use crate::trace::Abort;

/// Tasks of an end, which says of connections what its end says.
fn tasks(end: End) -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = grammar::tests::steps().prop_map(move |step| match (end, &step.action) {
        (End::Server, Action::Connect(port)) => Step { action: Action::Accept(*port), ..step },
        (End::Client, Action::Listen(port) | Action::Unlisten(port)) => Step { action: Action::Connect(Some(*port)), ..step },
        (End::Client, Action::Accept(port)) => Step { action: Action::Connect(*port), ..step },
        _ => step,
    });
    proptest::collection::vec(proptest::collection::vec(step, 1..5), 0..3)
}

fn flows() -> impl Strategy<Value = Vec<FlowSteps>> {
    let port = prop_oneof![Just(80), 1..=u32::from(u16::MAX)];
    let flow = (proptest::option::of("[a-z\"\\\\\\n]{1,3}"), port, tasks(End::Client), tasks(End::Server));
    let flow = flow.prop_map(|(name, port, client, server)| FlowSteps { name, port, tasks: Both { client, server } });
    let flow = flow.prop_filter("a flow does something", |flow: &FlowSteps| !flow.is_empty());
    proptest::collection::vec(flow, 1..4)
}

/// Up to a day.
fn span() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(0), 0..2_000_000_000_u64, Just(86_400_000_000_000)].prop_map(Duration::from_nanos)
}

fn link() -> impl Strategy<Value = LinkSettings> {
    let odds = proptest::array::uniform4(prop_oneof![Just(0), any::<u32>()]).prop_map(|odds| odds.map(Probability));
    let rate = proptest::option::of(1..=1_000_000_000_000_u64);
    let sizes = (proptest::option::of(0..=1_u32 << 20), prop_oneof![Just(LinkSettings::MTU), 41..=u16::MAX]);
    (span(), span(), odds, rate, sizes).prop_map(|(delay, jitter, odds, rate, (queue, mtu))| {
        let [loss, duplicate, reorder, corrupt] = odds;
        LinkSettings { delay, jitter, loss, duplicate, reorder, corrupt, rate, queue, mtu }
    })
}

fn tcp() -> impl Strategy<Value = tcp::Settings> {
    let long = || span().prop_map(|span| span.max(Duration::from_micros(1)));
    let mss = prop_oneof![Just(1460), 1..=65_495_u16];
    let sizes = (mss, 1..=1_usize << 30, 1..=1_usize << 30, any::<Option<u32>>());
    let times = (0..500_000_000_u64, proptest::array::uniform3(long()), long(), long(), span(), span());
    (sizes, any::<[bool; 2]>(), times).prop_map(|((mss, send_buffer, receive_buffer, isn), [window_scale, nagle], times)| {
        let (ack, mut rto, syn_give_up, give_up, msl, fin_wait_2) = times;
        rto.sort();
        let [rto_min, rto_initial, rto_max] = rto;
        let delayed_ack = Duration::from_nanos(ack);
        let (sizes, usual) = ((mss, send_buffer, receive_buffer), tcp::Settings::default());
        let (mss, send_buffer, receive_buffer) = sizes;
        let usual = tcp::Settings { mss, send_buffer, receive_buffer, isn, window_scale, nagle, delayed_ack, ..usual };
        tcp::Settings { rto_min, rto_initial, rto_max, syn_give_up, give_up, msl, fin_wait_2, ..usual }
    })
}

fn fault() -> impl Strategy<Value = FaultKind> {
    let end = || proptest::sample::select(&End::BOTH[..]);
    let time = || any::<u64>().prop_map(Duration::from_nanos);
    let lasts = || proptest::option::of(time());
    let kind = proptest::sample::select(&SegmentKind::ALL[..]);
    let count = || prop_oneof![Just(1), 1..=u64::from(u32::MAX)];
    let which = prop_oneof![
        (kind, count()).prop_map(|(kind, nth)| PacketName::Nth { kind, nth }),
        (0..=1_u64 << 40, count()).prop_map(|(offset, transmission)| PacketName::Carries { offset, transmission }),
    ];
    let actions = [Impairment::Delay, Impairment::Jitter, Impairment::Duplicate];
    let action = prop_oneof![
        proptest::sample::select(vec![Impairment::Drop, Impairment::Reorder, Impairment::Corrupt]),
        (proptest::sample::select(actions.to_vec()), prop_oneof![Just(Duration::ZERO), time()]).prop_map(|(action, by)| action(by)),
    ];
    let abort = proptest::sample::select(vec![Abort::Reset, Abort::Timeout, Abort::KeepaliveDeath]);
    prop_oneof![
        (abort, end(), time()).prop_map(|(abort, end, at)| FaultKind::Abort { abort, flow: 0, end, at }),
        (end(), which, action).prop_map(|(from, which, action)| FaultKind::Segment { from, flow: 0, which, action }),
        (proptest::option::of(end()), time(), lasts()).prop_map(|(from, at, lasts)| FaultKind::Partition { from, at, lasts }),
        (end(), time(), lasts()).prop_map(|(end, at, lasts)| FaultKind::Crash { end, at, lasts }),
    ]
}

fn both<T: std::fmt::Debug + Clone>(one: impl Strategy<Value = T>, usual: T) -> impl Strategy<Value = Both<T>> {
    (one, any::<[bool; 2]>()).prop_map(move |(one, odd)| {
        let of = |odd: bool| if odd { one.clone() } else { usual.clone() };
        Both { client: of(odd[0]), server: of(odd[1]) }
    })
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    let contract = (0..Contract::PRESETS.len(), 0..Contract::PRESETS.len());
    let contract = contract.prop_map(|(client, server)| Both { client: Contract::PRESETS[client], server: Contract::PRESETS[server] });
    let head = ("\\PC{0,9}", proptest::option::of(contract), any::<Option<u64>>(), proptest::sample::subsequence(Rule::ALL.to_vec(), 0..3));
    let pipe = (1..100_000_usize, any::<u64>()).prop_map(|(capacity, delay)| PipeSpec { capacity, delay: Duration::from_nanos(delay) });
    let network = (both(link(), LinkSettings::default()), both(tcp(), tcp::Settings::default()));
    let faults = proptest::collection::vec(fault(), 0..4);
    (head, pipe, network, faults, flows()).prop_map(|((title, contract, seed, guards), pipe, (link, tcp), faults, flows)| {
        let guards = guards.into_iter().map(Guard::from).collect();
        let last = flows.len() as u32 - 1;
        let faults = faults.into_iter().map(|fault| match fault {
            FaultKind::Abort { abort, end, at, .. } => FaultKind::Abort { abort, end, at, flow: last }.into(),
            FaultKind::Segment { from, which, action, .. } => FaultKind::Segment { from, which, action, flow: last }.into(),
            fault => fault.into(),
        });
        let faults = faults.collect();
        Scenario { title, contract, seed, guards, pipe, link, tcp, faults, flows, ..Scenario::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever makes sense is read back as it was written.
    #[test]
    fn scenarios_round_trip(scenario in scenarios()) {
        let text = scenario.to_string();
        match Scenario::parse("t.toml", &text) {
            Ok(read) => prop_assert_eq!(&read, &scenario, "{}", text),
            Err(error) => prop_assert!(refusable(&error.message), "{}", error.render(false)),
        }
    }

    #[test]
    fn mutated_files_never_panic(of_network: bool, cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = [WHOLE, networks::NETWORK][usize::from(of_network)].as_bytes().to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            if byte == 0 { bytes.truncate(at.max(1)) } else { bytes[at] = byte }
        }
        if let Err(error) = Scenario::parse("t.toml", &bytes) {
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(error.render(false).contains("t.toml:"));
        }
    }
}

/// Random scenarios may make no sense; but they are never misread.
fn refusable(message: &str) -> bool {
    ["signal", "never reached", "two flows", "writes too much", "time has passed", "is not judged", "never sends such"]
        .iter()
        .any(|why| message.contains(why))
}
