//! Events as JSON objects, one for each, with names for ids and decimals for integers.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, CancelReason, Event, Exchange, Instrument, InstrumentId,
    LedgerKind, LedgerLine, Lots, Price, Priority, Receipt, Symbol, Trade,
};
use serde::Serialize;

use crate::command_text::{kind_text, limit_text, side_text, time_in_force_text};
use crate::decimal::DecimalText;
use crate::time::TimeText;

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
        maker_fee_ppm: u32,
        taker_fee_ppm: u32,
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
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        price: Option<DecimalText>,
        quantity: DecimalText,
        time_in_force: &'static str,
        post_only: bool,
    },
    OrderRested {
        order: u64,
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        price: DecimalText,
        leaves: DecimalText,
        ahead: DecimalText,
    },
    Traded {
        trade: u64,
        instrument: Symbol,
        price: DecimalText,
        quantity: DecimalText,
        taker_side: &'static str,
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
        rested: bool,
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
}

/// The events of one command as text, with the names of `exchange`, in its state after the command.
pub fn event_lines<'a>(
    exchange: &'a Exchange,
    receipt: Receipt,
    id: Option<&'a str>,
    events: &'a [Event],
) -> impl Iterator<Item = EventLine> + 'a {
    (receipt.first_event..).zip(events).map(move |(number, event)| EventLine {
        sequence: receipt.sequence,
        number,
        at: TimeText(receipt.at),
        id: id.map(str::to_owned),
        event: Names { exchange }.event(event),
    })
}

/// The names and scales an event is written with. An event of an exchange names only what the exchange has.
struct Names<'a> {
    exchange: &'a Exchange,
}

impl<'a> Names<'a> {
    fn account(&self, id: AccountId) -> AccountName {
        self.exchange.account(id).expect("an event names an account of its exchange").name()
    }

    fn asset(&self, id: AssetId) -> Symbol {
        self.exchange.asset(id).expect("an event names an asset of its exchange").symbol()
    }

    fn amount(&self, asset: AssetId, amount: Amount) -> DecimalText {
        DecimalText(
            self.exchange.asset(asset).expect("an event names an asset of its exchange").decimal(amount),
        )
    }

