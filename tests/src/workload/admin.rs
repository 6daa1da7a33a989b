//! The rest of a workload's commands: transfers, new things, and commands that must be refused.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, InstrumentId, NewInstrument, OrderPrice,
    Posting, TimeInForce, limits,
};
use rust_decimal::Decimal;

use super::opening::symbol;
use super::{Act, Workload};

impl Workload {
    /// An amount in: usual, one minor unit, or one too many for the supply.
    pub(super) fn deposit(&mut self) -> Command {
        let units = match self.random.below(20) {
            0 => limits::MAX_AMOUNT,
            1 => 0,
            2 => -1,
            3..=6 => 1,
            _ => self.random.between(1, 1_000_000),
        };
        let (account, asset) = (self.owner(), self.asset());
        Command::Deposit { account, asset, amount: amount(units) }
    }

    /// An amount out: all, one more, one less, a part.
    pub(super) fn withdraw(&mut self) -> Command {
        let (account, asset) = (self.owner(), self.asset());
        let available = self.sight.available(account, asset);
        let units = match self.random.below(12) {
            0 if self.random.chance(200_000) => available,
            1 => available + 1,
            2 if self.random.chance(200_000) => available - 1,
            3 => 1,
            4 => 0,
            5 => limits::MAX_AMOUNT,
            _ => available / 16,
        };
        Command::Withdraw { account, asset, amount: amount(units) }
    }

    /// One more asset, instrument or account; now and then one that exists or cannot be.
    pub(super) fn create(&mut self) -> Command {
        match self.random.below(3) {
            0 => {
                let number = self.random.below(12);
                let decimals = u8::try_from(self.random.below(14)).expect("below 14");
                Command::CreateAsset { symbol: symbol(&format!("COIN{number}")), decimals }
            }
            1 => {
                let number = self.random.below(12);
                let decimals = [
                    Decimal::ONE,
                    Decimal::new(1, 2),
                    Decimal::new(1, 4),
                    Decimal::new(25, 1),
                    Decimal::ZERO,
                    Decimal::NEGATIVE_ONE,
                    Decimal::new(1, 13),
                    Decimal::MAX,
                ];
                let mut pick = || *self.random.pick(&decimals).expect("not empty");
                let (tick, lot) = (pick(), pick());
                Command::CreateInstrument(NewInstrument {
                    symbol: symbol(&format!("PAIR{number}")),
                    base: self.asset(),
                    quote: self.asset(),
                    tick,
                    lot,
                    maker_fee: FeeRate::ZERO,
                    taker_fee: FeeRate::from_ppm(1_500).expect("small"),
                })
            }
            _ => {
                let number = self.random.below(16);
                let name = AccountName::new(&format!("account-{number}")).expect("short and plain");
                Command::OpenAccount { name }
            }
        }
    }

    /// An order that is wrong by itself or names what does not exist.
    pub(super) fn misshapen(&mut self) -> Command {
        let Command::PlaceOrder(mut new) = self.place(Act::Limit) else { unreachable!("a placed order") };
        // Two mistakes at once, often: then the order of the checks shows.
        for _ in 0..2 {
            match self.random.below(7) {
                0 => new.price = OrderPrice::Market,
                1 => new.time_in_force = TimeInForce::ImmediateOrCancel,
                2 => new.posting = Posting::PostOnly,
                3 => new.instrument = InstrumentId::new(1_000),
                4 => new.account = AccountId::new(1_000_000),
                5 => new.account = AccountId::VENUE,
                _ => new.quantity = outcry_engine::Qty::new(limits::MAX_QTY).expect("the highest"),
            }
        }
        Command::PlaceOrder(new)
    }

    /// The end of all orders of an account, of one instrument or side or of all.
    pub(super) fn mass_cancel(&mut self) -> Command {
        let account = self.owner();
        let instrument = self.random.chance(500_000).then(|| self.instrument());
        let side = self.random.chance(300_000).then(|| self.side());
        Command::CancelOrders { account, instrument, side }
    }

    /// The kill switch, soon released again.
    pub(super) fn block(&mut self) -> Command {
        match self.random.pick(self.sight.blocked()).copied() {
            Some(account) if self.random.chance(900_000) => Command::UnblockAccount { account },
            _ => Command::BlockAccount { account: self.owner() },
        }
    }

    /// An account, now and then the venue's or none.
    pub(super) fn owner(&mut self) -> AccountId {
        match self.random.below(20) {
            0 => AccountId::VENUE,
            1 => AccountId::new(u32::MAX),
            _ => self.account(),
        }
    }

    /// An asset, now and then none.
    pub(super) fn asset(&mut self) -> AssetId {
        let count = u64::try_from(self.sight.assets().len()).expect("a handful");
        let unknown = u64::from(self.random.chance(50_000));
        AssetId::new(u32::try_from(self.random.below(count) + unknown * count).expect("a handful"))
    }
}

/// An amount, kept within what is allowed.
pub(super) fn amount(units: i64) -> Amount {
    Amount::new(units.clamp(-limits::MAX_AMOUNT, limits::MAX_AMOUNT)).expect("clamped")
}
