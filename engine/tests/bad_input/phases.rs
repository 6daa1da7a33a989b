//! What each phase takes, by the rulebook's table.

use std::num::NonZeroU32;

use outcry_engine::{
    Bracket, Command, Conditions, Display, InstrumentId, Lots, Minimum, NewOrder, OrderPair, OrderPrice, Peg,
    PegTo, Posting, Protection, Side, TimeInForce, Timestamp, Trail, TriggerKind,
};

use crate::floor::{
    ALICE, CALL, FLOOR_PHASES, Floor, amount, bracket, conditional, limit, market, mass_quote, of_phase,
    pair, price, qty, quote, trigger,
};
use crate::row::{Row, refused, taken};
use crate::rulebook;

/// One row for each cell of the table and each phase of its column.
pub(crate) fn rows(floor: &Floor) -> Vec<Row> {
    let table = rulebook::phases();
    let mut rows = Vec::new();
    for (what, cells) in &table.rows {
        for (index, (phase, ..)) in FLOOR_PHASES.into_iter().enumerate() {
            let column = match phase {
                "pre-open" | "call" | "batch" | "halted, queues" => "gathering",
                other => other,
            };
            let cell = &cells[table.columns.iter().position(|name| name == column).unwrap()];
            let mut instrument = of_phase(index);
            if what == "market, IOC, without a collar" && column == "gathering" {
                // Only one instrument of the floor has none.
                instrument = CALL;
            }
            let name = format!("{what}, {phase}");
            let command = command(what, instrument, index, floor);
            rows.push(match cell.as_str() {
                "+" => taken(name, command),
                "-" => refused("not-in-phase", name, command),
                other => panic!("{other} is no cell of the table of phases"),
            });
        }
    }
    rows
}

fn command(what: &str, instrument: InstrumentId, index: usize, floor: &Floor) -> Command {
    let sell = NewOrder { instrument, ..limit(Side::Sell, 10_300, 10) };
    let at_market = NewOrder { instrument, ..market(Side::Sell, 10) };
    let timed = |time_in_force| Command::PlaceOrder(NewOrder { time_in_force, ..sell });
    let asking = |conditions| conditional(sell, conditions);
    let none = Conditions::NONE;
    let waiting = |kind| asking(Conditions { trigger: Some(trigger(kind, 9_000)), ..none });
    match what {
        "limit, GTC" => timed(TimeInForce::GoodTillCancel),
        "limit, DAY" => timed(TimeInForce::Day),
        "limit, GTD" => timed(TimeInForce::GoodTillDate(Timestamp::from_nanos(2_000_000_000))),
        "limit, IOC" => timed(TimeInForce::ImmediateOrCancel),
        "limit, FOK" => timed(TimeInForce::FillOrKill),
        "market, IOC, with a collar" | "market, IOC, without a collar" => Command::PlaceOrder(at_market),
        "market, FOK" => {
            Command::PlaceOrder(NewOrder { time_in_force: TimeInForce::FillOrKill, ..at_market })
        }
        "market-to-limit" => Command::PlaceOrder(NewOrder { price: OrderPrice::MarketToLimit, ..sell }),
        "market with protection" => {
            let protection = Some(Protection::Ticks(NonZeroU32::new(5).unwrap()));
            conditional(at_market, Conditions { protection, ..none })
        }
        "cash order" => {
            // Only in continuous trading there is something to buy.
            Command::PlaceCashOrder { account: ALICE, instrument, amount: amount(1_000_000) }
        }
        "post-only" => Command::PlaceOrder(NewOrder { posting: Posting::PostOnly, ..sell }),
        "post-only, repriced" => Command::PlaceOrder(NewOrder { posting: Posting::PostOnlyReprice, ..sell }),
        "iceberg" => {
            asking(Conditions { display: Display::Iceberg { peak: qty(3), spread: Lots::ZERO }, ..none })
        }
        "hidden" => asking(Conditions { display: Display::Hidden, ..none }),
        "minimum" => asking(Conditions { minimum: Some(Minimum::Quantity(qty(5))), ..none }),
        "all-or-none" => asking(Conditions { minimum: Some(Minimum::All), ..none }),
        "stop" => waiting(TriggerKind::Stop),
        "take-profit" => {
            asking(Conditions { trigger: Some(trigger(TriggerKind::TakeProfit, 11_000)), ..none })
        }
        "trailing stop" => waiting(TriggerKind::Trailing(Trail::Ticks(price(100)))),
        "peg" => asking(Conditions { peg: Some(Peg { to: PegTo::Primary, offset: 0 }), ..none }),
        "pair" => {
            let pair = pair();
            Command::PlacePair(Box::new(OrderPair { limit: NewOrder { instrument, ..pair.limit }, ..pair }))
        }
        "bracket" => {
            let bracket = bracket();
            Command::PlaceBracket(Box::new(Bracket {
                entry: NewOrder { instrument, ..bracket.entry },
                ..bracket
            }))
        }
        "quote" => mass_quote(ALICE, vec![quote(instrument, Some((9_600, 1)), Some((10_400, 1)))]),
        "replace" => Command::ReplaceOrder {
            account: ALICE,
            order: floor.known.in_phase[index],
            price: price(9_400),
            quantity: qty(6),
        },
        "cancel" => Command::CancelOrder { account: ALICE, order: floor.known.in_phase[index] },
        "mass cancel" => Command::CancelOrders { account: ALICE, instrument: Some(instrument), side: None },
        other => panic!("{other} is no row of the table of phases"),
    }
}
