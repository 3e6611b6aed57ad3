//! Follows how ends come to be connected: connect, accept, listen, unlisten, destination.
//!
//! `hosts` keeps the listeners. What one end's calls say of the other's is judged only where both have one clock.

use super::{Answered, Judge};
use crate::contract::{Error, Keepalive, Outcome};
use crate::oracle::events::opening::{Accepted, Connected, Destination, FailedConnect, HandedOut, Listened};
use crate::oracle::ledger::ViolationSite;
use crate::oracle::ruling::Findings;
use crate::oracle::state::{Asked, Found, Pending};
use crate::oracle::{Stamp, order};
use crate::rules::Rule;

impl Judge<'_> {
    pub fn connect_called(&mut self, to: Option<&str>, keepalive: Option<Keepalive>) -> Asked {
        let port = self.hosts[self.end.peer()].is_named(to);
        let opening = &mut self.me_mut().opening;
        opening.set_keepalive(keepalive);
        opening.asks_for(port);
        let accepts = !self.peer().opening.connects() && !self.me().used && self.scene().is_ordered();
        if let Some((accepted, op)) = self.peer().opening.opened().filter(|_| accepts) {
            self.accepted_before_connect(accepted, op);
        }
        Asked::Connect(port)
    }

    pub fn accept_called(&mut self, port: u32, keepalive: Option<Keepalive>) -> Asked {
        let listened = self.hosts[self.end].accepts(port);
        self.me_mut().opening.set_keepalive(keepalive.or(listened));
        Asked::Accept(port)
    }

    pub fn listen_called(&mut self, port: u32, keepalive: Option<Keepalive>) -> Asked {
        let (at, flow) = (self.at, self.flow.id);
        Asked::Listen(port, self.hosts[self.end].listens(port, keepalive, flow, at))
    }

    pub fn unlisten_called(&mut self, port: u32) -> Asked {
        let at = self.at;
        self.hosts[self.end].unlistens(port, at);
        self.book.trouble(None, at);
        Asked::Unlisten(port)
    }

    /// A connect or accept is made.
    pub fn opening_begins(&mut self, kind: Asked) {
        let at = self.at;
        let crashed = self.me().life.crashed().is_some();
        let opening = &mut self.me_mut().opening;
        // What a crash found in the making died with it: this one begins on a host that has come back.
        if crashed {
            opening.forget_unfinished();
        }
        opening.begin(at, matches!(kind, Asked::Connect(_)));
    }

    /// A connect or accept returned; what befell the end before, it is connected now.
    fn opening_ends(&mut self, pending: &Pending, answered: Answered<'_>) {
        let Answered { outcome, peer, made, .. } = answered;
        let at = self.at;
        let me = self.me_mut();
        if *outcome != Outcome::Ok {
            return me.opening.fail(at);
        }
        if made.is_some() {
            return;
        }
        me.opening.open(at, pending.op);
        if let Some(peer) = peer {
            me.opening.leads_to(peer);
        }
        let (begun, was_aborted) = (me.opening.begun(), me.life.aborted().is_some());
        // A host that crashed before and came back has nothing that the crash could have taken.
        if me.life.crashed().is_some_and(|crashed| begun.is_some_and(|begun| crashed.seq < begun.seq)) {
            me.life.outlive_crash();
        }
        if begun.is_some() && me.life.crashed().is_none() {
            me.forget_failures();
        }
        if was_aborted && me.life.aborted().is_none() {
            self.book.revived[self.end].push(self.flow.id);
        }
    }

    /// Does a call fail since its end has no connection yet? In a simulated run over a network the word alone shows that it never
    /// had one.
    pub fn is_nowhere(&mut self, pending: &Pending, outcome: &Outcome) -> bool {
        if !matches!(outcome, Outcome::Error(Error::NotConnected)) {
            return false;
        }
        let simulated = self.header.simulated && self.header.records.segments;
        let opening = &mut self.me_mut().opening;
        if simulated && opening.opened().is_none() && pending.asked.is_of_flow() {
            opening.begin_late(pending.called);
        }
        opening.is_closed_to(pending.called.seq)
    }

    pub fn connect_returned(&mut self, pending: &Pending, port: Option<u32>, answered: Answered<'_>) {
        let outcome = answered.outcome;
        let found = match outcome {
            Outcome::Ok => order::connected(&self.scene(), &Connected { pending, port }),
            Outcome::Error(error) => order::failed_connect(&self.scene(), &FailedConnect::new(&self.scene(), pending, port, error)),
            _ => Findings::default(),
        };
        if let Outcome::Panic(said) = outcome {
            self.panicked(pending, said);
        }
        self.opening_ends(pending, answered);
        let early = found.first() == Some(Rule::ConnectOnce) && *outcome == Outcome::Error(Error::TimedOut);
        let entered = self.enter(pending, found);
        self.flow.gave_up_early = entered.filter(|_| early);
    }

    pub fn accept_returned(&mut self, pending: &Pending, port: u32, answered: Answered<'_>) {
        let found = match answered.outcome {
            Outcome::Ok => order::accepted(&self.scene(), &Accepted { pending, port, peer: answered.peer, made: answered.made.is_some() }),
            _ => Findings::default(),
        };
        if let Outcome::Panic(said) = answered.outcome {
            self.panicked(pending, said);
        }
        self.opening_ends(pending, answered);
        self.enter(pending, found);
    }

    /// A call that stands on another flow made this one.
    pub fn was_made(&mut self, op: u64) {
        let at = self.at;
        let found = order::handed_out(&self.scene(), &HandedOut { at, op });
        self.book.enter(self.site(op), found);
        self.me_mut().opening.open(at, op);
    }

    /// A connection was handed out before a connect had asked for it.
    fn accepted_before_connect(&mut self, at: Stamp, op: u64) {
        let found = order::accepted_before_connect(&self.scene(), &HandedOut { at, op });
        self.book.enter(ViolationSite { at, flow: self.flow.id, end: self.end.peer(), op: Some(op) }, found);
    }

    pub fn listen_returned(&mut self, pending: &Pending, port: u32, found: Found, outcome: &Outcome) {
        let found = order::listened(&self.scene(), &Listened { pending, port, found, outcome });
        let (end, at) = (self.end, self.at);
        match outcome {
            Outcome::Ok => self.hosts[end].listening(port, pending.called, at),
            Outcome::Panic(said) => self.panicked(pending, said),
            _ => {}
        }
        self.enter(pending, found);
    }

    pub fn unlisten_returned(&mut self, pending: &Pending, port: u32, outcome: &Outcome) {
        let found = order::returned_unlisten(&self.scene(), pending);
        let (end, at) = (self.end, self.at);
        match outcome {
            Outcome::Ok => self.hosts[end].unlistened(port, pending.called, at),
            Outcome::Panic(said) => self.panicked(pending, said),
            _ => {}
        }
        self.enter(pending, found);
    }

    pub fn destination_returned(&mut self, pending: &Pending, Answered { outcome, peer, .. }: Answered<'_>) {
        if let Outcome::Panic(said) = outcome {
            self.panicked(pending, said);
        }
        let Some(address) = peer.filter(|_| *outcome == Outcome::Ok) else { return };
        let found = order::told_destination(&self.scene(), &Destination { pending, address });
        self.me_mut().opening.leads_to(address);
        self.enter(pending, found);
    }
}
