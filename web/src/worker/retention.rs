//! Trimming the journal of the open exchange: by hand or by a rule, always at a snapshot, and only after it was said what
//! goes.
//!
//! Two good snapshots stay, and every command after the older of them. What is trimmed away can no longer be replayed or
//! verified, by anybody: a snapshot stands for it.

use outcry_engine::Timestamp;
use outcry_journal::Chunk;
use outcry_simulation::Market as _;

use super::errand::CHUNKS_PER_READ;
use super::keeper::{WORTH, is_good_in};
use super::pulse::breathe;
use super::service::Service;
use super::store::{ExchangeRecord, Store, StoreError, Trim};
use crate::protocol::{Keep, NoticeLevel, Response, Session, TrimPlan};

const MEGABYTE: u64 = 1_000_000;
const DAY: u64 = 24 * 3_600 * 1_000_000_000;

impl Service {
    /// Answers with what a trim by hand would take from the open exchange.
    pub(super) async fn plan_trim(&self) {
        let plan = self.fresh_plan().await;
        self.respond(Response::TrimPlan(plan.map(|(_, plan)| plan)));
    }

    /// Trims the open exchange as it was planned.
    pub(super) async fn trim(&self, agreed: &TrimPlan) {
        let trimmed = match self.plan().await {
            Ok((trim, plan)) if plan == *agreed => self.carry_out(trim, &plan).await,
            Ok(_) => Err("it would now take something else; ask again".to_owned()),
            Err(message) => Err(message),
        };
        if let Err(message) = trimmed {
            self.notice(NoticeLevel::Error, format!("nothing was trimmed: {message}"));
        }
        self.list().await;
    }

    /// Remembers how much of the open exchange's journal is to be kept, and does it.
    pub(super) async fn keep(&self, keep: Keep) {
        let Some(id) = self.open_id() else { return };
        let Some(store) = self.opened_store() else { return };
        if let Err(error) = store.keep_setting(&keep_key(&id), &keep).await {
            return self.notice(NoticeLevel::Error, format!("the rule cannot be kept: {error}"));
        }
        self.trim_by_rule().await;
        self.list().await;
    }

    /// Trims the open exchange if its rule asks for it; says what went.
    pub(super) async fn trim_by_rule(&self) {
        let (Some(store), Some(id)) = (self.opened_store(), self.open_id()) else { return };
        let keep: Keep = store.setting(&keep_key(&id)).await.unwrap_or_default();
        if keep == Keep::All {
            return;
        }
        // Without anything to trim there is nothing to say.
        let Ok((trim, plan)) = self.plan().await else { return };
        let Ok(Some(record)) = store.exchange(&id).await else { return };
        let too_much = match keep {
            Keep::All => false,
            Keep::Megabytes(megabytes) => {
                record.journal_bytes() + record.snapshot_bytes() > u64::from(megabytes) * MEGABYTE
            }
            Keep::Days(days) => {
                let now = self.state.borrow().desk.as_ref().map_or(plan.to, |desk| desk.now());
                now.nanos().saturating_sub(plan.to.nanos()) > u64::from(days) * DAY
            }
        };
        if too_much && let Err(message) = self.carry_out(trim, &plan).await {
            self.notice(NoticeLevel::Information, format!("the journal was not trimmed: {message}"));
        }
    }

    fn open_id(&self) -> Option<String> {
        let state = self.state.borrow();
        let open = state.desk.as_ref().filter(|_| state.session == Session::Open)?;
        Some(open.id.to_string())
    }

    /// A plan after a snapshot of what is now, so that as much as can go may.
    async fn fresh_plan(&self) -> Result<(Trim, TrimPlan), String> {
        let behind = self
            .state
            .borrow()
            .desk
            .as_ref()
            .map_or(0, |desk| desk.keeper.behind(desk.venue.exchange().sequence()));
        if behind >= WORTH {
            self.try_snapshot().await?;
        }
        self.plan().await
    }

