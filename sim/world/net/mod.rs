//! Simulates the network of a world: paths with a host at either end, and the flows that cross them.
//!
//! What happens at one end of a path happens at a [`Post`]: a call goes to the stack there ([`calls`]); what the stack then says
//! and sends is taken from it in one place ([`Post::settle`]); what becomes of a packet is decided by its
//! [`link`](crate::link), and what it means is written down in [`carry`]. What this is not: a protocol. All that is TCP stands
//! behind the door [`Stack`].

mod calls;
mod canonical;
mod carry;
mod faults;
mod host;
mod ports;
mod post;
mod wired;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::contract::{Both, Call, Contract, End, Outcome};
use crate::link::{Link, LinkSettings};
use crate::tcp;
use crate::time::Instant;
use crate::trace::{Resources, Timeouts};

pub use faults::NetFault;
pub(crate) use wired::segment_kind;

use self::carry::Parcel;
use self::host::{Host, HostSite};
use self::ports::PortTable;
use self::post::Post;
use self::wired::Wired;
use super::Op;
use super::core::Core;
use super::stack::Stack;
use super::target::SetupError;

/// What a network is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetSettings {
    /// The link that carries what this end sends.
    pub link: Both<LinkSettings>,
    /// The stack of each end's host.
    pub tcp: Both<tcp::Settings>,
}

impl NetSettings {
    /// Links that carry everything at once, between hosts whose stacks are as the RFCs ask.
    pub fn new(contract: Both<Contract>) -> Self {
        let tcp = Both { client: tcp::Settings::new(contract.client), server: tcp::Settings::new(contract.server) };
        NetSettings { link: Both::default(), tcp }
    }

    /// With this link in each direction.
    #[must_use]
    pub fn with_link(self, link: Both<LinkSettings>) -> Self {
        NetSettings { link, ..self }
    }

    /// With these stacks.
    #[must_use]
    pub fn with_tcp(self, tcp: Both<tcp::Settings>) -> Self {
        NetSettings { tcp, ..self }
    }
}

/// Paths, and the flows on them.
#[derive(Debug, Default)]
pub(super) struct Net {
    paths: Vec<Path>,
    flows: Vec<Wired>,
    faults: Vec<NetFault>,
    /// Names segments.
    last_id: u64,
}

/// Two hosts and the links between them. The client's host is the one from which flows are opened.
#[derive(Debug)]
struct Path {
    hosts: Both<Host>,
    /// By the end that sends.
    links: Both<Link<Parcel>>,
    /// The flow of each pair of ports, as the stack at either end has it: that of the connection there, if it has ended that of
    /// what came last.
    ports: Both<PortTable>,
}

impl Path {
    fn new(hosts: Both<Host>, link: &Both<LinkSettings>) -> Self {
        let links = Both { client: Link::new(link.client.clone()), server: Link::new(link.server.clone()) };
        Path { hosts, links, ports: Both::default() }
    }
}

/// The link that carries what this end sends, and the one that carries what it gets.
#[inline]
fn there_and_back(links: &mut Both<Link<Parcel>>, from: End) -> (&mut Link<Parcel>, &mut Link<Parcel>) {
    match from {
        End::Client => (&mut links.client, &mut links.server),
        End::Server => (&mut links.server, &mut links.client),
    }
}

/// Where the host stands.
fn address(path: u32, end: End) -> IpAddr {
    let [.., high, low] = path.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, high, low, 1 + end as u8))
}

impl Net {
    /// Is there a first path yet?
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// A path between two hosts with stacks of the simulator's own.
    pub(super) fn add_path(&mut self, settings: &NetSettings) -> u32 {
        let hosts = Both { client: Host::own(&settings.tcp.client), server: Host::own(&settings.tcp.server) };
        self.paths.push(Path::new(hosts, &settings.link));
        self.paths.len() as u32 - 1
    }

    /// The hosts with stacks of the simulator's own, on which nothing has happened yet, have this defect.
    pub(super) fn spoil(&mut self, quirk: tcp::Quirk) {
        for path in &mut self.paths {
            End::BOTH.into_iter().for_each(|end| path.hosts[end].spoil(quirk));
        }
    }

    /// The path between hosts with stacks of the simulator's own: the first, unless foreign stacks were put there.
    pub(super) fn own(&mut self, contract: Both<Contract>) -> u32 {
        match self.paths.iter().position(Path::is_own) {
            Some(path) => path as u32,
            None => {
                let NetSettings { link, tcp } = self.paths[0].settings();
                let tcp = |end: End| tcp::Settings { contract: contract[end], ..tcp[end].clone() };
                self.add_path(&NetSettings { link, tcp: Both { client: tcp(End::Client), server: tcp(End::Server) } })
            }
        }
    }

    /// Foreign stacks on the first path, with its links and what was planned for it, if no flow crosses that yet; else on another
    /// with the same links.
    pub(super) fn place(&mut self, stacks: [Box<dyn Stack>; 2]) -> Result<u32, SetupError> {
        let is_free = !self.flows.iter().any(|flow| flow.path == 0);
        let path = if is_free { 0 } else { self.add_path(&self.paths[0].settings()) };
        self.give(path, stacks)?;
        Ok(path)
    }

    /// Puts stacks on the hosts of a path.
    fn give(&mut self, path: u32, stacks: [Box<dyn Stack>; 2]) -> Result<(), SetupError> {
        for (end, stack) in End::BOTH.into_iter().zip(stacks) {
            let unset = |why| format!("the {end}'s stack can't be set as `[tcp]` says: {why}");
            let site = self.site(path, end);
            self.paths[path as usize].hosts[end].give(stack, site).map_err(unset)?;
            if path == 0 && self.restarts(end) {
                self.assert_restarts(end)?;
            }
        }
        Ok(())
    }

