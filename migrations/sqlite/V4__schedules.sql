-- Jobs that are asked for by the clock. Times are milliseconds since 1970-01-01 UTC. A tick moves next_at on from the value
-- it was, in the transaction that writes its job: of several processes one does.
CREATE TABLE _schedules (
    name         TEXT NOT NULL PRIMARY KEY,
    source       TEXT NOT NULL CHECK (source IN ('file', 'api')), -- who may change it
    kind         TEXT NOT NULL,
    payload      TEXT NOT NULL, -- JSON
    cron         TEXT,
    every        TEXT,          -- 1h30m
    timezone     TEXT,          -- whose clock cron goes by
    priority     INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    is_unique    INTEGER NOT NULL, -- whether a tick is left out while the job of the last one is unfinished
    is_enabled   INTEGER NOT NULL,
    anchor       INTEGER NOT NULL, -- where every counts from
    next_at      INTEGER,          -- the next tick; NULL when there is none
    last_at      INTEGER,          -- the last tick, as it was planned
    last_job     TEXT,             -- its job, or the unfinished one that it was left out for
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((cron IS NULL) <> (every IS NULL))
) WITHOUT ROWID;
CREATE INDEX _schedules_due ON _schedules (next_at) WHERE next_at IS NOT NULL;
