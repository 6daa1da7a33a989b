//! The sharing itself: lots and claims in, one share per claim out.
//!
//! It knows no orders, prices or accounts' rights beyond what a [`Claim`] says, changes nothing, and is linear in the
//! number of claims but for the two rules that go by size, which sort as many as they fill. Rules it keeps: the shares
//! sum up to the aggressor or to the level, whichever is smaller; no share exceeds its claim; products are 128 bits.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use serde::{Deserialize, Serialize};

use super::{Allocation, Steps, Top, WHOLE_PPM};
use crate::{AccountId, Lots, Qty};

/// One displayed order of the level. Claims stand in time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// What is displayed and left of it, in lots.
    pub(crate) leaves: u64,
    /// Whether it is the TOP order of its side. Of several the earliest counts.
    pub(crate) top: bool,
    /// Whose it is: the orders of one lead maker share one entitlement.
    pub(crate) account: AccountId,
    /// What its account is entitled to as a lead maker, in parts per million of the aggressor; 0 for all others.
    pub(crate) lead_ppm: u32,
}

/// A step that can give lots to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Step {
    /// It is the order that bettered the market.
    Top,
    /// Its account is a lead maker.
    LeadMaker,
    /// In time order, out of the part that goes FIFO before pro-rata.
    FifoPart,
    /// In proportion to what was left of it.
    ProRata,
    /// One lot, because pro-rata gave it nothing.
    Leveling,
    /// It was the largest left.
    LargestFirst,
    /// In time order: under FIFO, when the whole level is taken, and whatever other steps leave.
    Fifo,
}

impl Step {
    /// All steps, in the sequence in which they give.
    pub const ALL: [Self; 7] = [
        Self::Top,
        Self::LeadMaker,
        Self::FifoPart,
        Self::ProRata,
        Self::Leveling,
        Self::LargestFirst,
        Self::Fifo,
    ];
}

/// What one claim gets, and how much of it from which step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Lots by step, in the sequence of [`Step::ALL`].
    lots: [u64; Step::ALL.len()],
}

impl Share {
    /// All lots it gets.
    #[must_use]
    pub fn lots(&self) -> Lots {
        Lots::new(self.lots.iter().sum())
    }

    /// The lots that a step gave it.
    #[must_use]
    pub const fn part(&self, step: Step) -> Lots {
        Lots::new(self.lots[step as usize])
    }

    /// The steps that gave it something, in their sequence.
    pub fn parts(&self) -> impl Iterator<Item = (Step, Lots)> + '_ {
        Step::ALL.into_iter().map(|step| (step, self.part(step))).filter(|(_, lots)| !lots.is_zero())
    }
}

/// What the pro-rata step of a level divided, and among how much: with it a lesson shows the formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Lots that were shared pro-rata.
    pub pool: Lots,
    /// Lots that were left of all orders of the level before the step.
    pub total: u128,
}

impl Basis {
    /// `floor(resting / total * pool)`, never above `resting`: the pro-rata share before its minimum is applied, of an
    /// order of which `resting` lots were left before the step.
    #[must_use]
    pub fn quota(&self, resting: Lots) -> Lots {
        let product = u128::from(resting.get()) * u128::from(self.pool.get());
        let quota = product.checked_div(self.total).unwrap_or(0);
        Lots::new(u64::try_from(quota).map_or(resting.get(), |quota| quota.min(resting.get())))
    }
}

/// Shares `lots` among the claims of a level: writes one share per claim, in their order, to `shares`, which is
/// cleared first. Answers what the pro-rata step divided, if there was one.
pub(crate) fn allocate(
    rule: &Allocation,
    lots: u64,
    claims: &[Claim],
    shares: &mut Vec<Share>,
) -> Option<Basis> {
    shares.clear();
    shares.resize(claims.len(), Share::default());
    let total: u128 = claims.iter().map(|claim| u128::from(claim.leaves)).sum();
    let mut deal = Deal { claims, shares, left: lots };
    let mut basis = None;
    if u128::from(lots) < total {
        match rule {
            Allocation::Fifo => {}
            Allocation::PriceSizeTime => deal.largest_first(Step::LargestFirst, u64::MAX, |_| true),
            Allocation::Steps(steps) => basis = deal.steps(steps),
        }
    }
    deal.in_time_order(Step::Fifo, u64::MAX);
    basis
}

