//! Published examples as text, and random levels against a model that deals lot by lot.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::{AccountId, Lots};

/// The level as text, in time order: `10t` is the TOP order, `160@1:40` an order of lead maker 1 with 40 %.
fn level(text: &str) -> Vec<Claim> {
    let claim = |word: &str| {
        let (size, lead) = word.split_once('@').unwrap_or((word, "0:0"));
        let (account, percent) = lead.split_once(':').unwrap();
        Claim {
            leaves: size.trim_end_matches('t').parse().unwrap(),
            top: size.ends_with('t'),
            account: AccountId::new(account.parse().unwrap()),
            lead_ppm: percent.parse::<u32>().unwrap() * 10_000,
        }
    };
    text.split_whitespace().map(claim).collect()
}

fn word(step: Step) -> &'static str {
    match step {
        Step::Top => "top",
        Step::LeadMaker => "lead",
        Step::FifoPart => "fifo part",
        Step::ProRata => "pro-rata",
        Step::Leveling => "leveling",
        Step::LargestFirst => "largest",
        Step::Fifo => "fifo",
    }
}

/// The only place that knows the call: the shares as text, one field per order.
#[track_caller]
fn check(rule: Allocation, lots: u64, text: &str, expected: Expect) {
    rule.check().unwrap();
    let (claims, mut shares) = (level(text), Vec::new());
    allocate(&rule, lots, &claims, &mut shares);
    let field = |share: &Share| {
        let parts: Vec<_> =
            share.parts().map(|(step, lots)| format!("{} {}", word(step), lots.get())).collect();
        if parts.is_empty() { "-".to_owned() } else { parts.join(" + ") }
    };
    expected.assert_eq(&shares.iter().map(field).collect::<Vec<_>>().join(" | "));
}

fn bounds(minimum: u64, maximum: u64) -> Top {
    Top { minimum: lots(minimum), maximum: Some(lots(maximum)) }
}

const A: Allocation = Allocation::cme(CmeAlgorithm::A);

/// CME Globex notice 020705-1 of 2005, the rule then new: TOP, pro-rata of 2 or more, FIFO.
#[test]
fn eurodollar_notice_sell_60() {
    check(A, 60, "10t 5 20 50 75", expect!["top 10 | fifo 3 | pro-rata 6 | pro-rata 16 | pro-rata 25"]);
}

/// CME, "Complex Match Example", an aggressor of 501: 2 lots are left after the pro-rata step.
#[test]
fn complex_match_example_501() {
    check(
        A,
        501,
        "100t 900 200 300 400 100",
        expect!["top 100 | pro-rata 189 + fifo 2 | pro-rata 42 | pro-rata 63 | pro-rata 84 | pro-rata 21"],
    );
}

/// CME, "Matching Algorithm Steps", pro-rata example with a minimum of 2: 50 into 403.
#[test]
fn pro_rata_from_two() {
    let level = "5 9 57 4 28 300";
    check(
        Allocation::pro_rata(lots(2)),
        50,
        level,
        expect!["fifo 3 | - | pro-rata 7 | - | pro-rata 3 | pro-rata 37"],
    );
    check(
        Allocation::pro_rata(lots(1)),
        50,
        level,
        expect!["fifo 2 | pro-rata 1 | pro-rata 7 | - | pro-rata 3 | pro-rata 37"],
    );
}

/// Corn options: TOP 10 to 100. What is left of the TOP order takes part in pro-rata and FIFO.
#[test]
fn threshold_with_a_top_above_the_maximum() {
    let rule = Allocation::threshold(bounds(10, 100), lots(1));
    check(rule, 200, "150t 8 160", expect!["top 100 + pro-rata 22 + fifo 2 | pro-rata 3 | pro-rata 73"]);
    check(rule, 20, "9t 8 160", expect!["pro-rata 1 + fifo 1 | - | pro-rata 18"]);
    check(rule, 20, "10t 8 160", expect!["top 10 | fifo 1 | pro-rata 9"]);
}

/// Treasury note options: TOP 25 to 250, a lead maker with 40 %.
#[test]
fn threshold_with_a_lead_maker() {
    check(
        Allocation::cme(CmeAlgorithm::Q { top: bounds(25, 250), minimum: lots(1) }),
        400,
        "300t 15 160@1:40",
        expect!["top 250 + pro-rata 27 + fifo 1 | pro-rata 8 | lead 60 + pro-rata 54"],
    );
}

