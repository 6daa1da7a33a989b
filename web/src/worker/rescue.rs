//! What can be done when the database is not what it was: told first, then whatever the user chooses. Nothing that is
//! stored is changed before something whole can take its place.

use std::rc::Rc;

use outcry_journal::{Chunk, Head, JournalId};
use outcry_simulation::Market as _;

use super::fork::{Fork, head_at};
use super::identity;
use super::import::Checked;
use super::pulse::breathe;
use super::service::{Service, State};
use super::store::{ExchangeRecord, Memory, Store, describe};
use super::witness;
use crate::protocol::{Damage, Damaged, NoticeLevel, Session, Storage};

/// Chunks read from the store at a time.
const CHUNKS_PER_READ: u32 = 64;
/// Milliseconds of work between two breaths.
const BREATH: f64 = 12.0;

/// Where an exchange that comes in goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is not here yet.
    New,
    /// In place of the damaged one, of which it has everything and more.
    Instead,
    /// Under a new name: the damaged one has something that it has not.
    Beside,
}

impl Service {
    /// The database opened and has no exchange; whether that is news.
    pub(super) fn was_wiped(&self, message: Option<String>) -> bool {
        let mut state = self.state.borrow_mut();
        let losses = state.witnesses.losses(&[]);
        if losses.is_empty() && message.is_none() {
            return false;
        }
        state.session = Session::Damaged(Damaged { what: Damage::Wiped { message }, losses });
        true
    }

    /// The browser does not open its database; whether something was in it.
    pub(super) fn was_closed(&self, message: &str) -> bool {
        let mut state = self.state.borrow_mut();
        let losses = state.witnesses.losses(&[]);
        if losses.is_empty() {
            return false;
        }
        let what = Damage::Closed { message: message.to_owned() };
        state.session = Session::Damaged(Damaged { what, losses });
        // What is begun now, in spite of it, is in memory.
        state.storage = Storage::Absent { message: message.to_owned() };
        *self.store.borrow_mut() = Some(Rc::new(Store::Memory(Memory::default())));
        true
    }

    /// The damage of an exchange whose record is gone, and of which so many commands could be read.
    pub(super) fn missing(&self, record: &ExchangeRecord, found: u64) -> Session {
        let state = self.state.borrow();
        let witness = state.witnesses.of(&record.id);
        let mut loss = witness.map_or_else(Default::default, |witness| witness::loss(witness, found));
        loss.exchange.clone_from(&record.id);
        loss.name.clone_from(&record.name);
        Session::Damaged(Damaged { what: Damage::Missing, losses: vec![loss] })
    }

    /// Tells of exchanges that are lost beside the one that is open now.
    pub(super) async fn tell_losses(&self, store: &Store) {
        let Ok(records) = store.exchanges().await else { return };
        let message = {
            let state = self.state.borrow();
            if state.is_damaged() {
                return;
            }
            let opened = state.chosen.clone().unwrap_or_default();
            witness::notice(&state.witnesses.losses(&records), &opened)
        };
        if let Some(message) = message {
            self.notice(NoticeLevel::Error, message);
        }
    }

    /// Gives exchanges up.
    pub(super) fn forget(&self, exchanges: &[String]) {
        let mut state = self.state.borrow_mut();
        exchanges.iter().for_each(|exchange| state.witnesses.forget(exchange));
    }

    /// Makes an exchange of what is good of the one that cannot be opened.
    pub(super) async fn keep_good(&self) {
        if let Err(message) = self.try_keep_good().await {
            self.notice(NoticeLevel::Error, format!("nothing was changed: {message}"));
        }
    }

