//! Events as JSON objects, one for each, with names for ids and decimals for integers.

mod naming;

use outcry_engine::{AccountName, Event, Exchange, Receipt, Symbol};
use serde::Serialize;

use crate::decimal::DecimalText;
use crate::time::TimeText;
use crate::write::condition::ConditionText;
use crate::write::order::{OrderPriceText, OrderTermsText};
use crate::write::session::PhaseEndText;
use crate::write::setting::{AccountSettingText, InstrumentSettingText, MarketSettingText};

use naming::Naming;

/// One event with its place in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// The number of its command, from 1.
    pub sequence: u64,
    /// Its own number, from 1, without a gap.
    pub number: u64,
    /// When the command ran.
    pub at: TimeText,
    /// The sender's mark of the command, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub event: EventText,
}

/// What happened, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum EventText {
    CommandRejected {
        code: &'static str,
        message: String,
    },
    AssetCreated {
        symbol: Symbol,
        decimals: u8,
    },
    InstrumentCreated {
        symbol: Symbol,
        base: Symbol,
        quote: Symbol,
        tick: DecimalText,
        lot: DecimalText,
        maker_fee_ppm: i32,
        taker_fee_ppm: i32,
    },
    AccountOpened {
        name: AccountName,
    },
    LedgerPosted {
        account: AccountName,
        asset: Symbol,
        kind: &'static str,
        amount: DecimalText,
        available: DecimalText,
        held: DecimalText,
        #[serde(skip_serializing_if = "Option::is_none")]
        order: Option<u64>,
    },
    OrderAccepted {
        order: u64,
        #[serde(flatten)]
        terms: OrderTermsText,
    },
    OrderConditioned {
        order: u64,
        #[serde(flatten)]
        condition: ConditionText,
    },
    OrderWaits {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        leaves: DecimalText,
        waits_for: &'static str,
    },
    OrderTriggered {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        trigger: DecimalText,
        reference: DecimalText,
    },
    OrderEntered {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        #[serde(flatten)]
        price: OrderPriceText,
        leaves: DecimalText,
        from: &'static str,
    },
    OrderRested {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        price: DecimalText,
        leaves: DecimalText,
        ahead: DecimalText,
        layer: &'static str,
    },
    OrderRefilled {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        price: DecimalText,
        shown: DecimalText,
        ahead: DecimalText,
    },
    OrderRepriced {
        order: u64,
        instrument: Symbol,
        old_price: DecimalText,
        price: DecimalText,
        reason: &'static str,
    },
    OrderReduced {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        by: DecimalText,
        leaves: DecimalText,
        reason: &'static str,
    },
    TradePrevented {
        instrument: Symbol,
        price: DecimalText,
        quantity: DecimalText,
        maker_order: u64,
        maker_leaves: DecimalText,
        taker_order: u64,
        taker_leaves: DecimalText,
        rule: &'static str,
    },
    Traded {
        trade: u64,
        instrument: Symbol,
        price: DecimalText,
        quantity: DecimalText,
        taker_side: &'static str,
        kind: &'static str,
        maker_order: u64,
        maker_account: AccountName,
        maker_leaves: DecimalText,
        taker_order: u64,
        taker_account: AccountName,
        taker_leaves: DecimalText,
    },
    OrderCanceled {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        price: Option<DecimalText>,
        canceled: DecimalText,
        from: &'static str,
        reason: &'static str,
    },
    OrderReplaced {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        old_price: DecimalText,
        price: DecimalText,
        quantity: DecimalText,
        old_leaves: DecimalText,
        leaves: DecimalText,
        priority: &'static str,
    },
    OrdersCanceled {
        account: AccountName,
        #[serde(skip_serializing_if = "Option::is_none")]
        instrument: Option<Symbol>,
        #[serde(skip_serializing_if = "Option::is_none")]
        side: Option<&'static str>,
    },
    Quoted {
        account: AccountName,
        entries: u32,
    },
    QuoteRefused {
        entry: u32,
        code: &'static str,
        message: String,
    },
    AccountBlocked {
        account: AccountName,
    },
    AccountUnblocked {
        account: AccountName,
    },
    InstrumentSet {
        instrument: Symbol,
        #[serde(flatten)]
        setting: InstrumentSettingText,
    },
    AccountSet {
        account: AccountName,
        #[serde(flatten)]
        setting: AccountSettingText,
    },
    MarketSet {
        #[serde(flatten)]
        setting: MarketSettingText,
    },
    PhaseChanged {
        instrument: Symbol,
        phase: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        interval_nanos: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<PhaseEndText>,
        cause: &'static str,
    },
    MarketHalted {
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<TimeText>,
    },
    MarketResumed,
    IndicationChanged {
        instrument: Symbol,
        #[serde(flatten)]
        indication: IndicationText,
    },
    Uncrossed {
        instrument: Symbol,
        #[serde(flatten)]
        indication: IndicationText,
    },
    BandsMoved {
        instrument: Symbol,
        low: DecimalText,
        high: DecimalText,
    },
    LimitState {
        instrument: Symbol,
        entered: bool,
    },
    FollowUpsStopped {
        instrument: Symbol,
        done: u32,
    },
    ClockAdvanced,
    DeskOpened {
        desk: u32,
        account: AccountName,
        sells: Symbol,
        cap: DecimalText,
    },
    RateSet {
        desk: u32,
        money: Symbol,
        rate: DecimalText,
    },
    CashSpent {
        desk: u32,
        purchase: u32,
        account: AccountName,
        money: Symbol,
        amount: DecimalText,
        rate: DecimalText,
        coins: DecimalText,
        repeated: bool,
    },
}

/// What an uncross gives, or would give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct IndicationText {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<DecimalText>,
    pub paired: DecimalText,
    pub surplus: DecimalText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus_side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<&'static str>,
}

/// The events of one command as text, with the names of `exchange`, in its state after the command.
pub fn event_lines<'a>(
    exchange: &'a Exchange,
    receipt: Receipt,
    id: Option<&'a str>,
    events: &'a [Event],
) -> impl Iterator<Item = EventLine> + 'a {
    let mut naming = Naming::new(exchange);
    (receipt.first_event..).zip(events).map(move |(number, event)| EventLine {
        sequence: receipt.sequence,
        number,
        at: TimeText(receipt.at),
        id: id.map(str::to_owned),
        event: naming.event(event).expect("an event names only what its exchange has"),
    })
}
