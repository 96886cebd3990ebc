-- Schema version 4: lists of known material, what the files of reports hash to, what matched.
-- The words in braces are those of 0001_first.sql.

-- Lists of known material.
CREATE TABLE list (
    id {id} NOT NULL PRIMARY KEY,  -- its number
    name TEXT NOT NULL UNIQUE,     -- its name, as staff call it
    owner TEXT NOT NULL,           -- who keeps it
    compartment TEXT NOT NULL,     -- who needs to know of it
    purpose TEXT NOT NULL,         -- abuse, exploitative, intimate, terrorist, benign, test
    trust BIGINT NOT NULL,         -- how far it is trusted, 0 to 100
    radius BIGINT NOT NULL,        -- the largest distance of a near match, 0 to 31; -1: exact only
    from_ms BIGINT,                -- it is consulted from then on
    until_ms BIGINT,               -- and no more from then on
    key_wrapped {bytes},           -- its entries' key, wrapped by the agency's; gone: shredded
    snapshot BIGINT NOT NULL,      -- grows with each import that changed something
    entries BIGINT NOT NULL,       -- how many it has
    created_ms BIGINT NOT NULL,   -- when it was added
    changed_ms BIGINT NOT NULL    -- its last change
);

-- Their entries. What changes gets another number: the old row stays, emptied, as removed.
CREATE TABLE list_entry (
    id {id} NOT NULL PRIMARY KEY,  -- its number
    rev BIGINT NOT NULL,           -- the order of all changes to all entries
    list_id BIGINT NOT NULL REFERENCES list (id), -- its list
    key_blind {bytes} NOT NULL,    -- list, member and id, blinded
    content_blind {bytes} NOT NULL, -- what it says, blinded: an unchanged entry is left alone
    state TEXT NOT NULL,           -- listed, removed, held_back
    matched BIGINT NOT NULL,       -- how many files matched it
    sealed {bytes}                 -- what it says, sealed by the list's key; gone: removed
);
CREATE UNIQUE INDEX list_entry_rev ON list_entry (rev);
CREATE INDEX list_entry_key ON list_entry (key_blind);
CREATE INDEX list_entry_list ON list_entry (list_id, id);

-- The exact hashes of entries.
CREATE TABLE list_hash (
    blind {bytes} NOT NULL,        -- kind and value, blinded
    entry_id BIGINT NOT NULL,      -- the entry
    PRIMARY KEY (blind, entry_id)
){clustered};

-- The exact hashes of files that reports brought, to find them when a list grows.
CREATE TABLE file_hash (
    blind {bytes} NOT NULL,        -- kind and value, blinded as in list_hash
    file_id {bytes} NOT NULL,      -- the file
    PRIMARY KEY (blind, file_id)
){clustered};

-- What a file looks like, if it could be looked into.
CREATE TABLE file_look (
    seq {id} NOT NULL PRIMARY KEY, -- the order in which files were looked into
    file_id {bytes} NOT NULL UNIQUE, -- the file
    report_id BIGINT NOT NULL,     -- its report
    sealed {bytes}                 -- perceptual hashes, sealed by the report's key; gone: shredded
);
CREATE INDEX file_look_report ON file_look (report_id);

-- Files that matched entries.
CREATE TABLE file_match (
    id {id} NOT NULL PRIMARY KEY,  -- its number
    file_id {bytes} NOT NULL,      -- the file
    report_id BIGINT NOT NULL,     -- its report
    list_id BIGINT NOT NULL,       -- the list
    entry_id BIGINT NOT NULL,      -- the entry
    state TEXT NOT NULL,           -- open, confirmed, rejected
    made_ms BIGINT NOT NULL,      -- when it was found
    judged_ms BIGINT,              -- when a person confirmed or rejected it
    told_ms BIGINT,                -- when the list's keeper was told of that
    sealed {bytes} NOT NULL        -- how it matched, sealed by the report's key
);
CREATE UNIQUE INDEX file_match_once ON file_match (file_id, entry_id);
CREATE INDEX file_match_report ON file_match (report_id);
CREATE INDEX file_match_list ON file_match (list_id, id);

-- Where lists are fetched from, and how far that came.
CREATE TABLE list_source (
    list_id {id} NOT NULL PRIMARY KEY REFERENCES list (id), -- the list
    settings_sealed {bytes} NOT NULL, -- service, address, where its secrets are; by the list's key
    checkpoint_sealed {bytes},     -- from where to go on, sealed by the list's key; none: the start
    turn BIGINT NOT NULL,          -- grows with each fetch that begins: an older one keeps no more
    tried_ms BIGINT,               -- when the last fetch began
    done_ms BIGINT,                -- when one last came to its end
    failure TEXT NOT NULL          -- the code of why the last one did not; empty: it did
);

-- What the lists said of a report when it was judged, for replaying its rank.
ALTER TABLE report ADD COLUMN material_sealed {bytes};

INSERT INTO counter (name, next) VALUES ('list', 1), ('entry', 1), ('rev', 1), ('look', 1), ('match', 1), ('matched', 1);