    /// Where this end of a path stands.
    fn site(&self, path: u32, end: End) -> HostSite {
        HostSite { address: address(path, end), mtu: self.paths[path as usize].links[end].settings().mtu }
    }

    /// A flow over a path, not connected yet; gives its index here.
    pub(super) fn add_flow(&mut self, flow: u32, path: u32, contract: Both<Contract>) -> u32 {
        if self.flows.is_empty() {
            self.flows.reserve_exact(1);
        }
        self.flows.push(Wired::new(flow, path, contract));
        (self.flows.len() - 1) as u32
    }

    /// Does a call of an end of this flow listen on this port?
    pub(super) fn is_listening(&self, index: u32, end: End, port: u16) -> bool {
        self.paths[self.flows[index as usize].path as usize].hosts[end].listening.contains(&port)
    }

    /// The end of a path, and all that its host may touch.
    #[inline]
    fn post<'a>(&'a mut self, core: &'a mut Core, path: u32, end: End) -> Post<'a> {
        let Path { hosts, links, ports } = &mut self.paths[path as usize];
        let (host, link, flows, last_id) = (&mut hosts[end], &mut links[end], &mut self.flows[..], &mut self.last_id);
        Post { core, flows, host, link, ports, last_id, path, end }
    }

    /// Where this end of a flow stands.
    #[inline]
    fn post_of<'a>(&'a mut self, core: &'a mut Core, index: u32, end: End) -> Post<'a> {
        let path = self.flows[index as usize].path;
        self.post(core, path, end)
    }

    /// Asks something of an end.
    pub(super) fn call(&mut self, core: &mut Core, index: u32, end: End, call: Call) -> Op {
        self.post_of(core, index, end).call(index, call)
    }

    /// The outcome of a read, if there is one.
    pub(super) fn take_read(&mut self, core: &mut Core, index: u32, end: End, op: Op, max: usize) -> Option<Outcome> {
        self.post_of(core, index, end).take_read(index, op, max)
    }

    /// A call of an end was given up.
    pub(super) fn cancel(&mut self, core: &mut Core, index: u32, end: End, op: Op) {
        self.post_of(core, index, end).cancel(index, op);
    }

    /// A host's time may have come; false if nothing happens (then the clock stands still).
    pub(super) fn wake(&mut self, core: &mut Core, time: Instant, path: u32, end: End) -> bool {
        self.post(core, path, end).wake(time)
    }

    /// The next packet that this end of a path sent may arrive; false if another one has come first.
    pub(super) fn arrive(&mut self, core: &mut Core, time: Instant, path: u32, from: End, sequence: u64) -> bool {
        let Path { hosts, links, ports } = &mut self.paths[path as usize];
        let end = from.peer();
        let (link, back) = there_and_back(links, from);
        if link.next() != Some((time, sequence)) {
            return false;
        }
        let Some(arrival) = link.first() else { return false };
        core.now = core.now.max(time);
        let (flows, last_id) = (&mut self.flows[..], &mut self.last_id);
        Post { core: &mut *core, flows, host: &mut hosts[end], link: back, ports, last_id, path, end }.receive(arrival);
        link.remove_first();
        carry::expect(core, path, from, link.next());
        true
    }

    /// What an end still holds; nothing where its stack can't tell.
    pub(super) fn resources(&self, index: u32, end: End) -> Option<Resources> {
        let wired = &self.flows[index as usize];
        let host = &self.paths[wired.path as usize].hosts[end];
        match wired.ends[end].socket {
            Some(socket) if host.is_up() => host.stack.get().resources(socket),
            _ => Some(Resources::default()),
        }
    }

    /// Can this end be aborted?
    pub(super) fn can_abort(&self, index: u32, end: End) -> bool {
        self.paths[self.flows[index as usize].path as usize].hosts[end].stack.get().can_abort()
    }

    /// Can every stack tell what it holds?
    pub(super) fn tells_resources(&self) -> bool {
        self.paths.iter().all(Path::is_own)
    }

    /// How long the stacks of each end's hosts try and keep things; as the RFCs ask where that is not known. How long segments live
    /// is a stack's own affair: of a foreign one it is not known.
    pub(super) fn limits(&self) -> Both<Timeouts> {
        let of = |end: End| {
            let limits = self.paths.iter().map(|path| path.hosts[end].limits()).reduce(Timeouts::or).unwrap_or_default();
            if self.tells_resources() { limits } else { Timeouts { msl: Duration::ZERO, ..limits } }
        };
        Both { client: of(End::Client), server: of(End::Server) }
    }

    pub(super) fn fork(&self) -> Option<Net> {
        let paths = self.paths.iter().map(Path::fork).collect::<Option<_>>()?;
        Some(Net { paths, flows: self.flows.clone(), faults: self.faults.clone(), last_id: self.last_id })
    }
}

impl Path {
    /// What it was made of.
    fn settings(&self) -> NetSettings {
        let Both { client, server } = &self.links;
        let link = Both { client: client.settings().clone(), server: server.settings().clone() };
        let Both { client, server } = &self.hosts;
        NetSettings { link, tcp: Both { client: client.settings().clone(), server: server.settings().clone() } }
    }

    /// Are both stacks the simulator's own?
    fn is_own(&self) -> bool {
        End::BOTH.iter().all(|end| matches!(self.hosts[*end].stack, host::StackKind::Own(_)))
    }

    fn fork(&self) -> Option<Path> {
        let hosts = Both { client: self.hosts.client.fork()?, server: self.hosts.server.fork()? };
        Some(Path { hosts, links: self.links.clone(), ports: self.ports.clone() })
    }
}
