//! Every command, at its limits, comes out of a chunk as it went in.

use std::collections::BTreeSet;

use outcry_engine::limits::{MAX_PRICE, MAX_QTY, MAX_QUOTES};
use outcry_engine::{
    AccountId, Command, InstrumentId, InstrumentSetting, MassQuote, Price, Qty, Quote, Timestamp,
};
use outcry_journal::limits::MAX_ENTRY_BYTES;
use outcry_journal::{Chunk, CommandId, Host, JournalError, Submitted};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sha2::Digest as _;

use crate::arbitrary::{any_command, number};
use crate::workload::{JOURNAL, busy_host, entries, submit};

/// Bit for bit: `Decimal` calls 1.0 and 1.00 equal, and 0 and -0.
fn same(left: &Command, right: &Command) -> bool {
    format!("{left:?}") == format!("{right:?}")
        && match (left, right) {
            (Command::CreateInstrument(left), Command::CreateInstrument(right)) => {
                left.tick.serialize() == right.tick.serialize()
                    && left.lot.serialize() == right.lot.serialize()
            }
            _ => left == right,
        }
}

proptest! {
    #[test]
    fn commands_come_back(
        commands in prop::collection::vec(
            (any_command(), number(0, u64::MAX, 0..u64::MAX), 0..3_u64, 1..3_u64),
            1..20,
        )
    ) {
        let mut host = Host::new(JOURNAL, 1);
        let mut events = Vec::new();
        for (command, at, origin, step) in &commands {
            let before = host.pending().bytes;
            let id = CommandId { origin: *origin, counter: host.next_counter(*origin) - 1 + step };
            let submitted = host.submit(Timestamp::from_nanos(*at), id, command, &mut events);
            prop_assert!(matches!(submitted, Ok(Submitted::Executed(_))));
            prop_assert!(host.pending().bytes - before <= MAX_ENTRY_BYTES as u64);
        }
        let chunk = host.cut().unwrap();
        let chunk = Chunk::decode(&chunk.to_bytes()).unwrap();
        let entries = entries([&chunk]);
        prop_assert_eq!(entries.len(), commands.len());
        let mut latest = 0;
        for (number, (entry, (command, at, origin, _))) in entries.iter().zip(&commands).enumerate() {
            latest = latest.max(*at);
            prop_assert!(same(&entry.command, command), "{:?} became {:?}", command, entry.command);
            prop_assert_eq!(entry.at.nanos(), latest);
            prop_assert_eq!(entry.id.origin, *origin);
            prop_assert_eq!(entry.sequence, number as u64 + 1);
        }
    }
}

fn longest_quote(entries: u32) -> Command {
    let most = (Price::new(MAX_PRICE).unwrap(), Qty::new(MAX_QTY).unwrap());
    let quote = Quote { instrument: InstrumentId::new(u32::MAX), bid: Some(most), ask: Some(most) };
    Command::Quote(Box::new(MassQuote {
        account: AccountId::new(u32::MAX),
        quotes: vec![quote; entries as usize],
    }))
}

#[test]
fn the_longest_entry_fits() {
    let mut host = Host::new(JOURNAL, 1);
    let mut events = Vec::new();
    let id = CommandId { origin: u64::MAX, counter: u64::MAX };
    host.submit(Timestamp::from_nanos(u64::MAX), id, &longest_quote(MAX_QUOTES), &mut events).unwrap();
    let bytes = host.pending().bytes;
    assert!(bytes <= MAX_ENTRY_BYTES as u64, "{bytes}");
    assert!(bytes > MAX_ENTRY_BYTES as u64 / 2, "the limit is not far above the longest entry, {bytes}");
}

#[test]
fn a_mass_quote_that_no_reader_takes_is_not_executed() {
    let mut host = busy_host(1, 0);
    let before = (host.head(), host.exchange().digest(), host.next_counter(7));
    let mut events = Vec::new();
    let id = CommandId { origin: 7, counter: 1 };
    let refused =
        host.submit(Timestamp::from_nanos(1), id, &longest_quote(MAX_QUOTES + 1), &mut events).unwrap_err();
    assert_eq!(refused, JournalError::TooManyQuotes { given: 1_001, limit: 1_000 });
    assert_eq!(refused.to_string(), "1001 quotes, at most 1000 are allowed");
    assert_eq!((host.head(), host.exchange().digest(), host.next_counter(7)), before);
    assert!(events.is_empty());
}

#[test]
fn a_typical_entry_is_small() {
    let mut host = busy_host(1, 10_000);
    let chunk = host.cut().unwrap();
    let each = chunk.body().len() as f64 / f64::from(chunk.count());
    assert!(each < 18.0, "{each} bytes an entry");
}

