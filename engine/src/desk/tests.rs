//! The cash desk against its rules one by one, and against a slow model that looks everything up again.

use proptest::prelude::*;

use super::*;

const BTC: AssetId = AssetId::new(0);
const USD: AssetId = AssetId::new(1);
const EUR: AssetId = AssetId::new(2);
const GBP: AssetId = AssetId::new(3);
const CHF: AssetId = AssetId::new(4);

const DESK: AccountId = AccountId::new(1);
const ALICE: AccountId = AccountId::new(2);
const BOB: AccountId = AccountId::new(3);

const SCALES: Scales = Scales { money: 2, coins: 8 };
const HUNDRED_BTC: i64 = 10_000_000_000;

fn amount(units: i64) -> Amount {
    Amount::new(units).unwrap()
}

fn decimals(asset: AssetId) -> u8 {
    if asset == BTC { 8 } else { 2 }
}

fn rate(text: &str) -> Rate {
    Rate::new(text.parse().unwrap()).unwrap()
}

fn id(number: u32) -> CashOrderId {
    CashOrderId::new(number).unwrap()
}

fn order(client: AccountId, money: AssetId, units: i64, key: u128) -> CashOrder {
    CashOrder { client, money, amount: amount(units), key: IdempotenceKey::new(key) }
}

/// The desk of the founding system: 100 BTC in all, at its fixed table of rates.
fn desk() -> Desk {
    let mut desk = Desk::open(BTC, DESK, amount(HUNDRED_BTC)).unwrap();
    for (money, text) in [(USD, "48478.88"), (EUR, "41191.91"), (GBP, "35330.89")] {
        desk.set_rate(money, rate(text));
    }
    desk
}

fn plenty() -> Funds {
    Funds { money: amount(1_000_000_000_000_000), coins: amount(1_000_000_000_000_000) }
}

/// Sends an order with plenty of funds at the time `at`, and keeps what was bought.
fn send(desk: &mut Desk, at: u64, order: CashOrder) -> Result<Answer, Refusal> {
    let answer = desk.decide(Timestamp::from_nanos(at), order, SCALES, plenty())?;
    if let Answer::Sold(purchase) = answer {
        desk.apply(purchase);
    }
    desk.check(decimals);
    Ok(answer)
}

fn bought(desk: &mut Desk, at: u64, order: CashOrder) -> CashPurchase {
    match send(desk, at, order) {
        Ok(Answer::Sold(purchase)) => purchase,
        other => panic!("{order:?} should be a new purchase: {other:?}"),
    }
}

fn page(desk: &Desk, before: Option<u32>, size: u32) -> Vec<u32> {
    desk.page(before.map(id), size).unwrap().map(|purchase| purchase.id.get()).collect()
}

#[test]
fn vectors() {
    let mut desk = desk();
    let table = [(USD, 1, 21), (USD, 10_000, 206_276), (USD, 12_345, 254_647), (EUR, 10_000, 242_767)];
    let table =
        table.into_iter().chain([(GBP, 10_000, 283_039), (GBP, 1, 29), (USD, 123_456_789, 2_546_609_761)]);
    let mut sold = 0;
    for (number, (money, cents, satoshi)) in (1..).zip(table) {
        let purchase = bought(&mut desk, 5, order(ALICE, money, cents, 7));
        assert_eq!((purchase.id, purchase.coins), (id(number), amount(satoshi)));
        assert_eq!((purchase.at, Some(purchase.rate)), (Timestamp::from_nanos(5), desk.rate(money)));
        sold += satoshi;
        assert_eq!(desk.sold(), amount(sold));
    }
}

#[test]
fn exactly_the_cap_is_allowed_and_nothing_more() {
    let refused = |coins, sold| {
        let (cap, sold, coins) = (amount(HUNDRED_BTC), amount(sold), Some(amount(coins)));
        Err(Refusal::AboveCap { asset: BTC, cap, sold, coins })
    };
    let mut desk = desk();
    let (whole, above) = (order(ALICE, USD, 484_788_800, 1), order(ALICE, USD, 484_788_801, 1));
    assert_eq!(send(&mut desk, 1, above), refused(HUNDRED_BTC + 21, 0));
    assert_eq!(bought(&mut desk, 1, whole).coins, amount(HUNDRED_BTC));
    assert_eq!(desk.sold(), desk.cap());
    assert_eq!(send(&mut desk, 1, order(BOB, GBP, 1, 1)), refused(29, HUNDRED_BTC));

    // The same cap reached in two steps: the last satoshi may go, the one after it may not.
    let mut desk = self::desk();
    desk.set_rate(CHF, rate("1000000"));
    bought(&mut desk, 1, order(ALICE, CHF, 9_999_999_999, 1));
    assert_eq!(send(&mut desk, 1, order(ALICE, CHF, 2, 1)), refused(2, HUNDRED_BTC - 1));
    bought(&mut desk, 1, order(BOB, CHF, 1, 1));
    assert_eq!(send(&mut desk, 1, order(BOB, CHF, 1, 2)), refused(1, HUNDRED_BTC));
}

