//! Order files on the demo exchange: what is wrong with them is said with row and column, and nothing of a file
//! that is wrong or given up stays.

use outcry_engine::{AccountId, AccountName, Command, Exchange, InstrumentId, Side, Timestamp};
use outcry_simulation::orders_csv::{
    Duplicates, Loading, MAX_ERRORS, Options, Plan, Rejected, Undone, View, check,
};
use outcry_simulation::{BareMarket, Market, demo};

const NOW: Timestamp = Timestamp::from_nanos(1);
const HEADER: &str = "orderId,symbol,side,amount,price\n";

fn market() -> BareMarket {
    let mut market = BareMarket::new();
    for command in demo::opening() {
        market.submit(NOW, command);
    }
    market
}

fn account(exchange: &Exchange) -> AccountId {
    exchange.find_account(AccountName::new("You").expect("a name")).expect("the demo has it")
}

fn options(market: &BareMarket) -> Options {
    Options { account: account(market.exchange()), view: View::Book, duplicates: Duplicates::Reject }
}

fn read(text: impl AsRef<[u8]>) -> Result<Plan, Rejected> {
    let market = market();
    check(text.as_ref(), market.exchange(), options(&market))
}

/// What is wrong with a file of these rows.
fn wrong(rows: impl AsRef<[u8]>) -> String {
    read([HEADER.as_bytes(), rows.as_ref()].concat()).expect_err("something is wrong").to_string()
}

/// The orders of a plan: row, id, side, instrument, ticks, lots.
fn shown(plan: &Plan) -> Vec<String> {
    let orders = plan.orders().iter();
    orders
        .map(|one| {
            let outcry_engine::OrderPrice::Limit(price) = one.order.price else { panic!("{one:?}") };
            let (side, instrument, lots) = (one.order.side, one.order.instrument, one.order.quantity.get());
            format!("{} #{} {side:?} {lots} of {instrument} at {}", one.row, one.id, price.get())
        })
        .collect()
}

#[test]
fn a_good_file_gives_its_orders() {
    let text =
        format!("{HEADER}1,ACME,Buy,20,99.50\r\n\n2,BTC-USD,SELL,0.0105,48500\n\"3\",ACME,sell, 7 ,101.1");
    let plan = read(text).unwrap();
    assert_eq!(
        shown(&plan),
        ["2 #1 Buy 20 of 0 at 9950", "4 #2 Sell 105 of 1 at 4850000", "5 #3 Sell 7 of 0 at 10110"]
    );
    assert_eq!(plan.dropped(), 0);
}

