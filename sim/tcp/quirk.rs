//! Defects that a stack can be given.

/// A defect: one line, where the right thing would be done. For tests of those who look for defects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// A FIN is sent once and never again.
    FinNotRetransmitted,
}
