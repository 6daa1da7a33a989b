//! Reports as FIX 4.4 text, for reading: `8=FIX.4.4|9=...|35=8|...|10=...|`.
//!
//! The fields, their order and their values are those of FIX 4.4, with the values that its extensions added where 4.4 has
//! none (`ExecType` L, `LastLiquidityInd` 4). A bar stands where FIX has the character 1; body length and checksum are those
//! of the message with that character, so a program may put it back and read the message.

use std::fmt::{Display as Show, Write};

use rust_decimal::Decimal;

use super::report::Reason;
use super::{CancelReject, ExecutionReport, OrdStatus, Report, ResponseTo};
use crate::{
    AccountId, CancelReason, Exchange, Instrument, InstrumentId, Lots, OrderPrice, Posting, Price, Reject,
    RepriceReason, SelfTrade, Side, TimeInForce, Timestamp,
};

impl Report {
    /// The report as a FIX 4.4 message with bars between its fields. The exchange knows the names and decimals.
    #[must_use]
    pub fn fix(&self, exchange: &Exchange) -> String {
        match self {
            Self::Execution(report) => report.fix(exchange),
            Self::CancelReject(reject) => reject.fix(exchange),
        }
    }
}

impl ExecutionReport {
    /// The report as a FIX 4.4 `ExecutionReport` with bars between its fields.
    #[must_use]
    pub fn fix(&self, exchange: &Exchange) -> String {
        let terms = &self.terms;
        let words = Words { exchange, instrument: exchange.instrument(terms.instrument) };
        let order = self.order.map_or_else(|| "NONE".to_owned(), |order| order.to_string());
        let mut message = Message::begin('8', exchange, terms.account, (self.event, self.at));
        message.put(37, &order);
        message.put(17, format_args!("{}-{order}", self.event));
        message.put(150, self.exec_type.fix());
        message.put(39, self.status.fix());
        if let Some(Reason::Refused(reject)) = self.reason {
            message.put(103, reject_reason(&reject));
        }
        if let Some(restated) = self.restated {
            message.put(378, restated.fix());
        }
        message.put(1, words.account(terms.account));
        message.put(55, words.symbol(terms.instrument));
        message.put(54, if terms.side == Side::Buy { '1' } else { '2' });
        message.put(38, words.quantity(self.quantity));
        message.put(40, self.order_type());
        if let OrderPrice::Limit(price) = terms.price {
            message.put(44, words.price(price));
        }
        if let Some(trigger) = self.trigger {
            message.put(99, words.price(trigger));
        }
        message.put(59, time_in_force(terms.time_in_force));
        if terms.posting != Posting::Any {
            message.put(18, '6');
        }
        if let Some(fill) = self.fill {
            message.put(32, words.quantity(fill.quantity.lots()));
            message.put(31, words.price(fill.price));
        }
        message.put(151, words.quantity(self.leaves));
        message.put(14, words.quantity(self.average.filled()));
        message.put(6, words.instrument.map_or(Decimal::ZERO, |instrument| self.average.decimal(instrument)));
        if let Some(expires) = self.expires {
            message.put(126, utc(expires));
        }
        message.put(60, utc(self.at));
        if let Some(shown) = self.shown {
            message.put(111, words.quantity(shown));
        }
        if let Some(fill) = self.fill {
            message.put(851, fill.liquidity.fix());
            message.put(880, fill.trade);
        }
        match self.reason {
            Some(Reason::Refused(reject)) => message.put(58, exchange.explain(&reject)),
            Some(reason) => message.put(58, reason.text()),
            None => {}
        }
        message.end()
    }

    /// `OrdType`: a stop is told by its trigger price.
    const fn order_type(&self) -> char {
        match (self.terms.price, self.trigger) {
            (OrderPrice::Market, None) => '1',
            (OrderPrice::Limit(_), None) => '2',
            (OrderPrice::Market, Some(_)) => '3',
            (OrderPrice::Limit(_), Some(_)) => '4',
            (OrderPrice::MarketToLimit, _) => 'K',
        }
    }
}

