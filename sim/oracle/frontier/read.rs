//! Holds a read that returned bytes, as it is gone through again.

use bytes::Bytes;

use crate::oracle::written::OpenRead;

/// A read that returned bytes.
#[derive(Clone, Debug)]
pub(super) struct DataRead {
    pub data: Bytes,
    pub reader: OpenRead,
    /// A read called later has already taken bytes at the front.
    pub overtaken: bool,
}
