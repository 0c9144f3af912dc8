//! Splits rows of the outbox into batches for one send each.

use std::collections::HashMap;

use coach_domain::outbox::OutboxRow;

use super::large::message_size;
use crate::queue;

/// Splits rows into batches that a queue accepts, in their order.
pub(super) fn batches(rows: Vec<OutboxRow>) -> Vec<Vec<OutboxRow>> {
    queue::batches(rows, message_size)
}

/// [`batches`] with at most one row of a partition in each. Rows of a partition keep their order.
pub(super) fn ordered_batches(rows: Vec<OutboxRow>) -> Vec<Vec<OutboxRow>> {
    let mut rounds: Vec<Vec<OutboxRow>> = Vec::new();
    // The next round of each partition.
    let mut next_rounds: HashMap<i16, usize> = HashMap::new();
    for row in rows {
        let round = next_rounds.entry(row.partition).or_default();
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
    use coach_domain::queue::MAX_BYTES;
    use uuid::Uuid;

    use super::*;

    fn row(sequence: i64, length: usize) -> OutboxRow {
        OutboxRow {
            sequence,
            id: Uuid::nil(),
            partition: 0,
            group: None,
            envelope: "a".repeat(length),
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
    fn a_batch_has_at_most_the_bytes_of_a_send() {
        assert_eq!(sizes(&[MAX_BYTES / 8 + 1; 9]), [7, 2]);
    }

    #[test]
    fn large_payloads_are_sent_as_references_and_count_as_little() {
        assert_eq!(sizes(&[MAX_BYTES * 2; 10]), [10]);
    }

    #[test]
    fn ordered_batches_have_at_most_one_row_of_a_partition() {
        let of = |partition: i16, sequence| OutboxRow {
            partition,
            ..row(sequence, 100)
        };
        let rows = vec![of(1, 1), of(1, 2), of(2, 3), of(1, 4), of(3, 5), of(2, 6)];
        let batches = ordered_batches(rows);
        let sequences: Vec<Vec<_>> = batches
            .iter()
            .map(|batch| batch.iter().map(|row| row.sequence).collect())
            .collect();
        assert_eq!(sequences, [vec![1, 3, 5], vec![2, 6], vec![4]]);
        assert!(ordered_batches(Vec::new()).is_empty());
    }
}
