//! Orders: entry, cancel, replace.

use outcry_engine::{
    Bracket, Command, ConditionalOrder, InstrumentId, NewOrder, OrderPair, OrderPrice, Posting, Side,
    TimeInForce,
};

use super::{Reader, Terms};
use crate::time::TimeText;
use crate::word::{Word, not_one_of};

/// What `type` may be.
const KINDS: [&str; 3] = ["limit", "market", "market_to_limit"];
/// What `time_in_force` may be.
const LIFETIMES: [&str; 5] = ["gtc", "ioc", "fok", "day", "gtd"];

fn one_of<'w>(words: &'w [&'w str]) -> impl Fn(&str) -> Result<&'w str, String> {
    move |text| {
        let found = words.iter().copied().find(|&word| word == text);
        found.ok_or_else(|| not_one_of(text, words.iter().copied()))
    }
}

impl<'a> Reader<'a> {
    /// A plain order, or one with `conditions`.
    pub(crate) fn place(&mut self) -> Option<Command> {
        let (terms, instrument) = self.new_order();
        if !self.fields.has("conditions") {
            self.fields.discard("conditions");
            return Some(Command::PlaceOrder(terms?));
        }
        let scale = self.terms(instrument);
        let conditions = self.object("conditions", |inside| inside.conditions(scale));
        Some(Command::PlaceConditional(Box::new(ConditionalOrder { terms: terms?, conditions: conditions? })))
    }

    /// The terms of an order, and its instrument even if something else of it is wrong.
    fn new_order(&mut self) -> (Option<NewOrder>, Option<InstrumentId>) {
        let account = self.account("account");
        let instrument = self.instrument("instrument");
        let side = self.fields.required("side", Side::read);
        let scale = self.terms(instrument);
        let price = self.order_price(scale);
        let quantity = self.quantity("quantity", scale);
        let market = matches!(price, Some(OrderPrice::Market));
        let time_in_force = self.time_in_force(market);
        let posting = self.posting();
        let order = || {
            Some(NewOrder {
                account: account?,
                instrument: instrument?,
                side: side?,
                price: price?,
                quantity: quantity?,
                time_in_force: time_in_force?,
                posting,
            })
        };
        (order(), instrument)
    }

    /// `type`, and `price` where it is `limit`.
    fn order_price(&mut self, scale: Terms<'_>) -> Option<OrderPrice> {
        let kind = self.fields.required("type", one_of(&KINDS));
        match kind {
            Some("limit") => self.price("price", scale).map(OrderPrice::Limit),
            Some("market") => {
                self.fields.refuse("price", "does not belong to a market order");
                Some(OrderPrice::Market)
            }
            Some(_) => {
                self.fields.refuse("price", "does not belong to a market-to-limit order");
                Some(OrderPrice::MarketToLimit)
            }
            None => {
                self.fields.discard("price");
                None
            }
        }
    }

    /// `time_in_force`, and `expires` where it is `gtd`. A wrong one is noted.
    fn time_in_force(&mut self, market: bool) -> Option<TimeInForce> {
        let word = match self.fields.has("time_in_force") {
            true => self.fields.optional("time_in_force", one_of(&LIFETIMES))?,
            false => {
                self.fields.discard("time_in_force");
                if market { "ioc" } else { "gtc" }
            }
        };
        let time_in_force = match word {
            "gtc" => TimeInForce::GoodTillCancel,
            "ioc" => TimeInForce::ImmediateOrCancel,
            "fok" => TimeInForce::FillOrKill,
            "day" => TimeInForce::Day,
            _ => {
                return self
                    .fields
                    .required("expires", TimeText::parse)
                    .map(|time| TimeInForce::GoodTillDate(time.0));
            }
        };
        self.fields.refuse("expires", "belongs to the time in force gtd only");
        Some(time_in_force)
    }

    fn posting(&mut self) -> Posting {
        let post_only = self.fields.flag("post_only");
        if !self.fields.has("reprice") {
            self.fields.discard("reprice");
            return if post_only { Posting::PostOnly } else { Posting::Any };
        }
        if !post_only {
            self.fields.refuse("reprice", "belongs to a post-only order only");
            return Posting::Any;
        }
        if self.fields.flag("reprice") { Posting::PostOnlyReprice } else { Posting::PostOnly }
    }

    pub(crate) fn place_pair(&mut self) -> Option<Command> {
        let limit = self.nested_order("limit");
        let scale = self.terms(limit.1);
        let trigger = self.required_object("trigger", |inside| inside.trigger(scale));
        let then = self.required_object("then", |inside| inside.order_price(scale));
        let protection = self.object("protection", |inside| inside.protection(scale));
        Some(Command::PlacePair(Box::new(OrderPair {
            limit: limit.0?,
            trigger: trigger?,
            then: then?,
            protection,
        })))
    }

    pub(crate) fn place_bracket(&mut self) -> Option<Command> {
        let entry = self.nested_order("entry");
        let scale = self.terms(entry.1);
        let profit = self.price("profit", scale);
        let loss = self.price("loss", scale);
        let then = self.required_object("then", |inside| inside.order_price(scale));
        let protection = self.object("protection", |inside| inside.protection(scale));
        Some(Command::PlaceBracket(Box::new(Bracket {
            entry: entry.0?,
            profit: profit?,
            loss: loss?,
            then: then?,
            protection,
        })))
    }

    fn nested_order(&mut self, field: &'static str) -> (Option<NewOrder>, Option<InstrumentId>) {
        let mut instrument = None;
        let order = self.required_object(field, |inside: &mut Reader<'a>| {
            let (order, found) = inside.new_order();
            instrument = found;
            order
        });
        (order, instrument)
    }

    pub(crate) fn place_cash(&mut self) -> Option<Command> {
        let account = self.account("account");
        let instrument = self.instrument("instrument");
        let scale = self.terms(instrument);
        let amount = self.quote_amount("amount", scale);
        Some(Command::PlaceCashOrder { account: account?, instrument: instrument?, amount: amount? })
    }

    pub(crate) fn cancel(&mut self) -> Option<Command> {
        let account = self.account("account");
        let order = self.order();
        Some(Command::CancelOrder { account: account?, order: order? })
    }

    /// A closed order has no instrument to read price and quantity by. The exchange refuses it by its number before
    /// it looks at them, so the smallest ones stand in and the answer is its reject, as for a cancel.
    pub(crate) fn replace(&mut self) -> Option<Command> {
        let account = self.account("account");
        let order = self.order();
        let resting = order.and_then(|order| self.exchange.order(order));
        let scale = self.terms(resting.map(|resting| resting.instrument));
        let price = self.price("price", scale);
        let quantity = self.quantity("quantity", scale);
        Some(Command::ReplaceOrder { account: account?, order: order?, price: price?, quantity: quantity? })
    }

    pub(crate) fn cancel_orders(&mut self) -> Option<Command> {
        let account = self.account("account");
        let instrument = if self.fields.has("instrument") { self.instrument("instrument") } else { None };
        let side = self.fields.optional("side", Side::read);
        self.fields.discard("instrument");
        Some(Command::CancelOrders { account: account?, instrument, side })
    }
}
