//! A command as the JSON object that [`parse`](crate::parse) reads back.

use outcry_engine::{AccountName, Command, Exchange, Quote, Side, Symbol};
use serde::Serialize;

use crate::decimal::DecimalText;
use crate::word::Word;
use crate::write::condition::{ConditionsText, ReachText, TriggerText};
use crate::write::order::{OrderPriceText, OrderTermsText};
use crate::write::session::{PhaseEndText, phase};
use crate::write::setting::{AccountSettingText, InstrumentSettingText, MarketSettingText};
use crate::write::{Names, Scale};

/// A command with names for ids and decimals for integers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub enum CommandText {
    CreateAsset {
        symbol: Symbol,
        decimals: u8,
    },
    CreateInstrument {
        symbol: Symbol,
        base: Symbol,
        quote: Symbol,
        tick: DecimalText,
        lot: DecimalText,
        maker_fee_ppm: i32,
        taker_fee_ppm: i32,
    },
    OpenAccount {
        name: AccountName,
    },
    Deposit {
        account: AccountName,
        asset: Symbol,
        amount: DecimalText,
    },
    Withdraw {
        account: AccountName,
        asset: Symbol,
        amount: DecimalText,
    },
    Place {
        #[serde(flatten)]
        terms: OrderTermsText,
        #[serde(skip_serializing_if = "Option::is_none")]
        conditions: Option<ConditionsText>,
    },
    PlacePair {
        limit: OrderTermsText,
        trigger: TriggerText,
        then: OrderPriceText,
        #[serde(skip_serializing_if = "Option::is_none")]
        protection: Option<ReachText>,
    },
    PlaceBracket {
        entry: OrderTermsText,
        profit: DecimalText,
        loss: DecimalText,
        then: OrderPriceText,
        #[serde(skip_serializing_if = "Option::is_none")]
        protection: Option<ReachText>,
    },
    PlaceCash {
        account: AccountName,
        instrument: Symbol,
        amount: DecimalText,
    },
    Cancel {
        account: AccountName,
        order: u64,
    },
    CancelOrders {
        account: AccountName,
        #[serde(skip_serializing_if = "Option::is_none")]
        instrument: Option<Symbol>,
        #[serde(skip_serializing_if = "Option::is_none")]
        side: Option<&'static str>,
    },
    Replace {
        account: AccountName,
        order: u64,
        price: DecimalText,
        quantity: DecimalText,
    },
    Quote {
        account: AccountName,
        quotes: Vec<QuoteText>,
    },
    BlockAccount {
        account: AccountName,
    },
    UnblockAccount {
        account: AccountName,
    },
    SetInstrument {
        instrument: Symbol,
        #[serde(flatten)]
        setting: InstrumentSettingText,
    },
    SetAccount {
        account: AccountName,
        #[serde(flatten)]
        setting: AccountSettingText,
    },
    SetMarket {
        #[serde(flatten)]
        setting: MarketSettingText,
    },
    SetPhase {
        instrument: Symbol,
        phase: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        interval_nanos: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<PhaseEndText>,
    },
    HaltMarket,
    ResumeMarket,
    AdvanceClock,
    OpenDesk {
        account: AccountName,
        sells: Symbol,
        cap: DecimalText,
    },
    SetRate {
        desk: u32,
        money: Symbol,
        rate: DecimalText,
    },
    BuyAtDesk {
        desk: u32,
        account: AccountName,
        money: Symbol,
        amount: DecimalText,
        key: String,
    },
}

/// Both sides of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct QuoteText {
    pub instrument: Symbol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bid: Option<QuoteSideText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<QuoteSideText>,
}

/// One side of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields are those of docs/exec.md")]
pub struct QuoteSideText {
    pub price: DecimalText,
    pub quantity: DecimalText,
}

