//! Tells why bytes are no segment.

use std::fmt;

/// Why bytes are no segment. A receiver drops them (RFC 9293 §3.1, MUST-3, MUST-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// They are fewer than a header without options.
    TooShort,
    /// They do not add up to the checksum.
    Checksum,
    /// The header is said to end within its fixed part, or behind the last byte.
    DataOffset,
    /// An option is said to be shorter than its kind and length.
    OptionLength,
    /// An option is said to go beyond the header.
    OptionOverrun,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::TooShort => "shorter than a TCP header",
            Malformed::Checksum => "the checksum is wrong",
            Malformed::DataOffset => "the data offset is not within the segment",
            Malformed::OptionLength => "an option with a length below 2",
            Malformed::OptionOverrun => "an option that goes beyond the header",
        })
    }
}

impl std::error::Error for Malformed {}
