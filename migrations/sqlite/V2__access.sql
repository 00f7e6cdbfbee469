-- Accounts, tokens and sessions. Times are milliseconds since 1970-01-01 UTC; secrets are kept as hashes only.
CREATE TABLE _users (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL COLLATE NOCASE UNIQUE,
    email      TEXT,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'worker', 'editor', 'admin')),
    password   TEXT NOT NULL, -- Argon2id, in the PHC string format
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);

CREATE TABLE _tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    hash         BLOB NOT NULL UNIQUE, -- SHA-256 of the token
    name         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'worker', 'editor', 'admin')),
    user_id      INTEGER REFERENCES _users (id) ON DELETE CASCADE, -- NULL: made on the command line
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER
);
CREATE INDEX _tokens_user ON _tokens (user_id);

CREATE TABLE _sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB NOT NULL UNIQUE, -- SHA-256 of the cookie's secret
    user_id    INTEGER NOT NULL REFERENCES _users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL -- however much it is used
);
CREATE INDEX _sessions_user ON _sessions (user_id);

-- What happened to accounts: sign-ins, failures, changes.
CREATE TABLE _audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    event   TEXT NOT NULL,
    actor   TEXT,  -- who did it, when that is known
    subject TEXT,  -- the account or token it was done to
    address TEXT,  -- where from
    detail  TEXT
);

-- One row from the moment of the first account or token on, and for ever: what was closed does not open by itself.
CREATE TABLE _access (
    closed_at INTEGER NOT NULL
);
CREATE TRIGGER _users_close AFTER INSERT ON _users WHEN NOT EXISTS (SELECT 1 FROM _access)
BEGIN
    INSERT INTO _access (closed_at) VALUES (NEW.created_at);
END;
CREATE TRIGGER _tokens_close AFTER INSERT ON _tokens WHEN NOT EXISTS (SELECT 1 FROM _access)
BEGIN
    INSERT INTO _access (closed_at) VALUES (NEW.created_at);
END;
