//! The shape of an order: which of its terms go together, by themselves and in the phase of the instrument.

use crate::limits::WHOLE_PPM;
use crate::{
    Conditions, Display, Minimum, NewOrder, OrderPrice, Phase, Posting, Protection, Reject, Side, Term, TimeInForce,
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
    /// As a side of a quote.
    Quote,
    /// As an amount of money.
    Cash,
}

impl NewOrder {
    /// Checks what the order says by itself.
    #[inline]
    pub(crate) fn check_shape(&self) -> Result<(), Reject> {
        let rests = self.time_in_force.rests();
        match (self.price, self.posting) {
            (OrderPrice::Limit(_), Posting::Any) => Ok(()),
            (OrderPrice::Market, _) if rests => Err(Reject::MarketOrderCannotRest),
            (OrderPrice::Market | OrderPrice::MarketToLimit, Posting::PostOnly | Posting::PostOnlyReprice) => {
                Err(Reject::PostOnlyMustRest)
            }
            (OrderPrice::Limit(_), _) if !rests => Err(Reject::PostOnlyMustRest),
            (OrderPrice::MarketToLimit, _) if !rests => {
                Err(Reject::Incompatible { one: Term::MarketToLimit, other: self.time_term() })
            }
            _ => Ok(()),
        }
    }

    /// Checks what the order says together with its conditions.
    pub(crate) fn check_conditions(&self, conditions: &Conditions) -> Result<(), Reject> {
        let terms = self.terms_named(conditions);
        let clash = |one: Term, others: &[Term]| {
            others.iter().find(|&&other| terms.has(one) && terms.has(other)).map(|&other| (one, other))
        };
        let found = None
            .or_else(|| clash(Term::MarketToLimit, &[
                Term::Trigger, Term::Minimum, Term::AllOrNone, Term::Peg, Term::Iceberg, Term::Hidden,
            ]))
            .or_else(|| clash(Term::Market, &[
                Term::Iceberg, Term::Hidden, Term::Peg, Term::Minimum, Term::AllOrNone,
            ]))
            .or_else(|| clash(Term::ImmediateOrCancel, &[Term::Iceberg, Term::Hidden, Term::Peg]))
            .or_else(|| clash(Term::FillOrKill, &[
                Term::Iceberg, Term::Hidden, Term::Peg, Term::Minimum, Term::AllOrNone, Term::Trigger,
            ]))
            .or_else(|| clash(Term::PostOnly, &[Term::Minimum, Term::AllOrNone, Term::Peg, Term::Trigger]))
            .or_else(|| clash(Term::Peg, &[
                Term::Trigger, Term::Iceberg, Term::Hidden, Term::Minimum, Term::AllOrNone,
            ]))
            .or_else(|| clash(Term::AllOrNone, &[Term::Iceberg]))
            .or_else(|| clash(Term::Trigger, &[Term::Minimum, Term::AllOrNone, Term::Iceberg, Term::Hidden]))
            .or_else(|| clash(Term::Protection, &[Term::Limit, Term::MarketToLimit]));
        if let Some((one, other)) = found {
            return Err(Reject::Incompatible { one, other });
        }
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
        }
        check_protection(conditions.protection)?;
        if conditions.trigger.is_some() {
            self.check_waiting(conditions.protection)?;
        }
        Ok(())
    }

    /// A market order of a buyer that waits must say how far it may reach.
    pub(crate) const fn check_waiting(&self, protection: Option<Protection>) -> Result<(), Reject> {
        if matches!((self.price, self.side, protection), (OrderPrice::Market, Side::Buy, None)) {
            return Err(Reject::ProtectionMissing);
        }
        Ok(())
    }

    /// The term that the phase does not take, if there is one.
    pub(crate) fn not_taken(
        &self,
        conditions: Option<&Conditions>,
        entry: Entry,
        phase: Phase,
        halt_queues: bool,
    ) -> Option<Term> {
        let refused: &[Term] = match phase {
            Phase::Continuous => return None,
            Phase::Halted if !halt_queues => return Some(Term::NewOrder),
            Phase::Closed => return Some(Term::NewOrder),
            Phase::PreOpen | Phase::Call(_) | Phase::Batch { .. } | Phase::Halted => &[
                Term::FillOrKill, Term::MarketToLimit, Term::PostOnly, Term::Minimum, Term::AllOrNone, Term::Peg,
                Term::Bracket, Term::Quote, Term::Cash,
            ],
            Phase::PostClose => &[
                Term::MarketToLimit, Term::PostOnly, Term::Trigger, Term::Minimum, Term::AllOrNone, Term::Peg,
                Term::Pair, Term::Bracket, Term::Quote, Term::Cash,
            ],
        };
        let mut terms = self.terms_named(conditions.unwrap_or(&Conditions::NONE));
        match entry {
            Entry::Single => {}
            Entry::Pair => terms.add(Term::Pair),
            Entry::Bracket => terms.add(Term::Bracket),
            Entry::Quote => terms.add(Term::Quote),
            Entry::Cash => terms.add(Term::Cash),
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

/// Checks the range of a protection.
pub(crate) const fn check_protection(protection: Option<Protection>) -> Result<(), Reject> {
    match protection {
        Some(Protection::Ppm(ppm)) if ppm.get() > WHOLE_PPM => Err(Reject::ProtectionTooWide { ppm: ppm.get() }),
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
