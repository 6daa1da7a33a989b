//! A command as the JSON object that [`parse`](crate::parse) reads back.

use outcry_engine::{
    AccountName, Command, Exchange, Instrument, OrderPrice, Posting, Side, Symbol, TimeInForce,
};
use serde::Serialize;

use crate::decimal::DecimalText;

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
        maker_fee_ppm: u32,
        taker_fee_ppm: u32,
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
        account: AccountName,
        instrument: Symbol,
        side: &'static str,
        #[serde(rename = "type")]
        kind: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        price: Option<DecimalText>,
        quantity: DecimalText,
        time_in_force: &'static str,
        post_only: bool,
    },
    Cancel {
        account: AccountName,
        order: u64,
    },
    Replace {
        account: AccountName,
        order: u64,
        price: DecimalText,
        quantity: DecimalText,
    },
}

impl CommandText {
    /// Writes a command with the names of `exchange`, in its state before the command.
    ///
    /// `None` if the command names something the exchange does not have, such as an order that is not open: that
    /// has no text (and the exchange refuses it).
    #[must_use]
    pub fn new(command: &Command, exchange: &Exchange) -> Option<Self> {
        let account = |id| exchange.account(id).map(outcry_engine::Account::name);
        let asset = |id| exchange.asset(id).map(outcry_engine::Asset::symbol);
        Some(match *command {
            Command::CreateAsset { symbol, decimals } => Self::CreateAsset { symbol, decimals },
            Command::CreateInstrument(terms) => Self::CreateInstrument {
                symbol: terms.symbol,
                base: asset(terms.base)?,
                quote: asset(terms.quote)?,
                tick: DecimalText(terms.tick),
                lot: DecimalText(terms.lot),
                maker_fee_ppm: terms.maker_fee.ppm(),
                taker_fee_ppm: terms.taker_fee.ppm(),
            },
            Command::OpenAccount { name } => Self::OpenAccount { name },
            Command::Deposit { account: id, asset, amount } => {
                let asset = exchange.asset(asset)?;
                let amount = DecimalText(asset.decimal(amount));
                Self::Deposit { account: account(id)?, asset: asset.symbol(), amount }
            }
            Command::Withdraw { account: id, asset, amount } => {
                let asset = exchange.asset(asset)?;
                let amount = DecimalText(asset.decimal(amount));
                Self::Withdraw { account: account(id)?, asset: asset.symbol(), amount }
            }
            Command::PlaceOrder(order) => {
                let instrument = exchange.instrument(order.instrument)?;
                Self::Place {
                    account: account(order.account)?,
                    instrument: instrument.symbol(),
                    side: side_text(order.side),
                    kind: kind_text(order.price),
                    price: limit_text(instrument, order.price),
                    quantity: DecimalText(instrument.quantity_decimal(order.quantity.lots())),
                    time_in_force: time_in_force_text(order.time_in_force),
                    post_only: order.posting == Posting::PostOnly,
                }
            }
            Command::CancelOrder { account: id, order } => {
                Self::Cancel { account: account(id)?, order: order.get() }
            }
            Command::ReplaceOrder { account: id, order, price, quantity } => {
                let instrument = exchange.instrument(exchange.order(order)?.instrument)?;
                Self::Replace {
                    account: account(id)?,
                    order: order.get(),
                    price: DecimalText(instrument.price_decimal(price)),
                    quantity: DecimalText(instrument.quantity_decimal(quantity.lots())),
                }
            }
        })
    }
}

pub(crate) fn limit_text(instrument: &Instrument, price: OrderPrice) -> Option<DecimalText> {
    match price {
        OrderPrice::Limit(price) => Some(DecimalText(instrument.price_decimal(price))),
        OrderPrice::Market => None,
    }
}

pub(crate) const fn side_text(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

pub(crate) const fn kind_text(price: OrderPrice) -> &'static str {
    match price {
        OrderPrice::Limit(_) => "limit",
        OrderPrice::Market => "market",
    }
}

pub(crate) const fn time_in_force_text(time_in_force: TimeInForce) -> &'static str {
    match time_in_force {
        TimeInForce::GoodTillCancel => "gtc",
        TimeInForce::ImmediateOrCancel => "ioc",
        TimeInForce::FillOrKill => "fok",
    }
}
