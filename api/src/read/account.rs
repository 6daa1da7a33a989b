//! Assets, instruments, accounts and what moves in and out.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, FeeRate, NewInstrument, Symbol, limits, parse_decimal,
};

use super::Reader;

impl Reader<'_> {
    pub(crate) fn create_asset(&mut self) -> Option<Command> {
        let symbol = self.fields.required("symbol", Symbol::new);
        let decimals = self.fields.required_integer("decimals", 0..=limits::MAX_DECIMALS);
        Some(Command::CreateAsset { symbol: symbol?, decimals: decimals? })
    }

    pub(crate) fn create_instrument(&mut self) -> Option<Command> {
        let symbol = self.fields.required("symbol", Symbol::new);
        let base = self.asset("base");
        let quote = self.asset("quote");
        let tick = self.fields.decimal("tick", parse_decimal);
        let lot = self.fields.decimal("lot", parse_decimal);
        let maker_fee = self.fee("maker_fee_ppm");
        let taker_fee = self.fee("taker_fee_ppm");
        Some(Command::CreateInstrument(NewInstrument {
            symbol: symbol?,
            base: base?,
            quote: quote?,
            tick: tick?,
            lot: lot?,
            maker_fee,
            taker_fee,
        }))
    }

    /// A fee; absent is none. A wrong one is noted, and zero stands in until the errors are told.
    pub(super) fn fee(&mut self, field: &'static str) -> FeeRate {
        let ppm = self.fields.integer(field, -FeeRate::MAX_PPM..=FeeRate::MAX_PPM);
        ppm.and_then(|ppm| FeeRate::from_ppm(ppm).ok()).unwrap_or_default()
    }

    pub(crate) fn open_account(&mut self) -> Option<Command> {
        let name = self.fields.required("name", AccountName::new)?;
        Some(Command::OpenAccount { name })
    }

    pub(crate) fn transfer(
        &mut self,
        command: impl FnOnce(AccountId, AssetId, Amount) -> Command,
    ) -> Option<Command> {
        let account = self.account("account");
        let asset = self.asset("asset");
        let amount = self.amount_of("amount", asset);
        Some(command(account?, asset?, amount?))
    }

    pub(crate) fn kill_switch(&mut self, command: impl FnOnce(AccountId) -> Command) -> Option<Command> {
        self.account("account").map(command)
    }
}
