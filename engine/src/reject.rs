//! Rejects: why a command was refused, with the numbers involved.
//!
//! Checks run in one order, the order of the variants below, and the first that fails answers: shape (what the
//! command says by itself), existence, permission, limits and risk, book. (Whether the command was sent before
//! is the journal's question and is asked before all of these.)

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::limits::{
    MAX_ACCOUNTS, MAX_AMOUNT, MAX_ASSETS, MAX_DECIMALS, MAX_DESKS, MAX_INSTRUMENTS, MAX_OPEN_ORDERS,
    MAX_QUOTES,
};
use crate::allocation::AllocationError;
use crate::band::{BandError, TickTableError};
use crate::desk::Refusal;
use crate::{
    AccountId, AccountName, Amount, AssetId, DeskId, InstrumentId, Lots, OrderId, Phase, Price, Qty, Symbol, Timestamp,
};

/// A business answer: the command was understood and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reject {
    // Shape
    /// An asset with more than [`MAX_DECIMALS`] digits behind the point.
    TooManyDecimals {
        /// Given.
        decimals: u8,
    },
    /// An instrument whose base is its quote.
    BaseIsQuote {
        /// The asset.
        asset: AssetId,
    },
    /// A deposit or withdrawal that is not above zero.
    AmountNotPositive {
        /// Given.
        amount: Amount,
    },
    /// A market order that would rest (GTC).
    MarketOrderCannotRest,
    /// A post-only order that may not rest (market, IOC or FOK).
    PostOnlyMustRest,
    /// A minimum quantity above the quantity of the order.
    MinimumAboveQuantity {
        /// Given.
        minimum: Qty,
        /// Of the order.
        quantity: Qty,
    },
    /// An iceberg whose peak is not below its quantity.
    PeakNotBelowQuantity {
        /// Given.
        peak: Qty,
        /// Of the order.
        quantity: Qty,
    },
    /// An iceberg whose peaks could be drawn as nothing: the spread is not below the peak.
    PeakSpreadTooWide {
        /// Given.
        peak: Qty,
        /// Given.
        spread: Lots,
    },
    /// A protection of more than 1,000,000 ppm.
    ProtectionTooWide {
        /// Given.
        ppm: u32,
    },
    /// A market order of a buyer that waits needs a protection, or nobody knows what to hold for it.
    ProtectionMissing,
    /// Two terms that contradict each other.
    Incompatible {
        /// One of them.
        one: Term,
        /// The other.
        other: Term,
    },
    /// A bracket whose profit is not beyond its loss.
    BracketPrices {
        /// Given.
        profit: Price,
        /// Given.
        loss: Price,
    },
    /// A quote whose bid is not below its ask.
    QuoteCrossed {
        /// Given.
        bid: Price,
        /// Given.
        ask: Price,
    },
    /// A mass quote without entries, or with more than [`MAX_QUOTES`].
    QuoteCount {
        /// Given.
        given: u32,
    },
    /// An allocation that is none.
    Allocation(AllocationError),
    /// A band, range or velocity with a parameter outside its range.
    Band(BandError),
    /// A row that the tick table does not take.
    TickTable(TickTableError),
    /// A setting outside its range.
    SettingOutOfRange {
        /// Which.
        setting: SettingField,
        /// Given.
        given: i64,
        /// Lowest allowed.
        min: i64,
        /// Highest allowed.
        max: i64,
    },

    // Existence
    /// No such asset.
    UnknownAsset {
        /// Given.
        asset: AssetId,
    },
    /// No such instrument.
    UnknownInstrument {
        /// Given.
        instrument: InstrumentId,
    },
    /// No such account.
    UnknownAccount {
        /// Given.
        account: AccountId,
    },
    /// No open order of this account with this id: never accepted, closed, or another's.
    UnknownOrder {
        /// Given.
        order: OrderId,
    },
    /// The symbol is in use among assets, or among instruments.
    SymbolTaken {
        /// Given.
        symbol: Symbol,
    },
    /// The account name is in use.
    NameTaken {
        /// Given.
        name: AccountName,
    },
    /// The lot is not above zero, or not a whole number of the base's minor units.
    LotNotRepresentable {
        /// Given.
        lot: Decimal,
        /// Digits of the base asset.
        decimals: u8,
    },
    /// The tick is not above zero, or `tick * lot` is not a whole number of the quote's minor units.
    TickNotRepresentable {
        /// Given.
        tick: Decimal,
        /// Given.
        lot: Decimal,
        /// Digits of the quote asset.
        decimals: u8,
    },
    /// What a cash desk answers.
    Desk(Refusal),
    /// No such cash desk.
    UnknownDesk {
        /// Given.
        desk: DeskId,
    },

    // Permission
    /// The venue's account neither trades nor is paid into.
    VenueAccount,
    /// The kill switch of the account is set.
    AccountBlocked {
        /// Whose.
        account: AccountId,
    },
    /// The phase of the instrument does not take this.
    NotInPhase {
        /// Where.
        instrument: InstrumentId,
        /// Its phase.
        phase: Phase,
        /// What it does not take.
        term: Term,
    },
    /// An order of a kind that is not replaced but canceled and entered anew.
    NotReplaceable {
        /// Which.
        order: OrderId,
        /// What stands against it.
        term: Term,
    },

    // Limits and risk
    /// [`MAX_ASSETS`] exist.
    TooManyAssets,
    /// [`MAX_INSTRUMENTS`] exist.
    TooManyInstruments,
    /// [`MAX_ACCOUNTS`] are open.
    TooManyAccounts,
    /// The account has [`MAX_OPEN_ORDERS`] open orders, and this one could rest too (GTC).
    TooManyOrders,
    /// All balances of the asset together would exceed [`MAX_AMOUNT`].
    SupplyTooLarge {
        /// Of what.
        asset: AssetId,
        /// In circulation now.
        supply: Amount,
        /// Given.
        amount: Amount,
    },
    /// Price times quantity, a buyer's worst fee included, exceeds [`MAX_AMOUNT`] of the quote asset, or the quantity
    /// that of the base asset.
    NotionalTooLarge {
        /// Of what.
        instrument: InstrumentId,
        /// Given; `None` for a market order.
        price: Option<Price>,
        /// Given.
        quantity: Qty,
    },
    /// Available is less than needed.
    InsufficientFunds {
        /// Of what.
        asset: AssetId,
        /// Needed, fee included.
        needed: Amount,
        /// Available.
        available: Amount,
    },
    /// A GTD order whose time is not ahead.
    ExpiryPassed {
        /// Given.
        expires: Timestamp,
        /// The time of the command.
        now: Timestamp,
    },
    /// [`MAX_DESKS`] are open.
    TooManyDesks,
    /// A price that the tick table does not allow.
    OffTick {
        /// Where.
        instrument: InstrumentId,
        /// Given.
        price: Price,
        /// The step at that price, in ticks.
        step: u64,
    },
    /// A quantity that the instrument does not allow.
    QuantityOutOfRange {
        /// Where.
        instrument: InstrumentId,
        /// Given.
        quantity: Qty,
        /// Smallest, zero for none.
        min: Lots,
        /// Largest, zero for none.
        max: Lots,
    },
    /// A limit order that is worth less than the instrument allows.
    NotionalTooSmall {
        /// Where.
        instrument: InstrumentId,
        /// What it is worth.
        value: Amount,
        /// Least.
        min: Amount,
    },
    /// A limit outside the band around the reference price.
    OutsideBand {
        /// Where.
        instrument: InstrumentId,
        /// Given.
        price: Price,
        /// Lowest allowed.
        low: Price,
        /// Highest allowed.
        high: Price,
    },
    /// A trailing distance that leads out of the range of prices.
    TrailTooWide {
        /// Where.
        instrument: InstrumentId,
        /// The price it would follow.
        reference: Price,
    },
    /// A rule needs a reference price and there is none yet.
    NoReference {
        /// Where.
        instrument: InstrumentId,
        /// What needs it.
        term: Term,
    },
    /// The account has as many open orders as it may have.
    OrderLimit {
        /// Whose.
        account: AccountId,
        /// How many.
        max: u32,
    },
    /// An order worth more than the account may enter.
    NotionalLimit {
        /// In what.
        asset: AssetId,
        /// What it is worth.
        value: Amount,
        /// Most.
        max: Amount,
    },
    /// With this order the account could own more than it may.
    PositionLimit {
        /// Of what.
        asset: AssetId,
        /// What it could own.
        position: Amount,
        /// Most.
        max: Amount,
    },
    /// A short limit below what the account owes.
    ShortOwed {
        /// Of what.
        asset: AssetId,
        /// What it owes or may come to owe.
        owed: Amount,
        /// Given.
        amount: Amount,
    },
    /// An amount of money that does not buy the smallest quantity.
    SpendsNothing {
        /// Where.
        instrument: InstrumentId,
        /// Given.
        amount: Amount,
    },

    // Book
    /// A replacement total that is not above what was filled already.
    BelowFilled {
        /// Of what.
        instrument: InstrumentId,
        /// Given.
        quantity: Qty,
        /// Filled so far.
        filled: Qty,
    },
    /// A post-only order that would trade at once.
    PostOnlyWouldTake {
        /// Of what.
        instrument: InstrumentId,
        /// Given.
        price: Price,
        /// The best opposite price.
        best: Price,
    },
}