#[test]
fn a_replay_gives_the_original_and_changes_nothing() {
    let mut desk = desk();
    let first = order(ALICE, USD, 484_788_800, 1);
    let original = bought(&mut desk, 10, first);
    // Later, at another rate, with the cap reached and nobody having anything left.
    desk.set_rate(USD, rate("50000"));
    let before = desk.clone();
    let broke = Funds { money: Amount::ZERO, coins: Amount::ZERO };
    let again = desk.decide(Timestamp::from_nanos(99), first, SCALES, broke);
    assert_eq!(again, Ok(Answer::Replayed(original)));
    assert_eq!(send(&mut desk, 99, first), Ok(Answer::Replayed(original)));
    assert_eq!((original.at, original.rate), (Timestamp::from_nanos(10), rate("48478.88")));
    assert_eq!(desk, before);

    // A desk that is full of orders still answers a replay.
    desk.orders.resize(MAX_CASH_ORDERS as usize, original);
    let again = desk.decide(Timestamp::from_nanos(99), first, SCALES, plenty());
    assert_eq!(again, Ok(Answer::Replayed(original)));
}

#[test]
fn any_other_client_currency_amount_or_key_is_a_new_order() {
    let mut desk = desk();
    let first = order(ALICE, USD, 10_000, 1);
    let others = [
        first,
        CashOrder { client: BOB, ..first },
        CashOrder { money: EUR, ..first },
        CashOrder { amount: amount(10_001), ..first },
        CashOrder { key: IdempotenceKey::new(2), ..first },
        CashOrder { key: IdempotenceKey::new(1 | 1 << 127), ..first },
    ];
    let made = others.map(|order| bought(&mut desk, 1, order));
    for purchase in made {
        assert_eq!(send(&mut desk, 2, purchase.order), Ok(Answer::Replayed(purchase)));
    }
    assert_eq!(desk.purchases(), others.len());
}

#[test]
fn a_new_rate_leaves_old_purchases_alone() {
    let mut desk = desk();
    let old = bought(&mut desk, 1, order(ALICE, USD, 10_000, 1));
    desk.set_rate(USD, rate("50000.00"));
    let new = bought(&mut desk, 2, order(ALICE, USD, 10_000, 2));
    assert_eq!((old.coins, new.coins), (amount(206_276), amount(200_000)));
    assert_eq!(desk.purchase(old.id), Some(&old));
    assert_eq!(desk.rates().count(), 3);
}

