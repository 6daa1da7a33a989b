//! The self-check and the digest of the whole state.

use crate::digest::Hasher;
use crate::ticket::{Link, State, Ticket};
use crate::{
    AccountId, AssetId, Digest, Exchange, InstrumentId, Layer, OrderId, Phase, Price, Side, WaitsFor,
};

impl Exchange {
    /// Walks all structures and panics with the rule that is broken.
    ///
    /// Beside the books' own structure: each account holds exactly what its open orders need, no balance is below what
    /// the account may owe, and the balances of each asset add up to its supply. Every ticket belongs to an open order and
    /// everything that waits is where it waits. Costs time and memory in the size of the state; meant for tests.
    ///
    /// # Panics
    /// If a rule is broken, which is a bug of the engine.
    pub fn check(&self) {
        self.books.check();
        let assets = self.assets.len();
        let mut needed = vec![vec![0_i64; assets]; self.accounts().len()];
        let mut open = vec![0_u32; self.accounts().len()];
        for order in self.books.orders() {
            let instrument = &self.instruments[order.instrument.index()];
            let lots = order.leaves.get() + self.reserve(order.order, order.flags);
            let hold = instrument.hold(order.side, self.hold_price(&order), lots);
            needed[order.account.index()][instrument.gives(order.side).index()] += hold;
            open[order.account.index()] += 1;
            assert!(order.order.get() <= self.order_count, "an order has a number that was given out");
        }
        for (&order, ticket) in &self.tickets {
            self.check_ticket(order, ticket);
            if ticket.state != State::Resting {
                let instrument = &self.instruments[ticket.terms.instrument.index()];
                needed[ticket.terms.account.index()][instrument.gives(ticket.terms.side).index()] +=
                    ticket.held;
                open[ticket.terms.account.index()] += 1;
            }
        }
        for (id, market) in (0..).map(InstrumentId::new).zip(&self.markets) {
            // A pegged order that meets the price range or a band rests beyond it, unseen.
            let pegs = market.special.as_ref().is_some_and(|special| {
                let guarded = special.settings.price_range.is_some() || special.limit_up_down.is_some();
                guarded && !special.pegs.is_empty()
            });
            if market.phase() == Phase::Continuous && !pegs {
                assert!(!self.books.is_crossed(id), "the book of instrument {id} is crossed");
            }
            if let Some(special) = &market.special {
                special.triggers.check();
                self.check_pegs(id);
            }
        }
        let mut sums = vec![0_i64; assets];
        for (id, account) in (0..).map(AccountId::new).zip(self.accounts()) {
            assert_eq!(
                account.open_orders(),
                open[id.index()],
                "account {id} knows how many orders are open"
            );
            for asset in (0..).map(AssetId::new).take(assets) {
                let balance = account.balance(asset);
                assert!(
                    balance.available.get() >= -account.short_limit(asset).get(),
                    "account {id} owes more of asset {asset} than it may"
                );
                assert_eq!(
                    balance.held.get(),
                    needed[id.index()][asset.index()],
                    "account {id} holds what its open orders need of asset {asset}"
                );
                sums[asset.index()] += balance.available.get() + balance.held.get();
            }
        }
        for (asset, sum) in (0..).map(AssetId::new).zip(sums) {
            assert_eq!(sum, self.ledger.supply(asset), "asset {asset} is conserved");
            let shorts = self.accounts().iter().map(|account| account.short_limit(asset).get()).sum::<i64>();
            assert_eq!(shorts, self.ledger.shorts(asset), "the short limits of asset {asset} add up");
        }
        for desk in &self.desks {
            desk.check(|asset| self.assets[asset.index()].decimals());
        }
    }

    fn check_ticket(&self, order: OrderId, ticket: &Ticket) {
        let terms = &ticket.terms;
        let special = self.markets[terms.instrument.index()].special.as_ref();
        let resting = self.books.find(order).map(|slot| self.books.resting(slot));
        assert_eq!(
            resting.is_some(),
            ticket.state == State::Resting,
            "the ticket of order {order} says where it is"
        );
        let instrument = &self.instruments[terms.instrument.index()];
        let whole = instrument.hold(terms.side, ticket.hold_price.unwrap_or(Price::LOWEST), ticket.leaves);
        match ticket.state {
            State::Incoming => panic!("order {order} is on its way after its command"),
            State::Resting => {
                let resting = resting.expect("checked above");
                assert_eq!(resting.layer, ticket.layer(), "order {order} is in the layer that it asked for");
                assert_eq!(resting.layer == Layer::Dark, ticket.layer() == Layer::Dark);
            }
            State::Fired(place) => {
                let stands = special.and_then(|special| special.fired.get(&place));
                assert_eq!(stands, Some(&order), "order {order} stands in line to enter");
            }
            State::Waiting(waits_for) => {
                let special = special.expect("an order waits in a market that is more than plain");
                let found = match waits_for {
                    WaitsFor::Trigger => special.triggers.get(order).is_some(),
                    WaitsFor::Minimum => {
                        special.minimums(terms.side).iter().any(|&(_, other)| other == order)
                    }
                    WaitsFor::Reference => special.pegs.contains(&order),
                    WaitsFor::Uncross => special.for_uncross.contains(&order),
                };
                assert!(found, "order {order} is where it waits");
                let need = match (ticket.link, terms.side) {
                    (Link::Stop(_), _) => self.stop_hold(order, ticket.leaves),
                    (_, Side::Buy | Side::Sell) => whole,
                };
                assert_eq!(ticket.held, need, "order {order} holds what it needs while it waits");
                assert!(ticket.leaves > 0, "order {order} has something left");
            }
        }
    }