/// CME, "Lead Market Maker Allocation Algorithm", with TOP (S) and without (T): the percentage is of what TOP left.
#[test]
fn fifo_with_lead_makers() {
    let s = Allocation::cme(CmeAlgorithm::S { top: Top::ANY });
    check(s, 30, "10t 10@1:10 10@2:20 10", expect!["top 10 | lead 2 + fifo 8 | lead 4 + fifo 6 | -"]);
    check(s, 30, "10t@1:50 10 20@1:50", expect!["top 10 | fifo 10 | lead 10"]);
    let t = Allocation::cme(CmeAlgorithm::T);
    check(t, 50, "50 60@1:40", expect!["fifo 30 | lead 20"]);
    // The orders of one lead maker share one entitlement, the earlier first.
    check(t, 100, "50 30@1:40 60@1:40", expect!["fifo 50 | lead 30 | lead 10 + fifo 10"]);
}

/// All steps of K at once, and leveling that runs out of lots.
#[test]
fn split_with_lead_makers_and_leveling() {
    let k = |minimum| {
        Allocation::cme(CmeAlgorithm::K { top: Some(Top::ANY), fifo_ppm: 400_000, minimum, leveling: true })
    };
    check(
        k(lots(2)),
        202,
        "2t 51@1:10 47@2:20 100 1 1 1 1",
        expect![
            "top 2 | lead 20 + fifo part 31 | lead 40 + fifo part 7 | fifo part 18 + pro-rata 80 | leveling 1 | leveling 1 | leveling 1 | leveling 1"
        ],
    );
    check(
        k(lots(1)),
        8,
        "1t 100 30 80 30 60",
        expect!["top 1 | fifo part 3 + pro-rata 1 | leveling 1 | pro-rata 1 | - | leveling 1"],
    );
}

/// The 40 / 60 split of a two-year note future (ELX).
#[test]
fn split_40_60() {
    check(
        Allocation::split(400_000, lots(1)),
        50,
        "10 30 60",
        expect!["fifo part 10 | fifo part 10 + pro-rata 7 + fifo 1 | pro-rata 22"],
    );
}

#[test]
fn largest_first_then_earliest() {
    let rule = Allocation::PriceSizeTime;
    check(rule, 60, "5 20 50 75", expect!["- | - | - | largest 60"]);
    check(rule, 100, "5 50 20 50 75", expect!["- | largest 25 | - | - | largest 75"]);
}

/// Taking the whole level, or more, is FIFO under every rule.
#[test]
fn whole_level_is_fifo() {
    for lots in [160, 161, u64::MAX] {
        for rule in [A, Allocation::PriceSizeTime, Allocation::Fifo] {
            check(rule, lots, "10t 5 20 50 75", expect!["fifo 10 | fifo 5 | fifo 20 | fifo 50 | fifo 75"]);
        }
    }
    check(A, 0, "10t 5", expect!["- | -"]);
    check(A, 5, "", expect![""]);
}

/// What a lesson shows: pro-rata 16 is floor(50 / 150 * 50), and the 5-lot's quota of 1 is below the minimum.
#[test]
fn basis_explains_the_formula() {
    let basis = allocate(&A, 60, &level("10t 5 20 50 75"), &mut Vec::new()).unwrap();
    assert_eq!(basis, Basis { pool: Lots::new(50), total: 150 });
    assert_eq!(basis.quota(Lots::new(50)), Lots::new(16));
    assert_eq!(basis.quota(Lots::new(5)), Lots::new(1));
}

/// Products of two 64-bit numbers do not wrap: with a 64-bit product this fails.
#[test]
fn products_are_128_bits_wide() {
    let level = "12000000000000000000@1:50 6000000000000000000";
    check(
        Allocation::pro_rata(lots(1)),
        9_000_000_000_000_000_000,
        level,
        expect!["pro-rata 6000000000000000000 | pro-rata 3000000000000000000"],
    );
    let rule = CmeAlgorithm::K { top: None, fifo_ppm: 500_000, minimum: lots(1), leveling: false };
    check(
        Allocation::cme(rule),
        8_000_000_000_000_000_000,
        level,
        expect![
            "lead 4000000000000000000 + fifo part 2000000000000000000 + pro-rata 1000000000000000000 | pro-rata 1000000000000000000"
        ],
    );
}

