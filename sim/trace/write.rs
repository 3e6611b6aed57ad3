//! Writes traces, and digests what it writes.

use std::io;

use super::digest::Hasher;
use super::encode::LineWriter;
use super::{Digest, Event, Header, MAX_LINE, Sink, Trace};

/// Bytes are handed on in pieces of about this size.
const PIECE: usize = 1 << 15;

/// Writes a trace, line by line. Lines are gathered: only [`Writer::finish`] (or [`Writer::flush`]) makes sure that all of them
/// have arrived.
pub struct Writer<W> {
    out: W,
    /// Written lines that were neither handed on nor digested yet.
    pending: Vec<u8>,
    hasher: Hasher,
    /// What went wrong in [`Sink::record`], which can't say so.
    failed: Option<io::Error>,
}

impl<W: io::Write> Writer<W> {
    /// Begins a trace with its header.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = Writer { out, pending: Vec::new(), hasher: Hasher::new(), failed: None };
        LineWriter(&mut writer.pending).header(header);
        writer.check_line(0)?;
        Ok(writer)
    }

    /// Writes one event. A line that no reader would take (longer than [`MAX_LINE`]) is refused, and not written.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let start = self.pending.len();
        LineWriter(&mut self.pending).event(event);
        self.check_line(start)?;
        if self.pending.len() >= PIECE { self.hand_on() } else { Ok(()) }
    }

    fn check_line(&mut self, start: usize) -> io::Result<()> {
        if self.pending.len() - start <= MAX_LINE + 1 {
            return Ok(());
        }
        self.pending.truncate(start);
        Err(io::Error::new(io::ErrorKind::InvalidInput, "a trace line would be longer than 64 MiB"))
    }

    fn hand_on(&mut self) -> io::Result<()> {
        self.hasher.update(&self.pending);
        let written = self.out.write_all(&self.pending);
        self.pending.clear();
        written
    }

    /// Hands on all that was written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }

    /// The digest of all that was written so far.
    pub fn digest(&self) -> Digest {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.pending);
        hasher.digest()
    }

    /// Ends the trace; an error that [`Sink::record`] met is returned here.
    pub fn finish(mut self) -> io::Result<Digest> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.flush().map(|()| self.hasher.digest()),
        }
    }
}

impl<W: io::Write> Sink for Writer<W> {
    /// After an error nothing more is written.
    fn record(&mut self, event: &Event) {
        if self.failed.is_none() {
            self.failed = self.event(event).err();
        }
    }
}

impl Event {
    /// The event's line in a trace, without its newline.
    pub fn to_line(&self) -> String {
        let mut line = Vec::new();
        LineWriter(&mut line).event(self);
        line.pop();
        String::from_utf8_lossy(&line).into_owned()
    }
}

impl Header {
    /// The first line of a trace with this header, without its newline.
    pub fn to_line(&self) -> String {
        let mut line = Vec::new();
        LineWriter(&mut line).header(self);
        line.pop();
        String::from_utf8_lossy(&line).into_owned()
    }
}

impl Trace {
    /// Writes the whole trace and gives the digest of what was written. That the recording was cut is not written.
    pub fn write(&self, out: impl io::Write) -> io::Result<Digest> {
        let mut writer = Writer::new(out, &self.header)?;
        self.events.iter().try_for_each(|event| writer.event(event))?;
        writer.finish()
    }

    /// The digest of what [`Trace::write`] would write.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        let mut line = Vec::new();
        LineWriter(&mut line).header(&self.header);
        hasher.update(&line);
        for event in &self.events {
            line.clear();
            LineWriter(&mut line).event(event);
            hasher.update(&line);
        }
        hasher.digest()
    }
}
