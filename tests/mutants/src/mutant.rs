//! The mutants that cargo-mutants lists: where each is, and what it puts there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// A place in a file: line and column, both from 1, in characters.
pub(crate) type Place = (usize, usize);

/// The sort of a change, as cargo-mutants names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Genre {
    /// A function answers something at once.
    FnValue,
    /// Another operator between two operands.
    BinaryOperator,
    /// An operator before its operand is left out.
    UnaryOperator,
    /// An arm of a match is left out.
    MatchArm,
    /// The condition of an arm is always or never met.
    MatchArmGuard,
    /// A field is taken from the base of a struct expression.
    StructField,
}

/// One bug.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// Its number among all of the part.
    pub(crate) id: u32,
    /// As cargo-mutants prints it.
    pub(crate) name: String,
    /// The file, from the root of the project.
    pub(crate) file: String,
    pub(crate) genre: Genre,
    /// The text that is put in.
    pub(crate) replacement: String,
    /// Where the changed text begins.
    pub(crate) start: Place,
}

/// Reads what `cargo mutants --list --json` printed.
pub(crate) fn read(path: &Path) -> Result<Vec<Mutant>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let list: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let list = list.as_array().ok_or("the list is no list")?;
    (0..).zip(list).map(|(id, value)| mutant(id, value).ok_or(format!("not understood: {value}"))).collect()
}

fn mutant(id: u32, value: &Value) -> Option<Mutant> {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    let start = &value["span"]["start"];
    let number = |name: &str| start[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let genre = match value["genre"].as_str()? {
        "FnValue" => Genre::FnValue,
        "BinaryOperator" => Genre::BinaryOperator,
        "UnaryOperator" => Genre::UnaryOperator,
        "MatchArm" => Genre::MatchArm,
        "MatchArmGuard" => Genre::MatchArmGuard,
        "StructField" => Genre::StructField,
        _ => return None,
    };
    Some(Mutant {
        id,
        name: text("name")?,
        file: text("file")?,
        genre,
        replacement: text("replacement")?,
        start: (number("line")?, number("column")?),
    })
}

/// The mutants of each file.
pub(crate) fn by_file(mutants: &[Mutant]) -> BTreeMap<&str, Vec<&Mutant>> {
    let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        files.entry(&mutant.file).or_default().push(mutant);
    }
    files
}
