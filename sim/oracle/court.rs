//! The court: takes events in their true order and sends each to the part that can judge it.

mod layers;

use super::fact::fact;
use super::flows::Flows;
use super::frontier::Effort;
use super::judge::{Answered, Judge};
use super::ledger::Ledger;
use super::state::{Flow, Host, Network};
use super::verdict::{Judgement, Verdict, Violation};
use super::{Ordinal, Stamp, unseen};
use crate::contract::{Both, Call, End, Outcome};
use crate::time::Instant;
use crate::trace::{Clock, Env, EnvWhat, Event, Header, Place, SegmentEvent, What};

/// The most flows that are judged.
const FLOWS: usize = 131_072;

#[derive(Clone, Debug)]
pub(super) struct Court {
    header: Header,
    flows: Flows,
    hosts: Both<Host>,
    book: Ledger,
    seq: Ordinal,
    now: Instant,
    /// Partitions of every flow, also of those that come later.
    network: Network,
    /// Aborts and crashes of every flow, also of those that are named only later.
    aborts: Vec<(Stamp, End, EnvWhat)>,
    /// The flows whose end may still be aborted: one that befalls every flow concerns no others.
    alive: Both<Vec<usize>>,
    /// Since when an abort is being told: in a simulated run pending calls end in the same instant.
    telling: Option<Instant>,
    /// No obligation can be overdue before this.
    look_again: Instant,
}

impl Court {
    pub fn new(header: Header) -> Self {
        Court {
            header,
            flows: Flows::default(),
            hosts: Both::default(),
            book: Ledger::default(),
            seq: 0,
            now: Instant::ZERO,
            network: Network::default(),
            aborts: Vec::new(),
            alive: Both::default(),
            telling: None,
            look_again: Instant::ZERO,
        }
    }

    /// Another run begins; nothing is known of it yet.
    pub fn restart(&mut self, header: Header) {
        let flows = std::mem::take(&mut self.flows).restart();
        *self = Court { flows, ..Court::new(header) };
    }

    /// No more than this is spent from here on where calls overlap.
    pub fn limit(&mut self, effort: Effort) {
        self.book.effort = effort;
    }

