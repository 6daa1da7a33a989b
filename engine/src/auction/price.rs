//! The price of an auction: what each rulebook does with the candidates that the first two steps leave.

use crate::limits::MAX_PRICE;
use crate::{Lots, Price, Side};

use super::candidates::{Candidates, Lean, Pairing, Survivors};
use super::{AuctionStep, Collar, Guide, Indication, Inside, Interest, Rulebook};

/// What an uncross now would give, in time linear in the price levels that cross.
///
/// `around` answers the valid prices of the instrument at or below a price and at or above it (twice the same
/// where the price is valid, or where there is none on one side): a price that is no limit of the book is
/// rounded by it.
pub(crate) fn indicate<I: Interest>(
    rulebook: Rulebook,
    interest: &I,
    guide: Guide,
    around: impl Fn(Price) -> (Price, Price),
) -> Indication {
    let Some(pairing) = Pairing::of(interest) else { return Indication::NOTHING };
    let reference = guide.reference.map(|price| nearest_valid(doubled(price), &around));
    let more = reference.filter(|_| matches!(rulebook, Rulebook::Euronext) && pairing.is_open());
    let has_limits = Side::BOTH.into_iter().any(|side| interest.limits(side).next().is_some());
    let candidates = Candidates { interest, more };
    let found = match (has_limits, rulebook) {
        (true, _) => candidates
            .survivors(&pairing)
            .map(|survivors| Decision { rulebook, guide, reference, candidates, survivors }.price(&around)),
        (false, Rulebook::Xetra | Rulebook::Euronext) => {
            reference.map(|price| (price, AuctionStep::MarketOrders))
        }
        (false, Rulebook::Nasdaq { .. } | Rulebook::Pressure { .. }) => None,
    };
    let Some((price, step)) = found else { return Indication::NOTHING };
    let allowed = [nasdaq_collar(rulebook, guide.inside, &around), guide.within];
    let moved = allowed.into_iter().flatten().fold(price, |price, collar| collar.nearest(price));
    at(interest, moved, if moved == price { step } else { AuctionStep::Collar })
}

/// What trades at a price and what is left over.
fn at(interest: &impl Interest, price: Price, step: AuctionStep) -> Indication {
    let (buys, sells) = (interest.executable(Side::Buy, price), interest.executable(Side::Sell, price));
    if buys.min(sells) == 0 {
        return Indication::NOTHING;
    }
    Indication {
        price: Some(price),
        paired: Lots::new(buys.min(sells)),
        surplus: Lots::new(buys.abs_diff(sells)),
        surplus_side: match buys.cmp(&sells) {
            std::cmp::Ordering::Less => Some(Side::Sell),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Side::Buy),
        },
        decided_by: Some(step),
    }
}

/// The later steps of a rulebook.
struct Decision<'a, I> {
    rulebook: Rulebook,
    guide: Guide,
    /// The reference as a valid price.
    reference: Option<Price>,
    candidates: Candidates<'a, I>,
    survivors: Survivors,
}

