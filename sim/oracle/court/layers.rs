//! Carries what happens on a flow to the flow that stands on it, and asks about what layers and proxies make of the flows they use.

use super::Court;
use crate::contract::{Both, Call, End, Outcome, Payload};
use crate::oracle::Stamp;
use crate::oracle::events::layers::{LayerAtQuiet, LowerCall, ProxySides, UpperEnded};
use crate::oracle::ledger::ViolationSite;
use crate::oracle::order;
use crate::oracle::owed::last_progress;
use crate::oracle::ruling::Findings;
use crate::oracle::scene::Scene;
use crate::oracle::state::{Asked, Between};
use crate::trace::{Abort, By, Clock, EnvWhat, Header, Layer, Place, Proxy};

impl Court {
    /// Flows stand on others, or a proxy joins some.
    #[inline]
    pub(super) fn has_layers(&self) -> bool {
        !(self.header.layers.is_empty() && self.header.proxies.is_empty())
    }

    /// A call is about to begin.
    #[cold]
    pub(super) fn layers_called(&mut self, place: Place, op: u64, call: &Call, at: Stamp) {
        for layer in self.layers_on(place.flow) {
            self.lower_called(layer, place, op, call, at);
        }
        for proxy in self.header.proxies.clone() {
            let joins = place == Place { flow: proxy.left, end: End::Server } || place == Place { flow: proxy.right, end: End::Client };
            if joins && matches!(call, Call::Close) && self.header.clock == Clock::Shared {
                self.proxy_closes(proxy, place, op, at);
            }
        }
    }

    /// The layers that stand on this flow.
    fn layers_on(&self, flow: u32) -> Vec<Layer> {
        self.header.layers.iter().filter(|layer| layer.lower == flow).copied().collect()
    }

    fn lower_called(&mut self, layer: Layer, place: Place, op: u64, call: &Call, at: Stamp) {
        let (lower, upper) = (self.flow(layer.lower), self.flow(layer.upper));
        if self.header.records.lower {
            let event = LowerCall { call, upper: &self.flows.at(upper).ends[place.end], between: self.between(lower, place.end) };
            let found = order::lower_called(&self.view(lower, place.end, at), &event);
            self.enter(ViolationSite { at, flow: place.flow, end: place.end, op: Some(op) }, found);
        }
        if call.buffers().is_some_and(|buffers| buffers.iter().any(|buffer| !Payload::is_empty(buffer))) {
            self.pass(lower, place.end, |between| between.wrote(at));
        }
        if matches!(call, Call::Close) {
            self.flows.at_mut(upper).ends[place.end].life.ends_below(at, false);
        }
    }

    /// A call is about to return.
    #[cold]
    pub(super) fn layers_returned(&mut self, place: Place, op: u64, outcome: &Outcome, at: Stamp) {
        for layer in self.layers_on(place.flow) {
            let upper = self.flow(layer.upper);
            let fails = matches!(outcome, Outcome::Error(_) | Outcome::Closed | Outcome::Panic(_));
            if fails || matches!(outcome, Outcome::Eof) {
                self.flows.at_mut(upper).ends[place.end].life.ends_below(at, fails);
            }
        }
        let below = self.header.layers.iter().find(|layer| layer.upper == place.flow).map(|layer| layer.lower);
        if let Some(lower) = below {
            self.upper_returned(lower, place, op, outcome, at);
        }
    }

    fn upper_returned(&mut self, lower: u32, place: Place, op: u64, outcome: &Outcome, at: Stamp) {
        let (upper, lower) = (self.flow(place.flow), self.flow(lower));
        let Some(pending) = self.flows.at(upper).ends[place.end].pending.iter().find(|pending| pending.op == op).copied() else { return };
        match (pending.asked, outcome) {
            (Asked::Write { len: 1.., .. }, Outcome::Ok) => self.pass(lower, place.end, |between| between.accepted(pending.called)),
            (Asked::Close, Outcome::Done) => self.upper_ended(upper, lower, place, op, at),
            (Asked::Shutdown(mode), Outcome::Done) if mode.writes() => self.upper_ended(upper, lower, place, op, at),
            _ => {}
        }
    }

