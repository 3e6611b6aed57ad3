//! Stacks of users' own at either end of a link, behind `Sim::connect`; and flows that users make with `Sim::tcp_pair`.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use flowsim::contract::{Both, Call, Contract, End, Error, Mode, Outcome, Read};
use flowsim::explore::scenarios;
use flowsim::flow::{self, Flow, Io};
use flowsim::oracle::{Judgement, Oracle};
use flowsim::scenario::Scenario;
use flowsim::tcp::{self, Tcp};
use flowsim::time::Instant;
use flowsim::trace::{EnvWhat, Event, Resources, What};
use flowsim::wire::{Datagram, Flags, Packet, Segment, Seq};
use flowsim::world::{
    NetFault, NetSettings, Notice, OverNetwork, PipeSettings, SetupError, Sim, SimFlow, Simulation, Socket, Stack, Stuck, World,
};
use futures::future::LocalBoxFuture;
use futures::{AsyncReadExt, AsyncWriteExt};
use proptest::prelude::*;

use super::{config, tcp};

pub fn stack(contract: Contract) -> Tcp {
    Tcp::new(tcp::Settings::new(contract))
}

pub fn posix() -> Tcp {
    stack(Contract::posix())
}

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

/// Our TCP as one that speaks bytes: nothing structured leaves it.
pub struct Encoded(pub Tcp);

impl Stack for Encoded {
    fn attach(&mut self, address: IpAddr, mtu: u16) {
        Stack::attach(&mut self.0, address, mtu);
    }

    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error> {
        Stack::listen(&mut self.0, now, port)
    }

    fn unlisten(&mut self, now: Instant, port: u16) {
        Stack::unlisten(&mut self.0, now, port);
    }

    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error> {
        Stack::connect(&mut self.0, now, remote)
    }

    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        Stack::call(&mut self.0, now, socket, call)
    }

    fn input(&mut self, now: Instant, datagram: Datagram) {
        Stack::input(&mut self.0, now, datagram);
    }

    fn output(&mut self, now: Instant) -> Option<Datagram> {
        let mut datagram = Stack::output(&mut self.0, now)?;
        datagram.packet = Packet::Bytes(datagram.packet.bytes(datagram.source, datagram.target));
        Some(datagram)
    }

    fn notice(&mut self) -> Option<Notice> {
        Stack::notice(&mut self.0)
    }

    fn deadline(&mut self) -> Option<Instant> {
        Stack::deadline(&mut self.0)
    }

    fn wake(&mut self, now: Instant) {
        Stack::wake(&mut self.0, now);
    }

    fn disconnect(&mut self, now: Instant) {
        Stack::disconnect(&mut self.0, now);
    }

    fn resources(&self, socket: Socket) -> Option<Resources> {
        Stack::resources(&self.0, socket)
    }
}

/// A stack that answers every packet with one of these, or with nothing.
pub struct Babbling {
    says: VecDeque<Packet>,
    due: VecDeque<Datagram>,
    address: IpAddr,
}

impl Babbling {
    pub fn saying(says: Vec<Packet>) -> Self {
        Babbling { says: says.into(), due: VecDeque::new(), address: IpAddr::from([0; 4]) }
    }

    fn say(&mut self, to: IpAddr) {
        let next = self.says.pop_front().map(|packet| Datagram::new(self.address, to, packet));
        self.due.extend(next);
    }
}

impl Stack for Babbling {
    fn attach(&mut self, address: IpAddr, _: u16) {
        self.address = address;
    }

    fn listen(&mut self, _: Instant, _: u16) -> Result<(), Error> {
        Ok(())
    }

    fn unlisten(&mut self, _: Instant, _: u16) {}

    fn connect(&mut self, _: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error> {
        self.say(remote.ip());
        Ok((Socket::new(0), 49152))
    }

    fn call(&mut self, _: Instant, _: Socket, _: &mut Call) -> Option<Outcome> {
        None
    }

    fn input(&mut self, _: Instant, datagram: Datagram) {
        self.say(datagram.source);
    }

    fn output(&mut self, _: Instant) -> Option<Datagram> {
        self.due.pop_front()
    }

    fn notice(&mut self) -> Option<Notice> {
        None
    }

    fn deadline(&mut self) -> Option<Instant> {
        None
    }

    fn wake(&mut self, _: Instant) {}

    fn disconnect(&mut self, _: Instant) {}
}

/// What the oracle says of all that has happened, once nothing more can.
fn judged(run: &mut Simulation, contract: Contract) -> Judgement {
    run.run_until_quiet().expect("it comes to rest");
    run.sim().with(World::quiesce);
    let mut oracle = Oracle::with(run.sim().with(|world| world.header(Both::same(contract))));
    for (event, line) in run.drain_events().iter().zip(2..) {
        oracle.observe(line, event);
    }
    oracle.finish(false).judgement
}

async fn read_to_eof(flow: &impl Flow) -> Result<Vec<u8>, Error> {
    let mut got = Vec::new();
    while let Read::Data(piece) = flow.read(7).await? {
        got.extend_from_slice(&piece);
    }
    Ok(got)
}

/// A question, a half close, an answer, closes.
async fn talk(client: SimFlow, server: SimFlow) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let asking = async {
        client.write(bytes("how are you?")).await?;
        client.shutdown(Mode::Write).await;
        let answer = read_to_eof(&client).await;
        client.close().await;
        answer
    };
    let answering = async {
        let question = read_to_eof(&server).await?;
        server.write(bytes("well, and you?")).await?;
        server.close().await;
        Ok(question)
    };
    futures::try_join!(asking, answering)
}

