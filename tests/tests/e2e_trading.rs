//! Trading on the real page: the living market of a first visit, and an order from the ticket to the balances.
//!
//! The demo's terms are fixed (`simulation/src/demo/opening.rs`): ACME in USD with a tick of 0.01 and a lot of 1, fees
//! of 500 ppm (maker) and 1,000 ppm (taker), and "You" and "Alice" own 100,000 USD and 500 ACME each.
//!
//! Planted fault: `a_wrong_digit_in_a_balance_would_be_noticed` changes the last digit that the page shows; what the
//! browser itself complains about is planted in `e2e_harness.rs`.

use outcry_tests::browser::{Page, Server, wait};
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap_or_else(|error| panic!("{text:?} is no decimal: {error}"))
}

/// A page on the demo's ACME, acted for by "You", with the simulated traders paused: nothing moves but what the test does.
fn quiet_market(name: &'static str, server: &Server) -> Page {
    let page = Page::open(name, server.address().as_str());
    page.stand_still();
    page.choose("instrument", "ACME");
    page.choose("account", "You");
    let _ = page.best("sell");
    page
}

#[test]
fn the_first_visit_opens_on_a_living_market() {
    let server = Server::start();
    let page = Page::open("first-visit", &server.address());
    let status = page.wait_status("open", |status| status.sequence > 0);
    assert_eq!(status.exchange.len(), 32, "{status:?}");
    assert_eq!(status.digest.len(), 32, "{status:?}");
    assert!(page.crowd_runs(), "the simulated traders act on a first visit");
    page.choose("crowd-speed", "100\u{d7}");

    let first = page.ladder();
    assert!(
        first.iter().any(|row| row.side == "buy") && first.iter().any(|row| row.side == "sell"),
        "{first:?}"
    );
    wait("the ladder moves", || (page.ladder() != first).then_some(()));
    let newest = page.tape().first().copied().unwrap_or(0);
    wait("the tape grows", || page.tape().first().is_some_and(|&trade| trade > newest).then_some(()));
    page.wait_status("more commands, most of them saved", |now| {
        now.sequence > status.sequence && now.saved > status.sequence
    });
    page.keep_picture("market");
    page.must_be_quiet(&[]);
}

#[test]
fn simulated_traders_pause_step_and_go_on() {
    let server = Server::start();
    let page = Page::open("crowd", &server.address());
    let still = page.stand_still();
    page.click("crowd-step");
    let stepped = page.wait_status("one step further", |status| status.sequence > still.sequence);
    let again = page.stand_still();
    assert_eq!(again.sequence, stepped.sequence, "a step is one step");
    page.choose("crowd-speed", "20\u{d7}");
    page.set_crowd(true);
    page.wait_status("going on", |status| status.sequence > again.sequence);
    page.must_be_quiet(&[]);
}

#[test]
fn a_limit_order_is_placed_by_keyboard_alone() {
    let server = Server::start();
    let page = quiet_market("keyboard", &server);
    let price = decimal(&page.best("buy")) - Decimal::new(3, 2);
    let (tab, back) = ("\u{e004}", "\u{e008}\u{e004}\u{e000}");

    // From the price field on, with nothing but the keys that every page has.
    page.focus("price");
    page.type_keys(&format!("{price}{tab}"));
    assert_eq!(page.focused().as_deref(), Some("quantity"));
    page.type_keys("7");
    // Back over the price to the kind of order and forth again: the order of the tab stops is that of the screen.
    page.type_keys(back);
    assert_eq!(page.focused().as_deref(), Some("price"));
    page.type_keys(tab);
    page.type_keys("\u{e007}");
    let answer = page.ticket_answer();
    assert_eq!(answer.code, "done", "{answer:?}");
    let orders = page.wait_orders("one", |orders| orders.len() == 1);
    assert_eq!(orders[0].cells[4..=6], [price.to_string(), "7".to_owned(), "7".to_owned()]);

    // The ladder is one tab stop; arrows move in it and Enter puts a price into the ticket.
    page.focus("ladder");
    page.type_keys("\u{e015}\u{e007}");
    let best_bid = page.best("buy");
    wait("the price under the cursor is in the ticket", || (page.value("price")? == best_bid).then_some(()));
    page.must_be_quiet(&[]);
}

