//! The projections as bytes beside a snapshot: a version, a checksum, and their serde form.
//!
//! They are a cache of a cache: bytes of another version, or damaged ones, are not read, and a replay makes them anew. Where
//! the journal was trimmed and no replay can, [`Projections::of`] takes what the exchange itself knows.

use outcry_engine::{AccountId, AccountName, Exchange, InstrumentId, Layer, OrderId, PhaseEnd, Side};
use outcry_journal::checksum;

use super::portfolio::Shown;
use super::{MarketView, Projections};
use crate::protocol::Trading;

/// The version of the form that is written, and the only one that is read. To be raised with every change of what a
/// projection holds.
pub(super) const VERSION: u16 = 1;

const CHECKSUM: usize = 8;
const HEADER: usize = 2 + CHECKSUM;

impl Projections {
    /// All of them as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; HEADER];
        bytes[..2].copy_from_slice(&VERSION.to_le_bytes());
        let mut bytes =
            postcard::to_extend(self, bytes).expect("memory takes what is written, and all of it has a form");
        let sum = checksum(&bytes[HEADER..]);
        bytes[2..HEADER].copy_from_slice(&sum);
        bytes
    }

    /// Reads what [`Projections::to_bytes`] wrote, or `None` if it is damaged or of another version.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], simulated: fn(&AccountName) -> bool) -> Option<Self> {
        let (header, content) = bytes.split_at_checked(HEADER)?;
        if header[..2] != VERSION.to_le_bytes() || header[2..] != checksum(content) {
            return None;
        }
        let (kept, rest) = postcard::take_from_bytes::<Self>(content).ok()?;
        rest.is_empty().then_some(Self { simulated, ..kept })
    }

    /// What the exchange itself knows: what exists, open orders, phases and last prices. Fills, trades and candles are not
    /// in it, nor when an order was accepted; that is taken to be now.
    #[must_use]
    pub fn of(exchange: &Exchange, simulated: fn(&AccountName) -> bool) -> Self {
        let mut made = Self::new(simulated);
        for asset in exchange.assets() {
            made.catalog.asset_created(asset.symbol(), asset.decimals());
        }
        for (account, opened) in (0..).map(AccountId::new).zip(exchange.accounts()) {
            if account != AccountId::VENUE && !simulated(&opened.name()) {
                made.catalog.account_opened(account, opened.name());
                made.portfolios.insert(account, Default::default());
                made.change(account, |_| ());
            }
        }
        for (instrument, listed) in (0..).map(InstrumentId::new).zip(exchange.instruments()) {
            made.catalog.instrument_created(*listed.terms());
            made.markets.push(MarketView::default());
            made.take_market(exchange, instrument);
        }
        for waiting in exchange.waiting() {
            made.take_order(exchange, waiting.order, waiting.terms.account, None);
        }
        made
    }

    fn take_market(&mut self, exchange: &Exchange, instrument: InstrumentId) {
        let end: Option<PhaseEnd> = exchange.phase_end(instrument);
        let indication = exchange.indicative(instrument).filter(|indication| indication.price.is_some());
        self.change_statistics(instrument, |figures| {
            let phase = exchange.phase(instrument);
            figures.phase_changed(Trading { phase, end, indication, ..Trading::default() });
            figures.was_last(exchange.last_price(instrument));
        });
        for side in Side::BOTH {
            for layer in [Layer::Lit, Layer::Dark] {
                for order in exchange.layer_queue(instrument, layer, side) {
                    let lots = order.leaves.lots();
                    let seen = Shown { instrument, side, price: order.price, lots };
                    self.take_order(
                        exchange,
                        order.order,
                        order.account,
                        (layer == Layer::Lit).then_some(seen),
                    );
                }
            }
        }
    }

    fn take_order(&mut self, exchange: &Exchange, order: OrderId, account: AccountId, seen: Option<Shown>) {
        self.change(account, |portfolio| {
            portfolio.accepted(order, exchange.now());
            portfolio.show(order, seen);
        });
    }
}

/// Whom bytes say to be simulated: they do not.
pub(super) fn nobody() -> fn(&AccountName) -> bool {
    |_| false
}
