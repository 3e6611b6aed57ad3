//! Brings about the faults of a network that have a time: cuts, crashes; and aborts of single ends.

use std::time::Duration;

use smallvec::SmallVec;

use crate::contract::End;
use crate::link::ExactFault;
use crate::tcp::Quirk;
use crate::time::Instant;
use crate::trace::{Abort, By, Env, EnvWhat, What};

use super::super::agenda::Occurrence;
use super::super::core::Core;
use super::super::target::SetupError;
use super::Net;

/// Something that goes wrong on the first path of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetFault {
    /// One segment meets with something.
    Segment {
        /// The end that sends it.
        from: End,
        /// Which segment, and what happens to it.
        exact: ExactFault,
    },
    /// The network is cut: what is sent is lost.
    Partition {
        /// Only what this end sends; both if none.
        from: Option<End>,
        /// When.
        at: Instant,
        /// For how long; for ever if none.
        lasts: Option<Duration>,
    },
    /// A host stops.
    Crash {
        /// Whose.
        end: End,
        /// When.
        at: Instant,
        /// When it is back, with nothing of what it knew; never if none.
        lasts: Option<Duration>,
    },
}

/// The two moments of a fault.
const BEGINS: u32 = 0;
const ENDS: u32 = 1;

impl Net {
    /// Lets this go wrong, at its time; or why it can't.
    pub(in super::super) fn plan(&mut self, core: &mut Core, fault: NetFault) -> Result<(), SetupError> {
        if let NetFault::Crash { end, lasts: Some(_), .. } = fault {
            self.assert_restarts(end)?;
        }
        let number = 2 * self.faults.len() as u32;
        let mut times = [None, None];
        match &fault {
            NetFault::Segment { from, exact } => self.paths[0].links[*from].add(*exact),
            NetFault::Partition { at, lasts, .. } | NetFault::Crash { at, lasts, .. } => {
                times = [Some((*at, BEGINS)), lasts.map(|lasts| (*at + lasts, ENDS))];
            }
        }
        self.faults.push(fault);
        for (at, moment) in times.into_iter().flatten() {
            match at <= core.now {
                // What is so from the start must not wait behind the first calls.
                true => self.strike(core, number + moment),
                false => core.schedule(at, Occurrence::Fault(number + moment)),
            }
        }
        Ok(())
    }

    /// Is the host of this end to come back after a crash?
    pub(super) fn restarts(&self, host: End) -> bool {
        self.faults.iter().any(|fault| matches!(fault, NetFault::Crash { end, lasts: Some(_), .. } if *end == host))
    }

    /// It can do so.
    pub(super) fn assert_restarts(&self, host: End) -> Result<(), SetupError> {
        match self.paths[0].hosts[host].stack.can_renew() {
            true => Ok(()),
            false => Err(format!("the {host}'s host can't come back after a crash: its stack can't be made anew (`Stack::renew`)").into()),
        }
    }

    /// Was the segment of this fault not sent so far?
    pub(in super::super) fn awaits(&self, fault: &NetFault) -> bool {
        let NetFault::Segment { from, exact } = fault else { return false };
        self.paths[0].links[*from].awaits(exact)
    }

    /// The time of a fault has come, or its end.
    pub(in super::super) fn strike(&mut self, core: &mut Core, number: u32) {
        let begins = number % 2 == BEGINS;
        match self.faults[number as usize / 2].clone() {
            NetFault::Segment { .. } => {}
            NetFault::Partition { from, .. } => self.cut(core, from, begins),
            NetFault::Crash { end, .. } if begins => self.crash(core, end),
            NetFault::Crash { end, .. } => {
                let site = self.site(0, end);
                self.paths[0].hosts[end].restart(site);
            }
        }
    }

    /// A cut begins or ends. Cuts add up: the trace says of each direction when the first begins and when the last ends.
    fn cut(&mut self, core: &mut Core, from: Option<End>, begins: bool) {
        let mut changed: SmallVec<[End; 2]> = SmallVec::new();
        for end in End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end)) {
            let link = &mut self.paths[0].links[end];
            let was_cut = link.is_cut();
            if begins {
                link.cut()
            } else {
                link.heal()
            }
            if link.is_cut() != was_cut {
                changed.push(end);
            }
        }
        let from = match changed.as_slice() {
            [] => return,
            [only] => Some(*only),
            _ => None,
        };
        let what = if begins { EnvWhat::Partition { from } } else { EnvWhat::Heal { from } };
        core.log(|| What::Env(Env { flow: None, end: None, what }));
    }

    /// The host is gone with all that ran on it. One that is down already only stays so longer.
    fn crash(&mut self, core: &mut Core, end: End) {
        if self.paths[0].hosts[end].is(Quirk::CrashIsFin) && self.paths[0].hosts[end].is_up() {
            let post = &mut self.post(core, 0, end);
            post.host.stack.get_mut().disconnect(post.core.now);
            post.settle();
        }
        let host = &mut self.paths[0].hosts[end];
        let was_up = host.is_up();
        host.crash();
        if !was_up {
            return;
        }
        core.log(|| What::Env(Env { flow: None, end: Some(end), what: EnvWhat::Crash(By::Fault) }));
        for index in std::mem::take(&mut self.paths[0].hosts[end].guests) {
            self.flows[index as usize].ends[end].abandon();
        }
    }

    /// Fault injection: aborts an end; false if its connection has ended, or its stack can't.
    pub(in super::super) fn abort(&mut self, core: &mut Core, index: u32, end: End, abort: Abort) -> bool {
        let wired = &self.flows[index as usize];
        let (path, flow, socket) = (wired.path, wired.flow, wired.ends[end].socket);
        let post = &mut self.post(core, path, end);
        let is_struck = socket.is_some_and(|socket| post.host.stack.get_mut().abort(post.core.now, socket, abort));
        if is_struck {
            post.core.log(|| What::Env(Env { flow: Some(flow), end: Some(end), what: EnvWhat::Abort(abort, By::Fault) }));
            post.settle();
        }
        is_struck
    }
}
