//! `outcry replay`: recorded market data through the engine, its book compared with the recorded one.

use std::fmt;
use std::path::{Path, PathBuf};

use outcry_engine::{Instrument, Lots, Price, Side, Symbol, Timestamp};
use outcry_simulation::lobster::{Difference, FileName, Mode, Recording, Replay, Summary};
use outcry_simulation::{BareMarket, Market};
use serde::Serialize;

use crate::Failure;
use crate::progress;

/// Share of the compared aggressors that must be equal, in ten thousandths: the venue is not strictly first in, first
/// out, so a few never are.
pub const EQUAL_SHARE: u64 = 9_970;
/// Differences that are told one by one.
const MAX_DIFFERENCES: usize = 10;

/// What to replay.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// The message file.
    pub messages: PathBuf,
    /// The orderbook file.
    pub book: PathBuf,
    /// Levels of the orderbook file; from its name if not given.
    pub levels: Option<u32>,
    /// Symbol; from the file name if not given.
    pub symbol: Option<Symbol>,
    /// How.
    pub mode: Mode,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Whether it is as it has to be.
    pub good: bool,
    /// The instrument.
    pub symbol: Symbol,
    /// Levels that were compared on each side.
    pub levels: u32,
    /// Whether aggressors were submitted as orders of their own.
    pub rematched: bool,
    /// Rows and aggressors, counted.
    #[serde(flatten)]
    pub summary: Summary,
    /// The first rows that differ.
    pub differences: Vec<RowDifference>,
}

/// A row where the books are not equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowDifference {
    /// Which, from 1.
    pub row: u64,
    /// On which side: `bid` or `ask`.
    pub side: &'static str,
    /// At which level, from 1.
    pub level: u32,
    /// The file's price and quantity; absent if it has no such level.
    pub file: Option<String>,
    /// The engine's.
    pub exchange: Option<String>,
}

/// Replays a pair of LOBSTER files on an empty exchange.
///
/// # Errors
/// [`Failure`] if they cannot be read or are not a pair of LOBSTER files.
pub fn replay(options: &ReplayOptions) -> Result<Replayed, Failure> {
    let name = FileName::parse(&options.messages.to_string_lossy());
    let levels = options.levels.or(name.map(|name| name.levels)).ok_or_else(|| Failure::Content {
        path: options.messages.clone(),
        message: "the file name does not say how many levels there are: give --levels".to_owned(),
    })?;
    let symbol = options.symbol.or(name.map(|name| name.symbol)).unwrap_or_else(unnamed);
    let midnight = name.map_or(Timestamp::default(), |name| name.midnight);
    let (messages, book) = (read(&options.messages)?, read(&options.book)?);
    let recording = Recording::read(symbol, midnight, levels, messages, book)
        .map_err(|error| Failure::Content { path: options.messages.clone(), message: error.to_string() })?;
    play(recording, options)
}

fn play(recording: Recording, options: &ReplayOptions) -> Result<Replayed, Failure> {
    let (symbol, levels) = (recording.symbol(), recording.levels());
    let progress = progress::bar(recording.rows(), "rows");
    let mut market = BareMarket::new();
    let mut replay = Replay::open(recording, options.mode, &mut market)
        .map_err(|error| Failure::Content { path: options.messages.clone(), message: error.to_string() })?;
    let mut differences = Vec::new();
    let mut done = 0;
    while let Some(step) = replay.step(&mut market) {
        progress.advance(step.row - done);
        done = step.row;
        if let Some(difference) = step.difference
            && differences.len() < MAX_DIFFERENCES
            && let Some(instrument) = market.exchange().instruments().first()
        {
            differences.push(RowDifference::new(step.row, &difference, instrument));
        }
    }
    let summary = replay.summary();
    let good = match options.mode {
        Mode::AsRecorded => summary.differing == 0,
        Mode::Rematched => equal_share(&summary).is_none_or(|share| share >= EQUAL_SHARE),
    };
    let rematched = options.mode == Mode::Rematched;
    Ok(Replayed { good, symbol, levels, rematched, summary, differences })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(Failure::read(path))
}

fn unnamed() -> Symbol {
    Symbol::new("LOBSTER").expect("the name of a file format in capitals is a symbol")
}

/// Of the aggressors that were compared, how many in ten thousand are equal, rounded down; `None` of none.
fn equal_share(summary: &Summary) -> Option<u64> {
    let aggressors = summary.aggressors;
    (aggressors.equal * 10_000).checked_div(aggressors.equal + aggressors.different)
}

impl RowDifference {
    fn new(row: u64, difference: &Difference, instrument: &Instrument) -> Self {
        let level = |level: Option<(Price, Lots)>| {
            level.map(|(price, quantity)| {
                format!("{} x {}", instrument.quantity_decimal(quantity), instrument.price_decimal(price))
            })
        };
        Self {
            row,
            side: match difference.side {
                Side::Buy => "bid",
                Side::Sell => "ask",
            },
            level: difference.level,
            file: level(difference.file),
            exchange: level(difference.exchange),
        }
    }
}

impl fmt::Display for RowDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |level: &Option<String>| level.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(
            f,
            "row {}, {} {}: {} in the file, {} on the exchange",
            self.row,
            self.side,
            self.level,
            text(&self.file),
            text(&self.exchange)
        )
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { rows, compared, differing, from_book_file, aggressors } = self.summary;
        let mode = if self.rematched { "re-matched" } else { "as recorded" };
        writeln!(f, "{}, {} levels, {mode}", self.symbol, self.levels)?;
        writeln!(f, "rows          {rows}, {compared} compared, {differing} differing")?;
        writeln!(
            f,
            "              {from_book_file} levels entered at the deep end, taken from the book file"
        )?;
        if self.rematched {
            let (equal, different, unknown) = (aggressors.equal, aggressors.different, aggressors.unknown);
            write!(f, "aggressors    {equal} equal, {different} different")?;
            if let Some(share) = equal_share(&self.summary) {
                write!(f, " ({}.{:02} % equal)", share / 100, share % 100)?;
            }
            writeln!(f, ", {unknown} met orders from before the file")?;
        }
        for difference in &self.differences {
            writeln!(f, "{difference}")?;
        }
        let more = differing.saturating_sub(self.differences.len() as u64);
        if more > 0 {
            writeln!(f, "and {more} more rows")?;
        }
        write!(f, "{}", if self.good { "good" } else { "NOT GOOD" })
    }
}
