-- Workouts that a coach leads in front of the camera.
CREATE TABLE live_session (
    id UUID PRIMARY KEY,
    title TEXT NOT NULL CHECK (title <> ''),
    coach TEXT NOT NULL CHECK (coach <> ''),
    starts_at TIMESTAMPTZ NOT NULL,
    waiting_room_opens_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('SCHEDULED', 'LIVE', 'ENDED', 'FAILED')),
    cancelled_at TIMESTAMPTZ,
    -- What the video provider calls its job.
    video_job_id TEXT UNIQUE CHECK (video_job_id <> ''),
    replay_url TEXT,
    CHECK (waiting_room_opens_at <= starts_at),
    CHECK (cancelled_at IS NULL OR state = 'SCHEDULED')
);

CREATE INDEX live_session_latest ON live_session (starts_at, id) WHERE cancelled_at IS NULL;
