//! The entries of batch calls, and their results. The id of an entry is its index.

use coach_domain::queue::{Error, Result};

/// Makes the entries of a batch call, one for each result that is `Ok`. Until [`store_results`], the results of these
/// entries are that `service` reported none.
pub(crate) fn request_entries<T>(
    results: &mut [Result<()>],
    service: &str,
    entry: impl Fn(usize) -> Result<T>,
) -> Vec<T> {
    let mut entries = Vec::new();
    for (index, result) in results.iter_mut().enumerate() {
        if result.is_ok() {
            *result = match entry(index) {
                Ok(entry) => {
                    entries.push(entry);
                    Err(Error::Unavailable(format!("{service} reported no result")))
                }
                Err(error) => Err(error),
            };
        }
    }
    entries
}

/// Stores the results of entries of a batch call, by their ids.
pub(crate) fn store_results<'e>(
    results: &mut [Result<()>],
    entries: impl IntoIterator<Item = (&'e str, Result<()>)>,
) {
    for (id, reported) in entries {
        let index = id.parse().ok();
        if let Some(result) = index.and_then(|index: usize| results.get_mut(index)) {
            *result = reported;
        }
    }
}
