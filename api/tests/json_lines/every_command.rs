//! Every command with every field, in the form in which it is written: it reads back as itself, the schema takes it, and so
//! do the answers.

use std::collections::BTreeSet;

use outcry_api::RequestError;
use outcry_engine::{AccountSetting, Command, InstrumentSetting};

use crate::schema::{assert_valid, schema};
use crate::terminal::{MARKET, Terminal};

/// After [`MARKET`] and in this order. Examples of docs/exec.md are among them.
const COMMANDS: &[&str] = &[
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"101.00","quantity":"10","time_in_force":"gtc","post_only":true,"reprice":true}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"99.00","quantity":"2","time_in_force":"gtd","expires":"2026-11-21T17:30:00.000000000Z","post_only":false}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"98.00","quantity":"2","time_in_force":"day","post_only":true}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market_to_limit","quantity":"1","time_in_force":"gtc","post_only":false}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"1","time_in_force":"ioc","post_only":false}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"97.00","quantity":"2","time_in_force":"fok","post_only":false,"conditions":{}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"sell","type":"limit","price":"95.00","quantity":"2","time_in_force":"gtc","post_only":false,"conditions":{"trigger":{"type":"stop","by":"last","price":"96.00"},"self_trade":"cancel_oldest"}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"sell","type":"limit","price":"105.00","quantity":"2","time_in_force":"gtc","post_only":false,"conditions":{"trigger":{"type":"take_profit","by":"bid","price":"105.00"}}}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"market","quantity":"2","time_in_force":"ioc","post_only":false,"conditions":{"trigger":{"type":"trailing","by":"last","price":"99.00","trail":{"distance":"1.50"}},"protection":{"ppm":20000}}}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"90.00","quantity":"2","time_in_force":"day","post_only":false,"conditions":{"trigger":{"type":"trailing","by":"ask","price":"99.00","trail":{"ppm":5000}}}}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"102.00","quantity":"20","time_in_force":"gtc","post_only":false,"conditions":{"display":{"type":"iceberg","peak":"5","spread":"2"}}}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"102.50","quantity":"3","time_in_force":"gtc","post_only":false,"conditions":{"display":{"type":"hidden"},"minimum":"2","self_trade":"decrement"}}"#,
    r#"{"command":"place","account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"103.00","quantity":"3","time_in_force":"gtc","post_only":false,"conditions":{"minimum":"all","self_trade":"allow"}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.00","quantity":"3","time_in_force":"gtc","post_only":false,"conditions":{"peg":{"to":"primary","offset":"-0.02"},"self_trade":"cancel_both"}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.00","quantity":"3","time_in_force":"gtc","post_only":false,"conditions":{"peg":{"to":"midpoint","offset":"0"},"self_trade":"cancel_newest"}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"100.00","quantity":"3","time_in_force":"gtc","post_only":false,"conditions":{"peg":{"to":"market","offset":"0.01"}}}"#,
    r#"{"command":"place","account":"Alice","instrument":"ACME","side":"buy","type":"market","quantity":"3","time_in_force":"ioc","post_only":false,"conditions":{"protection":{"distance":"0.50"}}}"#,
    r#"{"command":"place_pair","limit":{"account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"104.00","quantity":"2","time_in_force":"gtc","post_only":false},"trigger":{"type":"stop","by":"last","price":"97.00"},"then":{"type":"limit","price":"96.50"}}"#,
    r#"{"command":"place_pair","limit":{"account":"Bob","instrument":"ACME","side":"sell","type":"limit","price":"104.00","quantity":"2","time_in_force":"gtc","post_only":false},"trigger":{"type":"stop","by":"last","price":"97.00"},"then":{"type":"market"},"protection":{"ppm":10000}}"#,
    r#"{"command":"place_bracket","entry":{"account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"101.00","quantity":"1","time_in_force":"gtc","post_only":false},"profit":"106.00","loss":"98.00","then":{"type":"limit","price":"97.50"}}"#,
    r#"{"command":"place_bracket","entry":{"account":"Alice","instrument":"ACME","side":"buy","type":"limit","price":"99.00","quantity":"1","time_in_force":"gtc","post_only":false},"profit":"106.00","loss":"98.00","then":{"type":"market"},"protection":{"distance":"1.00"}}"#,
    r#"{"command":"place_cash","account":"Alice","instrument":"ACME","amount":"250.00"}"#,
    r#"{"command":"replace","account":"Bob","order":1,"price":"101.00","quantity":"8"}"#,
    r#"{"command":"cancel","account":"Bob","order":1}"#,
    r#"{"command":"quote","account":"Bob","quotes":[{"instrument":"ACME","bid":{"price":"94.00","quantity":"1"},"ask":{"price":"107.00","quantity":"2"}}]}"#,
    r#"{"command":"quote","account":"Bob","quotes":[{"instrument":"ACME","bid":{"price":"94.00","quantity":"1"},"ask":{"price":"93.00","quantity":"2"}},{"instrument":"ACME"}]}"#,
    r#"{"command":"cancel_orders","account":"Alice","instrument":"ACME","side":"sell"}"#,
    r#"{"command":"cancel_orders","account":"Alice"}"#,
    r#"{"command":"block_account","account":"Bob"}"#,
    r#"{"command":"unblock_account","account":"Bob"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"allocation","allocation":"price_size_time"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"allocation","allocation":"steps","top":{"minimum":"1","maximum":"10"},"lead_makers":true,"fifo_ppm":200000,"pro_rata":"2","leveling":true}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"allocation","allocation":"fifo"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"lead_maker","account":"Bob","ppm":100000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"rulebook","rulebook":"nasdaq","collar":"0.50","collar_ppm":100000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"rulebook","rulebook":"pressure","bound_ppm":50000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"rulebook","rulebook":"euronext"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"rulebook","rulebook":"xetra"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"fee_tier","tier":1,"maker_fee_ppm":-100,"taker_fee_ppm":500}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"tick_row","from":"1000.00","step":"0.05"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"quantities","min":"1","max":"0"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"min_notional","amount":"1.00"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"reference","price":"100.00"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_band","on":true,"width_ppm":500000,"floor":"0"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_band","on":true,"width_ppm":500000,"floor":"5.00"}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_band","on":false}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_range","on":true,"static_ppm":100000,"dynamic_ppm":50000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_range","on":true}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"price_range","on":false}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"limit_up_down","on":true,"tier":"two","ticks_per_unit":100,"limit_seconds":15,"pause_seconds":300,"move_ppm":10000,"hold_seconds":30}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"limit_up_down","on":true,"tier":"one","limit_seconds":15,"pause_seconds":300,"move_ppm":10000,"hold_seconds":30}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"limit_up_down","on":false}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"velocity","on":true,"move":"0.50","window_millis":1000,"reserve_millis":5000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"velocity","on":false}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"auction_collar","ppm":100000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"halt_queues","queues":true}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"day_end","nanos":63000000000000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"follow_ups","most":100}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"volatility_call","length_nanos":120000000000,"within_nanos":30000000000}"#,
    r#"{"command":"set_instrument","instrument":"ACME","setting":"trading_hours","opens_nanos":28800000000000,"closes_nanos":63000000000000}"#,
    r#"{"command":"set_account","account":"Alice","setting":"group","group":7}"#,
    r#"{"command":"set_account","account":"Alice","setting":"self_trade","rule":"cancel_newest"}"#,
    r#"{"command":"set_account","account":"Alice","setting":"tier","tier":1}"#,
    r#"{"command":"set_account","account":"Alice","setting":"short_limit","asset":"ACME","amount":"50"}"#,
    r#"{"command":"set_account","account":"Alice","setting":"max_open_orders","most":100}"#,
    r#"{"command":"set_account","account":"Alice","setting":"max_notional","asset":"USD","amount":"10000.00"}"#,
    r#"{"command":"set_account","account":"Alice","setting":"max_position","asset":"ACME","amount":"1000"}"#,
    r#"{"command":"set_market","setting":"market_wide","on":true,"index":"ACME","first_ppm":70000,"second_ppm":130000,"third_ppm":200000,"halt_seconds":900}"#,
    r#"{"command":"set_market","setting":"market_wide","on":false}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"opening_call","end":{"at":"2026-11-21T09:00:00.000000000Z","within_nanos":30000000000,"then":"batch","interval_nanos":1000000}}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"batch","interval_nanos":100000000}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"pre_open"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"intraday_call"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"volatility_call"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"closing_call"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"post_close"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"closed"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"halted"}"#,
    r#"{"command":"set_phase","instrument":"ACME","phase":"continuous"}"#,
    r#"{"command":"halt_market"}"#,
    r#"{"command":"resume_market"}"#,
    r#"{"command":"advance_clock"}"#,
    r#"{"command":"open_desk","account":"Bob","sells":"ACME","cap":"40"}"#,
    r#"{"command":"set_rate","desk":0,"money":"USD","rate":"100.5"}"#,
    r#"{"command":"buy_at_desk","desk":0,"account":"Alice","money":"USD","amount":"201.00","key":"00112233445566778899aabbccddeeff"}"#,
    r#"{"command":"buy_at_desk","desk":0,"account":"Alice","money":"USD","amount":"201.00","key":"00112233445566778899aabbccddeeff"}"#,
];

