//! How a resting order is stored: 32 bytes, two to a cache line.
//!
//! Instrument, layer, side and price are those of its level. The links of the queue are kept beside and not in it:
//! taking an order out touches its neighbours' links, and eight bytes each stay in the cache where whole orders
//! do not.

use super::{OrderFlags, Slot};
use crate::limits::MAX_ACCOUNTS;
use crate::{AccountId, OrderId, Qty};

/// Bits of an account's number; what is above them in its word is the flags.
const ACCOUNT_BITS: u32 = 24;
const _: () = assert!(MAX_ACCOUNTS <= 1 << ACCOUNT_BITS);

/// A resting order but for what its level tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderRecord {
    pub(super) order: OrderId,
    pub(super) quantity: Qty,
    pub(super) leaves: Qty,
    pub(super) level: Slot,
    account_and_flags: u32,
}

const _: () = assert!(size_of::<OrderRecord>() == 32);

impl OrderRecord {
    pub(super) fn new(
        order: OrderId,
        account: AccountId,
        flags: OrderFlags,
        quantity: Qty,
        leaves: Qty,
        level: Slot,
    ) -> Self {
        debug_assert!(account.get() < MAX_ACCOUNTS);
        let account_and_flags = account.get() | u32::from(flags.bits()) << ACCOUNT_BITS;
        Self { order, quantity, leaves, level, account_and_flags }
    }

    pub(super) const fn account(&self) -> AccountId {
        AccountId::new(self.account_and_flags & ((1 << ACCOUNT_BITS) - 1))
    }

    pub(super) const fn flags(&self) -> OrderFlags {
        let [.., bits] = self.account_and_flags.to_le_bytes();
        OrderFlags::from_bits(bits)
    }

    pub(super) fn set_flags(&mut self, flags: OrderFlags) {
        self.account_and_flags = self.account().get() | u32::from(flags.bits()) << ACCOUNT_BITS;
    }
}

/// The neighbours of an order in its level's queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) prev: Option<Slot>,
    pub(super) next: Option<Slot>,
}
