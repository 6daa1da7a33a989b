//! What the oracle refuses because of the command alone, before it looks at anything else.

use outcry_engine::{
    Bracket, Conditions, Display, Minimum, NewOrder, OrderPair, OrderPrice, Posting, Protection, Qty, Reject,
    Side, Term, TimeInForce,
};

/// Pairs of terms that contradict each other; the first pair of the list that an order has is named.
const CONTRADICTIONS: [(Term, &[Term]); 9] = [
    (
        Term::MarketToLimit,
        &[
            Term::ImmediateOrCancel,
            Term::FillOrKill,
            Term::PostOnly,
            Term::Trigger,
            Term::Minimum,
            Term::AllOrNone,
            Term::Peg,
            Term::Iceberg,
            Term::Hidden,
        ],
    ),
    (Term::Market, &[Term::Iceberg, Term::Hidden, Term::Peg, Term::Minimum, Term::AllOrNone]),
    (Term::ImmediateOrCancel, &[Term::Iceberg, Term::Hidden, Term::Peg]),
    (Term::FillOrKill, &[Term::Iceberg, Term::Hidden, Term::Peg, Term::Minimum, Term::AllOrNone]),
    (Term::PostOnly, &[Term::Minimum, Term::AllOrNone, Term::Peg, Term::Trigger]),
    (Term::Peg, &[Term::Trigger, Term::Iceberg, Term::Minimum, Term::AllOrNone, Term::Hidden]),
    (Term::AllOrNone, &[Term::Iceberg]),
    (Term::Protection, &[Term::Limit, Term::MarketToLimit]),
    (Term::Trigger, &[Term::Minimum, Term::AllOrNone, Term::Iceberg, Term::Hidden, Term::FillOrKill]),
];

/// An iceberg takes ten thousand peaks to fill at most.
pub(super) fn check_peaks(quantity: u64, conditions: &Conditions) -> Result<(), Reject> {
    if let Display::Iceberg { peak, spread } = conditions.display {
        let smallest = peak.get() - spread.get();
        if u128::from(smallest) * 10_000 < u128::from(quantity) {
            let least = quantity.div_ceil(10_000);
            let lots = |lots| Qty::new(lots).expect("above zero");
            return Err(Reject::PeakTooSmall {
                smallest: lots(smallest),
                least: lots(least),
                quantity: lots(quantity),
            });
        }
    }
    Ok(())
}

/// An order with its conditions.
pub(super) fn check(terms: &NewOrder, conditions: &Conditions) -> Result<(), Reject> {
    check_plain(terms)?;
    if let Some(Minimum::Quantity(minimum)) = conditions.minimum
        && minimum > terms.quantity
    {
        return Err(Reject::MinimumAboveQuantity { minimum, quantity: terms.quantity });
    }
    if let Display::Iceberg { peak, spread } = conditions.display {
        if peak >= terms.quantity {
            return Err(Reject::PeakNotBelowQuantity { peak, quantity: terms.quantity });
        }
        if spread.get() >= peak.get() {
            return Err(Reject::PeakSpreadTooWide { peak, spread });
        }
    }
    check_peaks(terms.quantity.get(), conditions)?;
    let waits = conditions.trigger.is_some();
    check_protection(terms.side, terms.price, conditions.protection, waits)?;
    let has = named(terms, conditions);
    for (one, others) in CONTRADICTIONS {
        for &other in others {
            if has.contains(&one) && has.contains(&other) {
                return Err(Reject::Incompatible { one, other });
            }
        }
    }
    Ok(())
}

