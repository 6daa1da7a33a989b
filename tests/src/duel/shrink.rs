//! Shortens a run that shows a difference to one that still does.

use std::collections::BTreeMap;

use outcry_engine::{Command, Event, OrderId, Timestamp};

use super::{Duel, Played};
use crate::oracle::Fault;

/// Most runs spent on shortening.
const ATTEMPTS: u32 = 3_000;

/// Leaves commands out, large runs first, as long as any difference remains.
pub(super) fn shrink(mut played: Vec<Played>, fault: Fault) -> Vec<(Timestamp, Command)> {
    let mut attempts = 0;
    let mut size = played.len().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        let mut shorter = false;
        while start < played.len() && attempts < ATTEMPTS {
            attempts += 1;
            let rest: Vec<_> = played
                .iter()
                .enumerate()
                .filter(|(i, _)| !(start..start + size).contains(i))
                .map(|(_, p)| p.clone())
                .collect();
            match replay(&rest, fault) {
                Some(needed) => {
                    played = rest;
                    played.truncate(needed);
                    shorter = true;
                }
                None => start += size,
            }
        }
        if size == 1 && !shorter || attempts >= ATTEMPTS {
            break;
        }
        size = if size == 1 { 1 } else { size / 2 };
    }
    let mut names = BTreeMap::new();
    let mut duel = Duel::new(fault);
    let mut script = Vec::new();
    for step in &played {
        let command = renamed(&step.command, &names);
        if let Ok(events) = duel.step(step.at, &command) {
            rename(step, events, &mut names);
        }
        script.push((step.at, command));
    }
    script
}

/// After how many commands a difference shows, if one does.
fn replay(played: &[Played], fault: Fault) -> Option<usize> {
    let mut names = BTreeMap::new();
    let mut duel = Duel::new(fault);
    for (index, step) in played.iter().enumerate() {
        let command = renamed(&step.command, &names);
        match duel.step(step.at, &command) {
            Ok(events) => rename(step, events, &mut names),
            Err(_) => return Some(index + 1),
        }
    }
    None
}

/// Notes under which id an order goes, now that commands before it are missing.
fn rename(step: &Played, events: &[Event], names: &mut BTreeMap<OrderId, OrderId>) {
    let accepted = events.iter().find_map(|event| match event {
        Event::OrderAccepted { order, .. } => Some(*order),
        _ => None,
    });
    if let (Some(before), Some(now)) = (step.accepted, accepted) {
        names.insert(before, now);
    }
}

/// The command with the id that its order goes under now.
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
