//! The door for stacks: what a stack is told of its host and its network, and what a run wants of it that it may not be able to do.

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use flowsim::contract::{Call, Contract, End, Error, Outcome};
use flowsim::flow::{self, Io};
use flowsim::oracle::Judgement;
use flowsim::scenario::{Run, RunError, Scenario};
use flowsim::tcp::{self, Tcp};
use flowsim::time::Instant;
use flowsim::trace::{Abort, EnvWhat, Fate, SegmentEvent, What};
use flowsim::wire::{Datagram, Ecn, Flags, Packet, Segment, Seq};
use flowsim::world::{NetFault, Notice, Offers, OverNetwork, Sim, Simulation, Socket, Stack, Target};

use super::stacks::{Babbling, Encoded, posix};

/// What a stack was told.
#[derive(Debug, Default)]
struct Told {
    attached: Vec<(IpAddr, u16)>,
    settings: Vec<tcp::Settings>,
    marks: Vec<Ecn>,
    states: Vec<String>,
}

/// Our TCP as a user's, which writes down what it is told, and marks what it sends.
#[derive(Clone)]
struct Watchful {
    tcp: Tcp,
    told: Rc<RefCell<Told>>,
    mark: Ecn,
    /// Where it says that its packets come from, if not from its address.
    feigns: Option<IpAddr>,
}

impl Watchful {
    fn new() -> Self {
        Watchful { tcp: posix(), told: Rc::default(), mark: Ecn::NotEct, feigns: None }
    }
}

impl Stack for Watchful {
    fn attach(&mut self, address: IpAddr, mtu: u16) {
        self.told.borrow_mut().attached.push((address, mtu));
        Stack::attach(&mut self.tcp, address, mtu);
    }

    fn configure(&mut self, settings: &tcp::Settings) -> Result<(), String> {
        self.told.borrow_mut().settings.push(settings.clone());
        Stack::configure(&mut self.tcp, settings)
    }

    fn listen(&mut self, now: Instant, port: u16) -> Result<(), Error> {
        Stack::listen(&mut self.tcp, now, port)
    }

    fn unlisten(&mut self, now: Instant, port: u16) {
        Stack::unlisten(&mut self.tcp, now, port);
    }

    fn connect(&mut self, now: Instant, remote: SocketAddr) -> Result<(Socket, u16), Error> {
        Stack::connect(&mut self.tcp, now, remote)
    }

    fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        Stack::call(&mut self.tcp, now, socket, call)
    }

    fn input(&mut self, now: Instant, datagram: Datagram) {
        self.told.borrow_mut().marks.push(datagram.ecn);
        Stack::input(&mut self.tcp, now, datagram);
    }

    fn output(&mut self, now: Instant) -> Option<Datagram> {
        let mut datagram = Stack::output(&mut self.tcp, now)?;
        (datagram.ecn, datagram.source) = (self.mark, self.feigns.unwrap_or(datagram.source));
        Some(datagram)
    }

    fn notice(&mut self) -> Option<Notice> {
        let notice = Stack::notice(&mut self.tcp)?;
        if let Notice::State { to, .. } = notice {
            self.told.borrow_mut().states.push(to.to_string());
        }
        Some(notice)
    }

    fn deadline(&mut self) -> Option<Instant> {
        Stack::deadline(&mut self.tcp)
    }

    fn wake(&mut self, now: Instant) {
        Stack::wake(&mut self.tcp, now);
    }

    fn disconnect(&mut self, now: Instant) {
        Stack::disconnect(&mut self.tcp, now);
    }

    fn can_abort(&self) -> bool {
        true
    }

    fn abort(&mut self, now: Instant, socket: Socket, abort: Abort) -> bool {
        Stack::abort(&mut self.tcp, now, socket, abort)
    }

    fn renew(&self) -> Option<Box<dyn Stack>> {
        Some(Box::new(Watchful { tcp: posix(), ..self.clone() }))
    }
}

/// A pair of stacks that a scenario is run on: what the client's and the server's were told, and the run.
fn watched(text: &str) -> ([Told; 2], Run) {
    let told: [Rc<RefCell<Told>>; 2] = Default::default();
    let [client, server] = &told;
    let ends = OverNetwork(async |sim: &Sim| {
        let stack = |told: &Rc<RefCell<Told>>| Watchful { told: told.clone(), ..Watchful::new() };
        sim.connect(stack(client), stack(server)).await
    });
    let run = scenario(text).run(&ends).unwrap_or_else(|why| panic!("{why:?}"));
    (told.map(|told| told.take()), run)
}

/// A scenario of a question and an answer, with this beside it.
fn scenario(text: &str) -> Scenario {
    let steps = "client.steps = ['write 2KiB', 'shutdown write', 'read to eof', 'close']\n\
                 server.steps = ['read to eof', 'sleep 10s', 'write 1KiB', 'close']\n";
    Scenario::parse("t.toml", format!("target = 'tcp'\ncontract = 'posix'\n{steps}{text}")).unwrap_or_else(|why| panic!("{why:?}"))
}

