//! Markdown tables.

use std::iter::repeat;

/// A table whose first column is text and whose other columns are numbers.
pub(crate) struct Table {
    columns: usize,
    lines: Vec<String>,
}

impl Table {
    /// A table without rows. The heads of the columns are separated by `|`.
    pub(crate) fn new(heads: &str) -> Self {
        let heads = heads.split('|').map(|head| head.trim().to_owned());
        let columns = heads.clone().count();
        let rules = ["---"].into_iter().chain(repeat("---:")).map(str::to_owned);
        Self {
            columns,
            lines: vec![line(columns, heads), line(columns, rules)],
        }
    }

    /// Adds a row; missing cells are empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.lines.push(line(self.columns, cells));
    }

    /// The Markdown text, which ends with a line break.
    pub(crate) fn markdown(&self) -> String {
        self.lines.concat()
    }
}

fn line(columns: usize, cells: impl IntoIterator<Item = String>) -> String {
    let cells = cells.into_iter().chain(repeat(String::new()));
    let cells = cells.take(columns).map(|cell| cell.replace('|', "\\|"));
    format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new("what | much");
        table.row(["a | b", "1"].map(str::to_owned));
        table.row(["c"].map(str::to_owned));
        let wanted = "| what | much |\n| --- | ---: |\n| a \\| b | 1 |\n| c |  |\n";
        assert_eq!(table.markdown(), wanted);
    }
}
