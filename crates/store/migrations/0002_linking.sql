-- Schema version 2: cases that can be split and rejoined, a queue that ages, storms.

-- Two overrides stand below the two of version 1: 1 known child, 2 self-harm, 3 escalated, 4 live now.
UPDATE cases SET standing = standing + 2 WHERE standing > 0;

-- The earliest report of a case is who it is: its founder. NULL: merged under version 1.
ALTER TABLE cases ADD COLUMN founder BIGINT;
UPDATE cases SET founder = (SELECT report.id FROM report WHERE report.case_id = cases.id AND report.state = 'finished'
    ORDER BY report.finished_ms, report.id LIMIT 1);
CREATE INDEX cases_founder ON cases (founder) WHERE founder IS NOT NULL;
-- Danger and waiting in one number that does not change while time passes: danger in milliseconds of waiting,
-- less the moment the case was opened. Set anew at start when the policy's ageing is another.
ALTER TABLE cases ADD COLUMN urgency BIGINT NOT NULL DEFAULT 0;
-- The storm whose row in the queue stands for this case; NULL: it has its own.
ALTER TABLE cases ADD COLUMN storm_id BIGINT;
DROP INDEX cases_queue;
-- The order of the queue.
CREATE INDEX cases_queue ON cases (standing DESC, urgency DESC, actionability DESC, id ASC)
    WHERE merged_into IS NULL AND storm_id IS NULL;
CREATE INDEX cases_storm ON cases (storm_id, standing DESC, danger DESC, id ASC) WHERE storm_id IS NOT NULL;

-- Whether a mention may tie: 1, or 0.
ALTER TABLE mention ADD COLUMN ties BIGINT NOT NULL DEFAULT 0;
UPDATE mention SET ties = 1 WHERE blind IN (SELECT blind FROM anchor);
-- What an anchor knew, the link index knows: it is made from mentions and decisions, in their order.
DROP TABLE anchor;

-- What a row of links says: tie, suggestion, shared (an identifier that too many reports carry), storm.
ALTER TABLE link ADD COLUMN kind TEXT NOT NULL DEFAULT 'tie';
-- The weight of a tie's evidence, in bits; 0: not weighed.
ALTER TABLE link ADD COLUMN bits BIGINT NOT NULL DEFAULT 0;
CREATE INDEX link_suggestion ON link (to_report) WHERE kind = 'suggestion';

-- The order in which reports were tied and decisions made: whoever follows it comes to the same cases.
CREATE TABLE tying (
    seq {id} NOT NULL PRIMARY KEY, -- its place, from 1, without gaps
    report_id BIGINT,              -- the report that was tied; NULL: a decision
    about_ms BIGINT NOT NULL,      -- the moment that the report is about, or the decision was made
    decision_id BIGINT,            -- the decision that was made or undone; NULL: a report
    undone BIGINT NOT NULL         -- 1: the decision was undone
);
CREATE UNIQUE INDEX tying_report ON tying (report_id) WHERE report_id IS NOT NULL;
INSERT INTO tying (seq, report_id, about_ms, undone)
    SELECT ROW_NUMBER() OVER (ORDER BY finished_ms, id), id, finished_ms, 0
    FROM report WHERE state = 'finished';

-- What a person decided about cases.
CREATE TABLE decision (
    id {id} NOT NULL PRIMARY KEY, -- its number
    kind TEXT NOT NULL,           -- join, keep_apart
    one_side TEXT NOT NULL,       -- numbers of reports, with commas
    other_side TEXT NOT NULL,     -- numbers of reports, with commas
    made_ms BIGINT NOT NULL,      -- when it was made
    undone_ms BIGINT,             -- when it was undone; NULL: it stands
    reason_sealed {bytes} NOT NULL -- who decided and why
);
INSERT INTO counter (name, next) VALUES ('decision', 1), ('storm', 1);

-- An identifier of a child's own, and the first report that gave it.
CREATE TABLE child (
    blind {bytes} NOT NULL PRIMARY KEY, -- its normal form, blinded
    first_report BIGINT NOT NULL,       -- the report
    about_ms BIGINT NOT NULL            -- the moment that report is about
){clustered};

-- What finds persons that may be one, among names that are sealed.
CREATE TABLE person_key (
    blind {bytes} NOT NULL,    -- a key of the person's name or birth date, blinded
    report_id BIGINT NOT NULL, -- the report that tells of the person
    position BIGINT NOT NULL,  -- its place among the report's persons, from 0
    PRIMARY KEY (blind, report_id, position)
){clustered};

-- A storm: many reports of one thing, in one row of the queue.
CREATE TABLE storm (
    id {id} NOT NULL PRIMARY KEY, -- its number
    kind TEXT NOT NULL,           -- what they have in common: file, picture, text, identifier
    lead_case BIGINT NOT NULL,    -- the case whose row stands for it
    reports BIGINT NOT NULL,      -- how many reports belong to it
    cases BIGINT NOT NULL,        -- how many cases its row stands for
    opened_ms BIGINT NOT NULL,    -- when it became one
    changed_ms BIGINT NOT NULL    -- its last change
);
CREATE INDEX storm_lead ON storm (lead_case);

-- What reports of a storm have in common.
CREATE TABLE storm_key (
    blind {bytes} NOT NULL PRIMARY KEY, -- the common thing, blinded
    kind TEXT NOT NULL,                 -- file, picture, text, identifier
    reports BIGINT NOT NULL,            -- how many reports have it
    storm_id BIGINT                     -- the storm it made; NULL: too few for one
){clustered};

-- Which reports have it: the storm's provenance.
CREATE TABLE storm_mark (
    blind {bytes} NOT NULL,    -- the common thing, blinded
    report_id BIGINT NOT NULL, -- the report
    PRIMARY KEY (blind, report_id)
){clustered};

-- What a storm has named before: a child or place of this list is no news to it.
CREATE TABLE storm_named (
    blind {bytes} NOT NULL PRIMARY KEY, -- storm and child or place, blinded
    storm_id BIGINT NOT NULL            -- the storm
){clustered};

-- The storm that a report belongs to; NULL: none.
ALTER TABLE report ADD COLUMN storm_id BIGINT;
CREATE INDEX report_storm ON report (storm_id, id) WHERE storm_id IS NOT NULL;
-- 1: in its storm the report brought news, so its case keeps a row of its own.
ALTER TABLE report ADD COLUMN news BIGINT NOT NULL DEFAULT 0;
