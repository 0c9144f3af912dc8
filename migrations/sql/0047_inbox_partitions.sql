-- Makes and drops the partitions of `inbox` with the rights of its owner, so that workers need none to change tables.

-- Makes the partition of a day, unless it exists, or the default partition has rows of this day already, as on a
-- database's first day: these stay there.
CREATE FUNCTION inbox_add_partition(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    name text := 'inbox_' || to_char(day, 'YYYYMMDD');
    first_id uuid := inbox_first_id(day);
    next_id uuid := inbox_first_id(day + 1);
BEGIN
    IF to_regclass(name) IS NOT NULL
        OR EXISTS (SELECT FROM inbox_other WHERE envelope_id >= first_id AND envelope_id < next_id)
    THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF inbox FOR VALUES FROM (%L) TO (%L)', name, first_id, next_id);
EXCEPTION
    -- A row of this day has arrived in the default partition after the question was answered.
    WHEN check_violation THEN NULL;
    -- Another worker has made the partition in this moment.
    WHEN unique_violation OR duplicate_table OR duplicate_object THEN NULL;
END $$;

-- Drops the partition of a day, if there is one.
CREATE FUNCTION inbox_drop_partition(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', 'inbox_' || to_char(day, 'YYYYMMDD'));
END $$;

-- The smallest UUIDv7 of a day: 48 bits of milliseconds, and zeros.
CREATE FUNCTION inbox_first_id(day date) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex(extract(epoch FROM day)::bigint * 1000), 12, '0'), 32, '0')::uuid
$$;

-- Whoever may delete rows of the inbox may rotate it, and nobody else. The functions find tables in this schema alone,
-- whatever their caller has made elsewhere.
DO $$
DECLARE
    routine regprocedure;
    role text;
BEGIN
    FOREACH routine IN ARRAY ARRAY['inbox_add_partition(date)', 'inbox_drop_partition(date)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', routine, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', routine);
        FOR role IN
            SELECT DISTINCT grantee::regrole::text
            FROM pg_class, aclexplode(relacl)
            WHERE oid = 'inbox'::regclass AND privilege_type = 'DELETE' AND grantee <> 0
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', routine, role);
        END LOOP;
    END LOOP;
END $$;
