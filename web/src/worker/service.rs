//! The worker's one state, and what it does with it: answers the page, lets the exchange work in short turns, and
//! has what happened stored.
//!
//! Everything that must not wait is answered at once from memory. What waits for the browser (opening, closing,
//! writing) runs as [errands](super::errand), one after another.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageChannel, Performance};

use super::bench;
use super::desk::Desk;
use super::errand::Errand;
use super::frame;
use super::load::Load;
use super::pulse::Pulse;
use super::saver::Write;
use super::store::{Acks, Append, Store, StoreError};
use super::witness::Witnesses;
use crate::protocol::{
    BUILD, Crowd, CrowdControl, Damage, Damaged, Frame, ImportControl, Notice, NoticeLevel, Outcome, Refusal,
    Request, Response, Session, Status, Storage, SyncControl, SyncStatus, View, Witness,
};

/// Milliseconds of one turn: short enough that the page never waits long for an answer.
const TURN: f64 = 6.0;
/// Answers to the user's commands that are kept for a page that asks again.
const ANSWERS_KEPT: usize = 256;
/// Longest pause between two turns.
const LONGEST_PAUSE: f64 = 1_000.0;

/// The engine worker.
pub struct Service {
    /// Name of the database.
    pub(super) database: String,
    pub(super) state: RefCell<State>,
    /// Opened by the first errand.
    pub(super) store: RefCell<Option<Rc<Store>>>,
    respond: Box<dyn Fn(Response)>,
    pulse: Pulse,
    performance: Performance,
    this: Weak<Self>,
}

/// What changes.
pub(super) struct State {
    pub(super) session: Session,
    pub(super) desk: Option<Desk>,
    /// The running or last import.
    pub(super) load: Option<Load>,
    /// Counts openings: answers to what an earlier exchange asked for are void.
    pub(super) epoch: u32,
    /// Which exchange the session is about, also while it is not open.
    pub(super) chosen: Option<String>,
    /// What is wrong with the store as a whole.
    pub(super) storage: Storage,
    /// In order; the first is carried out when `busy`.
    pub(super) errands: VecDeque<Errand>,
    pub(super) busy: bool,
    /// The newest answers to commands by ticket. A queue: the oldest go first.
    answered: VecDeque<(u32, Outcome)>,
    /// What was seen of this browser's exchanges outside the database.
    pub(super) witnesses: Witnesses,
}

impl Service {
    /// A worker that keeps its exchanges in the named database and answers through `respond`.
    ///
    /// # Errors
    /// What the browser says if it lacks what every worker has.
    pub fn new(database: &str, respond: impl Fn(Response) + 'static) -> Result<Rc<Self>, JsValue> {
        let performance = Reflect::get(&js_sys::global(), &"performance".into())?.dyn_into()?;
        let channel = MessageChannel::new()?;
        Ok(Rc::new_cyclic(|this: &Weak<Self>| {
            let turning = this.clone();
            let turn = move || {
                if let Some(service) = turning.upgrade() {
                    service.turn();
                }
            };
            Self {
                database: database.to_owned(),
                state: RefCell::new(State::new()),
                store: RefCell::new(None),
                respond: Box::new(respond),
                pulse: Pulse::new(&channel, turn),
                performance,
                this: this.clone(),
            }
        }))
    }

