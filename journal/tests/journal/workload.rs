//! A small seeded market for the tests: commands of every kind, some of them refused, and hosts that ran them.

use outcry_engine::{
    AccountId, AccountName, Amount, AssetId, Command, Event, FeeRate, InstrumentId, NewInstrument, NewOrder,
    OrderId, OrderPrice, Posting, Price, Qty, Side, Symbol, TimeInForce, Timestamp, parse_decimal,
};
use outcry_journal::{Chunk, CommandId, Entry, Host, JournalId, Submitted};

pub(crate) const JOURNAL: JournalId = JournalId::from_bytes(*b"journal of tests");
pub(crate) const ORIGIN: u64 = 0x1234_5678_9abc_def0;

/// SplitMix64: enough randomness to pick a test case.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Two assets, one instrument, two accounts with money.
pub(crate) fn opening() -> Vec<Command> {
    let mut commands = vec![
        Command::CreateAsset { symbol: Symbol::new("USD").unwrap(), decimals: 2 },
        Command::CreateAsset { symbol: Symbol::new("ACME").unwrap(), decimals: 0 },
        Command::CreateInstrument(NewInstrument {
            symbol: Symbol::new("ACME").unwrap(),
            base: AssetId::new(1),
            quote: AssetId::new(0),
            tick: parse_decimal("0.01").unwrap(),
            lot: parse_decimal("1").unwrap(),
            maker_fee: FeeRate::from_ppm(500).unwrap(),
            taker_fee: FeeRate::from_ppm(1000).unwrap(),
        }),
    ];
    for (number, name) in [(1, "Alice"), (2, "Zoë")] {
        commands.push(Command::OpenAccount { name: AccountName::new(name).unwrap() });
        for asset in [0, 1] {
            let amount = Amount::new(1_000_000_000).unwrap();
            commands.push(Command::Deposit {
                account: AccountId::new(number),
                asset: AssetId::new(asset),
                amount,
            });
        }
    }
    commands.extend(crate::feature::opening());
    commands
}

/// Any command of a busy market; `orders` orders were accepted about so far.
pub(crate) fn command(draw: &mut Draw, orders: u64) -> Command {
    let account = AccountId::new(1 + draw.below(2) as u32);
    let price = Price::new(10_000 + draw.below(40) as i64 - 20).unwrap();
    let quantity = Qty::new(1 + draw.below(50)).unwrap();
    let order = OrderId::new(1 + orders.saturating_sub(draw.below(20))).unwrap();
    match draw.below(20) {
        0..=5 => Command::CancelOrder { account, order },
        6..=7 => Command::ReplaceOrder { account, order, price, quantity },
        8 => Command::Withdraw {
            account,
            asset: AssetId::new(draw.below(3) as u32),
            amount: Amount::new(7).unwrap(),
        },
        kind => Command::PlaceOrder(NewOrder {
            account,
            instrument: InstrumentId::new(u32::from(kind == 9)),
            side: if draw.percent(50) { Side::Buy } else { Side::Sell },
            price: if kind == 10 { OrderPrice::Market } else { OrderPrice::Limit(price) },
            quantity,
            time_in_force: match kind {
                10 | 11 => TimeInForce::ImmediateOrCancel,
                12 => TimeInForce::FillOrKill,
                _ => TimeInForce::GoodTillCancel,
            },
            posting: if kind == 13 { Posting::PostOnly } else { Posting::Any },
        }),
    }
}

/// Submits one command of [`ORIGIN`] under its next id.
pub(crate) fn submit(host: &mut Host, at: u64, command: &Command, events: &mut Vec<Event>) {
    let id = CommandId { origin: ORIGIN, counter: host.next_counter(ORIGIN) };
    let submitted = host.submit(Timestamp::from_nanos(at), id, command, events);
    assert!(matches!(submitted, Ok(Submitted::Executed(_))), "{submitted:?}");
}

/// A market that ran the opening and then that many commands.
pub(crate) fn busy_host(seed: u64, commands: u64) -> Host {
    let mut host = Host::new(JOURNAL, 1);
    let mut events = Vec::new();
    for command in opening() {
        submit(&mut host, 1_700_000_000_000_000_000, &command, &mut events);
    }
    trade(&mut host, seed, commands);
    host
}

/// Runs that many more commands.
pub(crate) fn trade(host: &mut Host, seed: u64, commands: u64) {
    let mut draw = Draw::new(seed);
    let mut events = Vec::new();
    let mut at = host.exchange().now().nanos();
    for _ in 0..commands {
        at += draw.below(3) * draw.below(50_000_000);
        let command = match draw.percent(25) {
            true => crate::feature::command(&mut draw, at),
            false => command(&mut draw, host.exchange().sequence() / 2),
        };
        submit(host, at, &command, &mut events);
        events.clear();
    }
}

/// Everything pending, as chunks.
pub(crate) fn cut_all(host: &mut Host) -> Vec<Chunk> {
    std::iter::from_fn(|| host.cut()).collect()
}

/// A history of several chunks, of about `each` commands each, and the host that made it.
pub(crate) fn chunks(seed: u64, count: u64, each: u64) -> (Host, Vec<Chunk>) {
    let mut host = busy_host(seed, 0);
    let mut chunks = Vec::new();
    for number in 0..count {
        trade(&mut host, seed + number, each);
        chunks.extend(cut_all(&mut host));
    }
    (host, chunks)
}

/// The entries of chunks.
pub(crate) fn entries<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Vec<Entry> {
    chunks.into_iter().flat_map(Chunk::entries).map(|entry| entry.unwrap()).collect()
}

/// A host that replayed the chunks.
pub(crate) fn replay<'a>(chunks: impl IntoIterator<Item = &'a Chunk>) -> Host {
    let mut host = Host::new(JOURNAL, 0);
    for chunk in chunks {
        host.apply(chunk, |_, _, _| ()).unwrap();
    }
    host
}
