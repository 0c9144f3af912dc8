//! The one statement behind each list of the catalogue.

use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::words;
use crate::{
    Result, database,
    page::{Cursor as _, PageRequest, TitleCursor},
};

/// A list of what is not archived, in the order of a title. Its text depends
/// only on which conditions there are, so each combination is one prepared
/// statement.
pub(crate) struct Listing {
    table: &'static str,
    title: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
    by_text: bool,
    /// Whether nothing can match.
    is_empty: bool,
}

impl Listing {
    /// All rows of `table`, by the column `title`.
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

    /// Those whose words begin with all words of the text; none for a text without
    /// words. `None` does not restrict.
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

    /// Those for which `condition` holds, an expression that ends with an
    /// operator, whose right side is the value. `None` does not restrict.
    pub(crate) fn only(mut self, condition: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            let value = self.parameter(value);
            self.conditions.push(format!("{condition} {value}"));
        }
        self
    }

    /// The page's rows and one more where more follow, each with its cursor.
    pub(crate) async fn rows(
        mut self,
        db: &impl ConnectionTrait,
        page: &PageRequest,
    ) -> Result<Vec<(String, Uuid)>> {
        let after = TitleCursor::of_request(page, self.table)?.unwrap_or_default();
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

    /// How many rows there are in all.
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

    /// Text is found by its own index and the hits are sorted: left to itself the
    /// planner, which cannot know how rare the words are, may walk the whole
    /// table in order, looking for them.
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
    fn text_is_found_before_it_is_sorted() {
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
