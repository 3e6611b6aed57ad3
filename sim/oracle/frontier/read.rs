//! Holds a read that returned bytes, as it is gone through again.

use bytes::Bytes;

use crate::oracle::written::Reader;

/// A read that returned bytes.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub data: Bytes,
    pub reader: Reader,
    /// A read called later has already taken bytes at the front.
    pub overtaken: bool,
}
