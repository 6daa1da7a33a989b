//! Writes books, accounts and commands as lines of a scenario.

use std::fmt::Write as _;

use outcry_engine::{
    AccountId, Amount, AssetId, Command, Exchange, InstrumentId, Lots, NewOrder, OrderPrice, Posting, Price, Side,
    TimeInForce,
};

use super::Session;

/// Draws the book of an instrument, best prices in the middle.
pub(super) fn book(exchange: &Exchange, instrument: InstrumentId, out: &mut String) {
    let mut rows = vec![["bid".to_owned(), "price".to_owned(), "ask".to_owned()]];
    let cell = |level: &outcry_engine::Level| {
        format!("{} ({})", lots(exchange, instrument, level.quantity), level.orders)
    };
    let mut asks: Vec<_> = exchange.depth(instrument, Side::Sell).collect();
    asks.reverse();
    rows.extend(asks.iter().map(|ask| [String::new(), ticks(exchange, instrument, ask.price), cell(ask)]));
    rows.extend(
        exchange
            .depth(instrument, Side::Buy)
            .map(|bid| [cell(&bid), ticks(exchange, instrument, bid.price), String::new()]),
    );
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (bid, price) = (width(0), width(1));
    for [left, middle, right] in &rows {
        put(out, &format!("{left:>bid$} | {middle:>price$} | {right}"));
    }
    if rows.len() == 1 {
        put(out, "the book is empty");
    }
}

/// Draws the book order by order, the first to trade first.
pub(super) fn queue(session: &Session, instrument: InstrumentId, out: &mut String) {
    let exchange = &session.exchange;
    for side in [Side::Sell, Side::Buy] {
        for order in exchange.queue(instrument, side) {
            put(
                out,
                &format!(
                    "{} {} at {}: {} of {}{}",
                    verb(side),
                    session.label(order.order),
                    ticks(exchange, instrument, order.price),
                    lots(exchange, instrument, order.leaves.lots()),
                    lots(exchange, instrument, order.quantity.lots()),
                    if order.posting() == Posting::PostOnly { ", post-only" } else { "" }
                ),
            );
        }
    }
    if exchange.best(instrument, Side::Sell).is_none() && exchange.best(instrument, Side::Buy).is_none() {
        put(out, "nothing rests");
    }
}

/// Shows what an account has.
pub(super) fn balances(exchange: &Exchange, account: AccountId, out: &mut String) {
    let Some(known) = exchange.account(account) else { return put(out, "no such account") };
    for (asset, balance) in known.balances() {
        put(
            out,
            &format!(
                "{}: {} available, {} held",
                symbol(exchange, asset),
                units(exchange, asset, balance.available),
                units(exchange, asset, balance.held)
            ),
        );
    }
    put(out, &format!("open orders: {}", known.open_orders()));
}

/// Shows what an order would do.
pub(super) fn preview(exchange: &Exchange, order: &NewOrder, out: &mut String) {
    let preview = match exchange.preview(order) {
        Ok(preview) => preview,
        Err(reject) => return put(out, &format!("would be rejected {}", reject.code())),
    };
    let instrument = order.instrument;
    for fill in &preview.fills {
        let quantity = lots(exchange, instrument, fill.quantity);
        put(out, &format!("would trade {quantity} at {}", ticks(exchange, instrument, fill.price)));
    }
    let quote = exchange.instrument(instrument).expect("it was previewed").quote();
    put(
        out,
        &format!(
            "would fill {} for {} with fee {}, rest {} behind {}, cancel {}, set aside {} {}",
            lots(exchange, instrument, preview.filled),
            units(exchange, quote, preview.value),
            units(exchange, quote, preview.fee),
            lots(exchange, instrument, preview.rests),
            lots(exchange, instrument, preview.ahead),
            lots(exchange, instrument, preview.canceled),
            units(exchange, preview.pays.0, preview.pays.1),
            symbol(exchange, preview.pays.0)
        ),
    );
}

