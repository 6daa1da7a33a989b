//! The life of orders as a fold over events: it agrees with the books after every command of a random flow that uses
//! everything, and the table, the reports and their text are what the rulebook says.
//!
//! Planted, each caught: a fill not counted, a kept replace that keeps the old rest, an expiry told as a cancel, lots that
//! were prevented counted as filled, a fill that leaves the version as it was.

use std::collections::BTreeMap;

use expect_test::expect;
use outcry_engine::life::{ExecType, ExecutionReport, Happening, OrdStatus, OrderLife, OrderLives, Report};
use outcry_engine::{Command, Condition, Event, Exchange, Lots, OrderId, Place, Price, Qty};

use crate::floor::{Floor, limit, parse};

/// The table of `docs/rules/order-life.md` is the engine's.
#[test]
fn the_table_is_that_of_the_rulebook() {
    let text = include_str!("../../../docs/rules/order-life.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip_while(|line| !line.starts_with("| | accepted"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('*')).collect())
        .collect();
    let statuses = [None].into_iter().chain(OrdStatus::ALL.map(Some));
    let mut cells = 0;
    for status in statuses {
        let name = status.map_or("not known".to_owned(), |status| format!("{status:?}"));
        let row = rows.iter().find(|row| row[0] == name).unwrap();
        for happening in Happening::ALL {
            let words = words(&format!("{happening:?}"));
            let column = rows[0].iter().position(|cell| *cell == words).unwrap();
            let after = OrdStatus::after(status, happening);
            assert_eq!(
                after.map_or(String::new(), |after| format!("{after:?}")),
                row[column],
                "{name}, {words}"
            );
            cells += 1;
        }
    }
    assert_eq!(cells, 77);
}

/// `PartlyFilled` as `partly filled`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Of the statuses that are true of an order the one of highest precedence is told.
#[test]
fn the_status_is_the_one_of_highest_precedence() {
    let (mut lives, mut floor) = (OrderLives::new(), Floor::new(3));
    let mut seen = BTreeMap::new();
    for _ in 0..4_000 {
        for report in floor.step(&mut lives) {
            if let Report::Execution(report) = report {
                *seen.entry(report.status).or_insert(0) += 1;
            }
        }
    }
    for life in lives.orders() {
        let canceled = life.place().is_none() && life.filled() < life.quantity()
            || life.place().is_none() && life.filled().is_zero();
        let true_of_it = [
            Some(OrdStatus::New),
            (!life.filled().is_zero()).then_some(OrdStatus::PartiallyFilled),
            (life.status() == OrdStatus::Expired).then_some(OrdStatus::Expired),
            (canceled && life.status() != OrdStatus::Expired).then_some(OrdStatus::Canceled),
            (life.place().is_none()
                && !canceled
                && life.status() != OrdStatus::Expired
                && life.gone().is_zero())
            .then_some(OrdStatus::Filled),
            (life.place().is_none() && !life.gone().is_zero()).then_some(life.status()),
        ];
        let highest = true_of_it.into_iter().flatten().max_by_key(|status| status.precedence());
        assert_eq!(highest.map(OrdStatus::precedence), Some(life.status().precedence()), "{life:?}");
    }
    assert!(
        seen.len() == 6 && seen.values().all(|&count| count > 20),
        "the flow reaches every status: {seen:?}"
    );
}

/// After every command the lives say what the books and tickets say.
#[test]
fn the_fold_agrees_with_the_books() {
    let mut kinds = BTreeMap::new();
    for seed in 0..6 {
        let (mut lives, mut floor) = (OrderLives::new(), Floor::new(seed));
        let mut versions = Versions::new();
        for step in 0..2_500 {
            let reports = floor.step(&mut lives);
            for report in &reports {
                if let Report::Execution(report) = report {
                    check_report(report);
                    *kinds.entry(report.exec_type).or_insert(0) += 1;
                }
            }
            // Each order once in a while, and those that were touched now.
            let touched = reports.iter().filter_map(|report| match report {
                Report::Execution(report) => report.order,
                Report::CancelReject(_) => None,
            });
            for order in touched {
                let life = lives.order(order).unwrap();
                agrees(&floor.exchange, life);
                version_follows(&mut versions, &floor.exchange, life);
            }
            if step % 25 == 0 {
                lives.orders().for_each(|life| agrees(&floor.exchange, life));
                let open = lives.orders().filter(|life| life.status().is_open()).count();
                let there = floor.exchange.open_orders() + floor.exchange.waiting().count() as u64;
                assert_eq!(open as u64, there, "every open order has a life");
                floor.exchange.check();
            }
        }
        lives.forget_closed();
        assert!(lives.orders().all(|life| life.status().is_open()));
    }
    assert_eq!(kinds.len(), 9, "the flow reaches every kind of report: {kinds:?}");
}

fn agrees(exchange: &Exchange, life: &OrderLife) {
    let order = life.order();
    assert_eq!(life.terms().quantity.get(), life.quantity().get() + life.gone().get());
    let (resting, waiting) = (exchange.order(order), exchange.waiting_order(order));
    match (resting, waiting) {
        (Some(resting), None) => {
            assert!(life.status().is_open(), "{life:?} rests as {resting:?}");
            assert_eq!(life.place(), Some(Place::from(resting.layer)), "{life:?}");
            assert_eq!(life.rests_at(), Some(resting.price), "{life:?}");
            assert_eq!(life.terms().quantity, resting.quantity, "{life:?}");
            assert_eq!(life.shown(), resting.leaves.lots(), "{life:?}");
            let leaves = resting.leaves.get() + exchange.reserve_of(order).get();
            assert_eq!(life.leaves(), Lots::new(leaves), "{life:?}");
        }
        (None, Some(waiting)) => {
            assert_eq!(life.place(), Some(Place::Waiting), "{life:?}");
            assert_eq!(life.waits_for(), waiting.waits_for, "{life:?}");
            assert_eq!(life.leaves(), waiting.leaves.lots(), "{life:?}");
            assert_eq!(life.terms().quantity, waiting.terms.quantity, "{life:?}");
            assert_eq!(life.rests_at(), None);
        }
        (None, None) => assert!(!life.status().is_open(), "{life:?} is not in the market"),
        (Some(_), Some(_)) => panic!("order {order} rests and waits"),
    }
    if life.status().is_open() {
        let sum = life.filled().get() + life.gone().get() + life.leaves().get();
        assert_eq!(sum, life.terms().quantity.get(), "{life:?}");
        conditions_agree(exchange, life);
    }
}

/// Quantity, rest, shown part and price of each open order as it was seen last, and its version then.
type Versions = BTreeMap<OrderId, ((Qty, Lots, Lots, Option<Price>), u32)>;

/// An order that has changed has another version, a higher one.
fn version_follows(versions: &mut Versions, exchange: &Exchange, life: &OrderLife) {
    let version = exchange.version(life.order());
    assert_eq!(version.is_some(), life.status().is_open(), "{life:?}");
    let Some(version) = version else { return };
    let now = (life.terms().quantity, life.leaves(), life.shown(), life.rests_at());
    if let Some((before, old)) = versions.insert(life.order(), (now, version)) {
        assert!(version > old || version == old && now == before, "{version} after {old}: {life:?}");
    }
}

/// What is told of an order's conditions is what the exchange keeps.
fn conditions_agree(exchange: &Exchange, life: &OrderLife) {
    let told = |want: fn(&Condition) -> bool| life.conditions().iter().copied().find(want);
    let kept = exchange.conditions(life.order()).unwrap_or_default();
    let expires = exchange.expires(life.order()).map(Condition::Expires);
    assert_eq!(told(|told| matches!(told, Condition::Expires(_))), expires, "{life:?}");
    let peg = kept.peg.map(Condition::Peg);
    assert_eq!(told(|told| matches!(told, Condition::Peg(_))), peg, "{life:?}");
    let minimum = kept.minimum.map(Condition::Minimum);
    let asked = told(|told| matches!(told, Condition::Minimum(_)));
    // One that was met is kept no longer.
    assert!(minimum.is_none() || minimum == asked, "{minimum:?} of {life:?}");
    assert_eq!(life.display(), kept.display, "{life:?}");
}

fn check_report(report: &ExecutionReport) {
    let open = report.status.is_open();
    assert_eq!(open, !report.leaves.is_zero(), "{report:?}");
    if open {
        assert_eq!(report.quantity.get(), report.average.filled().get() + report.leaves.get(), "{report:?}");
    }
    assert_eq!(report.exec_type == ExecType::Trade, report.fill.is_some());
    assert_eq!(report.exec_type == ExecType::Expired, report.status == OrdStatus::Expired);
    assert_eq!(report.exec_type == ExecType::Rejected, report.status == OrdStatus::Rejected);
    assert!(report.exec_type != ExecType::Canceled || report.status == OrdStatus::Canceled);
}

/// Quantity and average price carry across a replace, exactly.
#[test]
fn fills_carry_across_replaces() {
    let (mut lives, mut floor) = (OrderLives::new(), Floor::empty());
    floor.run("alice buys 10 at 100", &mut lives);
    floor.run("bob sells 4 at 100", &mut lives);
    floor.run("alice replaces 1: 7 at 101", &mut lives);
    floor.run("bob sells 1 at 101", &mut lives);
    let life = lives.order(outcry_engine::OrderId::new(1).unwrap()).unwrap();
    assert_eq!(
        (life.status(), life.filled(), life.leaves()),
        (OrdStatus::PartiallyFilled, Lots::new(5), Lots::new(2))
    );
    assert_eq!(life.average().fraction(), Some((501, 5)));
    let instrument = floor.exchange.instrument(limit().instrument).unwrap();
    assert_eq!(life.average().decimal(instrument).to_string(), "1.002");
    floor.run("bob sells 1 at 101", &mut lives);
    let life = lives.order(outcry_engine::OrderId::new(1).unwrap()).unwrap();
    assert_eq!(life.average().fraction(), Some((602, 6)));
    assert_eq!(life.average().decimal(instrument_of(&floor)).to_string(), "1.00333333");
}

fn instrument_of(floor: &Floor) -> &outcry_engine::Instrument {
    floor.exchange.instrument(limit().instrument).unwrap()
}

/// The messages of a short life, as FIX writes them.
#[test]
fn fix_text_of_a_life() {
    let (mut lives, mut floor) = (OrderLives::new(), Floor::empty());
    let mut text = String::new();
    for line in [
        "alice buys 10 at 100",
        "bob sells 4 at 100",
        "alice replaces 1: 4 at 101",
        "alice replaces 1: 7 at 101",
        "bob cancels 1",
        "alice cancels 1",
        "alice cancels 1",
        "bob sells 2 at 99",
        "alice buys 99999999 at 100",
    ] {
        text = text + "# " + line + "\n";
        for report in floor.run(line, &mut lives) {
            text += &report.fix(&floor.exchange);
            text.push('\n');
        }
    }
    expect![[r#"
        # alice buys 10 at 100
        8=FIX.4.4|9=177|35=8|49=OUTCRY|56=Alice|34=16|52=19700101-00:00:00.000000003|37=1|17=16-1|150=0|39=0|1=Alice|55=ACME|54=1|38=10|40=2|44=1.00|59=1|151=10|14=0|6=0|60=19700101-00:00:00.000000003|10=190|
        8=FIX.4.4|9=177|35=8|49=OUTCRY|56=Alice|34=18|52=19700101-00:00:00.000000003|37=1|17=18-1|150=I|39=0|1=Alice|55=ACME|54=1|38=10|40=2|44=1.00|59=1|151=10|14=0|6=0|60=19700101-00:00:00.000000003|10=219|
        # bob sells 4 at 100
        8=FIX.4.4|9=171|35=8|49=OUTCRY|56=Bob|34=19|52=19700101-00:00:00.000000003|37=2|17=19-2|150=0|39=0|1=Bob|55=ACME|54=2|38=4|40=2|44=1.00|59=1|151=4|14=0|6=0|60=19700101-00:00:00.000000003|10=209|
        8=FIX.4.4|9=204|35=8|49=OUTCRY|56=Alice|34=21|52=19700101-00:00:00.000000003|37=1|17=21-1|150=F|39=1|1=Alice|55=ACME|54=1|38=10|40=2|44=1.00|59=1|32=4|31=1.00|151=6|14=4|6=1.00|60=19700101-00:00:00.000000003|851=1|880=1|10=128|
        8=FIX.4.4|9=199|35=8|49=OUTCRY|56=Bob|34=21|52=19700101-00:00:00.000000003|37=2|17=21-2|150=F|39=2|1=Bob|55=ACME|54=2|38=4|40=2|44=1.00|59=1|32=4|31=1.00|151=0|14=4|6=1.00|60=19700101-00:00:00.000000003|851=2|880=1|10=201|
        # alice replaces 1: 4 at 101
        8=FIX.4.4|9=172|35=9|49=OUTCRY|56=Alice|34=26|52=19700101-00:00:00.000000004|37=1|39=1|1=Alice|60=19700101-00:00:00.000000004|434=2|102=99|58=the total 4 is not above the 4 filled already|10=159|
        # alice replaces 1: 7 at 101
        8=FIX.4.4|9=178|35=8|49=OUTCRY|56=Alice|34=27|52=19700101-00:00:00.000000005|37=1|17=27-1|150=5|39=1|1=Alice|55=ACME|54=1|38=7|40=2|44=1.01|59=1|151=3|14=4|6=1.00|60=19700101-00:00:00.000000005|10=009|
        8=FIX.4.4|9=178|35=8|49=OUTCRY|56=Alice|34=29|52=19700101-00:00:00.000000005|37=1|17=29-1|150=I|39=1|1=Alice|55=ACME|54=1|38=7|40=2|44=1.01|59=1|151=3|14=4|6=1.00|60=19700101-00:00:00.000000005|10=033|
        # bob cancels 1
        8=FIX.4.4|9=153|35=9|49=OUTCRY|56=Bob|34=30|52=19700101-00:00:00.000000007|37=1|39=8|1=Bob|60=19700101-00:00:00.000000007|434=1|102=1|58=the account has no open order 1|10=026|
        # alice cancels 1
        8=FIX.4.4|9=203|35=8|49=OUTCRY|56=Alice|34=31|52=19700101-00:00:00.000000009|37=1|17=31-1|150=4|39=4|1=Alice|55=ACME|54=1|38=7|40=2|44=1.01|59=1|151=0|14=4|6=1.00|60=19700101-00:00:00.000000009|58=canceled by its owner|10=139|
        # alice cancels 1
        8=FIX.4.4|9=157|35=9|49=OUTCRY|56=Alice|34=33|52=19700101-00:00:00.000000011|37=1|39=4|1=Alice|60=19700101-00:00:00.000000011|434=1|102=0|58=the account has no open order 1|10=168|
        # bob sells 2 at 99
        8=FIX.4.4|9=171|35=8|49=OUTCRY|56=Bob|34=34|52=19700101-00:00:00.000000013|37=3|17=34-3|150=0|39=0|1=Bob|55=ACME|54=2|38=2|40=2|44=0.99|59=1|151=2|14=0|6=0|60=19700101-00:00:00.000000013|10=220|
        8=FIX.4.4|9=171|35=8|49=OUTCRY|56=Bob|34=36|52=19700101-00:00:00.000000013|37=3|17=36-3|150=I|39=0|1=Bob|55=ACME|54=2|38=2|40=2|44=0.99|59=1|151=2|14=0|6=0|60=19700101-00:00:00.000000013|10=249|
        # alice buys 99999999 at 100
        8=FIX.4.4|9=242|35=8|49=OUTCRY|56=Alice|34=37|52=19700101-00:00:00.000000013|37=NONE|17=37-NONE|150=8|39=8|103=3|1=Alice|55=ACME|54=1|38=99999999|40=2|44=1.00|59=1|151=0|14=0|6=0|60=19700101-00:00:00.000000013|58=100169998.99 USD needed, 99996 USD available|10=242|
    "#]].assert_eq(&text);
}

/// A report of an event names both orders of a trade, the maker's first, and a command that is not about orders has none.
#[test]
fn each_event_is_a_report_to_each_owner() {
    let (mut lives, mut floor) = (OrderLives::new(), Floor::empty());
    floor.run("alice buys 10 at 100", &mut lives);
    let reports = floor.run("bob sells 4 at 100", &mut lives);
    let trades: Vec<_> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Execution(report) if report.exec_type == ExecType::Trade => {
                Some((report.order.unwrap().get(), report.fill.unwrap().quantity, report.status))
            }
            _ => None,
        })
        .collect();
    let four = Qty::new(4).unwrap();
    assert_eq!(trades, [(1, four, OrdStatus::PartiallyFilled), (2, four, OrdStatus::Filled)]);
    let mut events = Vec::new();
    let receipt = floor.exchange.execute(floor.exchange.now(), &Command::AdvanceClock, &mut events);
    assert_eq!(events, [Event::ClockAdvanced]);
    assert_eq!(lives.take(&Command::AdvanceClock, &receipt, &events), []);
    assert!(parse("alice cancels 1").is_some());
}
