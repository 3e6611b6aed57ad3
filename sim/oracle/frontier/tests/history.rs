//! Draws small histories of one direction: what an honest stream does, and now and then a lie.

use std::collections::VecDeque;

/// What the two ends promise.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub whole: bool,
    pub fifo: bool,
    pub lossy: bool,
    pub runs_on: bool,
    /// Only lengths are recorded.
    pub counted: bool,
    /// How many reads can be pending.
    pub readers: usize,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Ok,
    Failed(Option<usize>),
    Cancelled,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Write { op: usize, data: Vec<u8> },
    Settle { op: usize, how: How },
    Read { op: usize },
    Data { op: usize, data: Vec<u8> },
    End { op: usize },
    Cancel { op: usize },
}

/// The source of all choices: bytes, then zeros.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    fn below(&mut self, limit: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % limit
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == one_in - 1
    }

    fn letters(&mut self, most: usize) -> Vec<u8> {
        (0..=self.below(most)).map(|_| b"ab"[self.below(2)]).collect()
    }
}

struct Writer {
    op: usize,
    data: Vec<u8>,
    accepted: usize,
    is_pending: bool,
    is_over: bool,
}

struct Taker {
    op: usize,
    piece: Option<Vec<u8>>,
    is_cancelled: bool,
}

/// A stream that keeps its promises.
struct Honest<'a, 'b> {
    terms: Terms,
    choices: &'a mut Choices<'b>,
    writers: Vec<Writer>,
    takers: Vec<Taker>,
    buffer: VecDeque<u8>,
    reads: usize,
    events: Vec<Event>,
}

/// The most events that are drawn.
const EVENTS: usize = 40;

/// The most writes.
const WRITES: usize = 4;

/// The most reads.
const READS: usize = 8;

pub fn draw(terms: Terms, choices: &mut Choices<'_>) -> Vec<Event> {
    let mut honest =
        Honest { terms, choices, writers: Vec::new(), takers: Vec::new(), buffer: VecDeque::new(), reads: 0, events: Vec::new() };
    for _ in 0..EVENTS {
        honest.step();
    }
    honest.finish();
    honest.events
}

impl Honest<'_, '_> {
    fn step(&mut self) {
        match self.choices.below(8) {
            0 => self.write(),
            1 | 2 => self.accept(),
            3 => self.settle(),
            4 => self.read(),
            5 | 6 => self.serve(),
            _ => self.answer(),
        }
    }

    fn write(&mut self) {
        if self.writers.len() < WRITES {
            let (op, data) = (self.writers.len(), self.choices.letters(3));
            self.events.push(Event::Write { op, data: data.clone() });
            self.writers.push(Writer { op, data, accepted: 0, is_pending: true, is_over: false });
        }
    }

    fn accept(&mut self) {
        let begun = self.writers.iter().position(|writer| !writer.is_over && writer.accepted > 0 && writer.accepted < writer.data.len());
        let open: Vec<usize> = (0..self.writers.len()).filter(|&index| !self.writers[index].is_over).collect();
        if open.is_empty() {
            return;
        }
        let chosen = open[self.choices.below(open.len())];
        let writer = &mut self.writers[begun.filter(|_| self.terms.whole).unwrap_or(chosen)];
        self.buffer.extend(writer.data.get(writer.accepted));
        writer.accepted = writer.data.len().min(writer.accepted + 1);
    }

    fn settle(&mut self) {
        let pending: Vec<usize> = (0..self.writers.len()).filter(|&index| self.writers[index].is_pending).collect();
        if pending.is_empty() {
            return;
        }
        let index = pending[self.choices.below(pending.len())];
        let (accepted, is_whole) = (self.writers[index].accepted, self.writers[index].accepted == self.writers[index].data.len());
        let how = match self.choices.below(8) {
            0 => How::Failed(Some(accepted)),
            1 => How::Failed(None),
            2 => How::Cancelled,
            _ if is_whole => How::Ok,
            _ => return,
        };
        let writer = &mut self.writers[index];
        writer.is_pending = false;
        writer.is_over = how != How::Cancelled || !self.terms.runs_on;
        self.events.push(Event::Settle { op: writer.op, how });
    }

    fn read(&mut self) {
        let pending = self.takers.iter().filter(|taker| !taker.is_cancelled).count();
        if pending < self.terms.readers && self.reads < READS {
            self.events.push(Event::Read { op: self.reads });
            self.takers.push(Taker { op: self.reads, piece: None, is_cancelled: false });
            self.reads += 1;
        }
    }

    /// A read takes a piece; it returns later.
    fn serve(&mut self) {
        let free: Vec<usize> = (0..self.takers.len()).filter(|&index| self.takers[index].piece.is_none()).collect();
        if free.is_empty() || self.buffer.is_empty() {
            return;
        }
        let index = if self.terms.fifo { free[0] } else { free[self.choices.below(free.len())] };
        let most = self.buffer.len().min(3);
        let len = 1 + self.choices.below(most);
        self.takers[index].piece = Some(self.buffer.drain(..len).collect());
        self.takers.retain(|taker| taker.piece.is_none() || !taker.is_cancelled);
    }

    /// A read returns, or is cancelled.
    fn answer(&mut self) {
        let pending: Vec<usize> = (0..self.takers.len()).filter(|&index| !self.takers[index].is_cancelled).collect();
        if pending.is_empty() {
            return;
        }
        let index = pending[self.choices.below(pending.len())];
        let op = self.takers[index].op;
        if self.choices.is(10) && (self.terms.lossy || self.takers[index].piece.is_none()) {
            self.events.push(Event::Cancel { op });
            self.takers[index].is_cancelled = true;
            self.takers.retain(|taker| !taker.is_cancelled || self.terms.lossy && taker.piece.is_none());
        } else if self.choices.is(20) {
            let data = self.choices.letters(3);
            self.events.push(Event::Data { op, data });
            self.takers.remove(index);
        } else if let Some(data) = self.takers[index].piece.take() {
            self.events.push(Event::Data { op, data });
            self.takers.remove(index);
        }
    }

    /// The end of the stream, mostly after all that was accepted, for all that are still reading.
    fn finish(&mut self) {
        self.read();
        while !self.choices.is(4) && !self.buffer.is_empty() && self.reads < READS {
            self.serve();
            self.answer();
            self.read();
        }
        while let Some(index) = self.takers.iter().position(|taker| !taker.is_cancelled) {
            let taker = self.takers.remove(index);
            let event = match taker.piece {
                Some(data) if !self.choices.is(4) => Event::Data { op: taker.op, data },
                _ => Event::End { op: taker.op },
            };
            self.events.push(event);
        }
    }
}
