-- What slow and failed requests did, for as long as somebody may ask for the cause: a day. Gateways write it in the
-- background, a request a second at the most, and read it for each other. No parameters of statements are in it.
--
-- It is logged like other tables: a standby that queries read from has it, and it is there after a crash, which may be what
-- it tells about.
CREATE TABLE request_trace (
    -- Clients choose request ids, so two requests may have the same.
    id UUID PRIMARY KEY,
    request_id TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    duration_ms DOUBLE PRECISION NOT NULL,
    -- `RequestTrace` of the domain.
    trace JSONB NOT NULL
);

CREATE INDEX request_trace_request ON request_trace (request_id);
CREATE INDEX request_trace_started ON request_trace (started_at);
