//! The engines, each driven through its own API in the fastest way that its documentation names.
//!
//! What they have in common: a message in the form of no engine is turned into the engine's own call while the clock
//! runs (it costs a few instructions, the same for all), and every report is read into the tally before the next
//! message is sent.

pub mod lobster;
pub mod matchcore;
pub mod nanobook;
pub mod orderbook_rs;
pub mod outcry;

use crate::flow::Flow;
use crate::message::Message;
use crate::tally::{Depth, Tally};

/// An engine at work.
pub trait Engine {
    /// Sends the messages one by one and reads every report.
    fn play(&mut self, messages: &[Message], tally: &mut Tally);

    /// The book by price. Never timed.
    fn depth(&self) -> Depth;
}

/// How an engine names orders in its reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// By the number of the order, from 1.
    Order,
    /// By the number of the message that entered it, from 0.
    Message,
}

/// One engine of the comparison.
#[derive(Clone, Copy)]
pub struct Contender {
    /// Its name, which begins with that of its package.
    pub name: &'static str,
    /// How it names orders.
    pub names: Names,
    /// An empty market, ready for a flow.
    pub start: fn(&Flow) -> Box<dyn Engine>,
}

/// Outcry first, then its rivals, and last Outcry with its messages known 32 at a time: no rival has the like of that, so it
/// stands beside the comparison.
pub const CONTENDERS: [Contender; 6] = [
    Contender { name: "outcry-engine", names: Names::Order, start: outcry::start },
    Contender { name: "matchcore", names: Names::Message, start: matchcore::start },
    Contender { name: "nanobook", names: Names::Order, start: nanobook::start },
    Contender { name: "orderbook-rs", names: Names::Order, start: orderbook_rs::start },
    Contender { name: "lobster", names: Names::Order, start: lobster::start },
    Contender { name: "outcry-engine, 32 ahead", names: Names::Order, start: outcry::start_ahead },
];

impl Contender {
    /// Whether it is Outcry, whichever way it is driven.
    #[must_use]
    pub fn is_own(name: &str) -> bool {
        name.starts_with(CONTENDERS[0].name)
    }

    /// The version that the lock file pins.
    #[must_use]
    pub fn version(&self) -> &'static str {
        let lock = include_str!("../../Cargo.lock");
        let package = self.name.split(',').next().unwrap_or(self.name);
        let entry = format!("name = \"{package}\"\nversion = \"");
        lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next()).unwrap_or("unknown")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Kind;
    use crate::measure::{Verdict, judge};

    /// Plays a whole flow and compares with the reference.
    fn verdict(contender: &Contender, flow: &Flow) -> Verdict {
        let mut engine = (contender.start)(flow);
        let mut tally = Tally::default();
        engine.play(&flow.opening, &mut tally);
        engine.play(&flow.messages, &mut tally);
        judge(contender, flow, &tally, &engine.depth())
    }

    #[test]
    fn all_engines_come_to_the_result_of_the_reference() {
        for kind in Kind::ALL {
            let flow = Flow::new(kind, 3, 10_000);
            for contender in CONTENDERS {
                assert_eq!(
                    verdict(&contender, &flow),
                    Verdict::Equal,
                    "{} in {}",
                    contender.name,
                    kind.name()
                );
            }
        }
    }

    /// The comparison can fail: one cancel that is kept from an engine shows.
    #[test]
    fn a_lost_message_is_seen() {
        let flow = Flow::new(Kind::Normal, 3, 10_000);
        let lost = flow.messages.iter().position(|m| matches!(m, Message::Cancel { .. })).unwrap();
        for contender in CONTENDERS {
            let mut short = Flow::new(Kind::Normal, 3, 10_000);
            short.messages.remove(lost);
            assert_ne!(verdict(&contender, &short), Verdict::Equal, "{}", contender.name);
        }
    }

    #[test]
    fn the_lock_file_tells_every_version() {
        for contender in CONTENDERS {
            assert!(contender.version().split('.').count() == 3, "{}", contender.name);
        }
    }
}
