//! Every limit of the engine. Reaching one is a [`Reject`](crate::Reject) that names it.

/// Highest price in ticks.
pub const MAX_PRICE: i64 = 1_000_000_000_000;
/// Highest quantity of one order in lots.
pub const MAX_QTY: u64 = 1_000_000_000_000;
/// Highest amount of one asset in minor units: of one balance, and of all balances of the asset together.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000_000;
/// Most digits behind the decimal point of an asset.
pub const MAX_DECIMALS: u8 = 12;
/// Most assets of an exchange.
pub const MAX_ASSETS: u32 = 1_024;
/// Most instruments of an exchange.
pub const MAX_INSTRUMENTS: u32 = 65_536;
/// Most accounts of an exchange, the venue's included.
pub const MAX_ACCOUNTS: u32 = 1_000_000;
/// Most open orders of one account.
pub const MAX_OPEN_ORDERS: u32 = 2_000_000;
/// Longest symbol of an asset or instrument in bytes.
pub const MAX_SYMBOL: usize = 16;
/// Longest account name in bytes of UTF-8.
pub const MAX_ACCOUNT_NAME: usize = 24;
/// Most peaks of an iceberg, each as small as its spread allows: one order in its way trades with no more of them.
pub const MAX_PEAKS: u64 = 10_000;
/// Most entries of a mass quote.
pub const MAX_QUOTES: u32 = 1_000;
/// Most follow-ups that one command may bring in an instrument.
pub const MAX_FOLLOW_UPS: u32 = 100_000;
/// Follow-ups that one command may bring until the instrument says otherwise.
pub const FOLLOW_UPS: u32 = 20_000;
/// Highest fee tier of an instrument.
pub const MAX_TIER: u8 = 8;
/// Most cash desks of an exchange.
pub const MAX_DESKS: u32 = 256;
/// Parts per million of a whole: the highest protection, share or range.
pub const WHOLE_PPM: u32 = 1_000_000;
/// A cash order is for less than this many whole units of its currency.
pub const CASH_UNITS_LIMIT: i64 = 1_000_000_000;
/// Most purchases of one cash desk, which keeps them all: a key must never sell twice.
pub const MAX_CASH_ORDERS: u32 = 1_000_000;