/// Names every variant: a new one does not compile until it is here, and is not done until a line above gives it.
fn kind(command: &Command) -> &'static str {
    match command {
        Command::CreateAsset { .. } => "create asset",
        Command::CreateInstrument(_) => "create instrument",
        Command::OpenAccount { .. } => "open account",
        Command::Deposit { .. } => "deposit",
        Command::Withdraw { .. } => "withdraw",
        Command::PlaceOrder(_) => "place",
        Command::CancelOrder { .. } => "cancel",
        Command::ReplaceOrder { .. } => "replace",
        Command::PlaceConditional(_) => "place with conditions",
        Command::PlacePair(_) => "place pair",
        Command::PlaceBracket(_) => "place bracket",
        Command::PlaceCashOrder { .. } => "place cash",
        Command::CancelOrders { .. } => "cancel orders",
        Command::Quote(_) => "quote",
        Command::BlockAccount { .. } => "block",
        Command::UnblockAccount { .. } => "unblock",
        Command::SetInstrument { setting, .. } => match setting {
            InstrumentSetting::Allocation(_) => "allocation",
            InstrumentSetting::LeadMaker { .. } => "lead maker",
            InstrumentSetting::Rulebook(_) => "rulebook",
            InstrumentSetting::FeeTier { .. } => "fee tier",
            InstrumentSetting::TickRow(_) => "tick row",
            InstrumentSetting::Quantities { .. } => "quantities",
            InstrumentSetting::MinNotional(_) => "min notional",
            InstrumentSetting::PriceBand(_) => "price band",
            InstrumentSetting::PriceRange(_) => "price range",
            InstrumentSetting::LimitUpDown(_) => "limit up, limit down",
            InstrumentSetting::Velocity(_) => "velocity",
            InstrumentSetting::Reference(_) => "reference",
            InstrumentSetting::AuctionCollar(_) => "auction collar",
            InstrumentSetting::HaltQueues(_) => "halt queues",
            InstrumentSetting::DayEnd(_) => "day end",
            InstrumentSetting::FollowUps(_) => "follow-ups",
            InstrumentSetting::VolatilityCall { .. } => "volatility call",
            InstrumentSetting::TradingHours { .. } => "trading hours",
        },
        Command::SetAccount { setting, .. } => match setting {
            AccountSetting::Group(_) => "group",
            AccountSetting::SelfTrade(_) => "self-trade",
            AccountSetting::Tier(_) => "tier",
            AccountSetting::ShortLimit { .. } => "short limit",
            AccountSetting::MaxOpenOrders(_) => "max open orders",
            AccountSetting::MaxNotional { .. } => "max notional",
            AccountSetting::MaxPosition { .. } => "max position",
        },
        Command::SetMarket { .. } => "market-wide",
        Command::SetPhase { .. } => "phase",
        Command::HaltMarket => "halt",
        Command::ResumeMarket => "resume",
        Command::AdvanceClock => "clock",
        Command::OpenDesk { .. } => "open desk",
        Command::SetRate { .. } => "rate",
        Command::BuyAtDesk { .. } => "buy at desk",
    }
}

