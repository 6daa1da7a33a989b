//! Events: everything an exchange answers. State is a fold over them.
//!
//! Events of one command are numbered on from the last event of the command before, without a gap; the number,
//! the command's sequence and its time are in the [`Receipt`](crate::Receipt) of the command.

use serde::{Deserialize, Serialize};

use crate::digest::Hasher;
use crate::{
    AccountId, AccountName, Amount, AssetId, InstrumentId, Lots, NewInstrument, NewOrder, OrderId,
    OrderPrice, Price, Qty, Reject, Side, Symbol, TradeId,
};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The command was refused. Nothing but the sequence changed.
    CommandRejected(Reject),
    /// An asset exists.
    AssetCreated {
        /// Its id.
        asset: AssetId,
        /// Its symbol.
        symbol: Symbol,
        /// Digits behind the decimal point.
        decimals: u8,
    },
    /// An instrument can be traded.
    InstrumentCreated {
        /// Its id.
        instrument: InstrumentId,
        /// Its terms.
        terms: NewInstrument,
    },
    /// An account is open.
    AccountOpened {
        /// Its id.
        account: AccountId,
        /// Its name.
        name: AccountName,
    },
    /// A balance changed.
    LedgerPosted(LedgerLine),
    /// An order was accepted. It has not traded or rested yet; what it does follows in the same command.
    OrderAccepted {
        /// Its id, new.
        order: OrderId,
        /// What was asked.
        terms: NewOrder,
    },
    /// What is left of an order went into the book, behind `ahead` lots at its price.
    OrderRested {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// At which price.
        price: Price,
        /// How much rests.
        leaves: Qty,
        /// Lots before it in the queue of its price.
        ahead: Lots,
    },
    /// Two orders traded, at the price of the maker.
    Traded(Trade),
    /// What was left of an order is gone; it is closed.
    OrderCanceled {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// Its price.
        price: OrderPrice,
        /// The quantity that was canceled.
        canceled: Lots,
        /// Whether that quantity rested in the book until now.
        rested: bool,
        /// Why.
        reason: CancelReason,
    },
    /// An order has new terms. With [`Priority::Lost`] it left the book, and what follows in the same command
    /// (trades, then perhaps [`Event::OrderRested`]) is its new entry.
    OrderReplaced {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// Price until now.
        old_price: Price,
        /// Price from now.
        price: Price,
        /// Total quantity from now.
        quantity: Qty,
        /// What was left until now.
        old_leaves: Qty,
        /// What is left from now.
        leaves: Qty,
        /// What became of its place in the queue.
        priority: Priority,
    },
}

/// Two orders met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Its id.
    pub trade: TradeId,
    /// Of what.
    pub instrument: InstrumentId,
    /// The maker's price.
    pub price: Price,
    /// How much.
    pub quantity: Qty,
    /// The side of the aggressor.
    pub taker_side: Side,
    /// The resting order.
    pub maker: OrderId,
    /// The aggressor.
    pub taker: OrderId,
    /// Whose order rested.
    pub maker_account: AccountId,
    /// Whose order came in.
    pub taker_account: AccountId,
    /// What is left of the resting order; at zero it is filled and gone from the book.
    pub maker_leaves: Lots,
    /// What is left of the aggressor.
    pub taker_leaves: Lots,
}

/// Why an order ended before it was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelReason {
    /// Its owner asked.
    Requested,
    /// IOC: nothing more was there within its limit.
    ImmediateOrCancel,
    /// FOK: the book could not fill it whole.
    FillOrKill,
    /// Market: the book was empty.
    NoLiquidity,
}

/// What became of an order's place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Same price, quantity not larger: the place is kept.
    Kept,
    /// The order goes to the end of its price's queue.
    Lost,
}

/// One line of an account's ledger: what changed, and the balance after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub asset: AssetId,
    /// Why.
    pub kind: LedgerKind,
    /// The signed change of the account's total (available and held together); for [`LedgerKind::Hold`] and
    /// [`LedgerKind::Release`], which do not change it, the amount moved, above zero.
    pub amount: Amount,
    /// Available after.
    pub available: Amount,
    /// Held after.
    pub held: Amount,
    /// The order that caused it, if one did.
    pub order: Option<OrderId>,
}

