//! What a first visit to the page transfers, file by file, and the budget it must stay within.

use std::fmt::Write;

use crate::failure::{Failure, Outcome};

/// The most that all files of the page may weigh together, compressed with Brotli, in bytes.
pub(crate) const BUDGET: u64 = 560_000;

/// A file of the delivered page with its sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asset {
    path: String,
    plain: u64,
    brotli: u64,
    gzip: u64,
}

/// Every file of the delivered page. A first visit is counted as loading all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    assets: Vec<Asset>,
}

impl Page {
    /// Reads the lines that `precompress.js` prints: path, size, Brotli size, gzip size, tabs between.
    pub(crate) fn parse(listing: &str) -> Outcome<Self> {
        let assets = listing.lines().map(parse_line).collect::<Outcome<Vec<_>>>()?;
        if assets.is_empty() {
            return Err("the page was built without any file".into());
        }
        Ok(Self { assets })
    }

    /// The bytes of all files, compressed with Brotli.
    pub(crate) fn transfer(&self) -> u64 {
        self.assets.iter().map(|asset| asset.brotli).sum()
    }

    /// A table of all files with their sum, largest first, in kB of 1000 bytes.
    pub(crate) fn table(&self) -> String {
        let mut assets: Vec<&Asset> = self.assets.iter().collect();
        assets.sort_by_key(|asset| std::cmp::Reverse(asset.brotli));
        let width = assets.iter().map(|asset| asset.path.len()).max().unwrap_or(0).max("in all".len());
        let mut table =
            format!("    {:width$}  {:>9}  {:>9}  {:>9}\n", "file (kB)", "plain", "brotli", "gzip");
        for asset in &assets {
            row(&mut table, width, &asset.path, [asset.plain, asset.brotli, asset.gzip]);
        }
        let sum = |size: fn(&Asset) -> u64| self.assets.iter().map(size).sum::<u64>();
        row(&mut table, width, "in all", [sum(|a| a.plain), sum(|a| a.brotli), sum(|a| a.gzip)]);
        table
    }

    /// Fails when the page is heavier than `budget` bytes.
    pub(crate) fn check(&self, budget: u64) -> Outcome<()> {
        let transfer = self.transfer();
        if transfer <= budget {
            return Ok(());
        }
        Err(format!(
            "the page transfers {} kB, {} kB over its budget of {} kB",
            kilobytes(transfer),
            kilobytes(transfer - budget),
            kilobytes(budget)
        )
        .into())
    }
}

fn parse_line(line: &str) -> Outcome<Asset> {
    let unreadable = || Failure::from(format!("not a line about a file of the page: {line:?}"));
    let mut fields = line.split('\t');
    let path = fields.next().filter(|path| !path.is_empty()).ok_or_else(unreadable)?.to_owned();
    let mut size = || fields.next().and_then(|field| field.parse().ok()).ok_or_else(unreadable);
    Ok(Asset { path, plain: size()?, brotli: size()?, gzip: size()? })
}

fn row(table: &mut String, width: usize, name: &str, sizes: [u64; 3]) {
    let [plain, brotli, gzip] = sizes.map(kilobytes);
    // Writing into a string cannot fail.
    let _ = writeln!(table, "    {name:width$}  {plain:>9}  {brotli:>9}  {gzip:>9}");
}

/// Bytes as kB with one decimal, rounded up so that no file weighs nothing.
fn kilobytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "index.html\t1500\t600\t700\napp.wasm\t900000\t200050\t250000\n";

    #[test]
    fn the_table_lists_the_heaviest_first_and_sums_up() {
        let table = Page::parse(LISTING).unwrap().table();
        let expected = "    \
    file (kB)       plain     brotli       gzip
    app.wasm        900.0      200.1      250.0
    index.html        1.5        0.6        0.7
    in all          901.5      200.7      250.7
";
        assert_eq!(table, expected);
    }

    #[test]
    fn a_page_over_its_budget_is_refused() {
        let page = Page::parse(LISTING).unwrap();
        assert_eq!(page.transfer(), 200_650);
        assert_eq!(page.check(200_650), Ok(()));
        let refusal = page.check(200_000).unwrap_err().to_string();
        assert_eq!(refusal, "the page transfers 200.7 kB, 0.7 kB over its budget of 200.0 kB");
    }

    #[test]
    fn a_listing_that_is_cut_or_empty_is_refused() {
        assert!(Page::parse("").is_err());
        assert!(Page::parse("index.html\t1500\t600\n").is_err());
    }
}