#[test]
fn every_command_reads_back_and_is_valid() {
    let (input, output) = (schema("input"), schema("output"));
    let mut terminal = Terminal::new();
    let mut kinds = BTreeSet::new();
    let withdraw = r#"{"command":"withdraw","account":"Alice","asset":"USD","amount":"1.00"}"#;
    for &line in MARKET.iter().chain(COMMANDS).chain([&withdraw]) {
        assert_valid(&input, line);
        kinds.insert(kind(&terminal.command(line)));
        assert_eq!(terminal.written_back(line), line);
        for answer in terminal.enter(line) {
            assert_valid(&output, &answer);
        }
    }
    assert_eq!(kinds.len(), 24 + 18 + 7, "{kinds:?}");
}

/// Taking a field away, adding one, or giving one another type: the schema and the reader refuse the same lines, but for
/// names that the exchange does not have, of which a schema knows nothing.
#[test]
fn schema_and_reader_agree_on_every_field() {
    let input = schema("input");
    let mut terminal = Terminal::new();
    terminal.enter_all(MARKET);
    terminal.enter(COMMANDS[0]);
    let mut compared = 0;
    for &line in COMMANDS {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        for changed in changes(&value) {
            let text = changed.to_string();
            let (valid, taken) = (input.is_valid(&changed), terminal.try_parse(&text));
            let unknown =
                |error: &RequestError| error.fields.iter().all(|field| field.message.ends_with("here"));
            let agreed = taken.as_ref().map_or_else(|error| !valid || unknown(error), |_| valid);
            assert!(agreed, "{text}: the schema says {valid}, the reader {taken:?}");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared}");
}

/// Every value that differs from this one in one field, at any depth.
fn changes(value: &serde_json::Value) -> Vec<serde_json::Value> {
    use serde_json::Value;
    let mut all = Vec::new();
    match value {
        Value::Object(fields) => {
            let with = |name: &str, value: Option<Value>| {
                let mut fields = fields.clone();
                match value {
                    Some(value) => fields.insert(name.to_owned(), value),
                    None => fields.remove(name),
                };
                Value::Object(fields)
            };
            all.push(with("colour", Some("red".into())));
            for (name, value) in fields {
                all.push(with(name, None));
                all.push(with(name, Some(Value::Null)));
                all.push(with(name, Some((-1).into())));
                all.push(with(name, Some("nonsense".into())));
                all.extend(changes(value).into_iter().map(|changed| with(name, Some(changed))));
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                for changed in changes(item) {
                    let mut items = items.clone();
                    items[place] = changed;
                    all.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    all
}

/// The examples of docs/exec.md, entered one after the other: all are taken, and every word that a command may be is there.
#[test]
fn the_examples_of_the_manual_work() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/exec.md");
    let manual = std::fs::read_to_string(path).unwrap();
    let input = schema("input");
    let mut terminal = Terminal::new();
    let mut words = BTreeSet::new();
    for line in manual.lines().filter_map(|line| line.strip_prefix("    {\"command\"")) {
        let line = format!("{{\"command\"{line}");
        assert_valid(&input, &line);
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        words.insert(value["command"].as_str().unwrap().to_owned());
        let answers = terminal.enter(&line);
        assert!(!answers.iter().any(|answer| answer.contains("_rejected")), "{line} answers {answers:?}");
    }
    let unknown = terminal.try_parse(r#"{"command":"?"}"#).unwrap_err().to_string();
    let (_, all) = unknown.split_once("is not one of ").unwrap();
    let all: BTreeSet<String> = all.split(", ").map(str::to_owned).collect();
    assert_eq!(words, all);
}
