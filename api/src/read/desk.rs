//! Cash desks.

use outcry_engine::{Command, DeskId, IdempotenceKey, Rate, parse_decimal};

use super::Reader;

impl Reader<'_> {
    pub(crate) fn open_desk(&mut self) -> Option<Command> {
        let account = self.account("account");
        let sells = self.asset("sells");
        let cap = self.amount_of("cap", sells);
        Some(Command::OpenDesk { account: account?, sells: sells?, cap: cap? })
    }

    pub(crate) fn set_rate(&mut self) -> Option<Command> {
        let desk = self.desk();
        let money = self.asset("money");
        let rate = self.fields.decimal("rate", |text| {
            let rate = parse_decimal(text).map_err(|e| e.to_string())?;
            Rate::new(rate).map_err(|e| e.to_string())
        });
        Some(Command::SetRate { desk: desk?, money: money?, rate: rate? })
    }

    pub(crate) fn buy_at_desk(&mut self) -> Option<Command> {
        let desk = self.desk();
        let account = self.account("account");
        let money = self.asset("money");
        let amount = self.amount_of("amount", money);
        let key = self.fields.required("key", idempotence_key);
        Some(Command::BuyAtDesk { desk: desk?, account: account?, money: money?, amount: amount?, key: key? })
    }

    fn desk(&mut self) -> Option<DeskId> {
        self.fields.required_integer("desk", 0..=u32::MAX).map(DeskId::new)
    }
}

/// 32 hexadecimal digits, or a UUID with its hyphens.
fn idempotence_key(text: &str) -> Result<IdempotenceKey, String> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let uuid = text.len() == 36 && HYPHENS.iter().all(|&place| text.as_bytes()[place] == b'-');
    let digits: String = if uuid { text.split('-').collect() } else { text.to_owned() };
    let hexadecimal = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| hexadecimal);
    number.map(IdempotenceKey::new).ok_or_else(|| "is not 32 hexadecimal digits, nor a UUID".to_owned())
}
