//! Arguments of connections, and pages of items in memory.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use coach_domain::{
    catalogue,
    page::{CountableList, Page, PageRequest, cursor_of, invalid_cursor},
};
use coach_execution::{Batch, MaybeUndefined};
use futures_util::future::try_join_all;

use crate::{Error, RequestContext, Resolvers, batch};

/// The page request of `first` and `after`. `@constraint` limits `first` to 0 to 100.
pub(crate) fn request(first: i32, after: &MaybeUndefined<String>) -> PageRequest {
    PageRequest {
        first: u8::try_from(first).unwrap_or(100),
        after: after.value().cloned(),
    }
}

/// The page of catalogue items that a search found, in the order of the search.
pub(crate) fn from_search<K: Eq + Hash, T>(
    found: Vec<(String, K)>,
    items: &HashMap<K, Arc<T>>,
    request: &PageRequest,
) -> Page<T> {
    let rows = found
        .into_iter()
        .filter_map(|(cursor, id)| Some((cursor, Arc::clone(items.get(&id)?))));
    Page::of(rows.collect(), request)
}

/// The page of a list that is entirely in memory. `list` identifies the list in its cursors, and `key` the items.
///
/// # Errors
///
/// When `after` is not a cursor of this list.
pub(crate) fn from_memory<T>(
    items: &[Arc<T>],
    list: &str,
    key: impl Fn(&T) -> uuid::Uuid,
    request: &PageRequest,
) -> coach_domain::Result<Page<T>> {
    let cursor = |item: &T| cursor_of(list, key(item));
    let start = match &request.after {
        None => 0,
        Some(after) => {
            let index = items.iter().position(|item| cursor(item) == *after);
            index.ok_or_else(invalid_cursor)? + 1
        }
    };
    let rows = items
        .iter()
        .skip(start)
        .take(usize::from(request.first) + 1);
    let rows = rows.map(|item| (cursor(item), Arc::clone(item)));
    Ok(Page::of(rows.collect(), request))
}

/// Counts each list once, regardless of the number of its pages in the operation.
impl batch::TotalCount for Resolvers {
    type Key = Option<CountableList>;
    type Value = i32;

    async fn load(
        context: &RequestContext,
        lists: &[Option<CountableList>],
    ) -> Result<Batch<Option<CountableList>, i32>, Error> {
        let counts = lists.iter().filter_map(|list| {
            let listed = list.as_ref()?;
            Some(async move {
                let count = catalogue::count(context.session(), listed).await?;
                Ok::<_, Error>((list.clone(), i32::try_from(count).unwrap_or(i32::MAX)))
            })
        });
        Ok(try_join_all(counts).await?.into_iter().collect())
    }
}