    /// Answers one request of the page.
    pub fn request(&self, request: Request) {
        match request {
            Request::Hello { build, witnesses } => self.hello(&build, witnesses),
            Request::Frame(view) => self.respond(Response::Frame(Box::new(self.frame(&view)))),
            Request::Submit { ticket, command } => {
                let outcome = self.submit_once(ticket, &command);
                self.respond(Response::Submitted { ticket, outcome });
            }
            Request::Preview { ticket, order } => {
                let state = self.state.borrow();
                let preview = state.desk.as_ref().map_or_else(|| Err(closed()), |desk| desk.preview(&order));
                drop(state);
                self.respond(Response::Previewed { ticket, preview });
            }
            Request::Crowd(control) => self.control_crowd(control),
            Request::ListExchanges => self.errand(Errand::List),
            Request::Open { exchange } => self.errand(Errand::Open { exchange }),
            Request::NewDemo { seed } => self.errand(Errand::NewDemo { seed }),
            Request::Export => self.errand(Errand::Export),
            Request::PlanTrim => self.errand(Errand::PlanTrim),
            Request::Trim(plan) => self.errand(Errand::Trim(plan)),
            Request::Keep(keep) => self.errand(Errand::Keep(keep)),
            Request::TakeOver => self.errand(Errand::TakeOver),
            Request::Retry => self.retry(),
            Request::Settle => self.settle(),
            Request::KeepGood => self.errand(Errand::KeepGood),
            Request::Forget { exchanges } => self.forget(&exchanges),
            Request::Import(import) => self.begin_import(import),
            Request::ImportControl(control) => self.control_import(control),
            Request::Sync(SyncControl::List { address }) => self.list_remote(address),
            Request::Sync(control) => self.errand(Errand::Sync(control)),
            Request::Bench { commands } => {
                let figures = bench::run(commands, || self.now());
                self.respond(Response::Benchmarked(figures));
            }
        }
        self.pulse.now();
    }

    fn hello(&self, build: &str, witnesses: Vec<Witness>) {
        if build == BUILD {
            self.state.borrow_mut().witnesses = Witnesses::new(witnesses);
            self.errand(Errand::Start);
        } else {
            self.notice(
                NoticeLevel::Error,
                format!("the page is of build {build}, its engine of build {BUILD}: reload the page"),
            );
        }
    }

    /// Executes a command of the user; a ticket that was seen before gets its first answer, and nothing happens.
    fn submit_once(&self, ticket: u32, command: &outcry_engine::Command) -> Outcome {
        let first = self.state.borrow().answered.iter().find(|(seen, _)| *seen == ticket).cloned();
        if let Some((_, outcome)) = first {
            return outcome;
        }
        let outcome = self.submit(command);
        let mut state = self.state.borrow_mut();
        if state.answered.len() == ANSWERS_KEPT {
            state.answered.pop_front();
        }
        state.answered.push_back((ticket, outcome.clone()));
        outcome
    }

    fn submit(&self, command: &outcry_engine::Command) -> Outcome {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let open = state.session == Session::Open;
        let desk = state.desk.as_mut().filter(|_| open);
        desk.and_then(|desk| desk.submit(real, command)).unwrap_or_else(|| Outcome::Refused(closed()))
    }

    fn control_crowd(&self, control: CrowdControl) {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        if state.session != Session::Open {
            return;
        }
        let Some(desk) = state.desk.as_mut() else { return };
        desk.control(real, control);
        let (key, setting) = (crowd_key(&desk.id.to_string()), desk.crowd_setting());
        let Some(store) = self.store.borrow().clone() else { return };
        // A speed that could not be kept is no harm: the journal has what counts.
        spawn_local(async move { _ = store.keep_setting(&key, &setting).await });
    }

    fn control_import(&self, control: ImportControl) {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let State { load, desk, .. } = &mut *state;
        if control == ImportControl::Dismiss {
            load.take_if(|load| load.is_over());
        } else if let Some(load) = load {
            load.control(desk.as_mut(), real, control);
        }
    }

    fn retry(&self) {
        let mut state = self.state.borrow_mut();
        let State { session, desk, chosen, .. } = &mut *state;
        match session {
            Session::Open => desk.iter_mut().for_each(|desk| desk.saver.retry()),
            Session::Damaged(Damaged { what: Damage::Closed { .. } | Damage::Wiped { .. }, .. }) => {
                drop(state);
                // Perhaps it opens now.
                *self.store.borrow_mut() = None;
                self.errand(Errand::Start);
            }
            Session::Locked | Session::Damaged(_) | Session::Unreadable { .. } => {
                let errand = chosen.clone().map_or(Errand::Start, |exchange| Errand::Open { exchange });
                drop(state);
                self.errand(errand);
            }
            Session::Opening { .. } | Session::Lost => {}
        }
    }

    /// Has everything executed so far written and on disk at once. What is begun here goes on while the page is gone.
    pub(super) fn settle(&self) {
        {
            let mut state = self.state.borrow_mut();
            let State { session: Session::Open, desk: Some(desk), .. } = &mut *state else { return };
            let sequence = desk.venue.host().exchange().sequence();
            desk.saver.settle(sequence);
        }
        self.save();
    }

