-- When gateways and workers started, for operators to see what is deployed.
CREATE TABLE process_start (
    id UUID PRIMARY KEY,
    started_at TIMESTAMPTZ NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('GATEWAY', 'WORKER')),
    version TEXT NOT NULL CHECK (version <> ''),
    -- `blue` or `green`, where two run side by side.
    deployment TEXT CHECK (deployment <> '')
);

CREATE INDEX process_start_latest ON process_start (started_at);
