-- Schema version 1.
--
-- One text for both databases. Three words in braces differ (src/migrations.rs):
--   {id}         a whole-number primary key     SQLite INTEGER        PostgreSQL BIGINT
--   {bytes}      bytes                          SQLite BLOB           PostgreSQL BYTEA
--   {clustered}  rows kept in key order         SQLite WITHOUT ROWID  PostgreSQL nothing
-- Columns: *_ms are milliseconds since 1970-01-01T00:00:00Z; *_sealed are opened only by a key and tell
-- nothing without it; *_blind are keyed digests of 32 bytes by which a row is found.
-- A migration that was released is never edited: add the next one.

-- What the database is, as key and value.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY, -- schema_version, key_check, log_origin, created_ms
    value TEXT NOT NULL            -- numbers in decimal, bytes in hexadecimal
){clustered};

-- Numbers are handed out in blocks, so that none is given twice even when a block is lost.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY, -- report, case, account
    next BIGINT NOT NULL            -- the first number not yet handed out
){clustered};

-- Who may come in.
CREATE TABLE account (
    id {id} NOT NULL PRIMARY KEY,  -- its number
    name_blind {bytes} NOT NULL,   -- its name, blinded
    name_sealed {bytes} NOT NULL,  -- its name, sealed
    role TEXT NOT NULL,            -- sender, analyst, supervisor, admin
    secret_hash TEXT NOT NULL,     -- Argon2id of its secret, PHC string
    created_ms BIGINT NOT NULL,    -- when it was added
    revoked_ms BIGINT              -- when it was revoked; NULL: it is live
);
-- A name is free again once its account is revoked.
CREATE UNIQUE INDEX account_live_name ON account (name_blind) WHERE revoked_ms IS NULL;

-- How far the custody log reaches: one row, locked by each batch that appends.
CREATE TABLE log_head (
    only_row {id} NOT NULL PRIMARY KEY CHECK (only_row = 1), -- there is one head
    size BIGINT NOT NULL                                    -- committed entries
);

-- How far signed checkpoints reach: apart from the head, so that publishing never waits for a batch.
CREATE TABLE log_published (
    only_row {id} NOT NULL PRIMARY KEY CHECK (only_row = 1), -- there is one checkpoint
    size BIGINT NOT NULL                                    -- entries that a checkpoint covers
);

-- The custody log. Append only.
CREATE TABLE log_entry (
    idx {id} NOT NULL PRIMARY KEY, -- its place, from 0, without gaps
    report_id BIGINT,              -- the report it is about; NULL: about none
    entry {bytes} NOT NULL,        -- a version byte and a salted commitment: 33 bytes
    sealed {bytes} NOT NULL        -- the salt and the event
);
CREATE INDEX log_entry_report ON log_entry (report_id, idx) WHERE report_id IS NOT NULL;

-- What one sender submitted. Never edited.
CREATE TABLE submission (
    report_id {id} NOT NULL PRIMARY KEY,               -- the report it opened
    account_id BIGINT NOT NULL,                        -- who sent it; 0: the operator, no account's
    door TEXT NOT NULL,                                -- ispws, command_line
    opened_ms BIGINT NOT NULL,                         -- when it was opened
    digest_blind {bytes} NOT NULL,                     -- SHA-256 of its bytes, blinded
    body_sealed {bytes} NOT NULL,                      -- its bytes
    source_sealed {bytes}                              -- where it came from; NULL: not said
);
CREATE INDEX submission_digest ON submission (digest_blind, report_id);

-- Where a report stands.
CREATE TABLE report (
    id {id} NOT NULL PRIMARY KEY REFERENCES submission (report_id), -- its number
    account_id BIGINT NOT NULL,     -- who sent it
    state TEXT NOT NULL,            -- open, finished, retracted, expired, folded
    opened_ms BIGINT NOT NULL,      -- when it was opened
    changed_ms BIGINT NOT NULL,     -- its last change
    finished_ms BIGINT,             -- when its sender finished it; NULL: never
    rev BIGINT NOT NULL,            -- how often it changed
    twin_of BIGINT,                 -- the earlier report that it repeats; NULL: none
    data_key {bytes},               -- its wrapped data key; NULL: shredded
    key_case BIGINT,                -- the case whose key wraps it; NULL: the agency's key does
    case_id BIGINT,                 -- the case it is a member of; NULL: none
    findings_sealed {bytes}         -- what the engines said of it; NULL: nothing yet
);
-- Finds open reports that are past their limits.
CREATE INDEX report_open ON report (changed_ms, id) WHERE state = 'open';
-- Finds the members of a case.
CREATE INDEX report_case ON report (case_id, id) WHERE case_id IS NOT NULL;

