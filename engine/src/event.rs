//! Events: everything an exchange answers. State is a fold over them.
//!
//! Events of one command are numbered on from the last event of the command before, without a gap; the number,
//! the command's sequence and its time are in the [`Receipt`](crate::Receipt) of the command.

mod feed;

use serde::{Deserialize, Serialize};

use crate::auction::Indication;
use crate::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, CashOrderId, Condition, DeskId, InstrumentId,
    InstrumentSetting, Layer, Lots, MarketSetting, NewInstrument, NewOrder, OrderId, OrderPrice, Phase,
    PhaseCause, PhaseEnd, Price, Qty, Rate, Reject, SelfTrade, Side, Symbol, TradeId,
};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The command was refused. It changed nothing but the sequence. It is the last event of its command: before it stands
    /// at most what became due by the time that the command brought.
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
    /// An order was accepted. It has not traded or rested yet; what it does follows in the same command. Its conditions, if
    /// it has any, follow at once.
    OrderAccepted {
        /// Its id, new.
        order: OrderId,
        /// What was asked.
        terms: NewOrder,
    },
    /// The accepted order has this condition.
    OrderConditioned {
        /// The order.
        order: OrderId,
        /// One of its conditions.
        condition: Condition,
    },
    /// What is left of an order waits outside the book. It comes out by [`Event::OrderTriggered`] or
    /// [`Event::OrderEntered`], or is canceled.
    OrderWaits {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// How much waits.
        leaves: Qty,
        /// What for.
        waits_for: WaitsFor,
    },
    /// The price that an order waited for is reached; its entry follows in the same command, after what was triggered
    /// before it.
    OrderTriggered {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// Its trigger price; of a trailing stop the latest one.
        trigger: Price,
        /// The price that reached it.
        reference: Price,
    },
    /// An order that waited, or rested at a pegged price, enters now as an aggressor; what it does follows.
    OrderEntered {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// On which side.
        side: Side,
        /// How far it may trade now.
        price: OrderPrice,
        /// How much of it.
        leaves: Qty,
        /// Where it was until now.
        from: Place,
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
        /// How much rests; of an iceberg the peak that is shown, the rest of it is behind.
        leaves: Qty,
        /// Lots before it in the queue of its price and layer.
        ahead: Lots,
        /// Whether others see it.
        layer: Layer,
    },
    /// An iceberg shows its next peak, at the end of the queue of its price.
    OrderRefilled {
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
        /// How much is shown.
        shown: Qty,
        /// Lots before it in the queue of its price.
        ahead: Lots,
    },
    /// The limit of an order was changed by a rule, on entry: post-only with repricing, or a price band.
    OrderRepriced {
        /// The order.
        order: OrderId,
        /// Of what.
        instrument: InstrumentId,
        /// Its limit as asked.
        old_price: Price,
        /// Its limit from now.
        price: Price,
        /// Which rule.
        reason: RepriceReason,
    },
    /// An order was made smaller by a rule; at zero it is closed.
    OrderReduced {
        /// The order.
        order: OrderId,
        /// Whose.
        account: AccountId,
        /// Of what.
        instrument: InstrumentId,
        /// By how much.
        by: Lots,
        /// What is left.
        leaves: Lots,
        /// Which rule.
        reason: ReduceReason,
    },
    /// Two orders met that may not trade with each other. With [`SelfTrade::Decrement`] both lost `quantity`, and what has
    /// nothing left is closed; with the other rules what is canceled follows.
    TradePrevented {
        /// The resting order.
        maker: OrderId,
        /// The aggressor.
        taker: OrderId,
        /// Of what.
        instrument: InstrumentId,
        /// The price of the resting order.
        price: Price,
        /// What would have traded.
        quantity: Qty,
        /// What is left of the resting order now.
        maker_leaves: Lots,
        /// What is left of the aggressor now.
        taker_leaves: Lots,
        /// The rule.
        rule: SelfTrade,
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
        /// Where that quantity was until now.
        from: Place,
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
    /// A mass cancel; what it cancels follows.
    OrdersCanceled {
        /// Whose.
        account: AccountId,
        /// Of this instrument only.
        instrument: Option<InstrumentId>,
        /// Of this side only.
        side: Option<Side>,
    },
    /// A mass quote was taken; what its entries bring follows.
    Quoted {
        /// Whose.
        account: AccountId,
        /// How many entries it has.
        entries: u32,
    },
    /// All trading is halted; the phases of the instruments follow.
    MarketHalted {
        /// Until then, or until it is resumed.
        until: Option<crate::Timestamp>,
    },
    /// Halted instruments go on; their phases follow.
    MarketResumed,
    /// One entry of a mass quote was refused; the others go on.
    QuoteRefused {
        /// Its place in the command, from 0.
        entry: u32,
        /// Why.
        reject: Reject,
    },
    /// The kill switch is set: the account's orders were canceled and new ones are refused.
    AccountBlocked {
        /// Whose.
        account: AccountId,
    },
    /// The kill switch is released.
    AccountUnblocked {
        /// Whose.
        account: AccountId,
    },
    /// A setting of an instrument has a new value.
    InstrumentSet {
        /// Which.
        instrument: InstrumentId,
        /// What.
        setting: InstrumentSetting,
    },
    /// A setting of an account has a new value.
    AccountSet {
        /// Whose.
        account: AccountId,
        /// What.
        setting: AccountSetting,
    },
    /// A setting of the market has a new value.
    MarketSet {
        /// What.
        setting: MarketSetting,
    },
    /// Trading goes another way from now.
    PhaseChanged {
        /// Where.
        instrument: InstrumentId,
        /// How.
        phase: Phase,
        /// When it ends by itself, the random part drawn already.
        end: Option<PhaseEnd>,
        /// Why.
        cause: PhaseCause,
    },
    /// What an uncross now would give is something else than before.
    IndicationChanged {
        /// Where.
        instrument: InstrumentId,
        /// What it would give.
        indication: Indication,
    },
    /// The orders that wait for an auction meet at one price; its trades follow.
    Uncrossed {
        /// Where.
        instrument: InstrumentId,
        /// What it gives.
        indication: Indication,
    },
    /// Prices outside are not traded (limit up, limit down), from now.
    BandsMoved {
        /// Where.
        instrument: InstrumentId,
        /// Lowest price that trades.
        low: Price,
        /// Highest price that trades.
        high: Price,
    },
    /// The touch stands at a band (limit up, limit down): if it stays, trading pauses.
    LimitState {
        /// Where.
        instrument: InstrumentId,
        /// Whether it begins or is over.
        entered: bool,
    },
    /// The command brought as many follow-ups as it may; the others wait for the next command of the instrument.
    FollowUpsStopped {
        /// Where.
        instrument: InstrumentId,
        /// How many it brought.
        done: u32,
    },
    /// The clock was advanced.
    ClockAdvanced,
    /// A cash desk is open.
    DeskOpened {
        /// Its id.
        desk: DeskId,
        /// Whose coins it sells, and who is paid.
        account: AccountId,
        /// What it sells.
        sells: AssetId,
        /// Most it will ever sell.
        cap: Amount,
    },
    /// A desk has a rate.
    RateSet {
        /// The desk.
        desk: DeskId,
        /// The currency.
        money: AssetId,
        /// What one whole coin costs.
        rate: Rate,
    },
    /// Money was spent at a desk. Its ledger lines follow, unless it is the answer to a repeat.
    CashSpent {
        /// The desk.
        desk: DeskId,
        /// The purchase: new, or the first one of a repeat.
        purchase: CashOrderId,
        /// Who bought.
        account: AccountId,
        /// The currency paid.
        money: AssetId,
        /// How much of it.
        amount: Amount,
        /// The rate that was frozen into it.
        rate: Rate,
        /// What it bought, rounded up to the coin's minor unit.
        coins: Amount,
        /// Whether this answers a repeat: nothing changed.
        repeated: bool,
    },
}

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// On its way in.
    Incoming,
    /// Outside the book, for a price, a quantity or an auction.
    Waiting,
    /// In the displayed book.
    Lit,
    /// In the book, not displayed.
    Dark,
}