#[test]
fn rows_are_the_lines_that_an_editor_shows() {
    let rows = ["1,ACME,Buy,1,99", "", "2,ACME,Buy,1,99", "3,\"AC\nME\",Buy,1,99", "4,ACME,Buy,x,99"];
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("{}{end}{}", HEADER.trim(), rows.join(end));
        let rejected = read(text).unwrap_err();
        let lines: Vec<_> = rejected.errors.iter().map(|error| (error.row, error.column)).collect();
        assert_eq!(lines, [(5, Some(2)), (7, Some(4))], "{end:?}");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_header() {
    assert_eq!(read(format!("\u{feff}{HEADER}1,ACME,Buy,20,99.50\n")).unwrap().orders().len(), 1);
}

/// A client's buy is an offer that the client may buy: a sell order in the book.
#[test]
fn client_view_turns_the_sides() {
    let market = market();
    let options = Options { view: View::Client, ..options(&market) };
    let text = format!("{HEADER}1,ACME,Buy,20,99.50\n2,ACME,Sell,5,90\n");
    let plan = check(text.as_bytes(), market.exchange(), options).unwrap();
    assert_eq!(shown(&plan), ["2 #1 Sell 20 of 0 at 9950", "3 #2 Buy 5 of 0 at 9000"]);
}

#[test]
fn what_is_wrong_is_named_with_row_and_column() {
    for (row, expected) in [
        (
            "x,ACME,Buy,20,99.50",
            "row 2, column 1 (orderId): \"x\" is not an order id: a whole number from 0 to 18446744073709551615",
        ),
        (
            "-1,ACME,Buy,20,99.50",
            "row 2, column 1 (orderId): \"-1\" is not an order id: a whole number from 0 to 18446744073709551615",
        ),
        (
            "18446744073709551616,ACME,Buy,20,99.50",
            "row 2, column 1 (orderId): \"18446744073709551616\" is not an order id: a whole number from 0 to 18446744073709551615",
        ),
        (
            ",ACME,Buy,20,99.50",
            "row 2, column 1 (orderId): \"\" is not an order id: a whole number from 0 to 18446744073709551615",
        ),
        (
            "1,JPM,Buy,20,99.50",
            "row 2, column 2 (symbol): \"JPM\" is not an instrument here; there are ACME, BTC-USD, BTC-EUR, BTC-GBP",
        ),
        (
            "1,acme,Buy,20,99.50",
            "row 2, column 2 (symbol): \"acme\" is not an instrument here; there are ACME, BTC-USD, BTC-EUR, BTC-GBP",
        ),
        ("1,ACME,Hold,20,99.50", "row 2, column 3 (side): \"Hold\" is not a side: Buy or Sell"),
        ("1,ACME,Buy,0,99.50", "row 2, column 4 (amount): 0 is outside 1 to 1000000000000"),
        ("1,ACME,Buy,-5,99.50", "row 2, column 4 (amount): -5 is outside 1 to 1000000000000"),
        ("1,ACME,Buy,1.5,99.50", "row 2, column 4 (amount): 1.5 is not a multiple of 1"),
        (
            "1,ACME,Buy,1e3,99.50",
            "row 2, column 4 (amount): \"1e3\" is not a decimal number such as 12 or 0.05",
        ),
        ("1,ACME,Buy,,99.50", "row 2, column 4 (amount): is empty"),
        ("1,BTC-USD,Buy,0.00005,99.50", "row 2, column 4 (amount): 0.00005 is not a multiple of 0.0001"),
        (
            "1,ACME,Buy,99999999999999999999,99.50",
            "row 2, column 4 (amount): 99999999999999999999 is outside 1 to 1000000000000",
        ),
        ("1,ACME,Buy,20,10.005", "row 2, column 5 (price): 10.005 is not a multiple of 0.01"),
        ("1,ACME,Buy,20,0", "row 2, column 5 (price): 0 is outside 0.01 to 10000000000"),
        ("1,ACME,Buy,20,-1", "row 2, column 5 (price): -1 is outside 0.01 to 10000000000"),
        (
            "1,ACME,Buy,20,10000000000.01",
            "row 2, column 5 (price): 10000000000.01 is outside 0.01 to 10000000000",
        ),
        (
            "1,ACME,Buy,1000000000000,10000000000",
            "row 2, column 4 (amount): 1000000000000 at 10000000000.00 is worth more than can exist",
        ),
        ("1,ACME,Buy,20", "row 2: 4 columns, 5 are expected"),
        ("1,ACME,Buy,20,99.50,7", "row 2: 6 columns, 5 are expected"),
        ("1,ACME,\"Buy,20,99.50", "row 2: 3 columns, 5 are expected"),
        ("1;ACME;Buy;20;99.50", "row 2: 1 columns, 5 are expected"),
    ] {
        assert_eq!(wrong(row), expected, "{row}");
    }
    assert_eq!(
        wrong(b"1,AC\xff,Buy,20,99.50"),
        "row 2, column 2 (symbol): \"AC\u{fffd}\" is not UTF-8 from byte 3 on"
    );
    let long = format!("1,{},Buy,20,99.50", "A".repeat(257));
    assert_eq!(wrong(long), "row 2, column 2 (symbol): 257 bytes, at most 256 are allowed");
}

#[test]
fn all_that_is_wrong_comes_at_once() {
    assert_eq!(
        wrong("x,ACME,No,1,99.501\n1,ACME,Buy,1,99\n1,ACME,Buy,1,99\n2,ACME,Buy,0,99\n"),
        "row 2, column 1 (orderId): \"x\" is not an order id: a whole number from 0 to 18446744073709551615\n\
         row 2, column 3 (side): \"No\" is not a side: Buy or Sell\n\
         row 2, column 5 (price): 99.501 is not a multiple of 0.01\n\
         row 4, column 1 (orderId): order id 1 was in row 3 already\n\
         row 5, column 4 (amount): 0 is outside 1 to 1000000000000"
    );
    let rejected = read(format!("{HEADER}{}", "1,ACME,Buy,0,99\n".repeat(250))).unwrap_err();
    assert_eq!((rejected.errors.len(), rejected.more), (MAX_ERRORS, 150));
    assert!(rejected.to_string().ends_with("\nand 150 more"));
}

#[test]
fn a_wrong_header_is_shown_beside_the_right_one() {
    for (text, found) in [
        ("id,symbol,side,amount,price\n1,ACME,Buy,1,99\n", "id,symbol,side,amount,price"),
        ("symbol,orderId,side,amount,price\n", "symbol,orderId,side,amount,price"),
        ("orderId,symbol,side,amount\n", "orderId,symbol,side,amount"),
        ("1,ACME,Buy,20,99.50\n", "1,ACME,Buy,20,99.50"),
    ] {
        assert_eq!(
            read(text).unwrap_err().to_string(),
            format!("row 1: the header is {found}; orderId,symbol,side,amount,price is expected")
        );
    }
    assert_eq!(
        read("").unwrap_err().to_string(),
        "row 1: the file is empty; the header orderId,symbol,side,amount,price is expected"
    );
    assert_eq!(wrong(""), "row 1: there are no orders after the header");
}

#[test]
fn a_file_with_too_many_orders_is_refused() {
    let rows = "1,ACME,Buy,1,99\n".repeat(1_000_001);
    assert_eq!(wrong(rows), "row 1000002: more than 1000000 orders");
}

#[test]
fn order_ids_that_come_again_are_left_out_by_choice() {
    let market = market();
    let text = format!("{HEADER}1,ACME,Buy,1,99\n2,ACME,Buy,2,98\n1,ACME,Buy,3,97\n");
    let read = |duplicates| {
        let options = Options { duplicates, ..options(&market) };
        check(text.as_bytes(), market.exchange(), options)
    };
    assert_eq!(
        read(Duplicates::Reject).unwrap_err().to_string(),
        "row 4, column 1 (orderId): order id 1 was in row 2 already"
    );
    let skipped = read(Duplicates::Skip).unwrap();
    assert_eq!(shown(&skipped), ["2 #1 Buy 1 of 0 at 9900", "3 #2 Buy 2 of 0 at 9800"]);
    let overwritten = read(Duplicates::Overwrite).unwrap();
    assert_eq!(shown(&overwritten), ["3 #2 Buy 2 of 0 at 9800", "4 #1 Buy 3 of 0 at 9700"]);
    assert_eq!((skipped.dropped(), overwritten.dropped()), (1, 1));
}

#[test]
fn the_account_must_have_what_all_orders_hold() {
    // 500 shares; 100,000 dollars.
    assert!(read(format!("{HEADER}1,ACME,Sell,499,101\n2,ACME,Sell,1,101\n")).is_ok());
    assert_eq!(
        wrong("1,ACME,Sell,499,101\n2,ACME,Sell,2,101\n3,ACME,Sell,9,101\n"),
        "row 3, column 4 (amount): the orders up to here need 501 ACME, fees included; the account has 500 available"
    );
    // 999 at 100.00 and a fee of 0.1 % are 99,999.90.
    assert!(read(format!("{HEADER}1,ACME,Buy,999,100\n")).is_ok());
    assert_eq!(
        wrong("1,ACME,Buy,1000,100\n"),
        "row 2, column 4 (amount): the orders up to here need 100100 USD, fees included; the account has 100000 available"
    );
}

#[test]
fn loading_places_all_orders_and_shows_progress() {
    let mut market = market();
    let text = format!("{HEADER}1,ACME,Buy,20,99.50\n2,ACME,Buy,10,99.40\n3,BTC-EUR,Sell,1.5,42000\n");
    let plan = check(text.as_bytes(), market.exchange(), options(&market)).unwrap();
    assert_eq!(market.exchange().open_orders(), 0, "a check changes nothing");
    let mut loading = Loading::new(plan);
    let mut seen = vec![loading.progress()];
    while let Some(step) = loading.step(NOW, &mut market) {
        let placed = step.unwrap();
        assert!(market.exchange().order(placed.order).is_some());
        seen.push(loading.progress());
    }
    assert_eq!(seen, [(0, 3), (1, 3), (2, 3), (3, 3)]);
    assert_eq!(market.exchange().open_orders(), 3);
    market.exchange().check();
}

#[test]
fn a_loading_that_is_given_up_leaves_nothing() {
    let mut market = market();
    let you = account(market.exchange());
    let before: Vec<_> = market.exchange().account(you).unwrap().balances().collect();
    let text = format!("{HEADER}1,ACME,Buy,20,99.50\n2,ACME,Sell,10,101\n3,ACME,Buy,5,98\n");
    let plan = check(text.as_bytes(), market.exchange(), options(&market)).unwrap();
    let mut loading = Loading::new(plan);
    for _ in 0..2 {
        loading.step(NOW, &mut market).unwrap().unwrap();
    }
    assert_eq!(loading.undo(NOW, &mut market), Undone { canceled: 2, changed: 0 });
    assert_eq!(market.exchange().open_orders(), 0);
    let after: Vec<_> = market.exchange().account(you).unwrap().balances().collect();
    assert_eq!(before, after);
    market.exchange().check();
}

/// Trades cannot be taken back; that is counted.
#[test]
fn what_has_traded_is_counted_when_the_rest_is_taken_back() {
    let mut market = market();
    let text = format!("{HEADER}1,ACME,Sell,10,101\n2,ACME,Buy,4,101\n3,ACME,Buy,5,98\n");
    let plan = check(text.as_bytes(), market.exchange(), options(&market)).unwrap();
    let mut loading = Loading::new(plan);
    while let Some(step) = loading.step(NOW, &mut market) {
        step.unwrap();
    }
    assert_eq!(loading.undo(NOW, &mut market), Undone { canceled: 2, changed: 2 });
    assert_eq!(market.exchange().open_orders(), 0);
}

/// Between check and loading the money went elsewhere.
#[test]
fn an_order_that_the_exchange_refuses_stops_the_loading() {
    let mut market = market();
    let you = account(market.exchange());
    let text = format!("{HEADER}1,ACME,Sell,300,101\n2,ACME,Sell,200,101\n");
    let plan = check(text.as_bytes(), market.exchange(), options(&market)).unwrap();
    let instrument = market.exchange().instrument(InstrumentId::new(0)).unwrap();
    let asset = instrument.gives(Side::Sell);
    let amount = outcry_engine::Amount::new(100).unwrap();
    market.submit(NOW, Command::Withdraw { account: you, asset, amount });

    let mut loading = Loading::new(plan);
    loading.step(NOW, &mut market).unwrap().unwrap();
    let refused = loading.step(NOW, &mut market).unwrap().unwrap_err();
    assert_eq!(refused.to_string(), "row 3: 200 ACME needed, 100 ACME available");
    assert_eq!(loading.undo(NOW, &mut market), Undone { canceled: 1, changed: 0 });
    assert_eq!(market.exchange().open_orders(), 0);
}
