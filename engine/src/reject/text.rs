//! What a reject says: what was given and what is allowed.
//!
//! Each message is written once. [`Display`](fmt::Display) says it in integer units, as a reject by itself knows no more;
//! [`Exchange::explain`](crate::Exchange::explain) says the same in decimals and symbols.

use std::fmt;

use super::wording::{Plain, Wording};
use crate::desk::Refusal;
use crate::limits::{
    CASH_UNITS_LIMIT, MAX_ACCOUNTS, MAX_AMOUNT, MAX_ASSETS, MAX_CASH_ORDERS, MAX_DECIMALS, MAX_DESKS,
    MAX_INSTRUMENTS, MAX_OPEN_ORDERS, MAX_PEAKS, MAX_QUOTES, WHOLE_PPM,
};
use crate::{Amount, Lots, Reject, TickTableError};

/// The reason in integer units; [`Exchange::explain`](crate::Exchange::explain) says it in decimals.
impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(&Plain))
    }
}

/// The reason in integer units.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(&Plain))
    }
}

impl Reject {
    /// The message in these words. A table, one line a reject.
    pub(crate) fn say(&self, words: &impl Wording) -> String {
        let quantity = |lots: Lots| words.quantity(None, lots);
        match *self {
            Self::MarketOrderCannotRest => {
                "a market order cannot rest: its time in force is IOC or FOK".to_owned()
            }
            Self::PostOnlyMustRest => {
                "a post-only order must be able to rest: a limit order that is GTC, DAY or GTD".to_owned()
            }
            Self::Incompatible { one, other } => format!("{one} and {other} do not go together"),
            Self::MinimumAboveQuantity { minimum, quantity: of } => {
                format!(
                    "a minimum of {} is above the {} of the order",
                    quantity(minimum.lots()),
                    quantity(of.lots())
                )
            }
            Self::PeakNotBelowQuantity { peak, quantity: of } => {
                format!(
                    "a peak of {} is not below the {} of the order",
                    quantity(peak.lots()),
                    quantity(of.lots())
                )
            }
            Self::PeakSpreadTooWide { peak, spread } => {
                format!("a spread of {} is not below the peak of {}", quantity(spread), quantity(peak.lots()))
            }
            Self::PeakTooSmall { smallest, least, quantity: of } => format!(
                "peaks of {} could be more than {MAX_PEAKS} for the {} of the order: they must be {} at least",
                quantity(smallest.lots()),
                quantity(of.lots()),
                quantity(least.lots())
            ),
            Self::ProtectionTooWide { ppm } => format!("a protection of {ppm} ppm is above {WHOLE_PPM}"),
            Self::ProtectionMissing => "a market order to buy that waits needs a protection".to_owned(),
            Self::BracketPrices { profit, loss } => format!(
                "the profit at {} is not beyond the loss at {}",
                words.price(None, profit),
                words.price(None, loss)
            ),
            Self::QuoteCount { given } => format!("{given} quotes given, 1 to {MAX_QUOTES} are allowed"),
            Self::QuoteCrossed { bid, ask } => {
                format!(
                    "the bid at {} is not below the ask at {}",
                    words.price(None, bid),
                    words.price(None, ask)
                )
            }
            Self::UnknownOrder { order } => format!("the account has no open {}", words.order(order)),
            Self::NotReplaceable { order, term } => {
                format!("{} cannot be replaced ({term}): cancel it and enter another", words.order(order))
            }
            Self::NotInPhase { instrument, phase, term } => {
                format!("{term} is not taken while {} is {phase}", words.instrument(instrument))
            }
            Self::SpendsNothing { instrument, amount } => format!(
                "{} does not buy {} now, the smallest quantity",
                words.value(instrument, amount),
                words.quantity(Some(instrument), Lots::new(1))
            ),
            Self::ExpiryPassed { expires, now } => {
                format!(
                    "the time {} ns is not after {} ns, the time of the command",
                    expires.nanos(),
                    now.nanos()
                )
            }
            Self::OffTick { instrument, price, step } => format!(
                "the price {} is not a multiple of the {} that are a step there",
                words.price(Some(instrument), price),
                words.step(instrument, step)
            ),
            Self::QuantityOutOfRange { instrument, quantity, min, max } => {
                let quantity_of = |lots| words.quantity(Some(instrument), lots);
                let least = quantity_of(Lots::new(min.get().max(1)));
                let given = quantity_of(quantity.lots());
                if max.is_zero() {
                    format!("the quantity {given} is below {least}, the smallest allowed")
                } else {
                    format!("the quantity {given} is outside {least} to {}", quantity_of(max))
                }
            }
            Self::NotionalTooSmall { instrument, value, min } => format!(
                "the order is worth {}, at least {} is allowed",
                words.value(instrument, value),
                words.value(instrument, min)
            ),
            Self::OutsideBand { instrument, price, low, high } => {
                let at = |price| words.price(Some(instrument), price);
                format!("the price {} is outside the band {} to {}", at(price), at(low), at(high))
            }
            Self::NoReference { instrument, term } => {
                format!("{term} needs a reference price, and {} has none yet", words.instrument(instrument))
            }
            Self::TrailTooWide { instrument, reference } => format!(
                "the trailing distance leads out of the range of prices from {}",
                words.price(Some(instrument), reference)
            ),
            Self::NotionalTooLarge { instrument, price, quantity } => {
                let at = price.map(|price| format!(" at {}", words.price(Some(instrument), price)));
                let (base, quote) = words.most(instrument);
                format!(
                    "{}{} is more than {base} or worth more than {quote}, the most that can exist",
                    words.quantity(Some(instrument), quantity.lots()),
                    at.unwrap_or_default()
                )
            }
            Self::InsufficientFunds { asset, needed, available } => {
                format!("{} needed, {} available", words.amount(asset, needed), words.again(asset, available))
            }
            Self::TooManyOrders => format!("the account has its {MAX_OPEN_ORDERS} open orders"),
            Self::OrderLimit { account, max } => {
                format!("{} has the {max} open orders that it may have", words.account(account))
            }
            Self::NotionalLimit { asset, value, max } => format!(
                "the order is worth {}, the account may enter {}",
                words.amount(asset, value),
                words.again(asset, max)
            ),
            Self::PositionLimit { asset, position, max } => format!(
                "with this order the account could own {}, it may own {}",
                words.amount(asset, position),
                words.again(asset, max)
            ),
            Self::BelowFilled { instrument, quantity, filled } => format!(
                "the total {} is not above the {} filled already",
                words.quantity(Some(instrument), quantity.lots()),
                words.quantity(Some(instrument), filled.lots())
            ),
            Self::PostOnlyWouldTake { instrument, price, best } => format!(
                "post-only at {} would trade at once: the best opposite price is {}",
                words.price(Some(instrument), price),
                words.price(Some(instrument), best)
            ),
            Self::TooManyDecimals { decimals } => {
                format!("{decimals} decimals, at most {MAX_DECIMALS} are allowed")
            }
            Self::BaseIsQuote { asset } => format!("base and quote are both {}", words.asset(asset)),
            Self::AmountNotPositive { amount } => {
                format!("the amount {} is not above zero", words.bare_amount(amount))
            }
            Self::UnknownAsset { asset } => format!("there is no asset {asset}"),
            Self::UnknownInstrument { instrument } => format!("there is no instrument {instrument}"),
            Self::UnknownDesk { desk } => format!("there is no cash desk {desk}"),
            Self::UnknownAccount { account } => format!("there is no account {account}"),
            Self::SymbolTaken { symbol } => format!("the symbol {symbol} is taken"),
            Self::NameTaken { name } => format!("the account name {name} is taken"),
            Self::LotNotRepresentable { lot, decimals } => {
                format!("lot {lot} is not a whole number of the base's minor units ({decimals} decimals)")
            }
            Self::TickNotRepresentable { tick, lot, decimals } => format!(
                "tick {tick} x lot {lot} is not a whole number of the quote's minor units ({decimals} decimals)"
            ),
            Self::VenueAccount => "account 0 is the venue's own and only receives fees".to_owned(),
            Self::AccountBlocked { account } => {
                format!("the kill switch of {} is set", words.account(account))
            }
            Self::Allocation(error) => error.to_string(),
            Self::Band(error) => error.to_string(),
            Self::TickTable(TickTableError::NotRising { last, from }) => format!(
                "a row from {} does not begin above the last one, {}",
                words.price(None, from),
                words.price(None, last)
            ),
            Self::TickTable(error) => error.to_string(),
            Self::SettingOutOfRange { setting, given, min, max } => {
                format!("{setting} {given} is outside {min} to {max}")
            }
            Self::ShortOwed { asset, owed, amount } => format!(
                "a short limit of {} is below the {} that the account owes",
                words.amount(asset, amount),
                words.amount(asset, owed)
            ),
            Self::Desk(refusal) => refusal.say(words),
            Self::SupplyTooLarge { asset, supply, amount } => format!(
                "{} more beside {} would exceed {}, the most that can exist",
                words.amount(asset, amount),
                words.again(asset, supply),
                words.again(asset, Amount::proved(MAX_AMOUNT))
            ),
            Self::TooManyAssets => format!("the exchange has its {MAX_ASSETS} assets"),
            Self::TooManyInstruments => format!("the exchange has its {MAX_INSTRUMENTS} instruments"),
            Self::TooManyAccounts => format!("the exchange has its {MAX_ACCOUNTS} accounts"),
            Self::TooManyDesks => format!("the exchange has its {MAX_DESKS} cash desks"),
        }
    }
}

