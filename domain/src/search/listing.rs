//! The statement behind each list of the catalogue.

use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::words;
use crate::{
    Result, database,
    page::{Cursor as _, PageRequest, TitleCursor},
};

/// A list of rows that are not archived, ordered by title. Its SQL depends only on which conditions are present, so
/// each combination is one prepared statement.
pub(crate) struct Listing {
    table: &'static str,
    title: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    by_text: bool,
    /// Whether no row can match.
    is_empty: bool,
}

impl Listing {
    /// All rows of `table`, ordered by the column `title`.
    pub(crate) fn new(table: &'static str, title: &'static str) -> Self {
        Self {
            table,
            title,
            conditions: vec!["archived_at IS NULL".to_owned()],
            values: Vec::new(),
            by_text: false,
            is_empty: false,
        }
    }

    fn parameter(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Restricts the list to rows with words that begin with the words of the text, for each of them. A text without
    /// words matches nothing. `None` does not restrict.
    pub(crate) fn text(mut self, text: Option<&str>) -> Self {
        match text.map(words::query) {
            Some(Some(query)) => {
                let query = self.parameter(query);
                let condition = format!("search @@ {query}::text::tsquery");
                self.conditions.push(condition);
                self.by_text = true;
            }
            Some(None) => self.is_empty = true,
            None => {}
        }
        self
    }

    /// Restricts the list by a condition. `condition` is an expression that ends with an operator, and `value` becomes
    /// its right operand. `None` does not restrict.
    pub(crate) fn only(mut self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            let value = self.parameter(value);
            self.conditions.push(format!("{condition} {value}"));
        }
        self
    }

    /// The rows of a page with their cursors, and one more when more follow.
    pub(crate) async fn rows(
        mut self,
        db: &impl ConnectionTrait,
        page: &PageRequest,
    ) -> Result<Vec<(String, Uuid)>> {
        let after = TitleCursor::from_request(page, self.table)?.unwrap_or_default();
        if self.is_empty {
            return Ok(Vec::new());
        }
        let (title, id) = (self.parameter(after.title), self.parameter(after.id));
        let order = format!(r#"{} COLLATE "C", id"#, self.title);
        self.conditions.push(format!("({order}) > ({title}, {id})"));
        let limit = self.parameter(i64::from(page.first) + 1);
        let statement =
            database::statement(self.sql(&order, &limit), std::mem::take(&mut self.values));
        let rows = db.query_all_raw(statement).await?;
        let table = self.table;
        rows.iter()
            .map(|row| {
                let (title, id) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                Ok((TitleCursor { title, id }.encode(table), id))
            })
            .collect()
    }

    /// The number of all rows.
    pub(crate) async fn count(self, db: &impl ConnectionTrait) -> Result<i64> {
        if self.is_empty {
            return Ok(0);
        }
        let Self {
            table,
            conditions,
            values,
            ..
        } = self;
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE {}",
            conditions.join(" AND ")
        );
        let row = db.query_one_raw(database::statement(sql, values)).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    /// A text search is forced to use its index, and the hits are sorted afterwards: the planner, which does not know
    /// how rare the words are, may otherwise scan the whole table in the order of the titles.
    fn sql(&self, order: &str, limit: &str) -> String {
        let Self { table, title, .. } = self;
        let conditions = self.conditions.join(" AND ");
        let matching = format!("SELECT {title}, id FROM {table} WHERE {conditions}");
        if self.by_text {
            format!(
                "WITH hit AS MATERIALIZED ({matching}) SELECT {title}, id FROM hit ORDER BY {order} LIMIT {limit}"
            )
        } else {
            format!("{matching} ORDER BY {order} LIMIT {limit}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Listing;

    #[test]
    fn conditions_that_are_absent_leave_no_trace() {
        let listing = Listing::new("recipe", "title")
            .text(None)
            .only("minutes <=", None::<i32>);
        let sql = listing.sql(r#"title COLLATE "C", id"#, "$1");
        assert_eq!(
            sql,
            r#"SELECT title, id FROM recipe WHERE archived_at IS NULL ORDER BY title COLLATE "C", id LIMIT $1"#
        );
    }

    #[test]
    fn text_search_precedes_sorting() {
        let listing = Listing::new("recipe", "title")
            .text(Some("rice"))
            .only("minutes <=", Some(20));
        let sql = listing.sql(r#"title COLLATE "C", id"#, "$3");
        assert_eq!(
            sql,
            "WITH hit AS MATERIALIZED (SELECT title, id FROM recipe WHERE archived_at IS NULL \
             AND search @@ $1::text::tsquery AND minutes <= $2) SELECT title, id FROM hit \
             ORDER BY title COLLATE \"C\", id LIMIT $3"
        );
    }
}