#[test]
fn own_orders_are_marked_in_the_ladder() {
    let server = Server::start();
    let page = quiet_market("own-orders", &server);
    let price = (decimal(&page.best("buy")) - Decimal::new(1, 2)).to_string();
    assert_eq!(page.place_limit("buy", &price, "5").code, "done");
    let row = page.wait_ladder("the own order", |row| row.price == price && !row.own.is_empty());
    assert_eq!((row.side.as_str(), row.own.as_str()), ("buy", "5"));
    page.choose("account", "Alice");
    page.wait_ladder("the price without a mark", |row| row.price == price && row.own.is_empty());
    page.must_be_quiet(&[]);
}

#[test]
fn picked_prices_fill_the_ticket() {
    let server = Server::start();
    let page = quiet_market("picked-price", &server);
    page.click("side-sell");
    page.click("kind-market");
    for side in ["sell", "buy"] {
        let price = page.best(side);
        page.pick_price(side, &price);
        wait("the price is in the ticket", || (page.value("price")? == price).then_some(()));
    }
    let side = page.text("submit").unwrap_or_default();
    assert!(side.contains("Sell"), "the side stays as it was chosen: {side}");
    page.must_be_quiet(&[]);
}

/// The chosen account has exactly so much, with nothing held.
fn owns(page: &Page, asset: &str, amount: Decimal) -> Result<(), String> {
    let balance = page.balance(asset);
    if (decimal(&balance.available), decimal(&balance.held)) == (amount, Decimal::ZERO) {
        return Ok(());
    }
    Err(format!("{amount} {asset} are owned and nothing is held; the page shows {balance:?}"))
}

/// Holds, settlement and fees, to the last digit: Alice's limit order inside the spread is taken by You at her price.
#[test]
fn two_accounts_trade_and_the_balances_are_exact() {
    let server = Server::start();
    let page = quiet_market("two-accounts", &server);
    let (bid, ask) = (decimal(&page.best("buy")), decimal(&page.best("sell")));
    assert!(ask - bid > Decimal::new(1, 2), "the spread has room: {bid} {ask}");
    let price = bid + Decimal::new(1, 2);
    let value = price * Decimal::from(10);
    let (maker_fee, taker_fee) = (value * Decimal::new(5, 4), value * Decimal::new(1, 3));
    let start = Decimal::from(100_000);

    page.choose("account", "Alice");
    let answer = page.place_limit("buy", &price.to_string(), "10");
    assert_eq!(answer.code, "done", "{answer:?}");
    let held =
        page.wait_balance("USD", "what the order needs is held", |balance| !decimal(&balance.held).is_zero());
    // The hold is for the dearer of both roles.
    assert_eq!(decimal(&held.held), value + taker_fee);
    assert_eq!(decimal(&held.available), start - value - taker_fee);

    page.choose("account", "You");
    page.click("side-sell");
    page.click("kind-market");
    page.fill("quantity", "10");
    page.wait_text("preview-filled", "10", |text| text.starts_with("10"));
    let answer = page.send_ticket();
    assert_eq!(answer.code, "done", "{answer:?}");
    page.wait_balance("ACME", "ten are sold", |balance| balance.available == "490");
    assert_eq!(owns(&page, "ACME", Decimal::from(490)), Ok(()));
    assert_eq!(owns(&page, "USD", start + value - taker_fee), Ok(()));
    let fills = page.fills();
    assert_eq!(fills.len(), 1, "{fills:?}");
    assert_eq!(fills[0][5..=6], [price.to_string(), "10".to_owned()], "{fills:?}");

    page.choose("account", "Alice");
    page.wait_balance("ACME", "ten are bought", |balance| balance.available == "510");
    assert_eq!(owns(&page, "ACME", Decimal::from(510)), Ok(()));
    assert_eq!(owns(&page, "USD", start - value - maker_fee), Ok(()));
    page.wait_orders("none is left", <[_]>::is_empty);
    page.must_be_quiet(&[]);
}

#[test]
fn a_wrong_digit_in_a_balance_would_be_noticed() {
    let server = Server::start();
    let page = quiet_market("wrong-digit", &server);
    assert_eq!(owns(&page, "USD", Decimal::from(100_000)), Ok(()));
    let one_more = "const cell = document.querySelector('[data-asset=USD] [data-testid=available-balance]');
        cell.textContent = cell.textContent.replace(/0$/, '1')";
    page.script(one_more, &[]);
    let noticed = owns(&page, "USD", Decimal::from(100_000)).expect_err("the wrong digit was not noticed");
    assert!(noticed.contains("100000.01"), "{noticed}");
}

