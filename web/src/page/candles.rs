//! The picture of the price chart: candles over volume, with axes, the last price and a readout under the pointer.
//!
//! A candle that closed above its open is hollow, one that closed below is filled, so that colour is not needed
//! to tell them apart. Candles stand side by side; intervals without a trade take no room.

use outcry_engine::{Instrument, Lots, Price, Timestamp};

use super::axis;
use super::plot::Picture;
use super::shared::Shared;
use super::surface::{Align, Surface};
use super::{number, time};
use crate::protocol::Candle;

/// From one candle to the next, and the width of its body, in CSS pixels.
const PITCH: f64 = 8.0;
const BODY: f64 = 5.0;
/// Room for the times below.
const FOOT: f64 = 20.0;
/// Room for the readout above.
const HEAD: f64 = 22.0;
/// Share of the height that volume may take.
const VOLUME: f64 = 0.16;

/// Candles of an instrument.
#[derive(Clone, PartialEq)]
pub(crate) struct CandlePicture {
    pub(crate) instrument: Instrument,
    pub(crate) candles: Shared<Vec<Candle>>,
    pub(crate) seconds: u32,
}

/// Where prices and candles stand on the surface.
struct Layout<'a> {
    candles: &'a [Candle],
    right: f64,
    bottom: f64,
    low: f64,
    high: f64,
}

impl Layout<'_> {
    fn y(&self, ticks: i64) -> f64 {
        let floor = self.bottom - (self.bottom - HEAD) * VOLUME;
        floor - (ticks as f64 - self.low) / (self.high - self.low) * (floor - HEAD)
    }

    /// The middle of a candle; the newest stands at the right.
    fn x(&self, index: usize) -> f64 {
        self.right - (self.candles.len() - index) as f64 * PITCH + PITCH / 2.0 - 2.0
    }

    fn at(&self, x: f64) -> Option<usize> {
        let from_right = ((self.right - 2.0 - x) / PITCH).floor();
        let index = self.candles.len() as f64 - 1.0 - from_right;
        (index >= 0.0 && index < self.candles.len() as f64).then_some(index as usize)
    }
}

impl Picture for CandlePicture {
    fn paint(&self, surface: &Surface, pointer: Option<f64>) {
        let Some(last) = self.candles.last() else {
            let (x, y) = (surface.width / 2.0, surface.height / 2.0);
            surface.text("No trades yet", x, y, Align::Middle, &surface.ink.faint);
            return;
        };
        let margin = surface.measure(&number::price(&self.instrument, last.high)) + 14.0;
        let right = surface.width - margin;
        let room = ((right - 2.0) / PITCH).max(1.0) as usize;
        let candles = &self.candles[self.candles.len().saturating_sub(room)..];
        let low = candles.iter().map(|candle| candle.low.get()).min().unwrap_or(1);
        let high = candles.iter().map(|candle| candle.high.get()).max().unwrap_or(1);
        let air = ((high - low) as f64 * 0.06).max(1.0);
        let layout = Layout {
            candles,
            right,
            bottom: surface.height - FOOT,
            low: low as f64 - air,
            high: high as f64 + air,
        };
        let y = layout.y(last.close.get());
        self.grid(surface, &layout, y);
        self.bars(surface, &layout);
        let colour = if last.close >= last.open { &surface.ink.buy } else { &surface.ink.sell };
        surface.across(y, 0.0, right, colour);
        surface.tag(&number::price(&self.instrument, last.close), right, y, margin, colour);
        let shown = pointer.and_then(|x| layout.at(x));
        if let Some(index) = shown {
            surface.upright(layout.x(index), HEAD, layout.bottom, &surface.ink.faint);
        }
        let index = shown.unwrap_or(candles.len() - 1);
        surface.text(&self.readout(&candles[index]), 8.0, HEAD / 2.0, Align::Start, &surface.ink.text);
    }
}

impl CandlePicture {
    /// Lines and labels; a price label that the last price at `tag` would cover is left out.
    fn grid(&self, surface: &Surface, layout: &Layout<'_>, tag: f64) {
        let most = ((layout.bottom - HEAD) / 44.0).max(2.0) as usize;
        for ticks in axis::round_prices(layout.low as i64, layout.high as i64, most) {
            let y = layout.y(ticks);
            if let Ok(price) = Price::new(ticks)
                && y > HEAD
            {
                surface.across(y, 0.0, layout.right, &surface.ink.grid);
                if (y - tag).abs() > 14.0 {
                    let label = number::price(&self.instrument, price);
                    surface.text(&label, layout.right + 5.0, y, Align::Start, &surface.ink.faint);
                }
            }
        }
        let (first, last) =
            (layout.candles[0].start.nanos(), layout.candles[layout.candles.len() - 1].start.nanos());
        let width = layout.candles.len() as f64 * PITCH;
        for at in axis::round_times(first, last, (width / 84.0).max(1.0) as usize) {
            let index = layout.candles.partition_point(|candle| candle.start.nanos() < at);
            let x = layout.x(index);
            if x < 24.0 {
                continue;
            }
            surface.upright(x, HEAD, layout.bottom, &surface.ink.grid);
            let label = self.time_label(Timestamp::from_nanos(at));
            surface.text(&label, x, layout.bottom + FOOT / 2.0, Align::Middle, &surface.ink.faint);
        }
        surface.across(layout.bottom, 0.0, layout.right, &surface.ink.grid);
    }

    fn bars(&self, surface: &Surface, layout: &Layout<'_>) {
        let most = layout.candles.iter().map(|candle| candle.volume).max().unwrap_or(Lots::ZERO).get().max(1);
        let tallest = (layout.bottom - HEAD) * VOLUME;
        for (index, candle) in layout.candles.iter().enumerate() {
            let x = layout.x(index);
            let left = (x - BODY / 2.0).round();
            let rises = candle.close >= candle.open;
            let (line, soft) = match rises {
                true => (&surface.ink.buy, &surface.ink.buy_soft),
                false => (&surface.ink.sell, &surface.ink.sell_soft),
            };
            let height = candle.volume.get() as f64 / most as f64 * tallest;
            surface.fill(left, layout.bottom - height, BODY, height, soft);
            let (high, low) = (layout.y(candle.high.get()), layout.y(candle.low.get()));
            let top = layout.y(candle.open.max(candle.close).get()).round();
            let foot = layout.y(candle.open.min(candle.close).get()).round();
            surface.upright(left + 2.0, high, top, line);
            surface.upright(left + 2.0, foot, low, line);
            let body = (foot - top).max(1.0);
            if rises {
                surface.outline(left, top, BODY, body.max(2.0), line);
            } else {
                surface.fill(left, top, BODY, body, line);
            }
        }
    }

    fn readout(&self, candle: &Candle) -> String {
        let price = |price| number::price(&self.instrument, price);
        format!(
            "{}   O {}   H {}   L {}   C {}   V {}",
            time::clock(candle.start),
            price(candle.open),
            price(candle.high),
            price(candle.low),
            price(candle.close),
            number::quantity(&self.instrument, candle.volume),
        )
    }

    fn time_label(&self, at: Timestamp) -> String {
        if self.seconds < 60 { time::clock(at) } else { time::hour_minute(at) }
    }
}
