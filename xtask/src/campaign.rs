//! `cargo xtask campaign`: the long runs behind `docs/RELIABILITY.md`: hours instead of the minutes of a test.
//!
//! Each prints how far it is, what repeats a failure, and at the end one line of figures for that page.

mod arguments;
mod fuzz;
mod mutants;
mod outcomes;
mod oracle;
mod storage;

use crate::failure::Outcome;
use crate::workspace::Workspace;

pub(crate) use arguments::{Campaign, Share, Stretch};

/// The build in which campaigns run: optimised, with assertions and overflow checks kept on.
const PROFILE: &str = "campaign";

/// Runs a campaign, and returns whether all is well.
pub(crate) fn campaign(workspace: &Workspace, campaign: &Campaign) -> Outcome<bool> {
    match campaign {
        Campaign::Oracle(stretch) => oracle::oracle(workspace, *stretch),
        Campaign::Fuzz(stretch) => fuzz::fuzz(workspace, *stretch),
        Campaign::Storage(share) => storage::storage(workspace, share),
        Campaign::Mutants(selection) => mutants::mutants(workspace, selection),
    }
}