impl CommandText {
    /// Writes a command with the names of `exchange`, in its state before the command.
    ///
    /// `None` if the command names something the exchange does not have, such as an order that is not open: that
    /// has no text (and the exchange refuses it).
    #[must_use]
    pub fn new(command: &Command, exchange: &Exchange) -> Option<Self> {
        let names = Names(exchange);
        Some(match command {
            Command::CreateAsset { symbol, decimals } => {
                Self::CreateAsset { symbol: *symbol, decimals: *decimals }
            }
            Command::CreateInstrument(terms) => Self::CreateInstrument {
                symbol: terms.symbol,
                base: names.asset(terms.base)?,
                quote: names.asset(terms.quote)?,
                tick: DecimalText(terms.tick),
                lot: DecimalText(terms.lot),
                maker_fee_ppm: terms.maker_fee.ppm(),
                taker_fee_ppm: terms.taker_fee.ppm(),
            },
            Command::OpenAccount { name } => Self::OpenAccount { name: *name },
            &Command::Deposit { account, asset, amount } => Self::Deposit {
                account: names.account(account)?,
                asset: names.asset(asset)?,
                amount: names.amount(asset, amount)?,
            },
            &Command::Withdraw { account, asset, amount } => Self::Withdraw {
                account: names.account(account)?,
                asset: names.asset(asset)?,
                amount: names.amount(asset, amount)?,
            },
            Command::PlaceOrder(order) => {
                Self::Place { terms: OrderTermsText::new(names, order)?, conditions: None }
            }
            Command::PlaceConditional(order) => {
                let scale = names.scale(order.terms.instrument)?;
                Self::Place {
                    terms: OrderTermsText::new(names, &order.terms)?,
                    conditions: Some(ConditionsText::new(scale, &order.conditions)),
                }
            }
            Command::PlacePair(pair) => {
                let scale = names.scale(pair.limit.instrument)?;
                Self::PlacePair {
                    limit: OrderTermsText::new(names, &pair.limit)?,
                    trigger: TriggerText::new(scale, pair.trigger),
                    then: OrderPriceText::new(scale, pair.then),
                    protection: pair.protection.map(|bound| ReachText::of_protection(scale, bound)),
                }
            }
            Command::PlaceBracket(bracket) => {
                let scale = names.scale(bracket.entry.instrument)?;
                Self::PlaceBracket {
                    entry: OrderTermsText::new(names, &bracket.entry)?,
                    profit: scale.price(bracket.profit),
                    loss: scale.price(bracket.loss),
                    then: OrderPriceText::new(scale, bracket.then),
                    protection: bracket.protection.map(|bound| ReachText::of_protection(scale, bound)),
                }
            }
            &Command::PlaceCashOrder { account, instrument, amount } => {
                let scale = names.scale(instrument)?;
                Self::PlaceCash {
                    account: names.account(account)?,
                    instrument: scale.symbol(),
                    amount: names.quote_amount(scale, amount)?,
                }
            }
            &Command::CancelOrder { account, order } => {
                Self::Cancel { account: names.account(account)?, order: order.get() }
            }
            &Command::CancelOrders { account, instrument, side } => Self::CancelOrders {
                account: names.account(account)?,
                instrument: match instrument {
                    Some(instrument) => Some(names.scale(instrument)?.symbol()),
                    None => None,
                },
                side: side.map(Side::text),
            },
            &Command::ReplaceOrder { account, order, price, quantity } => {
                let scale = names.scale(exchange.order(order)?.instrument)?;
                Self::Replace {
                    account: names.account(account)?,
                    order: order.get(),
                    price: scale.price(price),
                    quantity: scale.quantity(quantity.lots()),
                }
            }
            Command::Quote(mass) => Self::Quote {
                account: names.account(mass.account)?,
                quotes: mass
                    .quotes
                    .iter()
                    .map(|quote| QuoteText::new(names, quote))
                    .collect::<Option<_>>()?,
            },
            &Command::BlockAccount { account } => Self::BlockAccount { account: names.account(account)? },
            &Command::UnblockAccount { account } => Self::UnblockAccount { account: names.account(account)? },
            Command::SetInstrument { instrument, setting } => {
                let scale = names.scale(*instrument)?;
                Self::SetInstrument {
                    instrument: scale.symbol(),
                    setting: InstrumentSettingText::new(names, scale, setting)?,
                }
            }
            Command::SetAccount { account, setting } => Self::SetAccount {
                account: names.account(*account)?,
                setting: AccountSettingText::new(names, setting)?,
            },
            Command::SetMarket { setting } => {
                Self::SetMarket { setting: MarketSettingText::new(names, setting)? }
            }
            &Command::SetPhase { instrument, phase: follows, end } => {
                let (phase, interval_nanos) = phase(follows);
                Self::SetPhase {
                    instrument: names.scale(instrument)?.symbol(),
                    phase,
                    interval_nanos,
                    end: end.map(PhaseEndText::new),
                }
            }
            Command::HaltMarket => Self::HaltMarket,
            Command::ResumeMarket => Self::ResumeMarket,
            Command::AdvanceClock => Self::AdvanceClock,
            &Command::OpenDesk { account, sells, cap } => Self::OpenDesk {
                account: names.account(account)?,
                sells: names.asset(sells)?,
                cap: names.amount(sells, cap)?,
            },
            &Command::SetRate { desk, money, rate } => Self::SetRate {
                desk: desk.get(),
                money: names.asset(money)?,
                rate: DecimalText(rate.decimal()),
            },
            &Command::BuyAtDesk { desk, account, money, amount, key } => Self::BuyAtDesk {
                desk: desk.get(),
                account: names.account(account)?,
                money: names.asset(money)?,
                amount: names.amount(money, amount)?,
                key: format!("{:032x}", key.get()),
            },
        })
    }
}

impl QuoteText {
    fn new(names: Names<'_>, quote: &Quote) -> Option<Self> {
        let scale = names.scale(quote.instrument)?;
        let side = |side: Option<_>| side.map(|side| QuoteSideText::new(scale, side));
        Some(Self { instrument: scale.symbol(), bid: side(quote.bid), ask: side(quote.ask) })
    }
}

impl QuoteSideText {
    fn new(scale: Scale<'_>, (price, quantity): (outcry_engine::Price, outcry_engine::Qty)) -> Self {
        Self { price: scale.price(price), quantity: scale.quantity(quantity.lots()) }
    }
}
