-- After a restore: numbers of events and records begin above all that subscribers and partners have seen, which take what has
-- a lower number for old. As coach_owner, before workers and gateways start:
--
--   psql "$RESTORED" -f deploy/backup/raise-sequence.sql
--
-- A billion is more than a database writes between a point in time and its loss, and leaves room for millions of restores
-- in numbers that JavaScript can hold.
\set ON_ERROR_STOP on
SELECT setval(pg_get_serial_sequence('outbox', 'sequence'), last_value + 1000000000) AS outbox_sequence
FROM pg_sequences
WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence('outbox', 'sequence');
