//! The shape of an order: which of its terms go together, by themselves and in the phase of the instrument.

use crate::limits::{MAX_PEAKS, WHOLE_PPM};
use crate::{
    Conditions, Display, Minimum, NewOrder, OrderPrice, Phase, Posting, Protection, Qty, Reject, Side, Term,
    TimeInForce,
};

/// How an order comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// By itself.
    Single,
    /// As the limit order of a pair.
    Pair,
    /// As the entry of a bracket.
    Bracket,
    /// As an amount of money.
    Cash,
    /// As new terms of an open order.
    Replacement,
}

/// Terms that contradict each other. Of several clashes of an order the first one here is named.
const CLASHES: [(Term, &[Term]); 9] = [
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

impl NewOrder {
    /// Checks what the order says by itself, with its conditions.
    #[inline]
    pub(crate) fn check_shape(&self, conditions: Option<&Conditions>) -> Result<(), Reject> {
        self.check_rest()?;
        match conditions {
            Some(conditions) => {
                self.check_numbers(conditions)?;
                self.check_clashes(conditions)
            }
            None if self.price == OrderPrice::MarketToLimit => self.check_clashes(&Conditions::NONE),
            None => Ok(()),
        }
    }

    /// Checks that a market order cannot rest and that a post-only order can.
    #[inline]
    pub(crate) fn check_rest(&self) -> Result<(), Reject> {
        let rests = self.time_in_force.rests();
        let market = self.price == OrderPrice::Market;
        if market && rests {
            return Err(Reject::MarketOrderCannotRest);
        }
        if self.posting != Posting::Any && (market || !rests) {
            return Err(Reject::PostOnlyMustRest);
        }
        Ok(())
    }

    /// Checks the quantities of the conditions, and the protection.
    fn check_numbers(&self, conditions: &Conditions) -> Result<(), Reject> {
        if let Some(Minimum::Quantity(minimum)) = conditions.minimum
            && minimum > self.quantity
        {
            return Err(Reject::MinimumAboveQuantity { minimum, quantity: self.quantity });
        }
        if let Display::Iceberg { peak, spread } = conditions.display {
            if peak >= self.quantity {
                return Err(Reject::PeakNotBelowQuantity { peak, quantity: self.quantity });
            }
            if spread >= peak.lots() {
                return Err(Reject::PeakSpreadTooWide { peak, spread });
            }
            self.check_peaks(conditions)?;
        }
        check_protection(conditions.protection)?;
        if conditions.trigger.is_some() {
            check_waiting(self.price, self.side, conditions.protection)?;
        }
        Ok(())
    }

    /// Checks how many peaks an iceberg could take to fill.
    pub(crate) fn check_peaks(&self, conditions: &Conditions) -> Result<(), Reject> {
        let Display::Iceberg { peak, spread } = conditions.display else { return Ok(()) };
        let quantity = self.quantity;
        let smallest = Qty::new(peak.get() - spread.get()).expect("a spread is below its peak");
        let least = Qty::new(quantity.get().div_ceil(MAX_PEAKS)).expect("a part of a quantity, rounded up");
        if smallest < least { Err(Reject::PeakTooSmall { smallest, least, quantity }) } else { Ok(()) }
    }

    /// Checks that no term contradicts another.
    pub(crate) fn check_clashes(&self, conditions: &Conditions) -> Result<(), Reject> {
        let terms = self.terms_named(conditions);
        for (one, others) in CLASHES {
            if let Some(&other) = others.iter().find(|&&other| terms.has(one) && terms.has(other)) {
                return Err(Reject::Incompatible { one, other });
            }
        }
        Ok(())
    }

    /// The term that the phase does not take, if there is one. What matters of the settings: whether a halted instrument queues
    /// orders, and whether its auctions have a collar.
    pub(crate) fn not_taken(
        &self,
        conditions: Option<&Conditions>,
        entry: Entry,
        phase: Phase,
        (queues, collared): (bool, bool),
    ) -> Option<Term> {
        let waits = conditions.is_some_and(|conditions| conditions.trigger.is_some());
        let any = if entry == Entry::Replacement { Term::Replace } else { Term::NewOrder };
        let refused: &[Term] = match phase {
            Phase::Continuous => return None,
            Phase::Closed => return Some(any),
            Phase::Halted if !queues => return Some(any),
            _ if entry == Entry::Replacement => return None,
            Phase::PreOpen | Phase::Call(_) | Phase::Batch { .. } | Phase::Halted if waits => return None,
            Phase::PreOpen | Phase::Call(_) | Phase::Batch { .. } | Phase::Halted => &[
                Term::FillOrKill,
                Term::Peg,
                Term::MarketToLimit,
                Term::Cash,
                Term::Bracket,
                Term::PostOnly,
                Term::Minimum,
                Term::AllOrNone,
                Term::Protection,
                Term::Market,
            ],
            Phase::PostClose => &[
                Term::Trigger,
                Term::Peg,
                Term::Pair,
                Term::Bracket,
                Term::MarketToLimit,
                Term::Cash,
                Term::PostOnly,
                Term::Minimum,
                Term::AllOrNone,
                Term::Protection,
            ],
        };
        let mut terms = self.terms_named(conditions.unwrap_or(&Conditions::NONE));
        match entry {
            Entry::Single | Entry::Replacement => {}
            Entry::Pair => terms.add(Term::Pair),
            Entry::Bracket => terms.add(Term::Bracket),
            Entry::Cash => terms.add(Term::Cash),
        }
        if collared {
            terms.remove(Term::Market);
        }
        refused.iter().copied().find(|&term| terms.has(term))
    }

    /// The term of its time in force.
    pub(crate) const fn time_term(&self) -> Term {
        match self.time_in_force {
            TimeInForce::ImmediateOrCancel => Term::ImmediateOrCancel,
            TimeInForce::FillOrKill => Term::FillOrKill,
            TimeInForce::GoodTillCancel | TimeInForce::Day | TimeInForce::GoodTillDate(_) => Term::Resting,
        }
    }

    fn terms_named(&self, conditions: &Conditions) -> Terms {
        let mut terms = Terms(0);
        terms.add(match self.price {
            OrderPrice::Limit(_) => Term::Limit,
            OrderPrice::Market => Term::Market,
            OrderPrice::MarketToLimit => Term::MarketToLimit,
        });
        terms.add(self.time_term());
        if self.posting != Posting::Any {
            terms.add(Term::PostOnly);
        }
        match conditions.display {
            Display::Full => {}
            Display::Iceberg { .. } => terms.add(Term::Iceberg),
            Display::Hidden => terms.add(Term::Hidden),
        }
        match conditions.minimum {
            None => {}
            Some(Minimum::Quantity(_)) => terms.add(Term::Minimum),
            Some(Minimum::All) => terms.add(Term::AllOrNone),
        }
        for (asked, term) in [
            (conditions.trigger.is_some(), Term::Trigger),
            (conditions.peg.is_some(), Term::Peg),
            (conditions.protection.is_some(), Term::Protection),
        ] {
            if asked {
                terms.add(term);
            }
        }
        terms
    }
}

/// A market order of a buyer that waits must say how far it may reach.
pub(crate) const fn check_waiting(
    price: OrderPrice,
    side: Side,
    protection: Option<Protection>,
) -> Result<(), Reject> {
    match (price, side, protection) {
        (OrderPrice::Market, Side::Buy, None) => Err(Reject::ProtectionMissing),
        _ => Ok(()),
    }
}

/// Checks the range of a protection.
pub(crate) const fn check_protection(protection: Option<Protection>) -> Result<(), Reject> {
    match protection {
        Some(Protection::Ppm(ppm)) if ppm.get() > WHOLE_PPM => {
            Err(Reject::ProtectionTooWide { ppm: ppm.get() })
        }
        _ => Ok(()),
    }
}

/// A set of terms.
#[derive(Clone, Copy, Debug)]
struct Terms(u64);

impl Terms {
    const fn add(&mut self, term: Term) {
        self.0 |= 1 << term as u8;
    }

    const fn remove(&mut self, term: Term) {
        self.0 &= !(1 << term as u8);
    }

    const fn has(self, term: Term) -> bool {
        self.0 & (1 << term as u8) != 0
    }
}

impl Conditions {
    /// Asks for nothing.
    pub const NONE: Self = Self {
        trigger: None,
        display: Display::Full,
        minimum: None,
        peg: None,
        protection: None,
        self_trade: None,
    };
}
