//! What an order would do, without doing it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::MAX_AMOUNT;
use crate::reach::Aggressor;
use crate::shape::Entry;
use crate::{
    AccountId, Amount, AssetId, Conditions, Exchange, InstrumentId, Lots, NewOrder, OrderPrice, Price, Qty,
    Reject, SelfTrade, Side, TimeInForce,
};

/// What an order would do if it came now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Its trades by price, in the order they would happen.
    pub fills: Vec<PreviewFill>,
    /// Lots it would trade.
    pub filled: Lots,
    /// What they are worth, in minor units of the quote asset.
    pub value: Amount,
    /// The fee on them, in minor units of the quote asset.
    pub fee: Amount,
    /// Lots that would rest.
    pub rests: Lots,
    /// Lots before them in the queue of their price.
    pub ahead: Lots,
    /// Lots that would be canceled.
    pub canceled: Lots,
    /// What must be available at entry: the asset given, and how much of it. A FOK order that cannot fill holds nothing.
    pub pays: (AssetId, Amount),
}

/// Trades at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewFill {
    /// The price.
    pub price: Price,
    /// Lots.
    pub quantity: Lots,
    /// Resting orders touched.
    pub orders: u32,
}

/// Why a quantity has no price now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoPrice {
    /// No such instrument.
    UnknownInstrument {
        /// Given.
        instrument: InstrumentId,
    },
    /// The book is too thin, or the instrument does not trade now.
    TooThin {
        /// What could be traded.
        there: Lots,
    },
    /// It is worth more than can exist.
    TooLarge,
}

impl fmt::Display for NoPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownInstrument { instrument } => write!(f, "there is no instrument {instrument}"),
            Self::TooThin { there } => write!(f, "the book is too thin: {} lots are there", there.get()),
            Self::TooLarge => write!(f, "it is worth more than {MAX_AMOUNT} minor units"),
        }
    }
}

impl std::error::Error for NoPrice {}

impl Exchange {
    /// What the order would do now; nothing changes. The fee is the sum of the fees of the single trades.
    ///
    /// # Errors
    /// The [`Reject`] that the order would get.
    pub fn preview(&self, terms: &NewOrder) -> Result<Preview, Reject> {
        self.preview_with(terms, &Conditions::NONE)
    }

    /// What an order with conditions would do now; nothing changes. Orders that wait for a minimum are not counted, and an
    /// iceberg counts as one order.
    ///
    /// # Errors
    /// The [`Reject`] that the order would get.
    pub fn preview_with(&self, terms: &NewOrder, conditions: &Conditions) -> Result<Preview, Reject> {
        let admission = self.admit(terms, Some(conditions), Entry::Single)?;
        let instrument = &self.instruments[terms.instrument.index()];
        let (quantity, taker_fee) = (terms.quantity.get(), instrument.terms().taker_fee);
        let guard = self.guard(terms.instrument, terms.side);
        let enters = admission.trigger.is_none() && self.markets[terms.instrument.index()].phase().matches();
        let (mut fills, mut left, mut value, mut fee) = (Vec::new(), quantity, 0, 0);
        for (_, level) in self.offers(terms.instrument, terms.side.opposite()).take_while(|_| enters) {
            let price = self.trade_price(terms.instrument, level.price);
            let beyond = !admission.price.reaches(terms.side, level.price) || guard.stop(price).is_some();
            if left == 0 || beyond {
                break;
            }
            let mut fill = PreviewFill { price, quantity: Lots::ZERO, orders: 0 };
            for resting in self.books.queue(level) {
                let lots = left.min(resting.leaves.get() + self.reserve(resting.order, resting.flags));
                if lots == 0 {
                    break;
                }
                let worth = i64::try_from(lots).unwrap_or(i64::MAX) * price.get() * instrument.tick_value();
                left -= lots;
                value += worth;
                fee += taker_fee.fee(worth);
                fill.orders += 1;
                fill.quantity = Lots::new(fill.quantity.get() + lots);
            }
            fills.push(fill);
        }
        if terms.time_in_force == TimeInForce::FillOrKill && left > 0 {
            (fills, left, value, fee) = (Vec::new(), quantity, 0, 0);
        }
        let (rests, ahead) = match (terms.price, terms.time_in_force) {
            (OrderPrice::Limit(price), time) if time.rests() && left > 0 => {
                let queue = self.books.level(terms.instrument, crate::Layer::Lit, terms.side, price);
                (left, queue.map_or(0, |level| level.quantity))
            }
            _ => (0, 0),
        };
        Ok(Preview {
            fills,
            filled: Lots::new(quantity - left),
            value: Amount::proved(value),
            fee: Amount::proved(fee),
            rests: Lots::new(rests),
            ahead: Lots::new(ahead),
            canceled: Lots::new(left - rests),
            pays: (instrument.gives(terms.side), Amount::proved(admission.hold)),
        })
    }

    /// What a market order of `side` for the whole quantity would cost, or bring, without fees, if it came now: the same
    /// walk as that of a FOK order, of an account that has no order there. Nothing changes.
    ///
    /// # Errors
    /// [`NoPrice`] where the quantity is not there whole.
    ///
    /// # Examples
    /// ```
    /// use outcry_engine::{Exchange, InstrumentId, NoPrice, Qty, Side};
    ///
    /// let (exchange, unknown) = (Exchange::new(), InstrumentId::new(0));
    /// let price = exchange.price(unknown, Side::Buy, Qty::new(20)?);
    /// assert_eq!(price, Err(NoPrice::UnknownInstrument { instrument: unknown }));
    /// # Ok::<(), outcry_engine::OutOfRange>(())
    /// ```
    pub fn price(&self, instrument: InstrumentId, side: Side, quantity: Qty) -> Result<Amount, NoPrice> {
        self.instrument(instrument).ok_or(NoPrice::UnknownInstrument { instrument })?;
        if !self.markets[instrument.index()].phase().matches() {
            return Err(NoPrice::TooThin { there: Lots::ZERO });
        }
        let reach = self.reach(&Aggressor {
            account: AccountId::VENUE,
            instrument,
            side,
            price: OrderPrice::Market,
            lots: quantity.get(),
            self_trade: SelfTrade::Allow,
            open_ended: false,
            minimums: false,
        });
        if reach.lots < quantity.get() {
            return Err(NoPrice::TooThin { there: Lots::new(reach.lots) });
        }
        let total = i64::try_from(reach.value).ok().and_then(|total| Amount::new(total).ok());
        total.ok_or(NoPrice::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_price_is_said() {
        let instrument = InstrumentId::new(3);
        let market = Exchange::new();
        let none = market.price(instrument, Side::Buy, Qty::new(1).unwrap()).unwrap_err();
        assert_eq!(none.to_string(), "there is no instrument 3");
        let thin = NoPrice::TooThin { there: Lots::new(7) };
        assert_eq!(thin.to_string(), "the book is too thin: 7 lots are there");
        let large = "it is worth more than 1000000000000000000 minor units";
        assert_eq!(NoPrice::TooLarge.to_string(), large);
    }
}
