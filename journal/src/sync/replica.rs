//! The writer's side: what to send next, and what the server is known to have.
//!
//! A state machine without transport. Inputs: the local history grew, an answer or a failure arrived, a comparison
//! was made. Output: [`Replica::next`] says what to do. Time is passed in, as the time since any fixed moment. One
//! request is under way at a time; each has an attempt number, and what arrives for an older one is ignored.

use std::time::Duration;

use crate::sync::{Answer, Holding, State, Status};
use crate::{Head, JournalId};

/// How patient a replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long a request may take before it counts as failed.
    pub deadline: Duration,
    /// The wait after the first failure; it doubles with each further one.
    pub first_retry: Duration,
    /// The longest wait.
    pub longest_retry: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(30),
            first_retry: Duration::from_secs(1),
            longest_retry: Duration::from_secs(60),
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, until an input comes.
    Rest,
    /// Nothing, until an input or this time comes.
    Wait {
        /// When to ask again.
        until: Duration,
    },
    /// Ask the server what it holds.
    Ask {
        /// Goes with the answer.
        attempt: u64,
    },
    /// Find the newest head of the holding that is in the local history ([`Holding::newest_common`]).
    Compare {
        /// Goes with the result.
        attempt: u64,
        /// What the server holds.
        holding: Holding,
    },
    /// Send the chunk, or several merged, that starts right after `after`; it ends at or before the local head. If
    /// no chunk starts there, [`Chunk::tail`](crate::Chunk::tail) makes one.
    Send {
        /// Goes with the answer.
        attempt: u64,
        /// For the [`Append`](crate::sync::Append).
        epoch: u64,
        /// What the server has.
        after: Head,
    },
    /// Send an [`Append::claim`](crate::sync::Append::claim).
    Claim {
        /// Goes with the answer.
        attempt: u64,
        /// For the claim.
        epoch: u64,
        /// For the claim.
        at: Head,
    },
}

/// Brings one journal to one server.
#[derive(Clone, Debug)]
pub struct Replica {
    journal: JournalId,
    epoch: u64,
    timing: Timing,
    local: Head,
    /// What the server was last known to hold that is in the local history too, and its epoch.
    stored: Option<(Head, u64)>,
    phase: Phase,
    attempt: u64,
    failures: u32,
    last_error: Option<String>,
}

#[derive(Clone, Debug)]
enum Phase {
    Off,
    /// Nothing is under way.
    Ready,
    UnderWay {
        request: Request,
        since: Duration,
    },
    /// A holding arrived; `refused` is where the append began that it answers.
    Compare {
        holding: Holding,
        refused: Option<Head>,
        handed_out: bool,
    },
    Waiting {
        until: Duration,
    },
    Diverged {
        fork: Head,
        server: Head,
    },
    Superseded {
        epoch: u64,
        fork: Head,
        server: Head,
    },
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    Ask,
    Send { after: Head },
    Claim { at: Head },
}

impl Replica {
    /// A replica that is off. `epoch` is the device's at the server ([module](crate::sync)); `local` is the head that
    /// is safely stored here: the server never gets ahead of it.
    #[must_use]
    pub const fn new(journal: JournalId, epoch: u64, local: Head, timing: Timing) -> Self {
        Self {
            journal,
            epoch,
            timing,
            local,
            stored: None,
            phase: Phase::Off,
            attempt: 0,
            failures: 0,
            last_error: None,
        }
    }

