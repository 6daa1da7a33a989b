//! Conditions of orders as text: all of an order that is asked for, or one of an order that was accepted.

use outcry_engine::{
    Condition, Conditions, Display, Minimum, Peg, Protection, SelfTrade, Trail, Trigger, TriggerKind,
};
use serde::Serialize;

use super::{Names, Scale};
use crate::decimal::DecimalText;
use crate::time::TimeText;
use crate::word::Word;

/// The `conditions` of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct ConditionsText {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<DisplayText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<MinimumText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peg: Option<PegText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection: Option<ReachText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_trade: Option<&'static str>,
}

impl ConditionsText {
    pub(crate) fn new(scale: Scale<'_>, conditions: &Conditions) -> Self {
        Self {
            trigger: conditions.trigger.map(|trigger| TriggerText::new(scale, trigger)),
            display: DisplayText::new(scale, conditions.display),
            minimum: conditions.minimum.map(|minimum| MinimumText::new(scale, minimum)),
            peg: conditions.peg.map(|peg| PegText::new(scale, peg)),
            protection: conditions.protection.map(|protection| ReachText::of_protection(scale, protection)),
            self_trade: conditions.self_trade.map(SelfTrade::text),
        }
    }
}

/// What an order waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct TriggerText {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub by: &'static str,
    pub price: DecimalText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trail: Option<ReachText>,
}

impl TriggerText {
    pub(crate) fn new(scale: Scale<'_>, trigger: Trigger) -> Self {
        let (kind, trail) = match trigger.kind {
            TriggerKind::Stop => ("stop", None),
            TriggerKind::TakeProfit => ("take_profit", None),
            TriggerKind::Trailing(Trail::Ticks(ticks)) => {
                ("trailing", Some(ReachText::Distance(scale.price(ticks))))
            }
            TriggerKind::Trailing(Trail::Ppm(ppm)) => ("trailing", Some(ReachText::Ppm(ppm.get()))),
        };
        Self { kind, by: trigger.by.text(), price: scale.price(trigger.price), trail }
    }
}

/// How far something may be away from a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachText {
    /// In money.
    Distance(DecimalText),
    /// In parts per million of the price.
    Ppm(u32),
}

impl ReachText {
    pub(crate) fn of_protection(scale: Scale<'_>, protection: Protection) -> Self {
        match protection {
            Protection::Ticks(ticks) => Self::Distance(scale.distance(ticks.get())),
            Protection::Ppm(ppm) => Self::Ppm(ppm.get()),
        }
    }
}

/// How much of an order others see, if that is not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum DisplayText {
    Iceberg { peak: DecimalText, spread: DecimalText },
    Hidden,
}

impl DisplayText {
    fn new(scale: Scale<'_>, display: Display) -> Option<Self> {
        match display {
            Display::Full => None,
            Display::Iceberg { peak, spread } => {
                Some(Self::Iceberg { peak: scale.quantity(peak.lots()), spread: scale.quantity(spread) })
            }
            Display::Hidden => Some(Self::Hidden),
        }
    }
}

/// The least of a first execution: `all`, or a quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "the values are those of docs/exec.md")]
pub enum MinimumText {
    All(&'static str),
    Quantity(DecimalText),
}

impl MinimumText {
    fn new(scale: Scale<'_>, minimum: Minimum) -> Self {
        match minimum {
            Minimum::All => Self::All("all"),
            Minimum::Quantity(quantity) => Self::Quantity(scale.quantity(quantity.lots())),
        }
    }
}

/// The price that an order follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct PegText {
    pub to: &'static str,
    pub offset: DecimalText,
}

impl PegText {
    fn new(scale: Scale<'_>, peg: Peg) -> Self {
        Self { to: peg.to.text(), offset: scale.distance(peg.offset) }
    }
}

/// One condition of an accepted order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "condition", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum ConditionText {
    Trigger(TriggerText),
    Display {
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<DisplayText>,
    },
    Minimum {
        minimum: MinimumText,
    },
    Peg(PegText),
    Bound {
        price: DecimalText,
    },
    SelfTrade {
        rule: &'static str,
    },
    Expires {
        expires: TimeText,
    },
    Cash {
        amount: DecimalText,
    },
    Pair {
        with: u64,
    },
    Exits {
        profit: DecimalText,
        loss: DecimalText,
    },
    ExitOf {
        entry: u64,
    },
    Quote,
}

impl ConditionText {
    pub(crate) fn new(names: Names<'_>, scale: Scale<'_>, condition: Condition) -> Option<Self> {
        Some(match condition {
            Condition::Trigger(trigger) => Self::Trigger(TriggerText::new(scale, trigger)),
            Condition::Display(display) => Self::Display { display: DisplayText::new(scale, display) },
            Condition::Minimum(minimum) => Self::Minimum { minimum: MinimumText::new(scale, minimum) },
            Condition::Peg(peg) => Self::Peg(PegText::new(scale, peg)),
            Condition::Bound(price) => Self::Bound { price: scale.price(price) },
            Condition::SelfTrade(rule) => Self::SelfTrade { rule: rule.text() },
            Condition::Expires(time) => Self::Expires { expires: TimeText(time) },
            Condition::Cash(amount) => Self::Cash { amount: names.quote_amount(scale, amount)? },
            Condition::Pair(order) => Self::Pair { with: order.get() },
            Condition::Exits { profit, loss } => {
                Self::Exits { profit: scale.price(profit), loss: scale.price(loss) }
            }
            Condition::ExitOf(order) => Self::ExitOf { entry: order.get() },
            Condition::Quote => Self::Quote,
        })
    }
}
