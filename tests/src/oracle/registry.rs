//! The oracle's assets, instruments, accounts, deposits and withdrawals.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Event, FeeRate, InstrumentId, LedgerKind, NewInstrument, Reject,
    SettingField, Symbol, limits,
};

use super::state::{Holder, Market};
use super::{Oracle, count, terms, told_units};

impl Oracle {
    pub(super) fn create_asset(&mut self, symbol: Symbol, decimals: u8) -> Result<(), Reject> {
        if decimals > limits::MAX_DECIMALS {
            return Err(Reject::TooManyDecimals { decimals });
        }
        if self.assets.iter().any(|&(taken, _)| taken == symbol) {
            return Err(Reject::SymbolTaken { symbol });
        }
        if self.assets.len() >= limits::MAX_ASSETS as usize {
            return Err(Reject::TooManyAssets);
        }
        self.tell(Event::AssetCreated { asset: AssetId::new(count(&self.assets)), symbol, decimals });
        self.assets.push((symbol, decimals));
        Ok(())
    }

    pub(super) fn create_instrument(&mut self, terms: NewInstrument) -> Result<(), Reject> {
        if terms.base == terms.quote {
            return Err(Reject::BaseIsQuote { asset: terms.base });
        }
        if terms.taker_fee < FeeRate::ZERO {
            return Err(Reject::SettingOutOfRange {
                setting: SettingField::TakerFee,
                given: i64::from(terms.taker_fee.ppm()),
                min: 0,
                max: i64::from(FeeRate::MAX_PPM),
            });
        }
        let base = self.decimals(terms.base)?;
        let quote = self.decimals(terms.quote)?;
        if self.markets.iter().any(|taken| taken.terms.symbol == terms.symbol) {
            return Err(Reject::SymbolTaken { symbol: terms.symbol });
        }
        terms::check(&terms, base, quote)?;
        if self.markets.len() >= limits::MAX_INSTRUMENTS as usize {
            return Err(Reject::TooManyInstruments);
        }
        let instrument = InstrumentId::new(count(&self.markets));
        self.tell(Event::InstrumentCreated { instrument, terms });
        self.markets.push(Market::new(terms));
        Ok(())
    }

    pub(super) fn open_account(&mut self, name: AccountName) -> Result<(), Reject> {
        if self.accounts.iter().any(|holder| holder.name == name) {
            return Err(Reject::NameTaken { name });
        }
        if self.accounts.len() >= limits::MAX_ACCOUNTS as usize {
            return Err(Reject::TooManyAccounts);
        }
        self.tell(Event::AccountOpened { account: AccountId::new(count(&self.accounts)), name });
        self.accounts.push(Holder::new(name));
        Ok(())
    }

    pub(super) fn deposit(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
    ) -> Result<(), Reject> {
        self.check_transfer(account, asset, amount)?;
        let supply = self.supply(asset);
        let units = i128::from(amount.get());
        if supply + self.short_limits(asset) + units > i128::from(limits::MAX_AMOUNT) {
            return Err(Reject::SupplyTooLarge { asset, supply: told_units(supply), amount });
        }
        self.change(account, asset, LedgerKind::Deposit, units, 0, None);
        Ok(())
    }

    pub(super) fn withdraw(
        &mut self,
        account: AccountId,
        asset: AssetId,
        amount: Amount,
    ) -> Result<(), Reject> {
        self.check_transfer(account, asset, amount)?;
        let needed = i128::from(amount.get());
        let available = self.purse(account, asset).available;
        if needed > available {
            let (needed, available) = (told_units(needed), told_units(available));
            return Err(Reject::InsufficientFunds { asset, needed, available });
        }
        self.change(account, asset, LedgerKind::Withdraw, -needed, 0, None);
        Ok(())
    }

    fn check_transfer(&self, account: AccountId, asset: AssetId, amount: Amount) -> Result<(), Reject> {
        if amount.get() <= 0 {
            return Err(Reject::AmountNotPositive { amount });
        }
        self.decimals(asset)?;
        self.check_customer(account)
    }

    pub(super) fn check_account(&self, account: AccountId) -> Result<(), Reject> {
        if (account.get() as usize) < self.accounts.len() {
            Ok(())
        } else {
            Err(Reject::UnknownAccount { account })
        }
    }

    /// Refuses accounts that do not exist, and the venue's.
    pub(super) fn check_customer(&self, account: AccountId) -> Result<(), Reject> {
        self.check_account(account)?;
        if account == AccountId::VENUE { Err(Reject::VenueAccount) } else { Ok(()) }
    }

    pub(super) fn check_instrument(&self, instrument: InstrumentId) -> Result<(), Reject> {
        if (instrument.get() as usize) < self.markets.len() {
            Ok(())
        } else {
            Err(Reject::UnknownInstrument { instrument })
        }
    }

    /// Digits of an asset that exists.
    pub(super) fn decimals(&self, asset: AssetId) -> Result<u8, Reject> {
        match self.assets.get(asset.get() as usize) {
            Some(&(_, decimals)) => Ok(decimals),
            None => Err(Reject::UnknownAsset { asset }),
        }
    }

    /// Everything there is of an asset.
    #[must_use]
    pub fn supply(&self, asset: AssetId) -> i128 {
        self.purses
            .iter()
            .filter(|((_, of), _)| *of == asset)
            .map(|(_, purse)| purse.available + purse.held)
            .sum()
    }

    /// What all accounts together may owe of an asset.
    pub(super) fn short_limits(&self, asset: AssetId) -> i128 {
        self.accounts.iter().filter_map(|holder| holder.short_limits.get(&asset)).sum()
    }
}
