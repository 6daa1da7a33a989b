//! What is compared, and how a difference is told.

use std::fmt::Debug;

use outcry_engine::{
    AccountId, AssetId, Event, Exchange, InstrumentId, Layer, LedgerKind, Lots, Preview, Reject,
    RestingOrder, Side,
};

use super::Difference;
use crate::oracle::{OpenOrder, Oracle};

/// Both answers are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, engine: &T, oracle: &T) -> Result<(), Difference> {
    if engine == oracle {
        return Ok(());
    }
    Err(Difference { what: format!("{what}\n  engine {engine:?}\n  oracle {oracle:?}") })
}

/// Both tell the same events.
pub(super) fn events(engine: &[Event], oracle: &[Event]) -> Result<(), Difference> {
    for (index, pair) in engine.iter().zip(oracle).enumerate() {
        if pair.0 != pair.1 {
            same(&format!("event {index}"), pair.0, pair.1)?;
        }
    }
    if engine.len() == oracle.len() {
        return Ok(());
    }
    same("events", &engine, &oracle)
}

/// The books and balances that the events name.
pub(super) fn touched(engine: &Exchange, oracle: &Oracle, events: &[Event]) -> Result<(), Difference> {
    let mut last = None;
    for event in events {
        match event {
            Event::LedgerPosted(line) => balance(engine, oracle, line.account, line.asset)?,
            Event::OrderAccepted { terms, .. } => last = Some(terms.instrument),
            Event::OrderCanceled { instrument, .. } | Event::OrderReplaced { instrument, .. } => {
                last = Some(*instrument);
            }
            _ => {}
        }
    }
    last.map_or(Ok(()), |instrument| book(engine, oracle, instrument))
}

/// Every book, every balance and every count.
pub(super) fn everything(engine: &Exchange, oracle: &Oracle) -> Result<(), Difference> {
    same("instruments", &engine.instruments().len(), &oracle.instruments().len())?;
    for number in 0..oracle.instruments().len() {
        book(engine, oracle, InstrumentId::new(u32::try_from(number).expect("a handful")))?;
    }
    for (account, asset, _) in oracle.purses() {
        balance(engine, oracle, account, asset)?;
    }
    for (number, account) in engine.accounts().iter().enumerate() {
        let id = AccountId::new(u32::try_from(number).expect("a handful"));
        let open = oracle.live().filter(|&(_, owner, _)| owner == id).count();
        same("open orders", &(account.open_orders() as usize), &open)?;
    }
    let in_book = oracle.live().filter(|&(_, _, in_book)| in_book).count();
    same("resting orders", &engine.open_orders(), &(in_book as u64))?;
    for (order, account, in_book) in oracle.live() {
        if in_book {
            let found = engine.order(order).map(|found| resting(engine, &found));
            same("order", &found, &oracle.resting(order))?;
        } else {
            let found = engine.waiting_order(order).map(|found| found.terms.account);
            same("waiting order", &found, &Some(account))?;
        }
    }
    Ok(())
}

fn balance(engine: &Exchange, oracle: &Oracle, account: AccountId, asset: AssetId) -> Result<(), Difference> {
    let (balance, purse) = (engine.balance(account, asset), oracle.purse(account, asset));
    let engine = (i128::from(balance.available.get()), i128::from(balance.held.get()));
    let oracle = (purse.available, purse.held);
    if engine == oracle {
        return Ok(());
    }
    same(&format!("balance of account {account} in asset {asset}"), &engine, &oracle)
}

/// Order by order in both layers, level by level, and the touch.
fn book(engine: &Exchange, oracle: &Oracle, instrument: InstrumentId) -> Result<(), Difference> {
    for side in Side::BOTH {
        for layer in Layer::BOTH {
            let expected = oracle.queue(instrument, layer, side);
            let mut found = engine.layer_queue(instrument, layer, side);
            for order in &expected {
                let found = found.next().map(|order| resting(engine, &order));
                if found.as_ref() != Some(order) {
                    let what = format!("{side:?} {layer:?} queue of instrument {instrument}");
                    same(&what, &found.as_ref(), &Some(order))?;
                }
            }
            let more = found.next().map(|order| resting(engine, &order));
            same("orders beyond the queue", &more, &None)?;
        }
        let expected = oracle.queue(instrument, Layer::Lit, side);
        same("best price", &engine.best(instrument, side), &expected.first().map(|order| order.price))?;
        let mut levels = engine.depth(instrument, side);
        for level in expected.chunk_by(|a, b| a.price == b.price) {
            let quantity = level.iter().map(|order| order.leaves).sum();
            let expected = (level[0].price, Lots::new(quantity), level.len());
            let found = levels.next().map(|found| (found.price, found.quantity, found.orders as usize));
            same(&format!("{side:?} level"), &found, &Some(expected))?;
        }
        same("levels beyond the book", &levels.next(), &None)?;
    }
    Ok(())
}

