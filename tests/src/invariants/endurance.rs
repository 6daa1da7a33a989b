//! The engine by itself under every command: its own self-check after each, and its stored form now and then.

use outcry_engine::{Command, Event, Exchange, Timestamp};

use crate::trial::Judge;

/// How many commands pass between two exchanges that are stored and read back.
const STORED_EVERY: u64 = 53;
/// For how many commands the one that was read back goes on beside the other.
const BESIDE: u64 = 20;

/// An exchange whose every command is followed by [`Exchange::check`]. Now and then it is stored and read back: the copy must
/// have the same digest, and answer the next commands with the same events.
#[derive(Debug, Default)]
pub struct Endurance {
    exchange: Exchange,
    copy: Option<Exchange>,
    events: Vec<Event>,
    answered: Vec<Event>,
}

impl Judge for Endurance {
    fn step(&mut self, at: Timestamp, command: &Command) -> Result<(), String> {
        self.events.clear();
        self.exchange.execute(at, command, &mut self.events);
        self.exchange.check();
        if let Some(copy) = &mut self.copy {
            self.answered.clear();
            copy.execute(at, command, &mut self.answered);
            if self.answered != self.events {
                return Err(format!("read back it answers {:?}, not {:?}", self.answered, self.events));
            }
            if copy.state_digest() != self.exchange.state_digest() {
                return Err("read back it comes to another state".to_owned());
            }
        }
        match self.exchange.sequence() % STORED_EVERY {
            0 => {
                let stored = postcard::to_allocvec(&self.exchange).map_err(|error| error.to_string())?;
                let copy: Exchange = postcard::from_bytes(&stored).map_err(|error| error.to_string())?;
                copy.check();
                self.copy = Some(copy);
            }
            BESIDE => self.copy = None,
            _ => {}
        }
        Ok(())
    }

    fn events(&self) -> &[Event] {
        &self.events
    }
}
