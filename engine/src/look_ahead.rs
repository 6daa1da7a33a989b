//! Reading ahead for commands that are known before they run.
//!
//! A cancel names an order that has long left the cache. Finding it is two loads, the second of which waits for the
//! first, and the processor does little else meanwhile. Where commands come in batches (a replay, a group that is
//! committed together, a frame of the simulation), all of them can be looked up at once before the first one runs.

use crate::{Command, Exchange};

/// Orders that are looked up together.
const TOGETHER: usize = 32;

impl Exchange {
    /// Brings the orders that these commands name into the cache. Changes nothing and answers nothing: commands run
    /// alike without it. Best called with some tens of commands right before they are executed.
    pub fn look_ahead(&self, commands: &[Command]) {
        for commands in commands.chunks(TOGETHER) {
            let (mut orders, mut named) = ([None; TOGETHER], 0);
            for command in commands {
                let order = match command {
                    Command::CancelOrder { order, .. } | Command::ReplaceOrder { order, .. } => Some(*order),
                    _ => None,
                };
                // Close together, so that no branch has to be guessed where the orders are read.
                orders[named] = order;
                named += usize::from(order.is_some());
            }
            self.books.look_ahead::<TOGETHER>(&orders[..named]);
        }
    }
}