fn said() -> Result<(Vec<u8>, Vec<u8>), Error> {
    Ok((b"well, and you?".to_vec(), b"how are you?".to_vec()))
}

#[test]
fn two_ends_talk_over_tcp() {
    let mut run = Simulation::of(Contract::strict());
    let talked = run.run(async |sim| {
        let (client, server) = sim.tcp_pair().await.expect("they connect");
        talk(client, server).await
    });
    assert_eq!(talked, Ok(said()));
    assert_eq!(judged(&mut run, Contract::strict()), Judgement::Held);
}

#[test]
fn many_pairs_share_the_two_hosts_and_not_their_bytes() {
    let mut run = Simulation::of(Contract::modern());
    let talked = run.run(async |sim| {
        let pairs = futures::future::join_all((0..20).map(|_| sim.tcp_pair())).await;
        let pairs = pairs.into_iter().map(|pair| pair.expect("they connect"));
        futures::future::join_all(pairs.map(|(client, server)| talk(client, server))).await
    });
    assert_eq!(talked, Ok(vec![said(); 20]));
    assert_eq!(judged(&mut run, Contract::modern()), Judgement::Held);
}

#[test]
fn a_host_has_so_many_ports_for_each_of_the_others() {
    let mut world = World::new();
    let mut settings = NetSettings::new(Both::same(Contract::modern()));
    settings.tcp.client.ports = 2;
    world.network(&settings);
    let mut run = Simulation::new(world, PipeSettings::new(Contract::modern()));
    let opened = run.run(async |sim| {
        let mut opened = Vec::new();
        for port in [80, 81, 80, 81, 81] {
            opened.push(sim.tcp_pair_at(port).await.map(drop).map_err(|why| why.to_string()));
        }
        opened
    });
    let none = "no_free_port: the client's host is connected from all its ports to this one of the server's; use another".to_owned();
    assert_eq!(opened, Ok(vec![Ok(()), Ok(()), Ok(()), Ok(()), Err(none)]));
    assert_eq!(judged(&mut run, Contract::modern()), Judgement::Held);
}

/// A flow whose server has not called yet is forgotten, too.
#[test]
fn a_crash_ends_all_that_a_host_knew() {
    let mut run = Simulation::of(Contract::modern());
    let again = run.run(async |sim| {
        sim.tcp_pair().await.map_err(|why| why.to_string()).expect("they connect");
        let lasts = Some(Duration::from_secs(1));
        for at in [Instant(5), Instant(1_500_000_000)] {
            let crash = NetFault::Crash { end: End::Server, at, lasts };
            sim.with(|world| world.plan(crash)).expect("our own stack comes back");
        }
        sim.sleep(Duration::from_secs(2)).await;
        let down = sim.tcp_pair();
        sim.sleep(Duration::from_secs(1)).await;
        drop(down);
        let (client, server) = sim.tcp_pair().await.map_err(|why| why.to_string()).expect("it is back");
        talk(client, server).await
    });
    assert_eq!(again, Ok(said()));
    assert_eq!(judged(&mut run, Contract::modern()), Judgement::Held);
}

#[test]
fn layers_stand_on_tcp() {
    let mut run = Simulation::of(Contract::modern());
    let got = run.run(async |sim| {
        let (client, server) = sim.tcp_pair().await.expect("they connect");
        let (mut client, server) = (flow::stream(client), Io::new(flow::stream(server)));
        client.write_all(b"hello").await?;
        client.close().await?;
        let got = read_to_eof(&server).await.map_err(std::io::Error::from);
        server.close().await;
        let mut rest = Vec::new();
        let ended = client.read_to_end(&mut rest).await;
        assert!(ended.is_err() || rest.is_empty());
        got
    });
    assert_eq!(got.expect("ends").expect("no error"), b"hello");
    assert_eq!(judged(&mut run, Contract::modern()), Judgement::Held);
}

