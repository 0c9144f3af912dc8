-- Every third message is delivered twice: some of them at once, others after up to
-- three seconds.
CREATE SEQUENCE torture.message;

CREATE FUNCTION torture.deliver_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('torture.message') % 3 = 0 THEN
        INSERT INTO queue_message (queue, body, sequence_group, sent_at, visible_at)
        VALUES (NEW.queue, NEW.body, NEW.sequence_group, NEW.sent_at,
                NEW.visible_at + NEW.id % 5 * interval '750 milliseconds');
    END IF;
    RETURN NULL;
END
$$;

-- The copies are not copied again.
CREATE TRIGGER deliver_twice AFTER INSERT ON queue_message
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION torture.deliver_twice();
