//! Orders with conditions: alone, in pairs, in brackets, as money and as quotes.

use std::num::NonZeroU32;

use outcry_engine::{
    Bracket, Command, ConditionalOrder, Conditions, Display, InstrumentId, Lots, MassQuote, Minimum,
    NewOrder, OrderPair, OrderPrice, Peg, PegTo, Posting, Price, Protection, Quote, SelfTrade, Side,
    TimeInForce, Timestamp, Trail, Trigger, TriggerBy, TriggerKind, limits,
};

use super::orders::{qty, ticks};
use super::{Act, Workload};

impl Workload {
    /// An order of a kind that is more than plain.
    pub(super) fn place_special(&mut self, act: Act) -> Command {
        let terms = self.limit_order();
        let mut conditions = Conditions::NONE;
        let mut terms = match act {
            Act::Expiring => NewOrder { time_in_force: self.expiry(), ..terms },
            Act::PostOnlyReprice => NewOrder { posting: Posting::PostOnlyReprice, ..terms },
            Act::MarketToLimit => NewOrder { price: OrderPrice::MarketToLimit, ..terms },
            Act::Protected => {
                conditions.protection = Some(self.protection());
                market(
                    terms,
                    if self.half() { TimeInForce::ImmediateOrCancel } else { TimeInForce::FillOrKill },
                )
            }
            Act::Iceberg => {
                conditions.display = self.iceberg(terms.quantity.get());
                terms
            }
            Act::Hidden => {
                conditions.display = Display::Hidden;
                terms
            }
            Act::Minimum => {
                conditions.minimum = Some(self.minimum(terms.quantity.get()));
                if self.random.chance(200_000) {
                    NewOrder { time_in_force: TimeInForce::ImmediateOrCancel, ..terms }
                } else {
                    terms
                }
            }
            Act::Peg => {
                conditions.peg = Some(self.peg());
                terms
            }
            Act::Trigger => {
                conditions.trigger = Some(self.trigger(terms.instrument, terms.side));
                if self.half() {
                    conditions.protection = Some(self.protection());
                    market(terms, TimeInForce::ImmediateOrCancel)
                } else {
                    terms
                }
            }
            _ => self.jumble(terms, &mut conditions),
        };
        if act != Act::Expiring
            && terms.time_in_force == TimeInForce::GoodTillCancel
            && self.random.chance(150_000)
        {
            terms.time_in_force = self.expiry();
        }
        if self.random.chance(250_000) {
            conditions.self_trade = Some(self.prevention());
        }
        if conditions == Conditions::NONE && self.random.chance(900_000) {
            return Command::PlaceOrder(terms);
        }
        Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }))
    }

    /// Any terms with any conditions.
    fn jumble(&mut self, terms: NewOrder, conditions: &mut Conditions) -> NewOrder {
        let mut terms = terms;
        terms.price = match self.random.below(4) {
            0 => OrderPrice::Market,
            1 => OrderPrice::MarketToLimit,
            _ => terms.price,
        };
        terms.time_in_force = match self.random.below(4) {
            0 => TimeInForce::GoodTillCancel,
            1 => TimeInForce::ImmediateOrCancel,
            2 => TimeInForce::FillOrKill,
            _ => self.expiry(),
        };
        terms.posting = match self.random.below(6) {
            0 => Posting::PostOnly,
            1 => Posting::PostOnlyReprice,
            _ => Posting::Any,
        };
        for _ in 0..2 {
            match self.random.below(7) {
                0 => conditions.trigger = Some(self.trigger(terms.instrument, terms.side)),
                1 => conditions.display = self.iceberg(terms.quantity.get()),
                2 => conditions.display = Display::Hidden,
                3 => conditions.minimum = Some(self.minimum(terms.quantity.get())),
                4 => conditions.peg = Some(self.peg()),
                5 => conditions.protection = Some(self.protection()),
                _ => {}
            }
        }
        terms
    }

    /// A limit order and the stop beside it.
    pub(super) fn pair(&mut self) -> Command {
        let mut limit = self.limit_order();
        if self.random.chance(200_000) {
            limit.time_in_force = self.expiry();
        }
        let mut trigger = self.trigger(limit.instrument, limit.side);
        if self.random.chance(700_000) {
            trigger.kind = TriggerKind::Stop;
        }
        let (then, protection) = self.stop_price(limit.instrument, limit.side);
        if self.random.chance(30_000) {
            limit.time_in_force = TimeInForce::ImmediateOrCancel;
        }
        Command::PlacePair(Box::new(OrderPair { limit, trigger, then, protection }))
    }

    /// An order and its exits, most often a few ticks around its price.
    pub(super) fn bracket(&mut self) -> Command {
        let act = self.one_of(&[Act::Limit, Act::Limit, Act::ImmediateOrCancel, Act::Market]);
        let Command::PlaceOrder(mut entry) = self.place(act) else { unreachable!("a placed order") };
        if self.random.chance(150_000) && act == Act::Limit {
            entry.time_in_force = self.expiry();
        }
        let middle = entry.price.limit().map_or(self.swarm.middle, Price::get);
        let away = |random: &mut outcry_simulation::Random, width| 1 + random.between(-1, width);
        let (up, down) = (away(&mut self.random, self.swarm.width), away(&mut self.random, self.swarm.width));
        let (profit, loss) = match entry.side {
            Side::Buy => (ticks(middle + up), ticks(middle - down)),
            Side::Sell => (ticks(middle - down), ticks(middle + up)),
        };
        let (then, protection) = self.stop_price(entry.instrument, entry.side.opposite());
        Command::PlaceBracket(Box::new(Bracket { entry, profit, loss, then, protection }))
    }

    /// An amount to spend: about what the best offer costs, all there is, one unit.
    pub(super) fn cash_order(&mut self) -> Command {
        let (instrument, account) = (self.instrument(), self.account());
        let units = match (self.terms(instrument), self.random.below(6)) {
            (_, 0) => 1,
            (Some(terms), 1) => self.sight.available(account, terms.quote),
            (_, 2) => self.random.between(0, 2_000_000),
            (Some(terms), _) => {
                let lots = 1 + self.random.below(self.swarm.lots * 2);
                let price = self
                    .sight
                    .best(instrument, Side::Sell)
                    .map_or(self.swarm.middle, |live| live.price.get());
                let one = NewOrder {
                    account,
                    instrument,
                    side: Side::Buy,
                    price: OrderPrice::Limit(ticks(price)),
                    quantity: qty(lots),
                    time_in_force: TimeInForce::ImmediateOrCancel,
                    posting: Posting::Any,
                };
                let (_, need) = self.need(&terms, &one);
                i64::try_from(need).unwrap_or(limits::MAX_AMOUNT).saturating_add(self.random.between(-1, 1))
            }
            (None, _) => 1,
        };
        Command::PlaceCashOrder { account, instrument, amount: super::admin::amount(units) }
    }

    /// Prices to both sides in one or more instruments; the same instrument may come twice.
    pub(super) fn quote(&mut self) -> Command {
        let account = self.account();
        let entries = if self.random.chance(10_000) { 0 } else { 1 + self.random.below(3) };
        let quotes = (0..entries).map(|_| self.quote_entry()).collect();
        Command::Quote(Box::new(MassQuote { account, quotes }))
    }

    fn quote_entry(&mut self) -> Quote {
        let instrument =
            if self.random.chance(10_000) { InstrumentId::new(1_000) } else { self.instrument() };
        let bid = self.price(instrument, Side::Buy);
        let crossed = self.random.chance(30_000);
        let ask = if crossed { bid } else { ticks(bid.get() + 1 + self.random.between(0, self.swarm.width)) };
        let mut side = |price| {
            let lots = 1 + self.random.below(self.swarm.lots);
            (!self.random.chance(200_000)).then(|| (price, qty(lots)))
        };
        let (bid, ask) = (side(bid), side(ask));
        Quote { instrument, bid, ask }
    }

    /// A plain limit order that may rest.
    fn limit_order(&mut self) -> NewOrder {
        let Command::PlaceOrder(terms) = self.place(Act::Limit) else { unreachable!("a placed order") };
        terms
    }

    fn half(&mut self) -> bool {
        self.random.chance(500_000)
    }

    /// DAY, or GTD: at this instant, soon, at a time at which something else is due, or never.
    fn expiry(&mut self) -> TimeInForce {
        if self.random.chance(250_000) {
            return TimeInForce::Day;
        }
        let at = match self.random.below(10) {
            0 => self.at,
            1 => self.at + 1,
            2 => self.random.pick(self.sight.ahead()).copied().unwrap_or(self.at + 2),
            3 if self.random.chance(30_000) => u64::MAX,
            _ => self.at + self.random.below(self.swarm.pace * 40),
        };
        TimeInForce::GoodTillDate(Timestamp::from_nanos(at))
    }

    fn protection(&mut self) -> Protection {
        let ticks = [1, 1, 2, 10, 100, u32::MAX];
        let ppm = [1, 100, 10_000, 500_000, 1_000_000, 1_000_001];
        if self.half() {
            Protection::Ticks(nonzero(self.one_of(&ticks)))
        } else {
            let most = if self.random.chance(50_000) { 6 } else { 5 };
            Protection::Ppm(nonzero(self.one_of(&ppm[..most])))
        }
    }

    fn iceberg(&mut self, quantity: u64) -> Display {
        // A large order in tiny peaks would trade in more events than a run can hold.
        let least = quantity / 50 + 1;
        let peak = match self.random.below(5) {
            0 => least,
            1 => quantity.saturating_sub(1).max(1),
            2 if self.random.chance(100_000) => quantity,
            _ => least + self.random.below(quantity.saturating_sub(least)),
        };
        let spread = match self.random.below(4) {
            0 => (peak - 1).min(10),
            1 => self.random.below(peak.min(10)),
            2 if self.random.chance(100_000) => peak,
            _ => 0,
        };
        Display::Iceberg { peak: qty(peak), spread: Lots::new(spread) }
    }

    fn minimum(&mut self, quantity: u64) -> Minimum {
        match self.random.below(5) {
            0 | 1 => Minimum::All,
            2 => Minimum::Quantity(qty(quantity)),
            3 if self.random.chance(50_000) => Minimum::Quantity(qty(quantity + 1)),
            _ => Minimum::Quantity(qty(1 + self.random.below(quantity))),
        }
    }

    fn peg(&mut self) -> Peg {
        let to = self.one_of(&[PegTo::Primary, PegTo::Market, PegTo::Midpoint]);
        let offsets = [0, 0, 0, -1, 1, -2, 2, i32::MIN, i32::MAX];
        Peg { to, offset: self.one_of(&offsets) }
    }

    /// A trigger near the market, where it soon fires or has fired already.
    fn trigger(&mut self, instrument: InstrumentId, side: Side) -> Trigger {
        let by = self.one_of(&[TriggerBy::Last, TriggerBy::Last, TriggerBy::Bid, TriggerBy::Ask]);
        let near = self.sight.last_price(instrument).map_or(self.swarm.middle, Price::get);
        let price = match self.random.below(4) {
            0 => ticks(near),
            1 => ticks(near + self.random.between(-2, 2)),
            2 => self.price(instrument, side),
            _ => ticks(near + self.random.between(-self.swarm.width, self.swarm.width)),
        };
        let kind = match self.random.below(5) {
            0 | 1 => TriggerKind::Stop,
            2 => TriggerKind::TakeProfit,
            _ => TriggerKind::Trailing(self.trail()),
        };
        Trigger { kind, by, price }
    }

    fn trail(&mut self) -> Trail {
        if self.half() {
            let distances = [1, 1, 2, 5, self.swarm.width.max(1), limits::MAX_PRICE];
            let most = if self.random.chance(50_000) { 6 } else { 5 };
            Trail::Ticks(ticks(self.one_of(&distances[..most])))
        } else {
            Trail::Ppm(nonzero(self.one_of(&[1, 1, 100, 1_000, 50_000, 1_000_000, u32::MAX])))
        }
    }

    /// What a stop becomes; a buyer's market order mostly says how far it goes.
    fn stop_price(&mut self, instrument: InstrumentId, side: Side) -> (OrderPrice, Option<Protection>) {
        match self.random.below(10) {
            0..=4 => (OrderPrice::Limit(self.price(instrument, side)), None),
            5 if self.random.chance(100_000) => (OrderPrice::MarketToLimit, None),
            6 if side == Side::Sell || self.random.chance(100_000) => (OrderPrice::Market, None),
            _ => (OrderPrice::Market, Some(self.protection())),
        }
    }

    pub(super) fn prevention(&mut self) -> SelfTrade {
        let rules = [
            SelfTrade::Allow,
            SelfTrade::CancelNewest,
            SelfTrade::CancelOldest,
            SelfTrade::CancelBoth,
            SelfTrade::Decrement,
        ];
        self.one_of(&rules)
    }
}

const fn market(terms: NewOrder, time_in_force: TimeInForce) -> NewOrder {
    NewOrder { price: OrderPrice::Market, time_in_force, ..terms }
}

pub(super) fn nonzero(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("written by hand, above zero")
}
