//! Rejects: why a command was refused, with the numbers involved.
//!
//! Checks run in one order, the order of the variants below, and the first that fails answers: shape (what the
//! command says by itself), existence, permission, limits and risk, book. A range that depends on the state (a fee tier's,
//! lead makers together) is asked with the limits. Where one command is several orders (a pair, a quote), each
//! order is checked whole before the next. Whether the command was sent before is the journal's question and is asked before
//! all of these. For traders: `docs/rules/rejects.md`.

mod term;
mod text;
mod wording;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::allocation::AllocationError;
use crate::band::{BandError, TickTableError};
use crate::desk::Refusal;
use crate::{
    AccountId, AccountName, Amount, AssetId, DeskId, InstrumentId, Lots, OrderId, Phase, Price, Qty, Symbol,
    Timestamp,
};

pub use term::{SettingField, Term};
pub(crate) use wording::Wording;

/// A business answer: the command was understood and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reject {
    // Shape: what the command says by itself
    /// An asset with more than [`MAX_DECIMALS`](crate::limits::MAX_DECIMALS) digits behind the point.
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
    /// A market order that would rest: GTC, DAY or GTD.
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
    /// An iceberg that could take more than [`MAX_PEAKS`](crate::limits::MAX_PEAKS) peaks to fill.
    PeakTooSmall {
        /// The peak less its spread.
        smallest: Qty,
        /// What that may be at least, for the quantity of the order.
        least: Qty,
        /// Of the order.
        quantity: Qty,
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
    /// A mass quote without entries, or with more than [`MAX_QUOTES`](crate::limits::MAX_QUOTES).
    QuoteCount {
        /// Given.
        given: u32,
    },
    /// A quote whose bid is not below its ask.
    QuoteCrossed {
        /// Given.
        bid: Price,
        /// Given.
        ask: Price,
    },
    /// An allocation that is none.
    Allocation(AllocationError),
    /// A band, range or velocity with a parameter outside its range.
    Band(BandError),
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
    /// No such cash desk.
    UnknownDesk {
        /// Given.
        desk: DeskId,
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
    /// A row that the tick table does not take.
    TickTable(TickTableError),
    /// A short limit below what the account owes.
    ShortOwed {
        /// Of what.
        asset: AssetId,
        /// What it owes or may come to owe.
        owed: Amount,
        /// Given.
        amount: Amount,
    },
    /// What a cash desk answers.
    Desk(Refusal),
    /// All balances of the asset together would exceed [`MAX_AMOUNT`](crate::limits::MAX_AMOUNT).
    SupplyTooLarge {
        /// Of what.
        asset: AssetId,
        /// In circulation now.
        supply: Amount,
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
    /// A time that is not ahead: of a GTD order, or the end of a phase.
    ExpiryPassed {
        /// Given.
        expires: Timestamp,
        /// The time of the command.
        now: Timestamp,
    },
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
    /// A rule needs a reference price and there is none yet.
    NoReference {
        /// Where.
        instrument: InstrumentId,
        /// What needs it.
        term: Term,
    },
    /// A trailing distance that leads out of the range of prices.
    TrailTooWide {
        /// Where.
        instrument: InstrumentId,
        /// The price it would follow.
        reference: Price,
    },
    /// [`MAX_ASSETS`](crate::limits::MAX_ASSETS) exist.
    TooManyAssets,
    /// [`MAX_INSTRUMENTS`](crate::limits::MAX_INSTRUMENTS) exist.
    TooManyInstruments,
    /// [`MAX_ACCOUNTS`](crate::limits::MAX_ACCOUNTS) are open.
    TooManyAccounts,
    /// [`MAX_DESKS`](crate::limits::MAX_DESKS) are open.
    TooManyDesks,
    /// The account has [`MAX_OPEN_ORDERS`](crate::limits::MAX_OPEN_ORDERS) open orders, and this one could rest too.
    TooManyOrders,
    /// Price times quantity, a buyer's worst fee included, exceeds [`MAX_AMOUNT`](crate::limits::MAX_AMOUNT) of the quote asset, or the quantity
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
            Self::PeakTooSmall { .. } => "peak-too-small",
            Self::ProtectionTooWide { .. } => "protection-too-wide",
            Self::ProtectionMissing => "protection-missing",
            Self::Incompatible { .. } => "incompatible",
            Self::BracketPrices { .. } => "bracket-prices",
            Self::QuoteCount { .. } => "quote-count",
            Self::QuoteCrossed { .. } => "quote-crossed",
            Self::Allocation(_) => "allocation",
            Self::Band(_) => "band",
            Self::SettingOutOfRange { .. } => "setting-out-of-range",
            Self::UnknownAsset { .. } => "unknown-asset",
            Self::UnknownInstrument { .. } => "unknown-instrument",
            Self::UnknownDesk { .. } => "unknown-desk",
            Self::UnknownAccount { .. } => "unknown-account",
            Self::UnknownOrder { .. } => "unknown-order",
            Self::SymbolTaken { .. } => "symbol-taken",
            Self::NameTaken { .. } => "name-taken",
            Self::LotNotRepresentable { .. } => "lot-not-representable",
            Self::TickNotRepresentable { .. } => "tick-not-representable",
            Self::VenueAccount => "venue-account",
            Self::AccountBlocked { .. } => "account-blocked",
            Self::NotInPhase { .. } => "not-in-phase",
            Self::NotReplaceable { .. } => "not-replaceable",
            Self::TickTable(_) => "tick-table",
            Self::ShortOwed { .. } => "short-owed",
            Self::Desk(refusal) => refusal.code(),
            Self::SupplyTooLarge { .. } => "supply-too-large",
            Self::SpendsNothing { .. } => "spends-nothing",
            Self::ExpiryPassed { .. } => "expiry-passed",
            Self::OffTick { .. } => "off-tick",
            Self::QuantityOutOfRange { .. } => "quantity-out-of-range",
            Self::NotionalTooSmall { .. } => "notional-too-small",
            Self::OutsideBand { .. } => "outside-band",
            Self::NoReference { .. } => "no-reference",
            Self::TrailTooWide { .. } => "trail-too-wide",
            Self::TooManyAssets => "too-many-assets",
            Self::TooManyInstruments => "too-many-instruments",
            Self::TooManyAccounts => "too-many-accounts",
            Self::TooManyDesks => "too-many-desks",
            Self::TooManyOrders => "too-many-orders",
            Self::NotionalTooLarge { .. } => "notional-too-large",
            Self::InsufficientFunds { .. } => "insufficient-funds",
            Self::OrderLimit { .. } => "order-limit",
            Self::NotionalLimit { .. } => "notional-limit",
            Self::PositionLimit { .. } => "position-limit",
            Self::BelowFilled { .. } => "below-filled",
            Self::PostOnlyWouldTake { .. } => "post-only-would-take",
        }
    }
}
