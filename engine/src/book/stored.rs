//! The stored form of the books: the levels and orders that can be seen, in the order in which they are seen.
//!
//! Slots, pages and windows are left out, so books that anyone would call equal are equal and store the same bytes,
//! however they came about; reading builds them anew.

use serde::de::Error;
use serde::ser::{SerializeSeq, SerializeTuple};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Books;
use super::level::LevelQueue;
use crate::limits::{MAX_ACCOUNTS, MAX_INSTRUMENTS};
use crate::{AccountId, InstrumentId, Layer, OrderFlags, OrderId, Price, Qty, RestingOrder, Side};

/// A level and its queue.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredLevel {
    instrument: InstrumentId,
    layer: Layer,
    side: Side,
    price: Price,
    reserve: u64,
    orders: Vec<StoredOrder>,
}

/// An order but for what its level tells.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredOrder {
    order: OrderId,
    account: AccountId,
    quantity: Qty,
    leaves: Qty,
    flags: OrderFlags,
    version: u32,
}

/// Writes the levels one by one, so that no second copy of all books is made.
struct Levels<'a>(&'a Books);

impl PartialEq for Books {
    fn eq(&self, other: &Self) -> bool {
        self.sides.len() == other.sides.len() && self.stored_levels().eq(other.stored_levels())
    }
}

impl Eq for Books {}

impl Serialize for Books {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut books = serializer.serialize_tuple(2)?;
        books.serialize_element(&u32::try_from(self.sides.len()).unwrap_or(u32::MAX))?;
        books.serialize_element(&Levels(self))?;
        books.end()
    }
}

impl Serialize for Levels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut levels = serializer.serialize_seq(Some(self.0.levels.len()))?;
        self.0.stored_levels().try_for_each(|level| levels.serialize_element(&level))?;
        levels.end()
    }
}

impl<'de> Deserialize<'de> for Books {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (instruments, levels) = <(u32, Vec<StoredLevel>)>::deserialize(deserializer)?;
        if instruments > MAX_INSTRUMENTS {
            return Err(D::Error::custom("more instruments than an exchange has"));
        }
        let mut books = Self::default();
        (0..instruments).for_each(|_| books.add_instrument());
        let mut last = None;
        for level in levels {
            let place = (level.instrument, level.layer, level.side, level.side.rank(level.price));
            if level.instrument.get() >= instruments || last.is_some_and(|last| last >= place) {
                return Err(D::Error::custom("levels are not in the order of their books"));
            }
            last = Some(place);
            books.restore(level).map_err(D::Error::custom)?;
        }
        Ok(books)
    }
}

impl Books {
    fn stored_levels(&self) -> impl Iterator<Item = StoredLevel> + '_ {
        self.all_levels().map(|level| self.stored_level(level))
    }

    fn stored_level(&self, level: LevelQueue) -> StoredLevel {
        let stored = |order: RestingOrder| StoredOrder {
            order: order.order,
            account: order.account,
            quantity: order.quantity,
            leaves: order.leaves,
            flags: order.flags,
            version: order.version,
        };
        StoredLevel {
            instrument: level.book.instrument(),
            layer: level.book.layer(),
            side: level.book.side(),
            price: level.price,
            reserve: level.reserve,
            orders: self.queue(level).map(stored).collect(),
        }
    }

    /// Rests the orders of a level that has none, or says what is wrong with them.
    fn restore(&mut self, level: StoredLevel) -> Result<(), &'static str> {
        let StoredLevel { instrument, layer, side, price, reserve, orders } = level;
        let mut sum = Some(0_u64);
        for StoredOrder { order, account, quantity, leaves, flags, version } in orders {
            sum = sum.and_then(|sum| sum.checked_add(leaves.get()));
            if sum.is_none()
                || leaves > quantity
                || account.get() >= MAX_ACCOUNTS
                || self.find(order).is_some()
            {
                return Err("an order cannot rest like this");
            }
            let resting = RestingOrder {
                order,
                account,
                instrument,
                layer,
                side,
                price,
                quantity,
                leaves,
                flags,
                version,
            };
            self.rest(resting);
        }
        let ladder = self.ladder(instrument, layer, side);
        let slot = ladder.and_then(|ladder| ladder.find(side.rank(price))).ok_or("a level is empty")?;
        self.levels[slot].reserve = reserve;
        Ok(())
    }
}
