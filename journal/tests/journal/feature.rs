//! Commands of the full market for the workload: conditions, pairs, brackets, quotes, settings, phases, desks.

use std::num::NonZeroU32;

use outcry_engine::{
    AccountId, AccountSetting, Allocation, Amount, AssetId, Bracket, Call, Command, ConditionalOrder,
    Conditions, DeskId, Display, IdempotenceKey, InstrumentId, InstrumentSetting, Lots, MassQuote, Minimum,
    NewOrder, OrderPair, OrderPrice, Peg, PegTo, Phase, PhaseEnd, Posting, Price, PriceRange, Protection,
    Qty, Quote, Rate, Rulebook, SelfTrade, Side, Steps, TimeInForce, Timestamp, Top, Trail, Trigger,
    TriggerBy, TriggerKind,
};
use rust_decimal::Decimal;

use crate::workload::Draw;

const INSTRUMENT: InstrumentId = InstrumentId::new(0);
const SECOND: u64 = 1_000_000_000;

fn price(ticks: u64) -> Price {
    Price::new(i64::try_from(ticks).unwrap()).unwrap()
}

fn qty(lots: u64) -> Qty {
    Qty::new(lots).unwrap()
}

fn amount(units: u64) -> Amount {
    Amount::new(i64::try_from(units).unwrap()).unwrap()
}

/// What the opening adds so that the commands below have something to meet.
pub(crate) fn opening() -> Vec<Command> {
    let desk = DeskId::new(0);
    let money = AssetId::new(0);
    let set = |setting| Command::SetInstrument { instrument: INSTRUMENT, setting };
    vec![
        Command::OpenDesk { account: AccountId::new(2), sells: AssetId::new(1), cap: amount(10_000) },
        Command::SetRate { desk, money, rate: Rate::new(Decimal::new(95, 1)).unwrap() },
        set(InstrumentSetting::AuctionCollar(100_000)),
        set(InstrumentSetting::Reference(price(10_000))),
    ]
}

fn order(draw: &mut Draw, now: u64) -> NewOrder {
    NewOrder {
        account: AccountId::new(1 + u32::try_from(draw.below(2)).unwrap()),
        instrument: INSTRUMENT,
        side: if draw.percent(50) { Side::Buy } else { Side::Sell },
        price: OrderPrice::Limit(price(9_980 + draw.below(40))),
        quantity: qty(2 + draw.below(50)),
        time_in_force: match draw.below(4) {
            0 => TimeInForce::Day,
            1 => TimeInForce::GoodTillDate(Timestamp::from_nanos(now + draw.below(3 * SECOND))),
            _ => TimeInForce::GoodTillCancel,
        },
        posting: if draw.percent(10) { Posting::PostOnlyReprice } else { Posting::Any },
    }
}

fn trigger(draw: &mut Draw) -> Trigger {
    let kind = match draw.below(4) {
        0 => TriggerKind::TakeProfit,
        1 => TriggerKind::Trailing(Trail::Ticks(price(1 + draw.below(20)))),
        2 => TriggerKind::Trailing(Trail::Ppm(NonZeroU32::new(500).unwrap())),
        _ => TriggerKind::Stop,
    };
    let by = [TriggerBy::Last, TriggerBy::Bid, TriggerBy::Ask][usize::try_from(draw.below(3)).unwrap()];
    Trigger { kind, by, price: price(9_980 + draw.below(40)) }
}

fn conditional(draw: &mut Draw, now: u64) -> ConditionalOrder {
    let mut terms = order(draw, now);
    let mut conditions = Conditions::default();
    let quantity = terms.quantity.get();
    match draw.below(7) {
        0 => conditions.trigger = Some(trigger(draw)),
        1 => {
            let (peak, spread) = (qty(1 + draw.below(quantity - 1)), Lots::new(draw.below(2)));
            conditions.display = Display::Iceberg { peak, spread };
        }
        2 => conditions.display = Display::Hidden,
        3 => conditions.minimum = Some(Minimum::Quantity(qty(1 + draw.below(quantity)))),
        4 => conditions.minimum = Some(Minimum::All),
        5 => {
            let to =
                [PegTo::Primary, PegTo::Market, PegTo::Midpoint][usize::try_from(draw.below(3)).unwrap()];
            conditions.peg = Some(Peg { to, offset: i32::try_from(draw.below(5)).unwrap() - 2 });
        }
        _ => {
            (terms.price, terms.time_in_force) = (OrderPrice::Market, TimeInForce::ImmediateOrCancel);
            terms.posting = Posting::Any;
            conditions.protection = Some(Protection::Ticks(NonZeroU32::new(3).unwrap()));
        }
    }
    if draw.percent(20) {
        conditions.self_trade = Some(SelfTrade::Decrement);
    }
    ConditionalOrder { terms, conditions }
}

