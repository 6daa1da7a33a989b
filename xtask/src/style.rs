//! The rules of style that no other tool checks, as one pass over the text of the workspace.
//!
//! The sources follow rustfmt, so an item ends at the first line that closes with its own indentation;
//! this is how test modules are told apart without parsing Rust. Comments do not count as code.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Outcome};
use crate::workspace::Workspace;

/// The most lines a source file may have.
const LONGEST_FILE: usize = 600;
/// Folders that hold nothing of ours.
const FOREIGN: [&str; 5] = ["target", "dist", "node_modules", "vendor", ".git"];
/// Kinds of files that are source code.
const SOURCES: [&str; 4] = ["rs", "css", "js", "html"];
/// Kinds of files that are read at all.
const TEXTS: [&str; 11] = ["rs", "css", "js", "html", "md", "toml", "yml", "yaml", "json", "sh", "run"];
/// Marks of unfinished work. In pieces, so that this file does not hold them.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("XX", "X"),
];
/// What would make the engine differ between machines or runs.
const INDETERMINATE: [&str; 7] = ["f32", "f64", "std::time", "Instant", "SystemTime", "HashMap", "HashSet"];
/// First folders of absolute paths that exist on somebody's machine only.
const MACHINE_FOLDERS: [&str; 6] = ["home", "root", "Users", "work", "tmp", "private"];

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Offence {
    /// Counted from 1.
    line: usize,
    rule: String,
}

/// Fails with one line for each breach of a rule in the workspace.
pub(crate) fn check(workspace: &Workspace) -> Outcome<()> {
    let mut files = Vec::new();
    collect(workspace.root(), &mut files)?;
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).context(|| file.display().to_string())?;
        let path = file.strip_prefix(workspace.root()).unwrap_or(&file);
        let found = offences(path, &text);
        lines.extend(
            found.into_iter().map(|Offence { line, rule }| format!("{}:{line}: {rule}", path.display())),
        );
    }
    if lines.is_empty() {
        Ok(())
    } else {
        Err(format!("{} breaches of style\n{}", lines.len(), lines.join("\n")).into())
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder).context(|| folder.display().to_string())? {
        let entry = entry.context(|| folder.display().to_string())?;
        let kind = entry.file_type().context(|| entry.path().display().to_string())?;
        let path = entry.path();
        if kind.is_dir() && !FOREIGN.iter().any(|name| entry.file_name() == *name) {
            collect(&path, files)?;
        } else if kind.is_file() && is_one_of(&path, &TEXTS) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_one_of(path: &Path, extensions: &[&str]) -> bool {
    let name = path.extension().or(path.file_name());
    name.is_some_and(|name| extensions.iter().any(|extension| name == *extension))
}

/// Every breach in one file; `path` is relative to the workspace.
fn offences(path: &Path, text: &str) -> Vec<Offence> {
    let mut found = Vec::new();
    let mut breach = |line: usize, rule: String| found.push(Offence { line, rule });
    if is_one_of(path, &SOURCES) && text.lines().count() > LONGEST_FILE {
        breach(LONGEST_FILE + 1, format!("a file has at most {LONGEST_FILE} lines"));
    }
    for (index, line) in text.lines().enumerate() {
        if names_machine_folder(line) {
            breach(index + 1, "an absolute path of one machine".to_owned());
        }
        if is_one_of(path, &SOURCES) {
            for mark in UNFINISHED.iter().filter(|mark| has_word(line, mark)) {
                breach(index + 1, format!("unfinished work: {mark}"));
            }
        }
    }
    if is_one_of(path, &["rs"]) {
        rust_offences(path, text, &mut breach);
    }
    found
}

fn rust_offences(path: &Path, text: &str, breach: &mut impl FnMut(usize, String)) {
    if !text.trim_start().starts_with("//!") {
        breach(1, "a file opens with what it is (//!)".to_owned());
    }
    let in_engine = path.starts_with("engine/src");
    let in_proof = path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs");
    for (number, line, of_test) in code(text) {
        if has_word(line, concat!("#[ig", "nore")) {
            breach(number, "no ignored tests".to_owned());
        }
        if of_test || in_proof {
            continue;
        }
        if line.contains(concat!(".unw", "rap()")) {
            breach(
                number,
                concat!("no unw", "rap() outside tests: return an error, or expect() with the reason")
                    .to_owned(),
            );
        }
        // What takes floats only to refuse them must name them.
        let refuses = line.contains("fn serialize_f");
        for name in INDETERMINATE.iter().filter(|name| in_engine && !refuses && has_word(line, name)) {
            breach(number, format!("{name} in the engine, which must be the same on every machine"));
        }
    }
}

/// The lines of code of a Rust file: number, text without its comment, and whether they are for tests only.
fn code(text: &str) -> Vec<(usize, &str, bool)> {
    let mut lines = Vec::new();
    // The indentation of the test item that is open.
    let mut open: Option<usize> = None;
    let mut announced = false;
    for (index, line) in text.lines().enumerate() {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        let trimmed = code.trim();
        let indentation = line.len() - line.trim_start().len();
        let of_test = open.is_some() || announced;
        if let Some(outer) = open {
            if indentation == outer && trimmed.starts_with('}') {
                open = None;
            }
        } else if trimmed.starts_with("#[cfg(") && has_word(trimmed, "test") && !trimmed.contains("not(test")
        {
            announced = true;
        } else if announced && !trimmed.is_empty() && !trimmed.starts_with("#[") {
            announced = false;
            open = (!trimmed.ends_with(';') && !trimmed.ends_with('}')).then_some(indentation);
        }
        lines.push((index + 1, code, of_test || announced || open.is_some()));
    }
    lines
}

/// Whether `word` occurs in `line` with no letter, digit or underscore beside it.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !before.is_some_and(joins) && !after.is_some_and(joins)
    })
}

