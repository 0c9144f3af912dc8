-- What the run itself writes down, in the transactions that it watches. Nothing of
-- the service reads or deletes it: the outbox forgets what was sent.

CREATE SCHEMA torture;

-- Each side effect that was ever owed.
CREATE TABLE torture.owed (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL,
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    member_id UUID,
    payload JSONB,
    envelope TEXT NOT NULL,
    -- Whether it was sent once more than it was owed, by somebody else than the relay.
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

-- The demo members' subscriptions come to no end, so that nobody is told.
UPDATE subscription
SET trial_ends_at = NULL, expires_at = NULL, grace_ends_at = NULL;
