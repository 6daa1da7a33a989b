//! How a message says numbers and names: in integer units by themselves, or in decimals and symbols by an exchange.

use crate::{AccountId, Amount, AssetId, InstrumentId, Lots, OrderId, Price};

/// Says numbers and names. An instrument that the message does not know is `None`.
pub(crate) trait Wording {
    /// An asset.
    fn asset(&self, asset: AssetId) -> String {
        format!("asset {asset}")
    }

    /// An instrument.
    fn instrument(&self, instrument: InstrumentId) -> String {
        format!("instrument {instrument}")
    }

    /// An account.
    fn account(&self, account: AccountId) -> String {
        format!("account {account}")
    }

    /// An order.
    fn order(&self, order: OrderId) -> String {
        format!("order {order}")
    }

    /// An amount of an asset.
    fn amount(&self, asset: AssetId, amount: Amount) -> String {
        format!("{} of asset {asset}", amount.get())
    }

    /// One more amount of an asset that the message has named.
    fn again(&self, _: AssetId, amount: Amount) -> String {
        amount.get().to_string()
    }

    /// An amount of an asset that the message does not name.
    fn bare_amount(&self, amount: Amount) -> String {
        amount.get().to_string()
    }

    /// An amount of what an instrument is paid with.
    fn value(&self, _: InstrumentId, value: Amount) -> String {
        format!("{} minor units", value.get())
    }

    /// The most of a base and of a quote that can exist.
    fn most(&self, _: InstrumentId) -> (String, String) {
        let most = format!("{} minor units", crate::limits::MAX_AMOUNT);
        (most.clone(), most)
    }

    /// A price.
    fn price(&self, _: Option<InstrumentId>, price: Price) -> String {
        format!("{} ticks", price.get())
    }

    /// A step between prices.
    fn step(&self, _: InstrumentId, ticks: u64) -> String {
        format!("{ticks} ticks")
    }

    /// A quantity.
    fn quantity(&self, _: Option<InstrumentId>, lots: Lots) -> String {
        format!("{} lots", lots.get())
    }
}

/// Integer units: ticks, lots and minor units.
pub(crate) struct Plain;

impl Wording for Plain {}