    /// What may still be spent where calls overlap.
    pub fn effort(&self) -> Effort {
        self.book.effort
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn violations(&self) -> usize {
        self.book.violations.len()
    }

    #[inline]
    pub fn observe(&mut self, line: u64, event: &Event) {
        self.seq += 1;
        let at = Stamp::new(self.seq, line, event.t);
        if event.t > self.now {
            self.pass_time(at);
        }
        if self.flows.len() >= FLOWS && self.is_one_too_many(&event.what) {
            return;
        }
        match &event.what {
            What::Segment(event) => self.segment(event, at),
            What::Call { at: place, op, call } => self.called(*place, *op, call, at),
            What::Return { at: place, op, outcome, accepted, peer, made } => {
                let answered = Answered { outcome, accepted: *accepted, peer: peer.as_deref(), made: *made };
                self.returned(*place, *op, answered, at);
            }
            What::Cancel { at: place, op } => self.cancelled(*place, *op, at),
            What::Env(env) => self.env(env, at),
            What::State { at: place, from, to } => self.changed_state(*place, from, to, at),
        }
    }

    #[inline]
    fn segment(&mut self, event: &SegmentEvent, at: Stamp) {
        self.beside(event.sender(), at).segment(event);
    }

    fn called(&mut self, place: Place, op: u64, call: &Call, at: Stamp) {
        self.meet(place.flow, call);
        if self.has_layers() {
            self.layers_called(place, op, call, at);
        }
        self.scene(place, at).call(op, call);
        if matches!(call, Call::Disconnect) {
            self.leave(place, at);
        }
    }

    fn returned(&mut self, place: Place, op: u64, answered: Answered<'_>, at: Stamp) {
        if self.has_layers() {
            self.layers_returned(place, op, answered.outcome, at);
        }
        self.scene(place, at).answer(op, answered);
        if let (Some(made), Outcome::Ok) = (answered.made, answered.outcome) {
            self.scene(Place { flow: made, ..place }, at).was_made(op);
        }
    }

    fn cancelled(&mut self, place: Place, op: u64, at: Stamp) {
        self.scene(place, at).cancel(op);
    }

    fn changed_state(&mut self, place: Place, from: &str, to: &str, at: Stamp) {
        self.aside(place, at).state(from, to);
    }

    /// What happens from here on is tried, until it is kept or taken back to what is returned here.
    pub fn begin_trial(&mut self) -> Box<Court> {
        let mut flows = std::mem::take(&mut self.flows);
        let before = Box::new(self.clone());
        flows.begin_trial();
        self.flows = flows;
        before
    }

    /// What was tried stands.
    pub fn keep(&mut self) {
        self.flows.keep();
    }

    /// Everything is again as it was before what was tried; only what that cost is spent.
    pub fn take_back(&mut self, before: Box<Court>) {
        let (mut flows, effort) = (std::mem::take(&mut self.flows), self.book.effort);
        flows.take_back();
        *self = Court { flows, ..*before };
        self.book.effort = effort;
    }

    /// The violations found after the first `known` ones.
    pub fn found(&self, known: usize) -> &[Violation] {
        self.book.violations.get(known..).unwrap_or_default()
    }

    pub fn finish(&mut self, cut: bool) -> Verdict {
        let owed = self.flows.iter_mut().find_map(|flow| {
            flow.catch_up(&self.network);
            super::owed::open_question(flow, &self.hosts)
        });
        let full = self.book.is_full();
        let Ledger { violations, client_faults, truncations, exercised, undecided, .. } = &mut self.book;
        let (mut violations, client_faults) = (std::mem::take(violations), std::mem::take(client_faults));
        let (truncations, exercised, undecided) = (*truncations, exercised.clone(), undecided.take());
        let (judgement, why) = match (violations.first(), cut, undecided.or(owed)) {
            (Some(first), ..) if full => {
                let first = first.fact.clone();
                (Judgement::Violated, Some(fact!("{first}; of very many violations only the first are listed", first)))
            }
            (Some(first), ..) => (Judgement::Violated, Some(first.fact.clone())),
            (None, true, _) => (Judgement::Inconclusive, Some(fact!("the trace is cut: its last line ends early"))),
            (None, false, Some(why)) => (Judgement::Inconclusive, Some(why)),
            (None, false, None) => (Judgement::Held, None),
        };
        violations.sort_by_key(|violation| violation.line);
        let searched = self.book.effort.spent();
        let tolerated = unseen::tolerated(&self.flows, truncations);
        Verdict { judgement, why, violations, client_faults, truncations, exercised, tolerated, searched }
    }

    #[inline]
    fn flow(&mut self, id: u32) -> usize {
        match self.flows.known(id) {
            Some(index) => index,
            None => self.begin(id),
        }
    }

    /// A flow is named for the first time.
    #[cold]
    fn begin(&mut self, id: u32) -> usize {
        let flow = match self.flows.spare() {
            Some(mut flow) => {
                flow.restart(id, &self.header, &self.network);
                flow
            }
            None => Box::new(Flow::new(id, &self.header, &self.network)),
        };
        let index = self.flows.add(flow);
        End::BOTH.into_iter().for_each(|end| self.alive[end].push(index));
        let left = End::BOTH.map(|end| self.hosts[end].left);
        for (end, left) in End::BOTH.into_iter().zip(left) {
            let other = left.or(self.hosts[end.peer()].left.filter(|_| !self.has_two_hosts()));
            if let Some(left) = other {
                self.flows.at_mut(index).ends[end].life.stack_leaves(left);
            }
        }
        index
    }

    /// Memory is bounded: of very many flows the first are judged, and the verdict says so.
    #[cold]
    fn is_one_too_many(&mut self, what: &What) -> bool {
        let full = what.flow().is_some_and(|id| self.flows.known(id).is_none());
        if full {
            self.book.give_up(|| fact!("the trace has more than {most} flows: only the first were judged", most = FLOWS));
        }
        full
    }

    /// A flow is connected from the start unless it begins by connecting: what befell every flow before its first call befell it too.
    fn meet(&mut self, id: u32, call: &Call) {
        let begins = matches!(call, Call::Connect { .. } | Call::Accept { .. } | Call::Listen { .. });
        if !(self.aborts.is_empty() || begins || self.flows.known(id).is_some()) {
            self.catch_up(id);
        }
    }

    /// Tells a flow what befell every flow before it was named.
    fn catch_up(&mut self, id: u32) {
        self.flow(id);
        for (at, end, what) in self.aborts.clone() {
            self.aside(Place { flow: id, end }, at).env(&what);
        }
    }

    /// Keeps what befalls every flow for those that are named later: of each kind the first.
    fn befall(&mut self, at: Stamp, end: End, what: &EnvWhat) {
        let same = |(_, known, kept): &(Stamp, End, EnvWhat)| *known == end && std::mem::discriminant(kept) == std::mem::discriminant(what);
        if !self.aborts.iter().any(same) {
            self.aborts.push((at, end, what.clone()));
        }
    }

    /// Something that an end does: the flow is active.
    #[inline(always)]
    fn scene(&mut self, place: Place, at: Stamp) -> Judge<'_> {
        let scene = self.aside(place, at);
        scene.flow.active = at.t;
        scene
    }

