//! The tables of `docs/rules/rejects.md`, read.

const TEXT: &str = include_str!("../../../docs/rules/rejects.md");

/// A table with a name for each row and each column.
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

/// The codes in the order of checks.
pub(crate) fn codes() -> Vec<String> {
    let quoted =
        |(name, _): (String, Vec<String>)| name.strip_prefix('`')?.strip_suffix('`').map(str::to_owned);
    table("The order of checks").rows.into_iter().filter_map(quoted).collect()
}

/// The table of terms that go together or not.
pub(crate) fn combinations() -> Table {
    table("Wrong combinations")
}

/// The table of what each phase takes.
pub(crate) fn phases() -> Table {
    table("Phases")
}

fn table(heading: &str) -> Table {
    let section = TEXT.split(&format!("## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let mut lines = section.lines().filter(|line| line.starts_with('|')).map(cells);
    let columns = lines.next().unwrap().1;
    lines.next();
    Table { columns, rows: lines.collect() }
}

/// The first cell of a line without its stars, and the others.
fn cells(line: &str) -> (String, Vec<String>) {
    let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
    let name = cells.next().unwrap();
    (
        name.strip_prefix("**").and_then(|name| name.strip_suffix("**")).unwrap_or(&name).to_owned(),
        cells.collect(),
    )
}
