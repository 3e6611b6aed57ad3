//! The network of a world: paths with a host at either end, and the flows whose segments cross them.
//!
//! A call goes to the stack of its end ([`calls`]); what the stack then says and sends is taken from it in one place
//! ([`Net::settle`]); what becomes of a packet is decided by its [`link`](crate::link), and what it means is written down in
//! [`carry`]. What this is not: a protocol. All that is TCP stands behind the door [`Stack`].

mod calls;
mod canonical;
mod carry;
mod faults;
mod host;
mod wired;

use std::net::{IpAddr, Ipv4Addr};

use crate::contract::{Both, Contract, End};
use crate::link::{self, Link};
use crate::tcp;
use crate::time::Instant;
use crate::trace::{By, Env, EnvWhat, Limits, Resources, What};

pub use faults::NetFault;

use self::carry::{Parcel, Ports};
use self::host::Host;
use self::wired::Wired;
use super::agenda::Due;
use super::core::Core;
use super::stack::{Notice, Socket, Stack};

/// What a network is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetSettings {
    /// The link that carries what this end sends.
    pub link: Both<link::Settings>,
    /// The stack of each end's host.
    pub tcp: Both<tcp::Settings>,
}

impl NetSettings {
    /// Links that carry everything at once, between hosts whose stacks are as the RFCs ask.
    pub fn new(contract: Both<Contract>) -> Self {
        let tcp = Both { client: tcp::Settings::new(contract.client), server: tcp::Settings::new(contract.server) };
        NetSettings { link: Both::default(), tcp }
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
    /// Whose each pair of ports is, as the stack at either end has it.
    ports: Both<Ports>,
}

impl Path {
    fn new(hosts: Both<Host>, link: &Both<link::Settings>) -> Self {
        let links = Both { client: Link::new(link.client.clone()), server: Link::new(link.server.clone()) };
        Path { hosts, links, ports: Both::default() }
    }
}

/// Where the host stands.
fn address(path: usize, end: End) -> IpAddr {
    let [.., high, low] = (path as u32).to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, high, low, 1 + end as u8))
}

impl Net {
    /// Is there a first path yet?
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// A path between two hosts with stacks of the simulator's own.
    pub(super) fn add_path(&mut self, settings: &NetSettings) -> usize {
        let hosts = Both { client: Host::own(&settings.tcp.client), server: Host::own(&settings.tcp.server) };
        self.paths.push(Path::new(hosts, &settings.link));
        self.paths.len() - 1
    }

    /// The path between hosts with stacks of the simulator's own: the first, unless foreign stacks were put there.
    pub(super) fn own(&mut self, contract: Both<Contract>) -> usize {
        match self.paths.iter().position(Path::is_own) {
            Some(path) => path,
            None => self.add_path(&NetSettings { link: self.first_links(), ..NetSettings::new(contract) }),
        }
    }

    /// Foreign stacks on the first path, with its links and what was planned for it, if nobody stands there yet; else on another
    /// with the same links.
    pub(super) fn place(&mut self, stacks: [Box<dyn Stack>; 2]) -> usize {
        if self.flows.iter().any(|flow| flow.path == 0) {
            return self.add_foreign(stacks, &self.first_links());
        }
        for (end, stack) in End::BOTH.into_iter().zip(stacks) {
            self.paths[0].hosts[end].give(stack);
        }
        0
    }

    /// What the links of the first path do.
    fn first_links(&self) -> Both<link::Settings> {
        let Both { client, server } = &self.paths[0].links;
        Both { client: client.settings().clone(), server: server.settings().clone() }
    }

    /// A path between two foreign stacks.
    pub(super) fn add_foreign(&mut self, stacks: [Box<dyn Stack>; 2], link: &Both<link::Settings>) -> usize {
        let [client, server] = stacks;
        self.paths.push(Path::new(Both { client: Host::foreign(client), server: Host::foreign(server) }, link));
        self.paths.len() - 1
    }

    /// A flow over a path, not connected yet; gives its index here.
    pub(super) fn add_flow(&mut self, flow: u32, path: usize, contract: Both<Contract>) -> u32 {
        self.flows.push(Wired::new(flow, path, contract));
        (self.flows.len() - 1) as u32
    }

    /// Does a call of an end of this flow listen on this port?
    pub(super) fn is_listening(&self, index: u32, end: End, port: u16) -> bool {
        self.paths[self.flows[index as usize].path].hosts[end].listening.contains(&port)
    }

    /// Takes from a stack, until there is no more, what it has to say and to send. Whoever gave it something calls this.
    fn settle(&mut self, core: &mut Core, path: usize, end: End) {
        loop {
            let stack = &mut self.paths[path].hosts[end].stack;
            if let Some(notice) = stack.notice() {
                self.hear(core, path, end, notice);
            } else if let Some((_, packet)) = stack.output(core.now) {
                self.transmit(core, path, end, packet);
            } else {
                break;
            }
        }
        self.arm(core, path, end);
    }