impl CancelReject {
    /// The report as a FIX 4.4 `OrderCancelReject` with bars between its fields.
    #[must_use]
    pub fn fix(&self, exchange: &Exchange) -> String {
        let words = Words { exchange, instrument: None };
        let unknown = matches!(self.reject, Reject::UnknownOrder { .. } | Reject::UnknownAccount { .. });
        let mut message = Message::begin('9', exchange, self.account, (self.event, self.at));
        message.put(37, self.order);
        message.put(39, self.status.fix());
        message.put(1, words.account(self.account));
        message.put(60, utc(self.at));
        message.put(434, if self.response_to == ResponseTo::Cancel { '1' } else { '2' });
        let too_late =
            unknown && matches!(self.status, OrdStatus::Filled | OrdStatus::Canceled | OrdStatus::Expired);
        message.put(
            102,
            if too_late {
                0
            } else if unknown {
                1
            } else {
                99
            },
        );
        message.put(58, exchange.explain(&self.reject));
        message.end()
    }
}

/// `OrdRejReason`, tag 103.
const fn reject_reason(reject: &Reject) -> u8 {
    match reject {
        Reject::UnknownInstrument { .. } => 1,
        Reject::NotInPhase { .. } => 2,
        Reject::OrderLimit { .. }
        | Reject::NotionalLimit { .. }
        | Reject::PositionLimit { .. }
        | Reject::InsufficientFunds { .. }
        | Reject::NotionalTooLarge { .. }
        | Reject::TooManyOrders => 3,
        Reject::ExpiryPassed { .. } => 4,
        Reject::MarketOrderCannotRest | Reject::PostOnlyMustRest | Reject::Incompatible { .. } => 11,
        Reject::QuantityOutOfRange { .. } => 13,
        Reject::UnknownAccount { .. } => 15,
        Reject::OutsideBand { .. } => 16,
        Reject::OffTick { .. } => 18,
        _ => 99,
    }
}

const fn time_in_force(time: TimeInForce) -> char {
    match time {
        TimeInForce::Day => '0',
        TimeInForce::GoodTillCancel => '1',
        TimeInForce::ImmediateOrCancel => '3',
        TimeInForce::FillOrKill => '4',
        TimeInForce::GoodTillDate(_) => '6',
    }
}

impl Reason {
    /// In words.
    const fn text(self) -> &'static str {
        match self {
            Self::Canceled(reason) => match reason {
                CancelReason::Requested => "canceled by its owner",
                CancelReason::ImmediateOrCancel => "IOC: nothing more was there",
                CancelReason::FillOrKill => "FOK: it could not be filled whole",
                CancelReason::NoLiquidity => "nothing was there to trade with",
                CancelReason::Minimum => "its minimum was not there",
                CancelReason::Expired => "its time has come",
                CancelReason::SelfTrade => "self-trade prevention",
                CancelReason::Pair => "the other order of its pair",
                CancelReason::MassCancel => "mass cancel",
                CancelReason::AccountBlocked => "kill switch",
                CancelReason::Requoted => "quoted anew",
                CancelReason::NotCovered => "not covered",
                CancelReason::Interrupted => "trading was interrupted",
                CancelReason::Band => "nothing more within the price bands",
                CancelReason::Uncross => "it stood for the uncross only",
            },
            Self::Repriced(reason) => match reason {
                RepriceReason::PostOnly => "post-only: one step short of trading",
                RepriceReason::MarketToLimit => "market-to-limit: the price of its last fill",
                RepriceReason::Band => "at the price band",
                RepriceReason::PostClose => "the closing price",
            },
            Self::Prevented(rule) => match rule {
                SelfTrade::Allow => "self-trade prevention",
                SelfTrade::CancelNewest => "self-trade prevention: cancel newest",
                SelfTrade::CancelOldest => "self-trade prevention: cancel oldest",
                SelfTrade::CancelBoth => "self-trade prevention: cancel both",
                SelfTrade::Decrement => "self-trade prevention: decrement and cancel",
            },
            Self::Paired => "the other order of its pair was filled",
            Self::Refused(_) => "refused",
        }
    }
}

