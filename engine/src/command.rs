//! Commands: everything that can be asked of an exchange.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AccountName, AccountSetting, Amount, AssetId, Bracket, ConditionalOrder, DeskId, FeeRate,
    IdempotenceKey, InstrumentId, InstrumentSetting, MarketSetting, NewOrder, OrderId, OrderPair, Phase,
    PhaseEnd, Price, Qty, Rate, Side, Symbol,
};

/// One request to the exchange. Its answer is a run of [`Event`](crate::Event)s.
///
/// What comes often is small and in place; what is large is boxed, so that a plain order stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Makes an asset known.
    CreateAsset {
        /// Its symbol, unique among assets.
        symbol: Symbol,
        /// Digits behind the decimal point of its minor unit, 0 to [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS).
        decimals: u8,
    },
    /// Opens an instrument for trading.
    CreateInstrument(NewInstrument),
    /// Opens an account.
    OpenAccount {
        /// Its name, unique among accounts.
        name: AccountName,
    },
    /// Brings an amount into the exchange.
    Deposit {
        /// Who receives it.
        account: AccountId,
        /// Of what.
        asset: AssetId,
        /// How much; above zero.
        amount: Amount,
    },
    /// Takes an available amount out of the exchange.
    Withdraw {
        /// Who gives it.
        account: AccountId,
        /// Of what.
        asset: AssetId,
        /// How much; above zero.
        amount: Amount,
    },
    /// Enters an order.
    PlaceOrder(NewOrder),
    /// Cancels what is left of an order.
    CancelOrder {
        /// Whose order it is.
        account: AccountId,
        /// Which.
        order: OrderId,
    },
    /// Changes price and total quantity of an order.
    ///
    /// A quantity that is not larger, at the same price, keeps the order's place in the queue; any other change loses
    /// it. An order that now crosses trades at once. The quantity is the total: what was filled counts (FIX
    /// OrderCancelReplaceRequest). A total not above the filled quantity is refused.
    ReplaceOrder {
        /// Whose order it is.
        account: AccountId,
        /// Which.
        order: OrderId,
        /// The new limit.
        price: Price,
        /// The new total quantity.
        quantity: Qty,
    },
    /// Enters an order with conditions.
    PlaceConditional(Box<ConditionalOrder>),
    /// Enters an OCO pair.
    PlacePair(Box<OrderPair>),
    /// Enters a bracket: an order that brings its exits.
    PlaceBracket(Box<Bracket>),
    /// Spends an amount of money: a market order to buy what it pays for now, fee included, at most.
    PlaceCashOrder {
        /// Who buys.
        account: AccountId,
        /// What is bought.
        instrument: InstrumentId,
        /// Most that is spent, in minor units of the quote asset; above zero.
        amount: Amount,
    },
    /// Cancels all open orders of an account, those of a quote and those that wait included.
    CancelOrders {
        /// Whose.
        account: AccountId,
        /// Of this instrument only.
        instrument: Option<InstrumentId>,
        /// Of this side only.
        side: Option<Side>,
    },
    /// Mass quote: replaces the account's quote in each instrument named.
    ///
    /// The entries are taken one after another; an entry that is refused is answered by an event of its own and the others
    /// go on.
    Quote(Box<MassQuote>),
    /// Kill switch: cancels all orders of the account and refuses new ones.
    BlockAccount {
        /// Whose.
        account: AccountId,
    },
    /// Releases the kill switch.
    UnblockAccount {
        /// Whose.
        account: AccountId,
    },
    /// Changes a setting of an instrument.
    SetInstrument {
        /// Which.
        instrument: InstrumentId,
        /// What.
        setting: InstrumentSetting,
    },
    /// Changes a setting of an account.
    SetAccount {
        /// Whose.
        account: AccountId,
        /// What.
        setting: AccountSetting,
    },
    /// Changes a setting of the market.
    SetMarket {
        /// What.
        setting: MarketSetting,
    },
    /// Changes how trading goes in an instrument, now.
    ///
    /// An instrument that comes to [`Phase::Continuous`] or [`Phase::PostClose`] from a phase without matching, or to
    /// [`Phase::Closed`] from a call, is uncrossed first.
    SetPhase {
        /// Which.
        instrument: InstrumentId,
        /// What follows.
        phase: Phase,
        /// When that ends by itself; it stays if `None`.
        end: Option<PhaseEnd>,
    },
    /// Halts every instrument that trades or is in a call.
    HaltMarket,
    /// Brings every halted instrument back to continuous trading, with an uncross each.
    ResumeMarket,
    /// Does nothing but bring its time: what is due by then happens.
    AdvanceClock,
    /// Opens a cash desk.
    OpenDesk {
        /// Whose coins it sells, and who is paid.
        account: AccountId,
        /// What it sells.
        sells: AssetId,
        /// Most it will ever sell, in minor units; above zero.
        cap: Amount,
    },
    /// Sets what one whole coin costs at a desk in a currency.
    SetRate {
        /// The desk.
        desk: DeskId,
        /// The currency.
        money: AssetId,
        /// Its price in that currency; above zero.
        rate: Rate,
    },
    /// Spends an amount of money at a desk's rate. The same client, currency, amount and key again give the same purchase.
    BuyAtDesk {
        /// The desk.
        desk: DeskId,
        /// Who buys.
        account: AccountId,
        /// The currency paid.
        money: AssetId,
        /// How much of it.
        amount: Amount,
        /// The client's idempotence key .
        key: IdempotenceKey,
    },
}

/// Quotes of one account in many instruments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassQuote {
    /// Whose.
    pub account: AccountId,
    /// 1 to [`MAX_QUOTES`](crate::limits::MAX_QUOTES) entries.
    pub quotes: Vec<Quote>,
}

/// A two-sided quote in one instrument, in place of the account's earlier one there.
///
/// A side with the same price and a quantity not above what is left keeps its place in the queue; any other goes to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// Where.
    pub instrument: InstrumentId,
    /// Price and quantity to buy, `None` to take that side away.
    pub bid: Option<(Price, Qty)>,
    /// Price and quantity to sell, above the bid.
    pub ask: Option<(Price, Qty)>,
}

/// The terms of a new instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NewInstrument {
    /// Its symbol, unique among instruments.
    pub symbol: Symbol,
    /// What is traded.
    pub base: AssetId,
    /// What is paid with.
    pub quote: AssetId,
    /// Smallest price step, in the quote asset per one whole unit of the base.
    pub tick: Decimal,
    /// Smallest quantity step, in whole units of the base. `tick * lot` must be a whole number of minor units of
    /// the quote asset, and `lot` one of the base: then every trade is worth an exact amount.
    pub lot: Decimal,
    /// What a resting order pays of the traded value. Below zero it is a rebate, paid out of the aggressor's fee and never
    /// more than that.
    pub maker_fee: FeeRate,
    /// What an aggressor pays of the traded value; not below zero.
    pub taker_fee: FeeRate,
}