/// Both orders of a pair.
pub(super) fn check_pair(pair: &OrderPair) -> Result<(), Reject> {
    check_plain(&pair.limit)?;
    check_protection(pair.limit.side, pair.then, pair.protection, true)?;
    let refuse = |other| Err(Reject::Incompatible { one: Term::Pair, other });
    match (pair.limit.price, pair.limit.time_in_force, pair.then) {
        (OrderPrice::Market, ..) => refuse(Term::Market),
        (OrderPrice::MarketToLimit, ..) | (_, _, OrderPrice::MarketToLimit) => refuse(Term::MarketToLimit),
        (_, TimeInForce::ImmediateOrCancel, _) => refuse(Term::ImmediateOrCancel),
        (_, TimeInForce::FillOrKill, _) => refuse(Term::FillOrKill),
        (_, _, then) => check_protected(then, pair.protection),
    }
}

/// An entry and its exits.
pub(super) fn check_bracket(bracket: &Bracket) -> Result<(), Reject> {
    let entry = &bracket.entry;
    check_plain(entry)?;
    check_protection(entry.side.opposite(), bracket.then, bracket.protection, true)?;
    check(entry, &Conditions::default())?;
    if bracket.then == OrderPrice::MarketToLimit {
        return Err(Reject::Incompatible { one: Term::Bracket, other: Term::MarketToLimit });
    }
    check_protected(bracket.then, bracket.protection)?;
    let beyond = match entry.side {
        Side::Buy => bracket.profit > bracket.loss,
        Side::Sell => bracket.profit < bracket.loss,
    };
    if beyond {
        return Ok(());
    }
    Err(Reject::BracketPrices { profit: bracket.profit, loss: bracket.loss })
}

fn check_plain(terms: &NewOrder) -> Result<(), Reject> {
    let market = terms.price == OrderPrice::Market;
    if market && terms.time_in_force.rests() {
        return Err(Reject::MarketOrderCannotRest);
    }
    if terms.posting != Posting::Any && (market || !terms.time_in_force.rests()) {
        return Err(Reject::PostOnlyMustRest);
    }
    Ok(())
}

fn check_protection(
    side: Side,
    price: OrderPrice,
    protection: Option<Protection>,
    waits: bool,
) -> Result<(), Reject> {
    match protection {
        Some(Protection::Ppm(ppm)) if ppm.get() > 1_000_000 => {
            Err(Reject::ProtectionTooWide { ppm: ppm.get() })
        }
        None if waits && side == Side::Buy && price == OrderPrice::Market => Err(Reject::ProtectionMissing),
        _ => Ok(()),
    }
}

fn check_protected(then: OrderPrice, protection: Option<Protection>) -> Result<(), Reject> {
    if protection.is_some() && then.limit().is_some() {
        return Err(Reject::Incompatible { one: Term::Protection, other: Term::Limit });
    }
    Ok(())
}

/// Everything that an order asks for.
fn named(terms: &NewOrder, conditions: &Conditions) -> Vec<Term> {
    let mut has = vec![match terms.price {
        OrderPrice::Limit(_) => Term::Limit,
        OrderPrice::Market => Term::Market,
        OrderPrice::MarketToLimit => Term::MarketToLimit,
    }];
    match terms.time_in_force {
        TimeInForce::ImmediateOrCancel => has.push(Term::ImmediateOrCancel),
        TimeInForce::FillOrKill => has.push(Term::FillOrKill),
        TimeInForce::GoodTillCancel | TimeInForce::Day | TimeInForce::GoodTillDate(_) => {}
    }
    if terms.posting != Posting::Any {
        has.push(Term::PostOnly);
    }
    match conditions.display {
        Display::Full => {}
        Display::Iceberg { .. } => has.push(Term::Iceberg),
        Display::Hidden => has.push(Term::Hidden),
    }
    has.extend(conditions.minimum.map(|minimum| minimum_term(&minimum)));
    has.extend(conditions.trigger.map(|_| Term::Trigger));
    has.extend(conditions.peg.map(|_| Term::Peg));
    has.extend(conditions.protection.map(|_| Term::Protection));
    has
}

/// How a minimum is named.
pub(super) fn minimum_term(minimum: &Minimum) -> Term {
    match minimum {
        Minimum::Quantity(_) => Term::Minimum,
        Minimum::All => Term::AllOrNone,
    }
}