#[test]
fn our_tcp_meets_itself_in_bytes_and_in_part() {
    let met = |connect: AsyncConnect| {
        let mut run = Simulation::of(Contract::posix());
        let talked = run.run(async |sim| {
            let (client, server) = connect(sim).await.expect("they connect");
            talk(client, server).await
        });
        (talked, judged(&mut run, Contract::posix()))
    };
    let pairs: [AsyncConnect; 3] = [
        |sim| Box::pin(sim.connect(Encoded(posix()), Encoded(posix()))),
        |sim| Box::pin(sim.connect(Encoded(posix()), posix())),
        |sim| Box::pin(sim.connect(posix(), Encoded(posix()))),
    ];
    for connect in pairs {
        assert_eq!(met(connect), (Ok(said()), Judgement::Held));
    }
}

/// A stack that is not ours has its own idea of how long a segment lives.
#[test]
fn nobody_says_how_long_a_users_stack_stays_in_time_wait() {
    fn short() -> Tcp {
        let mut settings = tcp::Settings::new(Contract::posix());
        settings.msl = Duration::from_secs(1);
        Tcp::new(settings)
    }
    let mut run = Simulation::of(Contract::posix());
    let talked = run.run(async |sim| {
        let (client, server) = sim.connect(short(), short()).await.expect("they connect");
        talk(client, server).await
    });
    assert_eq!((talked, judged(&mut run, Contract::posix())), (Ok(said()), Judgement::Held));
    meets_a_bad_network(&OverNetwork(async |sim: &Sim| sim.connect(short(), short()).await));
}

type AsyncConnect = fn(&Sim) -> LocalBoxFuture<'_, Result<(SimFlow, SimFlow), SetupError>>;

#[test]
fn each_pair_of_stacks_has_a_link_of_its_own() {
    let mut run = Simulation::of(Contract::modern());
    let talked = run.run(async |sim| {
        let ours = || stack(Contract::modern());
        let pairs = futures::future::try_join3(sim.connect(ours(), ours()), sim.connect(ours(), ours()), sim.tcp_pair()).await;
        let ((a, b), (c, d), (e, f)) = pairs.map_err(|error| error.to_string()).expect("they connect");
        futures::join!(talk(a, b), talk(c, d), talk(e, f))
    });
    assert_eq!(talked, Ok((said(), said(), said())));
    assert_eq!(judged(&mut run, Contract::modern()), Judgement::Held);
}

#[test]
fn a_stack_that_says_nothing_is_given_up_when_its_time_is_over() {
    let mut run = Simulation::of(Contract::modern());
    let refused = run
        .run(async |sim| sim.connect(stack(Contract::modern()), Babbling::saying(Vec::new())).await.map(drop).map_err(|e| e.to_string()));
    assert_eq!(refused, Ok(Err(Error::TimedOut.to_string())));
    assert!(run.sim().now() >= Instant::ZERO + Duration::from_secs(180));
    assert_eq!(run.run_until_quiet(), Ok(()));
}

#[test]
fn one_that_never_opens_is_waited_for_until_it_is_quiet() {
    let mut run = Simulation::of(Contract::modern());
    let waited = run
        .run(async |sim| sim.connect(Babbling::saying(Vec::new()), stack(Contract::modern())).await.map(drop).map_err(|e| e.to_string()));
    assert_eq!(waited, Err(Stuck::Quiet { open: false }));
}

const BAD_NETWORK: &str = r#"
target = "tcp"
link = { delay = "20ms", loss = "5%" }
fault = [
    { partition = { at = "0s", for = "100ms" } },
    { drop = { from = "server", kind = "SYN-ACK" } },
    { drop = { from = "server", kind = "SYN-ACK", nth = 99 } },
]
client.steps = ["write 20KiB", "shutdown write", "read to eof -> 1KiB", "close"]
server.steps = ["read to eof -> 20KiB", "write 1KiB", "close"]
"#;

/// Our TCP as a user's, over whatever network a scenario tells of.
fn ours() -> impl flowsim::Target {
    OverNetwork(async |sim: &Sim| sim.connect(posix(), posix()).await)
}

