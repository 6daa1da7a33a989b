//! Replicas and a server over a bad network: messages lost, doubled, late and reordered, servers that die before or
//! after they stored, tabs that reload, a device that takes over.
//!
//! Afterwards the faults end, and then every entry must be on the server exactly once and in order, as a replay of
//! what it stored proves; a writer whose epoch is over must know it. The harness can fail: the last tests give the
//! server a `decide` with a mistake, and see it caught.

use std::time::Duration;

use outcry_journal::sync::{Answer, Append, Decision, Holding, Replica, State, Step, Stored, Timing, decide};
use outcry_journal::{Chunk, Head, History, HistoryHash, Host};

use crate::workload::{Draw, JOURNAL, cut_all, entries, opening, submit, trade};

const TIMING: Timing = Timing {
    deadline: Duration::from_millis(2_000),
    first_retry: Duration::from_millis(100),
    longest_retry: Duration::from_millis(1_600),
};

/// What a server does with an append; [`decide`], or a mistaken one.
type Decide = fn(&Stored, &Append) -> Decision;

/// A server that stores what it was told to, and nothing more clever.
struct Server {
    epoch: u64,
    chunks: Vec<Chunk>,
    decide: Decide,
}

impl Server {
    fn head(&self) -> Head {
        self.chunks.last().map_or(Head::genesis(JOURNAL), Chunk::after)
    }

    fn hash_at(&self, sequence: u64) -> Option<HistoryHash> {
        self.chunks.iter().map(Chunk::after).find(|head| head.sequence == sequence).map(|head| head.hash)
    }

    fn holding(&self) -> Holding {
        Holding::new(self.epoch, self.head(), self.chunks.iter().rev().skip(1).map(Chunk::after))
    }

    fn decision(&self, append: &Append) -> Decision {
        let stored = Stored {
            journal: JOURNAL,
            epoch: self.epoch,
            head: self.head(),
            hash_before: self.hash_at(append.before().sequence),
            hash_after: self.hash_at(append.after().sequence),
        };
        (self.decide)(&stored, append)
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let Request::Append(append) = request else { return Answer::Holds(self.holding()) };
        match self.decision(append) {
            Decision::Store => {
                self.chunks.extend(append.stores().cloned());
                self.epoch = append.epoch();
                Answer::Stored(append.after())
            }
            Decision::AlreadyStored => Answer::Stored(append.after()),
            Decision::Gap | Decision::Diverged | Decision::StaleEpoch => Answer::Holds(self.holding()),
        }
    }
}

/// A browser: an exchange, what it has saved of it, and the replica beside it.
struct Device {
    host: Host,
    saved: Vec<Chunk>,
    replica: Replica,
    /// Its epoch at the server.
    epoch: u64,
    /// Whether the server once accepted that epoch; the first device does not ask for it.
    may_write: bool,
    /// Counts reloads; what was under way before one never arrives.
    life: u32,
}

impl Device {
    fn new(saved: Vec<Chunk>, epoch: u64, may_write: bool, life: u32) -> Self {
        let mut host = Host::new(JOURNAL, 0);
        saved.iter().for_each(|chunk| host.apply(chunk, |_, _, _| ()).unwrap());
        host.begin_epoch(host.epoch() + 1).unwrap();
        let mut replica = Replica::new(JOURNAL, epoch, host.head(), TIMING);
        replica.switch_on();
        Self { host, saved, replica, epoch, may_write, life }
    }

    fn work(&mut self, draw: &mut Draw) {
        if !self.may_write {
            return;
        }
        if self.host.exchange().sequence() == 0 {
            opening().iter().for_each(|command| submit(&mut self.host, 1, command, &mut Vec::new()));
        }
        let commands = 1 + draw.below(5);
        trade(&mut self.host, draw.next(), commands);
        self.saved.extend(cut_all(&mut self.host));
        self.replica.advanced(self.host.head());
    }

    /// Seals two small neighbours into one, so that borders here and on the server differ.
    fn seal(&mut self, draw: &mut Draw) {
        let Some(pairs) = self.saved.len().checked_sub(1).filter(|&pairs| pairs > 0) else { return };
        let at = draw.below(pairs as u64) as usize;
        if let Ok(Some(merged)) = Chunk::merge(&self.saved[at..at + 2]) {
            self.saved.splice(at..at + 2, [merged]);
        }
    }

