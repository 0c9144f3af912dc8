//! Relay's cursor connections.
//!
//! <https://relay.dev/graphql/connections.htm>

mod cursor;
mod member_pages;

use std::sync::Arc;

use crate::filter::{ExerciseFilter, RecipeFilter, WorkoutFilter};

pub(crate) use cursor::{Cursor, TimeCursor, TitleCursor};
pub use cursor::{cursor_of, invalid_cursor};
pub(crate) use member_pages::MemberPages;

/// The arguments of a connection: at most `first` items after the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// The most items to return, 0 to 100.
    pub first: u8,
    /// A cursor from an earlier page; `None` for the first page.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items with their cursors.
    pub edges: Vec<Edge<T>>,
    /// The items alone.
    pub nodes: Vec<Arc<T>>,
    /// Where the page is in the list.
    pub page_info: PageInfo,
    /// The whole list, when its items can be counted.
    pub listed: Option<CountableList>,
}

/// A list of the catalogue whose items can be counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CountableList {
    /// The exercises that match a filter.
    Exercises(ExerciseFilter),
    /// The recipes that match a filter.
    Recipes(RecipeFilter),
    /// The workouts that match a filter.
    Workouts(WorkoutFilter),
}

/// An item and its cursor.
#[derive(Clone, Debug)]
pub struct Edge<T> {
    /// The opaque cursor of the item.
    pub cursor: String,
    /// The item.
    pub node: Arc<T>,
}

/// Relay's `PageInfo`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// Whether more items follow the page.
    pub has_next_page: bool,
    /// Whether items precede the page.
    pub has_previous_page: bool,
    /// The cursor of the first item.
    pub start_cursor: Option<String>,
    /// The cursor of the last item.
    pub end_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page of `rows`, of which up to one more than `first` was fetched to see whether more follow. A request with
    /// `after` has a previous page: at least the item of that cursor.
    pub fn of(rows: Vec<(String, Arc<T>)>, request: &PageRequest) -> Self {
        let first = usize::from(request.first);
        let has_next_page = rows.len() > first;
        let edges = rows
            .into_iter()
            .take(first)
            .map(|(cursor, node)| Edge { cursor, node });
        let edges: Vec<_> = edges.collect();
        Self {
            nodes: edges.iter().map(|edge| Arc::clone(&edge.node)).collect(),
            page_info: PageInfo {
                has_next_page,
                has_previous_page: request.after.is_some(),
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
            listed: None,
        }
    }

    /// The same page, with the list that its items are counted in.
    #[must_use]
    pub fn with_list(self, listed: CountableList) -> Self {
        Self {
            listed: Some(listed),
            ..self
        }
    }
}
