//! The desks of an exchange: commands come in, money and coins move through the ledger.

use super::{Answer, CashOrder, Desk, Funds, Rate, Refusal, Scales};
use crate::account::Posting as Line;
use crate::limits::MAX_DESKS;
use crate::{AccountId, Amount, AssetId, CashPurchase, DeskId, Event, Exchange, LedgerKind, Reject};

impl Exchange {
    /// All cash desks; the index is the [`DeskId`].
    #[must_use]
    pub fn desks(&self) -> &[Desk] {
        &self.desks
    }

    /// One cash desk.
    #[must_use]
    pub fn desk(&self, desk: DeskId) -> Option<&Desk> {
        self.desks.get(desk.index())
    }

    pub(crate) fn open_desk(
        &mut self,
        account: AccountId,
        sells: AssetId,
        cap: Amount,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let opened = Desk::open(sells, account, cap).map_err(Reject::Desk)?;
        self.known_asset(sells)?;
        self.known_customer(account)?;
        let number = u32::try_from(self.desks.len()).ok().filter(|&next| next < MAX_DESKS);
        let desk = number.map(DeskId::new).ok_or(Reject::TooManyDesks)?;
        self.desks.push(opened);
        events.push(Event::DeskOpened { desk, account, sells, cap });
        Ok(())
    }

    pub(crate) fn set_rate(
        &mut self,
        desk: DeskId,
        money: AssetId,
        rate: Rate,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        self.known_asset(money)?;
        let open = self.desks.get_mut(desk.index()).ok_or(Reject::UnknownDesk { desk })?;
        open.check_rate(money).map_err(Reject::Desk)?;
        open.set_rate(money, rate);
        events.push(Event::RateSet { desk, money, rate });
        Ok(())
    }

    pub(crate) fn buy_at_desk(
        &mut self,
        desk: DeskId,
        order: CashOrder,
        events: &mut Vec<Event>,
    ) -> Result<(), Reject> {
        let open = self.desk(desk).ok_or(Reject::UnknownDesk { desk })?;
        if let Some(purchase) = open.repeated(&order) {
            events.push(told(desk, purchase, true));
            return Ok(());
        }
        let amount = order.amount;
        if amount <= Amount::ZERO {
            return Err(Reject::Desk(Refusal::AmountNotPositive { amount }));
        }
        let money = self.known_asset(order.money)?.decimals();
        self.known_customer(order.client)?;
        let (seller, sells) = (open.account(), open.sells());
        let scales = Scales { money, coins: self.known_asset(sells)?.decimals() };
        let funds = Funds {
            money: self.balance(order.client, order.money).available,
            coins: self.balance(seller, sells).available,
        };
        match open.decide(self.now, order, scales, funds).map_err(Reject::Desk)? {
            Answer::Replayed(purchase) => events.push(told(desk, &purchase, true)),
            Answer::Sold(purchase) => {
                self.desks[desk.index()].apply(purchase);
                events.push(told(desk, &purchase, false));
                let (client, paid) = (order.client, order.amount.get());
                let coins = purchase.coins.get();
                let lines = [
                    Line::available(client, order.money, LedgerKind::Buy, -paid, None),
                    Line::available(client, sells, LedgerKind::Buy, coins, None),
                    Line::available(seller, sells, LedgerKind::Sell, -coins, None),
                    Line::available(seller, order.money, LedgerKind::Sell, paid, None),
                ];
                for line in lines {
                    self.ledger.post(line, events);
                }
            }
        }
        Ok(())
    }
}

const fn told(desk: DeskId, purchase: &CashPurchase, repeated: bool) -> Event {
    Event::CashSpent {
        desk,
        purchase: purchase.id,
        account: purchase.order.client,
        money: purchase.order.money,
        amount: purchase.order.amount,
        rate: purchase.rate,
        coins: purchase.coins,
        repeated,
    }
}
