//! The self-check and the digest of the whole state.

use crate::digest::Hasher;
use crate::{AccountId, AssetId, Digest, Exchange, InstrumentId, Side};

impl Exchange {
    /// Walks all structures and panics with the rule that is broken.
    ///
    /// Beside the books' own structure: each account holds exactly what its open orders need, no balance is
    /// negative, and the balances of each asset add up to its supply. Costs time and memory in the size of the
    /// state; meant for tests.
    ///
    /// # Panics
    /// If a rule is broken, which is a bug of the engine.
    pub fn check(&self) {
        self.books.check();
        let assets = self.assets.len();
        let mut needed = vec![vec![0_i64; assets]; self.accounts().len()];
        let mut open = vec![0_u32; self.accounts().len()];
        for (id, instrument) in (0..).map(InstrumentId::new).zip(&self.instruments) {
            assert!(!self.books.is_crossed(id), "the book of instrument {id} is crossed");
            for side in Side::BOTH {
                for order in self.queue(id, side) {
                    let hold = instrument.hold(side, order.price, order.leaves.get());
                    needed[order.account.index()][instrument.gives(side).index()] += hold;
                    open[order.account.index()] += 1;
                    assert!(
                        order.order.get() <= self.order_count,
                        "an order has a number that was given out"
                    );
                }
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
                assert!(balance.available.get() >= 0, "account {id} has less than nothing of asset {asset}");
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
        }
    }

    /// Digest of the whole state as others can see it, by walking it: history, terms, balances, and every book in
    /// priority order. Two exchanges with the same digest answer every further command alike.
    #[must_use]
    pub fn state_digest(&self) -> Digest {
        let mut hasher = self.history;
        for word in [
            self.sequence,
            self.now.nanos(),
            self.event_count,
            self.order_count,
            self.trade_count,
            self.assets.len() as u64,
            self.instruments.len() as u64,
            self.accounts().len() as u64,
        ] {
            hasher.word(word);
        }
        for asset in &self.assets {
            hasher.bytes(asset.symbol().bytes());
            hasher.word(u64::from(asset.decimals()));
        }
        for account in self.accounts() {
            hasher.bytes(account.name().bytes());
            for (asset, balance) in account.balances() {
                // A balance of nothing counts as one that never was.
                if balance != crate::Balance::default() {
                    hasher.word(u64::from(asset.get()));
                    hasher.signed(balance.available.get());
                    hasher.signed(balance.held.get());
                }
            }
        }
        for (id, instrument) in (0..).map(InstrumentId::new).zip(&self.instruments) {
            instrument.terms().digest(&mut hasher);
            for side in Side::BOTH {
                hasher.word(u64::MAX);
                self.queue(id, side).for_each(|order| order.digest(&mut hasher));
            }
        }
        hasher.finish()
    }
}

impl crate::RestingOrder {
    fn digest(&self, hasher: &mut Hasher) {
        hasher.word(self.order.get());
        hasher
            .word(u64::from(self.account.get()) << 1 | u64::from(self.posting() == crate::Posting::PostOnly));
        hasher.signed(self.price.get());
        hasher.word(self.quantity.get());
        hasher.word(self.leaves.get());
    }
}
