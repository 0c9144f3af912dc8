//! Rows together that one send takes.

use coach_domain::{
    outbox::Owed,
    queue::{BATCH, MAX_BYTES},
};

use super::large::travels_as;

/// Rows in their order, in batches that are neither too many nor too long.
pub(super) fn batches(owed: Vec<Owed>) -> Vec<Vec<Owed>> {
    let mut batches: Vec<Vec<Owed>> = Vec::new();
    let mut bytes = 0;
    for row in owed {
        let length = travels_as(&row);
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH && bytes + length <= MAX_BYTES => {
                bytes += length;
                batch.push(row);
            }
            _ => {
                bytes = length;
                batches.push(vec![row]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    fn row(sequence: i64, length: usize) -> Owed {
        Owed {
            sequence,
            id: Uuid::nil(),
            partition: 0,
            envelope: "a".repeat(length),
            created_at: DateTime::UNIX_EPOCH,
            attempts: 1,
        }
    }

    fn sizes(lengths: &[usize]) -> Vec<usize> {
        let rows = lengths.iter().zip(0..).map(|(length, at)| row(at, *length));
        let batches = batches(rows.collect());
        let order: Vec<_> = batches.iter().flatten().map(|row| row.sequence).collect();
        assert!(order.is_sorted(), "{order:?}");
        batches.iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_has_ten_rows_at_most() {
        assert_eq!(sizes(&[100; 21]), [10, 10, 1]);
        assert!(sizes(&[]).is_empty());
    }

    #[test]
    fn a_batch_is_as_long_as_a_send_may_be() {
        assert_eq!(sizes(&[MAX_BYTES / 8 + 1; 9]), [7, 2]);
    }

    #[test]
    fn what_is_too_large_travels_as_a_reference_and_hardly_counts() {
        assert_eq!(sizes(&[MAX_BYTES * 2; 10]), [10]);
    }
}
