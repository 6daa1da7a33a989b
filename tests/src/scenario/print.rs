//! Writes books, accounts and commands as lines of a scenario.

use std::fmt::Write as _;

use outcry_engine::life::{ExecType, Report};
use outcry_engine::{
    AccountId, Amount, AssetId, CashOrderId, Command, Conditions, DeskId, Exchange, InstrumentId, Layer,
    Lots, NewOrder, OrderId, Posting, Price, Qty, RestingOrder, Side, TimeInForce,
};

use rust_decimal::Decimal;

use super::Session;
use super::event::words;
use super::measure::written_time;
use super::settings::{written_for_account, written_for_instrument, written_for_market, written_phase};
use super::terms::{Terms, verb};

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
    let orders = [Side::Sell, Side::Buy].into_iter().flat_map(|side| exchange.queue(instrument, side));
    list(session, orders.collect(), out);
}

/// Draws what rests unseen order by order: best price first, then the order accepted first.
pub(super) fn dark(session: &Session, instrument: InstrumentId, out: &mut String) {
    let open = session.instruments.keys().filter_map(|&order| session.exchange.order(order));
    let mut orders: Vec<_> =
        open.filter(|order| order.instrument == instrument && order.layer == Layer::Dark).collect();
    orders.sort_by_key(|order| match order.side {
        Side::Sell => (0, order.price.get(), order.order),
        Side::Buy => (1, -order.price.get(), order.order),
    });
    list(session, orders, out);
}

fn list(session: &Session, orders: Vec<RestingOrder>, out: &mut String) {
    let exchange = &session.exchange;
    if orders.is_empty() {
        put(out, "nothing rests");
    }
    for order in orders {
        put(
            out,
            &format!(
                "{} {} at {}: {} of {}{}",
                verb(order.side),
                session.label(order.order),
                ticks(exchange, order.instrument, order.price),
                lots(exchange, order.instrument, order.leaves.lots()),
                lots(exchange, order.instrument, order.quantity.lots()),
                if order.posting() == Posting::PostOnly { ", post-only" } else { "" }
            ),
        );
    }
}

/// Says what a quantity costs or brings now, all or nothing.
pub(super) fn price(
    exchange: &Exchange,
    instrument: InstrumentId,
    side: Side,
    quantity: Qty,
    out: &mut String,
) {
    let quote = exchange.instrument(instrument).map(outcry_engine::Instrument::quote);
    match (exchange.price(instrument, side, quantity), quote) {
        (Ok(total), Some(quote)) => {
            put(out, &format!("{} {}", units(exchange, quote, total), symbol(exchange, quote)));
        }
        (Ok(total), None) => put(out, &format!("#{}", total.get())),
        (Err(outcry_engine::NoPrice::TooThin { there }), _) => {
            put(out, &format!("too thin: {} there", lots(exchange, instrument, there)));
        }
        (Err(reason), _) => put(out, &reason.to_string()),
    }
}

