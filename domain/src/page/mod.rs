//! Relay's cursor connections.
//!
//! <https://relay.dev/graphql/connections.htm>

mod cursor;
mod member_pages;

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use crate::{Result, exercise::ExerciseFilter, recipe::RecipeFilter, workout::WorkoutFilter};

pub(crate) use cursor::{Cursor, TimeCursor, TitleCursor};
pub use cursor::{cursor_of, foreign};
pub(crate) use member_pages::MemberPages;

/// What is asked for: at most `first` items after the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// 0 to 100.
    pub first: u8,
    /// The cursor that came with an earlier page.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items with their cursors.
    pub edges: Vec<Edge<T>>,
    /// The items alone.
    pub nodes: Vec<Arc<T>>,
    /// Where the page stands.
    pub page_info: PageInfo,
    /// What its list holds, where that can be counted.
    pub listed: Option<Listed>,
}

/// A list of the catalogue, to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Listed {
    /// Exercises.
    Exercises(ExerciseFilter),
    /// Recipes.
    Recipes(RecipeFilter),
    /// Workouts.
    Workouts(WorkoutFilter),
}

impl Listed {
    /// How many items there are in all.
    pub async fn count(&self, db: &impl ConnectionTrait) -> Result<i64> {
        match self {
            Self::Exercises(filter) => filter.listing().count(db).await,
            Self::Recipes(filter) => filter.listing().count(db).await,
            Self::Workouts(filter) => filter.listing().count(db).await,
        }
    }
}

/// An item and its cursor.
#[derive(Clone, Debug)]
pub struct Edge<T> {
    /// Opaque.
    pub cursor: String,
    /// The item.
    pub node: Arc<T>,
}

/// Where a page stands among all items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageInfo {
    /// Whether more items follow.
    pub has_next_page: bool,
    /// Whether items come before.
    pub has_previous_page: bool,
    /// Of the first item.
    pub start_cursor: Option<String>,
    /// Of the last item.
    pub end_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page of `rows`, of which one more than `first` was fetched to see
    /// whether more follow; the item of `after` comes before.
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

    /// The same, of a list that can be counted.
    #[must_use]
    pub fn of_list(self, listed: Listed) -> Self {
        Self {
            listed: Some(listed),
            ..self
        }
    }
}