impl Reject {
    /// The stable code of this reject, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyDecimals { .. } => "too-many-decimals",
            Self::BaseIsQuote { .. } => "base-is-quote",
            Self::AmountNotPositive { .. } => "amount-not-positive",
            Self::MarketOrderCannotRest => "market-order-cannot-rest",
            Self::PostOnlyMustRest => "post-only-must-rest",
            Self::MinimumAboveQuantity { .. } => "minimum-above-quantity",
            Self::PeakNotBelowQuantity { .. } => "peak-not-below-quantity",
            Self::PeakSpreadTooWide { .. } => "peak-spread-too-wide",
            Self::ProtectionTooWide { .. } => "protection-too-wide",
            Self::ProtectionMissing => "protection-missing",
            Self::Incompatible { .. } => "incompatible",
            Self::BracketPrices { .. } => "bracket-prices",
            Self::QuoteCrossed { .. } => "quote-crossed",
            Self::QuoteCount { .. } => "quote-count",
            Self::SettingOutOfRange { .. } => "setting-out-of-range",
            Self::Allocation(_) => "allocation",
            Self::Band(_) => "band",
            Self::TickTable(_) => "tick-table",
            Self::Desk(refusal) => refusal.code(),
            Self::UnknownDesk { .. } => "unknown-desk",
            Self::AccountBlocked { .. } => "account-blocked",
            Self::NotInPhase { .. } => "not-in-phase",
            Self::NotReplaceable { .. } => "not-replaceable",
            Self::ExpiryPassed { .. } => "expiry-passed",
            Self::TooManyDesks => "too-many-desks",
            Self::OffTick { .. } => "off-tick",
            Self::QuantityOutOfRange { .. } => "quantity-out-of-range",
            Self::NotionalTooSmall { .. } => "notional-too-small",
            Self::OutsideBand { .. } => "outside-band",
            Self::TrailTooWide { .. } => "trail-too-wide",
            Self::NoReference { .. } => "no-reference",
            Self::OrderLimit { .. } => "order-limit",
            Self::NotionalLimit { .. } => "notional-limit",
            Self::PositionLimit { .. } => "position-limit",
            Self::ShortOwed { .. } => "short-owed",
            Self::SpendsNothing { .. } => "spends-nothing",
            Self::UnknownAsset { .. } => "unknown-asset",
            Self::UnknownInstrument { .. } => "unknown-instrument",
            Self::UnknownAccount { .. } => "unknown-account",
            Self::UnknownOrder { .. } => "unknown-order",
            Self::SymbolTaken { .. } => "symbol-taken",
            Self::NameTaken { .. } => "name-taken",
            Self::TickNotRepresentable { .. } => "tick-not-representable",
            Self::LotNotRepresentable { .. } => "lot-not-representable",
            Self::VenueAccount => "venue-account",
            Self::TooManyAssets => "too-many-assets",
            Self::TooManyInstruments => "too-many-instruments",
            Self::TooManyAccounts => "too-many-accounts",
            Self::TooManyOrders => "too-many-orders",
            Self::SupplyTooLarge { .. } => "supply-too-large",
            Self::NotionalTooLarge { .. } => "notional-too-large",
            Self::InsufficientFunds { .. } => "insufficient-funds",
            Self::BelowFilled { .. } => "below-filled",
            Self::PostOnlyWouldTake { .. } => "post-only-would-take",
        }
    }
}

