//! Shortens a run that fails to one that still does.

use std::collections::BTreeMap;

use outcry_engine::{Command, Event, OrderId, Timestamp};

use super::{Judge, Played, accepted, step};

/// Most commands that are run again while shortening, unless `OUTCRY_SHRINK` says how many.
const MOST: usize = 3_000_000;

/// The most: where thousands of failures are only counted, none is shortened.
fn most() -> usize {
    std::env::var("OUTCRY_SHRINK")
        .ok()
        .map_or(MOST, |text| text.parse().expect("OUTCRY_SHRINK is a number of commands"))
}

/// Leaves commands out, large runs first, as long as anything still goes wrong; answers what then does, and what was told last.
pub(super) fn shrink<J: Judge>(
    mut played: Vec<Played>,
    judge: &impl Fn() -> J,
) -> (Vec<(Timestamp, Command)>, String, Vec<Event>) {
    let (mut run, most) = (0, most());
    let mut size = played.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        let mut shorter = false;
        while start < played.len() && run < most {
            let mut rest = played.clone();
            rest.drain(start..played.len().min(start + size));
            let again = replay(&rest, judge);
            run += again.script.len();
            if again.wrong.is_some() {
                rest.truncate(again.script.len());
                played = rest;
                shorter = true;
            } else {
                start += size;
            }
        }
        if size == 1 && !shorter || run >= most {
            break;
        }
        size = if size == 1 { 1 } else { size / 2 };
    }
    let last = replay(&played, judge);
    (last.script, last.wrong.unwrap_or_default(), last.told)
}

/// A run that was played again.
struct Again {
    /// Its commands, up to the one that went wrong.
    script: Vec<(Timestamp, Command)>,
    wrong: Option<String>,
    /// What the last command told.
    told: Vec<Event>,
}

fn replay<J: Judge>(played: &[Played], judge: &impl Fn() -> J) -> Again {
    let mut names = BTreeMap::new();
    let mut judge = judge();
    let mut script = Vec::new();
    for before in played {
        let command = renamed(&before.command, &names);
        script.push((before.at, command.clone()));
        match step(&mut judge, before.at, &command) {
            // Orders go under other numbers, now that commands before them are missing.
            Ok(events) => names.extend(before.accepted.iter().copied().zip(accepted(events))),
            Err(wrong) => return Again { script, wrong: Some(wrong), told: judge.events().to_vec() },
        }
    }
    Again { script, wrong: None, told: Vec::new() }
}

/// The command with the number that its order goes under now.
fn renamed(command: &Command, names: &BTreeMap<OrderId, OrderId>) -> Command {
    let unknown = OrderId::new(u64::MAX).expect("above zero");
    let name = |order| names.get(&order).copied().unwrap_or(unknown);
    match *command {
        Command::CancelOrder { account, order } => Command::CancelOrder { account, order: name(order) },
        Command::ReplaceOrder { account, order, price, quantity } => {
            Command::ReplaceOrder { account, order: name(order), price, quantity }
        }
        ref other => other.clone(),
    }
}