/// Whether an absolute path into one of [`MACHINE_FOLDERS`] begins somewhere in `line`.
fn names_machine_folder(line: &str) -> bool {
    MACHINE_FOLDERS.iter().any(|folder| {
        let start_of_path = format!("/{folder}/");
        line.match_indices(&start_of_path).any(|(start, _)| {
            let before = line[..start].chars().next_back();
            before.is_none_or(|c| !c.is_alphanumeric() && !"_-.*/}<>$~".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules broken by `text` at `path`, as `line: rule`.
    fn broken(path: &str, text: &str) -> Vec<String> {
        let found = offences(Path::new(path), text);
        found.into_iter().map(|Offence { line, rule }| format!("{line}: {rule}")).collect()
    }

    /// Each planted offence is found, at its line.
    #[test]
    fn planted_offences_are_found() {
        let unwrap = concat!("//! Book.\nfn best() {\n    level", ".unw", "rap();\n}\n");
        let table = [
            ("engine/src/book.rs", unwrap.to_owned(), "3: no unw"),
            ("engine/src/book.rs", "//! Book.\nlet price: f64 = 1.0;\n".to_owned(), "2: f64 in the engine"),
            ("engine/src/book.rs", "//! Book.\nuse std::collections::HashMap;\n".to_owned(), "2: HashMap in"),
            ("engine/src/book.rs", "//! Book.\nuse std::time::Duration;\n".to_owned(), "2: std::time in"),
            ("engine/src/book.rs", "struct Book;\n".to_owned(), "1: a file opens with"),
            ("web/page.css", format!("/* {} */\n", UNFINISHED[0]), "1: unfinished work"),
            ("api/src/lib.rs", format!("//! Api.\n{}()\n", UNFINISHED[2]), "2: unfinished work"),
            ("tests/tests/a.rs", concat!("//! A.\n#[ig", "nore]\n").to_owned(), "2: no ignored tests"),
            ("docs/a.md", format!("see `/{}/someone/x`\n", MACHINE_FOLDERS[0]), "1: an absolute path"),
            ("web/src/lib.rs", format!("//! Page.\n{}", "\n".repeat(600)), "601: a file has at most"),
        ];
        for (path, text, expected) in table {
            let found = broken(path, &text);
            assert_eq!(found.len(), 1, "{path}: {found:?}");
            assert!(found[0].starts_with(expected), "{path}: {found:?}");
        }
    }

    #[test]
    fn tests_comments_and_other_crates_are_free() {
        let tests = concat!(
            "//! Book, without HashMap and f64.\n#[cfg(test)]\nmod tests {\n    fn a() {\n        b",
            ".unw",
            "rap();\n    }\n}\n"
        );
        assert_eq!(broken("engine/src/book.rs", tests), Vec::<String>::new());
        assert_eq!(broken("tests/tests/a.rs", &tests.replace("#[cfg(test)]\n", "")), Vec::<String>::new());
        assert_eq!(broken("web/src/chart.rs", "//! Chart.\nlet x: f64 = 1.0;\n"), Vec::<String>::new());
        assert_eq!(
            broken("docs/a.md", "GET /api/work/1, ./target/tmp/x and https://a.b/work/c\n"),
            Vec::<String>::new()
        );
    }

    /// Code after a test item is checked again.
    #[test]
    fn a_test_item_ends_where_it_closes() {
        let unwrap = concat!("    b", ".unw", "rap();\n");
        for item in [
            "#[cfg(test)]\nmod tests;\n",
            "#[cfg(test)]\nfn a() {\n    c();\n}\n",
            "#[cfg(test)]\n#[path = \"a\"]\nmod a {}\n",
        ] {
            let text = format!("//! Book.\n{item}fn b() {{\n{unwrap}}}\n");
            assert_eq!(broken("api/src/book.rs", &text).len(), 1, "{item}");
        }
    }

    /// The workspace itself.
    #[test]
    fn the_workspace_keeps_its_style() {
        let workspace = Workspace::locate().unwrap();
        if let Err(failure) = check(&workspace) {
            panic!("{failure}");
        }
    }
}