/// The reason in integer units; [`Exchange::explain`](crate::Exchange::explain) says it in decimals.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::TooManyDecimals { decimals } => {
                write!(f, "{decimals} decimals, at most {MAX_DECIMALS} are allowed")
            }
            Self::BaseIsQuote { asset } => write!(f, "base and quote are both asset {asset}"),
            Self::AmountNotPositive { amount } => write!(f, "the amount {} is not above zero", amount.get()),
            Self::MarketOrderCannotRest => {
                write!(f, "a market order cannot rest: its time in force is IOC or FOK")
            }
            Self::PostOnlyMustRest => {
                write!(f, "a post-only order must be able to rest: a limit order that is GTC")
            }
            Self::MinimumAboveQuantity { minimum, quantity } => write!(f, "a minimum of {} lots is above the {} lots of the order", minimum.get(), quantity.get()),
            Self::PeakNotBelowQuantity { peak, quantity } => write!(f, "a peak of {} lots is not below the {} lots of the order", peak.get(), quantity.get()),
            Self::PeakSpreadTooWide { peak, spread } => write!(f, "a spread of {} lots is not below the peak of {}", spread.get(), peak.get()),
            Self::ProtectionTooWide { ppm } => write!(f, "a protection of {ppm} ppm is above 1000000"),
            Self::ProtectionMissing => write!(f, "a market order to buy that waits needs a protection"),
            Self::Incompatible { one, other } => write!(f, "{one} and {other} do not go together"),
            Self::BracketPrices { profit, loss } => write!(f, "the profit at {} ticks is not beyond the loss at {}", profit.get(), loss.get()),
            Self::QuoteCrossed { bid, ask } => write!(f, "the bid at {} ticks is not below the ask at {}", bid.get(), ask.get()),
            Self::QuoteCount { given } => write!(f, "{given} quotes given, 1 to {MAX_QUOTES} are allowed"),
            Self::SettingOutOfRange { setting, given, min, max } => write!(f, "{setting} {given} is outside {min} to {max}"),
            Self::Allocation(error) => error.fmt(f),
            Self::Band(error) => error.fmt(f),
            Self::TickTable(error) => error.fmt(f),
            Self::Desk(refusal) => refusal.fmt(f),
            Self::UnknownDesk { desk } => write!(f, "there is no cash desk {desk}"),
            Self::AccountBlocked { account } => write!(f, "the kill switch of account {account} is set"),
            Self::NotInPhase { phase, term, .. } => write!(f, "{term} is not taken while the instrument is {phase}"),
            Self::NotReplaceable { order, term } => write!(f, "order {order} cannot be replaced ({term}): cancel it and enter another"),
            Self::ExpiryPassed { expires, now } => write!(f, "the order expires at {} ns, which is not after {} ns", expires.nanos(), now.nanos()),
            Self::TooManyDesks => write!(f, "the exchange has its {MAX_DESKS} cash desks"),
            Self::OffTick { price, step, .. } => write!(f, "the price {} is not a multiple of the {step} ticks that are a step there", price.get()),
            Self::QuantityOutOfRange { quantity, min, max, .. } => { write!(f, "{} lots given; at least {}", quantity.get(), min.get().max(1))?; if max.is_zero() { Ok(()) } else { write!(f, " and at most {} are allowed", max.get()) } },
            Self::NotionalTooSmall { value, min, .. } => write!(f, "the order is worth {}, at least {} is allowed", value.get(), min.get()),
            Self::OutsideBand { price, low, high, .. } => write!(f, "the price {} is outside the band {} to {}", price.get(), low.get(), high.get()),
            Self::TrailTooWide { reference, .. } => write!(f, "the trailing distance leads out of the range of prices from {}", reference.get()),
            Self::NoReference { term, .. } => write!(f, "{term} needs a reference price, and there is none yet"),
            Self::OrderLimit { max, .. } => write!(f, "the account has the {max} open orders that it may have"),
            Self::NotionalLimit { asset, value, max } => write!(f, "the order is worth {} of asset {asset}, the account may enter {}", value.get(), max.get()),
            Self::PositionLimit { asset, position, max } => write!(f, "with this order the account could own {} of asset {asset}, it may own {}", position.get(), max.get()),
            Self::ShortOwed { asset, owed, amount } => write!(f, "a short limit of {} is below the {} of asset {asset} that the account owes", amount.get(), owed.get()),
            Self::SpendsNothing { amount, .. } => write!(f, "{} does not buy one lot now", amount.get()),
            Self::UnknownAsset { asset } => write!(f, "there is no asset {asset}"),
            Self::UnknownInstrument { instrument } => write!(f, "there is no instrument {instrument}"),
            Self::UnknownAccount { account } => write!(f, "there is no account {account}"),
            Self::UnknownOrder { order } => write!(f, "the account has no open order {order}"),
            Self::SymbolTaken { symbol } => write!(f, "the symbol {symbol} is taken"),
            Self::NameTaken { name } => write!(f, "the account name {name} is taken"),
            Self::TickNotRepresentable { tick, lot, decimals } => write!(
                f,
                "tick {tick} x lot {lot} is not a whole number of the quote's minor units ({decimals} decimals)"
            ),
            Self::LotNotRepresentable { lot, decimals } => {
                write!(f, "lot {lot} is not a whole number of the base's minor units ({decimals} decimals)")
            }
            Self::VenueAccount => write!(f, "account 0 is the venue's own and only receives fees"),
            Self::TooManyAssets => write!(f, "the exchange has its {MAX_ASSETS} assets"),
            Self::TooManyInstruments => write!(f, "the exchange has its {MAX_INSTRUMENTS} instruments"),
            Self::TooManyAccounts => write!(f, "the exchange has its {MAX_ACCOUNTS} accounts"),
            Self::TooManyOrders => write!(f, "the account has its {MAX_OPEN_ORDERS} open orders"),
            Self::SupplyTooLarge { asset, supply, amount } => write!(
                f,
                "{} more of asset {asset} beside {} would exceed {MAX_AMOUNT} minor units",
                amount.get(),
                supply.get()
            ),
            Self::NotionalTooLarge { price, quantity, .. } => {
                write!(f, "{} lots", quantity.get())?;
                if let Some(price) = price {
                    write!(f, " at {} ticks", price.get())?;
                }
                write!(f, " are worth more than {MAX_AMOUNT} minor units")
            }
            Self::InsufficientFunds { asset, needed, available } => {
                write!(f, "{} of asset {asset} needed, {} available", needed.get(), available.get())
            }
            Self::BelowFilled { quantity, filled, .. } => write!(
                f,
                "the total {} is not above the {} lots filled already",
                quantity.get(),
                filled.get()
            ),
            Self::PostOnlyWouldTake { price, best, .. } => {
                write!(f, "post-only at {} ticks would trade with the best price {}", price.get(), best.get())
            }
        }
    }
}

