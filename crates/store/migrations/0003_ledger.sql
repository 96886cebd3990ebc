-- Schema version 3: what senders learn, what came of reports, which clocks were stopped.
-- The words in braces are those of 0001_first.sql.

-- The ledger of each sender: sums by week. Read for senders and staff, never to rank anything.
CREATE TABLE sender_week (
    account_id BIGINT NOT NULL,    -- the sender; 0: the operator, no account's
    week_start_ms BIGINT NOT NULL, -- Monday, 00:00 UTC
    counter TEXT NOT NULL,         -- what is counted: reports, repeated, missing:RULE, outcome:CODE, …
    amount BIGINT NOT NULL,        -- how much of it
    PRIMARY KEY (account_id, week_start_ms, counter)
){clustered};

-- What came of a report.
CREATE TABLE report_outcome (
    report_id {id} NOT NULL PRIMARY KEY REFERENCES report (id), -- the report
    outcome TEXT NOT NULL,         -- useful, stale, no_crime, duplicate, child_safeguarded, no_outcome
    recorded_ms BIGINT NOT NULL    -- when it was recorded; a later one replaces an earlier one
);

-- The clocks of cases that were stopped.
CREATE TABLE clock_done (
    case_id BIGINT NOT NULL,       -- the case
    clock TEXT NOT NULL,           -- the clock's id in the calendar
    done_ms BIGINT NOT NULL,       -- when it was stopped
    PRIMARY KEY (case_id, clock)
){clustered};
