-- Workouts that a coach leads in front of the camera.
CREATE TABLE live_session (
    id UUID PRIMARY KEY,
    title TEXT NOT NULL CHECK (title <> ''),
    coach TEXT NOT NULL CHECK (coach <> ''),
    starts_at TIMESTAMPTZ NOT NULL,
    waiting_room_opens_at TIMESTAMPTZ NOT NULL,
    -- This and the following up to `shelved_at` are what `live_fact` makes of it.
    state TEXT NOT NULL CHECK (state IN ('SCHEDULED', 'LIVE', 'ENDED', 'FAILED')),
    started_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    playback_url TEXT,
    replay_url TEXT,
    -- When it made room for the next in the status file.
    shelved_at TIMESTAMPTZ,
    cancelled_at TIMESTAMPTZ,
    -- What the video provider calls its job.
    video_job_id TEXT UNIQUE CHECK (video_job_id <> ''),
    -- Grows by one with each edit of staff and each fact. The sum over all sessions is the version of the status file.
    revision BIGINT NOT NULL,
    -- When the latest of its edits and facts came about.
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (waiting_room_opens_at <= starts_at),
    CHECK (cancelled_at IS NULL OR state = 'SCHEDULED')
);

CREATE INDEX live_session_latest ON live_session (starts_at, id) WHERE cancelled_at IS NULL;

-- What happened to a session. A set: whichever order facts come in, and however often, the same rows are the result.
CREATE TABLE live_fact (
    live_session_id UUID NOT NULL REFERENCES live_session (id),
    kind TEXT NOT NULL CHECK (kind IN ('LIVE', 'ENDED', 'FAILED', 'PLAYBACK', 'REPLAY', 'SHELVED')),
    -- When it happened.
    at TIMESTAMPTZ NOT NULL,
    -- Of PLAYBACK and REPLAY; else empty.
    url TEXT NOT NULL,
    PRIMARY KEY (live_session_id, kind, at, url)
);

-- What is added to the version of the status file; 0 until a restored database has to catch up with a file that was
-- written by what it has lost.
CREATE TABLE live_raise (
    -- One row.
    one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    version BIGINT NOT NULL
);