/// A term of an order or of its surroundings that a reject speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Term {
    /// A limit order.
    Limit,
    /// A market order.
    Market,
    /// A market-to-limit order.
    MarketToLimit,
    /// A time in force that lets an order rest: GTC, DAY or GTD.
    Resting,
    /// IOC.
    ImmediateOrCancel,
    /// FOK.
    FillOrKill,
    /// GTD.
    GoodTillDate,
    /// Post-only.
    PostOnly,
    /// A trigger.
    Trigger,
    /// An iceberg.
    Iceberg,
    /// A hidden order.
    Hidden,
    /// A minimum quantity.
    Minimum,
    /// AON.
    AllOrNone,
    /// A pegged order.
    Peg,
    /// A protection.
    Protection,
    /// A pair (OCO), or one order of it.
    Pair,
    /// A bracket, or one of its exits.
    Bracket,
    /// A quote, or one side of it.
    Quote,
    /// A cash order.
    Cash,
    /// A new order.
    NewOrder,
    /// A cancel/replace.
    Replace,
    /// An order that waits for its trigger.
    WaitingOrder,
    /// The market-wide halt.
    MarketWide,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Limit => "a limit order",
            Self::Market => "a market order",
            Self::MarketToLimit => "a market-to-limit order",
            Self::Resting => "a resting time in force",
            Self::ImmediateOrCancel => "IOC",
            Self::FillOrKill => "FOK",
            Self::GoodTillDate => "GTD",
            Self::PostOnly => "post-only",
            Self::Trigger => "a trigger",
            Self::Iceberg => "an iceberg",
            Self::Hidden => "a hidden order",
            Self::Minimum => "a minimum quantity",
            Self::AllOrNone => "all-or-none",
            Self::Peg => "a peg",
            Self::Protection => "a protection",
            Self::Pair => "an OCO pair",
            Self::Bracket => "a bracket",
            Self::Quote => "a quote",
            Self::Cash => "a cash order",
            Self::NewOrder => "a new order",
            Self::Replace => "a replacement",
            Self::WaitingOrder => "an order that waits for its trigger",
            Self::MarketWide => "the market-wide halt",
        })
    }
}

