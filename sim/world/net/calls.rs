//! Calls on a flow that crosses the network: each waits for its turn, and is put to its end's stack until that has an answer.

use std::net::SocketAddr;

use crate::choice::Site;
use crate::contract::{Call, CloseIs, ConcurrentReads, End, Error, Mode, Outcome};
use crate::trace::What;

use super::super::Op;
use super::super::core::Core;
use super::super::op::State;
use super::wired::Waiting;
use super::{Net, address};

/// Where a connect goes that names no port, and what an accept takes that names none.
const PORT: u16 = 80;

impl Net {
    pub(in super::super) fn call(&mut self, core: &mut Core, index: u32, end: End, call: Call) -> Op {
        let wired = &mut self.flows[index as usize];
        let (at, conn) = (wired.place(end), wired.conn(end));
        let side = &mut wired.ends[end];
        side.calls += 1;
        let number = side.calls;
        core.log(|| What::Call { at, op: number, call: call.clone() });
        let state = match call {
            Call::Read { max } => State::Reading { max: max.max(1) },
            _ => State::Waiting,
        };
        let op = core.begin(Some(conn), number, state);
        let path = wired.path;
        match call {
            _ if !self.paths[path].hosts[end].is_up => {}
            // Asking to read changes nothing for the stack: it is told when the bytes are taken.
            Call::Read { .. } => {
                self.flows[index as usize].ends[end].readers.push(op);
                self.wake_reader(core, index, end);
            }
            call => {
                self.place_call(core, index, end, op, call);
                self.ask(core, index, end);
                self.settle(core, path, end);
            }
        }
        op
    }

    /// Puts a call where it will be asked for, or has it answered at once.
    fn place_call(&mut self, core: &mut Core, index: u32, end: End, op: Op, call: Call) {
        let wired = &mut self.flows[index as usize];
        let (path, side) = (wired.path, &mut wired.ends[end]);
        match call {
            Call::Connect { to, .. } => self.connect(core, index, end, op, to.as_deref()),
            Call::Accept { .. } if self.paths[path].hosts[end].has_left => {
                core.finish(op, Outcome::Error(Error::NotConnected), None);
            }
            Call::Accept { port, .. } => side.accepting.push((op, or_usual(port))),
            Call::Listen { port, .. } => self.listen(core, index, end, op, port),
            Call::Unlisten { port } => self.unlisten(core, index, end, op, port),
            Call::Disconnect => self.disconnect(core, index, end, op),
            Call::Close if side.contract.close_is == CloseIs::Full => self.at_once(core, index, end, op, Call::Close),
            Call::Shutdown(Mode::Read) => self.at_once(core, index, end, op, call),
            // Reading ends at once; only the end of writing takes its turn.
            Call::Shutdown(Mode::ReadWrite) if !side.line.is_empty() => {
                self.put(core, index, end, &mut Call::Shutdown(Mode::Read));
                let call = Call::Shutdown(Mode::Write);
                self.flows[index as usize].ends[end].line.push(Waiting { op, call, len: None });
            }
            Call::Destination => core.finish(op, Outcome::Ok, None),
            call => {
                let len = call.buffers().map(|buffers| buffers.iter().map(|buffer| buffer.len() as u64).sum());
                let call = if len == Some(0) { at_leisure(call) } else { call };
                side.line.push(Waiting { op, call, len });
            }
        }
    }

    /// A call that waits for nobody's turn.
    fn at_once(&mut self, core: &mut Core, index: u32, end: End, op: Op, mut call: Call) {
        match self.put(core, index, end, &mut call) {
            Some(outcome) => core.finish(op, outcome, None),
            None => self.flows[index as usize].ends[end].closing.push(op),
        }
    }

    /// Puts a call to the stack. An end that has no connection has nothing to answer with.
    fn put(&mut self, core: &Core, index: u32, end: End, call: &mut Call) -> Option<Outcome> {
        let wired = &self.flows[index as usize];
        let Some(socket) = wired.ends[end].socket else { return Some(Outcome::Error(Error::NotConnected)) };
        self.paths[wired.path].hosts[end].stack.call(core.now, socket, call)
    }

