//! How ends come to be connected: connect, accept, listen, unlisten, and whom a flow says it is connected to.
//!
//! Who listens where is kept in `hosts`. What one end's calls say of the other's is judged only where both have one clock.

use super::Stamp;
use super::hosts::Found;
use super::judge::{Answered, Judge};
use super::ruling::Findings;
use super::state::{Asked, Pending};
use crate::contract::{Error, Keepalive, Outcome, SecondListen};
use crate::rules::Rule;
use crate::time::span;
use crate::trace::Clock;

impl Judge<'_> {
    /// The order between the ends is known.
    fn is_ordered(&self) -> bool {
        self.header.clock == Clock::Shared
    }

    pub(super) fn connect_called(&mut self, to: Option<&str>, keepalive: Option<Keepalive>) -> Asked {
        let port = self.hosts[self.end.peer()].is_named(to);
        self.me_mut().opening.set_keepalive(keepalive);
        let accepts = !self.peer().opening.connects() && !self.me().used && self.is_ordered();
        if let Some((accepted, op)) = self.peer().opening.opened().filter(|_| accepts) {
            self.accepted_before_connect(accepted, op);
        }
        Asked::Connect(port)
    }

    pub(super) fn accept_called(&mut self, port: u16, keepalive: Option<Keepalive>) -> Asked {
        self.hosts[self.end].accepts(port);
        self.me_mut().opening.set_keepalive(keepalive);
        Asked::Accept(port)
    }

    pub(super) fn listen_called(&mut self, port: u16) -> Asked {
        let (at, flow) = (self.at, self.flow.id);
        Asked::Listen(port, self.hosts[self.end].listens(port, flow, at))
    }

    pub(super) fn unlisten_called(&mut self, port: u16) -> Asked {
        let at = self.at;
        self.hosts[self.end].unlistens(port, at);
        self.book.trouble(None, at);
        Asked::Unlisten(port)
    }

    /// A connect or accept is made.
    pub(super) fn opening_begins(&mut self, kind: Asked) {
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
    pub(super) fn is_nowhere(&mut self, pending: &Pending, outcome: &Outcome) -> bool {
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

    pub(super) fn connect_returned(&mut self, pending: &Pending, port: Option<u16>, answered: Answered<'_>) {
        let outcome = answered.outcome;
        self.book.exercise(Rule::ConnectOnce);
        let mut found = Findings::default();
        match outcome {
            Outcome::Ok => self.connected(pending, port, &mut found),
            Outcome::Error(error) => self.not_connected(pending, port, error, &mut found),
            Outcome::Panic => self.panicked(pending),
            _ => {}
        }
        self.opening_ends(pending, answered);
        let early = found.first() == Some(Rule::ConnectOnce) && *outcome == Outcome::Error(Error::TimedOut);
        let entered = self.enter(pending, found);
        self.flow.gave_up_early = entered.filter(|_| early);
    }

    fn connected(&mut self, pending: &Pending, port: Option<u16>, found: &mut Findings) {
        let host = &self.hosts[self.end.peer()];
        if host.listener(port).is_some() || self.accepts(port).is_some() {
            self.book.exercise(Rule::HandshakeCompletes);
        }
        let Some(gone) = host.nobody(port, self.flow.id).filter(|_| self.is_ordered()) else { return };
        self.book.exercise(Rule::UnlistenStopsNew);
        if gone.seq < pending.called.seq {
            let end = self.end;
            let message = || format!("the {end}'s connect succeeded, but it was called after unlisten had returned at {}", gone.t);
            found.add(Rule::UnlistenStopsNew, &[gone, pending.called], message);
            found.also(Rule::ConnectOnce);
        }
    }

    /// A connect failed: was it refused, or did it time out, as it may?
    fn not_connected(&mut self, pending: &Pending, port: Option<u16>, error: &Error, found: &mut Findings) {
        let refused = matches!(error, Error::Refused | Error::Reset | Error::ConnectionAborted);
        if self.host_gone(pending, port) {
            self.book.exercise(Rule::UnlistenStopsNew);
        }
        let by_itself = self.me().life.aborted().is_none_or(|abort| abort.by_stack);
        let left = self.me().full_close_possible().is_some() || self.me().halves.close_begun().is_some();
        if left || !by_itself || !(refused || *error == Error::TimedOut) || !self.is_ordered() {
            return;
        }
        self.listener_was_there(pending, port, error, found);
        match refused {
            true => self.nothing_refused(pending, found),
            false => self.refusal_was_missed(pending, found),
        }
    }

    fn host_gone(&self, pending: &Pending, port: Option<u16>) -> bool {
        self.hosts[self.end.peer()].nobody(port, self.flow.id).is_some_and(|gone| gone.seq < pending.called.seq)
    }

    /// The peer's pending accept of this connection.
    fn accepts(&self, port: Option<u16>) -> Option<Stamp> {
        let is = |kind| matches!(kind, Asked::Accept(other) if port.is_none_or(|port| port == other));
        self.peer().pending.earliest(is)
    }

    /// Over a path on which nothing was lost, to a peer that was accepting all the time.
    fn listener_was_there(&self, pending: &Pending, port: Option<u16>, error: &Error, found: &mut Findings) {
        let called = pending.called.seq;
        let arrivals = &self.flow.arrivals;
        let fair = arrivals.tells_fates && !arrivals.lossy && !self.flow.is_cut() && !self.flow.was_cut;
        let host = &self.hosts[self.end.peer()];
        let there =
            host.listener_on(port, self.flow.id).filter(|at| at.seq < called).and_then(|_| self.accepts(port)).filter(|at| at.seq < called);
        let Some(accepting) = there.filter(|_| fair && !self.peer().life.is_gone() && self.header.records.network) else { return };
        let end = self.end;
        found.add(Rule::HandshakeCompletes, &[accepting, pending.called], || {
            format!("the {end}'s connect failed with `{error}`, but the {} listened and was accepting, and nothing was lost", end.peer())
        });
    }

    /// Refused, where segments show that no reset came.
    fn nothing_refused(&self, pending: &Pending, found: &mut Findings) {
        let arrivals = &self.flow.arrivals;
        let seen = arrivals.tells_fates && arrivals.of(self.end).syn.is_some();
        let reset = arrivals.of(self.end.peer()).reset.filter(|at| at.seq > pending.called.seq);
        if seen && reset.is_none() {
            let end = self.end;
            found.add(Rule::ConnectOnce, &[pending.called], || {
                format!("the {end}'s connect was refused, but no reset that answers its SYN had come")
            });
        }
    }

    /// Timed out: too early, or although the SYN had been refused.
    fn refusal_was_missed(&self, pending: &Pending, found: &mut Findings) {
        let end = self.end;
        let waited = self.at.t - pending.called.t;
        let refusal = self.flow.arrivals.of(end.peer()).refusal.filter(|at| at.seq > pending.called.seq);
        if let Some(refusal) = refusal {
            found.add(Rule::ConnectOnce, &[pending.called, refusal], || {
                format!("the {end}'s connect timed out, but a reset had refused it at {}", refusal.t)
            });
            return;
        }
        // MUST-23 (RFC 9293 §3.8.3), or what the stack was set to.
        let least = self.header.limits[end].syn;
        if self.header.simulated && waited < least {
            found.add(Rule::ConnectOnce, &[pending.called], || {
                format!("the {end}'s connect timed out after {}; a SYN is tried for {} at least", span(waited), span(least))
            });
        }
    }

    pub(super) fn accept_returned(&mut self, pending: &Pending, port: u16, answered: Answered<'_>) {
        let mut found = Findings::default();
        match answered.outcome {
            Outcome::Ok if answered.made.is_some() => self.accepted_after_disconnect(pending, &mut found),
            Outcome::Ok => self.accepted(pending, port, answered.peer, &mut found),
            Outcome::Panic => self.panicked(pending),
            _ => {}
        }
        self.opening_ends(pending, answered);
        self.enter(pending, found);
    }

    fn accepted(&mut self, pending: &Pending, port: u16, peer: Option<&str>, found: &mut Findings) {
        self.book.exercise(Rule::AcceptOnce);
        let end = self.end;
        // Who is connected to somebody else has another connection, whatever flow the call stands on.
        let other = self.me().opening.destination().zip(peer).is_some_and(|(known, peer)| known != peer);
        if let Some((first, op)) = self.me().opening.opened().filter(|_| !other) {
            found.add(Rule::AcceptOnce, &[first, pending.called], || {
                format!("the {end}'s accept returned a connection that its accept #{op} had returned at {}", first.t)
            });
        }
        if !self.is_ordered() {
            return;
        }
        self.accepted_after_disconnect(pending, found);
        let Some(gone) = self.hosts[end].nobody(Some(port), self.flow.id) else { return };
        self.book.exercise(Rule::UnlistenStopsNew);
        if let Some(begun) = self.peer().opening.begun().filter(|begun| begun.seq > gone.seq) {
            found.add(Rule::UnlistenStopsNew, &[gone, begun], || {
                format!("the {end} accepted a connection that began at {}, after unlisten had returned at {}", begun.t, gone.t)
            });
        }
    }

    /// A call that stands on another flow made this one.
    pub(super) fn was_made(&mut self, op: u64) {
        self.book.exercise(Rule::AcceptOnce);
        let (at, end) = (self.at, self.end);
        if let Some((first, _)) = self.me().opening.opened() {
            let mut found = Findings::default();
            found.add(Rule::AcceptOnce, &[first], || format!("the {end} was handed a connection that it had been handed at {}", first.t));
            let site = self.site(op);
            self.book.enter(site, found);
        }
        self.me_mut().opening.open(at, op);
    }

    fn accepted_after_disconnect(&mut self, pending: &Pending, found: &mut Findings) {
        if let Some(gone) = self.me().halves.disconnect().returned.filter(|gone| gone.seq < pending.called.seq) {
            let end = self.end;
            found.add(Rule::DisconnectNeverFails, &[gone, pending.called], || {
                format!("the {end} accepted a connection after it had left the network at {}", gone.t)
            });
        }
    }

    /// A connection was handed out before anybody had asked for it.
    fn accepted_before_connect(&mut self, accepted: Stamp, op: u64) {
        let mut found = Findings::default();
        let (end, now) = (self.end.peer(), self.at);
        found.add(Rule::AcceptOnce, &[now], || {
            format!("the {end}'s accept returned a connection at {}, before the {} had called connect", accepted.t, end.peer())
        });
        let site = super::ledger::Site { at: accepted, flow: self.flow.id, end, op: Some(op) };
        self.book.enter(site, found);
    }

    pub(super) fn listen_returned(&mut self, pending: &Pending, port: u16, before: Found, outcome: &Outcome) {
        let (end, at) = (self.end, self.at);
        let mut found = Findings::default();
        match outcome {
            Outcome::Ok => self.hosts[end].listening(port, pending.called, at),
            Outcome::Panic => self.panicked(pending),
            _ => {}
        }
        if self.hosts[end].left.is_none() && self.me().life.crashed().is_none() && port != 0 {
            self.listens_again(pending, port, before, outcome, &mut found);
        }
        self.enter(pending, found);
    }

    /// A second listen on a port, or one after unlisten.
    fn listens_again(&mut self, pending: &Pending, port: u16, before: Found, outcome: &Outcome, found: &mut Findings) {
        let (end, contract) = (self.end, self.me().contract);
        let ok = *outcome == Outcome::Ok;
        // Sockets keep a port from who asks while connections that came in by it live on.
        let sockets = matches!(contract.base, "posix" | "async-io");
        let still = before != Found::Taken || ok || self.hosts[end].listener(Some(port)).is_some();
        let wrong = match (before, contract.second_listen) {
            (Found::Unknown, _) => return,
            (Found::Free, _) => !ok && !sockets,
            (Found::Taken, None) => return,
            (Found::Taken, Some(SecondListen::Replace)) => !ok,
            (Found::Taken, Some(SecondListen::Error)) => ok,
        };
        self.book.exercise(Rule::UnlistenStopsNew);
        if wrong && still {
            let word = outcome.clone().into_error();
            found.add(Rule::UnlistenStopsNew, &[pending.called], || match (before, ok) {
                (Found::Free, _) => format!("the {end} can't listen on port {port} again after unlisten: `{word}`"),
                (_, true) => format!("the {end}'s second listen on port {port} succeeded, where it must fail"),
                (_, false) => format!("the {end}'s second listen on port {port} failed with `{word}`, where it must take over"),
            });
        }
    }

    pub(super) fn unlisten_returned(&mut self, pending: &Pending, port: u16, outcome: &Outcome) {
        let (end, at) = (self.end, self.at);
        self.book.exercise(Rule::UnlistenStopsNew);
        match outcome {
            Outcome::Ok => self.hosts[end].unlistened(port, pending.called, at),
            Outcome::Panic => self.panicked(pending),
            _ => {}
        }
    }

    /// Whom a flow is connected to never changes.
    pub(super) fn destination_returned(&mut self, pending: &Pending, Answered { outcome, peer, .. }: Answered<'_>) {
        if *outcome == Outcome::Panic {
            self.panicked(pending);
        }
        let Some(now) = peer.filter(|_| *outcome == Outcome::Ok) else { return };
        let Some(before) = self.me().opening.destination() else {
            return self.me_mut().opening.leads_to(now);
        };
        let mut found = Findings::default();
        if before != now {
            let end = self.end;
            found.add(Rule::DestinationIsConstant, &[pending.called], || {
                format!("the {end} is connected to {now}, it says, but it was to {before} before")
            });
        }
        self.book.exercise(Rule::DestinationIsConstant);
        self.enter(pending, found);
    }
}
