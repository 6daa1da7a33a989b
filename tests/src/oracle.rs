//! The oracle: a second exchange, slow and obvious, that the engine is compared with.
//!
//! Written from the rulebook (`docs/rules`) and from the documentation of commands, events and rejects, not from the
//! engine: it shares the public types of the vocabulary and not one line that decides anything. One list of live
//! orders by number, one map of balances, every question answered by a scan, every product in 128 bits, every
//! auction price found by trying. What it does for speed is nothing.
//!
//! [`Fault`] plants one known mistake, to show that a comparison with it can fail.

mod state;
mod registry;
mod settings;
mod ledger;
mod desk;
mod shape;
mod admission;
mod entry;
mod links;
mod reach;
mod matching;
mod prevention;
mod allocation;
mod fill;
mod closing;
mod replacing;
mod quotes;
mod triggers;
mod follow_ups;
mod clock;
mod phases;
mod auction;
mod uncross;
mod bands;
mod limit_up_down;
mod market_wide;
mod ticks;
pub(crate) mod terms;

use std::collections::BTreeMap;

use outcry_engine::{
    AccountId, Allocation, Amount, AssetId, Command, Event, InstrumentId, Layer, Lots, NewInstrument,
    NewOrder, OrderId, Phase, Posting, Price, Reject, SelfTrade, Side, Symbol, TimeInForce, Timestamp,
    limits,
};

use desk::CashDesk;
use market_wide::MarketWide;
use state::{Holder, Market, Order, Touched};

/// A mistake planted on purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// None: the rules as they are written.
    #[default]
    None,
    /// The last order of a level trades first.
    LastInFirstOut,
    /// The venue receives each fee rounded up, the payer pays it rounded down.
    FeeRoundingLeaks,
    /// A trade prints at the aggressor's limit.
    AggressorsPrice,
    /// A replacement that only reduces goes to the end of its level.
    ReduceLosesPriority,
    /// The next peak of an iceberg keeps the place of the one that traded.
    PeakKeepsPlace,
    /// Hidden orders stand among the displayed ones of their price, by time.
    HiddenTradesFirst,
    /// Stops that wait for a fall fire from the lowest up.
    StopsFireLowestFirst,
    /// A minimum quantity is judged by the displayed orders alone.
    MinimumIgnoresReserve,
    /// The stop of a pair keeps its quantity when the limit order trades.
    PairKeepsQuantity,
    /// What pro-rata leaves over goes to the last order of the level.
    RemainderToTheLast,
    /// An auction takes the lowest of the prices at which the most can trade.
    AuctionTakesLowest,
}

/// An order that rests in the book, as others could compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub account: AccountId,
    /// Of what.
    pub instrument: InstrumentId,
    /// In which layer.
    pub layer: Layer,
    /// On which side.
    pub side: Side,
    /// The price at which it rests.
    pub price: Price,
    /// Its total quantity in lots.
    pub quantity: u64,
    /// What the queue sees of it in lots: of an iceberg the peak.
    pub leaves: u64,
    /// Lots behind the peak.
    pub reserve: u64,
    /// Whether it may take.
    pub posting: Posting,
}

/// Minor units that an account has of an asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// Free to use; below nothing where the account sold short.
    pub available: i128,
    /// Set aside for open orders.
    pub held: i128,
}

/// The slow exchange.
#[derive(Debug)]
pub struct Oracle {
    fault: Fault,
    /// The time of what is happening: of the command, or of what became due before it.
    now: Timestamp,
    sequence: u64,
    event_count: u64,
    assets: Vec<(Symbol, u8)>,
    markets: Vec<Market>,
    /// The venue's account is number 0.
    accounts: Vec<Holder>,
    purses: BTreeMap<(AccountId, AssetId), Purse>,
    /// Every live order, by number.
    orders: Vec<Order>,
    orders_accepted: u64,
    /// Places in queues given out so far.
    stamps: u64,
    trades: u64,
    desks: Vec<CashDesk>,
    market_wide: Option<MarketWide>,
    /// When a market-wide halt is over, whatever became of its rule.
    halted_until: Option<Timestamp>,
    touched: Touched,
    /// What the command under way has told so far.
    told: Vec<Event>,
}