    /// Asks the pending calls of an end again.
    pub(super) fn ask(&mut self, core: &mut Core, index: u32, end: End) {
        let side = &self.flows[index as usize].ends[end];
        let (is_opening, is_accepting) = (!side.opening.is_empty(), !side.accepting.is_empty());
        let (is_in_line, is_closing) = (!side.line.is_empty(), !side.closing.is_empty());
        if is_opening {
            self.ask_opening(core, index, end);
        }
        if is_accepting {
            self.ask_accepting(core, index, end);
        }
        if is_in_line {
            self.ask_line(core, index, end);
        }
        if is_closing {
            self.ask_closing(core, index, end);
        }
        self.wake_reader(core, index, end);
    }

    fn ask_opening(&mut self, core: &mut Core, index: u32, end: End) {
        let mut call = Call::Connect { to: None, keepalive: None };
        if let Some(outcome) = self.put(core, index, end, &mut call) {
            let opening = std::mem::take(&mut self.flows[index as usize].ends[end].opening);
            opening.into_iter().for_each(|op| core.finish(op, outcome.clone(), None));
        }
    }

    fn ask_accepting(&mut self, core: &mut Core, index: u32, end: End) {
        let side = &mut self.flows[index as usize].ends[end];
        let Some(accepted) = side.accepted else { return };
        if let Some(found) = side.accepting.iter().position(|(_, port)| *port == accepted) {
            let (op, _) = side.accepting.remove(found);
            side.accepted = None;
            core.finish(op, Outcome::Ok, None);
        }
    }

    fn ask_line(&mut self, core: &mut Core, index: u32, end: End) {
        let wired = &mut self.flows[index as usize];
        let side = &mut wired.ends[end];
        let stack = &mut self.paths[wired.path].hosts[end].stack;
        while let Some(waiting) = side.line.front_mut() {
            let outcome = match side.socket {
                Some(socket) => stack.call(core.now, socket, &mut waiting.call),
                None => Some(Outcome::Error(Error::NotConnected)),
            };
            let Some(outcome) = outcome else {
                // Only the writes before it had to be waited for: what comes behind a close is answered by a closed flow.
                if waiting.call != Call::Close {
                    return;
                }
                side.closing.push(waiting.op);
                side.line.pop();
                continue;
            };
            let left: usize = waiting.call.buffers().map_or(0, |buffers| buffers.iter().map(|buffer| buffer.len()).sum());
            let accepted = waiting.len.filter(|_| outcome != Outcome::Ok).map(|len| len - left as u64);
            core.finish(waiting.op, outcome, accepted);
            side.line.pop();
        }
    }

    fn ask_closing(&mut self, core: &mut Core, index: u32, end: End) {
        if let Some(outcome) = self.put(core, index, end, &mut Call::Close) {
            let closing = std::mem::take(&mut self.flows[index as usize].ends[end].closing);
            closing.into_iter().for_each(|op| core.finish(op, outcome.clone(), None));
        }
    }

    // Reading.

    /// Tells the read that is first in line, if there may be something for it.
    fn wake_reader(&mut self, core: &mut Core, index: u32, end: End) {
        let Some(&first) = self.flows[index as usize].ends[end].readers.front() else { return };
        if core.ops.get(first).is_none_or(|pending| pending.announced) || !self.is_readable(index, end) {
            return;
        }
        if !core.choice.is_benign() {
            self.choose_reader(core, index, end);
        }
        if let Some(&first) = self.flows[index as usize].ends[end].readers.front() {
            core.announce(first);
        }
    }

    /// Would a read have an outcome now?
    fn is_readable(&self, index: u32, end: End) -> bool {
        let wired = &self.flows[index as usize];
        let stack = &self.paths[wired.path].hosts[end].stack;
        wired.ends[end].socket.is_none_or(|socket| stack.is_readable(socket))
    }

    fn choose_reader(&mut self, core: &mut Core, index: u32, end: End) {
        let wired = &mut self.flows[index as usize];
        let conn = wired.conn(end);
        let side = &mut wired.ends[end];
        if side.contract.concurrent_reads != ConcurrentReads::Any {
            return;
        }
        let count = u32::try_from(side.readers.len()).unwrap_or(u32::MAX);
        let pick = core.choice.pick_next(conn.0, Site::Reader, count);
        side.readers.bring_to_front(pick as usize);
    }