/// Everything is wrong at first and is put right one thing at a time: each refusal hides all that follow it.
///
/// Planted in `decide`: any two neighbouring checks of a new order swapped, and the limits of the amount taken as
/// allowed; each was caught here.
#[test]
fn checks_run_in_the_order_of_the_refusals() {
    let mut full = desk();
    let original = bought(&mut full, 1, order(ALICE, GBP, 1, 1));
    full.orders.resize(MAX_CASH_ORDERS as usize, original);
    let (mut desk, free) = (full, self::desk());

    let mut wish = order(DESK, CHF, 0, 9);
    let mut funds = Funds { money: Amount::ZERO, coins: Amount::ZERO };
    let answer = |desk: &Desk, wish, funds| desk.decide(Timestamp::from_nanos(1), wish, SCALES, funds);
    let refusal = |desk: &Desk, wish, funds| {
        let refusal = answer(desk, wish, funds).unwrap_err();
        format!("{}: {refusal}", refusal.code())
    };

    assert_eq!(refusal(&desk, wish, funds), "amount-not-positive: the amount 0 is not above zero");
    wish.amount = amount(-1);
    assert_eq!(refusal(&desk, wish, funds), "amount-not-positive: the amount -1 is not above zero");
    wish.amount = amount(100_000_000_000);
    assert_eq!(
        refusal(&desk, wish, funds),
        "amount-too-large: the amount 100000000000 of asset 4 is not below 100000000000 (1000000000 whole units)"
    );
    wish.amount = amount(99_999_999_999);
    assert_eq!(refusal(&desk, wish, funds), "currency-not-taken: the desk has no rate for asset 4");
    wish.money = USD;
    assert_eq!(refusal(&desk, wish, funds), "own-desk: account 1 is the desk's own and cannot buy from it");
    wish.client = BOB;
    assert_eq!(refusal(&desk, wish, funds), "too-many-cash-orders: the desk has its 1000000 purchases");
    desk = free;
    assert_eq!(
        refusal(&desk, wish, funds),
        "above-cap: 2062753924988 of asset 0 beside 0 sold would exceed the cap 10000000000"
    );
    wish.amount = amount(10_000);
    assert_eq!(refusal(&desk, wish, funds), "insufficient-funds: 10000 of asset 1 needed, 0 available");
    funds.money = amount(9_999);
    assert_eq!(refusal(&desk, wish, funds), "insufficient-funds: 10000 of asset 1 needed, 9999 available");
    funds.money = amount(10_000);
    funds.coins = amount(206_275);
    assert_eq!(refusal(&desk, wish, funds), "desk-short: the desk needs 206276 of asset 0, 206275 available");
    funds.coins = amount(206_276);
    assert!(matches!(answer(&desk, wish, funds), Ok(Answer::Sold(_))));
}

#[test]
fn opening_and_rates_are_checked() {
    for cap in [0, -1] {
        let refusal = Desk::open(BTC, DESK, amount(cap)).unwrap_err();
        assert_eq!(refusal.code(), "cap-not-positive");
        assert_eq!(refusal.to_string(), format!("the cap {cap} is not above zero"));
    }
    let desk = desk();
    assert_eq!(desk.check_rate(BTC), Err(Refusal::OwnAsset { asset: BTC }));
    assert_eq!(desk.check_rate(CHF), Ok(()));
    assert_eq!((desk.sells(), desk.account(), desk.rate(CHF)), (BTC, DESK, None));
}

/// Coins beyond what can exist are above any cap, and with many decimals the limit of an amount is out of reach.
#[test]
fn the_ends_of_the_ranges_are_refusals_too() {
    let mut desk = Desk::open(BTC, DESK, amount(crate::limits::MAX_AMOUNT)).unwrap();
    desk.set_rate(CHF, rate("0.0000000000000000000000000001"));
    let refusal = send(&mut desk, 1, order(ALICE, CHF, 1, 1)).unwrap_err();
    assert_eq!(refusal.code(), "above-cap");
    assert_eq!(
        refusal.to_string(),
        "more than 1000000000000000000 of asset 0 beside 0 sold would exceed the cap 1000000000000000000"
    );
    let most = amount(crate::limits::MAX_AMOUNT);
    for (money, refused) in [(8, true), (9, true), (10, false), (12, false)] {
        let outcome = check_amount(CHF, most, Scales { money, coins: 8 });
        assert_eq!(outcome.is_err(), refused, "{money} decimals");
    }
    assert_eq!(check_amount(CHF, amount(most.get() - 1), Scales { money: 9, coins: 8 }), Ok(()));
}

#[test]
fn the_last_order_of_a_desk_is_its_millionth() {
    let mut desk = desk();
    let original = bought(&mut desk, 1, order(ALICE, GBP, 1, 1));
    desk.orders.resize(MAX_CASH_ORDERS as usize - 1, original);
    let answer =
        |desk: &Desk, key| desk.decide(Timestamp::from_nanos(1), order(BOB, GBP, 1, key), SCALES, plenty());
    let Ok(Answer::Sold(last)) = answer(&desk, 1) else { panic!("there is room for one more") };
    assert_eq!(last.id, id(MAX_CASH_ORDERS));
    desk.apply(last);
    assert_eq!(answer(&desk, 2), Err(Refusal::TooManyCashOrders));
    assert_eq!(answer(&desk, 1), Ok(Answer::Replayed(last)));
}

