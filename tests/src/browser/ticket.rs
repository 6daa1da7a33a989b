//! The order ticket, used as a user uses it.

use super::page::Page;
use super::wait::wait;

/// What the ticket says after an order was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `done`, or the code of the reject.
    pub code: String,
    /// In words.
    pub words: String,
}

impl Page {
    /// Fills the ticket for a limit order and does not send it.
    pub fn write_limit(&self, side: &str, price: &str, quantity: &str) {
        self.click(&format!("side-{side}"));
        self.click("kind-limit");
        self.fill("price", price);
        self.fill("quantity", quantity);
    }

    /// Places a limit order and waits for the answer.
    pub fn place_limit(&self, side: &str, price: &str, quantity: &str) -> Answer {
        self.write_limit(side, price, quantity);
        self.send_ticket()
    }

    /// Places a market order and waits for the answer.
    pub fn place_market(&self, side: &str, quantity: &str) -> Answer {
        self.click(&format!("side-{side}"));
        self.click("kind-market");
        self.fill("quantity", quantity);
        self.send_ticket()
    }

    /// Sends the ticket as it is and waits for the answer.
    ///
    /// # Panics
    /// If there is none in time.
    pub fn send_ticket(&self) -> Answer {
        self.click("submit");
        self.ticket_answer()
    }

    /// Waits for the ticket's answer to what was sent last.
    ///
    /// # Panics
    /// If there is none in time.
    pub fn ticket_answer(&self) -> Answer {
        wait("the ticket has an answer", || {
            let code = self.data("answer", "code").filter(|code| !code.is_empty())?;
            Some(Answer { code, words: self.text("answer")? })
        })
    }

    /// Waits until a field of the ticket (`price` or `quantity`) complains, and returns its words.
    ///
    /// # Panics
    /// If it does not in time.
    pub fn field_error(&self, field: &str) -> String {
        self.wait_text(&format!("{field}-error"), "what is wrong with the field", |text| !text.is_empty())
    }
}
