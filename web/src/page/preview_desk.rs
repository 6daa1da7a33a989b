//! The question of what an order would do, asked again and again while the ticket shows it.

use outcry_engine::{NewOrder, Preview};

use super::shared::Shared;
use crate::protocol::Refusal;

/// Milliseconds between two previews of an unchanged order.
const EVERY: f64 = 200.0;

/// What the worker says that an order would do.
pub(crate) type PreviewAnswer = Shared<Result<Preview, Refusal>>;

/// The order in question and the last answer.
#[derive(Default)]
pub(crate) struct PreviewDesk {
    order: Option<NewOrder>,
    /// Number of the last question.
    asked: u32,
    /// Whether the last question is answered.
    answered: bool,
    /// When it was asked, on the page's clock in milliseconds.
    asked_at: f64,
    answer: Option<PreviewAnswer>,
}

impl PreviewDesk {
    /// Turns to another order, or to none.
    pub(crate) fn turn_to(&mut self, order: Option<NewOrder>) {
        self.order = order;
        self.answered = false;
        self.asked = 0;
        if order.is_none() {
            self.answer = None;
        }
    }

    /// Whether it is time to ask again about the same order.
    pub(crate) fn is_due(&self, now: f64) -> bool {
        self.answered && now - self.asked_at >= EVERY
    }

    /// The order to ask about, if there is one; the question has this number.
    pub(crate) fn ask(&mut self, number: u32, now: f64) -> Option<NewOrder> {
        self.answered = false;
        self.asked = number;
        self.asked_at = now;
        self.order
    }

    /// Takes an answer; says whether it changes what is shown. Answers to earlier questions do not.
    pub(crate) fn take(&mut self, number: u32, answer: Result<Preview, Refusal>) -> bool {
        if number != self.asked || self.order.is_none() {
            return false;
        }
        self.answered = true;
        let same = self.answer.as_ref().is_some_and(|known| **known == answer);
        if !same {
            self.answer = Some(Shared::new(answer));
        }
        !same
    }

    /// The last answer.
    pub(crate) fn answer(&self) -> Option<PreviewAnswer> {
        self.answer.clone()
    }
}
