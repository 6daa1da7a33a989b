//! The oracle's cash desks: money in, coins out, at a frozen rate.

use outcry_engine::{
    AccountId, Amount, AssetId, CashOrderId, DeskId, Event, IdempotenceKey, LedgerKind, Rate, Refusal,
    Reject, limits,
};

use super::{Oracle, count, told_units};

/// Whole units of money that an order stays below.
const UNITS_LIMIT: i128 = 1_000_000_000;
/// Most purchases of a desk.
const MOST_PURCHASES: usize = 1_000_000;

/// One purchase.
#[derive(Clone, Copy, Debug)]
struct Purchase {
    order: (AccountId, AssetId, Amount, IdempotenceKey),
    rate: Rate,
    coins: Amount,
}

/// A desk: its terms, its rates, everything it sold.
#[derive(Clone, Debug)]
pub(super) struct CashDesk {
    account: AccountId,
    sells: AssetId,
    cap: Amount,
    rates: Vec<(AssetId, Rate)>,
    purchases: Vec<Purchase>,
}

impl Oracle {
    pub(super) fn open_desk(
        &mut self,
        account: AccountId,
        sells: AssetId,
        cap: Amount,
    ) -> Result<(), Reject> {
        if cap.get() <= 0 {
            return Err(Reject::Desk(Refusal::CapNotPositive { cap }));
        }
        self.decimals(sells)?;
        self.check_customer(account)?;
        if self.desks.len() >= limits::MAX_DESKS as usize {
            return Err(Reject::TooManyDesks);
        }
        let desk = DeskId::new(count(&self.desks));
        self.tell(Event::DeskOpened { desk, account, sells, cap });
        self.desks.push(CashDesk { account, sells, cap, rates: Vec::new(), purchases: Vec::new() });
        Ok(())
    }

    pub(super) fn set_rate(&mut self, desk: DeskId, money: AssetId, rate: Rate) -> Result<(), Reject> {
        self.decimals(money)?;
        let sells = self.desk(desk)?.sells;
        if money == sells {
            return Err(Reject::Desk(Refusal::OwnAsset { asset: money }));
        }
        self.tell(Event::RateSet { desk, money, rate });
        let rates = &mut self.desks[desk.get() as usize].rates;
        rates.retain(|(known, _)| *known != money);
        rates.push((money, rate));
        Ok(())
    }

    pub(super) fn buy_at_desk(
        &mut self,
        desk: DeskId,
        account: AccountId,
        money: AssetId,
        amount: Amount,
        key: IdempotenceKey,
    ) -> Result<(), Reject> {
        let order = (account, money, amount, key);
        let known = self.desk(desk)?.purchases.iter().position(|purchase| purchase.order == order);
        if let Some(place) = known {
            let Purchase { rate, coins, .. } = self.desk(desk)?.purchases[place];
            self.tell(spent(desk, place, order, rate, coins, true));
            return Ok(());
        }
        let (rate, coins) = self.decide(desk, order)?;
        let CashDesk { account: seller, sells, ref purchases, .. } = *self.desk(desk)?;
        self.tell(spent(desk, purchases.len(), order, rate, coins, false));
        let (paid, bought) = (i128::from(amount.get()), i128::from(coins.get()));
        self.change(account, money, LedgerKind::Buy, -paid, 0, None);
        self.change(account, sells, LedgerKind::Buy, bought, 0, None);
        self.change(seller, sells, LedgerKind::Sell, -bought, 0, None);
        self.change(seller, money, LedgerKind::Sell, paid, 0, None);
        self.desks[desk.get() as usize].purchases.push(Purchase { order, rate, coins });
        Ok(())
    }

