//! Conditions of an order.

use std::num::NonZeroU32;

use outcry_engine::{
    Conditions, Display, Minimum, Peg, PegTo, Protection, SelfTrade, Trail, Trigger, TriggerBy, TriggerKind,
};

use super::{Reader, Terms};
use crate::word::Word;

/// What `type` of a trigger may be.
const TRIGGERS: [&str; 3] = ["stop", "take_profit", "trailing"];
/// What `type` of a display may be.
const DISPLAYS: [&str; 3] = ["full", "iceberg", "hidden"];

impl<'a> Reader<'a> {
    pub(super) fn conditions(&mut self, scale: Terms<'a>) -> Option<Conditions> {
        let trigger = self.object("trigger", |inside| inside.trigger(scale));
        let display = self.object("display", |inside| inside.display(scale)).unwrap_or_default();
        let minimum = self.minimum(scale);
        let peg = self.object("peg", |inside| inside.peg(scale));
        let protection = self.object("protection", |inside| inside.protection(scale));
        let self_trade = self.fields.optional("self_trade", SelfTrade::read);
        Some(Conditions { trigger, display, minimum, peg, protection, self_trade })
    }

    pub(super) fn trigger(&mut self, scale: Terms<'_>) -> Option<Trigger> {
        let kind = self.variant("type", &TRIGGERS)?;
        let by = match self.fields.has("by") {
            true => self.fields.optional("by", TriggerBy::read),
            false => {
                self.fields.discard("by");
                Some(TriggerBy::Last)
            }
        };
        let price = self.price("price", scale);
        let kind = match kind {
            "stop" => TriggerKind::Stop,
            "take_profit" => TriggerKind::TakeProfit,
            _ => {
                let trail = self.required_object("trail", |inside| {
                    inside.distance_or_ppm(
                        |reader| reader.distance("distance", scale).map(Trail::Ticks),
                        Trail::Ppm,
                    )
                });
                TriggerKind::Trailing(trail?)
            }
        };
        Some(Trigger { kind, by: by?, price: price? })
    }

    fn display(&mut self, scale: Terms<'_>) -> Option<Display> {
        match self.variant("type", &DISPLAYS)? {
            "full" => Some(Display::Full),
            "hidden" => Some(Display::Hidden),
            _ => {
                let peak = self.quantity("peak", scale);
                let spread = self.lots("spread", scale);
                Some(Display::Iceberg { peak: peak?, spread: spread? })
            }
        }
    }

    /// A quantity, or `all`.
    fn minimum(&mut self, scale: Terms<'_>) -> Option<Minimum> {
        if !self.fields.has("minimum") {
            self.fields.discard("minimum");
            return None;
        }
        self.fields.decimal("minimum", |text| match text {
            "all" => Ok(Minimum::All),
            _ => scale.quantity(text).map(Minimum::Quantity).map_err(|e| format!("{e}; or \"all\"")),
        })
    }

    fn peg(&mut self, scale: Terms<'_>) -> Option<Peg> {
        let to = self.fields.required("to", PegTo::read);
        let offset = self.offset(scale);
        Some(Peg { to: to?, offset: offset? })
    }

    /// A distance between prices with its sign; none if it is absent.
    fn offset(&mut self, scale: Terms<'_>) -> Option<i32> {
        if !self.fields.has("offset") {
            self.fields.discard("offset");
            return Some(0);
        }
        self.fields.decimal("offset", |text| {
            let value = outcry_engine::parse_decimal(text).map_err(|e| e.to_string())?;
            if value.is_zero() {
                return Ok(0);
            }
            let size = text.strip_prefix('-').unwrap_or(text);
            let ticks = scale.price(size).map_err(|e| e.to_string())?.get();
            let ticks = if value.is_sign_negative() { -ticks } else { ticks };
            i32::try_from(ticks).map_err(|_| format!("{text} is more than {} ticks", i32::MAX))
        })
    }

    pub(super) fn protection(&mut self, scale: Terms<'_>) -> Option<Protection> {
        self.distance_or_ppm(
            |reader| {
                reader.short_distance("distance", scale).and_then(NonZeroU32::new).map(Protection::Ticks)
            },
            Protection::Ppm,
        )
    }

    /// `distance`, a decimal, or `ppm`, a number: one of them.
    fn distance_or_ppm<T>(
        &mut self,
        distance: impl FnOnce(&mut Self) -> Option<T>,
        share: impl FnOnce(NonZeroU32) -> T,
    ) -> Option<T> {
        if !self.fields.has("ppm") {
            self.fields.discard("ppm");
            return distance(self);
        }
        self.fields.refuse("distance", "does not go with ppm");
        self.fields.required_integer("ppm", 1..=u32::MAX).and_then(NonZeroU32::new).map(share)
    }
}