/// Kinds of ledger lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LedgerKind {
    /// Brought in: available grows.
    Deposit,
    /// Taken out: available shrinks.
    Withdraw,
    /// Available becomes held, for an order.
    Hold,
    /// Held becomes available again.
    Release,
    /// A leg of a trade, for the buyer: paid from held, received into available.
    Buy,
    /// A leg of a trade, for the seller: given from held, received into available.
    Sell,
    /// A trading fee: paid from held by the buyer and from available by the seller, received by the venue.
    Fee,
}

impl Event {
    /// Feeds the event to the running digest: a tag, then every field that another event does not repeat.
    pub(crate) fn digest(&self, hasher: &mut Hasher) {
        match self {
            Self::CommandRejected(reject) => {
                hasher.word(1);
                hasher.bytes(reject.code().as_bytes());
            }
            Self::AssetCreated { asset, symbol, decimals } => {
                hasher.word(2 | u64::from(*decimals) << 8 | u64::from(asset.get()) << 32);
                hasher.bytes(symbol.bytes());
            }
            Self::InstrumentCreated { instrument, terms } => {
                hasher.word(3 | u64::from(instrument.get()) << 32);
                terms.digest(hasher);
            }
            Self::AccountOpened { account, name } => {
                hasher.word(4 | u64::from(account.get()) << 32);
                hasher.bytes(name.bytes());
            }
            Self::LedgerPosted(line) => {
                hasher.word(5 | (line.kind as u64) << 8 | u64::from(line.account.get()) << 32);
                hasher.word(u64::from(line.asset.get()) ^ line.order.map_or(0, OrderId::get) << 16);
                hasher.signed(line.amount.get());
                hasher.signed(line.available.get());
                hasher.signed(line.held.get());
            }
            Self::OrderAccepted { order, terms } => {
                let kinds = (terms.side as u64) << 8
                    | (terms.time_in_force as u64) << 12
                    | (terms.posting as u64) << 16;
                hasher.word(6 | kinds | u64::from(terms.account.get()) << 32);
                hasher.word(order.get());
                hasher.word(u64::from(terms.instrument.get()));
                hasher.signed(terms.price.ticks_or_zero());
                hasher.word(terms.quantity.get());
            }
            Self::OrderRested { order, price, leaves, ahead, .. } => {
                hasher.word(7);
                hasher.word(order.get());
                hasher.signed(price.get());
                hasher.word(leaves.get());
                hasher.word(ahead.get());
            }
            Self::Traded(trade) => {
                hasher.word(8 | (trade.taker_side as u64) << 8 | u64::from(trade.instrument.get()) << 32);
                hasher.word(trade.trade.get());
                hasher.signed(trade.price.get());
                hasher.word(trade.quantity.get());
                hasher.word(trade.maker.get());
                hasher.word(trade.taker.get());
                hasher
                    .word(u64::from(trade.maker_account.get()) << 32 | u64::from(trade.taker_account.get()));
                hasher.word(trade.maker_leaves.get());
                hasher.word(trade.taker_leaves.get());
            }
            Self::OrderCanceled { order, account, canceled, rested, reason, .. } => {
                hasher.word(
                    9 | (*reason as u64) << 8 | u64::from(*rested) << 16 | u64::from(account.get()) << 32,
                );
                hasher.word(order.get());
                hasher.word(canceled.get());
            }
            Self::OrderReplaced { order, account, price, quantity, leaves, priority, .. } => {
                hasher.word(10 | (*priority as u64) << 8 | u64::from(account.get()) << 32);
                hasher.word(order.get());
                hasher.signed(price.get());
                hasher.word(quantity.get());
                hasher.word(leaves.get());
            }
        }
    }
}

impl NewInstrument {
    /// Feeds the terms to a digest. Decimals count by value: 0.10 is 0.1.
    pub(crate) fn digest(&self, hasher: &mut Hasher) {
        hasher.bytes(self.symbol.bytes());
        hasher.word(u64::from(self.base.get()) << 32 | u64::from(self.quote.get()));
        for decimal in [self.tick, self.lot] {
            hasher.bytes(&decimal.normalize().serialize());
        }
        hasher.word(u64::from(self.maker_fee.ppm()) << 32 | u64::from(self.taker_fee.ppm()));
    }
}

impl OrderPrice {
    /// The limit in ticks; a market order has none, and no limit is 0.
    const fn ticks_or_zero(self) -> i64 {
        match self {
            Self::Limit(price) => price.get(),
            Self::Market => 0,
        }
    }
}
