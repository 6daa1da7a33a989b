//! What exists on the exchange, for the page.

use outcry_engine::{AccountId, AccountName, NewInstrument, Symbol};
use serde::{Deserialize, Serialize};

use crate::protocol::Catalog;

/// Assets, instruments and the accounts that a user may act for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CatalogView {
    catalog: Catalog,
}

impl CatalogView {
    /// The catalog with its version.
    #[must_use]
    pub fn get(&self) -> &Catalog {
        &self.catalog
    }

    pub(super) fn asset_created(&mut self, symbol: Symbol, decimals: u8) {
        self.catalog.version += 1;
        self.catalog.assets.push((symbol, decimals));
    }

    pub(super) fn instrument_created(&mut self, terms: NewInstrument) {
        self.catalog.version += 1;
        self.catalog.instruments.push(terms);
    }

    pub(super) fn account_opened(&mut self, account: AccountId, name: AccountName) {
        self.catalog.version += 1;
        self.catalog.accounts.push((account, name));
    }
}