    /// What can be trimmed from the open exchange now.
    async fn plan(&self) -> Result<(Trim, TrimPlan), String> {
        let store = self.opened_store().ok_or("there is no store")?;
        let (exchange, epoch, settled, on_server) = {
            let state = self.state.borrow();
            let open = state.desk.as_ref().filter(|_| state.session == Session::Open);
            let desk = open.ok_or("only an exchange that is open here can be trimmed")?;
            let on_server = desk.link.as_ref().map(|link| link.replica.status().on_server.unwrap_or(0));
            (desk.id.to_string(), desk.venue.host().epoch(), desk.saver.settled(), on_server)
        };
        let record = store.exchange(&exchange).await.map_err(|error| error.to_string())?;
        let record = record.ok_or("the exchange is gone")?;
        let snapshot = older_of_two(&store, &record, epoch).await?;
        if on_server.is_some_and(|on_server| on_server < snapshot) {
            return Err("the server does not have all of that yet".to_owned());
        }
        // Chunks that may still be joined with others stay.
        let border = snapshot.min(settled) + 1;
        let first = store.chunk_before(&exchange, border).await.map_err(|error| error.to_string())?;
        let first = first.filter(|&first| first > record.first).ok_or_else(|| {
            format!("everything before command {snapshot}, of which there is a snapshot, was trimmed already or is too little")
        })?;
        let (bytes, from, to) = measure(&store, &record, first).await.map_err(|error| error.to_string())?;
        let plan =
            TrimPlan { exchange: exchange.clone(), first: record.first, last: first - 1, from, to, bytes };
        Ok((Trim { exchange, epoch, snapshot, first, bytes }, plan))
    }

    async fn carry_out(&self, trim: Trim, plan: &TrimPlan) -> Result<(), String> {
        let store = self.opened_store().ok_or("there is no store")?;
        match store.trim(&trim).await {
            Ok(()) => {}
            Err(StoreError::Superseded { .. }) => {
                self.lose(&trim.exchange);
                return Err("another tab has taken the exchange over".to_owned());
            }
            Err(error) => return Err(error.to_string()),
        }
        let message = format!(
            "the journal was trimmed: {} commands, {} bytes; it begins with command {} now",
            plan.last + 1 - plan.first,
            plan.bytes,
            plan.last + 1
        );
        self.notice(NoticeLevel::Information, message);
        // What is sent to a server is looked for from where the journal begins now.
        let id = self.state.borrow().desk.as_ref().filter(|desk| desk.link.is_some()).map(|desk| desk.id);
        if let Some(id) = id {
            self.link_again(id).await;
        }
        Ok(())
    }
}

/// The older of the two newest snapshots, both of which can be opened.
async fn older_of_two(store: &Store, record: &ExchangeRecord, epoch: u64) -> Result<u64, String> {
    let [.., (older, _), (newer, _)] = record.snapshots[..] else {
        return Err(format!(
            "a journal is trimmed at the older of two snapshots, and {} is there; one is kept every 100,000 commands \
             and when an exchange is left",
            record.snapshots.len()
        ));
    };
    for at in [newer, older] {
        if !is_good_in(store, &record.id, epoch, at).await {
            return Err(format!("the snapshot of command {at} is not good"));
        }
        breathe().await;
    }
    Ok(older)
}

/// Bytes of the chunks that begin before `end`, and the market times of their first and last command.
async fn measure(
    store: &Store,
    record: &ExchangeRecord,
    end: u64,
) -> Result<(u64, Timestamp, Timestamp), StoreError> {
    let (mut sum, mut times) = (0, None);
    let mut next = record.first;
    while next < end {
        let chunks = store.chunks(&record.id, next, CHUNKS_PER_READ).await?;
        let Some(&(last, _)) = chunks.last() else { break };
        for (_, bytes) in chunks.iter().filter(|(first, _)| *first < end) {
            sum += bytes.len() as u64;
            // A damaged one says nothing of its times, and may go as well.
            let Ok(chunk) = Chunk::decode(bytes) else { continue };
            let mut at = chunk.entries().filter_map(Result::ok).map(|entry| entry.at);
            let first = at.next().unwrap_or_default();
            let last = at.last().unwrap_or(first);
            times = Some((times.map_or(first, |(from, _)| from), last));
        }
        next = last + 1;
        breathe().await;
    }
    let (from, to) = times.unwrap_or_default();
    Ok((sum, from, to))
}

/// Where an exchange's rule is kept.
pub(super) fn keep_key(exchange: &str) -> String {
    format!("keep/{exchange}")
}
