-- The version of the catalogue, by which gateways notice that theirs is old.
-- Triggers raise it, so no writer can forget to; the row is locked until the
-- writer commits, so a version is never seen before its content.

CREATE TABLE catalogue_version (
    only_row BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    version BIGINT NOT NULL CHECK (version >= 0)
);
INSERT INTO catalogue_version (version) VALUES (0);

CREATE FUNCTION raise_catalogue_version() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    -- A statement that met no row, such as a repeated import, changes nothing.
    IF EXISTS (SELECT FROM changed) THEN
        UPDATE catalogue_version SET version = version + 1;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
END
$$;

-- A trigger with a transition table serves one kind of statement only.
CREATE PROCEDURE watch_catalogue(watched REGCLASS) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER version_on_insert AFTER INSERT ON %s
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_catalogue_version()', watched);
    EXECUTE format('CREATE TRIGGER version_on_update AFTER UPDATE ON %s
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_catalogue_version()', watched);
    EXECUTE format('CREATE TRIGGER version_on_delete AFTER DELETE ON %s
        REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_catalogue_version()', watched);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change(''the catalogue is archived, not emptied'')', watched);
END
$$;

-- Programmes name recipes and workouts in JSON, where no foreign key guards them.
CREATE PROCEDURE keep_catalogue_rows(kept REGCLASS) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER no_delete BEFORE DELETE ON %s
        FOR EACH ROW EXECUTE FUNCTION refuse_change(''set archived_at instead'')', kept);
END
$$;