/// A command as the line that gives it, without a label.
pub(super) fn command(session: &Session, command: &Command) -> String {
    let exchange = &session.exchange;
    match *command {
        Command::CreateAsset { symbol, decimals } => format!("asset {symbol} decimals {decimals}"),
        Command::CreateInstrument(terms) => format!(
            "instrument {} of {} in {} tick {} lot {} fees {} {}",
            terms.symbol,
            symbol(exchange, terms.base),
            symbol(exchange, terms.quote),
            terms.tick,
            terms.lot,
            terms.maker_fee.ppm(),
            terms.taker_fee.ppm()
        ),
        Command::OpenAccount { name } => format!("account {name}"),
        Command::Deposit { account, asset, amount } => {
            let amount = units(exchange, asset, amount);
            format!("deposit {} {amount} {}", name(exchange, account), symbol(exchange, asset))
        }
        Command::Withdraw { account, asset, amount } => {
            let amount = units(exchange, asset, amount);
            format!("withdraw {} {amount} {}", name(exchange, account), symbol(exchange, asset))
        }
        Command::PlaceOrder(order) => place(exchange, &order),
        Command::CancelOrder { account, order } => {
            format!("{} cancels {}", name(exchange, account), session.label(order))
        }
        Command::ReplaceOrder { account, order, price, quantity } => format!(
            "{} replaces {} with #{} at #{}",
            name(exchange, account),
            session.label(order),
            quantity.get(),
            price.get()
        ),
        ref other => format!("# no scenario line gives {other:?}"),
    }
}

fn place(exchange: &Exchange, order: &NewOrder) -> String {
    let instrument = exchange.instrument(order.instrument);
    let price = match order.price {
        OrderPrice::Market => "market".to_owned(),
        OrderPrice::MarketToLimit => "market-to-limit".to_owned(),
        OrderPrice::Limit(price) => ticks(exchange, order.instrument, price),
    };
    let time_in_force = match order.time_in_force {
        TimeInForce::GoodTillCancel => "gtc".to_owned(),
        TimeInForce::ImmediateOrCancel => "ioc".to_owned(),
        TimeInForce::FillOrKill => "fok".to_owned(),
        TimeInForce::Day => "day".to_owned(),
        TimeInForce::GoodTillDate(time) => format!("gtd:{}", time.nanos()),
    };
    format!(
        "{} {} {} {} at {price} {time_in_force}{}",
        name(exchange, order.account),
        verb(order.side),
        lots(exchange, order.instrument, order.quantity.lots()),
        instrument.map_or(format!("#{}", order.instrument), |known| known.symbol().to_string()),
        match order.posting {
            Posting::Any => "",
            Posting::PostOnly => " post-only",
            Posting::PostOnlyReprice => " post-only-reprice",
        }
    )
}

pub(super) fn verb(side: Side) -> &'static str {
    match side {
        Side::Buy => "buys",
        Side::Sell => "sells",
    }
}

pub(super) fn name(exchange: &Exchange, account: AccountId) -> String {
    if account == AccountId::VENUE {
        return "venue".to_owned();
    }
    exchange.account(account).map_or(format!("#{account}"), |known| known.name().to_string())
}

pub(super) fn symbol(exchange: &Exchange, asset: AssetId) -> String {
    exchange.asset(asset).map_or(format!("#{asset}"), |known| known.symbol().to_string())
}

pub(super) fn units(exchange: &Exchange, asset: AssetId, amount: Amount) -> String {
    exchange.asset(asset).map_or(format!("#{}", amount.get()), |known| known.decimal(amount).to_string())
}

pub(super) fn ticks(exchange: &Exchange, instrument: InstrumentId, price: Price) -> String {
    exchange
        .instrument(instrument)
        .map_or(format!("#{}", price.get()), |known| known.price_decimal(price).to_string())
}

pub(super) fn lots(exchange: &Exchange, instrument: InstrumentId, lots: Lots) -> String {
    exchange
        .instrument(instrument)
        .map_or(format!("#{}", lots.get()), |known| known.quantity_decimal(lots).normalize().to_string())
}

pub(super) fn put(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("a string grows");
}