    /// Sees to it that the stack is woken at its deadline.
    fn arm(&mut self, core: &mut Core, path: usize, end: End) {
        let host = &mut self.paths[path].hosts[end];
        let Some(deadline) = host.stack.deadline() else { return };
        if host.is_up && host.armed.is_none_or(|armed| deadline < armed) {
            host.armed = Some(deadline);
            core.schedule(deadline, Due::Host { path: path as u32, end });
        }
    }

    /// A host's time may have come; false if nothing happens (then the clock stands still).
    pub(super) fn wake(&mut self, core: &mut Core, time: Instant, path: u32, end: End) -> bool {
        let path = path as usize;
        let host = &mut self.paths[path].hosts[end];
        if host.armed != Some(time) {
            return false;
        }
        host.armed = None;
        if host.stack.deadline().is_none_or(|deadline| deadline > time) {
            self.arm(core, path, end);
            return false;
        }
        core.now = core.now.max(time);
        host.stack.get_mut().wake(core.now);
        self.settle(core, path, end);
        true
    }

    fn hear(&mut self, core: &mut Core, path: usize, end: End, notice: Notice) {
        match notice {
            Notice::Incoming { port, socket, remote } => _ = self.bind(path, end, port, socket, remote.port()),
            Notice::Accepted { port, socket, remote } => self.accepted(core, path, end, port, socket, remote.port()),
            Notice::Progress(socket) => {
                if let Some((index, end)) = self.paths[path].hosts[end].sockets.get(socket) {
                    self.ask(core, index, end);
                }
            }
            Notice::State { socket, from, to } => {
                if let Some((index, end)) = self.paths[path].hosts[end].sockets.get(socket) {
                    let wired = &mut self.flows[index as usize];
                    wired.ends[end].lingers = to == "TIME-WAIT";
                    let at = wired.place(end);
                    core.log(|| What::State { at, from: from.into(), to: to.into() });
                }
            }
            Notice::Aborted { socket, abort } => {
                if let Some((index, end)) = self.paths[path].hosts[end].sockets.get(socket) {
                    let flow = Some(self.flows[index as usize].flow);
                    core.log(|| What::Env(Env { flow, end: Some(end), what: EnvWhat::Abort(abort, By::Stack) }));
                }
            }
            Notice::Gone(socket) => self.paths[path].hosts[end].sockets.remove(socket),
        }
    }

    /// Finds out whose connection an incoming one is.
    fn bind(&mut self, path: usize, end: End, port: u16, socket: Socket, remote: u16) -> Option<u32> {
        let host = &mut self.paths[path].hosts[end];
        if let Some((index, _)) = host.sockets.get(socket) {
            return Some(index);
        }
        let ports = &mut self.paths[path].ports;
        let index = ports.client.find((remote, port))?;
        ports.server.insert((remote, port), index);
        self.paths[path].hosts[end].sockets.insert(socket, (index, end));
        self.flows[index as usize].ends[end].socket = Some(socket);
        Some(index)
    }

    fn accepted(&mut self, core: &mut Core, path: usize, end: End, port: u16, socket: Socket, remote: u16) {
        if let Some(index) = self.bind(path, end, port, socket, remote) {
            self.flows[index as usize].ends[end].accepted = Some(port);
            self.ask(core, index, end);
        }
    }

    /// What an end still holds; nothing where its stack can't tell.
    pub(super) fn resources(&self, index: u32, end: End) -> Option<Resources> {
        let wired = &self.flows[index as usize];
        let host = &self.paths[wired.path].hosts[end];
        match wired.ends[end].socket {
            Some(socket) if host.is_up => host.stack.get().resources(socket),
            _ => Some(Resources::default()),
        }
    }

    /// Can every stack tell what it holds?
    pub(super) fn tells_resources(&self) -> bool {
        self.paths.iter().all(Path::is_own)
    }

    /// How long the stacks of each end's hosts try and keep things; as the RFCs ask where that is not known.
    pub(super) fn limits(&self) -> Both<Limits> {
        let of = |end: End| self.paths.iter().map(|path| path.hosts[end].limits()).reduce(Limits::or).unwrap_or_default();
        Both { client: of(End::Client), server: of(End::Server) }
    }

    pub(super) fn fork(&self) -> Option<Net> {
        let paths = self.paths.iter().map(Path::fork).collect::<Option<_>>()?;
        Some(Net { paths, flows: self.flows.clone(), faults: self.faults.clone(), last_id: self.last_id })
    }
}

impl Path {
    /// Are both stacks the simulator's own?
    fn is_own(&self) -> bool {
        End::BOTH.iter().all(|end| matches!(self.hosts[*end].stack, host::Kind::Own(_)))
    }

    fn fork(&self) -> Option<Path> {
        let hosts = Both { client: self.hosts.client.fork()?, server: self.hosts.server.fork()? };
        Some(Path { hosts, links: self.links.clone(), ports: self.ports.clone() })
    }
}
