//! Gives the events of one command their names and scales.

use outcry_engine::{
    AuctionStep, Condition, Event, Exchange, Indication, InstrumentId, LedgerLine, OrderId, Phase,
    PhaseCause, PhaseEnd, Side, Trade,
};

use super::{EventText, IndicationText};
use crate::decimal::DecimalText;
use crate::time::TimeText;
use crate::word::Word;
use crate::write::condition::ConditionText;
use crate::write::order::{OrderPriceText, OrderTermsText};
use crate::write::session::{PhaseEndText, phase};
use crate::write::setting::{AccountSettingText, InstrumentSettingText, MarketSettingText};
use crate::write::{Names, Scale};

/// The names of an exchange, and what an event does not repeat of the one before.
pub(super) struct Naming<'a> {
    names: Names<'a>,
    /// The order that was accepted last: its conditions follow at once and do not name its instrument.
    accepted: Option<(OrderId, InstrumentId)>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(exchange: &'a Exchange) -> Self {
        Self { names: Names(exchange), accepted: None }
    }

    /// The event as text; `None` if it names something that the exchange does not have.
    pub(super) fn event(&mut self, event: &Event) -> Option<EventText> {
        let names = self.names;
        Some(match *event {
            Event::CommandRejected(ref reject) => {
                EventText::CommandRejected { code: reject.code(), message: names.0.explain(reject) }
            }
            Event::AssetCreated { symbol, decimals, .. } => EventText::AssetCreated { symbol, decimals },
            Event::InstrumentCreated { terms, .. } => EventText::InstrumentCreated {
                symbol: terms.symbol,
                base: names.asset(terms.base)?,
                quote: names.asset(terms.quote)?,
                tick: DecimalText(terms.tick),
                lot: DecimalText(terms.lot),
                maker_fee_ppm: terms.maker_fee.ppm(),
                taker_fee_ppm: terms.taker_fee.ppm(),
            },
            Event::AccountOpened { name, .. } => EventText::AccountOpened { name },
            Event::LedgerPosted(ref line) => self.ledger_posted(line)?,
            Event::OrderAccepted { order, ref terms } => {
                self.accepted = Some((order, terms.instrument));
                EventText::OrderAccepted { order: order.get(), terms: OrderTermsText::new(names, terms)? }
            }
            Event::OrderConditioned { order, condition } => self.conditioned(order, condition)?,
            Event::OrderWaits { order, account, instrument, side, leaves, waits_for } => {
                let scale = names.scale(instrument)?;
                EventText::OrderWaits {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    leaves: scale.quantity(leaves.lots()),
                    waits_for: waits_for.text(),
                }
            }
            Event::OrderTriggered { order, account, instrument, side, trigger, reference } => {
                let scale = names.scale(instrument)?;
                EventText::OrderTriggered {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    trigger: scale.price(trigger),
                    reference: scale.price(reference),
                }
            }
            Event::OrderEntered { order, account, instrument, side, price, leaves, from } => {
                let scale = names.scale(instrument)?;
                EventText::OrderEntered {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    price: OrderPriceText::new(scale, price),
                    leaves: scale.quantity(leaves.lots()),
                    from: from.text(),
                }
            }
            Event::OrderRested { order, account, instrument, side, price, leaves, ahead, layer } => {
                let scale = names.scale(instrument)?;
                EventText::OrderRested {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    price: scale.price(price),
                    leaves: scale.quantity(leaves.lots()),
                    ahead: scale.quantity(ahead),
                    layer: layer.text(),
                }
            }
            Event::OrderRefilled { order, account, instrument, side, price, shown, ahead } => {
                let scale = names.scale(instrument)?;
                EventText::OrderRefilled {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    price: scale.price(price),
                    shown: scale.quantity(shown.lots()),
                    ahead: scale.quantity(ahead),
                }
            }
            Event::OrderRepriced { order, instrument, old_price, price, reason } => {
                let scale = names.scale(instrument)?;
                EventText::OrderRepriced {
                    order: order.get(),
                    instrument: scale.symbol(),
                    old_price: scale.price(old_price),
                    price: scale.price(price),
                    reason: reason.text(),
                }
            }
            Event::OrderReduced { order, account, instrument, by, leaves, reason } => {
                let scale = names.scale(instrument)?;
                EventText::OrderReduced {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    by: scale.quantity(by),
                    leaves: scale.quantity(leaves),
                    reason: reason.text(),
                }
            }
            Event::TradePrevented {
                maker,
                taker,
                instrument,
                price,
                quantity,
                maker_leaves,
                taker_leaves,
                rule,
            } => {
                let scale = names.scale(instrument)?;
                EventText::TradePrevented {
                    instrument: scale.symbol(),
                    price: scale.price(price),
                    quantity: scale.quantity(quantity.lots()),
                    maker_order: maker.get(),
                    maker_leaves: scale.quantity(maker_leaves),
                    taker_order: taker.get(),
                    taker_leaves: scale.quantity(taker_leaves),
                    rule: rule.text(),
                }
            }
            Event::Traded(ref trade) => self.traded(trade)?,
            Event::OrderCanceled { order, account, instrument, side, price, canceled, from, reason } => {
                let scale = names.scale(instrument)?;
                EventText::OrderCanceled {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    price: price.limit().map(|price| scale.price(price)),
                    canceled: scale.quantity(canceled),
                    from: from.text(),
                    reason: reason.text(),
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
                let scale = names.scale(instrument)?;
                EventText::OrderReplaced {
                    order: order.get(),
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    side: side.text(),
                    old_price: scale.price(old_price),
                    price: scale.price(price),
                    quantity: scale.quantity(quantity.lots()),
                    old_leaves: scale.quantity(old_leaves.lots()),
                    leaves: scale.quantity(leaves.lots()),
                    priority: priority.text(),
                }
            }
            Event::OrdersCanceled { account, instrument, side } => EventText::OrdersCanceled {
                account: names.account(account)?,
                instrument: match instrument {
                    Some(instrument) => Some(names.scale(instrument)?.symbol()),
                    None => None,
                },
                side: side.map(Side::text),
            },
            Event::Quoted { account, entries } => {
                EventText::Quoted { account: names.account(account)?, entries }
            }
            Event::QuoteRefused { entry, ref reject } => {
                EventText::QuoteRefused { entry, code: reject.code(), message: names.0.explain(reject) }
            }
            Event::AccountBlocked { account } => {
                EventText::AccountBlocked { account: names.account(account)? }
            }
            Event::AccountUnblocked { account } => {
                EventText::AccountUnblocked { account: names.account(account)? }
            }
            Event::InstrumentSet { instrument, ref setting } => {
                let scale = names.scale(instrument)?;
                EventText::InstrumentSet {
                    instrument: scale.symbol(),
                    setting: InstrumentSettingText::new(names, scale, setting)?,
                }
            }
            Event::AccountSet { account, ref setting } => EventText::AccountSet {
                account: names.account(account)?,
                setting: AccountSettingText::new(names, setting)?,
            },
            Event::MarketSet { ref setting } => {
                EventText::MarketSet { setting: MarketSettingText::new(names, setting)? }
            }
            Event::PhaseChanged { instrument, phase, end, cause } => {
                self.phase_changed(instrument, phase, end, cause)?
            }
            Event::MarketHalted { until } => EventText::MarketHalted { until: until.map(TimeText) },
            Event::MarketResumed => EventText::MarketResumed,
            Event::IndicationChanged { instrument, indication } => {
                let scale = names.scale(instrument)?;
                EventText::IndicationChanged {
                    instrument: scale.symbol(),
                    indication: IndicationText::new(scale, indication),
                }
            }
            Event::Uncrossed { instrument, indication } => {
                let scale = names.scale(instrument)?;
                EventText::Uncrossed {
                    instrument: scale.symbol(),
                    indication: IndicationText::new(scale, indication),
                }
            }
            Event::BandsMoved { instrument, low, high } => {
                let scale = names.scale(instrument)?;
                EventText::BandsMoved {
                    instrument: scale.symbol(),
                    low: scale.price(low),
                    high: scale.price(high),
                }
            }
            Event::LimitState { instrument, entered } => {
                EventText::LimitState { instrument: names.scale(instrument)?.symbol(), entered }
            }
            Event::FollowUpsStopped { instrument, done } => {
                EventText::FollowUpsStopped { instrument: names.scale(instrument)?.symbol(), done }
            }
            Event::ClockAdvanced => EventText::ClockAdvanced,
            Event::DeskOpened { desk, account, sells, cap } => EventText::DeskOpened {
                desk: desk.get(),
                account: names.account(account)?,
                sells: names.asset(sells)?,
                cap: names.amount(sells, cap)?,
            },
            Event::RateSet { desk, money, rate } => EventText::RateSet {
                desk: desk.get(),
                money: names.asset(money)?,
                rate: DecimalText(rate.decimal()),
            },
            Event::CashSpent { desk, purchase, account, money, amount, rate, coins, repeated } => {
                EventText::CashSpent {
                    desk: desk.get(),
                    purchase: purchase.get(),
                    account: names.account(account)?,
                    money: names.asset(money)?,
                    amount: names.amount(money, amount)?,
                    rate: DecimalText(rate.decimal()),
                    coins: names.amount(names.0.desk(desk)?.sells(), coins)?,
                    repeated,
                }
            }
        })
    }

    fn ledger_posted(&self, line: &LedgerLine) -> Option<EventText> {
        let names = self.names;
        Some(EventText::LedgerPosted {
            account: names.account(line.account)?,
            asset: names.asset(line.asset)?,
            kind: line.kind.text(),
            amount: names.amount(line.asset, line.amount)?,
            available: names.amount(line.asset, line.available)?,
            held: names.amount(line.asset, line.held)?,
            order: line.order.map(OrderId::get),
        })
    }

    fn conditioned(&self, order: OrderId, condition: Condition) -> Option<EventText> {
        let accepted = self.accepted.filter(|&(accepted, _)| accepted == order);
        let instrument = match accepted {
            Some((_, instrument)) => instrument,
            None => self.names.0.order(order)?.instrument,
        };
        let scale = self.names.scale(instrument)?;
        let condition = ConditionText::new(self.names, scale, condition)?;
        Some(EventText::OrderConditioned { order: order.get(), condition })
    }

    fn traded(&self, trade: &Trade) -> Option<EventText> {
        let scale = self.names.scale(trade.instrument)?;
        Some(EventText::Traded {
            trade: trade.trade.get(),
            instrument: scale.symbol(),
            price: scale.price(trade.price),
            quantity: scale.quantity(trade.quantity.lots()),
            taker_side: trade.taker_side.text(),
            kind: trade.kind.text(),
            maker_order: trade.maker.get(),
            maker_account: self.names.account(trade.maker_account)?,
            maker_leaves: scale.quantity(trade.maker_leaves),
            taker_order: trade.taker.get(),
            taker_account: self.names.account(trade.taker_account)?,
            taker_leaves: scale.quantity(trade.taker_leaves),
        })
    }

    fn phase_changed(
        &self,
        instrument: InstrumentId,
        follows: Phase,
        end: Option<PhaseEnd>,
        cause: PhaseCause,
    ) -> Option<EventText> {
        let (phase, interval_nanos) = phase(follows);
        Some(EventText::PhaseChanged {
            instrument: self.names.scale(instrument)?.symbol(),
            phase,
            interval_nanos,
            end: end.map(PhaseEndText::new),
            cause: cause.text(),
        })
    }
}

impl IndicationText {
    fn new(scale: Scale<'_>, indication: Indication) -> Self {
        Self {
            price: indication.price.map(|price| scale.price(price)),
            paired: scale.quantity(indication.paired),
            surplus: scale.quantity(indication.surplus),
            surplus_side: indication.surplus_side.map(Side::text),
            decided_by: indication.decided_by.map(AuctionStep::text),
        }
    }
}