/// Lists purchases of a desk, newest first.
pub(super) fn purchases(
    exchange: &Exchange,
    desk: DeskId,
    before: Option<CashOrderId>,
    size: u32,
    out: &mut String,
) {
    let Some(known) = exchange.desk(desk) else { return put(out, "no such desk") };
    let page = match known.page(before, size) {
        Ok(page) => page,
        Err(error) => return put(out, &error.to_string()),
    };
    if page.len() == 0 {
        put(out, "no purchase");
    }
    for purchase in page {
        let order = purchase.order;
        put(
            out,
            &format!(
                "{}: {} spent {} {} at {} for {} {}",
                purchase.id,
                name(exchange, order.client),
                units(exchange, order.money, order.amount),
                symbol(exchange, order.money),
                purchase.rate.decimal(),
                units(exchange, known.sells(), purchase.coins),
                symbol(exchange, known.sells())
            ),
        );
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

/// Lists the execution reports of an order, those left out that only say where it is.
pub(super) fn reports(session: &Session, order: OrderId, out: &mut String) {
    let exchange = &session.exchange;
    for report in &session.reports {
        let Report::Execution(report) = report else { continue };
        if report.order != Some(order) || report.exec_type == ExecType::OrderStatus {
            continue;
        }
        let instrument = report.terms.instrument;
        let average = match (report.average.fraction(), exchange.instrument(instrument)) {
            (Some(_), Some(known)) => format!(" at {}", report.average.decimal(known)),
            _ => String::new(),
        };
        put(
            out,
            &format!(
                "{}, {}: filled {}{average}, left {}",
                words(report.exec_type),
                words(report.status),
                lots(exchange, instrument, report.average.filled()),
                lots(exchange, instrument, report.leaves)
            ),
        );
    }
}

/// Shows what an account made of an instrument, at the price of the last trade.
pub(super) fn position(session: &Session, account: AccountId, instrument: InstrumentId, out: &mut String) {
    let exchange = &session.exchange;
    let position = session.positions.of(account, instrument);
    let Some(known) = exchange.instrument(instrument) else { return put(out, "no such instrument") };
    let money = |value: i128| {
        let value = i64::try_from(value * i128::from(known.tick_value())).ok();
        let value = value.and_then(|value| Amount::new(value).ok());
        let text = value.map_or("too much".to_owned(), |value| units(exchange, known.quote(), value));
        format!("{text} {}", symbol(exchange, known.quote()))
    };
    let realised = format!("realised {}", money(position.realised()));
    if position.lots() == 0 {
        return put(out, &format!("nothing, {realised}"));
    }
    let average = Decimal::from(position.cost()) / Decimal::from(position.lots().abs());
    let average = (average * known.terms().tick).round_dp(6).normalize();
    let size = (Decimal::from(position.lots()) * known.terms().lot).normalize();
    let unrealised = exchange.last_price(instrument).map_or(String::new(), |mark| {
        format!(", unrealised {} at {}", money(position.unrealised(mark)), ticks(exchange, instrument, mark))
    });
    put(out, &format!("{size} at {average} on average, {realised}{unrealised}"));
}

/// Shows what an order would do.
pub(super) fn preview(exchange: &Exchange, order: &NewOrder, conditions: &Conditions, out: &mut String) {
    let preview = match exchange.preview_with(order, conditions) {
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
        Command::PlaceConditional(ref order) => {
            let terms = Terms { exchange, instrument: order.terms.instrument };
            format!("{}{}", place(exchange, &order.terms), terms.conditions(&order.conditions))
        }
        Command::PlacePair(ref pair) => {
            let terms = Terms { exchange, instrument: pair.limit.instrument };
            let exit = terms.exit(pair.then, pair.protection);
            format!("{} or {} {exit}", place(exchange, &pair.limit), terms.trigger(pair.trigger))
        }
        Command::PlaceBracket(ref bracket) => {
            let instrument = bracket.entry.instrument;
            let exit = Terms { exchange, instrument }.exit(bracket.then, bracket.protection);
            let [profit, loss] =
                [bracket.profit, bracket.loss].map(|price| ticks(exchange, instrument, price));
            format!("{} with profit {profit} loss {loss} {exit}", place(exchange, &bracket.entry))
        }
        Command::PlaceCashOrder { account, instrument, amount } => {
            let quote = exchange.instrument(instrument).map(outcry_engine::Instrument::quote);
            let (amount, money) = match quote {
                Some(quote) => (units(exchange, quote, amount), symbol(exchange, quote)),
                None => (format!("#{}", amount.get()), "#0".to_owned()),
            };
            format!("{} spends {amount} {money} on {}", name(exchange, account), listed(exchange, instrument))
        }
        Command::CancelOrder { account, order } => {
            format!("{} cancels {}", name(exchange, account), session.label(order))
        }
        Command::CancelOrders { account, instrument, side } => {
            let instrument = instrument.map(|instrument| format!(" {}", listed(exchange, instrument)));
            let side = side.map(|side| format!(" {}", verb(side)));
            let (instrument, side) = (instrument.unwrap_or_default(), side.unwrap_or_default());
            format!("{} cancels all{instrument}{side}", name(exchange, account))
        }
        Command::ReplaceOrder { account, order, price, quantity } => format!(
            "{} replaces {} with #{} at #{}",
            name(exchange, account),
            session.label(order),
            quantity.get(),
            price.get()
        ),
        Command::Quote(ref quote) => {
            let entries = quote.quotes.iter().map(|entry| {
                let terms = Terms { exchange, instrument: entry.instrument };
                let [bid, ask] = [entry.bid, entry.ask].map(|side| terms.quote_side(side));
                format!(" {} {bid}/{ask}", listed(exchange, entry.instrument))
            });
            let entries: String = entries.collect();
            let entries = if entries.is_empty() { " nothing".to_owned() } else { entries };
            format!("{} quotes{entries}", name(exchange, quote.account))
        }
        Command::BlockAccount { account } => format!("block {}", name(exchange, account)),
        Command::UnblockAccount { account } => format!("unblock {}", name(exchange, account)),
        Command::SetInstrument { instrument, setting } => {
            let setting = written_for_instrument(exchange, instrument, setting);
            format!("set {} {setting}", listed(exchange, instrument))
        }
        Command::SetAccount { account, setting } => {
            format!("set {} {}", name(exchange, account), written_for_account(exchange, setting))
        }
        Command::SetMarket { setting } => format!("set market {}", written_for_market(exchange, setting)),
        Command::SetPhase { instrument, phase, end } => {
            format!("phase {} {}", listed(exchange, instrument), written_phase(phase, end))
        }
        Command::HaltMarket => "halt market".to_owned(),
        Command::ResumeMarket => "resume market".to_owned(),
        Command::AdvanceClock => "clock".to_owned(),
        Command::OpenDesk { account, sells, cap } => {
            let cap = units(exchange, sells, cap);
            format!("desk of {} sells {cap} {}", name(exchange, account), symbol(exchange, sells))
        }
        Command::SetRate { desk, money, rate } => {
            format!("rate {desk} {} {}", rate.decimal(), symbol(exchange, money))
        }
        Command::BuyAtDesk { desk, account, money, amount, key } => {
            let amount = units(exchange, money, amount);
            let (name, money) = (name(exchange, account), symbol(exchange, money));
            format!("{name} spends {amount} {money} at desk {desk} key {}", key.get())
        }
    }
}

fn place(exchange: &Exchange, order: &NewOrder) -> String {
    let time_in_force = match order.time_in_force {
        TimeInForce::GoodTillCancel => "gtc".to_owned(),
        TimeInForce::ImmediateOrCancel => "ioc".to_owned(),
        TimeInForce::FillOrKill => "fok".to_owned(),
        TimeInForce::Day => "day".to_owned(),
        TimeInForce::GoodTillDate(time) => format!("gtd {}", written_time(time)),
    };
    format!(
        "{} {} {} {} at {} {time_in_force}{}",
        name(exchange, order.account),
        verb(order.side),
        lots(exchange, order.instrument, order.quantity.lots()),
        listed(exchange, order.instrument),
        Terms { exchange, instrument: order.instrument }.order_price(order.price),
        match order.posting {
            Posting::Any => "",
            Posting::PostOnly => " post-only",
            Posting::PostOnlyReprice => " post-only-reprice",
        }
    )
}

/// An instrument's symbol, or its number.
pub(super) fn listed(exchange: &Exchange, instrument: InstrumentId) -> String {
    exchange.instrument(instrument).map_or(format!("#{instrument}"), |known| known.symbol().to_string())
}

pub(super) fn name(exchange: &Exchange, account: AccountId) -> String {
    if account == AccountId::VENUE {
        return "venue".to_owned();
    }
    let known = exchange.account(account).map(|known| known.name().to_string());
    known.filter(|name| !name.contains(char::is_whitespace)).unwrap_or(format!("#{account}"))
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
