//! Tracks what an end's writes have established, their bytes apart.

use crate::oracle::Stamp;

/// What the writes of an end have established.
#[derive(Clone, Debug, Default)]
pub(in crate::oracle) struct Writing {
    /// Apart: most writes carry data, and return ok.
    odd: Option<Box<OddWrites>>,
}

/// Writes that are unlike most.
#[derive(Clone, Debug, Default)]
struct OddWrites {
    error: Option<Stamp>,
    to_closed: Option<Stamp>,
    empty: Option<(Stamp, u64)>,
    transmitted: Option<u64>,
    acknowledged: Option<u64>,
}

impl Writing {
    fn odd_mut(&mut self) -> &mut OddWrites {
        self.odd.get_or_insert_default()
    }

    /// The first write that failed.
    pub fn error(&self) -> Option<Stamp> {
        self.odd.as_deref()?.error
    }

    /// The first write that was called after the peer's full close had returned.
    pub fn first_to_closed(&self) -> Option<Stamp> {
        self.odd.as_deref()?.to_closed
    }

    /// The first zero-length write, and how many bytes had been written before the latest one.
    pub fn empty(&self) -> Option<(Stamp, u64)> {
        self.odd.as_deref()?.empty
    }

    /// Up to which offset of the stream its bytes were transmitted, where lines say so.
    pub fn transmitted(&self) -> Option<u64> {
        self.odd.as_deref()?.transmitted
    }

    /// Up to which offset of the stream its bytes were acknowledged, where lines say so.
    pub fn acknowledged(&self) -> Option<u64> {
        self.odd.as_deref()?.acknowledged
    }

    /// The bytes up to this offset were transmitted.
    pub fn transmits(&mut self, upto: u64) {
        let odd = self.odd_mut();
        odd.transmitted = odd.transmitted.max(Some(upto));
    }

    /// The bytes up to this offset were acknowledged, and so they were transmitted.
    pub fn is_acknowledged(&mut self, upto: u64) {
        let odd = self.odd_mut();
        odd.acknowledged = odd.acknowledged.max(Some(upto));
        self.transmits(upto);
    }

    /// A write failed.
    pub fn failed(&mut self, at: Stamp) {
        self.odd_mut().error.get_or_insert(at);
    }

    /// A write that was called then met a peer that had closed.
    pub fn met_closed_peer(&mut self, called: Stamp) {
        self.odd_mut().to_closed.get_or_insert(called);
    }

    /// A zero-length write was called, behind that many bytes.
    pub fn wrote_nothing(&mut self, at: Stamp, behind: u64) {
        self.odd_mut().empty.get_or_insert((at, behind)).1 = behind;
    }

    /// The end is connected from now on: what its writes said before tells nothing of what comes.
    pub fn forget_failures(&mut self) {
        self.forget_error_since(None);
    }

    /// The failure of a write on an end without a connection says nothing.
    pub fn forget_error_since(&mut self, before: Option<Stamp>) {
        if let Some(odd) = &mut self.odd {
            odd.error = before;
        }
    }
}
