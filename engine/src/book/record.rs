//! How a resting order is stored: 32 bytes, two to a cache line.
//!
//! Instrument, layer, side and price are those of its level. The links of the queue are kept beside and not in it:
//! taking an order out touches its neighbours' links, and eight bytes each stay in the cache where whole orders
//! do not.

use super::{OrderFlags, RestingOrder, Slot};
use crate::limits::{MAX_ACCOUNTS, MAX_QTY};
use crate::{AccountId, OrderId, Qty};

/// Bits of a quantity; what is above them in its word is something else.
const LOTS_BITS: u32 = 40;
const LOTS: u64 = (1 << LOTS_BITS) - 1;
const _: () = assert!(MAX_QTY <= LOTS && MAX_ACCOUNTS <= 1 << (u64::BITS - LOTS_BITS));

/// A resting order but for what its level tells.
///
/// Aligned, so that no order lies across two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct OrderRecord {
    pub(super) order: OrderId,
    quantity_and_account: u64,
    leaves_and_flags: u64,
    pub(super) level: Slot,
    version: u32,
}

const _: () = assert!(size_of::<OrderRecord>() == 32);

impl OrderRecord {
    #[inline]
    pub(super) fn new(resting: &RestingOrder, level: Slot) -> Self {
        debug_assert!(resting.account.get() < MAX_ACCOUNTS);
        Self {
            order: resting.order,
            quantity_and_account: resting.quantity.get() | u64::from(resting.account.get()) << LOTS_BITS,
            leaves_and_flags: resting.leaves.get() | u64::from(resting.flags.bits()) << LOTS_BITS,
            level,
            version: resting.version,
        }
    }

    #[inline]
    pub(super) const fn account(&self) -> AccountId {
        AccountId::new((self.quantity_and_account >> LOTS_BITS) as u32)
    }

    #[inline]
    pub(super) fn quantity(&self) -> Qty {
        Qty::new(self.quantity_and_account & LOTS).expect("an order has a quantity")
    }

    #[inline]
    pub(super) fn leaves(&self) -> Qty {
        Qty::new(self.leaves_and_flags & LOTS).expect("something is left of an order that rests")
    }

    #[inline]
    pub(super) const fn flags(&self) -> OrderFlags {
        let [.., bits, _, _] = self.leaves_and_flags.to_le_bytes();
        OrderFlags::from_bits(bits)
    }

    #[inline]
    pub(super) const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn set_quantity(&mut self, quantity: Qty) {
        self.quantity_and_account = self.quantity_and_account & !LOTS | quantity.get();
    }

    pub(super) fn set_leaves(&mut self, leaves: Qty) {
        self.leaves_and_flags = self.leaves_and_flags & !LOTS | leaves.get();
    }

    /// Lowers what is left, by less than that.
    #[inline]
    pub(super) fn fill(&mut self, lots: u64) {
        debug_assert!(lots < self.leaves().get(), "a part of an order leaves something");
        self.leaves_and_flags -= lots;
    }

    /// Counts a change.
    #[inline]
    pub(super) const fn touch(&mut self) {
        self.version = self.version.wrapping_add(1);
    }
}

/// The neighbours of an order in its level's queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) prev: Option<Slot>,
    pub(super) next: Option<Slot>,
}