    /// The outcome of the read that is first in line, if there is one; nothing for any other read.
    pub(in super::super) fn take_read(&mut self, core: &mut Core, index: u32, end: End, op: Op, max: usize) -> Option<Outcome> {
        let wired = &self.flows[index as usize];
        let (path, at) = (wired.path, wired.place(end));
        if wired.ends[end].readers.front() != Some(&op) || !self.paths[path].hosts[end].is_up {
            return None;
        }
        let Some(outcome) = self.put(core, index, end, &mut Call::Read { max }) else {
            core.unannounce(op);
            return None;
        };
        self.flows[index as usize].ends[end].readers.pop();
        let number = core.remove(op)?.number;
        core.log_return(at, number, &outcome, None);
        self.wake_reader(core, index, end);
        self.settle(core, path, end);
        Some(outcome)
    }

    /// Gives up a call.
    pub(in super::super) fn cancel(&mut self, core: &mut Core, index: u32, end: End, op: Op) {
        let wired = &mut self.flows[index as usize];
        let path = wired.path;
        wired.ends[end].forget(op);
        self.ask(core, index, end);
        self.settle(core, path, end);
    }

    // Calls on the stack as a whole.

    fn connect(&mut self, core: &mut Core, index: u32, end: End, op: Op, to: Option<&str>) {
        let wired = &self.flows[index as usize];
        let (path, has_one) = (wired.path, wired.ends[end].socket.is_some());
        let port = to.map_or(Some(PORT), |to| to.rsplit(':').next().and_then(|port| port.parse().ok()));
        let Some(port) = port.filter(|_| !has_one) else {
            let word = if has_one { "already_connected" } else { "no_such_port" };
            return core.finish(op, Outcome::Error(Error::Other(word.into())), None);
        };
        let remote = SocketAddr::new(address(path, end.peer()), port);
        let host = &mut self.paths[path].hosts[end];
        match host.stack.get_mut().connect(core.now, remote) {
            Err(error) => core.finish(op, Outcome::Error(error), None),
            Ok(socket) => {
                host.sockets.insert(socket, (index, end));
                host.connecting.push(index);
                let side = &mut self.flows[index as usize].ends[end];
                side.socket = Some(socket);
                side.opening.push(op);
            }
        }
    }

    fn listen(&mut self, core: &mut Core, index: u32, end: End, op: Op, port: u16) {
        let host = &mut self.paths[self.flows[index as usize].path].hosts[end];
        let outcome = match host.stack.get_mut().listen(core.now, port) {
            Ok(()) => Outcome::Ok,
            Err(error) => Outcome::Error(error),
        };
        if outcome == Outcome::Ok {
            host.listening.insert(port);
        }
        core.finish(op, outcome, None);
    }

    fn unlisten(&mut self, core: &mut Core, index: u32, end: End, op: Op, port: u16) {
        let host = &mut self.paths[self.flows[index as usize].path].hosts[end];
        host.stack.get_mut().unlisten(core.now, port);
        host.listening.remove(&port);
        core.finish(op, Outcome::Ok, None);
    }

    /// A stack that leaves takes all its flows with it: the trace says so on each of them.
    fn disconnect(&mut self, core: &mut Core, index: u32, end: End, op: Op) {
        let path = self.flows[index as usize].path;
        let host = &mut self.paths[path].hosts[end];
        host.stack.get_mut().disconnect(core.now);
        host.listening.clear();
        host.has_left = true;
        core.finish(op, Outcome::Done, None);
        for other in 0..self.flows.len() as u32 {
            if self.flows[other as usize].path != path {
                continue;
            }
            if other != index && self.flows[other as usize].ends[end].socket.is_some() {
                self.log_disconnect(core, other, end);
            }
            let accepting = std::mem::take(&mut self.flows[other as usize].ends[end].accepting);
            accepting.into_iter().for_each(|(op, _)| core.finish(op, Outcome::Error(Error::NotConnected), None));
            self.ask(core, other, end);
        }
    }

    fn log_disconnect(&mut self, core: &mut Core, index: u32, end: End) {
        let wired = &mut self.flows[index as usize];
        wired.ends[end].calls += 1;
        let (at, op) = (wired.place(end), wired.ends[end].calls);
        core.log(|| What::Call { at, op, call: Call::Disconnect });
        core.log_return(at, op, &Outcome::Done, None);
    }
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