fn meets_a_bad_network(target: &dyn flowsim::Target) {
    let run = Scenario::parse("bad.toml", BAD_NETWORK).expect("a scenario").run(target).expect("it runs");
    run.assert_held();
    assert!(run.stats().segments_dropped >= 2, "{:?}", run.stats());
    let is_cut = |event: &Event| matches!(&event.what, What::Env(env) if matches!(env.what, EnvWhat::Partition { .. }));
    assert!(run.trace().events.iter().any(is_cut), "what is so from the start is on record");
    let idle =
        [r#"the fault in line 7 struck nothing, since no such segment was sent: drop = { from = "server", kind = "SYN-ACK", nth = 99 }"#];
    assert_eq!(run.idle_faults(), idle);
}

#[test]
fn what_a_scenario_says_of_the_network_happens_to_flows_that_users_make() {
    meets_a_bad_network(&OverNetwork(async |sim: &Sim| sim.tcp_pair().await));
    meets_a_bad_network(&ours());
    meets_a_bad_network(tcp());
}

#[test]
fn a_closure_that_does_not_say_so_has_no_network() {
    let closure = async |sim: &Sim| sim.tcp_pair().await;
    let refused = Scenario::parse("bad.toml", BAD_NETWORK).expect("a scenario").run(&closure).expect_err("a refusal");
    assert_eq!(refused.to_diagnostic().message, "the target `closure` has no link");
    assert!(refused.to_string().contains("OverNetwork"), "{refused}");
}

#[test]
fn beside_foreign_stacks_the_simulators_own_stay_its_own() {
    let mut run = Simulation::of(Contract::modern());
    let talked = run.run(async |sim| {
        let refused = sim.connect(stack(Contract::modern()), Babbling::saying(Vec::new())).await.is_err();
        let (client, server) = sim.tcp_pair().await.map_err(|error| error.to_string()).expect("a pair");
        (refused, talk(client, server).await)
    });
    assert_eq!(talked, Ok((true, said())));
}

proptest! {
    #![proptest_config(config())]

    /// Whatever bytes come, from either side: no panic, no endless run.
    #[test]
    fn a_stack_that_babbles_harms_nobody(says in prop::collection::vec(babble(), 0..12), is_client: bool) {
        let mut run = Simulation::of(Contract::modern()).limit(100_000);
        let opened = run.run(async |sim| {
            let (ours, theirs) = (stack(Contract::modern()), Babbling::saying(says));
            let opened = if is_client { sim.connect(theirs, ours).await } else { sim.connect(ours, theirs).await };
            opened.map(drop).map_err(|error| error.to_string())
        });
        prop_assert!(!matches!(opened, Err(Stuck::Limit | Stuck::Panicked(_))), "{:?}", opened);
        prop_assert_eq!(run.run_until_quiet(), Ok(()));
    }

    /// A stack that speaks bytes keeps what ours keeps, since it is ours.
    #[test]
    fn what_is_sent_as_bytes_keeps_the_contract(scenario in scenarios().contract(Contract::modern())) {
        let ends = async |sim: &Sim| sim.connect(Encoded(stack(Contract::modern())), Encoded(stack(Contract::modern()))).await;
        assert_held(&scenario, &ends)?;
    }

    #[test]
    fn so_does_ours_as_a_users_over_any_network(scenario in scenarios().on(&ours()).contract(Contract::posix())) {
        // Over a network that loses enough, the ends are not connected at all.
        if let Ok(run) = scenario.run(&ours()) {
            prop_assert!(run.judgement() == Judgement::Held, "{}\n{}", run.why(), run.ladder());
        }
    }

    #[test]
    fn so_do_flows_that_users_make(scenario in scenarios().contract(Contract::strict())) {
        assert_held(&scenario, &async |sim: &Sim| sim.tcp_pair().await)?;
    }
}

fn assert_held(scenario: &Scenario, target: &dyn flowsim::Target) -> Result<(), TestCaseError> {
    let run = scenario.run(target).unwrap_or_else(|error| panic!("{error:?}"));
    prop_assert!(run.judgement() == Judgement::Held, "{}\n{}", run.why(), run.ladder());
    Ok(())
}

/// Segments between the ports that are in use, with whatever in them; and bytes that are none.
fn babble() -> impl Strategy<Value = Packet> {
    let ports = prop::sample::select(vec![(80, 49152), (49152, 80)]);
    let flags = prop_oneof![any::<u8>(), prop::sample::select(vec![0x02, 0x12, 0x10, 0x11, 0x04, 0x14, 0x18])];
    let numbers = || prop_oneof![Just(Seq(1)), Just(Seq(0)), any::<u32>().prop_map(Seq)];
    let segment = (ports, numbers(), numbers(), flags, any::<u16>(), bytes_of(40));
    let segment = segment.prop_map(|((source, target), seq, ack, flags, window, data)| {
        Packet::Segment(Segment { source, target, seq, ack, flags: Flags(flags), window, data: data.into(), ..Segment::default() })
    });
    prop_oneof![3 => segment, 1 => bytes_of(64).prop_map(Packet::Bytes)]
}

fn bytes_of(most: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..most).prop_map(Bytes::from)
}