fn quote(draw: &mut Draw) -> MassQuote {
    let bid = 9_970 + draw.below(25);
    let side = |draw: &mut Draw, ticks| draw.percent(80).then(|| (price(ticks), qty(1 + draw.below(20))));
    let ask = bid + 1 + draw.below(30);
    let quote = Quote { instrument: INSTRUMENT, bid: side(draw, bid), ask: side(draw, ask) };
    MassQuote { account: AccountId::new(1 + u32::try_from(draw.below(2)).unwrap()), quotes: vec![quote] }
}

fn setting(draw: &mut Draw) -> Command {
    let set = |setting| Command::SetInstrument { instrument: INSTRUMENT, setting };
    let account = AccountId::new(1 + u32::try_from(draw.below(2)).unwrap());
    let steps = Steps {
        top: Some(Top { minimum: qty(1), maximum: Some(qty(10)) }),
        lead_makers: true,
        fifo_ppm: 200_000,
        pro_rata: Some(qty(2)),
        leveling: draw.percent(50),
    };
    match draw.below(9) {
        0 => set(InstrumentSetting::Allocation(Allocation::Steps(steps))),
        1 => set(InstrumentSetting::Allocation(Allocation::Fifo)),
        2 => set(InstrumentSetting::LeadMaker { account, ppm: 100_000 }),
        3 => set(InstrumentSetting::Rulebook(Rulebook::Pressure { bound_ppm: 50_000 })),
        4 => set(InstrumentSetting::PriceRange(
            draw.percent(50).then_some(PriceRange { static_ppm: None, dynamic_ppm: NonZeroU32::new(1_500) }),
        )),
        5 => Command::SetAccount { account, setting: AccountSetting::SelfTrade(SelfTrade::CancelOldest) },
        6 => Command::SetAccount { account, setting: AccountSetting::SelfTrade(SelfTrade::Allow) },
        7 => Command::SetAccount { account, setting: AccountSetting::Group(u32::from(draw.percent(50))) },
        _ => set(InstrumentSetting::FollowUps(1 + u32::try_from(draw.below(3)).unwrap())),
    }
}

/// Another way of trading for a moment, then continuous trading again.
fn phase(draw: &mut Draw, now: u64) -> Command {
    let phase = match draw.below(4) {
        0 => Phase::Call(Call::Intraday),
        1 => Phase::Halted,
        2 => Phase::Batch { interval: 100_000_000 },
        _ => Phase::Continuous,
    };
    let at = Timestamp::from_nanos(now + draw.below(SECOND));
    let end = PhaseEnd { at, within: draw.below(2) * 50_000_000, then: Phase::Continuous };
    Command::SetPhase { instrument: INSTRUMENT, phase, end: Some(end) }
}

/// A command that a plain market does not know, at about `now`.
pub(crate) fn command(draw: &mut Draw, now: u64) -> Command {
    let account = AccountId::new(1 + u32::try_from(draw.below(2)).unwrap());
    match draw.below(40) {
        0..=15 => Command::PlaceConditional(Box::new(conditional(draw, now))),
        16..=18 => {
            let limit = order(draw, now);
            let mut trigger = trigger(draw);
            if trigger.kind == TriggerKind::TakeProfit {
                trigger.kind = TriggerKind::Stop;
            }
            let protection = Some(Protection::Ppm(NonZeroU32::new(10_000).unwrap()));
            Command::PlacePair(Box::new(OrderPair { limit, trigger, then: OrderPrice::Market, protection }))
        }
        19..=21 => {
            let entry = order(draw, now);
            let (near, far) = (price(9_950), price(10_050));
            let (profit, loss) = if entry.side == Side::Buy { (far, near) } else { (near, far) };
            let then = OrderPrice::Limit(loss);
            Command::PlaceBracket(Box::new(Bracket { entry, profit, loss, then, protection: None }))
        }
        22..=23 => Command::PlaceCashOrder {
            account,
            instrument: INSTRUMENT,
            amount: amount(1 + draw.below(500_000)),
        },
        24 => {
            Command::CancelOrders { account, instrument: draw.percent(50).then_some(INSTRUMENT), side: None }
        }
        25..=28 => Command::Quote(Box::new(quote(draw))),
        29 => Command::BlockAccount { account },
        30..=31 => Command::UnblockAccount { account },
        32..=33 => setting(draw),
        34..=35 => phase(draw, now),
        36 => Command::AdvanceClock,
        37 => match draw.below(20) {
            0 => Command::HaltMarket,
            _ => Command::ResumeMarket,
        },
        _ => Command::BuyAtDesk {
            desk: DeskId::new(0),
            account: AccountId::new(1),
            money: AssetId::new(0),
            amount: amount(1 + draw.below(3) * 1_000),
            key: IdempotenceKey::new(draw.below(5).into()),
        },
    }
}
