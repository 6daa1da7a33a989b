//! The words of a line, read from the left, and the names and numbers among them.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Exchange, FeeRate, InstrumentId, OrderId, Price, Qty, Side,
    Symbol, TimeInForce, Timestamp,
};

use super::{Session, measure};

/// Why a line is not a command: the scenario is wrong, or it shows a number that is refused at the edge.
#[derive(Debug)]
pub(super) enum Fault {
    Line(String),
    Number(String),
}

pub(super) type Parsed<T> = Result<T, Fault>;

/// What is left of a line, and the session whose names it uses.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    left: &'a [&'a str],
    session: &'a Session,
}

impl<'a> Words<'a> {
    pub(super) const fn new(left: &'a [&'a str], session: &'a Session) -> Self {
        Self { left, session }
    }

    /// The next word, which must be there.
    pub(super) fn next(&mut self) -> Parsed<&'a str> {
        let (word, left) =
            self.left.split_first().ok_or_else(|| Fault::Line("the line ends too early".to_owned()))?;
        self.left = left;
        Ok(word)
    }

    /// The next word, which stays.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.left.first().copied()
    }

    /// Whether the next word is this one; then it is taken.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.left = &self.left[1..];
        }
        found
    }

    /// Takes this word, which must be next.
    pub(super) fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.take(word) { Ok(()) } else { Err(self.unreadable(word)) }
    }

    /// The line must end here.
    pub(super) fn end(&self) -> Parsed<()> {
        if self.left.is_empty() { Ok(()) } else { Err(self.unreadable("the end of the line")) }
    }

    /// Something else was expected next.
    pub(super) fn unreadable(&self, expected: &str) -> Fault {
        Fault::Line(match self.peek() {
            Some(word) => format!("{word} stands where {expected} should"),
            None => format!("{expected} is missing"),
        })
    }

    pub(super) fn whole<T: std::str::FromStr>(&mut self) -> Parsed<T> {
        whole(self.next()?)
    }

    pub(super) fn share(&mut self) -> Parsed<u32> {
        measure::share(self.next()?)
    }

    pub(super) fn time(&mut self) -> Parsed<Timestamp> {
        measure::time(self.next()?)
    }

    pub(super) fn duration(&mut self) -> Parsed<u64> {
        measure::duration(self.next()?)
    }

    pub(super) fn side(&mut self) -> Parsed<Side> {
        match self.next()? {
            "buys" => Ok(Side::Buy),
            "sells" => Ok(Side::Sell),
            other => Err(Fault::Line(format!("{other} is not buys or sells"))),
        }
    }

    /// `gtc`, `ioc`, `fok`, `day` or `gtd` with a time, if one of them is next.
    pub(super) fn time_in_force(&mut self) -> Parsed<Option<TimeInForce>> {
        let found = match self.peek() {
            Some("gtc") => TimeInForce::GoodTillCancel,
            Some("ioc") => TimeInForce::ImmediateOrCancel,
            Some("fok") => TimeInForce::FillOrKill,
            Some("day") => TimeInForce::Day,
            Some("gtd") => {
                self.next()?;
                return Ok(Some(TimeInForce::GoodTillDate(self.time()?)));
            }
            _ => return Ok(None),
        };
        self.next()?;
        Ok(Some(found))
    }

    pub(super) fn symbol(&mut self) -> Parsed<Symbol> {
        symbol(self.next()?)
    }

    pub(super) fn asset(&mut self) -> Parsed<AssetId> {
        let text = self.next()?;
        if let Some(number) = raw(text)? {
            return Ok(AssetId::new(number));
        }
        let found = self.exchange().find_asset(symbol(text)?);
        found.ok_or_else(|| Fault::Line(format!("no asset {text}")))
    }

    pub(super) fn instrument(&mut self) -> Parsed<InstrumentId> {
        let text = self.next()?;
        if let Some(number) = raw(text)? {
            return Ok(InstrumentId::new(number));
        }
        let found = self.exchange().find_instrument(symbol(text)?);
        found.ok_or_else(|| Fault::Line(format!("no instrument {text}")))
    }

    /// The account whose name is next.
    pub(super) fn account(&mut self) -> Parsed<AccountId> {
        let text = self.next()?;
        if text == "venue" {
            return Ok(AccountId::VENUE);
        }
        if let Some(number) = raw(text)? {
            return Ok(AccountId::new(number));
        }
        let name = AccountName::new(text).map_err(|error| Fault::Line(error.to_string()))?;
        self.exchange().find_account(name).ok_or_else(|| Fault::Line(format!("no account {text}")))
    }

    pub(super) fn order(&mut self) -> Parsed<OrderId> {
        let text = self.next()?;
        if let Some(number) = raw(text)? {
            return OrderId::new(number).ok_or_else(|| Fault::Line("orders count from 1".to_owned()));
        }
        let order = self.session.labels.get(text).copied();
        order.ok_or_else(|| Fault::Line(format!("no accepted order is called {text}")))
    }

    pub(super) fn amount(&mut self, asset: AssetId) -> Parsed<Amount> {
        amount(self.exchange(), self.next()?, asset)
    }

    pub(super) fn price(&mut self, instrument: InstrumentId) -> Parsed<Price> {
        price(self.exchange(), self.next()?, instrument)
    }

    pub(super) fn quantity(&mut self, instrument: InstrumentId) -> Parsed<Qty> {
        quantity(self.exchange(), self.next()?, instrument)
    }

    /// A distance in steps of the price, such as `0.05`, as a number of ticks; or that number behind a `#`.
    pub(super) fn ticks<T: TryFrom<i64>>(&mut self, instrument: InstrumentId) -> Parsed<T> {
        let ticks = match self.peek().map(raw::<i64>).transpose()?.flatten() {
            Some(ticks) => self.next().map(|_| ticks)?,
            None => self.price(instrument)?.get(),
        };
        T::try_from(ticks).map_err(|_| Fault::Line(format!("{ticks} ticks are too many here")))
    }

    pub(super) const fn session(&self) -> &'a Session {
        self.session
    }

    pub(super) const fn exchange(&self) -> &'a Exchange {
        &self.session.exchange
    }
}

