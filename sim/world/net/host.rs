//! Keeps a host: one stack, and the flows that its connections belong to.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use smallvec::SmallVec;

use crate::contract::{Call, Outcome};
use crate::tcp::{self, Tcp};
use crate::time::Instant;
use crate::trace::Timeouts;

use super::super::stack::{Notice, Socket, Stack};

/// A host on a path.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) stack: StackKind,
    /// What the network says of its stack: also of that with which it comes back after a crash.
    settings: tcp::Settings,
    /// Crashes that have not ended. It is up again when the last of them has.
    pub(super) crashes: u32,
    /// It has left the network, and takes no connections any more.
    pub(super) has_left: bool,
    /// When it is to be woken next, as the agenda knows it. What is to happen later need not stand there yet: it is asked for
    /// again then.
    pub(super) armed: Option<Instant>,
    /// When it is to be woken after that, as the agenda knows it; the next time last.
    pub(super) later: SmallVec<[Instant; 1]>,
    /// Whose end each connection is.
    pub(super) sockets: Sockets,
    /// The flows that have called it, or have a connection here, since its last crash.
    pub(super) guests: SmallVec<[u32; 2]>,
    /// Ports that calls have asked it to listen on, sorted.
    pub(super) listening: SmallVec<[u16; 4]>,
}

/// Where a host stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostSite {
    pub(super) address: IpAddr,
    /// The largest packet that the path from there takes.
    pub(super) mtu: u16,
}

/// The flow whose end each connection is. Stacks that number their connections from 0 on, as most do, are looked up by place.
#[derive(Clone, Debug, Default)]
pub(super) struct Sockets {
    dense: SmallVec<[Option<u32>; 2]>,
    sparse: BTreeMap<Socket, u32>,
}

/// So far ahead of its predecessors a number may be and still have a place.
const GAP_MAX: usize = 64;

impl Sockets {
    #[inline]
    pub(super) fn get(&self, socket: Socket) -> Option<u32> {
        match self.dense.get(socket.index()) {
            Some(owner) => *owner,
            None => self.sparse.get(&socket).copied(),
        }
    }

    pub(super) fn insert(&mut self, socket: Socket, owner: u32) {
        let place = socket.index();
        if place > self.dense.len() + GAP_MAX {
            self.sparse.insert(socket, owner);
            return;
        }
        for place in self.dense.len()..=place {
            let known = self.sparse.remove(&Socket::new(place as u32));
            self.dense.push(known);
        }
        self.dense[place] = Some(owner);
    }

    pub(super) fn remove(&mut self, socket: Socket) {
        match self.dense.get_mut(socket.index()) {
            Some(owner) => *owner = None,
            None => _ = self.sparse.remove(&socket),
        }
    }
}

/// The simulator's own stack as plain data, or a foreign one behind the same door.
pub(super) enum StackKind {
    Own(Box<Tcp>),
    Foreign(Box<dyn Stack>),
}

impl StackKind {
    #[inline]
    pub(super) fn get(&self) -> &dyn Stack {
        match self {
            StackKind::Own(tcp) => &**tcp,
            StackKind::Foreign(stack) => &**stack,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self) -> &mut dyn Stack {
        match self {
            StackKind::Own(tcp) => &mut **tcp,
            StackKind::Foreign(stack) => &mut **stack,
        }
    }

    // What is asked for every packet goes to the simulator's own stack without a detour.

    #[inline]
    pub(super) fn call(&mut self, now: Instant, socket: Socket, call: &mut Call) -> Option<Outcome> {
        match self {
            StackKind::Own(tcp) => Stack::call(&mut **tcp, now, socket, call),
            StackKind::Foreign(stack) => stack.call(now, socket, call),
        }
    }

    #[inline]
    pub(super) fn is_readable(&self, socket: Socket) -> bool {
        match self {
            StackKind::Own(tcp) => Stack::is_readable(&**tcp, socket),
            StackKind::Foreign(stack) => stack.is_readable(socket),
        }
    }

    #[inline]
    pub(super) fn notice(&mut self) -> Option<Notice> {
        match self {
            StackKind::Own(tcp) => Stack::notice(&mut **tcp),
            StackKind::Foreign(stack) => stack.notice(),
        }
    }

    #[inline]
    pub(super) fn deadline(&mut self) -> Option<Instant> {
        match self {
            StackKind::Own(tcp) => Stack::deadline(&mut **tcp),
            StackKind::Foreign(stack) => stack.deadline(),
        }
    }

    /// What a host with it starts with after a crash; nothing where that can't be had.
    fn renew(&self, settings: &tcp::Settings, site: HostSite) -> Option<StackKind> {
        match self {
            StackKind::Own(_) => Some(StackKind::Own(Box::new(Tcp::new(settings.clone())))),
            StackKind::Foreign(stack) => prepare(stack.renew()?, settings, site).ok().map(StackKind::Foreign),
        }
    }

    /// Can a host with it come back after a crash?
    pub(super) fn can_renew(&self) -> bool {
        match self {
            StackKind::Own(_) => true,
            StackKind::Foreign(stack) => stack.renew().is_some(),
        }
    }

    fn fork(&self) -> Option<StackKind> {
        Some(match self {
            StackKind::Own(tcp) => StackKind::Own(tcp.clone()),
            StackKind::Foreign(stack) => StackKind::Foreign(stack.fork()?),
        })
    }
}

impl fmt::Debug for StackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StackKind::Own(tcp) => tcp.fmt(f),
            StackKind::Foreign(_) => f.write_str("a foreign stack"),
        }
    }
}