    fn upper_ended(&mut self, upper: usize, lower: usize, place: Place, op: u64, at: Stamp) {
        if !self.header.records.lower {
            return;
        }
        let below_ended = self.flows.at(lower).ends[place.end].halves.write_end_called().is_some();
        let event = UpperEnded { below_ended, between: self.between(lower, place.end) };
        let found = order::upper_ended(&self.view(upper, place.end, at), &event);
        self.enter(ViolationSite { at, flow: place.flow, end: place.end, op: Some(op) }, found);
    }

    /// Something befell an end of a flow: it befell what stands on it.
    #[cold]
    pub(super) fn befell_below(&mut self, place: Place, what: &EnvWhat, at: Stamp) {
        for layer in self.layers_on(place.flow) {
            let upper = self.flow(layer.upper);
            match what {
                EnvWhat::Abort(..) => self.flows.at_mut(upper).ends[place.end].life.ends_below(at, true),
                EnvWhat::Crash(_) => self.aside(Place { flow: layer.upper, ..place }, at).env(what),
                _ => {}
            }
        }
        for (proxy, outer) in self.proxies_on(place.flow) {
            self.befell_proxied(proxy, outer, place, what, at);
        }
    }

    /// The proxies on this flow of which the two outer ends are known as one flow, with its number.
    fn proxies_on(&self, flow: u32) -> Vec<(Proxy, u32)> {
        let joins = |proxy: &&Proxy| proxy.left == flow || proxy.right == flow;
        self.header.proxies.iter().filter(joins).filter_map(|proxy| Some((*proxy, proxy.outer?))).collect()
    }

    /// Something befell one of the flows that a proxy joins: it befell the outer flow, unless it may be the proxy's own doing. What
    /// comes from outside excuses either end from then on; a reset counts only if it has a reason.
    fn befell_proxied(&mut self, proxy: Proxy, outer: u32, place: Place, what: &EnvWhat, at: Stamp) {
        let index = self.flow(outer);
        let end = if place.flow == proxy.left { End::Client } else { End::Server };
        let is_outside = match what {
            EnvWhat::Abort(Abort::Reset, by) => place.end == end && *by == By::Fault,
            what => matches!(what, EnvWhat::Abort(..) | EnvWhat::Crash(_)),
        };
        let ends = &mut self.flows.at_mut(index).ends;
        if is_outside {
            End::BOTH.into_iter().for_each(|end| ends[end].life.ends_below(at, true));
        }
        let is_closed = [end, end.peer()].into_iter().any(|end| ends[end].full_close_possible().is_some());
        let has_reason = is_closed || ends[end].life.below_lost().is_some();
        match what {
            // Whose decision it was is judged below.
            EnvWhat::Abort(kind, _) if has_reason && place.end == end => {
                self.aside(Place { flow: outer, end }, at).env(&EnvWhat::Abort(*kind, By::Fault));
            }
            EnvWhat::Abort(..) if has_reason => ends[end].life.ends_below(at, true),
            _ => {}
        }
    }

    /// A partition of a flow, or that it heals, concerns what stands on it.
    pub(super) fn cut_below(&mut self, flow: u32, ends: impl Iterator<Item = End> + Clone, state: Option<Stamp>) {
        let layers = self.layers_on(flow).into_iter().map(|layer| layer.upper);
        let outer = self.proxies_on(flow).into_iter().map(|(_, outer)| outer);
        for upper in layers.chain(outer).collect::<Vec<_>>() {
            let upper = self.flow(upper);
            self.flows.at_mut(upper).path.set(ends.clone(), state);
        }
    }

