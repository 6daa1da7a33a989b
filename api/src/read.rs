//! Reads the fields of one command after the other; `None` where at least one is wrong.
//!
//! Names become ids here, and decimals become ticks, lots and minor units, against the exchange as it is now.

mod account;
mod condition;
mod desk;
mod order;
mod quote;
pub(crate) mod session;
mod setting;

use outcry_engine::{
    AccountId, AccountName, Amount, Asset, AssetId, DecimalError, Exchange, Instrument, InstrumentId, Lots,
    OrderId, Price, Qty, Symbol, parse_decimal,
};

use crate::fields::Fields;
use crate::word::not_one_of;

/// The fields of one object, and what their names stand for.
pub(crate) struct Reader<'a> {
    pub(crate) fields: Fields,
    pub(crate) exchange: &'a Exchange,
}

impl<'a> Reader<'a> {
    /// Reads an object inside this one that may be absent.
    fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<T> {
        let fields = self.fields.enter(name)?;
        self.inside(fields, read)
    }

    /// Reads an object inside this one that must be there.
    fn required_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
    ) -> Option<T> {
        if self.fields.has(name) {
            return self.object(name, read);
        }
        self.fields.missing(name);
        None
    }

    /// Reads each object of a list of at most `most`.
    fn objects<T>(
        &mut self,
        name: &'static str,
        most: u32,
        mut read: impl FnMut(&mut Reader<'a>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let objects = self.fields.enter_list(name, most)?;
        let read: Vec<Option<T>> = objects.into_iter().map(|fields| self.inside(fields, &mut read)).collect();
        read.into_iter().collect()
    }

    fn inside<T>(&mut self, fields: Fields, read: impl FnOnce(&mut Reader<'a>) -> Option<T>) -> Option<T> {
        let mut inside = Reader { fields, exchange: self.exchange };
        let value = read(&mut inside);
        let good = self.fields.leave(inside.fields);
        value.filter(|_| good)
    }

    /// A word that says which other fields there are. If it is wrong, nothing is said of them.
    fn variant(&mut self, field: &'static str, words: &[&'static str]) -> Option<&'static str> {
        let word = self.fields.required(field, |text| {
            let known = words.iter().copied().find(|&word| word == text);
            known.ok_or_else(|| not_one_of(text, words.iter().copied()))
        });
        if word.is_none() {
            self.fields.forget();
        }
        word
    }

    fn account(&mut self, field: &'static str) -> Option<AccountId> {
        let exchange = self.exchange;
        self.fields.required(field, |text| {
            let name = AccountName::new(text).map_err(|e| e.to_string())?;
            exchange.find_account(name).ok_or_else(|| format!("{text:?} is not the name of an account here"))
        })
    }

    fn asset(&mut self, field: &'static str) -> Option<AssetId> {
        let exchange = self.exchange;
        self.fields.required(field, |text| {
            let symbol = Symbol::new(text).map_err(|e| e.to_string())?;
            exchange.find_asset(symbol).ok_or_else(|| format!("{text:?} is not the symbol of an asset here"))
        })
    }

    fn instrument(&mut self, field: &'static str) -> Option<InstrumentId> {
        let exchange = self.exchange;
        self.fields.required(field, |text| {
            let symbol = Symbol::new(text).map_err(|e| e.to_string())?;
            exchange
                .find_instrument(symbol)
                .ok_or_else(|| format!("{text:?} is not the symbol of an instrument here"))
        })
    }

    fn terms(&self, instrument: Option<InstrumentId>) -> Terms<'a> {
        Terms(instrument.and_then(|instrument| self.exchange.instrument(instrument)))
    }

    fn order(&mut self) -> Option<OrderId> {
        self.fields.required_integer("order", 1..=u64::MAX).and_then(OrderId::new)
    }

    /// An amount of the asset; without one, only that it is a decimal is checked.
    fn amount(&mut self, field: &'static str, asset: Option<&Asset>) -> Option<Amount> {
        self.fields.decimal(field, |text| match asset {
            Some(asset) => asset.parse_amount(text),
            None => parse_decimal(text).map(|_| Amount::ZERO),
        })
    }

    /// An amount of the asset that is named in another field.
    fn amount_of(&mut self, field: &'static str, asset: Option<AssetId>) -> Option<Amount> {
        let exchange = self.exchange;
        self.amount(field, asset.and_then(|asset| exchange.asset(asset)))
    }

    /// An amount of what the instrument is paid with.
    fn quote_amount(&mut self, field: &'static str, terms: Terms<'a>) -> Option<Amount> {
        self.amount_of(field, terms.0.map(Instrument::quote))
    }

    fn price(&mut self, field: &'static str, terms: Terms<'_>) -> Option<Price> {
        self.fields.decimal(field, |text| terms.price(text))
    }

    fn quantity(&mut self, field: &'static str, terms: Terms<'_>) -> Option<Qty> {
        self.fields.decimal(field, |text| terms.quantity(text))
    }

    /// A quantity that may be absent.
    fn optional_quantity(&mut self, field: &'static str, terms: Terms<'_>) -> Option<Qty> {
        if self.fields.has(field) { self.quantity(field, terms) } else { None }
    }

    /// A quantity that may be zero, and is if it is absent.
    fn lots(&mut self, field: &'static str, terms: Terms<'_>) -> Option<Lots> {
        if !self.fields.has(field) {
            self.fields.discard(field);
            return Some(Lots::ZERO);
        }
        self.fields.decimal(field, |text| match parse_decimal(text)? {
            zero if zero.is_zero() => Ok(Lots::ZERO),
            _ => terms.quantity(text).map(Qty::lots),
        })
    }

    /// A distance between prices in ticks, above zero.
    fn distance(&mut self, field: &'static str, terms: Terms<'_>) -> Option<Price> {
        self.price(field, terms)
    }

    /// A distance between prices in ticks that fits into 32 bits, above zero.
    fn short_distance(&mut self, field: &'static str, terms: Terms<'_>) -> Option<u32> {
        self.fields.decimal(field, |text| {
            let ticks = terms.price(text).map_err(|e| e.to_string())?;
            u32::try_from(ticks.get()).map_err(|_| format!("{text} is more than {} ticks", u32::MAX))
        })
    }
}

/// The scale of an instrument's numbers, as far as the instrument is known. Without it only that a text is a decimal is
/// checked, and the smallest value stands in until the errors are told.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a>(Option<&'a Instrument>);

impl Terms<'_> {
    fn price(self, text: &str) -> Result<Price, DecimalError> {
        match self.0 {
            Some(instrument) => instrument.parse_price(text),
            None => parse_decimal(text).map(|_| SMALLEST_PRICE),
        }
    }

    fn quantity(self, text: &str) -> Result<Qty, DecimalError> {
        match self.0 {
            Some(instrument) => instrument.parse_quantity(text),
            None => parse_decimal(text).map(|_| SMALLEST_QUANTITY),
        }
    }
}

const SMALLEST_PRICE: Price = match Price::new(1) {
    Ok(price) => price,
    Err(_) => panic!("one tick is a price"),
};
const SMALLEST_QUANTITY: Qty = match Qty::new(1) {
    Ok(quantity) => quantity,
    Err(_) => panic!("one lot is a quantity"),
};