    /// Lets the open exchange work for a moment, has what happened stored, and asks for the next turn.
    fn turn(&self) {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let State { session: Session::Open, desk: Some(desk), load, .. } = &mut *state else { return };
        let mut rows = None;
        if let Some(load) = load {
            load.work(desk, real, real + TURN, || self.now());
            rows = if load.is_eager() && !desk.is_behind() { Some(0.0) } else { load.next_row() };
        }
        desk.drive(load.as_ref().is_some_and(|load| load.is_bound()));
        desk.work(real, real + TURN, || self.now());
        if let Some(failure) = desk.venue.failure() {
            let message = failure.to_string();
            let good = desk.saver.saved().sequence;
            state.session = Session::Unreadable { message, good, newer_version: false };
            return;
        }
        let real = self.now();
        let (action, save) = (desk.next_action(), desk.saver.due().map(|due| due - real));
        let snapshot = desk.is_snapshot_due();
        drop(state);
        if snapshot {
            self.errand(Errand::Snapshot);
        }
        self.save();
        let due = [rows, action, save, self.sync().map(|due| due - real)];
        let pause = due.into_iter().flatten().fold(LONGEST_PAUSE, f64::min);
        if pause < 1.0 {
            self.pulse.now();
        } else {
            self.pulse.after(pause);
        }
    }

    /// Starts the next write of the open exchange, if one is due.
    fn save(&self) {
        let due = self.state.borrow().desk.as_ref().and_then(|desk| desk.saver.due());
        if due.is_none_or(|due| due > self.now()) {
            return;
        }
        if let (Some(write), Some(this)) = (self.next_write(), self.this.upgrade()) {
            spawn_local(async move { this.write(write).await });
        }
    }

    /// Cuts what was executed and takes the next write, which is then under way.
    pub(super) fn next_write(&self) -> Option<Write> {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let desk = state.desk.as_mut()?;
        while let Some(chunk) = desk.venue.cut() {
            desk.saver.take(chunk);
        }
        match desk.saver.begin(real) {
            Ok(write) => write,
            Err(error) => {
                let good = desk.saver.saved().sequence;
                state.session =
                    Session::Unreadable { message: error.to_string(), good, newer_version: false };
                None
            }
        }
    }

    /// Carries a write out.
    pub(super) async fn write(&self, write: Write) {
        let Some(store) = self.store.borrow().clone() else { return };
        let epoch = self.state.borrow().epoch;
        let written = match &write {
            Write::Append(append) => store.append(append).await,
            Write::Barrier { exchange, epoch } => store.barrier(exchange, *epoch).await,
        };
        let real = self.now();
        let mut state = self.state.borrow_mut();
        if state.epoch != epoch {
            return;
        }
        let Some(desk) = state.desk.as_mut() else { return };
        match written {
            Ok(()) => {
                desk.saver.written(real);
                desk.venue.settled(desk.saver.on_disk());
                let saved = desk.saver.saved();
                desk.link.iter_mut().for_each(|link| link.saved(saved));
            }
            Err(error @ StoreError::Superseded { .. }) => {
                desk.saver.failed(real, &error);
                drop(state);
                let (Write::Append(Append { exchange, .. }) | Write::Barrier { exchange, .. }) = &write;
                return self.lose(exchange);
            }
            Err(error) => desk.saver.failed(real, &error),
        }
        drop(state);
        self.pulse.now();
    }

    /// The picture that the page asks for.
    fn frame(&self, view: &View) -> Frame {
        let real = self.now();
        let mut state = self.state.borrow_mut();
        let anew = view.epoch != state.epoch;
        let fresh = View {
            instrument: view.instrument,
            account: view.account,
            levels: view.levels,
            candle_seconds: view.candle_seconds,
            ..View::default()
        };
        let view = if anew { &fresh } else { view };
        let acks = self.acks();
        let status = state.status(real, acks);
        let epoch = state.epoch;
        let Some(desk) = &state.desk else {
            return Frame { epoch, catalog: None, status, market: None, account: None, account_version: 0 };
        };
        let (account_version, account) = frame::account(&desk.venue, view);
        Frame {
            epoch,
            catalog: frame::catalog(desk.venue.projections(), view, anew),
            status,
            market: frame::market(&desk.venue, view),
            account,
            account_version,
        }
    }

