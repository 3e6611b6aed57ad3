//! Performs calls on a flow that crosses the network: each waits for its turn, and is put to its end's stack until that has an
//! answer.

use std::net::SocketAddr;

use crate::choice::Site;
use crate::contract::{Call, CloseIs, ConcurrentReads, Error, Mode, Outcome};
use crate::tcp::Quirk;
use crate::trace::What;

use super::super::Op;
use super::super::core::Core;
use super::super::op::OpState;
use super::super::stack::Socket;
use super::address;
use super::host::StackKind;
use super::ports::pair;
use super::post::Post;
use super::wired::{Apart, Offered, WaitingCall, WiredSide};

/// Where a connect goes that names no port, and what an accept takes that names none.
const PORT: u16 = 80;

impl Post<'_> {
    /// The end of this flow that stands here.
    #[inline]
    fn side(&mut self, index: u32) -> &mut WiredSide {
        &mut self.flows[index as usize].ends[self.end]
    }

    pub(super) fn call(&mut self, index: u32, call: Call) -> Op {
        let op = self.begin(index, &call);
        match call {
            _ if !self.host.is_up() => {}
            // Asking to read changes nothing for the stack: it is told when the bytes are taken.
            Call::Read { .. } => {
                self.side(index).readers.push(op);
                self.wake_reader(index);
            }
            call => {
                self.place_call(index, op, call);
                self.ask(index);
                self.settle();
            }
        }
        op
    }

    /// Numbers a call and writes it down.
    fn begin(&mut self, index: u32, call: &Call) -> Op {
        self.register(index);
        let wired = &mut self.flows[index as usize];
        let (at, conn) = (wired.place(self.end), wired.conn(self.end));
        let side = &mut wired.ends[self.end];
        side.calls += 1;
        let number = side.calls;
        self.core.log(|| What::Call { at, op: number, call: call.clone() });
        let state = match call {
            Call::Read { max } => OpState::Reading { max: (*max).max(1) },
            _ => OpState::Waiting,
        };
        self.core.begin(Some(conn), number, state)
    }

    /// Puts a call where it will be asked for, or has it answered at once.
    fn place_call(&mut self, index: u32, op: Op, call: Call) {
        let side = &mut self.flows[index as usize].ends[self.end];
        match call {
            Call::Connect { to, .. } => self.connect(index, op, to.as_deref()),
            Call::Accept { .. } if self.host.has_left => self.core.finish(op, Outcome::Error(Error::NotConnected), None),
            Call::Accept { port, .. } | Call::Listen { port, .. } | Call::Unlisten { port } => match (u16::try_from(port), call) {
                (Err(_), _) => self.core.finish(op, no_such_port(), None),
                (Ok(port), Call::Listen { .. }) => self.listen(op, port),
                (Ok(port), Call::Unlisten { .. }) => self.unlisten(op, port),
                (Ok(port), _) => side.apart.push((op, Apart::Accepting(or_usual(port)))),
            },
            Call::Disconnect => self.disconnect(index, op),
            Call::Close if side.close_is == CloseIs::Full => self.at_once(index, op, Call::Close),
            Call::Shutdown(Mode::Read) => self.at_once(index, op, call),
            // Reading ends at once; only the end of writing takes its turn.
            Call::Shutdown(Mode::ReadWrite) if !side.line.is_empty() => {
                self.put(index, &mut Call::Shutdown(Mode::Read));
                self.side(index).line.push(WaitingCall { op, call, len: None });
            }
            Call::Destination => self.core.finish(op, Outcome::Ok, None),
            call => {
                let len = call.buffers().map(|buffers| buffers.iter().map(|buffer| buffer.len() as u64).sum());
                let call = if len == Some(0) { at_leisure(call) } else { call };
                self.line_up(index, WaitingCall { op, call, len });
            }
        }
    }

    /// A call that need not wait for its turn.
    fn at_once(&mut self, index: u32, op: Op, mut call: Call) {
        match self.put(index, &mut call) {
            Some(outcome) => self.core.finish(op, outcome, None),
            None => self.side(index).apart.push((op, Apart::Closing)),
        }
    }

    /// Puts a call to the stack. An end that has no connection has nothing to answer with.
    fn put(&mut self, index: u32, call: &mut Call) -> Option<Outcome> {
        match self.side(index).socket {
            Some(socket) => self.host.stack.call(self.core.now, socket, call),
            None => Some(Outcome::Error(Error::NotConnected)),
        }
    }

    /// Asks the pending calls of an end again.
    pub(super) fn ask(&mut self, index: u32) {
        let side = &self.flows[index as usize].ends[self.end];
        let (is_in_line, is_closing) = (!side.line.is_empty(), side.awaits(Apart::Closing));
        if !side.apart.is_empty() {
            self.ask_opening(index);
            self.ask_accepting(index);
        }
        if is_in_line {
            self.ask_line(index);
        }
        if is_closing {
            self.ask_apart(index, Apart::Closing, Call::Close);
        }
        self.wake_reader(index);
    }

    fn ask_opening(&mut self, index: u32) {
        if self.side(index).awaits(Apart::Opening) {
            self.ask_apart(index, Apart::Opening, Call::Connect { to: None, keepalive: None });
        }
    }

    /// Asks calls that wait for no turn, all of which get the same answer.
    fn ask_apart(&mut self, index: u32, what: Apart, mut call: Call) {
        if let Some(outcome) = self.put(index, &mut call) {
            let waiting = self.side(index).take(|apart| apart == what);
            waiting.into_iter().for_each(|op| self.core.finish(op, outcome.clone(), None));
        }
    }

    fn ask_accepting(&mut self, index: u32) {
        let side = &mut self.flows[index as usize].ends[self.end];
        let (Offered::On(accepted) | Offered::Again(accepted)) = side.offered else { return };
        if let Some(found) = side.apart.iter().position(|(_, apart)| *apart == Apart::Accepting(accepted)) {
            let (op, _) = side.apart.remove(found);
            side.offered = Offered::HandedOut;
            self.core.finish(op, Outcome::Ok, None);
        }
    }

    /// A call stands in line, unless it is its turn and it has an answer at once.
    fn line_up(&mut self, index: u32, mut waiting: WaitingCall) {
        let side = &mut self.flows[index as usize].ends[self.end];
        match side.line.is_empty() {
            true if serve(self.core, &mut self.host.stack, side.socket, &mut waiting) => {}
            _ => side.line.push(waiting),
        }
    }

    fn ask_line(&mut self, index: u32) {
        let side = &mut self.flows[index as usize].ends[self.end];
        while let Some(waiting) = side.line.front_mut() {
            let is_served = serve(self.core, &mut self.host.stack, side.socket, waiting);
            // Only the writes before it had to be waited for: what comes behind a close is answered by a closed flow.
            if !is_served && !matches!(waiting.call, Call::Close) {
                return;
            }
            if !is_served {
                side.apart.push((waiting.op, Apart::Closing));
            }
            side.line.pop();
        }
    }

    // Reading.

    /// Tells the read that is first in line, if there may be something for it.
    #[inline]
    fn wake_reader(&mut self, index: u32) {
        if !self.side(index).readers.is_empty() {
            self.wake_first_reader(index);
        }
    }

    #[inline(never)]
    fn wake_first_reader(&mut self, index: u32) {
        let side = &self.flows[index as usize].ends[self.end];
        if let Some(&first) = side.readers.front()
            && self.core.ops.get(first).is_some_and(|pending| !pending.announced)
            && side.socket.is_none_or(|socket| self.host.stack.is_readable(socket))
        {
            self.tell_reader(index, first);
        }
    }

    /// There is something for one of the readers, of which this one is the first.
    fn tell_reader(&mut self, index: u32, first: Op) {
        let chosen = if self.core.choice.is_benign() { Some(first) } else { self.choose_reader(index) };
        if let Some(op) = chosen {
            self.core.announce(op);
        }
    }

    fn choose_reader(&mut self, index: u32) -> Option<Op> {
        let wired = &mut self.flows[index as usize];
        let conn = wired.conn(self.end);
        let side = &mut wired.ends[self.end];
        if side.concurrent_reads == ConcurrentReads::Any {
            let count = u32::try_from(side.readers.len()).unwrap_or(u32::MAX);
            let pick = self.core.choice.pick_next(conn.0, Site::Reader, count);
            side.readers.bring_to_front(pick as usize);
        }
        side.readers.front().copied()
    }

    /// The outcome of the read that is first in line, if there is one; nothing for any other read.
    pub(super) fn take_read(&mut self, index: u32, op: Op, max: usize) -> Option<Outcome> {
        let wired = &mut self.flows[index as usize];
        let at = wired.place(self.end);
        let side = &mut wired.ends[self.end];
        if side.readers.front() != Some(&op) || !self.host.is_up() {
            return None;
        }
        let Some(outcome) = self.put(index, &mut Call::Read { max }) else {
            self.core.unannounce(op);
            return None;
        };
        self.side(index).readers.pop();
        let number = self.core.remove(op)?.number;
        self.core.log_return(at, number, &outcome, None);
        self.wake_reader(index);
        self.settle();
        Some(outcome)
    }

    /// Gives up a call.
    pub(super) fn cancel(&mut self, index: u32, op: Op) {
        let was_closing = self.side(index).awaits(Apart::Closing);
        self.side(index).forget(op);
        if was_closing
            && !self.side(index).awaits(Apart::Closing)
            && let Some(socket) = self.side(index).socket
        {
            self.host.stack.get_mut().give_close_up(self.core.now, socket);
        }
        self.ask(index);
        self.settle();
    }

    // Calls on the stack as a whole.

    fn connect(&mut self, index: u32, op: Op, to: Option<&str>) {
        if let Some(error) = self.bars_connect(index) {
            return self.core.finish(op, Outcome::Error(error), None);
        }
        let port = to.map_or(Some(PORT), |to| to.rsplit(':').next().and_then(|port| port.parse().ok()));
        let Some(port) = port else {
            return self.core.finish(op, no_such_port(), None);
        };
        let remote = SocketAddr::new(address(self.path, self.end.peer()), port);
        match self.host.stack.get_mut().connect(self.core.now, remote) {
            Err(error) => self.core.finish(op, Outcome::Error(error), None),
            Ok((socket, local)) => {
                self.own(index, socket, pair(self.end, local, port));
                self.side(index).apart.push((op, Apart::Opening));
            }
        }
    }

    /// Why a flow can't connect: it does so once. What failed to connect has no connection, as all its calls say, and gets none.
    fn bars_connect(&mut self, index: u32) -> Option<Error> {
        self.side(index).socket?;
        Some(match self.put(index, &mut Call::Connect { to: None, keepalive: None }) {
            Some(Outcome::Error(_)) => Error::NotConnected,
            _ => Error::Other("already_connected".into()),
        })
    }

    fn listen(&mut self, op: Op, port: u16) {
        let outcome = match self.host.stack.get_mut().listen(self.core.now, port) {
            Ok(()) => Outcome::Ok,
            Err(error) => Outcome::Error(error),
        };
        if outcome == Outcome::Ok {
            self.host.note_listening(port);
        }
        self.core.finish(op, outcome, None);
    }

    fn unlisten(&mut self, op: Op, port: u16) {
        self.host.stack.get_mut().unlisten(self.core.now, port);
        self.host.listening.retain(|known| *known != port);
        self.core.finish(op, Outcome::Ok, None);
        for other in 0..self.flows.len() as u32 {
            if self.flows[other as usize].path == self.path && !self.host.is(Quirk::AcceptForgotten) {
                let accepting = self.side(other).take(|apart| apart == Apart::Accepting(port));
                accepting.into_iter().for_each(|op| self.core.finish(op, Outcome::Error(Error::NotConnected), None));
            }
        }
    }

    /// A stack that leaves takes all its flows with it: the trace says so on each of them.
    fn disconnect(&mut self, index: u32, op: Op) {
        self.host.stack.get_mut().disconnect(self.core.now);
        self.host.listening.clear();
        self.host.has_left = true;
        let fails = self.host.is(Quirk::DisconnectFails);
        self.core.finish(op, if fails { Outcome::Error(Error::Other("busy".into())) } else { Outcome::Done }, None);
        for other in 0..self.flows.len() as u32 {
            if self.flows[other as usize].path != self.path {
                continue;
            }
            if other != index && self.side(other).socket.is_some() {
                self.log_disconnect(other);
            }
            let accepting = self.side(other).take(|apart| matches!(apart, Apart::Accepting(_)));
            accepting.into_iter().for_each(|op| self.core.finish(op, Outcome::Error(Error::NotConnected), None));
            self.ask(other);
        }
    }

    fn log_disconnect(&mut self, index: u32) {
        let at = self.flows[index as usize].place(self.end);
        let side = self.side(index);
        side.calls += 1;
        let op = side.calls;
        self.core.log(|| What::Call { at, op, call: Call::Disconnect });
        self.core.log_return(at, op, &Outcome::Done, None);
    }
}

/// Puts a call whose turn it is to the stack; false if there is no answer yet.
fn serve(core: &mut Core, stack: &mut StackKind, socket: Option<Socket>, waiting: &mut WaitingCall) -> bool {
    let outcome = match socket {
        Some(socket) => stack.call(core.now, socket, &mut waiting.call),
        None => Some(Outcome::Error(Error::NotConnected)),
    };
    let Some(outcome) = outcome else { return false };
    let accepted = waiting.len.filter(|_| outcome != Outcome::Ok).map(|len| len - waiting.left());
    core.finish(waiting.op, outcome, accepted);
    true
}

/// The answer to a port that is none, or out of range.
fn no_such_port() -> Outcome {
    Outcome::Error(Error::Other("no_such_port".into()))
}

/// A port that is not named is the usual one.
const fn or_usual(port: u16) -> u16 {
    if port == 0 { PORT } else { port }
}

/// A write that has nothing to send need not wait until it is sent.
fn at_leisure(call: Call) -> Call {
    match call {
        Call::WriteNodelay(data) => Call::Write(data),
        Call::WritevNodelay(list) => Call::Writev(list),
        call => call,
    }
}
