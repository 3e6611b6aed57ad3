//! Keeps the table of operations: every call and timer that has not been taken back by its caller, as plain data.

use crate::contract::Outcome;

use super::Conn;

/// A pending call or timer. It stays valid until its outcome was taken or it was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op(pub(super) u64);

impl Op {
    pub(crate) const fn new(slot: u32, generation: u32) -> Self {
        Op(((generation as u64) << 32) | slot as u64)
    }

    /// A small number that no other live operation has: where a shell keeps its waker.
    pub(crate) const fn slot(self) -> usize {
        self.0 as u32 as usize
    }

    pub(crate) const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// What is known of an operation.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    /// Whose call it is; `None` for a timer.
    pub(super) conn: Option<Conn>,
    /// Its number among the calls of its place, as the trace writes it.
    pub(super) number: u64,
    /// It stands in the queue of finished operations, or has left it.
    pub(super) announced: bool,
    pub(super) state: OpState,
}

#[derive(Clone, Debug)]
pub(super) enum OpState {
    /// A read: it takes its bytes only when its caller asks, so that a cancelled one has consumed nothing.
    Reading { max: usize },
    /// Any other call, or a timer, that has not ended.
    Waiting,
    /// It ended, and its caller has not asked yet.
    Done { outcome: Outcome, accepted: Option<u64> },
}

#[derive(Clone, Debug)]
struct OpSlot {
    generation: u32,
    /// The next free slot, where this one is free and not the last.
    next: Option<u32>,
    pending: Option<Pending>,
}

/// A slab: slots are used again, under a new generation.
#[derive(Clone, Debug, Default)]
pub(super) struct OpTable {
    slots: Vec<OpSlot>,
    /// The first free slot.
    free: Option<u32>,
    live: usize,
}

/// For how many operations room is made with the first one.
const FIRST_ROOM: usize = 8;

impl OpTable {
    pub(super) fn insert(&mut self, pending: Pending) -> Op {
        self.live += 1;
        let Some(index) = self.free else { return self.grow(pending) };
        let slot = &mut self.slots[index as usize];
        self.free = slot.next;
        slot.pending = Some(pending);
        Op::new(index, slot.generation)
    }

    #[cold]
    fn grow(&mut self, pending: Pending) -> Op {
        if self.slots.is_empty() {
            self.slots.reserve_exact(FIRST_ROOM);
        }
        let index = u32::try_from(self.slots.len()).expect("fewer than 2³² operations at once");
        self.slots.push(OpSlot { generation: 0, next: None, pending: Some(pending) });
        Op::new(index, 0)
    }

    pub(super) fn get(&self, op: Op) -> Option<&Pending> {
        self.slots.get(op.slot()).filter(|slot| slot.generation == op.generation())?.pending.as_ref()
    }

    pub(super) fn get_mut(&mut self, op: Op) -> Option<&mut Pending> {
        self.slots.get_mut(op.slot()).filter(|slot| slot.generation == op.generation())?.pending.as_mut()
    }

    pub(super) fn remove(&mut self, op: Op) -> Option<Pending> {
        let slot = self.slots.get_mut(op.slot()).filter(|slot| slot.generation == op.generation())?;
        let pending = slot.pending.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        slot.next = self.free.replace(op.0 as u32);
        self.live -= 1;
        Some(pending)
    }

    /// How many were neither taken nor cancelled.
    pub(super) fn live(&self) -> usize {
        self.live
    }

    /// All that were neither taken nor cancelled, in no order that means anything.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Pending> {
        self.slots.iter().filter_map(|slot| slot.pending.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timer() -> Pending {
        Pending { conn: None, number: 0, announced: false, state: OpState::Waiting }
    }

    #[test]
    fn a_slot_is_used_again_but_never_an_operation() {
        let mut ops = OpTable::default();
        let first = ops.insert(timer());
        assert!(ops.remove(first).is_some());
        let second = ops.insert(timer());
        assert_eq!(first.slot(), second.slot());
        assert_ne!(first, second);
        assert!(ops.get(first).is_none() && ops.remove(first).is_none());
        assert!(ops.get_mut(second).is_some());
        assert_eq!((ops.iter().count(), ops.live()), (1, 1));
        let third = ops.insert(timer());
        assert!(ops.remove(second).is_some() && ops.remove(third).is_some());
        let again = [ops.insert(timer()).slot(), ops.insert(timer()).slot(), ops.insert(timer()).slot()];
        assert_eq!(again, [third.slot(), second.slot(), 2]);
    }

    #[test]
    fn an_operation_of_nobody_is_not_found() {
        let mut ops = OpTable::default();
        assert!(ops.get(Op(0)).is_none() && ops.get_mut(Op(u64::MAX)).is_none() && ops.remove(Op(9)).is_none());
    }
}