    /// The history up to any entry, from what is saved.
    fn history_at(&self, sequence: u64) -> Option<(Head, Option<Chunk>)> {
        let mut history = History::new(JOURNAL);
        for chunk in &self.saved {
            if sequence < chunk.last_sequence() {
                let tail = chunk.tail(sequence, &history).unwrap();
                return Some((tail.before(), Some(tail)));
            }
            history.extend(chunk.count().into(), chunk.body());
        }
        (history.head().sequence == sequence).then(|| (history.head(), None))
    }

    /// Drives the replica until it has to wait; gives the requests it makes.
    fn drive(&mut self, now: Duration) -> Vec<(u64, Request)> {
        let mut requests = Vec::new();
        loop {
            match self.replica.next(now) {
                Step::Rest | Step::Wait { .. } => return requests,
                Step::Ask { attempt } => requests.push((attempt, Request::Ask)),
                Step::Compare { attempt, holding } => {
                    let own = |sequence| self.history_at(sequence).map(|(head, _)| head.hash);
                    let common = holding.newest_common(JOURNAL, own);
                    self.replica.compared(attempt, common, now);
                }
                Step::Send { attempt, epoch, after } => {
                    let (head, chunk) = self.history_at(after.sequence).expect("the server is never ahead");
                    assert_eq!(head, after, "it was compared");
                    let chunk = chunk.expect("something is left to send");
                    requests.push((attempt, Request::Append(Append::chunk(epoch, chunk))));
                }
                Step::Claim { attempt, epoch, at } => {
                    requests.push((attempt, Request::Append(Append::claim(JOURNAL, epoch, at))));
                }
            }
        }
    }
}

#[derive(Clone)]
enum Request {
    Ask,
    Append(Append),
}

#[derive(Clone)]
enum Message {
    Request(Request),
    Answer(Answer),
    Failure,
}

#[derive(Clone)]
struct Letter {
    arrives: Duration,
    device: usize,
    life: u32,
    attempt: u64,
    message: Message,
}

struct World {
    draw: Draw,
    now: Duration,
    server: Server,
    devices: Vec<Device>,
    letters: Vec<Letter>,
    faults: bool,
}

impl World {
    fn new(seed: u64, decide: Decide) -> Self {
        Self {
            draw: Draw::new(seed),
            now: Duration::ZERO,
            server: Server { epoch: 0, chunks: Vec::new(), decide },
            devices: vec![Device::new(Vec::new(), 1, true, 0)],
            letters: Vec::new(),
            faults: true,
        }
    }

    fn post(&mut self, letter: Letter) {
        let copies = match self.draw.below(10) {
            _ if !self.faults => 1,
            0 | 1 => 0,
            2 => 2,
            _ => 1,
        };
        for _ in 0..copies {
            // Some come later than the sender waits for them, so that old answers meet new attempts.
            let latest = if self.faults && self.draw.percent(15) { 6_000 } else { 150 };
            let arrives = self.now + Duration::from_millis(1 + self.draw.below(latest));
            self.letters.push(Letter { arrives, ..letter.clone() });
        }
    }

    fn deliver(&mut self) {
        while let Some(index) = self.letters.iter().position(|letter| letter.arrives <= self.now) {
            let letter = self.letters.swap_remove(index);
            let device = &mut self.devices[letter.device];
            match letter.message {
                Message::Request(request) => {
                    let message = self.serve(&request);
                    self.post(Letter { message, ..letter });
                }
                _ if letter.life != device.life => {}
                Message::Answer(answer) => device.replica.answered(letter.attempt, answer, self.now),
                Message::Failure => {
                    device.replica.failed(letter.attempt, "connection reset".into(), self.now)
                }
            }
        }
    }

    /// The server answers, or dies before or after it stored.
    fn serve(&mut self, request: &Request) -> Message {
        match self.draw.below(12) {
            0 if self.faults => Message::Failure,
            1 if self.faults => {
                self.server.answer(request);
                Message::Failure
            }
            _ => Message::Answer(self.server.answer(request)),
        }
    }

    fn pass_time(&mut self) {
        self.now += Duration::from_millis(1 + self.draw.below(200));
        self.deliver();
        for number in 0..self.devices.len() {
            let device = &mut self.devices[number];
            device.may_write |= device.replica.holds_epoch();
            if !device.may_write && matches!(device.replica.status().state, State::Diverged { .. }) {
                // The earlier writer was faster: restore what it sent, and claim again.
                *device = Device::new(self.server.chunks.clone(), device.epoch, false, device.life + 1);
            }
            let life = device.life;
            for (attempt, request) in device.drive(self.now) {
                let (arrives, message) = (self.now, Message::Request(request));
                self.post(Letter { arrives, device: number, life, attempt, message });
            }
        }
    }

