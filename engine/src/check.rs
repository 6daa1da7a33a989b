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