impl Refusal {
    /// The message in these words.
    pub(crate) fn say(&self, words: &impl Wording) -> String {
        match *self {
            Self::CapNotPositive { cap } => format!("the cap {} is not above zero", words.bare_amount(cap)),
            Self::RateNotPositive { rate } => format!("the rate {rate} is not above zero"),
            Self::AmountNotPositive { amount } => {
                format!("the amount {} is not above zero", words.bare_amount(amount))
            }
            Self::AmountTooLarge { money, amount, limit } => format!(
                "the amount {} is not below {} ({CASH_UNITS_LIMIT} whole units)",
                words.amount(money, amount),
                words.again(money, limit)
            ),
            Self::CurrencyNotTaken { money } => format!("the desk has no rate for {}", words.asset(money)),
            Self::OwnAsset { asset } => {
                format!("{} is what the desk sells: it has no rate", words.asset(asset))
            }
            Self::OwnDesk { account } => {
                format!("{} is the desk's own and cannot buy from it", words.account(account))
            }
            Self::TooManyCashOrders => format!("the desk has its {MAX_CASH_ORDERS} purchases"),
            Self::AboveCap { asset, cap, sold, coins } => {
                let coins = match coins {
                    Some(coins) => words.amount(asset, coins),
                    None => format!("more than {}", words.amount(asset, Amount::proved(MAX_AMOUNT))),
                };
                let (sold, cap) = (words.again(asset, sold), words.again(asset, cap));
                format!("{coins} beside {sold} sold would exceed the cap {cap}")
            }
            Self::ClientShort { asset, needed, available } => {
                format!("{} needed, {} available", words.amount(asset, needed), words.again(asset, available))
            }
            Self::DeskShort { asset, needed, available } => format!(
                "the desk needs {}, {} available",
                words.amount(asset, needed),
                words.again(asset, available)
            ),
        }
    }
}
