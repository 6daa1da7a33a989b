//! How a workload aims its orders.

use outcry_engine::{
    AccountId, Amount, Command, InstrumentId, NewInstrument, NewOrder, OrderId, OrderPrice, Posting, Price,
    Qty, Side, TimeInForce, limits,
};

use super::sight::LiveOrder;
use super::{Act, Workload};
use crate::oracle::terms;

impl Workload {
    /// An order of this kind.
    pub(super) fn place(&mut self, act: Act) -> Command {
        let instrument = self.instrument();
        let side = self.side();
        let account = self.account();
        let limit = OrderPrice::Limit(self.price(instrument, side));
        let (price, time_in_force, posting) = match act {
            Act::PostOnly => (limit, TimeInForce::GoodTillCancel, Posting::PostOnly),
            Act::ImmediateOrCancel => (limit, TimeInForce::ImmediateOrCancel, Posting::Any),
            Act::FillOrKill if self.random.chance(200_000) => {
                (OrderPrice::Market, TimeInForce::FillOrKill, Posting::Any)
            }
            Act::FillOrKill => (limit, TimeInForce::FillOrKill, Posting::Any),
            Act::Market => (OrderPrice::Market, TimeInForce::ImmediateOrCancel, Posting::Any),
            _ => (limit, TimeInForce::GoodTillCancel, Posting::Any),
        };
        let quantity = self.quantity(account, instrument, side, price);
        Command::PlaceOrder(NewOrder { account, instrument, side, price, quantity, time_in_force, posting })
    }

    /// A withdrawal that leaves exactly what an order needs, or one minor unit less; the order; the money back.
    pub(super) fn last_coin(&mut self) -> Command {
        let Command::PlaceOrder(mut new) = self.place(Act::Limit) else { unreachable!("a placed order") };
        let Some(terms) = self.terms(new.instrument) else { return Command::PlaceOrder(new) };
        new.quantity = qty(1 + self.random.below(self.swarm.lots));
        let (asset, need) = self.need(&terms, &new);
        let short = i128::from(self.random.chance(500_000));
        let surplus = i128::from(self.sight.available(new.account, asset)) - need + short;
        let Some(amount) = i64::try_from(surplus).ok().filter(|&units| units > 0) else {
            return Command::PlaceOrder(new);
        };
        let Ok(amount) = Amount::new(amount) else { return Command::PlaceOrder(new) };
        // What was taken out comes back after the order, so that the account is not ruined by it.
        self.pending.push_back(Command::Withdraw { account: new.account, asset, amount });
        self.pending.push_back(Command::PlaceOrder(new));
        Command::Deposit { account: new.account, asset, amount }
    }

    /// The end of a live order, or of one that never was if nothing lives.
    pub(super) fn cancel(&mut self) -> Command {
        match self.live_order() {
            Some(live) => Command::CancelOrder { account: live.account, order: live.order },
            None => self.place(Act::Limit),
        }
    }

    /// New terms of a live order: mostly at the edges of the priority rule and of what was filled.
    pub(super) fn replace(&mut self) -> Command {
        let Some(live) = self.live_order() else { return self.place(Act::Limit) };
        let price = match self.random.below(3) {
            0 => live.price,
            1 => step(live.price, if self.random.chance(500_000) { 1 } else { -1 }),
            _ => self.price(live.instrument, live.side),
        };
        let total = live.filled + live.leaves;
        let quantity = match self.random.below(8) {
            0 => live.filled,
            1 => live.filled + 1,
            2 => total,
            3 => total - 1,
            4 => total + 1,
            5 => live.filled.saturating_sub(1),
            6 => live.filled + 1 + self.random.below(live.leaves),
            _ => total + self.random.below(self.swarm.lots),
        };
        Command::ReplaceOrder { account: live.account, order: live.order, price, quantity: qty(quantity) }
    }

    /// A cancel or replace that must be refused: closed, foreign, or never given.
    pub(super) fn stray(&mut self) -> Command {
        let live = self.live_order();
        let closed = self.random.pick(self.sight.closed()).copied();
        let (account, order) = match (self.random.below(3), live, closed) {
            (0, Some(live), _) => (self.account(), live.order),
            (1, _, Some(closed)) => (self.account(), closed),
            _ => {
                let unknown = [self.sight.last_order() + 1, self.sight.last_order() + 1_000, u64::MAX];
                let number = *self.random.pick(&unknown).expect("not empty");
                (self.account(), OrderId::new(number).expect("above zero"))
            }
        };
        if self.random.chance(500_000) {
            return Command::CancelOrder { account, order };
        }
        Command::ReplaceOrder { account, order, price: ticks(self.swarm.middle), quantity: qty(1) }
    }

    pub(super) fn live_order(&mut self) -> Option<LiveOrder> {
        self.random.pick(self.sight.live()).copied()
    }

    pub(super) fn account(&mut self) -> AccountId {
        let last = self.sight.accounts().max(1);
        AccountId::new(1 + u32::try_from(self.random.below(u64::from(last))).expect("below the last"))
    }