impl From<Layer> for Place {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Lit => Self::Lit,
            Layer::Dark => Self::Dark,
        }
    }
}

/// What an order outside the book waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WaitsFor {
    /// Its trigger price.
    Trigger,
    /// Enough on the other side for its minimum quantity.
    Minimum,
    /// A price that it can follow.
    Reference,
    /// The uncross: a market order in a call.
    Uncross,
}

/// Which rule changed a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RepriceReason {
    /// Post-only with repricing: one tick short of trading.
    PostOnly,
    /// Market-to-limit: the price of its last fill.
    MarketToLimit,
    /// Limit up, limit down: it rests at the band.
    Band,
    /// After the close: the closing price.
    PostClose,
}

/// Which rule made an order smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReduceReason {
    /// The other order of its pair was filled by as much.
    Pair,
}

/// How a trade came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TradeKind {
    /// An aggressor met a resting order, at that order's price.
    Continuous,
    /// In an uncross, at its price. The maker is the order with the lower number; both pay what a maker pays.
    Auction,
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
    /// The side of the aggressor; in an auction the side of the later order.
    pub taker_side: Side,
    /// How it came about.
    pub kind: TradeKind,
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
    /// Market: the book was empty, or had nothing within the order's protection.
    NoLiquidity,
    /// Its minimum quantity was not there (IOC).
    Minimum,
    /// GTD or DAY: its time has come. Expired in FIX.
    Expired,
    /// Self-trade prevention.
    SelfTrade,
    /// The other order of its pair was filled, triggered, canceled or expired.
    Pair,
    /// A mass cancel.
    MassCancel,
    /// The kill switch.
    AccountBlocked,
    /// Its account quoted anew.
    Requoted,
    /// When its time came, what it needs was not available (exits of a bracket).
    NotCovered,
    /// Trading was interrupted before it was filled (IOC, market).
    Interrupted,
    /// Nothing more was there within the price bands (IOC, market).
    Band,
    /// It stood for the uncross only (IOC, market).
    Uncross,
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