#[test]
fn orders_are_replaced_and_canceled() {
    let server = Server::start();
    let page = quiet_market("replace-cancel", &server);
    let bid = decimal(&page.best("buy"));
    let (low, lower) = ((bid - Decimal::new(5, 2)).to_string(), (bid - Decimal::new(6, 2)).to_string());
    assert_eq!(page.place_limit("buy", &low, "10").code, "done");
    let order = page.wait_orders("one", |orders| orders.len() == 1)[0].order;
    page.wait_ladder("the order", |row| row.price == low && row.own == "10");

    // What cannot be read is said at the field, and nothing is sent.
    page.replace_order(order, "abc", "4");
    page.wait_text("replace-error", "what is wrong", |text| text.contains("abc"));
    page.click("replace-leave");

    page.replace_order(order, &lower, "4");
    page.wait_orders("the new terms", |orders| {
        orders.len() == 1 && orders[0].cells[4] == lower && orders[0].cells[5] == "4"
    });
    page.wait_ladder("the order at its new price", |row| row.price == lower && row.own == "4");
    let value = decimal(&lower) * Decimal::from(4);
    page.wait_balance("USD", "the smaller hold", |balance| {
        decimal(&balance.held) == value + value * Decimal::new(1, 3)
    });

    page.cancel_order(order);
    page.wait_orders("none", <[_]>::is_empty);
    let free = page.wait_balance("USD", "nothing held", |balance| decimal(&balance.held).is_zero());
    assert_eq!(decimal(&free.available), Decimal::from(100_000));
    wait("the ladder without a mark", || page.ladder().iter().all(|row| row.own.is_empty()).then_some(()));
    page.must_be_quiet(&[]);
}

#[test]
fn bad_fields_say_what_is_wrong_and_send_nothing() {
    let server = Server::start();
    let page = quiet_market("bad-fields", &server);
    let before = page.stand_still();
    let cases = [
        ("price", "10.005", "1", "not a multiple of 0.01"),
        ("price", "0", "1", "0"),
        ("price", "-5", "1", "-5"),
        ("price", "abc", "1", "abc"),
        ("price", "", "1", ""),
        ("price", "99999999999999999999999999", "1", ""),
        ("quantity", "10.00", "0", "0"),
        ("quantity", "10.00", "1.5", "not a multiple of 1"),
        ("quantity", "10.00", "-1", "-1"),
        ("quantity", "10.00", "one", "one"),
        ("quantity", "10.00", "99999999999999999999999999", ""),
    ];
    for (field, price, quantity, part) in cases {
        page.write_limit("buy", price, quantity);
        page.click("submit");
        let words = page.field_error(field);
        assert!(words.contains(part), "{field} of {price} and {quantity}: {words}");
        let other = if field == "price" { "quantity-error" } else { "price-error" };
        assert_eq!(page.text(other).as_deref(), Some(""), "{price} {quantity}");
    }
    page.keep_picture("error");
    assert_eq!(page.stand_still(), before, "nothing was sent");

    // What only the exchange can refuse: it counts as a command, and it is said at the field it is about.
    let answer = page.place_limit("buy", "100.00", "1000000");
    assert_eq!(answer.code, "insufficient-funds", "{answer:?}");
    assert!(page.field_error("quantity").contains("USD"));
    let after = page.stand_still();
    assert_eq!(after.sequence, before.sequence + 1);
    page.wait_orders("none", <[_]>::is_empty);
    page.must_be_quiet(&[]);
}

#[test]
fn on_a_phone_the_parts_are_tabs_and_an_order_can_be_placed() {
    let server = Server::start();
    let page = quiet_market("phone", &server);
    let phone = serde_json::json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true });
    page.devtools("Emulation.setDeviceMetricsOverride", phone);
    page.click("part-book");
    let bid = page.best("buy");
    page.keep_picture("book");
    page.pick_price("buy", &bid);
    wait("the ticket with the price", || (page.value("price")? == bid).then_some(()));
    page.click("part-trade");
    page.fill("price", "50.00");
    page.fill("quantity", "2");
    page.keep_picture("trade");
    assert_eq!(page.send_ticket().code, "done");
    page.click("part-account");
    let order = page.wait_orders("one", |orders| orders.len() == 1)[0].order;
    page.keep_picture("account");
    page.cancel_order(order);
    page.wait_orders("none", <[_]>::is_empty);
    let wider = page.script("return document.documentElement.scrollWidth - window.innerWidth", &[]);
    assert!(wider.as_i64().is_some_and(|wider| wider <= 0), "the page is {wider} px wider than the phone");
    page.must_be_quiet(&[]);
}