    /// Which acks the store gives.
    pub(super) fn acks(&self) -> Acks {
        self.store.borrow().as_deref().map_or(Acks::Neither, Store::acks)
    }

    /// Real time in milliseconds, never back.
    pub(super) fn now(&self) -> f64 {
        self.performance.now()
    }

    pub(super) fn respond(&self, response: Response) {
        (self.respond)(response);
    }

    pub(super) fn notice(&self, level: NoticeLevel, message: String) {
        self.respond(Response::Notice(Notice { level, message }));
    }

    pub(super) fn wake(&self) {
        self.pulse.now();
    }

    pub(super) fn handle(&self) -> Weak<Self> {
        self.this.clone()
    }
}

impl State {
    fn new() -> Self {
        Self {
            session: Session::Opening { replayed: 0, total: 0 },
            desk: None,
            load: None,
            epoch: 0,
            chosen: None,
            storage: Storage::Good,
            errands: VecDeque::new(),
            busy: false,
            answered: VecDeque::new(),
            witnesses: Witnesses::default(),
        }
    }

    /// What is saved of the open exchange, for others to remember.
    pub(super) fn witness(&self, acks: Acks) -> Option<Witness> {
        let kept = self.session == Session::Open && acks != Acks::Neither;
        let desk = self.desk.as_ref().filter(|desk| kept && !desk.saver.is_cleared())?;
        let saved = desk.saver.saved();
        (saved.sequence > 0).then(|| Witness {
            exchange: desk.id.to_string(),
            name: desk.name.clone(),
            sequence: saved.sequence,
            hash: saved.hash.to_string(),
            digest: desk.saver.digest().map(|digest| digest.to_string()).unwrap_or_default(),
            epoch: desk.saver.epoch(),
            at: 0,
            server: desk.link.as_ref().map(|link| link.address.clone()),
        })
    }

    fn status(&mut self, real: f64, acks: Acks) -> Status {
        let witness = self.witness(acks);
        let import = self.load.as_ref().map(Load::status);
        let (session, chosen) = (self.session.clone(), self.chosen.clone().unwrap_or_default());
        let Some(desk) = self.desk.as_mut() else {
            return Status {
                session,
                exchange: chosen,
                name: String::new(),
                now: outcry_engine::Timestamp::default(),
                sequence: 0,
                saved: 0,
                on_disk: 0,
                digest: String::new(),
                events_per_second: 0,
                storage: self.storage.clone(),
                witness,
                crowd: Crowd { present: false, running: false, speed: 1, sessions: false },
                import,
                sync: SyncStatus::default(),
            };
        };
        let storage = match desk.saver.trouble().or(desk.saver.barrier_trouble()) {
            Some(trouble) => Storage::Failed { message: trouble.message.clone(), cause: trouble.cause },
            None => self.storage.clone(),
        };
        // What the browser has thrown away is not saved any more.
        let acks = if desk.saver.is_cleared() { Acks::Neither } else { acks };
        let exchange = desk.venue.host().exchange();
        Status {
            session,
            exchange: desk.id.to_string(),
            name: desk.name.clone(),
            sequence: exchange.sequence(),
            digest: exchange.digest().to_string(),
            now: desk.now(),
            // What is only in memory is not saved.
            saved: if acks == Acks::Neither { 0 } else { desk.saver.saved().sequence },
            on_disk: if acks == Acks::Both { desk.saver.on_disk() } else { 0 },
            events_per_second: desk.events_per_second(real),
            storage,
            witness,
            crowd: desk.crowd(),
            import,
            sync: desk.link.as_ref().map(|link| link.status(real)).unwrap_or_default(),
        }
    }
}

/// Where an exchange's crowd setting is kept.
pub(super) fn crowd_key(exchange: &str) -> String {
    format!("crowd/{exchange}")
}

fn closed() -> Refusal {
    Refusal {
        code: "exchange-not-open".to_owned(),
        message: "no exchange is open here for trading; nothing was done".to_owned(),
    }
}