    pub(super) fn instrument(&mut self) -> InstrumentId {
        let count = u64::try_from(self.sight.instruments().len()).expect("a handful");
        InstrumentId::new(u32::try_from(self.random.below(count)).expect("a handful"))
    }

    pub(super) fn side(&mut self) -> Side {
        if self.random.chance(500_000) { Side::Buy } else { Side::Sell }
    }

    pub(super) fn terms(&self, instrument: InstrumentId) -> Option<NewInstrument> {
        self.sight.instruments().get(usize::try_from(instrument.get()).ok()?).copied()
    }

    /// A price at the touch, beside it, anywhere in the band, or at the end of what is allowed.
    pub(super) fn price(&mut self, instrument: InstrumentId, side: Side) -> Price {
        let middle = self.swarm.middle;
        let near = if self.random.chance(700_000) { side.opposite() } else { side };
        let touch = self.sight.best(instrument, near).map(|live| live.price.get());
        match self.random.below(20) {
            0..=3 => ticks(touch.unwrap_or(middle)),
            4 | 5 => ticks(touch.unwrap_or(middle) + 1),
            6 | 7 => ticks(touch.unwrap_or(middle) - 1),
            8 if self.random.chance(50_000) => {
                ticks(if self.random.chance(500_000) { 1 } else { limits::MAX_PRICE })
            }
            _ => ticks(self.random.between(middle - self.swarm.width, middle + self.swarm.width)),
        }
    }

    /// A quantity: usual, one lot, exactly what can be reached or paid, and one beside it.
    fn quantity(
        &mut self,
        account: AccountId,
        instrument: InstrumentId,
        side: Side,
        price: OrderPrice,
    ) -> Qty {
        let beside = |random: &mut outcry_simulation::Random, lots: u64| match random.below(3) {
            0 => lots,
            1 => lots.saturating_add(1),
            _ => lots.saturating_sub(1),
        };
        let drawn = match self.random.below(16) {
            0 | 1 => 1,
            2 | 3 => {
                let maker = self.sight.best(instrument, side.opposite()).map_or(1, |maker| maker.leaves);
                beside(&mut self.random, maker)
            }
            4 | 5 => {
                let reachable = self.sight.reachable(instrument, side, price);
                beside(&mut self.random, reachable)
            }
            6 => {
                let affordable = self.affordable(account, instrument, side, price);
                beside(&mut self.random, affordable)
            }
            7 if self.random.chance(20_000) => limits::MAX_QTY,
            _ => 1 + self.random.below(self.swarm.lots),
        };
        qty(drawn)
    }

    /// The most lots that the account can pay or deliver.
    fn affordable(&self, account: AccountId, instrument: InstrumentId, side: Side, price: OrderPrice) -> u64 {
        let Some(terms) = self.terms(instrument) else { return 1 };
        let OrderPrice::Limit(price) = price else { return 1 };
        let one = NewOrder {
            account,
            instrument,
            side,
            price: OrderPrice::Limit(price),
            quantity: qty(1),
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        };
        let (asset, _) = self.need(&terms, &one);
        let available = i128::from(self.sight.available(account, asset));
        let fits = |lots: u64| self.need(&terms, &NewOrder { quantity: qty(lots), ..one }).1 <= available;
        // The cost only grows with the lots: halve the interval in which it passes what is available.
        let (mut low, mut high) = (0, limits::MAX_QTY);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if fits(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    /// What a limit order needs, and of which asset.
    pub(super) fn need(&self, terms: &NewInstrument, new: &NewOrder) -> (outcry_engine::AssetId, i128) {
        let digits = |asset: outcry_engine::AssetId| {
            let index = usize::try_from(asset.get()).expect("a handful");
            self.sight.assets().get(index).copied().unwrap_or(0)
        };
        match (new.side, new.price) {
            (Side::Buy, OrderPrice::Limit(price)) => {
                let value = terms::value(terms, digits(terms.quote), price, new.quantity.get());
                let rate = terms.maker_fee.max(terms.taker_fee);
                (
                    terms.quote,
                    value
                        .saturating_add(value / 1_000_000 * i128::from(rate.ppm()))
                        .saturating_add(value % 1_000_000 * i128::from(rate.ppm()) / 1_000_000),
                )
            }
            (Side::Buy, OrderPrice::Market | OrderPrice::MarketToLimit) => (terms.quote, 0),
            (Side::Sell, _) => (terms.base, terms::base_units(terms, digits(terms.base), new.quantity.get())),
        }
    }
}

/// The price a few ticks away, kept within what is allowed.
fn step(price: Price, by: i64) -> Price {
    ticks(price.get() + by)
}

/// A price, kept within what is allowed.
pub(super) fn ticks(ticks: i64) -> Price {
    Price::new(ticks.clamp(1, limits::MAX_PRICE)).expect("clamped")
}

/// A quantity, kept within what is allowed.
pub(super) fn qty(lots: u64) -> Qty {
    Qty::new(lots.clamp(1, limits::MAX_QTY)).expect("clamped")
}