    /// Whose history.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.journal
    }

    /// Starts, or starts anew after an end: asks the server first.
    pub fn switch_on(&mut self) {
        self.stored = None;
        self.attempt += 1;
        self.settle();
    }

    /// Stops. What is under way may still arrive at the server, which is harmless.
    pub fn switch_off(&mut self) {
        self.phase = Phase::Off;
        self.attempt += 1;
    }

    /// Continues in a later epoch, as the user decided after [`State::Superseded`] by a history that contains the
    /// server's. An epoch that is not later is ignored.
    pub fn take_over(&mut self, epoch: u64) {
        if epoch > self.epoch {
            self.epoch = epoch;
            self.switch_on();
        }
    }

    /// Ends a wait: the network is said to be back, or the user asks for it.
    pub fn retry_now(&mut self) {
        if let Phase::Waiting { .. } = self.phase {
            self.phase = Phase::Ready;
        }
    }

    /// The local history is stored up to `head`.
    pub fn advanced(&mut self, head: Head) {
        if head.sequence > self.local.sequence {
            self.local = head;
        }
    }

    /// What to do now. Whoever drives the replica does it, and asks again after each input.
    pub fn next(&mut self, now: Duration) -> Step {
        match &mut self.phase {
            Phase::UnderWay { since, .. } => {
                let until = *since + self.timing.deadline;
                if now < until {
                    return Step::Wait { until };
                }
                self.fail(format!("no answer within {} s", self.timing.deadline.as_secs()), now);
                self.next(now)
            }
            Phase::Waiting { until } if now < *until => Step::Wait { until: *until },
            Phase::Waiting { .. } | Phase::Ready => self.begin(now),
            Phase::Compare { handed_out: true, .. } => Step::Rest,
            Phase::Compare { holding, handed_out, .. } => {
                *handed_out = true;
                Step::Compare { attempt: self.attempt, holding: holding.clone() }
            }
            Phase::Off | Phase::Diverged { .. } | Phase::Superseded { .. } | Phase::Refused => Step::Rest,
        }
    }

    fn begin(&mut self, now: Duration) -> Step {
        let Some(request) = self.due() else {
            self.phase = Phase::Ready;
            return Step::Rest;
        };
        self.attempt += 1;
        self.phase = Phase::UnderWay { request, since: now };
        let (attempt, epoch) = (self.attempt, self.epoch);
        match request {
            Request::Ask => Step::Ask { attempt },
            Request::Send { after } => Step::Send { attempt, epoch, after },
            Request::Claim { at } => Step::Claim { attempt, epoch, at },
        }
    }

    /// The request that is due, if nothing else is under way.
    fn due(&self) -> Option<Request> {
        match self.stored {
            None => Some(Request::Ask),
            Some((head, _)) if head.sequence < self.local.sequence => Some(Request::Send { after: head }),
            Some((head, epoch)) if epoch < self.epoch => Some(Request::Claim { at: head }),
            Some(_) => None,
        }
    }

    /// The server's answer to an attempt.
    pub fn answered(&mut self, attempt: u64, answer: Answer, now: Duration) {
        let Some(request) = self.under_way(attempt) else { return };
        match (request, answer) {
            (_, Answer::Refused { message }) => {
                self.last_error = Some(message);
                self.phase = Phase::Refused;
            }
            (Request::Ask, Answer::Holds(holding)) => self.compare(holding, None),
            (Request::Send { after: at } | Request::Claim { at }, Answer::Holds(holding)) => {
                self.compare(holding, Some(at));
            }
            (Request::Send { after }, Answer::Stored(head))
                if head.sequence > after.sequence && head.sequence <= self.local.sequence =>
            {
                self.succeed(head);
            }
            (Request::Claim { at }, Answer::Stored(head)) if head == at => self.succeed(head),
            (_, Answer::Stored(head)) => {
                self.fail(
                    format!("the server confirmed sequence {}, which was not sent", head.sequence),
                    now,
                );
            }
        }
    }

    /// An attempt failed: the network, or a server in trouble. It will be repeated.
    pub fn failed(&mut self, attempt: u64, message: String, now: Duration) {
        if self.under_way(attempt).is_some() {
            self.fail(message, now);
        }
    }

    /// The result of a comparison: the newest common head.
    pub fn compared(&mut self, attempt: u64, common: Head, now: Duration) {
        if attempt != self.attempt {
            return;
        }
        let Phase::Compare { holding, refused, .. } = &self.phase else { return };
        let (epoch, server, refused) = (holding.epoch, holding.head, *refused);
        if epoch > self.epoch {
            self.phase = Phase::Superseded { epoch, fork: common, server };
        } else if common != server {
            self.phase = Phase::Diverged { fork: common, server };
        } else {
            self.stored = Some((server, epoch));
            if refused == Some(server) {
                // It would be sent the same again: not at once.
                self.fail("the server did not store what follows its own history".to_owned(), now);
            } else {
                self.settle();
            }
        }
    }

    fn under_way(&self, attempt: u64) -> Option<Request> {
        match self.phase {
            Phase::UnderWay { request, .. } if attempt == self.attempt => Some(request),
            _ => None,
        }
    }

    fn compare(&mut self, holding: Holding, refused: Option<Head>) {
        self.phase = Phase::Compare { holding, refused, handed_out: false };
    }

    fn succeed(&mut self, head: Head) {
        self.stored = Some((head, self.epoch));
        self.settle();
    }

    /// The server answered and is where it was thought to be.
    fn settle(&mut self) {
        self.failures = 0;
        self.last_error = None;
        self.phase = Phase::Ready;
    }

    fn fail(&mut self, message: String, now: Duration) {
        let doubled = self.timing.first_retry.saturating_mul(1 << self.failures.min(30));
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(message);
        self.phase = Phase::Waiting { until: now + doubled.min(self.timing.longest_retry) };
    }

    /// Whether the server is known to have accepted this epoch. A device that takes over waits for it before it
    /// writes; until then, the earlier writer may still append.
    #[must_use]
    pub fn holds_epoch(&self) -> bool {
        self.stored.is_some_and(|(_, epoch)| epoch == self.epoch)
    }

    /// What a user wants to know.
    #[must_use]
    pub fn status(&self) -> Status {
        let state = match self.phase {
            Phase::Off => State::Off,
            Phase::Ready | Phase::UnderWay { .. } => match self.due() {
                None => State::Idle,
                Some(Request::Ask) => State::Asking,
                Some(Request::Send { .. } | Request::Claim { .. }) => State::Sending,
            },
            Phase::Compare { .. } => State::Asking,
            Phase::Waiting { until } => State::Waiting { until },
            Phase::Diverged { fork, server } => State::Diverged { fork, server },
            Phase::Superseded { epoch, fork, server } => State::Superseded { epoch, fork, server },
            Phase::Refused => State::Refused,
        };
        let on_server = match self.phase {
            Phase::Diverged { fork, .. } | Phase::Superseded { fork, .. } => Some(fork.sequence),
            _ => self.stored.map(|(head, _)| head.sequence),
        };
        Status {
            state,
            on_server,
            not_yet: self.local.sequence - on_server.unwrap_or(0).min(self.local.sequence),
            last_error: self.last_error.clone(),
        }
    }
}