impl Oracle {
    /// An exchange with nothing but the venue's account.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        let venue = outcry_engine::AccountName::new(VENUE_NAME).expect("a plain word is an account name");
        Self {
            fault,
            now: Timestamp::default(),
            sequence: 0,
            event_count: 0,
            assets: Vec::new(),
            markets: Vec::new(),
            accounts: vec![Holder::new(venue)],
            purses: BTreeMap::new(),
            orders: Vec::new(),
            orders_accepted: 0,
            stamps: 0,
            trades: 0,
            desks: Vec::new(),
            market_wide: None,
            halted_until: None,
            touched: Touched::new(),
            told: Vec::new(),
        }
    }

    /// Executes a command; returns (sequence, time, number of its first event).
    pub fn execute(
        &mut self,
        at: Timestamp,
        command: &Command,
        events: &mut Vec<Event>,
    ) -> (u64, Timestamp, u64) {
        self.sequence += 1;
        let time = self.now.max(at);
        self.happen_until(time);
        self.now = time;
        let before = self.told.len();
        match self.obey(command) {
            Ok(()) => self.finish(),
            Err(reject) => {
                assert_eq!(self.told.len(), before, "a refused command leaves no other event");
                self.told.push(Event::CommandRejected(reject));
            }
        }
        let first_event = self.event_count + 1;
        self.event_count += u64::try_from(self.told.len()).expect("events of one command");
        events.append(&mut self.told);
        (self.sequence, time, first_event)
    }

    fn obey(&mut self, command: &Command) -> Result<(), Reject> {
        match *command {
            Command::CreateAsset { symbol, decimals } => self.create_asset(symbol, decimals),
            Command::CreateInstrument(terms) => self.create_instrument(terms),
            Command::OpenAccount { name } => self.open_account(name),
            Command::Deposit { account, asset, amount } => self.deposit(account, asset, amount),
            Command::Withdraw { account, asset, amount } => self.withdraw(account, asset, amount),
            Command::PlaceOrder(ref terms) => self.place(terms, outcry_engine::Conditions::default()),
            Command::PlaceConditional(ref order) => self.place(&order.terms, order.conditions),
            Command::PlacePair(ref pair) => self.place_pair(pair),
            Command::PlaceBracket(ref bracket) => self.place_bracket(bracket),
            Command::PlaceCashOrder { account, instrument, amount } => {
                self.place_cash_order(account, instrument, amount)
            }
            Command::CancelOrder { account, order } => self.cancel_by_owner(account, order),
            Command::ReplaceOrder { account, order, price, quantity } => {
                self.replace(account, order, price, quantity)
            }
            Command::CancelOrders { account, instrument, side } => {
                self.mass_cancel(account, instrument, side)
            }
            Command::Quote(ref quotes) => self.quote(quotes),
            Command::BlockAccount { account } => self.block(account),
            Command::UnblockAccount { account } => self.unblock(account),
            Command::SetInstrument { instrument, setting } => self.set_instrument(instrument, setting),
            Command::SetAccount { account, setting } => self.set_account(account, setting),
            Command::SetMarket { setting } => self.set_market(setting),
            Command::SetPhase { instrument, phase, end } => self.set_phase(instrument, phase, end),
            Command::HaltMarket => self.halt_market(),
            Command::ResumeMarket => self.resume_market(),
            Command::AdvanceClock => {
                self.tell(Event::ClockAdvanced);
                Ok(())
            }
            Command::OpenDesk { account, sells, cap } => self.open_desk(account, sells, cap),
            Command::SetRate { desk, money, rate } => self.set_rate(desk, money, rate),
            Command::BuyAtDesk { desk, account, money, amount, key } => {
                self.buy_at_desk(desk, account, money, amount, key)
            }
        }
    }

    fn tell(&mut self, event: Event) {
        self.told.push(event);
    }

    /// A live order.
    fn order(&self, id: OrderId) -> &Order {
        self.find(id).expect("asked for orders that live")
    }

    fn order_mut(&mut self, id: OrderId) -> &mut Order {
        let place = self.orders.binary_search_by_key(&id, |order| order.id);
        &mut self.orders[place.expect("asked for orders that live")]
    }

    fn find(&self, id: OrderId) -> Option<&Order> {
        self.orders.binary_search_by_key(&id, |order| order.id).ok().map(|place| &self.orders[place])
    }

    fn lives(&self, id: OrderId) -> bool {
        self.find(id).is_some()
    }

    fn market(&self, instrument: InstrumentId) -> &Market {
        &self.markets[instrument.get() as usize]
    }

    fn market_mut(&mut self, instrument: InstrumentId) -> &mut Market {
        &mut self.markets[instrument.get() as usize]
    }

    fn holder(&self, account: AccountId) -> &Holder {
        &self.accounts[account.get() as usize]
    }

    /// Resting orders of a side in the order in which they trade, both layers together.
    fn makers(&self, instrument: InstrumentId, side: Side) -> Vec<&Order> {
        let mut makers: Vec<_> = self
            .orders
            .iter()
            .filter(|order| order.instrument == instrument && order.side == side && order.in_book())
            .collect();
        makers.sort_by_key(|order| {
            let price = order.level.map_or(0, Price::get);
            let price = if side == Side::Buy { -price } else { price };
            let layer = if self.fault == Fault::HiddenTradesFirst { Layer::Lit } else { order.layer };
            let last = self.fault == Fault::LastInFirstOut;
            (price, layer, if last { u64::MAX - order.stamp } else { order.stamp })
        });
        makers
    }

    /// The best price of a side, of one layer or of both.
    fn best(&self, instrument: InstrumentId, side: Side, layer: Option<Layer>) -> Option<Price> {
        let prices = self
            .orders
            .iter()
            .filter(|order| order.instrument == instrument && order.side == side && order.in_book())
            .filter(|order| layer.is_none_or(|layer| order.layer == layer))
            .filter_map(|order| order.level);
        match side {
            Side::Buy => prices.max(),
            Side::Sell => prices.min(),
        }
    }

    /// What an account has of an asset.
    #[must_use]
    pub fn purse(&self, account: AccountId, asset: AssetId) -> Purse {
        self.purses.get(&(account, asset)).copied().unwrap_or_default()
    }

    /// Every purse that was ever used.
    pub fn purses(&self) -> impl Iterator<Item = (AccountId, AssetId, Purse)> + '_ {
        self.purses.iter().map(|(&(account, asset), &purse)| (account, asset, purse))
    }

    /// The resting orders of one side of a layer, the first to trade first.
    #[must_use]
    pub fn queue(&self, instrument: InstrumentId, layer: Layer, side: Side) -> Vec<OpenOrder> {
        self.makers(instrument, side)
            .into_iter()
            .filter(|order| order.layer == layer)
            .filter_map(OpenOrder::of)
            .collect()
    }

    /// The resting order with this number.
    #[must_use]
    pub fn resting(&self, order: OrderId) -> Option<OpenOrder> {
        self.find(order).and_then(OpenOrder::of)
    }

    /// Every live order: number, account, and whether it rests in the book or waits outside.
    pub fn live(&self) -> impl Iterator<Item = (OrderId, AccountId, bool)> + '_ {
        self.orders.iter().map(|order| (order.id, order.account, order.in_book()))
    }

    /// The terms of every instrument.
    pub fn instruments(&self) -> impl ExactSizeIterator<Item = &NewInstrument> + '_ {
        self.markets.iter().map(|market| &market.terms)
    }

    /// Whether the instrument of an order knows nothing but price and time, and the order nothing that needs a clock.
    #[must_use]
    pub fn is_plain(&self, terms: &NewOrder) -> bool {
        let Some(market) = self.markets.get(terms.instrument.get() as usize) else { return true };
        let settings = &market.settings;
        let orders = self.orders.iter().filter(|order| order.instrument == terms.instrument);
        let plain = |order: &Order| order.in_book() && order.layer == Layer::Lit && order.left == order.shown;
        let allows = |holder: &Holder| holder.self_trade == SelfTrade::Allow;
        market.phase == Phase::Continuous
            && settings.allocation == Allocation::Fifo
            && settings.price_range.is_none()
            && settings.limit_up_down.is_none()
            && settings.velocity.is_none()
            && settings.tiers.is_empty()
            && !matches!(terms.time_in_force, TimeInForce::GoodTillDate(_))
            && self.accounts.get(terms.account.get() as usize).is_none_or(allows)
            && orders.into_iter().all(plain)
    }

    /// Walks everything.
    ///
    /// # Panics
    /// With the rule that is broken, which is a bug of the oracle: what accounts hold is what their orders need.
    pub fn check(&self) {
        let mut held: BTreeMap<(AccountId, AssetId), i128> = BTreeMap::new();
        for order in &self.orders {
            assert!(order.left > 0, "a live order has something left: {order:?}");
            assert_eq!(order.held, self.need(order), "an order holds what it needs: {order:?}");
            assert!(!order.in_book() || order.level.is_some() && order.shown > 0, "{order:?}");
            *held.entry((order.account, self.gives(order.instrument, order.side))).or_default() += order.held;
        }
        for (&key, purse) in &self.purses {
            assert_eq!(purse.held, held.remove(&key).unwrap_or(0), "{key:?} holds the sum of its orders");
        }
        assert!(held.values().all(|&held| held == 0), "what is held is in a purse: {held:?}");
    }
}

