//! What became of mutants: the lists that cargo-mutants leaves, and the survivors that are explained.
//!
//! A mutant is a line `engine/src/units.rs:120:9: replace Price::ticks -> i64 with 0`. Explanations leave out the place
//! in the file, which moves with every edit.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::failure::{Context, Outcome};

/// Of a thousand viable mutants, the least that must be caught.
const BAR: usize = 950;

/// What became of each mutant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    caught: Vec<String>,
    missed: Vec<String>,
    /// The tests did not end: a loop without end, which somebody would notice.
    timeouts: Vec<String>,
    /// Did not compile: no bug that could be made.
    unviable: Vec<String>,
    /// Stand in constants or behind `impl`, and cannot be switched.
    untried: Vec<String>,
}

impl Outcomes {
    /// Reads the lists in a folder `mutants.out`; no folder is no mutants.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        Ok(Self {
            caught: list(&folder.join("caught.txt"))?,
            missed: list(&folder.join("missed.txt"))?,
            timeouts: list(&folder.join("timeout.txt"))?,
            unviable: list(&folder.join("unviable.txt"))?,
            untried: list(&folder.join("untried.txt"))?,
        })
    }

    /// Both together.
    pub(super) fn add(&mut self, other: Self) {
        self.caught.extend(other.caught);
        self.missed.extend(other.missed);
        self.timeouts.extend(other.timeouts);
        self.unviable.extend(other.unviable);
        self.untried.extend(other.untried);
    }

    /// Whether no mutant was tried.
    pub(super) fn is_empty(&self) -> bool {
        self.viable() + self.unviable.len() + self.untried.len() == 0
    }

    /// The mutants that no test noticed.
    pub(super) fn survivors(&self) -> impl Iterator<Item = &str> {
        self.missed.iter().map(String::as_str)
    }

    fn noticed(&self) -> usize {
        self.caught.len() + self.timeouts.len()
    }

    fn viable(&self) -> usize {
        self.noticed() + self.missed.len()
    }

    /// Whether enough of those that could be made were noticed.
    pub(super) fn meet_the_bar(&self) -> bool {
        self.noticed() * 1_000 >= self.viable() * BAR
    }

    /// One line of figures.
    pub(super) fn summary(&self, unexplained: usize) -> String {
        let Self { caught, missed, timeouts, unviable, untried } = self;
        // Rounded down, so that 95.0 % is at least that.
        let tenths = (self.noticed() * 1_000).checked_div(self.viable()).unwrap_or(1_000);
        format!(
            "mutants: {} viable, {} caught, {} by a timeout, {} missed ({unexplained} unexplained): {}.{} % noticed; {} \
             do not compile, {} cannot be switched",
            self.viable(),
            caught.len(),
            timeouts.len(),
            missed.len(),
            tenths / 10,
            tenths % 10,
            unviable.len(),
            untried.len(),
        )
    }
}

fn list(path: &Path) -> Outcome<Vec<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).context(|| path.display().to_string()),
    }
}

/// The survivors that are explained: a Markdown table with the mutant in the first column and why in the second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Explained(BTreeSet<String>);

impl Explained {
    /// Reads the rows ``| `mutant` | reason |``.
    pub(super) fn parse(text: &str) -> Self {
        let row = |line: &str| {
            let (mutant, rest) = line.strip_prefix("| `")?.split_once("` |")?;
            let reason = rest.trim().strip_suffix('|')?.trim();
            // A bar inside a table is written `\|`.
            (!reason.is_empty()).then(|| mutant.replace("\\|", "|"))
        };
        Self(text.lines().filter_map(row).collect())
    }

    /// Whether a line of a list is among them.
    pub(super) fn has(&self, mutant: &str) -> bool {
        self.0.contains(&without_place(mutant))
    }

    /// How many.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// `path:line:column: what` without line and column.
fn without_place(mutant: &str) -> String {
    let mut parts = mutant.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(path), Some(_), Some(_), Some(what)) => format!("{path}:{what}"),
        _ => mutant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutants(count: usize) -> Vec<String> {
        vec!["engine/src/a.rs:1:2: replace f -> u8 with 0".to_owned(); count]
    }

    #[test]
    fn the_bar_is_nineteen_of_twenty() {
        let outcomes = |caught, timeouts, missed| Outcomes {
            caught: mutants(caught),
            timeouts: mutants(timeouts),
            missed: mutants(missed),
            unviable: mutants(3),
            untried: mutants(2),
        };
        assert!(outcomes(18, 1, 1).meet_the_bar());
        assert!(!outcomes(18, 0, 1).meet_the_bar());
        assert!(outcomes(0, 0, 0).meet_the_bar());
        assert_eq!(
            outcomes(18, 1, 1).summary(0),
            "mutants: 20 viable, 18 caught, 1 by a timeout, 1 missed (0 unexplained): 95.0 % noticed; 3 do not compile, 2 cannot be \
             switched"
        );
    }

    #[test]
    fn an_explanation_holds_wherever_the_mutant_moves() {
        let page = "# Survivors\n| mutant | why |\n|---|---|\n\
                    | `engine/src/a.rs: replace \\| with ^ in f` | no bit is set twice |\n| `engine/src/b.rs: no reason` | |\n";
        let explained = Explained::parse(page);
        assert_eq!(explained.len(), 1);
        assert!(explained.has("engine/src/a.rs:7:12: replace | with ^ in f"));
        assert!(!explained.has("engine/src/a.rs:7:12: replace | with ^ in g"));
        assert!(!explained.has("engine/src/b.rs:7:12: no reason"));
    }
}