/// A setting that was outside its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SettingField {
    /// A lead maker's share in ppm, with those of the others.
    LeadMaker,
    /// A parameter of an auction's rulebook.
    Rulebook,
    /// The number of a fee tier.
    Tier,
    /// A maker's fee in ppm.
    MakerFee,
    /// A taker's fee in ppm.
    TakerFee,
    /// The largest quantity, at least the smallest.
    MaxQuantity,
    /// A smallest value in minor units.
    MinNotional,
    /// An auction's collar in ppm.
    AuctionCollar,
    /// The end of the day in nanoseconds after midnight.
    DayEnd,
    /// The most follow-ups of a command.
    FollowUps,
    /// A short limit in minor units.
    ShortLimit,
    /// A limit of an account in minor units.
    AccountLimit,
    /// Length or window of a volatility call in nanoseconds.
    VolatilityCall,
    /// A time of trading hours in nanoseconds after midnight.
    TradingHours,
    /// The interval of batch auctions in nanoseconds.
    BatchInterval,
}

impl fmt::Display for SettingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeadMaker => "the lead makers' share in ppm",
            Self::Rulebook => "the rulebook's parameter",
            Self::Tier => "the fee tier",
            Self::MakerFee => "the maker's fee in ppm",
            Self::TakerFee => "the taker's fee in ppm",
            Self::MaxQuantity => "the largest quantity",
            Self::MinNotional => "the smallest value",
            Self::AuctionCollar => "the auction collar in ppm",
            Self::DayEnd => "the end of the day in nanoseconds",
            Self::FollowUps => "the number of follow-ups",
            Self::ShortLimit => "the short limit",
            Self::AccountLimit => "the account's limit",
            Self::VolatilityCall => "the length or window of a volatility call in nanoseconds",
            Self::TradingHours => "the trading hours in nanoseconds",
            Self::BatchInterval => "the batch interval in nanoseconds",
        })
    }
}