#[test]
fn pages_go_from_the_newest_back_and_do_not_move() {
    let mut desk = desk();
    assert_eq!(page(&desk, None, 10), []);
    assert_eq!(desk.page(Some(id(1)), 10).err(), Some(UnknownPurchase { given: id(1) }));
    for key in 0..7 {
        bought(&mut desk, 1, order(ALICE, USD, 1, key));
    }
    assert_eq!(page(&desk, None, 3), [7, 6, 5]);
    // Bought while the pages are turned.
    bought(&mut desk, 1, order(ALICE, USD, 1, 7));
    assert_eq!(page(&desk, Some(5), 3), [4, 3, 2]);
    assert_eq!(page(&desk, Some(2), 3), [1]);
    assert_eq!(page(&desk, Some(1), 3), []);
    assert_eq!(page(&desk, None, 3), [8, 7, 6]);
    assert_eq!(page(&desk, None, 0), []);
    assert_eq!(page(&desk, None, u32::MAX), [8, 7, 6, 5, 4, 3, 2, 1]);
    let unknown = desk.page(Some(id(9)), 3).map(|_| ()).unwrap_err();
    assert_eq!(unknown.to_string(), "the desk has no purchase 9");
    assert!(desk.page(CashOrderId::new(u32::MAX), 3).is_err());
}

#[test]
#[should_panic(expected = "each once")]
fn a_purchase_is_not_applied_twice() {
    let mut desk = desk();
    let purchase = bought(&mut desk, 1, order(ALICE, USD, 1, 1));
    desk.apply(purchase);
}

