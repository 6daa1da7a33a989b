//! What can be traded and by whom, ready for parsing and printing.

use outcry_engine::{
    AccountId, AccountName, Amount, Asset, AssetId, Instrument, InstrumentId, Lots, Price, Reject, Symbol,
};

use super::number;
use crate::protocol::Catalog;

/// The catalog with the engine's own scales, so that page and engine read a number the same way.
#[derive(Debug, Default)]
pub struct Venue {
    version: u32,
    /// By [`AssetId`].
    assets: Vec<Asset>,
    /// By [`InstrumentId`].
    instruments: Vec<Instrument>,
    /// In order of opening: the order of the account choice.
    accounts: Vec<(AccountId, AccountName)>,
}

impl Venue {
    /// Derives the scales.
    ///
    /// # Errors
    /// The [`Reject`] that the engine itself would give for terms that do not give whole numbers.
    pub fn from_catalog(catalog: &Catalog) -> Result<Self, Reject> {
        let decimals = |asset: AssetId| {
            let place = catalog.assets.get(asset.get() as usize);
            place.map(|&(_, decimals)| decimals).ok_or(Reject::UnknownAsset { asset })
        };
        let instruments = catalog
            .instruments
            .iter()
            .map(|&terms| Instrument::from_terms(terms, decimals(terms.base)?, decimals(terms.quote)?))
            .collect::<Result<_, _>>()?;
        let assets = catalog.assets.iter().map(|&(symbol, decimals)| Asset::new(symbol, decimals)).collect();
        Ok(Self { version: catalog.version, assets, instruments, accounts: catalog.accounts.clone() })
    }

    /// The catalog's version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// An instrument.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> Option<&Instrument> {
        self.instruments.get(id.get() as usize)
    }

    /// All instruments with their ids.
    pub fn instruments(&self) -> impl Iterator<Item = (InstrumentId, &Instrument)> {
        (0u32..).map(InstrumentId::new).zip(&self.instruments)
    }

    /// The accounts that a user may act for.
    #[must_use]
    pub fn accounts(&self) -> &[(AccountId, AccountName)] {
        &self.accounts
    }

    /// The symbol of an asset, or `?` for one that the page was not told of.
    #[must_use]
    pub fn asset_symbol(&self, id: AssetId) -> String {
        self.assets.get(id.get() as usize).map_or_else(|| "?".to_owned(), |a| a.symbol().as_str().to_owned())
    }

    /// The symbol of an instrument, or `?` for one that the page was not told of.
    #[must_use]
    pub fn symbol(&self, id: InstrumentId) -> String {
        self.instrument(id).map_or_else(|| "?".to_owned(), |i| i.symbol().as_str().to_owned())
    }

    /// The quote currency of an instrument.
    #[must_use]
    pub fn quote_symbol(&self, instrument: &Instrument) -> Symbol {
        self.assets
            .get(instrument.quote().get() as usize)
            .map(Asset::symbol)
            .unwrap_or_else(|| instrument.symbol())
    }

    /// An amount with the symbol of its asset: `1,250.00 USD`.
    #[must_use]
    pub fn amount(&self, asset: AssetId, amount: Amount) -> String {
        format!("{} {}", self.bare_amount(asset, amount), self.asset_symbol(asset))
    }

    /// An amount without the symbol.
    #[must_use]
    pub fn bare_amount(&self, asset: AssetId, amount: Amount) -> String {
        match self.assets.get(asset.get() as usize) {
            Some(asset) => number::amount(asset, amount),
            None => amount.get().to_string(),
        }
    }

    /// A price of an instrument.
    #[must_use]
    pub fn price(&self, id: InstrumentId, price: Price) -> String {
        self.instrument(id).map_or_else(String::new, |instrument| number::price(instrument, price))
    }

    /// A quantity of an instrument.
    #[must_use]
    pub fn quantity(&self, id: InstrumentId, lots: Lots) -> String {
        self.instrument(id).map_or_else(String::new, |instrument| number::quantity(instrument, lots))
    }
}
