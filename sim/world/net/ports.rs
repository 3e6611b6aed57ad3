//! Finds the flow that a pair of ports belongs to.

use crate::contract::End;
use crate::table::{Table, mix};

/// Which flow each pair of ports belongs to.
#[derive(Clone, Debug, Default)]
pub(super) struct PortTable {
    table: Table,
    /// What was found last: most often the next packet is of the same flow.
    last: Option<(PortPair, u32)>,
}

/// The client's port and the server's.
pub(super) type PortPair = (u16, u16);

impl PortTable {
    #[inline]
    pub(super) fn find(&mut self, pair: PortPair) -> Option<u32> {
        match self.last {
            Some((last, index)) if last == pair => Some(index),
            _ => self.search(pair),
        }
    }

    #[inline(never)]
    fn search(&mut self, pair: PortPair) -> Option<u32> {
        let index = self.table.find(hash(pair), |_| true)?;
        self.last = Some((pair, index));
        Some(index)
    }

    pub(super) fn insert(&mut self, pair: PortPair, index: u32) {
        self.last = None;
        if !self.table.replace(hash(pair), |_| true, index) {
            self.table.insert(hash(pair), index);
        }
    }
}

const fn hash((client, server): PortPair) -> u32 {
    mix((client as u32) << 16 | server as u32)
}

/// This end's port and the other end's, in their order.
#[inline]
pub(super) const fn pair(end: End, own: u16, other: u16) -> PortPair {
    match end {
        End::Client => (own, other),
        End::Server => (other, own),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    use super::*;

    proptest! {
        #[test]
        fn ports_are_found_whatever_their_order_and_gaps(pairs in prop::collection::vec((0_u16..24, 0_u16..3), 0..40)) {
            let (mut ports, mut model) = (PortTable::default(), BTreeMap::new());
            for (index, pair) in pairs.into_iter().enumerate() {
                ports.insert(pair, index as u32);
                model.insert(pair, index as u32);
            }
            for pair in (0..24).flat_map(|client| (0..3).map(move |server| (client, server))) {
                prop_assert_eq!(ports.find(pair), model.get(&pair).copied());
            }
        }
    }
}