/// The message of a broken rule, and how to break it.
type Damage = (&'static str, fn(&mut Desk));

/// Each rule of the self-check notices when it is broken.
#[test]
fn the_self_check_notices_damage() {
    let damages: [Damage; 7] = [
        ("sum of the purchases", |desk| desk.sold = amount(desk.sold.get() + 1)),
        ("no more than its cap", |desk| desk.cap = amount(1)),
        ("without a gap", |desk| desk.orders.swap(0, 1)),
        ("coins of purchase 1", |desk| desk.orders[0].coins = amount(22)),
        ("replay finds purchase 2", |desk| assert!(desk.keys.remove(&order(BOB, EUR, 1, 1)).is_some())),
        ("belongs to a purchase", |desk| assert!(desk.keys.insert(order(BOB, EUR, 2, 1), id(1)).is_none())),
        ("no rate for what it sells", |desk| assert!(desk.rates.insert(BTC, rate("1")).is_none())),
    ];
    for (rule, damage) in damages {
        let mut desk = desk();
        bought(&mut desk, 1, order(ALICE, USD, 1, 1));
        bought(&mut desk, 1, order(BOB, EUR, 1, 1));
        damage(&mut desk);
        let panic = std::panic::catch_unwind(|| desk.check(decimals)).unwrap_err();
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        assert!(message.contains(rule), "{rule}: {message}");
    }
}

/// What is done to the desk and to the model.
#[derive(Clone, Copy, Debug)]
enum Step {
    SetRate { money: u32, cents: i64 },
    Buy { client: u32, money: u32, cents: i64, key: u128 },
    Page { before: u32, size: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    // Few amounts and keys, so that orders are sent again; large ones, so that purses, inventory and cap run out.
    let amounts = [0, 1, 2, 70_001, 250_000, 400_000, 99_999_999_999, 100_000_000_000];
    prop_oneof![
        1 => (1..4_u32, 1..9_000_000_i64).prop_map(|(money, cents)| Step::SetRate { money, cents }),
        8 => (1..5_u32, 1..5_u32, prop::sample::select(amounts.to_vec()), 0..3_u128)
            .prop_map(|(client, money, cents, key)| Step::Buy { client, money, cents, key }),
        2 => (0..30_u32, 0..6_u32).prop_map(|(before, size)| Step::Page { before, size }),
    ]
}

/// The obvious desk: lists that are searched from the start, and cents and satoshi in 128 bits.
#[derive(Default)]
struct Model {
    rates: Vec<(AssetId, i64)>,
    made: Vec<CashPurchase>,
}

impl Model {
    const CAP: i64 = 100_000_000;
    const INVENTORY: i64 = 95_000_000;
    const PURSE: i64 = 900_000;

    fn cents(&self, money: AssetId) -> Option<i64> {
        self.rates.iter().rev().find(|(known, _)| *known == money).map(|&(_, cents)| cents)
    }

    fn sold(&self) -> i64 {
        self.made.iter().map(|purchase| purchase.coins.get()).sum()
    }

    fn funds(&self, order: CashOrder) -> Funds {
        let same =
            self.made.iter().filter(|p| (p.order.client, p.order.money) == (order.client, order.money));
        let spent: i64 = same.map(|purchase| purchase.order.amount.get()).sum();
        Funds { money: amount(Self::PURSE - spent), coins: amount(Self::INVENTORY - self.sold()) }
    }

    /// The purchase and whether it is a replay, or the code of the refusal.
    fn buy(&mut self, at: Timestamp, order: CashOrder) -> Result<(CashPurchase, bool), &'static str> {
        if let Some(purchase) = self.made.iter().find(|purchase| purchase.order == order) {
            return Ok((*purchase, true));
        }
        let (funds, spends) = (self.funds(order), order.amount.get());
        if spends <= 0 {
            return Err("amount-not-positive");
        }
        if spends >= 100_000_000_000 {
            return Err("amount-too-large");
        }
        let cents = self.cents(order.money).ok_or("currency-not-taken")?;
        if order.client == DESK {
            return Err("own-desk");
        }
        let satoshi = (i128::from(spends) * 100_000_000 + i128::from(cents) - 1) / i128::from(cents);
        if i128::from(self.sold()) + satoshi > i128::from(Self::CAP) {
            return Err("above-cap");
        }
        let coins = amount(i64::try_from(satoshi).unwrap());
        if order.amount > funds.money {
            return Err("insufficient-funds");
        }
        if coins > funds.coins {
            return Err("desk-short");
        }
        let id = id(u32::try_from(self.made.len()).unwrap() + 1);
        let rate = Rate::new(rust_decimal::Decimal::new(cents, 2)).unwrap();
        let purchase = CashPurchase { id, at, order, rate, coins };
        self.made.push(purchase);
        Ok((purchase, false))
    }

    fn page(&self, before: u32, size: u32) -> Option<Vec<CashPurchase>> {
        if before != 0 && !self.made.iter().any(|purchase| purchase.id.get() == before) {
            return None;
        }
        let older = self.made.iter().rev().filter(|purchase| before == 0 || purchase.id.get() < before);
        Some(older.zip(0..size).map(|(purchase, _)| *purchase).collect())
    }
}

proptest! {
    /// The desk answers as the model does, and is again what its rates and purchases make it.
    ///
    /// Planted in the desk: a replay looked up last, the key without the currency, the cap without what was sold, a
    /// page that begins with the purchase it is asked to begin after; each was caught here.
    #[test]
    fn answers_like_the_model(steps in prop::collection::vec(step(), 1..120)) {
        let mut desk = Desk::open(BTC, DESK, amount(Model::CAP)).unwrap();
        let mut model = Model::default();
        for (at, step) in (1..).map(Timestamp::from_nanos).zip(steps) {
            match step {
                Step::SetRate { money, cents } => {
                    let money = AssetId::new(money);
                    desk.set_rate(money, Rate::new(rust_decimal::Decimal::new(cents, 2)).unwrap());
                    model.rates.push((money, cents));
                }
                Step::Buy { client, money, cents, key } => {
                    let order = order(AccountId::new(client), AssetId::new(money), cents, key);
                    let answer = desk.decide(at, order, SCALES, model.funds(order));
                    if let Ok(Answer::Sold(purchase)) = answer {
                        desk.apply(purchase);
                    }
                    let answer = match answer {
                        Ok(Answer::Sold(purchase)) => Ok((purchase, false)),
                        Ok(Answer::Replayed(purchase)) => Ok((purchase, true)),
                        Err(refusal) => Err(refusal.code()),
                    };
                    prop_assert_eq!(answer, model.buy(at, order));
                }
                Step::Page { before, size } => {
                    let page = desk.page(CashOrderId::new(before), size).ok();
                    prop_assert_eq!(page.map(|page| page.copied().collect()), model.page(before, size));
                }
            }
            desk.check(decimals);
            prop_assert_eq!(desk.sold().get(), model.sold());
        }
        let mut again = Desk::open(BTC, DESK, amount(Model::CAP)).unwrap();
        desk.rates().for_each(|(money, rate)| again.set_rate(money, rate));
        model.made.iter().for_each(|purchase| again.apply(*purchase));
        prop_assert_eq!(again, desk);
    }
}
