-- The message group: the member, or the message itself if it has none. With it, the relay forwards an envelope as it is,
-- and puts only `sequence` before it. Rows of the release before have none and contain a `sequence` of 0: for these, the
-- relay parses the envelope.
ALTER TABLE outbox ADD COLUMN message_group UUID;