    fn instrument(&self, id: InstrumentId) -> Scale<'a> {
        Scale(self.exchange.instrument(id).expect("an event names an instrument of its exchange"))
    }

    fn event(&self, event: &Event) -> EventText {
        match *event {
            Event::CommandRejected(ref reject) => {
                EventText::CommandRejected { code: reject.code(), message: self.exchange.explain(reject) }
            }
            Event::AssetCreated { symbol, decimals, .. } => EventText::AssetCreated { symbol, decimals },
            Event::InstrumentCreated { terms, .. } => EventText::InstrumentCreated {
                symbol: terms.symbol,
                base: self.asset(terms.base),
                quote: self.asset(terms.quote),
                tick: DecimalText(terms.tick),
                lot: DecimalText(terms.lot),
                maker_fee_ppm: terms.maker_fee.ppm(),
                taker_fee_ppm: terms.taker_fee.ppm(),
            },
            Event::AccountOpened { name, .. } => EventText::AccountOpened { name },
            Event::LedgerPosted(ref line) => self.ledger_posted(line),
            Event::OrderAccepted { order, terms } => {
                let scale = self.instrument(terms.instrument);
                EventText::OrderAccepted {
                    order: order.get(),
                    account: self.account(terms.account),
                    instrument: scale.symbol(),
                    side: side_text(terms.side),
                    kind: kind_text(terms.price),
                    price: limit_text(scale.0, terms.price),
                    quantity: scale.quantity(terms.quantity.lots()),
                    time_in_force: time_in_force_text(terms.time_in_force),
                    post_only: terms.posting == outcry_engine::Posting::PostOnly,
                }
            }
            Event::OrderRested { order, account, instrument, side, price, leaves, ahead } => {
                let scale = self.instrument(instrument);
                EventText::OrderRested {
                    order: order.get(),
                    account: self.account(account),
                    instrument: scale.symbol(),
                    side: side_text(side),
                    price: scale.price(price),
                    leaves: scale.quantity(leaves.lots()),
                    ahead: scale.quantity(ahead),
                }
            }
            Event::Traded(ref trade) => self.traded(trade),
            Event::OrderCanceled { order, account, instrument, side, price, canceled, rested, reason } => {
                let scale = self.instrument(instrument);
                EventText::OrderCanceled {
                    order: order.get(),
                    account: self.account(account),
                    instrument: scale.symbol(),
                    side: side_text(side),
                    price: limit_text(scale.0, price),
                    canceled: scale.quantity(canceled),
                    rested,
                    reason: reason_text(reason),
                }
            }
            Event::OrderReplaced {
                order,
                account,
                instrument,
                side,
                old_price,
                price,
                quantity,
                old_leaves,
                leaves,
                priority,
            } => {
                let scale = self.instrument(instrument);
                EventText::OrderReplaced {
                    order: order.get(),
                    account: self.account(account),
                    instrument: scale.symbol(),
                    side: side_text(side),
                    old_price: scale.price(old_price),
                    price: scale.price(price),
                    quantity: scale.quantity(quantity.lots()),
                    old_leaves: scale.quantity(old_leaves.lots()),
                    leaves: scale.quantity(leaves.lots()),
                    priority: priority_text(priority),
                }
            }
        }
    }

    fn ledger_posted(&self, line: &LedgerLine) -> EventText {
        EventText::LedgerPosted {
            account: self.account(line.account),
            asset: self.asset(line.asset),
            kind: kind_of_line(line.kind),
            amount: self.amount(line.asset, line.amount),
            available: self.amount(line.asset, line.available),
            held: self.amount(line.asset, line.held),
            order: line.order.map(outcry_engine::OrderId::get),
        }
    }

    fn traded(&self, trade: &Trade) -> EventText {
        let scale = self.instrument(trade.instrument);
        EventText::Traded {
            trade: trade.trade.get(),
            instrument: scale.symbol(),
            price: scale.price(trade.price),
            quantity: scale.quantity(trade.quantity.lots()),
            taker_side: side_text(trade.taker_side),
            maker_order: trade.maker.get(),
            maker_account: self.account(trade.maker_account),
            maker_leaves: scale.quantity(trade.maker_leaves),
            taker_order: trade.taker.get(),
            taker_account: self.account(trade.taker_account),
            taker_leaves: scale.quantity(trade.taker_leaves),
        }
    }
}

/// The scale of an instrument's numbers.
pub(crate) struct Scale<'a>(pub(crate) &'a Instrument);

impl Scale<'_> {
    pub(crate) fn symbol(&self) -> Symbol {
        self.0.symbol()
    }

    pub(crate) fn price(&self, price: Price) -> DecimalText {
        DecimalText(self.0.price_decimal(price))
    }

    pub(crate) fn quantity(&self, lots: Lots) -> DecimalText {
        DecimalText(self.0.quantity_decimal(lots))
    }
}

const fn reason_text(reason: CancelReason) -> &'static str {
    match reason {
        CancelReason::Requested => "requested",
        CancelReason::ImmediateOrCancel => "immediate_or_cancel",
        CancelReason::FillOrKill => "fill_or_kill",
        CancelReason::NoLiquidity => "no_liquidity",
    }
}

const fn priority_text(priority: Priority) -> &'static str {
    match priority {
        Priority::Kept => "kept",
        Priority::Lost => "lost",
    }
}

const fn kind_of_line(kind: LedgerKind) -> &'static str {
    match kind {
        LedgerKind::Deposit => "deposit",
        LedgerKind::Withdraw => "withdraw",
        LedgerKind::Hold => "hold",
        LedgerKind::Release => "release",
        LedgerKind::Buy => "buy",
        LedgerKind::Sell => "sell",
        LedgerKind::Fee => "fee",
    }
}
