//! Holds the blocks of a SACK option (RFC 2018).

use std::ops::Deref;

use smallvec::SmallVec;

use super::Seq;

/// The most blocks that a SACK option has room for, without timestamps (RFC 2018 §3).
pub const SACK_BLOCKS_MAX: usize = 4;

/// A block of received data: from its first number to the one behind its last.
type Block = (Seq, Seq);

/// Blocks of received data. Few segments have any, and every segment is moved often: so they take the room of a pointer.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct SackBlocks(Option<Box<SmallVec<[Block; SACK_BLOCKS_MAX]>>>);

impl SackBlocks {
    /// No blocks.
    pub const fn new() -> Self {
        SackBlocks(None)
    }

    #[inline(never)]
    fn copied(&self) -> Self {
        SackBlocks(self.0.clone())
    }
}

/// Every recorded segment is copied: where there are no blocks, that must cost nothing.
impl Clone for SackBlocks {
    #[inline]
    fn clone(&self) -> Self {
        if self.0.is_none() { SackBlocks::new() } else { self.copied() }
    }
}

impl Deref for SackBlocks {
    type Target = [Block];

    #[inline]
    fn deref(&self) -> &[Block] {
        self.0.as_deref().map_or(&[], |blocks| &blocks[..])
    }
}

impl FromIterator<Block> for SackBlocks {
    fn from_iter<I: IntoIterator<Item = Block>>(blocks: I) -> Self {
        let mut blocks = blocks.into_iter().peekable();
        SackBlocks(blocks.peek().is_some().then(|| Box::new(blocks.collect())))
    }
}

impl<'a> IntoIterator for &'a SackBlocks {
    type Item = &'a Block;
    type IntoIter = std::slice::Iter<'a, Block>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_none_however_it_came_about_and_any_number_is_kept() {
        assert_eq!(std::iter::empty().collect::<SackBlocks>(), SackBlocks::new());
        for count in [1, 4, 5] {
            let blocks: Vec<Block> = (0..count).map(|at| (Seq(2 * at), Seq(2 * at + 1))).collect();
            assert_eq!(&*blocks.iter().copied().collect::<SackBlocks>(), &blocks[..]);
        }
    }
}
