//! Rejects in the user's own terms: decimals, symbols and names.

use rust_decimal::Decimal;

use crate::limits::MAX_AMOUNT;
use crate::{Amount, AssetId, Exchange, InstrumentId, Price, Qty, Reject};

impl Exchange {
    /// The reason of a reject in decimals and symbols: what was given and what is allowed.
    #[must_use]
    pub fn explain(&self, reject: &Reject) -> String {
        match *reject {
            Reject::BaseIsQuote { asset } => format!("base and quote are both {}", self.symbol_of(asset)),
            Reject::SupplyTooLarge { asset, supply, amount } => format!(
                "{} more beside {} would exceed {}, the most that can exist",
                self.amount_text(asset, amount),
                self.amount_text(asset, supply),
                self.amount_text(asset, Amount::proved(MAX_AMOUNT))
            ),
            Reject::NotionalTooLarge { instrument, price, quantity } => {
                let at = price
                    .map(|price| format!(" at {}", self.price_text(instrument, price)))
                    .unwrap_or_default();
                let most = |asset| self.amount_text(asset, Amount::proved(MAX_AMOUNT));
                let (base, quote) = self.instrument(instrument).map_or_else(Default::default, |instrument| {
                    (most(instrument.base()), most(instrument.quote()))
                });
                let quantity = self.quantity_text(instrument, quantity);
                format!(
                    "{quantity}{at} is more than {base} or worth more than {quote}, the most that can exist"
                )
            }
            Reject::InsufficientFunds { asset, needed, available } => format!(
                "{} needed, {} available",
                self.amount_text(asset, needed),
                self.amount_text(asset, available)
            ),
            Reject::BelowFilled { instrument, quantity, filled } => format!(
                "the total {} is not above the {} filled already",
                self.quantity_text(instrument, quantity),
                self.quantity_text(instrument, filled)
            ),
            Reject::PostOnlyWouldTake { instrument, price, best } => format!(
                "post-only at {} would trade at once: the best opposite price is {}",
                self.price_text(instrument, price),
                self.price_text(instrument, best)
            ),
            ref other => other.to_string(),
        }
    }

    fn symbol_of(&self, asset: AssetId) -> String {
        self.asset(asset).map_or_else(|| format!("asset {asset}"), |asset| asset.symbol().to_string())
    }

    fn amount_text(&self, asset: AssetId, amount: Amount) -> String {
        let value = self.asset(asset).map_or(Decimal::from(amount.get()), |asset| asset.decimal(amount));
        format!("{} {}", plain(value), self.symbol_of(asset))
    }

    fn price_text(&self, instrument: InstrumentId, price: Price) -> String {
        self.instrument(instrument)
            .map_or_else(|| price.get().to_string(), |instrument| instrument.price_decimal(price).to_string())
    }

    fn quantity_text(&self, instrument: InstrumentId, quantity: Qty) -> String {
        self.instrument(instrument).map_or_else(
            || quantity.get().to_string(),
            |instrument| plain(instrument.quantity_decimal(quantity.lots())),
        )
    }
}

/// Without the zeros at its end, but with at least two digits behind a point that is there.
fn plain(value: Decimal) -> String {
    let short = value.normalize();
    if short.scale() == 1 { format!("{short}0") } else { short.to_string() }
}