impl OpenOrder {
    fn of(order: &Order) -> Option<Self> {
        let price = order.level.filter(|_| order.in_book())?;
        Some(Self {
            order: order.id,
            account: order.account,
            instrument: order.instrument,
            layer: order.layer,
            side: order.side,
            price,
            quantity: order.quantity,
            leaves: order.shown,
            reserve: order.left - order.shown,
            posting: order.posting,
        })
    }
}

/// The name under which the venue's own account exists from the start.
const VENUE_NAME: &str = "Venue";

/// The number of things in a table that is limited to fewer than 2^32.
fn count<T>(table: &[T]) -> u32 {
    u32::try_from(table.len()).expect("every table is limited")
}

/// Minor units that the rules keep within the range of an amount.
fn minor_units(units: i128) -> Amount {
    let units = i64::try_from(units).expect("sums of an asset are limited");
    Amount::new(units).expect("sums of an asset are limited")
}

/// Minor units for a message: what is beyond the range of amounts is told as its end.
fn told_units(units: i128) -> Amount {
    let most = i128::from(limits::MAX_AMOUNT);
    minor_units(units.clamp(-most, most))
}

/// Lots of an order or trade.
fn lots(lots: u64) -> Lots {
    Lots::new(lots)
}

/// Lots that are not zero.
fn quantity(lots: u64) -> outcry_engine::Qty {
    outcry_engine::Qty::new(lots).expect("asked for quantities above zero")
}