/// Names every variant: a new one does not compile until it is here, and is not done until the strategy draws it.
fn kind(command: &Command) -> &'static str {
    match command {
        Command::CreateAsset { .. } => "create asset",
        Command::CreateInstrument(_) => "create instrument",
        Command::OpenAccount { .. } => "open account",
        Command::Deposit { .. } => "deposit",
        Command::Withdraw { .. } => "withdraw",
        Command::PlaceOrder(_) => "place order",
        Command::CancelOrder { .. } => "cancel order",
        Command::ReplaceOrder { .. } => "replace order",
        Command::PlaceConditional(_) => "place conditional",
        Command::PlacePair(_) => "place pair",
        Command::PlaceBracket(_) => "place bracket",
        Command::PlaceCashOrder { .. } => "place cash order",
        Command::CancelOrders { .. } => "cancel orders",
        Command::Quote(_) => "quote",
        Command::BlockAccount { .. } => "block account",
        Command::UnblockAccount { .. } => "unblock account",
        Command::SetInstrument { setting, .. } => match setting {
            InstrumentSetting::Allocation(_) => "set allocation",
            InstrumentSetting::LeadMaker { .. } => "set lead maker",
            InstrumentSetting::Rulebook(_) => "set rulebook",
            InstrumentSetting::FeeTier { .. } => "set fee tier",
            InstrumentSetting::TickRow(_) => "set tick row",
            InstrumentSetting::Quantities { .. } => "set quantities",
            InstrumentSetting::MinNotional(_) => "set minimum notional",
            InstrumentSetting::PriceBand(_) => "set price band",
            InstrumentSetting::PriceRange(_) => "set price range",
            InstrumentSetting::LimitUpDown(_) => "set limit up, limit down",
            InstrumentSetting::Velocity(_) => "set velocity",
            InstrumentSetting::Reference(_) => "set reference",
            InstrumentSetting::AuctionCollar(_) => "set auction collar",
            InstrumentSetting::HaltQueues(_) => "set halt queues",
            InstrumentSetting::DayEnd(_) => "set day end",
            InstrumentSetting::FollowUps(_) => "set follow-ups",
            InstrumentSetting::VolatilityCall { .. } => "set volatility call",
            InstrumentSetting::TradingHours { .. } => "set trading hours",
        },
        Command::SetAccount { .. } => "set account",
        Command::SetMarket { .. } => "set market",
        Command::SetPhase { .. } => "set phase",
        Command::HaltMarket => "halt market",
        Command::ResumeMarket => "resume market",
        Command::AdvanceClock => "advance clock",
        Command::OpenDesk { .. } => "open desk",
        Command::SetRate { .. } => "set rate",
        Command::BuyAtDesk { .. } => "buy at desk",
    }
}

#[test]
fn every_kind_of_command_is_drawn() {
    let mut runner = TestRunner::deterministic();
    let any = any_command();
    let kinds: BTreeSet<_> =
        (0..3_000).map(|_| kind(&any.new_tree(&mut runner).unwrap().current())).collect();
    assert_eq!(kinds.len(), 25 + 18, "{kinds:?}");
}

/// The body of a chunk of one command.
fn bytes_of(command: &Command) -> Vec<u8> {
    let mut host = Host::new(JOURNAL, 1);
    submit(&mut host, 0, command, &mut Vec::new());
    host.cut().unwrap().body().to_vec()
}

/// The command of a chunk with this body, if it has one entry that can be read.
fn decode(body: &[u8]) -> Option<Command> {
    const BODY_LENGTH: usize = 102;
    let mut host = Host::new(JOURNAL, 1);
    submit(&mut host, 0, &Command::AdvanceClock, &mut Vec::new());
    let template = host.cut().unwrap();
    let old = template.to_bytes();
    let after = &old[BODY_LENGTH + 4 + template.body().len()..old.len() - 8];
    let mut bytes = old[..BODY_LENGTH].to_vec();
    bytes.extend((body.len() as u32).to_le_bytes());
    bytes.extend(body);
    bytes.extend(after);
    let sum = sha2::Sha256::digest(&bytes);
    bytes.extend(&sum[..8]);
    let chunk = Chunk::decode(&bytes).unwrap();
    chunk.entries().next().unwrap().ok().map(|entry| entry.command)
}

/// A second encoding of a command would give one history two hashes: whatever decodes has the bytes that encode it.
/// (Taking the form check out of the rate of a desk is caught.)
#[test]
fn what_decodes_has_one_encoding() {
    /// Flags and tag, origin, counter.
    const COMMAND: usize = 1 + 8 + 1;
    let mut runner = TestRunner::deterministic();
    let (any, mut decoded) = (any_command(), 0);
    for _ in 0..300 {
        let command = any.new_tree(&mut runner).unwrap().current();
        if matches!(&command, Command::Quote(mass) if mass.quotes.len() > 3) {
            continue;
        }
        let body = bytes_of(&command);
        assert_eq!(decode(&body), Some(command));
        for (place, bit) in (COMMAND..body.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
            let mut changed = body.clone();
            changed[place] ^= 1 << bit;
            let Some(other) = decode(&changed) else { continue };
            decoded += 1;
            assert_eq!(bytes_of(&other), changed, "{other:?} has two encodings");
        }
    }
    assert!(decoded > 10_000, "{decoded}");
}
