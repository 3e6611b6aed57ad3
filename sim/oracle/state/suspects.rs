//! Keeps violations whose name may change when more is known.
//!
//! Bytes from nowhere are bytes from the future if a write with them is called later; a gap is a disorder if what is missing
//! comes later.

use crate::contract::{End, Payload};
use crate::oracle::stream::position;

/// The most that are kept.
const MOST: usize = 64;

/// The violations of a flow that wait for more to be known.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Suspects(Vec<Suspect>);

#[derive(Clone, Debug)]
struct Suspect {
    /// Which violation, in the ledger.
    violation: usize,
    /// Whose writes are concerned.
    writer: End,
    bytes: Suspicion,
}

/// Which bytes would change the name.
#[derive(Clone, Debug)]
pub(in crate::oracle) enum Suspicion {
    /// They were read, and no write had them.
    Early(Payload),
    /// They were skipped; whole writes or not.
    Skipped { bytes: Vec<u8>, whole: bool },
}

impl Suspects {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, violation: usize, writer: End, bytes: Suspicion) {
        if self.0.len() < MOST {
            self.0.push(Suspect { violation, writer, bytes });
        }
    }

    /// Bytes that were skipped have come: the violation, and whether whole writes had been skipped.
    pub fn take_skipped(&mut self, writer: End, came: &[u8]) -> Option<(usize, bool)> {
        for suspect in self.0.iter_mut().filter(|suspect| suspect.writer == writer) {
            if let Suspicion::Skipped { bytes, whole } = &mut suspect.bytes
                && let Some(at) = position(bytes, came)
            {
                bytes.drain(at..at + came.len());
                return Some((suspect.violation, *whole));
            }
        }
        None
    }

    /// A write with these bytes is called: the violation of the first read that had bytes of no write, if they are these; and
    /// how many of them.
    pub fn take_early(&mut self, writer: End, written: &Payload) -> Option<(usize, usize)> {
        let is_early = |suspect: &Suspect| suspect.writer == writer && matches!(suspect.bytes, Suspicion::Early(_));
        let index = self.0.iter().position(is_early)?;
        let Suspicion::Early(early) = &self.0[index].bytes else { return None };
        let run = early.len().min(written.len());
        if let (Some(early), Some(written)) = (early.bytes(), written.bytes())
            && early[..run] != written[..run]
        {
            return None;
        }
        Some((self.0.remove(index).violation, run))
    }
}
