//! The exchange as text: commands in and events out as JSON.
//!
//! One JSON object per command and one per event, made for JSON lines (`outcry exec`) and for a request body alike.
//! Decimals are JSON strings and exact in both directions; accounts, instruments and assets go by name; a field
//! that is not known is refused. A text is parsed once, against the exchange it is meant for, into an engine
//! [`Command`](outcry_engine::Command); what is wrong with it is told per field, as [`FieldError`]s.
//!
//! There is no input or output here, and no clock. The format is described in `docs/exec.md` and, for machines, in
//! `docs/exec.schema.json`, which a test holds against real lines.

mod time;
mod decimal;
mod word;
mod json;
mod fields;
mod read;
mod write;
mod commands;
mod command_text;
mod events;
mod book;
mod schedule;

pub use book::{BookLine, LevelText, OrderText, Sides};
pub use command_text::{CommandText, QuoteSideText, QuoteText};
pub use commands::{MAX_REQUEST_ID, Request, RequestError, concerned, parse};
pub use decimal::DecimalText;
pub use events::{EventLine, EventText, event_lines};
pub use fields::FieldError;
pub use schedule::{ScheduleText, SessionText, parse_schedule};
pub use time::{TimeError, TimeText};
pub use write::condition::{
    ConditionText, ConditionsText, DisplayText, MinimumText, PegText, ReachText, TriggerText,
};
pub use write::order::{OrderPriceText, OrderTermsText};
pub use write::session::PhaseEndText;
pub use write::setting::{
    AccountSettingText, AllocationText, InstrumentSettingText, LimitUpDownText, MarketSettingText,
    MarketWideText, PriceBandText, PriceRangeText, RulebookText, Switched, TopText, VelocityText,
};