/// An allocation under way.
struct Deal<'a> {
    claims: &'a [Claim],
    shares: &'a mut [Share],
    /// Lots not given yet.
    left: u64,
}

impl Deal<'_> {
    fn steps(&mut self, steps: &Steps) -> Option<Basis> {
        if let Some(top) = steps.top {
            self.top(top);
        }
        if steps.lead_makers {
            self.lead_makers();
        }
        let minimum = steps.pro_rata?;
        if steps.fifo_ppm > 0 {
            let part = (u128::from(self.left) * u128::from(steps.fifo_ppm)).div_ceil(u128::from(WHOLE_PPM));
            self.in_time_order(Step::FifoPart, u64::try_from(part).unwrap_or(u64::MAX));
        }
        let basis = self.pro_rata(minimum);
        if steps.leveling {
            self.largest_first(Step::Leveling, 1, |share| share.part(Step::ProRata).is_zero());
        }
        Some(basis)
    }

    /// The order that bettered the market is filled first, whatever its size within the bounds ("CME Globex Matching
    /// Algorithm Steps", TOP).
    fn top(&mut self, top: Top) {
        let first = self.claims.iter().position(|claim| claim.top);
        if let Some(at) = first.filter(|&at| self.claims[at].leaves >= top.minimum.get()) {
            self.give(at, Step::Top, top.maximum.map_or(u64::MAX, Qty::get));
        }
    }

    /// Each lead maker gets its percentage of what the TOP order left, rounded down, over all its orders in time order
    /// (CME, "Lead Market Maker Allocation Algorithm"). What it gets as TOP does not count against that.
    fn lead_makers(&mut self) {
        let pool = u128::from(self.left);
        // Ordered and short: a level has a handful of lead makers, most have none.
        let mut taken = BTreeMap::new();
        for (at, claim) in self.claims.iter().enumerate().filter(|(_, claim)| claim.lead_ppm > 0) {
            let entitled = pool * u128::from(claim.lead_ppm) / u128::from(WHOLE_PPM);
            let taken = taken.entry(claim.account).or_insert(0_u64);
            let most = u64::try_from(entitled).unwrap_or(u64::MAX).saturating_sub(*taken);
            *taken += self.give(at, Step::LeadMaker, most);
        }
    }

    /// The pro-rata step: each order's quota, unless it is below the minimum.
    fn pro_rata(&mut self, minimum: Qty) -> Basis {
        let total = (0..self.claims.len()).map(|at| u128::from(self.rest(at))).sum();
        let basis = Basis { pool: Lots::new(self.left), total };
        for at in 0..self.claims.len() {
            let quota = basis.quota(Lots::new(self.rest(at))).get();
            if quota >= minimum.get() {
                self.give(at, Step::ProRata, quota);
            }
        }
        basis
    }

    /// Gives `pool` lots in time order.
    fn in_time_order(&mut self, step: Step, mut pool: u64) {
        for at in 0..self.claims.len() {
            if pool == 0 || self.left == 0 {
                return;
            }
            pool -= self.give(at, step, pool);
        }
    }

    /// Gives up to `each` lots to every order that is `eligible`, the one with most left first, of equal ones the earliest.
    fn largest_first(&mut self, step: Step, each: u64, eligible: impl Fn(&Share) -> bool) {
        // A heap, because it is built in linear time and mostly only a few of its orders are filled.
        let mut queue: BinaryHeap<_> = (0..self.claims.len())
            .filter(|&at| eligible(&self.shares[at]))
            .map(|at| (self.rest(at), Reverse(at)))
            .collect();
        while self.left > 0
            && let Some((_, Reverse(at))) = queue.pop()
        {
            self.give(at, step, each);
        }
    }

    /// What is left of a claim.
    fn rest(&self, at: usize) -> u64 {
        self.claims[at].leaves - self.shares[at].lots().get()
    }

    /// Gives a claim at most `most` of what is left. Answers how much.
    fn give(&mut self, at: usize, step: Step, most: u64) -> u64 {
        let given = most.min(self.left).min(self.rest(at));
        self.shares[at].lots[step as usize] += given;
        self.left -= given;
        given
    }
}