    /// Rate and coins of a new order, or why it is refused.
    fn decide(
        &self,
        id: DeskId,
        (client, money, amount, _): (AccountId, AssetId, Amount, IdempotenceKey),
    ) -> Result<(Rate, Amount), Reject> {
        let desk = self.desk(id)?;
        if amount.get() <= 0 {
            return Err(Reject::Desk(Refusal::AmountNotPositive { amount }));
        }
        let decimals = self.decimals(money)?;
        self.check_customer(client)?;
        let limit = UNITS_LIMIT * 10_i128.pow(u32::from(decimals));
        if i128::from(amount.get()) >= limit {
            return Err(Reject::Desk(Refusal::AmountTooLarge { money, amount, limit: told_units(limit) }));
        }
        let rate = desk.rates.iter().find(|(known, _)| *known == money).map(|(_, rate)| *rate);
        let rate = rate.ok_or(Reject::Desk(Refusal::CurrencyNotTaken { money }))?;
        if client == desk.account {
            return Err(Reject::Desk(Refusal::OwnDesk { account: client }));
        }
        if desk.purchases.len() >= MOST_PURCHASES {
            return Err(Reject::Desk(Refusal::TooManyCashOrders));
        }
        let coins = bought(amount, rate, decimals, self.decimals(desk.sells)?);
        let sold: i128 = desk.purchases.iter().map(|purchase| i128::from(purchase.coins.get())).sum();
        let told = coins.filter(|&coins| coins <= i128::from(limits::MAX_AMOUNT)).map(told_units);
        let Some(coins) = told.filter(|coins| sold + i128::from(coins.get()) <= i128::from(desk.cap.get()))
        else {
            let (asset, cap, sold) = (desk.sells, desk.cap, told_units(sold));
            return Err(Reject::Desk(Refusal::AboveCap { asset, cap, sold, coins: told }));
        };
        let available = told_units(self.purse(client, money).available);
        if amount > available {
            return Err(Reject::Desk(Refusal::ClientShort { asset: money, needed: amount, available }));
        }
        let available = told_units(self.purse(desk.account, desk.sells).available);
        if coins > available {
            let refusal = Refusal::DeskShort { asset: desk.sells, needed: coins, available };
            return Err(Reject::Desk(refusal));
        }
        Ok((rate, coins))
    }

    fn desk(&self, desk: DeskId) -> Result<&CashDesk, Reject> {
        self.desks.get(desk.get() as usize).ok_or(Reject::UnknownDesk { desk })
    }
}

fn spent(
    desk: DeskId,
    place: usize,
    (account, money, amount, _): (AccountId, AssetId, Amount, IdempotenceKey),
    rate: Rate,
    coins: Amount,
    repeated: bool,
) -> Event {
    let number = u32::try_from(place + 1).expect("at most a million");
    let purchase = CashOrderId::new(number).expect("counted from 1");
    Event::CashSpent { desk, purchase, account, money, amount, rate, coins, repeated }
}

/// The least number of coins that is worth the money at the rate, found by halving: the product is compared digit by
/// digit, so nothing is divided. `None` beyond what can be told.
fn bought(amount: Amount, rate: Rate, money_decimals: u8, coin_decimals: u8) -> Option<i128> {
    let decimal = rate.decimal();
    // coins x mantissa x 10^money_decimals >= amount x 10^(coin_decimals + scale)
    let worth = digits(decimal.mantissa().unsigned_abs(), u32::from(money_decimals));
    let needed = digits(u128::from(amount.get().unsigned_abs()), u32::from(coin_decimals) + decimal.scale());
    let enough = |coins: i128| !less(&product(&worth, &digits(coins.unsigned_abs(), 0)), &needed);
    let most = 2 * i128::from(limits::MAX_AMOUNT);
    if !enough(most) {
        return None;
    }
    let (mut short, mut covers) = (0, most);
    while covers - short > 1 {
        let middle = i128::midpoint(short, covers);
        if enough(middle) { covers = middle } else { short = middle }
    }
    Some(covers)
}

/// Decimal digits, the lowest first, of a number followed by zeros.
fn digits(number: u128, zeros: u32) -> Vec<u32> {
    let mut digits = vec![0; zeros as usize];
    digits.extend(number.to_string().bytes().rev().map(|byte| u32::from(byte - b'0')));
    digits
}

fn product(one: &[u32], other: &[u32]) -> Vec<u32> {
    let mut product = vec![0; one.len() + other.len() + 1];
    for (i, a) in one.iter().enumerate() {
        for (j, b) in other.iter().enumerate() {
            product[i + j] += a * b;
        }
    }
    for i in 0..product.len() - 1 {
        product[i + 1] += product[i] / 10;
        product[i] %= 10;
    }
    product
}

/// Whether a number in digits is less than another.
fn less(one: &[u32], other: &[u32]) -> bool {
    let digit = |of: &[u32], place: usize| of.get(place).copied().unwrap_or(0);
    for place in (0..one.len().max(other.len())).rev() {
        let (a, b) = (digit(one, place), digit(other, place));
        if a != b {
            return a < b;
        }
    }
    false
}
