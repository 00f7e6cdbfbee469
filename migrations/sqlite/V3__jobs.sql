-- The queue. Times are milliseconds since 1970-01-01 UTC. Everything that happens to a job is one UPDATE that names the
-- state it leaves; the indexes are partial, so that each holds only the jobs that its question is about.
CREATE TABLE _jobs (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of submission
    id           TEXT NOT NULL UNIQUE,              -- the public name, a UUID of version 7
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'processing', 'done', 'failed', 'cancelled')),
    is_due       INTEGER NOT NULL,                  -- of a queued job: whether its run_at has come
    priority     INTEGER NOT NULL,                  -- higher ones first
    run_at       INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,        -- begun so far; never goes back, so it numbers them
    forgiven     INTEGER NOT NULL DEFAULT 0,        -- attempts that do not count against max_attempts
    max_attempts INTEGER NOT NULL,
    unique_key   TEXT,
    cancel_at    INTEGER,                           -- when a running job was asked to stop
    lease_token  TEXT,                              -- what only the worker of the last attempt knows
    lease_until  INTEGER,
    lease_ms     INTEGER,                           -- how long a heartbeat renews the lease
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    started_at   INTEGER,                           -- of the last attempt
    finished_at  INTEGER,
    progress     TEXT, -- JSON: a number from 0 to 1, or {"done", "total", "message"}
    error        TEXT, -- what the last failure said
    payload      TEXT NOT NULL, -- JSON
    checkpoint   TEXT, -- JSON: what the next attempt goes on from
    result       TEXT  -- JSON
);
CREATE UNIQUE INDEX _jobs_unique ON _jobs (kind, unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('queued', 'processing');
CREATE INDEX _jobs_ready ON _jobs (kind, priority DESC, run_at) WHERE state = 'queued' AND is_due = 1; -- claim
CREATE INDEX _jobs_delayed ON _jobs (run_at) WHERE state = 'queued' AND is_due = 0;
CREATE INDEX _jobs_leases ON _jobs (lease_until) WHERE state = 'processing';
CREATE INDEX _jobs_finished ON _jobs (finished_at) WHERE state IN ('done', 'cancelled'); -- retention
CREATE INDEX _jobs_failed ON _jobs (finished_at) WHERE state = 'failed';
CREATE INDEX _jobs_listed ON _jobs (kind, state); -- and seq, which every index ends with

-- How many jobs there are of each kind in each state, so that nobody has to count them.
CREATE TABLE _job_counts (
    kind  TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kind, state)
) WITHOUT ROWID;
CREATE TRIGGER _jobs_count_new AFTER INSERT ON _jobs
BEGIN
    INSERT INTO _job_counts (kind, state, count) VALUES (NEW.kind, NEW.state, 1)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER _jobs_count_moved AFTER UPDATE OF state ON _jobs WHEN NEW.state <> OLD.state
BEGIN
    UPDATE _job_counts SET count = count - 1 WHERE kind = OLD.kind AND state = OLD.state;
    INSERT INTO _job_counts (kind, state, count) VALUES (NEW.kind, NEW.state, 1)
        ON CONFLICT (kind, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER _jobs_count_gone AFTER DELETE ON _jobs
BEGIN
    UPDATE _job_counts SET count = count - 1 WHERE kind = OLD.kind AND state = OLD.state;
    DELETE FROM _job_counts WHERE kind = OLD.kind AND count = 0;
END;
