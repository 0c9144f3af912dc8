//! Fits messages into batches.

use coach_domain::queue::{Error, MAX_BATCH_SIZE, MAX_BYTES, Result};

/// Returns for each message whether it can be sent, and still fits into a batch of at most [`MAX_BATCH_SIZE`] messages
/// and `max_bytes`. A message has a length if it can be sent.
pub(crate) fn fill_batch(
    lengths: impl Iterator<Item = Result<usize>>,
    max_bytes: usize,
) -> Vec<Result<()>> {
    let (mut count, mut bytes) = (0, 0);
    let fits = lengths.map(|length| {
        let length = length?;
        if count == MAX_BATCH_SIZE || bytes + length > max_bytes {
            return Err(Error::Unavailable("the batch is full".to_owned()));
        }
        count += 1;
        bytes += length;
        Ok(())
    });
    fits.collect()
}

/// Splits messages into batches of at most [`MAX_BATCH_SIZE`] messages and [`MAX_BYTES`], in their order.
pub(crate) fn batches<T>(
    messages: impl IntoIterator<Item = T>,
    length: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let length = length(&message);
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_BATCH_SIZE && bytes + length <= MAX_BYTES => {
                bytes += length;
                batch.push(message);
            }
            _ => {
                bytes = length;
                batches.push(vec![message]);
            }
        }
    }
    batches
}
