//! The settings of bands and halts by name, and the error that says what one of them may be.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of the terms of a band or halt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BandSetting {
    /// Width of a price band in ppm of its reference.
    BandWidth,
    /// Least width of a price band in ticks.
    BandFloor,
    /// Static price range in ppm of the last auction's price.
    StaticRange,
    /// Dynamic price range in ppm of the last trade's price.
    DynamicRange,
    /// How long a limit state lasts, in seconds.
    LimitState,
    /// How long the pause after a limit state lasts, in seconds.
    LimitPause,
    /// How far the mean must be from the reference to become the reference, in ppm.
    ReferenceMove,
    /// How long a reference stands at least, in seconds.
    ReferenceHold,
    /// How far the price may not move within the window, in ticks.
    VelocityMove,
    /// The window of the velocity rule in milliseconds.
    VelocityWindow,
    /// How long the velocity rule reserves the market, in milliseconds.
    VelocityReserve,
    /// Level 1 of the market-wide halt in ppm of the reference.
    FirstDecline,
    /// Level 2 of the market-wide halt in ppm of the reference.
    SecondDecline,
    /// Level 3 of the market-wide halt in ppm of the reference.
    ThirdDecline,
    /// How long levels 1 and 2 halt the market, in seconds.
    DeclineHalt,
}

impl BandSetting {
    /// Its name in a message, and its unit.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::BandWidth => ("width of the price band", "ppm"),
            Self::BandFloor => ("least width of the price band", "ticks"),
            Self::StaticRange => ("static price range", "ppm"),
            Self::DynamicRange => ("dynamic price range", "ppm"),
            Self::LimitState => ("length of a limit state", "seconds"),
            Self::LimitPause => ("pause after a limit state", "seconds"),
            Self::ReferenceMove => ("move that renews the reference", "ppm"),
            Self::ReferenceHold => ("time a reference stands", "seconds"),
            Self::VelocityMove => ("move of the velocity rule", "ticks"),
            Self::VelocityWindow => ("window of the velocity rule", "milliseconds"),
            Self::VelocityReserve => ("reserve of the velocity rule", "milliseconds"),
            Self::FirstDecline => ("level 1 decline", "ppm"),
            Self::SecondDecline => ("level 2 decline", "ppm"),
            Self::ThirdDecline => ("level 3 decline", "ppm"),
            Self::DeclineHalt => ("halt of levels 1 and 2", "seconds"),
        }
    }

    /// Checks a value of this setting against what is allowed, both ends included.
    pub(super) fn check(self, given: u64, min: u64, max: u64) -> Result<(), BandError> {
        if (min..=max).contains(&given) { Ok(()) } else { Err(BandError { setting: self, given, min, max }) }
    }
}

/// A setting is outside what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandError {
    /// Which.
    pub setting: BandSetting,
    /// Given.
    pub given: u64,
    /// Lowest allowed value.
    pub min: u64,
    /// Highest allowed value.
    pub max: u64,
}

impl fmt::Display for BandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, given, min, max } = self;
        let (name, unit) = setting.words();
        write!(f, "{name} {given} is outside {min} to {max} {unit}")
    }
}

impl std::error::Error for BandError {}
