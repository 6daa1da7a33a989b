//! Names of journals and of commands.

use serde::{Deserialize, Serialize};

use crate::hex::hex_bytes;

hex_bytes!(
    /// The name of a journal, unique for ever: 16 random bytes, made where the exchange is created.
    JournalId,
    16
);

/// The name of a command, unique for ever: who made it, and that maker's running number, from 1.
///
/// It is made, and stored, before the command is sent anywhere. One high-water mark per origin then recognises
/// every repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId {
    /// Who made it: a random number, one per tab, bot or import.
    pub origin: u64,
    /// Which of its commands, from 1, growing; gaps are allowed.
    pub counter: u64,
}
