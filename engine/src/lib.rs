//! The market as a value.
//!
//! An [`Exchange`] takes [`Command`]s and answers with [`Event`]s; everything else about a market is a fold over
//! those events. The engine has no input or output, clock, float, thread or randomness: time arrives with each
//! command, and the same commands give the same events and the same [`Digest`] on every platform.
//!
//! Inside, everything is an integer: [`Price`] in ticks, [`Qty`] in lots, [`Amount`] in minor units. Decimals are
//! read and printed at the edge by [`Instrument`] and [`Asset`].

#![deny(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_arithmetic
)]

mod units;
mod label;
mod id;
mod decimal;
mod asset;
mod instrument;
mod order;
mod condition;
mod setting;
mod command;
mod reject;
mod event;
pub mod limits;

mod exchange;
mod clock;
mod market;
mod ticket;
mod shape;
mod admission;
mod entry;
mod pairing;
mod matching;
mod reach;
mod guard;
mod prevention;
mod follow;
mod closing;
mod replacing;
mod quoting;
mod session;
mod uncross;
mod settlement;
mod adjusting;
mod account;
mod book;
mod allocation;
mod auction;
mod band;
mod trigger;
mod desk;
mod view;
mod preview;
mod position;
mod explain;
pub mod life;
pub mod reasons;
mod check;
mod plain;
mod look_ahead;
mod digest;
mod form;
mod draw;

pub use account::{Account, Balance};
pub use allocation::{Allocation, AllocationError, Basis, CmeAlgorithm, Share, Step, Steps, Top};
pub use asset::Asset;
pub use auction::{AuctionStep, Indication, Rulebook};
pub use band::{
    BandError, BandSetting, Breach, Corridor, Decline, LimitTier, LimitUpDownTerms, MarketWideTerms,
    PriceBand, PriceRange, Rounding, TickRow, TickTable, TickTableError, VelocityTerms,
};
pub use book::{Layer, Level, OrderFlags, RestingOrder};
pub use command::{Command, MassQuote, NewInstrument, Quote};
pub use condition::{
    Bracket, Condition, ConditionalOrder, Conditions, Display, Minimum, OrderPair, Peg, PegTo, Protection,
    SelfTrade,
};
pub use decimal::{DecimalError, parse as parse_decimal};
pub use desk::{CashOrder, CashOrderId, CashPurchase, Desk, IdempotenceKey, Rate, Refusal, UnknownPurchase};
pub use digest::Digest;
pub use event::{
    CancelReason, Event, LedgerKind, LedgerLine, Place, Priority, ReduceReason, RepriceReason, Trade,
    TradeKind, WaitsFor,
};
pub use exchange::{Exchange, Receipt};
pub use id::{AccountId, AssetId, DeskId, InstrumentId, OrderId, TradeId};
pub use instrument::Instrument;
pub use label::{AccountName, LabelError, Symbol};
pub use order::{NewOrder, OrderPrice, Posting, Side, TimeInForce};
pub use position::{Position, Positions};
pub use preview::{NoPrice, Preview, PreviewFill};
pub use reject::{Reject, SettingField, Term};
pub use setting::{AccountSetting, Call, InstrumentSetting, MarketSetting, Phase, PhaseCause, PhaseEnd};
pub use trigger::{Trail, Trigger, TriggerBy, TriggerKind};
pub use units::{Amount, FeeRate, Lots, OutOfRange, Price, Qty, Timestamp};
pub use view::WaitingOrder;
