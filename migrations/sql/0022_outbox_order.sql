-- No index on `sequence` alone: with one, the planner at times looks for what is unsent by walking over all that was
-- sent before it. Rows are told apart by `id`.
ALTER TABLE outbox
    DROP CONSTRAINT outbox_pkey,
    DROP CONSTRAINT outbox_id_key,
    ADD PRIMARY KEY (id);