impl Host {
    pub(super) fn own(settings: &tcp::Settings) -> Self {
        Host {
            stack: StackKind::Own(Box::new(Tcp::new(settings.clone()))),
            settings: settings.clone(),
            crashes: 0,
            has_left: false,
            armed: None,
            later: SmallVec::new(),
            sockets: Sockets::default(),
            guests: SmallVec::new(),
            listening: SmallVec::new(),
        }
    }

    /// It has this stack from the start; or why the stack can't be set as the network says.
    pub(super) fn give(&mut self, stack: Box<dyn Stack>, site: HostSite) -> Result<(), String> {
        self.stack = StackKind::Foreign(prepare(stack, &self.settings, site)?);
        Ok(())
    }

    /// Its stack has this defect from now on, also after a crash.
    pub(super) fn spoil(&mut self, quirk: tcp::Quirk) {
        self.settings.quirk = Some(quirk);
        if let StackKind::Own(stack) = &mut self.stack {
            stack.configure(&self.settings);
        }
    }

    /// Its stack has this defect.
    pub(super) fn is(&self, quirk: tcp::Quirk) -> bool {
        self.settings.quirk == Some(quirk)
    }

    /// What the network says of its stack.
    pub(super) const fn settings(&self) -> &tcp::Settings {
        &self.settings
    }

    /// It listens on this port now.
    pub(super) fn note_listening(&mut self, port: u16) {
        if let Err(place) = self.listening.binary_search(&port) {
            self.listening.insert(place, port);
        }
    }

    /// How long its stack tries before it gives up.
    pub(super) fn limits(&self) -> Timeouts {
        let tcp = &self.settings;
        Timeouts { syn: tcp.syn_give_up, data: tcp.give_up, msl: tcp.msl, fin_wait_2: tcp.fin_wait_2 }
    }

    /// It has not crashed, or has come back.
    #[inline]
    pub(super) const fn is_up(&self) -> bool {
        self.crashes == 0
    }

    /// Its stack forgets everything, and nothing answers any more. Crashes add up: each needs a [`restart`](Host::restart) of its
    /// own.
    pub(super) fn crash(&mut self) {
        self.crashes = self.crashes.saturating_add(1);
        self.armed = None;
        self.later.clear();
        self.sockets = Sockets::default();
        self.listening.clear();
    }

    /// One crash has ended. After the last of them it is back, with nothing of what it knew.
    pub(super) fn restart(&mut self, site: HostSite) {
        if self.crashes == 1 {
            let Some(stack) = self.stack.renew(&self.settings, site) else { return };
            self.stack = stack;
            self.has_left = false;
        }
        self.crashes = self.crashes.saturating_sub(1);
    }

    pub(super) fn fork(&self) -> Option<Host> {
        Some(Host {
            stack: self.stack.fork()?,
            settings: self.settings.clone(),
            crashes: self.crashes,
            has_left: self.has_left,
            armed: self.armed,
            later: self.later.clone(),
            sockets: self.sockets.clone(),
            guests: self.guests.clone(),
            listening: self.listening.clone(),
        })
    }
}

/// Tells a foreign stack where it stands and what the network says of it; or why it can't be set so.
fn prepare(mut stack: Box<dyn Stack>, settings: &tcp::Settings, site: HostSite) -> Result<Box<dyn Stack>, String> {
    stack.attach(site.address, site.mtu);
    let usual = tcp::Settings { mss: tcp::Settings::mss_for(site.mtu), ..tcp::Settings::new(settings.contract) };
    if *settings != usual {
        stack.configure(settings)?;
    }
    Ok(stack)
}
