//! A canvas to draw on, in CSS pixels and in the colours of the theme.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Where a text stands relative to its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// The colours of the theme, as the style sheet computes them.
#[derive(Clone, Debug)]
pub(crate) struct Ink {
    pub(crate) text: String,
    pub(crate) faint: String,
    pub(crate) grid: String,
    pub(crate) panel: String,
    pub(crate) buy: String,
    pub(crate) sell: String,
    pub(crate) buy_soft: String,
    pub(crate) sell_soft: String,
}

/// A cleared canvas.
pub(crate) struct Surface {
    context: CanvasRenderingContext2d,
    /// In CSS pixels.
    pub(crate) width: f64,
    /// In CSS pixels.
    pub(crate) height: f64,
    pub(crate) ink: Ink,
}

impl Surface {
    /// Fits the canvas to its box on the screen and clears it; `None` while it has no size.
    pub(crate) fn of(canvas: &HtmlCanvasElement) -> Option<Self> {
        let window = gloo::utils::window();
        let (width, height) = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        if width < 1.0 || height < 1.0 {
            return None;
        }
        let scale = window.device_pixel_ratio().max(1.0);
        let (columns, rows) = ((width * scale).round() as u32, (height * scale).round() as u32);
        if canvas.width() != columns || canvas.height() != rows {
            canvas.set_width(columns);
            canvas.set_height(rows);
        }
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, width, height);
        let style = window.get_computed_style(canvas).ok()??;
        let colour = |name: &str| style.get_property_value(name).unwrap_or_default();
        let ink = Ink {
            text: colour("--text"),
            faint: colour("--text-faint"),
            grid: colour("--line"),
            panel: colour("--panel"),
            buy: colour("--buy"),
            sell: colour("--sell"),
            buy_soft: colour("--buy-soft"),
            sell_soft: colour("--sell-soft"),
        };
        context.set_font(&format!("11px {}", style.get_property_value("font-family").unwrap_or_default()));
        context.set_text_baseline("middle");
        Some(Self { context, width, height, ink })
    }

    /// A filled box.
    pub(crate) fn fill(&self, x: f64, y: f64, width: f64, height: f64, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(x, y, width, height);
    }

    /// The outline of a box, one pixel wide, inside its bounds.
    pub(crate) fn outline(&self, x: f64, y: f64, width: f64, height: f64, colour: &str) {
        self.context.set_stroke_style_str(colour);
        self.context.stroke_rect(x + 0.5, y + 0.5, (width - 1.0).max(0.0), (height - 1.0).max(0.0));
    }

    /// A level line, one pixel wide.
    pub(crate) fn across(&self, y: f64, from: f64, to: f64, colour: &str) {
        self.fill(from, y.round(), to - from, 1.0, colour);
    }

    /// An upright line, one pixel wide.
    pub(crate) fn upright(&self, x: f64, from: f64, to: f64, colour: &str) {
        self.fill(x.round(), from, 1.0, to - from, colour);
    }

    /// A line through `points`, and the area between it and `floor`.
    pub(crate) fn area(&self, points: &[(f64, f64)], floor: f64, line: &str, area: &str) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        self.context.begin_path();
        self.context.move_to(first.0, floor);
        for &(x, y) in points {
            self.context.line_to(x, y);
        }
        self.context.line_to(last.0, floor);
        self.context.set_fill_style_str(area);
        self.context.fill();
        self.context.begin_path();
        self.context.move_to(first.0, first.1);
        for &(x, y) in points {
            self.context.line_to(x, y);
        }
        self.context.set_stroke_style_str(line);
        self.context.set_line_width(1.5);
        self.context.stroke();
        self.context.set_line_width(1.0);
    }

    /// A text, centred on `y`.
    pub(crate) fn text(&self, text: &str, x: f64, y: f64, align: Align, colour: &str) {
        self.context.set_text_align(match align {
            Align::Start => "left",
            Align::Middle => "center",
            Align::End => "right",
        });
        self.context.set_fill_style_str(colour);
        // Drawing text fails only for a canvas that is gone; then there is nothing to see.
        let _ = self.context.fill_text(text, x, y);
    }

    /// A text in a filled box, for a value on an axis.
    pub(crate) fn tag(&self, text: &str, x: f64, y: f64, width: f64, colour: &str) {
        self.fill(x, (y - 8.0).round(), width, 16.0, colour);
        self.text(text, x + 5.0, y, Align::Start, &self.ink.panel);
    }

    /// Width of a text.
    pub(crate) fn measure(&self, text: &str) -> f64 {
        self.context.measure_text(text).map_or(0.0, |metrics| metrics.width())
    }
}