/// The number behind a `#`.
fn raw<T: std::str::FromStr>(text: &str) -> Parsed<Option<T>> {
    match text.strip_prefix('#') {
        Some(number) => whole(number).map(Some),
        None => Ok(None),
    }
}

pub(super) fn whole<T: std::str::FromStr>(text: &str) -> Parsed<T> {
    text.parse().map_err(|_| Fault::Line(format!("{text} is not a whole number in range")))
}

fn symbol(text: &str) -> Parsed<Symbol> {
    Symbol::new(text).map_err(|error| Fault::Number(format!("the symbol {error}")))
}

pub(super) fn fee(ppm: i32) -> Parsed<FeeRate> {
    FeeRate::from_ppm(ppm).map_err(|error| Fault::Number(error.to_string()))
}

/// An amount of an asset, whose decimals it is read by.
pub(super) fn amount(exchange: &Exchange, text: &str, asset: AssetId) -> Parsed<Amount> {
    if let Some(units) = raw(text)? {
        return Amount::new(units).map_err(|error| Fault::Number(error.to_string()));
    }
    let asset = exchange.asset(asset).ok_or_else(|| Fault::Line("no asset for decimals".to_owned()))?;
    asset.parse_amount(text).map_err(|error| Fault::Number(format!("amount {error}")))
}

/// A price of an instrument, whose tick it is read by.
pub(super) fn price(exchange: &Exchange, text: &str, instrument: InstrumentId) -> Parsed<Price> {
    if let Some(ticks) = raw(text)? {
        return Price::new(ticks).map_err(|error| Fault::Number(error.to_string()));
    }
    let instrument = exchange.instrument(instrument);
    let instrument = instrument.ok_or_else(|| Fault::Line("no instrument for decimals".to_owned()))?;
    instrument.parse_price(text).map_err(|error| Fault::Number(format!("price {error}")))
}

/// A quantity of an instrument, whose lot it is read by.
pub(super) fn quantity(exchange: &Exchange, text: &str, instrument: InstrumentId) -> Parsed<Qty> {
    if let Some(lots) = raw(text)? {
        return Qty::new(lots).map_err(|error| Fault::Number(error.to_string()));
    }
    let instrument = exchange.instrument(instrument);
    let instrument = instrument.ok_or_else(|| Fault::Line("no instrument for decimals".to_owned()))?;
    instrument.parse_quantity(text).map_err(|error| Fault::Number(format!("quantity {error}")))
}
