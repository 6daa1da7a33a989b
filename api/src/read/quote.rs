//! Mass quotes.

use outcry_engine::{Command, MassQuote, Price, Qty, Quote, limits};

use super::{Reader, Terms};

impl<'a> Reader<'a> {
    pub(crate) fn quote(&mut self) -> Option<Command> {
        let account = self.account("account");
        let quotes = self.objects("quotes", limits::MAX_QUOTES, |inside| {
            let instrument = inside.instrument("instrument");
            let scale = inside.terms(instrument);
            let bid = inside.object("bid", |side| side.quote_side(scale));
            let ask = inside.object("ask", |side| side.quote_side(scale));
            Some(Quote { instrument: instrument?, bid, ask })
        });
        Some(Command::Quote(Box::new(MassQuote { account: account?, quotes: quotes? })))
    }

    fn quote_side(&mut self, scale: Terms<'a>) -> Option<(Price, Qty)> {
        let price = self.price("price", scale);
        let quantity = self.quantity("quantity", scale);
        Some((price?, quantity?))
    }
}