fn resting(engine: &Exchange, order: &RestingOrder) -> OpenOrder {
    OpenOrder {
        order: order.order,
        account: order.account,
        instrument: order.instrument,
        layer: order.layer,
        side: order.side,
        price: order.price,
        quantity: order.quantity.get(),
        leaves: order.leaves.get(),
        reserve: engine.reserve_of(order.order).get(),
        posting: order.posting(),
    }
}

/// Whether an order did nothing but what a preview tells: trade, rest or go, without a rule or another order coming between.
pub(super) fn is_plain(events: &[Event]) -> bool {
    let accepted = events.iter().filter(|event| matches!(event, Event::OrderAccepted { .. })).count();
    let plain = |event: &Event| {
        matches!(
            event,
            Event::CommandRejected(_)
                | Event::OrderAccepted { .. }
                | Event::LedgerPosted(_)
                | Event::Traded(_)
                | Event::OrderRested { .. }
                | Event::OrderCanceled { .. }
        )
    };
    accepted <= 1 && events.iter().all(plain)
}

/// What the preview promised is what the events say.
pub(super) fn preview(preview: &Result<Preview, Reject>, events: &[Event]) -> Result<(), Difference> {
    let preview = match (preview, events.first()) {
        (Ok(preview), _) => preview,
        (Err(reject), Some(Event::CommandRejected(given))) => return same("previewed reject", reject, given),
        (Err(_), _) => return same("previewed reject", &format!("{preview:?}"), &format!("{events:?}")),
    };
    let mut fills: Vec<(i64, u64, u32)> = Vec::new();
    let (mut fee, mut rests, mut ahead, mut canceled) = (0, Lots::ZERO, Lots::ZERO, Lots::ZERO);
    let mut held = None;
    let taker = match events.first() {
        Some(Event::OrderAccepted { order, .. }) => *order,
        other => return same("first event of an order", &other, &None),
    };
    let mut value = 0;
    let mut trading = None;
    for event in events {
        match event {
            Event::Traded(trade) => {
                trading = Some(trade.taker_side);
                let (price, lots) = (trade.price.get(), trade.quantity.get());
                match fills.last_mut() {
                    Some(last) if last.0 == price => *last = (price, last.1 + lots, last.2 + 1),
                    _ => fills.push((price, lots, 1)),
                }
            }
            Event::LedgerPosted(line) if line.order == Some(taker) => match (line.kind, trading) {
                (LedgerKind::Hold, _) => held = Some((line.asset, line.amount)),
                // The leg in the quote asset: paid by a buyer, received by a seller.
                (LedgerKind::Buy, Some(Side::Buy)) if line.amount.get() < 0 => value -= line.amount.get(),
                (LedgerKind::Sell, Some(Side::Sell)) if line.amount.get() > 0 => value += line.amount.get(),
                (LedgerKind::Fee, _) if line.account != AccountId::VENUE => fee -= line.amount.get(),
                _ => {}
            },
            Event::OrderRested { leaves, ahead: before, .. } => (rests, ahead) = (leaves.lots(), *before),
            Event::OrderCanceled { canceled: lots, .. } => canceled = *lots,
            _ => {}
        }
    }
    let filled: u64 = fills.iter().map(|fill| fill.1).sum();
    let promised: Vec<_> =
        preview.fills.iter().map(|fill| (fill.price.get(), fill.quantity.get(), fill.orders)).collect();
    same("previewed fills", &promised, &fills)?;
    same(
        "preview",
        &(
            preview.filled,
            preview.value.get(),
            preview.fee.get(),
            preview.rests,
            preview.ahead,
            preview.canceled,
        ),
        &(Lots::new(filled), value, fee, rests, ahead, canceled),
    )?;
    held.map_or(Ok(()), |held| same("previewed hold", &preview.pays, &held))
}