/// Why a scenario is refused on our TCP as one that only speaks bytes, and can do nothing else.
fn refused(text: &str) -> RunError {
    let ends = OverNetwork(async |sim: &Sim| sim.connect(Encoded(posix()), Encoded(posix())).await);
    scenario(text).run(&ends).expect_err("a refusal")
}

fn said(why: &RunError) -> String {
    why.to_diagnostic().message
}

fn segments(run: &Run) -> impl Iterator<Item = &SegmentEvent> {
    run.trace().events.iter().filter_map(|event| if let What::Segment(segment) = &event.what { Some(segment) } else { None })
}

/// The longest payload that an end sent.
fn longest(run: &Run, end: End) -> u32 {
    segments(run).filter(|event| event.from == end).map(|event| event.segment.data_len()).max().expect("a segment")
}

#[test]
fn a_stack_is_told_where_it_stands_and_what_its_path_takes() {
    let (told, run) = watched("[link.to-server]\nmtu = 576\n[link.to-client]\nmtu = 1000\n");
    let address = |last| IpAddr::from([10, 0, 0, last]);
    assert_eq!([&*told[0].attached, &*told[1].attached], [[(address(1), 576)], [(address(2), 1000)]]);
    assert_eq!([longest(&run, End::Client), longest(&run, End::Server)], [536, 536], "what the other end takes counts, too");
    assert!(told.iter().all(|told| told.settings.is_empty()), "nothing is said of the stacks");
    assert_eq!(run.judgement(), Judgement::Held);
}

