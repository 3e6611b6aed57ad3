//! Describes an abort that the stack itself decided.

use crate::trace::Abort;

/// An abort that the stack itself decided, where the network is recorded.
pub(in crate::oracle) struct AbortedByStack {
    pub kind: Abort,
}