    async fn try_keep_good(&self) -> Result<(), String> {
        let (journal, name, good) = {
            let state = self.state.borrow();
            let desk =
                state.desk.as_ref().filter(|_| state.is_damaged()).ok_or("no exchange is damaged here")?;
            (desk.id.to_string(), desk.name.clone(), desk.saver.saved().sequence)
        };
        let store = self.opened_store().ok_or("there is no store")?;
        if store.chunk_before(&journal, 1).await.map_err(|error| error.to_string())?.is_none() {
            return Err("its journal was trimmed, and a fork needs all of it: export it instead".to_owned());
        }
        let mut fork = new_fork(format!("{name} (good part)"))?;
        while fork.sequence() < good {
            let chunks = store.chunks(&journal, fork.sequence() + 1, CHUNKS_PER_READ).await;
            let chunks = chunks.map_err(|error| error.to_string())?;
            if chunks.is_empty() {
                return Err(format!("of {good} good commands {} were found again", fork.sequence()));
            }
            self.repeat(&mut fork, &chunks, good).await?;
        }
        self.adopt(fork.finish()).await
    }

    /// An exchange of another name with the commands of this one.
    pub(super) async fn beside(&self, checked: &Checked) -> Result<Checked, String> {
        if checked.base.is_some() {
            return Err(
                "it is trimmed, and can neither stand in the place of the damaged exchange nor beside it"
                    .to_owned(),
            );
        }
        let mut fork = new_fork(format!("{} (imported)", checked.name))?;
        self.repeat(&mut fork, &checked.chunks, u64::MAX).await?;
        Ok(fork.finish())
    }

    /// Repeats stored chunks in a fork until it has `until` commands.
    async fn repeat(&self, fork: &mut Fork, chunks: &[(u64, Vec<u8>)], until: u64) -> Result<(), String> {
        let mut breath = self.now();
        for (_, bytes) in chunks {
            if fork.sequence() >= until {
                break;
            }
            fork.take(&Chunk::decode(bytes).map_err(|error| error.to_string())?)?;
            if self.now() - breath > BREATH {
                breathe().await;
                breath = self.now();
            }
        }
        Ok(())
    }

    /// Where an exchange that comes in belongs.
    ///
    /// # Errors
    /// That it is here already, and whole.
    pub(super) fn place(&self, checked: &Checked, there: Option<&ExchangeRecord>) -> Result<Place, String> {
        let Some(there) = there else { return Ok(Place::New) };
        let sequence = checked.venue.exchange().sequence();
        let state = self.state.borrow();
        let Some(good) = state.good_of(checked.journal) else {
            return Err(format!(
                "this browser has this exchange already, with {} commands (here {sequence}): open it from the list",
                there.sequence
            ));
        };
        let had = state.witnesses.of(&there.id).map_or(0, |witness| witness.sequence).max(there.sequence);
        let goes_on = head_at(checked.journal, &checked.chunks, good.sequence) == Ok(Some(good));
        // Behind the damage there may be bytes that somebody can still make sense of.
        let loses_nothing = sequence >= had || there.sequence <= good.sequence;
        Ok(if goes_on && loses_nothing { Place::Instead } else { Place::Beside })
    }

    /// An exchange was put in the place of one that was seen before: says what is still lost, and expects no more.
    pub(super) fn is_back(&self, exchange: &str, sequence: u64) {
        let mut state = self.state.borrow_mut();
        let Some(witness) = state.witnesses.of(exchange).cloned() else { return };
        state.witnesses.forget(exchange);
        drop(state);
        if witness.sequence > sequence {
            let (name, had) = (witness.name, witness.sequence);
            let message = format!("{name} is back with {sequence} of the {had} commands that it had");
            self.notice(NoticeLevel::Error, message);
        }
    }
}

fn new_fork(name: String) -> Result<Fork, String> {
    let journal = identity::journal().map_err(|error| describe(&error))?;
    Ok(Fork::new(journal, name))
}

impl State {
    /// Whether the exchange is shown as damaged.
    fn is_damaged(&self) -> bool {
        matches!(self.session, Session::Damaged(_) | Session::Unreadable { newer_version: false, .. })
    }

    /// How far an exchange is good that is shown as damaged.
    pub(super) fn good_of(&self, journal: JournalId) -> Option<Head> {
        let desk = self.desk.as_ref().filter(|desk| self.is_damaged() && desk.id == journal)?;
        Some(desk.saver.saved())
    }
}
