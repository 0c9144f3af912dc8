//! Rows together that one send takes.

use std::collections::HashMap;

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

/// The same, in batches that hold at most one row of a partition. Within a partition rows keep their order.
pub(super) fn ordered_batches(owed: Vec<Owed>) -> Vec<Vec<Owed>> {
    let mut rounds: Vec<Vec<Owed>> = Vec::new();
    let mut earlier: HashMap<i16, usize> = HashMap::new();
    for row in owed {
        let round = earlier.entry(row.partition).or_default();
        if *round == rounds.len() {
            rounds.push(Vec::new());
        }
        rounds[*round].push(row);
        *round += 1;
    }
    rounds.into_iter().flat_map(batches).collect()
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

    #[test]
    fn where_order_is_kept_a_batch_has_one_row_of_a_partition() {
        let of = |partition: i16, sequence| Owed {
            partition,
            ..row(sequence, 100)
        };
        let owed = vec![of(1, 1), of(1, 2), of(2, 3), of(1, 4), of(3, 5), of(2, 6)];
        let batches = ordered_batches(owed);
        let sequences: Vec<Vec<_>> = batches
            .iter()
            .map(|batch| batch.iter().map(|row| row.sequence).collect())
            .collect();
        assert_eq!(sequences, [vec![1, 3, 5], vec![2, 6], vec![4]]);
        assert!(ordered_batches(Vec::new()).is_empty());
    }
}
