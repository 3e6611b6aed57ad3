//! Writes events as lines: which fields stand in a line, and in which order.
//!
//! The digest covers these bytes, so nothing here may depend on anything but the event.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{By, Env, EnvWhat, Event, Header, Place, Proxy, Records, SegmentEvent, Timeouts, What, pattern};
use crate::contract::{Both, Call, Contract, End, Keepalive, Outcome, Payload};
use crate::wire::Flags;

/// A flow's number, by its name.
type FlowNumber = (&'static str, u32);

/// A line in the making.
pub(super) struct LineWriter<'a>(pub(super) &'a mut Vec<u8>);

impl LineWriter<'_> {
    /// The first line of a trace.
    pub(super) fn header(&mut self, header: &Header) {
        self.raw("{\"flowsim_trace\":1,\"contract\":");
        self.contracts(&header.contract.client, &header.contract.server);
        self.word("clock", header.clock.word());
        self.records(header.records);
        if !header.note.is_empty() {
            self.text("note", &header.note);
        }
        self.keepalive(header.keepalive);
        let layers = header.layers.iter().map(|layer| ([("upper", layer.upper), ("lower", layer.lower)], None));
        self.flows("layers", layers);
        let outer = |proxy: &Proxy| proxy.outer.map(|outer| ("outer", outer));
        let proxies = header.proxies.iter().map(|proxy| ([("left", proxy.left), ("right", proxy.right)], outer(proxy)));
        self.flows("proxies", proxies);
        self.raw(if header.simulated { ",\"simulated\":true" } else { "" });
        if header.limits != Both::default() {
            self.limits(&header.limits);
        }
        self.raw("}\n");
    }

    fn contracts(&mut self, client: &Contract, server: &Contract) {
        if client == server {
            return self.quoted(&client.to_string());
        }
        self.raw("{\"client\":");
        self.quoted(&client.to_string());
        self.raw(",\"server\":");
        self.quoted(&server.to_string());
        self.raw("}");
    }

    fn records(&mut self, records: Records) {
        if records != Records::default() {
            self.key("records");
            self.list(records.words(), LineWriter::quoted);
        }
    }

    /// A list of objects with the numbers of two flows, or three.
    fn flows(&mut self, name: &str, list: impl ExactSizeIterator<Item = ([FlowNumber; 2], Option<FlowNumber>)>) {
        if list.len() == 0 {
            return;
        }
        self.key(name);
        self.list(list, |line, ([(a, x), second], third)| {
            line.raw("{\"");
            line.raw(a);
            line.raw("\":");
            line.digits(x.into());
            [second].into_iter().chain(third).for_each(|(name, flow)| line.number(name, flow.into()));
            line.raw("}");
        });
    }

    /// One event.
    pub(super) fn event(&mut self, event: &Event) {
        self.raw(match &event.what {
            What::Call { .. } => "{\"event\":\"call\",\"t\":",
            What::Return { .. } => "{\"event\":\"return\",\"t\":",
            What::Cancel { .. } => "{\"event\":\"cancel\",\"t\":",
            What::Env(_) => "{\"event\":\"env\",\"t\":",
            What::Segment(_) => "{\"event\":\"segment\",\"t\":",
            What::State { .. } => "{\"event\":\"state\",\"t\":",
        });
        self.digits(event.t.0);
        self.what(&event.what);
        self.raw("}\n");
    }

    fn what(&mut self, what: &What) {
        match what {
            What::Call { at, op, call } => {
                self.operation(*at, *op);
                self.call(call);
            }
            What::Return { at, op, outcome, accepted, peer, .. } => {
                self.operation(*at, *op);
                self.outcome(outcome);
                self.number_if("accepted", *accepted);
                self.text_if("peer", peer.as_deref());
            }
            What::Cancel { at, op } => self.operation(*at, *op),
            What::Env(env) => self.env(env),
            What::Segment(event) => self.segment(event),
            What::State { at, from, to } => {
                self.place(*at);
                self.text("from", from);
                self.text("to", to);
            }
        }
    }

    fn place(&mut self, at: Place) {
        if at.flow > 0 {
            self.number("flow", at.flow.into());
        }
        self.end(at.end);
    }

    fn end(&mut self, end: End) {
        self.word("end", end.word());
    }

    fn operation(&mut self, at: Place, op: u64) {
        self.place(at);
        self.number("op", op);
    }

    fn call(&mut self, call: &Call) {
        self.word("call", call.word());
        match call {
            Call::Read { max: usize::MAX } => {}
            Call::Read { max } => self.number("max", *max as u64),
            Call::Write(data) | Call::WriteNodelay(data) => self.payload(data),
            Call::Writev(list) | Call::WritevNodelay(list) => self.payloads(list),
            Call::Shutdown(mode) => self.word("mode", mode.word()),
            Call::Connect { to, keepalive } => {
                self.text_if("to", to.as_deref());
                self.keepalive(*keepalive);
            }
            Call::Accept { port, keepalive } | Call::Listen { port, keepalive } => {
                self.number("port", (*port).into());
                self.keepalive(*keepalive);
            }
            Call::Unlisten { port } => self.number("port", (*port).into()),
            Call::Flush | Call::Close | Call::Disconnect | Call::Destination => {}
        }
    }

    fn keepalive(&mut self, keepalive: Option<Keepalive>) {
        let Some(Keepalive { after, interval, probes }) = keepalive else { return };
        self.raw(",\"keepalive\":{\"after\":");
        self.digits(nanos(after));
        self.number("interval", nanos(interval));
        self.number("probes", probes.into());
        self.raw("}");
    }

    /// Limits stand in a header only where they are not what the RFCs ask for.
    fn limits(&mut self, limits: &Both<Timeouts>) {
        self.raw(",\"limits\":");
        for (end, before) in End::BOTH.into_iter().zip(["{", "},"]) {
            self.raw(before);
            self.quoted(end.word());
            for (span, (name, before)) in limits[end].spans().into_iter().zip(Timeouts::NAMES.into_iter().zip([":{", ",", ",", ","])) {
                self.raw(before);
                self.quoted(name);
                self.raw(":");
                self.digits(nanos(span));
            }
        }
        self.raw("}}");
    }

    fn outcome(&mut self, outcome: &Outcome) {
        self.word("result", outcome.word());
        match outcome {
            Outcome::Data(data) => self.payload(data),
            Outcome::Error(error) => self.text("error", error.word()),
            Outcome::Panic(said) if !said.is_empty() => self.text("message", said),
            Outcome::Ok | Outcome::Eof | Outcome::Closed | Outcome::Done | Outcome::Panic(_) => {}
        }
    }

    /// Slices of the pattern are written as their place in it, other bytes in full, unknown bytes as their number.
    fn payload(&mut self, payload: &Payload) {
        let Payload::Bytes(bytes) = payload else { return self.number("len", payload.len() as u64) };
        if let Some(code) = pattern::code_of(bytes) {
            self.number("len", bytes.len() as u64);
            self.number("code", code);
        } else {
            self.key("data");
            self.base64(bytes);
        }
    }

    /// The buffers of one write are spelled alike: if the contents of one are not known, only lengths are written.
    fn payloads(&mut self, list: &[Payload]) {
        let empty = list.iter().all(Payload::is_empty);
        let Some(bytes) = list.iter().map(Payload::bytes).collect::<Option<Vec<_>>>() else { return self.lengths(list) };
        let code = |bytes: &&bytes::Bytes| if bytes.is_empty() { Some(0) } else { pattern::code_of(bytes) };
        match bytes.iter().map(code).collect::<Option<Vec<u64>>>() {
            Some(codes) if !empty => {
                self.lengths(list);
                self.key("code");
                self.list(codes, LineWriter::digits);
            }
            _ => {
                self.key("data");
                self.list(bytes, |line, bytes| line.base64(bytes));
            }
        }
    }

    fn lengths(&mut self, list: &[Payload]) {
        self.key("len");
        self.list(list, |line, payload| line.digits(payload.len() as u64));
    }

    fn env(&mut self, env: &Env) {
        self.number_if("flow", env.flow.map(u64::from));
        self.word("what", env.what.word());
        if let Some(end) = env.end {
            self.end(end);
        }
        match &env.what {
            EnvWhat::Abort(_, by) | EnvWhat::Crash(by) => self.by(*by),
            EnvWhat::Partition { from } | EnvWhat::Heal { from } => self.text_if("from", from.map(End::word)),
            EnvWhat::Transmitted { upto } | EnvWhat::Acknowledged { upto } => self.number("upto", *upto),
            EnvWhat::Resources(held) => {
                self.number("connections", held.connections);
                self.number("timers", held.timers);
                self.number("buffered", held.buffered);
                self.number("ports", held.ports);
            }
            EnvWhat::Buffer { op, data } => {
                self.number("op", *op);
                self.payload(data);
            }
            EnvWhat::Quiet | EnvWhat::End => {}
        }
    }

    fn by(&mut self, by: By) {
        match by {
            By::Unknown => {}
            By::Stack => self.word("by", "stack"),
            By::Fault => self.word("by", "fault"),
        }
    }

    fn segment(&mut self, event: &SegmentEvent) {
        let segment = &event.segment;
        if event.flow > 0 {
            self.number("flow", event.flow.into());
        }
        self.word("from", event.from.word());
        self.number_if("id", event.id);
        self.word("what", event.fate.word());
        self.number("seq", segment.seq.0.into());
        self.number("ack", segment.ack.0.into());
        self.flags(segment.flags);
        self.number("win", event.window().into());
        self.number("len", segment.data_len().into());
        self.contents(&segment.data);
        self.text("opts", &event.options());
    }

    fn flags(&mut self, flags: Flags) {
        self.key("flags");
        self.raw("\"");
        flags.letters().for_each(|letter| self.0.push(letter as u8));
        self.raw("\"");
    }

    /// What a segment carries, its length apart: as of a call, a slice of the pattern is written as its place.
    fn contents(&mut self, data: &Payload) {
        let Some(bytes) = data.bytes().filter(|bytes| !bytes.is_empty()) else { return };
        if let Some(code) = pattern::code_of(bytes) {
            self.number("code", code);
        } else {
            self.key("data");
            self.base64(bytes);
        }
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    fn key(&mut self, name: &str) {
        self.raw(",\"");
        self.raw(name);
        self.raw("\":");
    }

    /// A field whose value needs no escapes.
    fn word(&mut self, name: &str, word: &str) {
        self.key(name);
        self.raw("\"");
        self.raw(word);
        self.raw("\"");
    }

    fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.quoted(text);
    }

    fn text_if(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A JSON string of any text.
    fn quoted(&mut self, text: &str) {
        // Writing a string into memory can't fail.
        let written = serde_json::to_writer(&mut *self.0, text);
        debug_assert!(written.is_ok());
    }

    fn base64(&mut self, bytes: &[u8]) {
        self.raw("\"");
        let start = self.0.len();
        self.0.resize(start + bytes.len().div_ceil(3) * 4, 0);
        let written = STANDARD.encode_slice(bytes, &mut self.0[start..]);
        debug_assert_eq!(written, Ok(self.0.len() - start));
        self.raw("\"");
    }

    fn number(&mut self, name: &str, number: u64) {
        self.key(name);
        self.digits(number);
    }

    fn number_if(&mut self, name: &str, number: Option<u64>) {
        if let Some(number) = number {
            self.number(name, number);
        }
    }

    fn digits(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&digits[first..]);
    }

    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut item: impl FnMut(&mut Self, T)) {
        let mut separator = "[";
        for next in items {
            self.raw(separator);
            item(self, next);
            separator = ",";
        }
        self.raw(if separator == "[" { "[]" } else { "]" });
    }
}

/// Whole nanoseconds, as far as 64 bits go (584 years).
fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
