//! The arguments of connections, and pages of the catalogue.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use coach_domain::page::{Listed, Page, PageRequest, cursor_of, foreign};
use coach_execution::{Batch, MaybeUndefined};
use futures_util::future::try_join_all;

use crate::{Error, RequestContext, Resolvers, batch};

/// `first` and `after`; `@constraint` has bounded `first` to 0 to 100.
pub(crate) fn request(first: i32, after: &MaybeUndefined<String>) -> PageRequest {
    PageRequest {
        first: u8::try_from(first).unwrap_or(100),
        after: after.value().cloned(),
    }
}

/// The page of catalogue items that a search found, in its order.
pub(crate) fn of_items<K: Eq + Hash, T>(
    found: Vec<(String, K)>,
    items: &HashMap<K, Arc<T>>,
    request: &PageRequest,
) -> Page<T> {
    let rows = found
        .into_iter()
        .filter_map(|(cursor, id)| Some((cursor, Arc::clone(items.get(&id)?))));
    Page::of(rows.collect(), request)
}

/// The page of a list that is in memory whole; `list` names it in its cursors, and `key` tells its items apart.
pub(crate) fn of_all<T>(
    items: &[Arc<T>],
    list: &str,
    key: impl Fn(&T) -> uuid::Uuid,
    request: &PageRequest,
) -> coach_domain::Result<Page<T>> {
    let cursor = |item: &T| cursor_of(list, key(item));
    let start = match &request.after {
        None => 0,
        Some(after) => {
            let place = items.iter().position(|item| cursor(item) == *after);
            place.ok_or_else(foreign)? + 1
        }
    };
    let rows = items
        .iter()
        .skip(start)
        .take(usize::from(request.first) + 1);
    let rows = rows.map(|item| (cursor(item), Arc::clone(item)));
    Ok(Page::of(rows.collect(), request))
}

/// One count for each list that is asked about, whatever number of pages shows it.
impl batch::TotalCount for Resolvers {
    type Key = Option<Listed>;
    type Value = i32;

    async fn load(
        context: &RequestContext,
        lists: &[Option<Listed>],
    ) -> Result<Batch<Option<Listed>, i32>, Error> {
        let counts = lists.iter().filter_map(|list| {
            let listed = list.as_ref()?;
            Some(async move {
                let count = listed.count(context.session()).await?;
                Ok::<_, Error>((list.clone(), i32::try_from(count).unwrap_or(i32::MAX)))
            })
        });
        Ok(try_join_all(counts).await?.into_iter().collect())
    }
}