impl<I: Interest> Decision<'_, I> {
    fn price(&self, around: &impl Fn(Price) -> (Price, Price)) -> (Price, AuctionStep) {
        let Survivors { lowest, highest, lean, alone } = self.survivors;
        if lowest == highest {
            return (lowest, if alone { AuctionStep::Volume } else { AuctionStep::Surplus });
        }
        match (lean, self.rulebook) {
            (Lean::Buy, Rulebook::Pressure { bound_ppm }) => self.bounded(Side::Buy, bound_ppm, around),
            (Lean::Sell, Rulebook::Pressure { bound_ppm }) => self.bounded(Side::Sell, bound_ppm, around),
            (Lean::Buy, _) => (highest, AuctionStep::Pressure),
            (Lean::Sell, _) => (lowest, AuctionStep::Pressure),
            (Lean::Mixed { below, above }, Rulebook::Xetra) => self.inside(below, above, around),
            (Lean::Mixed { below, above }, Rulebook::Euronext | Rulebook::Nasdaq { .. }) => {
                self.nearest(below, above)
            }
            (Lean::Balanced, Rulebook::Euronext | Rulebook::Nasdaq { .. }) => self.nearest(lowest, highest),
            (Lean::Balanced, Rulebook::Xetra)
            | (Lean::Balanced | Lean::Mixed { .. }, Rulebook::Pressure { .. }) => {
                self.inside(lowest, highest, around)
            }
        }
    }

    /// The end of the range on the side of the pressure, no further from the reference than the bound.
    fn bounded(
        &self,
        side: Side,
        bound_ppm: u32,
        around: &impl Fn(Price) -> (Price, Price),
    ) -> (Price, AuctionStep) {
        let Survivors { lowest, highest, .. } = self.survivors;
        let end = if side == Side::Buy { highest } else { lowest };
        let Some(reference) = self.guide.reference else { return (end, AuctionStep::Pressure) };
        // Half a tick counts as one, on both sides: so does the venue's own example.
        let distance = share(doubled(reference), bound_ppm, 1);
        let ticks = match side {
            Side::Buy => reference.get() + distance,
            Side::Sell => reference.get() - distance,
        };
        let price = nearest_valid(2 * on_scale(ticks).get(), around).max(lowest).min(highest);
        (price, if price == end { AuctionStep::Pressure } else { AuctionStep::Bound })
    }

    /// The reference price, or what is nearest to it from `low` to `high`, limit or not.
    fn inside(
        &self,
        low: Price,
        high: Price,
        around: &impl Fn(Price) -> (Price, Price),
    ) -> (Price, AuctionStep) {
        let price = self.reference.unwrap_or_else(|| nearest_valid(low.get() + high.get(), around));
        (price.max(low).min(high), AuctionStep::Reference)
    }

    /// The candidate from `low` to `high` that is nearest to the reference price or midpoint; of two, the
    /// higher.
    fn nearest(&self, low: Price, high: Price) -> (Price, AuctionStep) {
        let midpoint = self.guide.inside.filter(|_| matches!(self.rulebook, Rulebook::Nasdaq { .. }));
        let target = midpoint
            .map(|Inside { bid, ask }| bid.get() + ask.get())
            .or(self.reference.map(doubled))
            .unwrap_or(low.get() + high.get())
            .clamp(doubled(low), doubled(high));
        let below = self.candidates.at_most(target / 2).unwrap_or(low);
        let above = self.candidates.at_least(target - target / 2).unwrap_or(high);
        let nearer = if target - doubled(below) < doubled(above) - target { below } else { above };
        (nearer, AuctionStep::Reference)
    }
}

/// Where the crosses of Nasdaq may print: the threshold beyond the quotes, rounded inwards.
fn nasdaq_collar(
    rulebook: Rulebook,
    inside: Option<Inside>,
    around: &impl Fn(Price) -> (Price, Price),
) -> Option<Collar> {
    let (Rulebook::Nasdaq { collar, collar_ppm }, Some(Inside { bid, ask })) = (rulebook, inside) else {
        return None;
    };
    let threshold = collar.get().max(share(bid.get() + ask.get(), collar_ppm, 0));
    let (lowest, highest) = (on_scale(bid.get() - threshold), on_scale(ask.get() + threshold));
    // Where no valid price lies inwards the edge stays as it is: an order may be older than the tick table.
    let (_, up) = around(lowest);
    let (down, _) = around(highest);
    Some(Collar { low: up.max(lowest), high: down.min(highest) })
}

/// Parts per million of a number of half ticks in ticks, rounded down, or to the nearest where `halves` is 1.
fn share(half_ticks: i64, ppm: u32, halves: i128) -> i64 {
    let ticks = (i128::from(half_ticks) * i128::from(ppm) + halves * 1_000_000) / 2_000_000;
    // At most 2^32 / 10^6 of the highest price: far inside 64 bits.
    i64::try_from(ticks).unwrap_or(MAX_PRICE)
}

/// A price in half ticks, so that a midpoint is whole.
const fn doubled(price: Price) -> i64 {
    2 * price.get()
}

/// The price of so many ticks, or the nearest that there is.
fn on_scale(ticks: i64) -> Price {
    Price::new(ticks.clamp(1, MAX_PRICE)).expect("the clamp keeps it in range")
}

/// The valid price nearest to a number of half ticks; of two, the higher.
fn nearest_valid(half_ticks: i64, around: &impl Fn(Price) -> (Price, Price)) -> Price {
    let (below, _) = around(on_scale(half_ticks / 2));
    let (_, above) = around(on_scale(half_ticks - half_ticks / 2));
    if half_ticks - doubled(below) < doubled(above) - half_ticks { below } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_down_or_to_the_nearest_tick() {
        // Half of one and a half ticks, of one, and of a half.
        assert_eq!([3, 2, 1].map(|half_ticks| share(half_ticks, 500_000, 0)), [0, 0, 0]);
        assert_eq!([3, 2, 1].map(|half_ticks| share(half_ticks, 500_000, 1)), [1, 1, 0]);
        assert_eq!(share(4, 499_999, 1), 1, "a millionth less than a half is none");
        assert_eq!((share(2, 499_999, 1), share(2, 1_000_000, 0)), (0, 1));
    }
}
