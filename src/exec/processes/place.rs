//! Which slots belong to which child.

use std::fmt;

use crate::ids::SlotId;

/// A child's place in its run: a seat, and the slots of its threads, one after another. A place outlives the child in it.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    seat: u16,
    threads: u16,
}

impl Place {
    /// The place of seat number `seat`, where each child has so many threads.
    pub(super) const fn new(seat: u32, threads: u32) -> Self {
        Self { seat: seat as u16, threads: threads as u16 }
    }

    /// The number of the seat, as an index.
    pub(super) const fn seat(self) -> usize {
        self.seat as usize
    }

    /// The number of slots.
    pub(super) const fn threads(self) -> u16 {
        self.threads
    }

    /// The first of the slots.
    pub(super) const fn first(self) -> SlotId {
        SlotId(self.seat * self.threads)
    }

    /// The slots, in order.
    pub(super) fn slots(self) -> impl Iterator<Item = SlotId> + use<> {
        (self.first().0..).take(usize::from(self.threads)).map(SlotId)
    }

    /// The number of a slot among these; none if it is not one of them.
    pub(super) fn position(self, slot: SlotId) -> Option<usize> {
        self.slots().position(|own| own == slot)
    }
}

/// `worker w3`, or `the process of w4 to w7`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.first();
        match self.slots().last() {
            Some(last) if last != first => write!(f, "the process of {first} to {last}"),
            _ => write!(f, "worker {first}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_numbered_child_by_child() {
        let place = Place::new(2, 3);
        assert_eq!(place.slots().collect::<Vec<_>>(), [SlotId(6), SlotId(7), SlotId(8)]);
        assert_eq!((place.position(SlotId(7)), place.position(SlotId(9))), (Some(1), None));
        assert_eq!(place.to_string(), "the process of w6 to w8");
        assert_eq!(Place::new(5, 1).to_string(), "worker w5");
    }
}
