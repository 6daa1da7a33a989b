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
    /// A limit order that expires.
    Expiring,
    /// A limit order that is repriced where it would take.
    PostOnlyReprice,
    /// What a market order leaves rests.
    MarketToLimit,
    /// A market order that may go so far.
    Protected,
    /// A peak and a reserve.
    Iceberg,
    /// Not displayed.
    Hidden,
    /// A least first execution, or all or none.
    Minimum,
    /// Follows the book.
    Peg,
    /// Waits for a price: stop, take-profit or trailing.
    Trigger,
    /// An order with any conditions, whether they go together or not.
    Jumble,
    /// A limit order and a stop, of which one is enough.
    Pair,
    /// An order with its exits.
    Bracket,
    /// An amount of money to spend in the book.
    Cash,
    /// Two-sided prices in one or more instruments.
    Quote,
    /// The end of all orders of an account.
    MassCancel,
    /// The kill switch, or its release.
    Block,
    /// A setting of an instrument.
    InstrumentSetting,
    /// A setting of an account.
    AccountSetting,
    /// A market-wide halt by an index.
    MarketSetting,
    /// Another phase.
    Phase,
    /// A halt or resumption of everything.
    Halt,
    /// Time alone.
    Clock,
    /// A cash desk, its rate, or a purchase.
    Desk,
}

/// Every kind with its usual share and whether a seed may go without it.
const PLAIN: [(Act, u64, bool); 13] = [
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

/// What makes a market more than plain, each kind with its usual share. A seed goes without about half of them.
const SPECIAL: [(Act, u64); 23] = [
    (Act::Expiring, 60),
    (Act::PostOnlyReprice, 40),
    (Act::MarketToLimit, 40),
    (Act::Protected, 40),
    (Act::Iceberg, 80),
    (Act::Hidden, 60),
    (Act::Minimum, 60),
    (Act::Peg, 50),
    (Act::Trigger, 80),
    (Act::Jumble, 30),
    (Act::Pair, 60),
    (Act::Bracket, 50),
    (Act::Cash, 40),
    (Act::Quote, 50),
    (Act::MassCancel, 8),
    (Act::Block, 8),
    (Act::InstrumentSetting, 20),
    (Act::AccountSetting, 20),
    (Act::MarketSetting, 3),
    (Act::Phase, 20),
    (Act::Halt, 4),
    (Act::Clock, 20),
    (Act::Desk, 20),
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
    /// Whether the market is more than plain.
    pub special: bool,
    /// The usual time between two commands in nanoseconds.
    pub pace: u64,
    /// How many settings are changed before trading begins.
    pub settings: u64,
}

/// Usual times between two commands: 2 us, 1 ms, 1 s, 1 min.
const PACES: [u64; 4] = [2_000, 1_000_000, 1_000_000_000, 60_000_000_000];

/// How much more often than usual a kind of command comes.
fn often(random: &mut Random) -> u64 {
    [1, 1, 1, 4][usize::try_from(random.below(4)).expect("below 4")]
}

impl Swarm {
    /// Draws what is on in a market that may be more than plain.
    pub(super) fn draw(random: &mut Random) -> Self {
        let mut swarm = Self::plain(random);
        if random.chance(100_000) {
            return swarm;
        }
        swarm.special = true;
        let thin = random.chance(300_000);
        for (act, usual) in SPECIAL {
            let off = if thin { 850_000 } else { 450_000 };
            if !random.chance(off) {
                swarm.shares.push((act, usual * often(random)));
            }
        }
        swarm.pace = *random.pick(&PACES).expect("not empty");
        swarm.settings = random.below(14);
        swarm
    }

    /// Draws what is on in a plain market.
    pub(super) fn plain(random: &mut Random) -> Self {
        let shares = PLAIN
            .iter()
            .filter_map(|&(act, usual, optional)| {
                let off = optional && random.chance(250_000);
                let factor = often(random);
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
            special: false,
            pace: 2_000,
            settings: 0,
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