    /// Something that befalls an end.
    #[inline(always)]
    fn aside(&mut self, place: Place, at: Stamp) -> Judge<'_> {
        let scene = self.beside(place, at);
        scene.flow.settled = false;
        scene
    }

    /// Something that is only seen: it is no progress, and nothing becomes due by it.
    #[inline(always)]
    fn beside(&mut self, place: Place, at: Stamp) -> Judge<'_> {
        let index = self.flow(place.flow);
        let flow = self.flows.at_mut(index);
        flow.catch_up(&self.network);
        Judge { flow, book: &mut self.book, header: &self.header, hosts: &mut self.hosts, end: place.end, at }
    }

    /// An end's stack leaves the network: that may be the stack of other flows, too.
    fn leave(&mut self, place: Place, at: Stamp) {
        self.hosts[place.end].leaves(at);
        let same = |end: End| end == place.end || !self.has_two_hosts();
        let ends: Vec<End> = End::BOTH.into_iter().filter(|end| same(*end)).collect();
        for flow in self.flows.iter_mut().filter(|flow| flow.id != place.flow) {
            ends.iter().for_each(|&end| flow.ends[end].life.stack_leaves(at));
        }
    }

    /// All clients' ends are one host's, and all servers' another's.
    fn has_two_hosts(&self) -> bool {
        self.header.simulated && self.header.proxies.is_empty()
    }

    /// The clock moves: nearly always nothing can be overdue by that.
    #[inline]
    fn pass_time(&mut self, at: Stamp) {
        self.now = at.t;
        if self.telling.is_some() || at.t > self.look_again {
            self.look_for_overdue(at);
        }
    }

    /// What should have happened at once, or within patience, is overdue now.
    #[inline(never)]
    fn look_for_overdue(&mut self, at: Stamp) {
        if let Some(told) = self.telling
            && self.header.simulated
            && at.t > told
        {
            self.telling = None;
            for flow in self.flows.iter_mut() {
                super::owed::abort_told_at_once(flow, &mut self.book, at);
            }
        }
        if self.header.clock == Clock::Shared && at.t > self.look_again {
            self.lose_patience(at);
        }
    }

    /// Looks at every flow, and notes when the next one can be due: not before, so that time passes cheaply.
    fn lose_patience(&mut self, at: Stamp) {
        self.lend_progress();
        let shortest = End::BOTH.map(|end| self.header.contract[end].patience).into_iter().min().unwrap_or_default();
        let due = self.flows.iter_mut().map(|flow| {
            flow.catch_up(&self.network);
            super::owed::pass_time(flow, &mut self.book, &self.hosts, at)
        });
        self.look_again = due.flatten().min().unwrap_or(at.t + shortest).min(at.t + shortest);
    }

    fn env(&mut self, env: &Env, at: Stamp) {
        match &env.what {
            EnvWhat::Quiet => self.quiet(at),
            // The simulator stops recording only where it gives a run up.
            EnvWhat::End if self.header.simulated => self.book.give_up(|| fact!("the run was given up before its end")),
            EnvWhat::End => {}
            EnvWhat::Partition { from } => self.partition(env.flow, *from, at, Some(at)),
            EnvWhat::Heal { from } => self.partition(env.flow, *from, at, None),
            what => {
                let ends = End::BOTH.into_iter().filter(|end| env.end.is_none_or(|only| only == *end));
                match (env.flow, what) {
                    (None, EnvWhat::Abort(..) | EnvWhat::Crash(_)) => ends.clone().for_each(|end| self.befall(at, end, what)),
                    // A trace may consist of what happened to its only flow.
                    (None, _) if self.flows.is_empty() => self.catch_up(0),
                    _ => {}
                }
                if matches!(what, EnvWhat::Crash(_)) {
                    ends.clone().for_each(|end| self.hosts[end].crashes());
                }
                let named = env.flow.map(|id| self.flow(id));
                for end in ends {
                    for index in self.concerned(named, end, what) {
                        let id = self.flows.at(index).id;
                        self.aside(Place { flow: id, end }, at).env(what);
                        if self.has_layers() {
                            self.befell_below(Place { flow: id, end }, what, at);
                        }
                    }
                }
                if matches!(what, EnvWhat::Abort(..)) {
                    self.telling = Some(at.t);
                }
            }
        }
    }

    /// The flows that an event concerns: the one that it names, or all that it can change anything of.
    fn concerned(&mut self, named: Option<usize>, end: End, what: &EnvWhat) -> Vec<usize> {
        match (named, what) {
            (Some(index), _) => vec![index],
            (None, EnvWhat::Abort(..)) => {
                let revived = std::mem::take(&mut self.book.revived[end]);
                let revived: Vec<usize> = revived.into_iter().filter_map(|id| self.flows.known(id)).collect();
                let (flows, alive) = (&self.flows, &mut self.alive[end]);
                // An abort that is known only by an error word becomes certain by the line.
                alive.retain(|&index| flows.at(index).ends[end].life.aborted().is_none_or(|abort| abort.by_word));
                alive.extend(revived);
                alive.sort_unstable();
                alive.dedup();
                alive.clone()
            }
            (None, _) => (0..self.flows.len()).collect(),
        }
    }

    fn partition(&mut self, flow: Option<u32>, from: Option<End>, at: Stamp, state: Option<Stamp>) {
        let ends = End::BOTH.into_iter().filter(|end| from.is_none_or(|from| from == *end));
        let Some(id) = flow else { return self.network.set(ends, state, at) };
        let index = self.flow(id);
        let flow = self.flows.at_mut(index);
        flow.catch_up(&self.network);
        flow.path.set(ends.clone(), state);
        (flow.settled, flow.active) = (false, at.t);
        self.cut_below(id, ends, state);
    }

    fn quiet(&mut self, at: Stamp) {
        let overdue = std::mem::take(&mut self.book.overdue);
        self.book.violations.extend(overdue);
        if self.has_layers() {
            self.layers_at_quiet(at);
        }
        for flow in self.flows.iter_mut() {
            flow.catch_up(&self.network);
            super::owed::quiet(flow, &mut self.book, &self.header, &mut self.hosts, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::rules::history;

    /// How many flows an abort of all clients' ends concerns after this history.
    fn concerned(text: &str) -> usize {
        let trace = history::parse(text, Contract::modern()).expect("a history");
        let mut court = Court::new(trace.header.clone());
        (2..).zip(&trace.events).for_each(|(line, event)| court.observe(line, event));
        let abort = EnvWhat::Abort(crate::trace::Abort::Reset, crate::trace::By::Fault);
        court.concerned(None, End::Client, &abort).len()
    }

    #[test]
    fn an_abort_of_all_concerns_those_that_can_still_be_aborted() {
        let flows: String = (0..100).map(|id| format!("client/{id} write 1 -> ok\n")).collect();
        let told = |then: &str| concerned(&format!("{flows}{then}"));
        assert_eq!(told(""), 100);
        assert_eq!(told("env reset server by fault"), 100, "the other ends");
        assert_eq!(told("env reset client/7 by fault"), 99);
        assert_eq!(told("env reset client/7 by fault\nclient/7 write 1 -> error reset"), 99);
        assert_eq!(told("env reset client by fault"), 0);
        assert_eq!(told("env reset client by fault\nclient/100 connect server:80 -> ok"), 1, "one that is new");
    }

    #[test]
    fn an_end_that_connects_after_an_abort_can_be_aborted_again() {
        let begun = "client/0 call 1 connect server:80\nenv reset client/0 by fault\n";
        let told = |then: &str| concerned(&format!("{begun}{then}"));
        assert_eq!(told(""), 0);
        assert_eq!(told("client/0 return 1 ok"), 1);
        assert_eq!(told("env reset client by fault\nclient/0 return 1 ok"), 1);
    }

    fn cancels(court: &mut Court, flows: std::ops::Range<u32>) {
        for flow in flows {
            let what = What::Cancel { at: Place { flow, end: End::Client }, op: 1 };
            court.observe(2, &Event { t: Instant(1), what });
        }
    }

    #[test]
    fn a_run_leaves_memory_and_nothing_else() {
        let mut court = Court::new(Header::default());
        cancels(&mut court, 0..10);
        court.restart(Header::default());
        court.flows = Flows::default();
        assert_eq!(format!("{court:?}"), format!("{:?}", Court::new(Header::default())));
    }

    #[test]
    fn nothing_is_left_of_what_was_taken_back() {
        let mut court = Court::new(Header::default());
        cancels(&mut court, 0..10);
        let was = format!("{court:?}");
        let before = court.begin_trial();
        cancels(&mut court, 5..20);
        court.take_back(before);
        assert_eq!(format!("{court:?}"), was);
    }
}