    /// One thing that happens on the writing device.
    fn happen(&mut self) {
        let device = self.devices.last_mut().expect("there is always one");
        match self.draw.below(20) {
            0..=7 => device.work(&mut self.draw),
            8 | 9 => device.seal(&mut self.draw),
            10 => device.replica.retry_now(),
            11 => {
                let (saved, life) = (device.saved.clone(), device.life + 1);
                *device = Device::new(saved, device.epoch, device.may_write, life);
            }
            _ => {}
        }
        // The first device does not know yet that it lost the market.
        if self.devices.len() > 1 && self.draw.percent(20) {
            self.devices[0].work(&mut self.draw);
        }
    }

    /// Another device restores what is on the server, and takes over.
    fn take_over(&mut self) {
        let epoch = self.server.epoch + 1;
        self.devices.push(Device::new(self.server.chunks.clone(), epoch, false, 0));
    }

    fn run(mut self, takes_over: bool) -> Result<(), String> {
        for round in 0..120 {
            if takes_over && round == 60 && !self.server.chunks.is_empty() {
                self.take_over();
            }
            self.happen();
            self.pass_time();
        }
        self.faults = false;
        (0..300).for_each(|_| self.pass_time());
        if self.devices.len() > 1 {
            // It learns of its loss at the latest when it has something to send.
            self.devices[0].work(&mut self.draw);
            (0..100).for_each(|_| self.pass_time());
        }
        self.audit()
    }

    fn audit(&self) -> Result<(), String> {
        let mut replayed = Host::new(JOURNAL, 0);
        for chunk in &self.server.chunks {
            replayed.apply(chunk, |_, _, _| ()).map_err(|error| format!("the server stored: {error}"))?;
        }
        let writer = self.devices.last().expect("there is always one");
        let status = writer.replica.status();
        if status.state != State::Idle || status.not_yet > 0 || status.last_error.is_some() {
            return Err(format!("the writer did not come to rest: {status:?}"));
        }
        if replayed.head() != writer.host.head()
            || replayed.exchange().state_digest() != writer.host.exchange().state_digest()
            || entries(&self.server.chunks) != entries(&writer.saved)
        {
            return Err("the server has another history than its writer".to_owned());
        }
        for loser in &self.devices[..self.devices.len() - 1] {
            let State::Superseded { fork, .. } = loser.replica.status().state else {
                return Err(format!("the loser does not know: {:?}", loser.replica.status()));
            };
            let (own, _) = loser.history_at(fork.sequence).ok_or("the fork is not in the loser's history")?;
            if own != fork || fork.sequence > replayed.head().sequence {
                return Err("the fork is not in both histories".to_owned());
            }
        }
        Ok(())
    }
}

/// The first seed that goes wrong, and how.
fn failure(seeds: u64, takes_over: bool, decide: Decide) -> Option<String> {
    (0..seeds).find_map(|seed| {
        let run = World::new(seed, decide).run(takes_over);
        run.err().map(|error| format!("seed {seed}: {error}"))
    })
}

#[test]
fn every_entry_arrives_once_and_in_order() {
    assert_eq!(failure(500, false, decide), None);
}

#[test]
fn a_device_that_takes_over_wins_and_the_other_one_knows() {
    assert_eq!(failure(500, true, decide), None);
}

#[test]
fn a_server_that_forgets_repeats_is_caught() {
    let forgetful: Decide = |stored, append| match decide(stored, append) {
        Decision::AlreadyStored => Decision::Store,
        decision => decision,
    };
    assert!(failure(20, false, forgetful).is_some());
}

#[test]
fn a_server_that_does_not_compare_histories_is_caught() {
    let trusting: Decide = |stored, append| match decide(stored, append) {
        Decision::Gap | Decision::Diverged => Decision::Store,
        decision => decision,
    };
    assert!(failure(20, true, trusting).is_some());
}

#[test]
fn a_server_that_ignores_the_epoch_is_caught() {
    let lax: Decide = |stored, append| {
        let any_epoch = Stored { epoch: append.epoch().min(stored.epoch), ..*stored };
        decide(&any_epoch, append)
    };
    assert!(failure(20, true, lax).is_some());
}
