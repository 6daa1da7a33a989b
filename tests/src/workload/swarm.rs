//! Which kinds of commands a seed uses, how often, and in what kind of market.

use outcry_simulation::Random;

/// A kind of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A limit order that may rest.
    Limit,
    /// A limit order that may only rest.
    PostOnly,
    /// A limit order that may not rest.
    ImmediateOrCancel,
    /// All or nothing, with or without a limit.
    FillOrKill,
    /// No limit.
    Market,
    /// An order for exactly what its account has, or for one minor unit more.
    LastCoin,
    /// The end of an order.
    Cancel,
    /// New terms for an order.
    Replace,
    /// A cancel or replace of an order that is closed, foreign or was never there.
    Stray,
    /// A command that is wrong by itself or names what does not exist.
    Misshapen,
    /// Money or instruments in.
    Deposit,
    /// Money or instruments out.
    Withdraw,
    /// One more asset, instrument or account.
    Create,
}

/// Every kind with its usual share and whether a seed may go without it.
const USUAL: [(Act, u64, bool); 13] = [
    (Act::Limit, 300, false),
    (Act::PostOnly, 60, true),
    (Act::ImmediateOrCancel, 80, true),
    (Act::FillOrKill, 60, true),
    (Act::Market, 60, true),
    (Act::LastCoin, 40, true),
    (Act::Cancel, 180, true),
    (Act::Replace, 150, true),
    (Act::Stray, 20, true),
    (Act::Misshapen, 10, true),
    (Act::Deposit, 15, true),
    (Act::Withdraw, 15, true),
    (Act::Create, 2, true),
];

/// The size of everything in a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A stock at cents.
    Stock,
    /// A coin with eight decimals.
    Coin,
    /// Numbers at the upper limits.
    Giant,
    /// Prices of one and two ticks.
    Dust,
}

/// What a seed has switched on.
#[derive(Clone, Debug)]
pub struct Swarm {
    shares: Vec<(Act, u64)>,
    /// The size of everything.
    pub scale: Scale,
    /// The middle of the band of prices, in ticks.
    pub middle: i64,
    /// Half the width of that band.
    pub width: i64,
    /// Usual largest quantity in lots.
    pub lots: u64,
    /// Accounts opened at the start.
    pub accounts: u64,
    /// Instruments opened at the start, 1 to 3.
    pub instruments: u64,
    /// Whether accounts have hardly enough for a few orders.
    pub poor: bool,
    /// Open orders above which only cancels are sent.
    pub crowd: usize,
}

impl Swarm {
    /// Draws what is on.
    pub(super) fn draw(random: &mut Random) -> Self {
        let shares = USUAL
            .iter()
            .filter_map(|&(act, usual, optional)| {
                let off = optional && random.chance(250_000);
                let factor = [1, 1, 1, 4][usize::try_from(random.below(4)).expect("below 4")];
                (!off).then_some((act, usual * factor))
            })
            .collect();
        let scales = [Scale::Stock, Scale::Stock, Scale::Coin, Scale::Giant, Scale::Dust];
        let scale = *random.pick(&scales).expect("not empty");
        let (middle, width, lots) = match scale {
            Scale::Stock => (10_000, *random.pick(&[0, 1, 3, 20]).expect("not empty"), 20),
            Scale::Coin => (4_800_000, *random.pick(&[1, 10, 500]).expect("not empty"), 30_000),
            Scale::Giant => (999_999_999_990, *random.pick(&[0, 2, 10]).expect("not empty"), 3_000),
            Scale::Dust => (2, 1, 3),
        };
        Self {
            shares,
            scale,
            middle,
            width,
            lots,
            accounts: 2 + random.below(5),
            instruments: 1 + random.below(3),
            poor: random.chance(300_000),
            crowd: usize::try_from(5 + random.below(80)).expect("small"),
        }
    }

    /// One kind of command, as often as its share says.
    pub(super) fn act(&self, random: &mut Random) -> Act {
        let total: u64 = self.shares.iter().map(|&(_, share)| share).sum();
        let mut ticket = random.below(total);
        for &(act, share) in &self.shares {
            if ticket < share {
                return act;
            }
            ticket -= share;
        }
        Act::Limit
    }
}