#[test]
fn rules_say_what_they_are() {
    let k = CmeAlgorithm::K { top: None, fifo_ppm: 333_333, minimum: lots(2), leveling: true };
    let q = CmeAlgorithm::Q { top: bounds(25, 250), minimum: lots(1) };
    let s = CmeAlgorithm::S { top: Top { minimum: lots(5), maximum: None } };
    let rules = [CmeAlgorithm::F, CmeAlgorithm::A, CmeAlgorithm::T, k, q, s].map(Allocation::cme);
    let text: Vec<_> = rules.iter().map(ToString::to_string).collect();
    expect![[r"
        FIFO
        TOP, pro-rata from 2, FIFO
        lead makers, FIFO
        lead makers, 33.3333 % FIFO, pro-rata from 2, leveling, FIFO
        TOP 25 to 250, lead makers, pro-rata, FIFO
        TOP from 5, lead makers, FIFO"]]
    .assert_eq(&text.join("\n"));
    assert_eq!(rules.map(|rule| rule.uses_top()), [false, true, false, false, true, true]);
    assert_eq!(rules.map(|rule| rule.uses_lead_makers()), [false, false, true, true, true, true]);
    assert!(size_of::<Allocation>() <= 40);
}

#[test]
fn unusable_rules_are_refused() {
    let steps = [
        NO_STEPS,
        Steps { top: Some(bounds(3, 2)), ..NO_STEPS },
        Steps { fifo_ppm: 1_000_001, pro_rata: Some(ONE), ..NO_STEPS },
        Steps { fifo_ppm: 1, lead_makers: true, ..NO_STEPS },
        Steps { leveling: true, lead_makers: true, ..NO_STEPS },
    ];
    let text = steps.map(|steps| Allocation::Steps(steps).check().unwrap_err().to_string());
    expect![[r"
        steps need at least one of TOP, lead makers and pro-rata; without any it is FIFO
        the TOP minimum of 3 lots is above the TOP maximum of 2 lots
        a FIFO part of 100.0001 % is outside 0 to 100 %
        a FIFO part of 0.0001 % needs a pro-rata step after it; without one it must be 0 %
        leveling needs a pro-rata step before it"]]
    .assert_eq(&text.join("\n"));
    for steps in [
        Steps { top: Some(bounds(2, 2)), ..NO_STEPS },
        Steps { fifo_ppm: 1_000_000, pro_rata: Some(ONE), ..NO_STEPS },
    ] {
        assert_eq!(Allocation::Steps(steps).check(), Ok(()));
    }
}

/// A level in the model, which deals one lot at a time and finds quotients by counting.
struct Model<'a> {
    claims: &'a [Claim],
    got: Vec<u64>,
    left: u64,
}

impl Model<'_> {
    fn rest(&self, at: usize) -> u64 {
        self.claims[at].leaves - self.got[at]
    }

    /// One lot to a claim, if both have one left.
    fn deal(&mut self, at: usize) -> bool {
        let can = self.left > 0 && self.rest(at) > 0;
        if can {
            self.got[at] += 1;
            self.left -= 1;
        }
        can
    }

    fn deal_up_to(&mut self, at: usize, most: u64) -> u64 {
        (0..most).take_while(|_| self.deal(at)).map(|_| 1).sum()
    }

    fn fifo(&mut self, pool: u64) {
        for _ in 0..pool {
            if let Some(at) = (0..self.claims.len()).find(|&at| self.rest(at) > 0) {
                self.deal(at);
            }
        }
    }

    fn run(&mut self, rule: &Allocation) {
        match rule {
            Allocation::Fifo => {}
            Allocation::PriceSizeTime => {
                let open = |model: &Self| {
                    let open = (0..model.claims.len()).filter(|&at| model.rest(at) > 0);
                    open.rev().max_by_key(|&at| model.claims[at].leaves)
                };
                while let Some(at) = open(self).filter(|_| self.left > 0) {
                    self.deal(at);
                }
            }
            Allocation::Steps(steps) => self.steps(steps),
        }
        self.fifo(self.left);
    }

    fn steps(&mut self, steps: &Steps) {
        if let (Some(top), Some(at)) = (steps.top, self.claims.iter().position(|claim| claim.top))
            && self.claims[at].leaves >= top.minimum.get()
        {
            self.deal_up_to(at, top.maximum.map_or(1_000, Qty::get));
        }
        if steps.lead_makers {
            let (pool, mut taken) = (self.left, [0; 3]);
            for (at, claim) in self.claims.iter().enumerate() {
                let entitled = (0..=pool).rev().find(|e| e * 1_000_000 <= u64::from(claim.lead_ppm) * pool);
                let taken = &mut taken[claim.account.index()];
                *taken += self.deal_up_to(at, entitled.unwrap() - (*taken).min(entitled.unwrap()));
            }
        }
        let Some(minimum) = steps.pro_rata else { return };
        let part = u64::from(steps.fifo_ppm) * self.left;
        self.fifo((0..).find(|f| f * 1_000_000 >= part).unwrap());

        let (pool, rests) = (self.left, (0..self.claims.len()).map(|at| self.rest(at)).collect::<Vec<_>>());
        let total: u64 = rests.iter().sum();
        let mut without = Vec::new();
        for (at, &rest) in rests.iter().enumerate() {
            let quota = (0..=rest).rev().find(|quota| quota * total <= rest * pool).unwrap();
            if quota < minimum.get() { without.push(at) } else { _ = self.deal_up_to(at, quota) }
        }
        if steps.leveling {
            without.sort_by_key(|&at| std::cmp::Reverse(rests[at]));
            for at in without {
                self.deal(at);
            }
        }
    }
}

fn any_rule(most: u64) -> impl Strategy<Value = Allocation> {
    let top = (1..=most, prop::option::of(0..=most)).prop_map(move |(minimum, above)| Top {
        minimum: lots(minimum),
        maximum: above.map(|above| lots(minimum + above)),
    });
    let fifo = prop_oneof![Just(0), Just(400_000), 0..=WHOLE_PPM];
    let minimum = prop_oneof![3 => 1..=3_u64, 1 => 1..=most].prop_map(lots);
    let steps = (prop::option::of(top), any::<bool>(), fifo, minimum, any::<bool>());
    prop_oneof![
        Just(Allocation::Fifo),
        Just(Allocation::PriceSizeTime),
        steps.clone().prop_map(|(top, lead_makers, fifo_ppm, minimum, leveling)| {
            Allocation::Steps(Steps { top, lead_makers, fifo_ppm, pro_rata: Some(minimum), leveling })
        }),
        steps.prop_map(|(top, lead, ..)| {
            Allocation::Steps(Steps { top, lead_makers: lead || top.is_none(), ..NO_STEPS })
        }),
    ]
}

/// A level of which at most one order is TOP. Accounts 1 and 2 are lead makers, sometimes of more than the whole.
fn any_level(most: u64) -> impl Strategy<Value = Vec<Claim>> {
    let claims = prop::collection::vec((0..=most, 0..3_u32), 0..9);
    (claims, any::<prop::sample::Index>(), any::<bool>(), [0..=600_000_u32, 0..=600_000]).prop_map(
        |(claims, top, has_top, leads)| {
            let top = has_top.then(|| top.index(claims.len().max(1)));
            let claim = |(at, (leaves, account)): (usize, (u64, u32))| Claim {
                leaves,
                top: top == Some(at),
                account: AccountId::new(account),
                lead_ppm: if account == 0 { 0 } else { leads[usize::from(account == 2)] },
            };
            claims.into_iter().enumerate().map(claim).collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Small levels, every rule: the shares are those of the model. Bugs planted in the sharing and caught here: the
    /// leftover given from the last order on, what TOP got left in the pro-rata total, a minimum that must be exceeded,
    /// quotas rounded up, the FIFO part rounded down, an entitlement for each order of a lead maker, a running lead
    /// maker's pool, ties to the latest, and leveling for orders that have a share.
    #[test]
    fn shares_are_those_of_the_model(rule in any_rule(40), claims in any_level(40), lots in 0..200_u64) {
        prop_assert_eq!(rule.check(), Ok(()));
        let mut model = Model { claims: &claims, got: vec![0; claims.len()], left: lots };
        let total: u64 = claims.iter().map(|claim| claim.leaves).sum();
        if lots < total { model.run(&rule) } else { model.fifo(lots) }
        let mut shares = Vec::new();
        allocate(&rule, lots, &claims, &mut shares);
        let got: Vec<_> = shares.iter().map(|share| share.lots().get()).collect();
        prop_assert_eq!(got, model.got);
    }

    /// Numbers of any size: nothing overflows, everything is given, nobody gets more than is left of the order, FIFO
    /// never passes over an earlier order, and only steps of the rule give. Caught: the leftover given from the last on.
    #[test]
    fn everything_is_shared(rule in any_rule(1_000_000_000), claims in any_level(u64::MAX), lots in any::<u64>()) {
        let mut shares = vec![Share::default(); 3];
        let basis = allocate(&rule, lots, &claims, &mut shares);
        prop_assert_eq!(shares.len(), claims.len());
        let total: u128 = claims.iter().map(|claim| u128::from(claim.leaves)).sum();
        let given: u128 = shares.iter().map(|share| u128::from(share.lots().get())).sum();
        prop_assert_eq!(given, total.min(u128::from(lots)));
        let full = |at: usize| shares[at].lots().get() == claims[at].leaves;
        for (at, (share, claim)) in shares.iter().zip(&claims).enumerate() {
            prop_assert!(share.lots().get() <= claim.leaves);
            prop_assert!(share.part(Step::Fifo).is_zero() || (0..at).all(full));
            prop_assert!(share.part(Step::Top).is_zero() || claim.top && rule.uses_top());
            prop_assert!(share.part(Step::LeadMaker).is_zero() || claim.lead_ppm > 0 && rule.uses_lead_makers());
            prop_assert!(share.part(Step::ProRata).is_zero() || basis.is_some());
            prop_assert!(share.part(Step::Leveling).get() <= 1);
        }
    }
}