    /// What gets on below is progress above.
    pub(super) fn lend_progress(&mut self) {
        let Header { layers, proxies, .. } = &self.header;
        let proxied = proxies.iter().filter_map(|proxy| Some((proxy.outer?, [proxy.left, proxy.right])));
        let pairs = layers.iter().map(|layer| (layer.upper, layer.lower));
        let pairs = pairs.chain(proxied.flat_map(|(outer, below)| below.map(|below| (outer, below))));
        for (upper, lower) in pairs.collect::<Vec<_>>() {
            let (upper, lower) = (self.flow(upper), self.flow(lower));
            let last = last_progress(self.flows.at(lower));
            let flow = self.flows.at_mut(upper);
            flow.active = flow.active.max(last);
        }
    }

    /// All is quiet.
    #[cold]
    pub(super) fn layers_at_quiet(&mut self, at: Stamp) {
        if self.header.records.lower {
            self.header.layers.clone().into_iter().for_each(|layer| self.layer_at_quiet(layer, at));
        }
        if self.header.clock == Clock::Shared {
            self.header.proxies.clone().into_iter().for_each(|proxy| self.proxy_at_quiet(proxy, at));
        }
    }

    fn layer_at_quiet(&mut self, layer: Layer, at: Stamp) {
        let (lower, upper) = (self.flow(layer.lower), self.flow(layer.upper));
        for end in End::BOTH {
            let event = LayerAtQuiet { lower: &self.flows.at(lower).ends[end] };
            let found = order::layer_at_quiet(&self.view(upper, end, at), &event);
            self.enter(ViolationSite { at, flow: layer.upper, end, op: None }, found);
        }
    }

    fn proxy_at_quiet(&mut self, proxy: Proxy, at: Stamp) {
        for (near, far) in self.both_sides(proxy) {
            let found = order::proxy_at_quiet(&self.view(near.0, near.1, at), &self.sides(near, far));
            self.enter(ViolationSite { at, flow: self.flows.at(near.0).id, end: near.1, op: None }, found);
        }
    }

    fn proxy_closes(&mut self, proxy: Proxy, place: Place, op: u64, at: Stamp) {
        let index = self.flow(place.flow);
        let me = &self.flows.at(index).ends[place.end];
        if !me.halves.closes_fully() || me.halves.close_begun().is_some() {
            return;
        }
        for (near, far) in self.both_sides(proxy) {
            let found = order::proxy_closes(&self.view(index, place.end, at), &self.sides(near, far));
            self.enter(ViolationSite { at, flow: place.flow, end: place.end, op: Some(op) }, found);
        }
    }

    /// The proxy's two ends, once from either side.
    fn both_sides(&mut self, Proxy { left, right, .. }: Proxy) -> [(Side, Side); 2] {
        let (left, right) = ((self.flow(left), End::Server), (self.flow(right), End::Client));
        [(left, right), (right, left)]
    }

    fn sides(&self, near: Side, far: Side) -> ProxySides<'_> {
        let end = |(flow, end): Side| &self.flows.at(flow).ends[end];
        let peer = |(flow, end): Side| &self.flows.at(flow).ends[end.peer()];
        ProxySides { near: end(near), near_peer: peer(near), far: end(far), far_peer: peer(far) }
    }

    fn view(&self, flow: usize, end: End, at: Stamp) -> Scene<'_> {
        Scene { flow: self.flows.at(flow), book: &self.book, header: &self.header, hosts: &self.hosts, end, at }
    }

    fn between(&self, lower: usize, end: End) -> Between {
        self.flows.at(lower).between.as_deref().map(|between: &Both<Between>| between[end]).unwrap_or_default()
    }

    fn pass(&mut self, lower: usize, end: End, what: impl FnOnce(&mut Between)) {
        if let Some(between) = &mut self.flows.at_mut(lower).between {
            what(&mut between[end]);
        }
    }

    fn enter(&mut self, site: ViolationSite, found: Findings) {
        self.book.enter(site, found);
    }
}

/// One of a proxy's ends: where its flow is kept, and which end it is.
type Side = (usize, End);