/// Names and decimals.
struct Words<'a> {
    exchange: &'a Exchange,
    instrument: Option<&'a Instrument>,
}

impl Words<'_> {
    fn account(&self, account: AccountId) -> String {
        self.exchange
            .account(account)
            .map_or_else(|| account.to_string(), |account| account.name().to_string())
    }

    fn symbol(&self, instrument: InstrumentId) -> String {
        self.instrument.map_or_else(|| instrument.to_string(), |instrument| instrument.symbol().to_string())
    }

    fn quantity(&self, lots: Lots) -> Decimal {
        self.instrument
            .map_or(Decimal::from(lots.get()), |instrument| instrument.quantity_decimal(lots).normalize())
    }

    fn price(&self, price: Price) -> Decimal {
        self.instrument.map_or(Decimal::from(price.get()), |instrument| instrument.price_decimal(price))
    }
}

/// A message as it is written: what follows the body length.
struct Message(String);

impl Message {
    fn begin(kind: char, exchange: &Exchange, account: AccountId, (event, at): (u64, Timestamp)) -> Self {
        let mut message = Self(String::with_capacity(256));
        message.put(35, kind);
        message.put(49, "OUTCRY");
        message.put(56, Words { exchange, instrument: None }.account(account));
        message.put(34, event);
        message.put(52, utc(at));
        message
    }

    fn put(&mut self, tag: u16, value: impl Show) {
        write!(self.0, "{tag}={value}\u{1}").expect("writing to a text does not fail");
    }

    /// The whole message, with bars.
    fn end(self) -> String {
        let whole = format!("8=FIX.4.4\u{1}9={}\u{1}{}", self.0.len(), self.0);
        let sum = whole.bytes().fold(0_u8, u8::wrapping_add);
        format!("{}10={sum:03}|", whole.replace('\u{1}', "|"))
    }
}

/// `UTCTimestamp`, with nine digits of a second.
fn utc(time: Timestamp) -> String {
    const SECOND: u64 = 1_000_000_000;
    let (seconds, nanos) = (time.nanos() / SECOND, time.nanos() % SECOND);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{year:04}{month:02}{day:02}-{hour:02}:{minute:02}:{:02}.{nanos:09}", second % 60)
}

/// Year, month and day so many days after 1 January 1970. Counted from 1 March of the year 0, so that the odd day of a leap
/// year is the last of its year.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (from_january, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, from_january, day - (153 * month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (31 + 27, (1970, 2, 28)),
            (31 + 28, (1970, 3, 1)),
            (10_957, (2000, 1, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_778, (2026, 11, 21)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), expected);
        }
        assert_eq!(
            utc(Timestamp::from_nanos(20_778 * 86_400_000_000_000 + 1)),
            "20261121-00:00:00.000000001"
        );
        assert_eq!(utc(Timestamp::from_nanos(u64::MAX)), "25540721-23:34:33.709551615");
    }

    #[test]
    fn length_and_checksum_are_those_of_the_message() {
        let mut message = Message(String::new());
        message.put(35, '0');
        message.put(49, "A");
        // 8=FIX.4.4 9=10 35=0 49=A, each with a character 1 behind it.
        let text = message.end();
        assert_eq!(&text[..text.len() - 7], "8=FIX.4.4|9=10|35=0|49=A|");
        let sum: u32 =
            text[..text.len() - 7].bytes().map(|byte| if byte == b'|' { 1 } else { u32::from(byte) }).sum();
        assert_eq!(text[text.len() - 7..], format!("10={:03}|", sum % 256));
    }
}
