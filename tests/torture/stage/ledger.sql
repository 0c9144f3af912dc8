-- The ledger of a run, filled by triggers in the transactions themselves. The service neither
-- reads nor deletes it, while it deletes rows of the outbox after they were sent.

CREATE SCHEMA torture;

-- Each message that was ever enqueued.
CREATE TABLE torture.owed (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL,
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID,
    payload JSONB,
    envelope TEXT NOT NULL,
    -- Whether the campaign has sent it a second time, besides the relay.
    sent_again BOOLEAN NOT NULL DEFAULT false
);

CREATE FUNCTION torture.note_owed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO torture.owed (id, queue, kind, member_id, payload, envelope)
    SELECT NEW.id, NEW.queue, it ->> 'kind', (it ->> 'member')::uuid, it -> 'payload', NEW.envelope
    FROM (SELECT NEW.envelope::jsonb) AS envelope (it);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_owed AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION torture.note_owed();

-- The demo members' subscriptions do not end, so that they cause no messages.
UPDATE subscription
SET trial_ends_at = NULL, expires_at = NULL, grace_ends_at = NULL;
