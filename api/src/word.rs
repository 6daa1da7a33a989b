//! The words of the format: one table per set, for reading and for writing.

use outcry_engine::{
    AuctionStep, CancelReason, Layer, LedgerKind, LimitTier, PegTo, PhaseCause, Place, Priority,
    ReduceReason, RepriceReason, SelfTrade, Side, TradeKind, TriggerBy, WaitsFor,
};

/// A value that is one of a fixed set of words.
pub(crate) trait Word: Copy + 'static {
    /// All of them.
    const ALL: &'static [(&'static str, Self)];

    /// Its word.
    fn text(self) -> &'static str;

    /// Reads a word.
    fn read(text: &str) -> Result<Self, String> {
        Self::ALL
            .iter()
            .find(|(word, _)| *word == text)
            .map(|&(_, value)| value)
            .ok_or_else(|| not_one_of(text, Self::ALL.iter().map(|&(word, _)| word)))
    }
}

/// What is wrong with a text that is none of the words.
pub(crate) fn not_one_of<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let text: String = text.chars().take(32).collect();
    let words: Vec<&str> = words.into_iter().collect();
    format!("{text:?} is not one of {}", words.join(", "))
}

macro_rules! words {
    ($($set:ident { $($value:ident => $word:literal),+ $(,)? })+) => {
        $(impl Word for $set {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$value)),+];

            fn text(self) -> &'static str {
                match self {
                    $(Self::$value => $word),+
                }
            }
        })+
    };
}

words! {
    Side { Buy => "buy", Sell => "sell" }
    SelfTrade {
        Allow => "allow",
        CancelNewest => "cancel_newest",
        CancelOldest => "cancel_oldest",
        CancelBoth => "cancel_both",
        Decrement => "decrement",
    }
    PegTo { Primary => "primary", Market => "market", Midpoint => "midpoint" }
    TriggerBy { Last => "last", Bid => "bid", Ask => "ask" }
    LimitTier { One => "one", Two => "two" }
    Layer { Lit => "lit", Dark => "dark" }
    Place { Incoming => "incoming", Waiting => "waiting", Lit => "lit", Dark => "dark" }
    WaitsFor { Trigger => "trigger", Minimum => "minimum", Reference => "reference", Uncross => "uncross" }
    RepriceReason {
        PostOnly => "post_only",
        MarketToLimit => "market_to_limit",
        Band => "band",
        PostClose => "post_close",
    }
    ReduceReason { Pair => "pair" }
    TradeKind { Continuous => "continuous", Auction => "auction" }
    Priority { Kept => "kept", Lost => "lost" }
    CancelReason {
        Requested => "requested",
        ImmediateOrCancel => "immediate_or_cancel",
        FillOrKill => "fill_or_kill",
        NoLiquidity => "no_liquidity",
        Minimum => "minimum",
        Expired => "expired",
        SelfTrade => "self_trade",
        Pair => "pair",
        MassCancel => "mass_cancel",
        AccountBlocked => "account_blocked",
        Requoted => "requoted",
        NotCovered => "not_covered",
        Interrupted => "interrupted",
        Band => "band",
        Uncross => "uncross",
    }
    LedgerKind {
        Deposit => "deposit",
        Withdraw => "withdraw",
        Hold => "hold",
        Release => "release",
        Buy => "buy",
        Sell => "sell",
        Fee => "fee",
    }
    PhaseCause {
        Ordered => "ordered",
        Scheduled => "scheduled",
        PriceRange => "price_range",
        Velocity => "velocity",
        LimitUpDown => "limit_up_down",
        MarketWide => "market_wide",
    }
    AuctionStep {
        Volume => "volume",
        Surplus => "surplus",
        Pressure => "pressure",
        Bound => "bound",
        Reference => "reference",
        MarketOrders => "market_orders",
        Collar => "collar",
    }
}
