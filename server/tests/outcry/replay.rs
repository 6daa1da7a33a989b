//! `outcry replay`: recorded market data, its figures and its mistakes.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Ran, outcry};

/// A pair of files of the data folder, or `None`, with a line, where it is absent.
fn recorded(stem: &str, levels: u32) -> Option<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/lobster");
    let file = |kind: &str| folder.join(format!("{stem}_2012-06-21_34200000_57600000_{kind}_{levels}.csv"));
    let (messages, book) = (file("message"), file("orderbook"));
    if !messages.is_file() || !book.is_file() {
        println!("skipped: there is no {}", messages.display());
        return None;
    }
    Some((text(&messages), text(&book)))
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.output).unwrap_or_else(|_| panic!("{}{}", ran.output, ran.errors))
}

#[test]
fn recorded_books_agree_on_every_row() {
    for (stem, levels, rows) in [("AAPL", 10, 999), ("AMZN", 1, 57_515)] {
        let Some((messages, book)) = recorded(stem, levels) else { return };
        let ran =
            outcry(&["replay", "--lobster", &messages, &book, "--levels", &levels.to_string(), "--json"], "");
        let found = json(&ran);
        assert_eq!((found["rows"].as_u64(), found["compared"].as_u64()), (Some(rows), Some(rows)));
        assert_eq!((found["differing"].as_u64(), found["good"].as_bool()), (Some(0), Some(true)));
        assert_eq!(found["symbol"], stem);
        assert_eq!(ran.code, 0);
    }
}

#[test]
fn rematched_aggressors_are_those_of_the_file_but_for_a_few() {
    let Some((messages, book)) = recorded("AMZN", 1) else { return };
    let ran = outcry(&["replay", "--lobster", &messages, &book, "--levels", "1", "--rematch", "--json"], "");
    let found = json(&ran);
    let count = |outcome: &str| found["aggressors"][outcome].as_u64().unwrap();
    assert!(count("equal") > 3_000);
    assert!(count("equal") * 10_000 / (count("equal") + count("different")) >= 9_970, "{found}");
    assert_eq!(ran.code, 0);
}

/// Two bids and an ask, an execution and a cancel: small enough to be read.
const MESSAGES: &str = "34200.1,1,11,100,1000000,1
34200.2,1,12,50,999900,1
34200.3,4,11,40,1000000,1
34200.4,3,12,50,999900,1
";
const BOOK: &str = "1000500,10,1000000,100,9999999999,0,-9999999999,0
1000500,10,1000000,100,9999999999,0,999900,50
1000500,10,1000000,60,9999999999,0,999900,50
1000500,10,1000000,60,9999999999,0,-9999999999,0
";

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(messages: &str, book: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("messages.csv"), messages).unwrap();
        std::fs::write(folder.path().join("book.csv"), book).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn replay(&self, more: &[&str]) -> Ran {
        let (messages, book) = (text(&self.path("messages.csv")), text(&self.path("book.csv")));
        outcry(&[&["replay", "--lobster", &messages, &book], more].concat(), "")
    }
}

#[test]
fn a_row_that_differs_is_told_and_ends_with_code_1() {
    let good = Files::new(MESSAGES, BOOK).replay(&["--levels", "2"]);
    assert_eq!(good.code, 0, "{}{}", good.output, good.errors);
    assert!(good.output.contains("rows          4, 4 compared, 0 differing"), "{}", good.output);

    // Planted: the third row of the book file has 61 where 60 are left.
    let ran = Files::new(
        MESSAGES,
        &BOOK.replace("1000000,60,9999999999,0,999900", "1000000,61,9999999999,0,999900"),
    )
    .replay(&["--levels", "2"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.output.contains("row 3, bid 1: 61 x 100.0000 in the file, 60 x 100.0000 on the exchange"),
        "{}",
        ran.output
    );
    assert!(ran.output.ends_with("NOT GOOD\n"), "{}", ran.output);
}

#[test]
fn files_that_are_no_pair() {
    let check = |messages: &str, book: &str, more: &[&str], expected: &str| {
        let ran = Files::new(messages, book).replay(more);
        assert_eq!(ran.code, 2, "{}", ran.output);
        assert!(ran.errors.starts_with("outcry: ") && ran.errors.contains(expected), "{}", ran.errors);
    };
    check(MESSAGES, BOOK, &[], "give --levels");
    check("", "", &["--levels", "2"], "empty");
    check(MESSAGES, &BOOK[..60], &["--levels", "2"], "row 2");
    check(&MESSAGES[..27], BOOK, &["--levels", "2"], "4: they must have as many");
    check(&MESSAGES.replace(",3,12", ",9,12"), BOOK, &["--levels", "2"], "row 4, column 2");
    let ran = outcry(&["replay", "--lobster", "absent.csv", "absent.csv", "--levels", "2"], "");
    assert_eq!((ran.code, ran.errors.contains("cannot read absent.csv")), (2, true), "{}", ran.errors);
    assert_eq!(outcry(&["replay", "--lobster", "one.csv"], "").code, 2);
}