    /// Digest of the whole state, by its serde form: two exchanges with the same digest answer every further command
    /// alike.
    #[must_use]
    pub fn state_digest(&self) -> Digest {
        let mut hasher = Hasher::new();
        hasher.form(self);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use rust_decimal::Decimal;

    use super::*;
    use crate::*;

    const ACME: InstrumentId = InstrumentId::new(0);
    const TRADER: AccountId = AccountId::new(1);

    fn price(ticks: i64) -> Price {
        Price::new(ticks).unwrap()
    }

    fn order(side: Side, price: OrderPrice) -> NewOrder {
        NewOrder {
            account: TRADER,
            instrument: ACME,
            side,
            price,
            quantity: Qty::new(5).unwrap(),
            time_in_force: TimeInForce::GoodTillCancel,
            posting: Posting::Any,
        }
    }

    /// An order that rests (1), a stop that waits (2), and a pegged order (3).
    fn market() -> Exchange {
        let symbol = |text| Symbol::new(text).unwrap();
        let (base, quote) = (AssetId::new(0), AssetId::new(1));
        let limit = |side, ticks| order(side, OrderPrice::Limit(price(ticks)));
        let stop = Trigger { kind: TriggerKind::Stop, by: TriggerBy::Last, price: price(110) };
        let peg = Peg { to: PegTo::Primary, offset: 0 };
        let conditional =
            |terms, conditions| Command::PlaceConditional(Box::new(ConditionalOrder { terms, conditions }));
        let mut commands = vec![
            Command::CreateAsset { symbol: symbol("ACME"), decimals: 0 },
            Command::CreateAsset { symbol: symbol("USD"), decimals: 2 },
            Command::CreateInstrument(NewInstrument {
                symbol: symbol("ACME"),
                base,
                quote,
                tick: Decimal::new(1, 2),
                lot: Decimal::ONE,
                maker_fee: FeeRate::ZERO,
                taker_fee: FeeRate::ZERO,
            }),
            Command::OpenAccount { name: AccountName::new("trader").unwrap() },
        ];
        let amount = Amount::new(1_000_000).unwrap();
        commands.extend([base, quote].map(|asset| Command::Deposit { account: TRADER, asset, amount }));
        commands.extend([
            Command::PlaceOrder(limit(Side::Buy, 100)),
            conditional(limit(Side::Buy, 112), Conditions { trigger: Some(stop), ..Conditions::NONE }),
            conditional(limit(Side::Buy, 105), Conditions { peg: Some(peg), ..Conditions::NONE }),
        ]);
        let mut exchange = Exchange::new();
        for command in &commands {
            let mut events = Vec::new();
            exchange.execute(Timestamp::default(), command, &mut events);
            assert!(!matches!(events[..], [Event::CommandRejected(_)]), "{events:?}");
        }
        exchange.check();
        exchange
    }

    fn ticket(exchange: &mut Exchange, number: u64) -> &mut Ticket {
        exchange.tickets.get_mut(&OrderId::new(number).unwrap()).unwrap()
    }

    /// A change that breaks a rule, and what the check says of it.
    type Break = (fn(&mut Exchange), &'static str);

    /// Each rule is broken by hand, and the check names it.
    #[test]
    fn a_state_that_breaks_a_rule_is_found_out() {
        let table: [Break; 9] = [
            (|exchange| exchange.order_count = 0, "an order has a number that was given out"),
            (|exchange| ticket(exchange, 2).state = State::Resting, "the ticket of order 2 says where it is"),
            (
                |exchange| ticket(exchange, 2).state = State::Incoming,
                "order 2 is on its way after its command",
            ),
            (|exchange| ticket(exchange, 2).state = State::Fired(7), "order 2 stands in line to enter"),
            (
                |exchange| ticket(exchange, 2).state = State::Waiting(WaitsFor::Minimum),
                "order 2 is where it waits",
            ),
            (|exchange| ticket(exchange, 2).held += 1, "order 2 holds what it needs while it waits"),
            (
                |exchange| {
                    exchange.markets[0].special_mut().phase = Phase::PreOpen;
                    let sell = Command::PlaceOrder(order(Side::Sell, OrderPrice::Limit(price(100))));
                    exchange.execute(Timestamp::default(), &sell, &mut Vec::new());
                    exchange.markets[0].special_mut().phase = Phase::Continuous;
                },
                "the book of instrument 0 is crossed",
            ),
            (
                |exchange| ticket(exchange, 3).conditions.peg = Some(Peg { to: PegTo::Primary, offset: 1 }),
                "pegged order 3 is where it belongs",
            ),
            (
                |exchange| _ = exchange.tickets.remove(&OrderId::new(2).unwrap()),
                "account 1 knows how many orders are open",
            ),
        ];
        for (spoil, rule) in table {
            let mut exchange = market();
            spoil(&mut exchange);
            let panic = catch_unwind(AssertUnwindSafe(|| exchange.check())).unwrap_err();
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap();
            assert!(text.contains(rule), "expected {rule:?}, said {text:?}");
        }
    }
}