-- The files of a report, kept beside each other.
CREATE TABLE file (
    report_id BIGINT NOT NULL REFERENCES report (id), -- its report
    position BIGINT NOT NULL,        -- its place among the report's files, from 0
    id {bytes} NOT NULL UNIQUE,      -- its token: 16 random bytes
    blob {bytes} NOT NULL,           -- the name of its sealed bytes in the blob store: 16 random bytes
    content_blind {bytes} NOT NULL,  -- SHA-256 of its bytes, blinded
    size_bytes BIGINT NOT NULL,      -- its size before sealing
    key_wrapped {bytes},             -- its wrapped key; NULL: shredded
    facts_sealed {bytes} NOT NULL,   -- what was measured of it: digests, name
    created_ms BIGINT NOT NULL,      -- when it was received
    PRIMARY KEY (report_id, position)
){clustered};

-- What a sender said of a file after sending it. Never edited; a later row supersedes.
CREATE TABLE file_detail (
    report_id BIGINT NOT NULL,       -- the file's report
    file_id {bytes} NOT NULL REFERENCES file (id), -- the file
    seq BIGINT NOT NULL,             -- rises with each row of the file
    details_sealed {bytes} NOT NULL, -- what was said
    created_ms BIGINT NOT NULL,      -- when it came
    PRIMARY KEY (report_id, file_id, seq)
){clustered};

-- Every identifier that a report mentions. There is no index by blind: it would double the pages that a batch
-- dirties, and what ties is found through its anchor.
CREATE TABLE mention (
    report_id BIGINT NOT NULL,  -- the report
    position BIGINT NOT NULL,   -- its place among the report's mentions, from 0
    kind TEXT NOT NULL,         -- the identifier's kind
    blind {bytes} NOT NULL,     -- its normal form, blinded
    sealed {bytes} NOT NULL,    -- the identifier
    PRIMARY KEY (report_id, position)
){clustered};

-- One row for each distinct identifier that ties: the case it leads to.
CREATE TABLE anchor (
    blind {bytes} NOT NULL PRIMARY KEY, -- its normal form, blinded
    case_id BIGINT NOT NULL,            -- the case
    first_report BIGINT NOT NULL,       -- the first report that mentioned it
    last_report BIGINT NOT NULL,        -- the latest report that mentioned it
    reports BIGINT NOT NULL             -- how many reports mentioned it
){clustered};
CREATE INDEX anchor_case ON anchor (case_id);

-- Why a report stands in its case.
CREATE TABLE link (
    from_report BIGINT NOT NULL,  -- the later report
    position BIGINT NOT NULL,     -- its place among that report's links, from 0
    to_report BIGINT NOT NULL,    -- the earlier report
    case_id BIGINT NOT NULL,      -- the case
    why_sealed {bytes} NOT NULL,  -- what they share, in a sentence
    PRIMARY KEY (from_report, position)
){clustered};
CREATE INDEX link_case ON link (case_id, from_report, position);

-- The cases. ("case" is a word of SQL.)
CREATE TABLE cases (
    id {id} NOT NULL PRIMARY KEY,    -- its number
    opened_ms BIGINT NOT NULL,       -- when it was opened
    changed_ms BIGINT NOT NULL,      -- its last change
    standing BIGINT NOT NULL,        -- its highest override: 0 none, 1 escalated, 2 live now
    danger BIGINT NOT NULL,          -- the sum of its danger points
    actionability BIGINT NOT NULL,   -- the sum of its actionability points
    reports BIGINT NOT NULL,         -- how many reports are members
    key_wrapped {bytes},             -- its wrapped key, kept after merging; NULL: shredded
    merged_into BIGINT,              -- the case it was merged into; NULL: it stands for itself
    reasons_sealed {bytes} NOT NULL, -- the findings behind its rank
    policy_version TEXT NOT NULL     -- the version of the policy that ranked it
);
-- The order of the queue: the most endangered child first, the oldest of equals first.
CREATE INDEX cases_queue ON cases
    (standing DESC, danger DESC, actionability DESC, opened_ms ASC, id ASC)
    WHERE merged_into IS NULL;

-- Who is signed in, or may sign in once by a link.
CREATE TABLE session (
    token_digest {bytes} NOT NULL PRIMARY KEY, -- the digest of the token; the token is not kept
    kind TEXT NOT NULL,                        -- link, session
    account_id BIGINT,                         -- whose it is; NULL: not an account's
    who_sealed {bytes},                        -- whose it is in words; NULL: not said
    expires_ms BIGINT NOT NULL,                -- when it ends
    used_ms BIGINT                             -- when a link was used; NULL: not yet
){clustered};
CREATE INDEX session_expires ON session (expires_ms);