#[test]
fn states_are_told_by_their_names() {
    let ([client, _], _) = watched("");
    assert_eq!(client.states, ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED"]);
}

#[test]
fn ecn_bits_travel_in_both_directions() {
    let mut run = Simulation::of(Contract::posix());
    let told = run.run(async |sim| {
        let (client, server) = (Watchful { mark: Ecn::Ect0, ..Watchful::new() }, Watchful { mark: Ecn::Ce, ..Watchful::new() });
        let told = [client.told.clone(), server.told.clone()];
        sim.connect(client, server).await.map_err(|why| why.to_string()).expect("they connect");
        told.map(|told| told.borrow().marks.clone())
    });
    assert_eq!(told, Ok([vec![Ecn::Ce], vec![Ecn::Ect0; 2]]));
    for ecn in [Ecn::NotEct, Ecn::Ect1, Ecn::Ect0, Ecn::Ce] {
        assert_eq!([Ecn::from_bits(ecn.bits()), Ecn::from_bits(ecn.bits() | 0b1011_1000)], [ecn; 2]);
    }
}

#[test]
fn what_does_not_come_from_the_host_is_lost() {
    let mut run = Simulation::of(Contract::posix());
    let opened = run.run(async |sim| {
        let stranger = Watchful { feigns: Some(IpAddr::from([10, 0, 0, 9])), ..Watchful::new() };
        sim.connect(stranger, posix()).await.map(drop).map_err(|why| why.to_string())
    });
    assert_eq!(opened, Ok(Err(Error::TimedOut.to_string())));
    assert!(!run.drain_events().iter().any(|event| matches!(event.what, What::Segment(_))));
}

/// A SYN from this port, by a stack that said that it connects from port 49,152.
fn syn_from(source: u16) -> usize {
    let mut run = Simulation::of(Contract::posix());
    let syn = Segment { source, target: 80, seq: Seq(7), flags: Flags::SYN, ..Segment::default() };
    let opened = run.run(async |sim| sim.connect(Babbling::saying(vec![Packet::Segment(syn)]), posix()).await.map(drop));
    assert!(opened.is_err(), "it never answers");
    run.drain_events().iter().filter(|event| matches!(&event.what, What::Segment(event) if event.fate == Fate::Delivered)).count()
}

#[test]
fn a_packet_belongs_to_the_flow_whose_port_the_stack_named() {
    assert!(syn_from(49_152) > 0);
    assert_eq!(syn_from(49_153), 0, "no connection has this port");
}

#[test]
fn settings_reach_a_stack_or_it_is_refused() {
    let (told, run) = watched("[tcp]\nsend-buffer = 900\n[tcp.client]\nmss = 100\n");
    let seen = told.each_ref().map(|told| told.settings.iter().map(|tcp| (tcp.mss, tcp.send_buffer)).collect::<Vec<_>>());
    assert_eq!(seen, [[(100, 900)], [(1460, 900)]]);
    assert_eq!([longest(&run, End::Client), longest(&run, End::Server)], [100, 100]);
    let expected = "the ends of the target `closure` could not be made: the server's stack can't be set as `[tcp]` says: it takes no \
                    settings (`Stack::configure`)";
    assert_eq!(said(&refused("[tcp.server]\nnagle = false\n")), expected);
}

#[test]
fn own_stacks_beside_foreign_ones_are_set_alike() {
    let ends = OverNetwork(async |sim: &Sim| {
        sim.connect(posix(), posix()).await?;
        sim.tcp_pair().await
    });
    let run = scenario("[tcp]\nmss = 300\n").run(&ends).unwrap_or_else(|why| panic!("{why:?}"));
    assert_eq!(longest(&run, End::Client), 300);
}

#[test]
fn a_host_that_comes_back_has_a_new_stack_or_the_scenario_is_refused() {
    let back = "[tcp]\nmss = 500\n[[fault]]\ncrash = { end = 'server', at = '1s', for = '1s' }\n";
    let (told, run) = watched(back);
    let tellings = told.map(|told| (told.attached.len(), told.settings.len()));
    assert_eq!(tellings, [(1, 1), (2, 2)], "the new one is told all that the old one was");
    assert_eq!(run.judgement(), Judgement::Held);
    let expected = "the ends of the target `closure` could not be made: the client's host can't come back after a crash: its stack \
                    can't be made anew (`Stack::renew`)";
    assert_eq!(said(&refused("[[fault]]\ncrash = { end = 'client', at = '1s', for = '1s' }\n")), expected);
    let dead = OverNetwork(async |sim: &Sim| sim.connect(Encoded(posix()), Encoded(posix())).await);
    let run = scenario("[[fault]]\ncrash = { end = 'client', at = '1s' }\n").run(&dead).expect("it need not come back");
    assert_eq!(run.judgement(), Judgement::Held);
}

/// The answer of a host that has forgotten the connection to what is sent to it: a reset.
#[test]
fn the_new_stack_of_a_host_answers() {
    let steps = "target = 'tcp'\ncontract = 'posix'\n\
                 client.steps = ['sleep 3s', 'write 1', 'read -> reset']\nserver.steps = ['read']\n\
                 fault = [{ crash = { end = 'server', at = '1s', for = '1s' } }]";
    let scenario = Scenario::parse("t.toml", steps).unwrap_or_else(|why| panic!("{why:?}"));
    let ends = OverNetwork(async |sim: &Sim| sim.connect(Watchful::new(), Watchful::new()).await);
    let run = scenario.run(&ends).unwrap_or_else(|why| panic!("{why:?}"));
    run.assert_held();
    assert!(segments(&run).any(|event| event.from == End::Server && event.segment.flags.rst()));
}

#[test]
fn a_restart_that_is_planned_late_is_refused_alike() {
    let crash = |lasts| NetFault::Crash { end: End::Server, at: Instant(5), lasts };
    let run = Simulation::of(Contract::posix());
    run.sim().with(|world| {
        let stacks: [Box<dyn Stack>; 2] = [Box::new(posix()), Box::new(Encoded(posix()))];
        world.stacks(stacks, flowsim::contract::Both::same(Contract::posix())).expect("nothing is planned yet");
        assert!(world.plan(crash(None)).is_ok());
        let why = world.plan(crash(Some(std::time::Duration::from_secs(1)))).expect_err("it can't be made anew");
        assert!(why.to_string().starts_with("the server's host can't come back"), "{why}");
    });
}

const RESET: &str = "[[fault]]\nreset = { end = 'client', at = '1s' }\n";

#[test]
fn a_reset_reaches_a_stack_or_is_refused() {
    let (_, run) = watched(RESET);
    let is_abort = |what: &What| matches!(what, What::Env(env) if matches!(env.what, EnvWhat::Abort(Abort::Reset, _)));
    assert_eq!(run.trace().events.iter().filter(|event| is_abort(&event.what)).count(), 2, "the peer's stack is told");
    assert_eq!(run.judgement(), Judgement::Held, "{}", run.why());
    let why = refused(RESET);
    assert!(matches!(why, RunError::Unfit(_)));
    assert_eq!((said(&why).as_str(), why.to_diagnostic().line), ("this end can't be aborted", 6));
}

#[test]
fn a_layer_on_a_flow_that_is_reset_is_aborted_with_it() {
    let ends = OverNetwork(async |sim: &Sim| {
        let (client, server) = sim.connect(posix(), posix()).await?;
        Ok((Io::new(flow::stream(client)), Io::new(flow::stream(server))))
    });
    let run = scenario(RESET).run(&ends).unwrap_or_else(|why| panic!("{why:?}"));
    let aborted = run.trace().events.iter().filter_map(|event| match &event.what {
        What::Env(env) if matches!(env.what, EnvWhat::Abort(..)) && env.end == Some(End::Client) => env.flow,
        _ => None,
    });
    assert_eq!(aborted.collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_target_may_offer_less() {
    let ends = OverNetwork(async |sim: &Sim| sim.connect(Encoded(posix()), Encoded(posix())).await);
    let mut offers = Offers::default();
    offers.network_faults = true;
    let less = ends.offering(offers);
    for text in [RESET, "[tcp]\nnagle = false\n"] {
        assert!(matches!(scenario(text).run(&less), Err(RunError::Unfit(_))), "{text}");
    }
    assert!(scenario("[link]\ndelay = '1ms'\n").run(&less).is_ok());
}
