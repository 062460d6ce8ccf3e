-- The pipeline's own tables. Instants are microseconds since 1970 (UTC), days are text `YYYY-MM-DD` (Asia/Taipei),
-- truth values are 0 and 1. No column holds an identity number, a name of a subject, a phone or an answer: such
-- values rest sealed, in segments or in columns called `sealed`.

-- class: register. What this database is and what it has counted so far (format, environment, origin, versions).
CREATE TABLE house (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- class: register. The member institutions (四(一)3).
CREATE TABLE member (
    code                  TEXT NOT NULL PRIMARY KEY,
    name                  TEXT NOT NULL,
    valid_from            TEXT NOT NULL,
    valid_to              TEXT,            -- first day without membership
    age_recipients        TEXT NOT NULL,   -- space-separated; empty: nothing can be delivered as a file
    control_rules_version TEXT,            -- 信用資訊查詢作業控管要點 (七(一))
    control_rules_date    TEXT
);

-- class: register. The 授權表: one dated authorisation a row (五(一)2).
CREATE TABLE authorisation (
    member         TEXT NOT NULL,
    account        TEXT NOT NULL,
    from_day       TEXT NOT NULL,          -- half-open [from_day, to_day)
    to_day         TEXT,
    name           TEXT NOT NULL,
    title          TEXT NOT NULL,
    may_query      BIGINT NOT NULL,
    may_approve    BIGINT NOT NULL,
    may_review     BIGINT NOT NULL,
    approved_by    TEXT NOT NULL,
    ended_by       TEXT,
    person         TEXT NOT NULL,          -- who holds the account; the account itself where the file names nobody
    unit           TEXT NOT NULL,
    approval_level TEXT NOT NULL,
    roles          TEXT NOT NULL,          -- its other roles as the regime names them, separated by spaces
    PRIMARY KEY (member, account, from_day)
);

-- class: register. Changes of the 授權表 as they were entered (授權異動明細紀錄表, 五(一)1, 2); they end with their authorisation.
CREATE TABLE authorisation_change (
    change_no   BIGINT PRIMARY KEY,
    member      TEXT NOT NULL,             -- with account and from_day: which authorisation
    account     TEXT NOT NULL,
    from_day    TEXT NOT NULL,
    what        TEXT NOT NULL,             -- begin | end
    day         TEXT NOT NULL,             -- from when it holds; an end may have been moved to an earlier day since
    entered_at  BIGINT NOT NULL,
    entered_by  TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    reason      TEXT NOT NULL,
    entry       BIGINT NOT NULL           -- journal index
);
CREATE INDEX change_of_authorisation ON authorisation_change (member, account, from_day);

-- class: register. Every account name that was ever given, and to whom: it never goes on to another person (五(一)6, 10).
CREATE TABLE account (
    member  TEXT NOT NULL,                 -- institution code, or bureau, supervisor, provider
    account TEXT NOT NULL,
    person  TEXT NOT NULL,
    PRIMARY KEY (member, account)
);

-- class: register. What an account signs in with (五(一)4, 5). The password itself rests nowhere.
CREATE TABLE credential (
    member    TEXT NOT NULL,               -- institution code, or bureau, supervisor, provider
    account   TEXT NOT NULL,
    verifier  BYTEA NOT NULL,               -- Argon2id under a key that the database does not have
    set_at    BIGINT NOT NULL,
    is_first  BIGINT NOT NULL,            -- somebody else made it: it is changed before anything else is done
    is_void   BIGINT NOT NULL,            -- it was said to have leaked, and opens nothing
    failures  BIGINT NOT NULL,            -- since the last success
    locked_at BIGINT,
    PRIMARY KEY (member, account)
);

-- class: register. The last passwords of an account, which a new one must differ from.
CREATE TABLE past_password (
    password_no BIGINT PRIMARY KEY,
    member      TEXT NOT NULL,
    account     TEXT NOT NULL,
    verifier    BYTEA NOT NULL
);
CREATE INDEX past_of_account ON past_password (member, account);

-- class: register. Who is signed in: one session a person.
CREATE TABLE session (
    member      TEXT NOT NULL,
    person      TEXT NOT NULL,
    account     TEXT NOT NULL,
    token       BYTEA NOT NULL UNIQUE,      -- keyed digest of what the browser shows
    began_at    BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,          -- when it was last used
    must_change BIGINT NOT NULL,          -- nothing can be done in it but to change the password
    PRIMARY KEY (member, person)
);

-- class: register. Tokens with which members' systems act in the name of the person who answers for them (六(二)1).
CREATE TABLE api_token (
    token_no BIGINT PRIMARY KEY,
    member   TEXT NOT NULL,
    account  TEXT NOT NULL,                -- in whose name it acts
    name     TEXT NOT NULL,                -- what it is for, in a word
    fingerprint TEXT,                      -- of the certificate that it shows (SHA-256, hex)
    digest   BYTEA NOT NULL,         -- keyed digest of what the system shows
    made_at  BIGINT NOT NULL,
    until_at BIGINT NOT NULL,             -- half-open [made_at, until_at)
    made_by  TEXT NOT NULL
);
CREATE INDEX token_by_digest ON api_token (digest);

-- class: register. What members' systems are told when they ask what has happened since they last asked, in the order in which it
-- was noted. The number is the cursor: nothing is ever noted below one that could be seen.
CREATE TABLE event (
    event_no  BIGINT PRIMARY KEY,
    member    TEXT NOT NULL,               -- whose: an institution code, or bureau, supervisor, provider
    kind      TEXT NOT NULL,               -- settled | withdrawn | due
    reference TEXT NOT NULL,               -- the batch | the member's own number of the consent | the duty
    at        BIGINT NOT NULL,            -- when it was settled or withdrawn, or seen to be due
    UNIQUE (member, kind, reference)
);
CREATE INDEX told_to_member ON event (member, event_no);

-- class: register. Stops of a member, person, item or the whole link (九(二)4, 十一(二), D18).
CREATE TABLE stop (
    stop_no   BIGINT PRIMARY KEY,
    kind      TEXT NOT NULL,               -- member | person | item | link | drill (stops nothing)
    subject   TEXT NOT NULL,               -- member code | member/account | item code | '' | incident number
    reason    TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_at BIGINT
);

-- class: register. Investigations, for which records of a class of years are kept beyond their end (never answers).
CREATE TABLE hold (
    hold_no   BIGINT PRIMARY KEY,
    class     TEXT NOT NULL,
    month     TEXT,                        -- only records of this month, YYYY-MM; NULL: of every one
    member    TEXT,                        -- only this member's; NULL: everybody's
    batch     TEXT,                        -- only those of this batch; NULL: of every one
    reason    TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_at BIGINT
);

-- class: register. Approvals of acts that nobody does alone: applied for, given or refused by another person, used once.
CREATE TABLE approval (
    approval_no    BIGINT PRIMARY KEY,
    act            TEXT NOT NULL,          -- as the regime names it under [[second_person]]
    desk           TEXT NOT NULL,          -- where it was applied for: institution code, or bureau
    subject        TEXT NOT NULL,          -- what it is about, in a word: stop:3
    about          TEXT NOT NULL,          -- whose own matter it is, place/person; '': nobody's
    digest         BYTEA NOT NULL,          -- SHA-256 of exactly what is to be done
    applied_by     TEXT NOT NULL,
    applied_person TEXT NOT NULL,
    applied_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,       -- from then on it is neither given nor used
    verdict        TEXT NOT NULL,          -- given | refused; '': nobody has decided
    decided_by     TEXT NOT NULL,          -- place/account
    decided_person TEXT NOT NULL,
    decided_at     BIGINT,
    decided_in     BIGINT,                -- journal index of the first decision of the same act
    used_at        BIGINT,
    entry          BIGINT NOT NULL        -- journal index of the application, which holds what is to be done
);

-- class: register. Grants: who may use which answers that are not their own cases', in an approved period (六(二)2).
CREATE TABLE answer_grant (
    grant_no    BIGINT PRIMARY KEY,
    account     TEXT NOT NULL,             -- whose: an account of the member
    member      TEXT NOT NULL,
    batch       TEXT,                      -- only answers of this batch; NULL: of every one
    cases_of    TEXT,                      -- only what this account queried; NULL: what anybody did
    from_at     BIGINT NOT NULL,          -- half-open [from_at, until_at)
    until_at    BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    granted_at  BIGINT NOT NULL,
    entry       BIGINT NOT NULL           -- journal index
);
CREATE INDEX grant_of_account ON answer_grant (member, account);

-- class: query. One submitted file.
CREATE TABLE batch (
    batch_no      BIGINT PRIMARY KEY,
    batch         TEXT NOT NULL UNIQUE,    -- 004-1151102-01
    member        TEXT NOT NULL,
    sha256        BYTEA NOT NULL,           -- of the file as submitted: its idempotency key
    file_bytes    BIGINT NOT NULL,
    row_count     BIGINT NOT NULL,
    encoding      TEXT NOT NULL,           -- utf8 | cp950
    submitter     TEXT NOT NULL,
    submitter_ip  TEXT NOT NULL,
    accepted_at   BIGINT NOT NULL,
    intake_cohort TEXT NOT NULL,           -- where the sealed file is
    intake_object TEXT NOT NULL,
    state         TEXT NOT NULL,           -- accepted | settled
    gated_rows    BIGINT NOT NULL,        -- rows that have passed or failed the gate; the next one starts here
    worker        BIGINT NOT NULL,        -- fencing token of the worker that holds the batch; 0: nobody has yet
    lease_until   BIGINT NOT NULL,        -- until when it is waited for: microseconds of the host's boot clock
    settled_at    BIGINT
);

-- class: query. Some thousand rows that are gated, asked, sealed and settled together.
CREATE TABLE chunk (
    chunk_no      BIGINT PRIMARY KEY,
    batch_no      BIGINT NOT NULL,
    tag           BIGINT NOT NULL UNIQUE, -- random; the first part of its query ids
    first_line    BIGINT NOT NULL,
    row_count     BIGINT NOT NULL,
    state         TEXT NOT NULL,           -- gated | settled
    gated_at      BIGINT NOT NULL,
    first_entry   BIGINT NOT NULL,        -- journal index of its first query
    query_cohort  TEXT NOT NULL,           -- where its sealed query records are
    query_object  TEXT NOT NULL,
    answer_cohort TEXT,                    -- where its sealed answers are
    answer_object TEXT,
    obtained_at   BIGINT,                 -- when its answers arrived (D1)
    answered      BIGINT NOT NULL,
    no_record     BIGINT NOT NULL,
    refused       BIGINT NOT NULL,
    failed        BIGINT NOT NULL,
    unresolved    BIGINT NOT NULL
);
CREATE INDEX chunk_of_batch ON chunk (batch_no, first_line);

-- class: query. One row of a batch and what became of it. A row that passed the gate is a query; its eight fields
-- (六(一)5) rest sealed in the chunk's query segment, at the same place in the chunk.
CREATE TABLE request (
    batch_no   BIGINT NOT NULL,
    line       BIGINT NOT NULL,
    chunk_no   BIGINT NOT NULL,
    item       TEXT NOT NULL,
    querier    TEXT NOT NULL,
    outcome    BIGINT NOT NULL,                -- 0 asked; answered, once its chunk is settled. 1 answered later, 2 no_record, 3 refused, 4 failed, 5 unresolved
    codes      TEXT NOT NULL,              -- all codes that apply, separated by ';'
    consent_no BIGINT,                    -- the consent this query uses
    use_no     BIGINT,                    -- which of its uses; NULL: none, or given back (D24)
    entry      BIGINT,                    -- journal index of the query
    PRIMARY KEY (batch_no, line)
);
-- No use of a consent is ever reserved twice, whoever tries.
CREATE UNIQUE INDEX request_use ON request (consent_no, item, use_no) WHERE use_no IS NOT NULL;
-- How often each code applies is counted without reading every row; rows without a code are not in it.
CREATE INDEX request_codes ON request (batch_no, codes) WHERE codes <> '';

-- class: query. A later reply to unresolved queries of a chunk, sealed on its own.
CREATE TABLE late_answer (
    late_no       BIGINT PRIMARY KEY,
    chunk_no      BIGINT NOT NULL,
    answer_cohort TEXT NOT NULL,
    answer_object TEXT NOT NULL,
    obtained_at   BIGINT NOT NULL,
    answered      BIGINT NOT NULL          -- answers sealed in it
);

-- class: query. A file exchanged with the provider, and who answers for it (六(二)1). A request is entered before it gets
-- its name; a reply together with what it settled.
CREATE TABLE transfer (
    transfer_no BIGINT PRIMARY KEY,
    chunk_no    BIGINT NOT NULL,
    direction   TEXT NOT NULL,             -- request | reply
    file_name   TEXT NOT NULL,
    sha256      BYTEA NOT NULL,             -- of the file; it holds a keyed token, so its hash tells nothing of the content
    line_count  BIGINT NOT NULL,          -- as its trailer counts them
    operator    TEXT NOT NULL,
    moved_at    BIGINT NOT NULL,
    state       TEXT NOT NULL,             -- sent | unsent (a request that certainly never got its name) | taken
    doubled     BIGINT NOT NULL           -- how often the very same reply came again
);
CREATE INDEX transfer_of_chunk ON transfer (chunk_no, direction);

-- class: query. A file from the provider that did not add up. Its bytes rest sealed with the answers, and go with them.
CREATE TABLE quarantine (
    quarantine_no  BIGINT PRIMARY KEY,
    chunk_no       BIGINT,                -- whose reply it claims to be; NULL: none of ours
    file_name      TEXT NOT NULL,          -- empty where it is not of our form: it could hold anything
    sha256         BYTEA NOT NULL,
    file_bytes     BIGINT NOT NULL,
    reason         TEXT NOT NULL,          -- code of the fault, XCH-...
    operator       TEXT NOT NULL,
    quarantined_at BIGINT NOT NULL,
    answer_cohort  TEXT NOT NULL,          -- where its bytes are
    answer_object  TEXT NOT NULL
);

-- class: review. Events that a person entered because a duty follows from them; open ones stay until they are closed.
CREATE TABLE duty_event (
    event_no  BIGINT PRIMARY KEY,
    rule      TEXT NOT NULL,               -- the duty's rule in the regime
    member    TEXT NOT NULL,               -- whose duty: institution code, or bureau, supervisor, provider
    account   TEXT NOT NULL,               -- the person's account where the duty is a person's, else empty
    event_day TEXT NOT NULL,
    reason    TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    raised_by TEXT NOT NULL,
    due_at    BIGINT,                     -- the instant, where hours are counted and not days
    entry     BIGINT NOT NULL             -- journal index
);
CREATE INDEX event_of_member ON duty_event (member);

-- class: review. Duties that were closed; which duties there are is computed from the regime and the registers.
CREATE TABLE duty_closing (
    closing_no BIGINT PRIMARY KEY,
    duty       TEXT NOT NULL UNIQUE,       -- its name: rule, whose, account if it is a person's, period
    member     TEXT NOT NULL,
    event_no   BIGINT,                    -- the event it follows from, if that was raised
    artefact   TEXT NOT NULL,              -- sha256:<hex> of a file, or a reference of the kind that the rule names
    closed_on  TEXT NOT NULL,
    closed_at  BIGINT NOT NULL,
    closed_by  TEXT NOT NULL,
    kept_from  TEXT NOT NULL,              -- the later of its last day and the day it was closed on
    entry      BIGINT NOT NULL            -- journal index
);
CREATE INDEX closing_of_member ON duty_closing (member);

-- class: review. Incidents, suspected or actual, and drills (九(二)4, 九(三)5, 十二): what was stopped, and how they ended.
CREATE TABLE incident (
    incident_no  BIGINT PRIMARY KEY,
    nature       TEXT NOT NULL,            -- suspected | actual | drill
    kind         TEXT NOT NULL,            -- what it is of, as its stop: member | person | item | link | drill
    subject      TEXT NOT NULL,
    reason       TEXT NOT NULL,
    known_at     BIGINT NOT NULL,         -- the clocks of its notices run from it
    affects_from BIGINT NOT NULL,         -- queries from then until the stop count as affected
    stop_no      BIGINT NOT NULL,
    stop_entry   BIGINT NOT NULL,         -- journal index of the stop
    opened_at    BIGINT NOT NULL,
    opened_by    TEXT NOT NULL,
    entry        BIGINT NOT NULL,         -- journal index
    outcome      TEXT NOT NULL,            -- confirmed | unfounded | drilled | broken_off; empty: it is open
    closed_at    BIGINT,
    closed_by    TEXT NOT NULL,
    report       TEXT NOT NULL,            -- SHA-256 of its report; empty: none
    close_entry  BIGINT                   -- journal index
);

-- class: review. Who is notified of an incident, and the duty that this is.
CREATE TABLE incident_notice (
    incident_no BIGINT NOT NULL,
    recipient   TEXT NOT NULL,             -- as the regime names it
    duty        TEXT NOT NULL,
    PRIMARY KEY (incident_no, recipient)
);

-- class: review. How long after its stop something still left: each reading of an incident, in order.
CREATE TABLE incident_release (
    reading_no  BIGINT PRIMARY KEY,
    incident_no BIGINT NOT NULL,
    read_at     BIGINT NOT NULL,
    released    BIGINT NOT NULL,          -- queries whose answers came after the stop
    deliveries  BIGINT NOT NULL,          -- files handed out after it
    on_the_way  BIGINT NOT NULL,          -- queries that had passed the gate before it and have no outcome yet
    last_at     BIGINT,                   -- the last release after the stop
    elapsed     BIGINT,                   -- microseconds from the commit of the stop to it; NULL: not over yet
    watched     BIGINT NOT NULL,          -- whether a stopwatch ran since the commit; else it is by the instants noted
    entry       BIGINT NOT NULL           -- journal index
);
CREATE INDEX release_of_incident ON incident_release (incident_no);

-- class: review. What was found, done and imposed in an incident; added to, never changed.
CREATE TABLE incident_step (
    step_no     BIGINT PRIMARY KEY,
    incident_no BIGINT NOT NULL,
    what        TEXT NOT NULL,             -- finding | measure | a sanction as the regime names it
    note        TEXT NOT NULL,
    account     TEXT NOT NULL,
    stepped_at  BIGINT NOT NULL,
    entry       BIGINT NOT NULL           -- journal index
);
CREATE INDEX step_of_incident ON incident_step (incident_no);

-- class: register. Local days that differ from the offices' calendar: a typhoon, a day made up, a year not embedded.
CREATE TABLE working_day (
    day        TEXT NOT NULL PRIMARY KEY,
    is_workday BIGINT NOT NULL,
    note       TEXT NOT NULL
);

-- class: review. What was said of each account in a review (五(二)): it keeps its rights, or they are to be changed.
CREATE TABLE account_check (
    check_no   BIGINT PRIMARY KEY,
    duty       TEXT NOT NULL,              -- the duty whose review it is of
    member     TEXT NOT NULL,
    account    TEXT NOT NULL,
    from_day   TEXT NOT NULL,              -- with member and account: which authorisation
    verdict    TEXT NOT NULL,              -- keep | change
    remark     TEXT NOT NULL,
    checked_at BIGINT NOT NULL,
    checked_by TEXT NOT NULL,
    entry      BIGINT NOT NULL            -- journal index
);
CREATE INDEX check_of_duty ON account_check (duty);

-- class: register. Papers that have to be on file, were sent, received, asked for or answered; their kinds are the regime's.
CREATE TABLE paper (
    paper_no   BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,              -- as the regime names it
    member     TEXT NOT NULL,              -- whose: institution code, or bureau
    day        TEXT NOT NULL,              -- the paper's own date
    fields     TEXT NOT NULL,              -- JSON object: what the kind asks for; accounts, places, numbers of letters
    sha256     TEXT NOT NULL,              -- of the paper itself, in hexadecimal; empty where it was not shown
    follows    BIGINT,                    -- the paper it answers
    duty       TEXT NOT NULL,              -- the duty that followed from it; empty if none did
    entered_at BIGINT NOT NULL,
    entered_by TEXT NOT NULL,
    ended_on   TEXT,                       -- NULL while it stands, or waits for what follows
    entry      BIGINT NOT NULL            -- journal index
);
CREATE INDEX paper_of_member ON paper (member);

-- class: audit. The journal's entries, in bundles as they were appended (C2SP tlog-tiles encoding).
CREATE TABLE journal_entries (
    first_index BIGINT PRIMARY KEY,
    entry_count BIGINT NOT NULL,
    body        BYTEA NOT NULL,
    digest      BYTEA NOT NULL              -- over the leaf hashes as the writer computed them
);

-- class: audit. One row: how many entries there are.
CREATE TABLE journal_head (
    id             BIGINT PRIMARY KEY CHECK (id = 1),
    size           BIGINT NOT NULL,
    unsigned_since BIGINT                  -- when the first entry came that no checkpoint covers
);
INSERT INTO journal_head (id, size) VALUES (1, 0);

-- class: audit. Hashes of the tree, up to 256 a row; the last row of each level grows.
CREATE TABLE journal_tile (
    tile_level BIGINT NOT NULL,
    tile_index BIGINT NOT NULL,
    hashes     BYTEA NOT NULL,
    PRIMARY KEY (tile_level, tile_index)
);

-- class: audit. Signed checkpoints.
CREATE TABLE journal_checkpoint (
    origin    TEXT NOT NULL,               -- under which it was signed: a restored journal goes on under a new one
    size      BIGINT NOT NULL,
    root      BYTEA NOT NULL,
    note      TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (origin, size)
);

-- class: audit. Payloads of single entries, sealed; an entry commits to its payload, which may be forgotten later.
CREATE TABLE journal_payload (
    entry      BIGINT PRIMARY KEY,
    entered_at BIGINT NOT NULL,
    cohort     TEXT NOT NULL,
    sealed     BYTEA NOT NULL
);

-- class: certificate. Cohorts whose destruction has been entered in the journal.
CREATE TABLE destruction (
    cohort     TEXT NOT NULL PRIMARY KEY,
    commitment BYTEA NOT NULL,            -- of the key that is gone; empty if there was none
    entered_at BIGINT NOT NULL,
    entry      BIGINT NOT NULL          -- journal index
);

-- class: certificate. What has been deleted so far of a month of a class of years: its certificates count by it (D16).
CREATE TABLE ended_month (
    cohort   TEXT NOT NULL PRIMARY KEY,
    segments BIGINT NOT NULL,             -- sealed files that its rows had named
    removed  BIGINT NOT NULL,             -- of these, files that lay there and were removed
    records  BIGINT NOT NULL              -- records that its key had sealed
);

-- class: certificate. Signed deletion certificates (八(二)3, D6): one that says `erased` of each destroyed cohort; one that
-- says `deleted`, before it, of a cohort of months (D16).
CREATE TABLE certificate (
    cohort         TEXT NOT NULL,
    state          TEXT NOT NULL,          -- deleted | erased
    certificate_no BIGINT NOT NULL UNIQUE,
    note           TEXT NOT NULL,          -- the signed note, as it leaves the house
    unrecorded     BIGINT NOT NULL,       -- segments in its count that no row had named: a crash had left them
    issued_at      BIGINT NOT NULL,
    entry          BIGINT NOT NULL,       -- journal index; the entry's reference is the SHA-256 of the note
    PRIMARY KEY (cohort, state)
);

-- class: review. The monthly sample of a member's queries (九(三)2(1), D7 to D9). What is drawn follows from its steps and the
-- journal.
CREATE TABLE sample (
    member         TEXT NOT NULL,
    month          TEXT NOT NULL,          -- YYYY-MM, Asia/Taipei
    state          TEXT NOT NULL,          -- committed | frozen | drawn
    commit_entry   BIGINT NOT NULL,       -- journal index; the bureau's value rests in its payload
    committed_at   BIGINT NOT NULL,
    frozen_size    BIGINT NOT NULL,       -- entries covered by the checkpoint under which it was frozen; 0: not yet
    population     BIGINT NOT NULL,       -- queries of the month among them
    announce_entry BIGINT,                -- journal index, where the bureau draws without a reviewer
    sample_size    BIGINT NOT NULL,
    reviewer       TEXT NOT NULL,          -- empty before the draw, and where nobody drew in time
    steps          TEXT NOT NULL,          -- JSON: act, journal index and payload of what outsiders may see; names who acted
    items          TEXT NOT NULL,          -- journal indexes of its records in the order of the draw, noted when the first is opened
    last_at        BIGINT NOT NULL,       -- of the last act
    PRIMARY KEY (member, month)
);

-- class: sheet. A querier's weekly sheet of a unit (六(一)6, 九(三)1, D11): its journal indexes, and who signed and approved it.
CREATE TABLE sheet (
    sheet_no      BIGINT PRIMARY KEY,
    member        TEXT NOT NULL,
    week          TEXT NOT NULL,           -- 2026-W45, Asia/Taipei
    querier       TEXT NOT NULL,           -- account
    unit          TEXT NOT NULL,           -- of the member, as the querier's authorisation of the day names it; may be empty
    counts_from   TEXT NOT NULL,           -- its days count from it: the Sunday, or the day before a late making
    queries       BIGINT NOT NULL,
    entries       TEXT NOT NULL,           -- journal indexes of its queries, in ranges; empty: a nil sheet
    sha256        BYTEA NOT NULL,           -- of its content; the entries about it commit to it
    made_at       BIGINT NOT NULL,
    make_entry    BIGINT NOT NULL,        -- journal index
    signed_by     TEXT NOT NULL,           -- empty: not yet
    signed_at     BIGINT,
    sign_entry    BIGINT,
    approved_by   TEXT NOT NULL,
    approved_at   BIGINT,
    approve_entry BIGINT,
    last_at       BIGINT NOT NULL,        -- of the last act
    UNIQUE (member, week, querier, unit)
);

-- class: sheet. Weeks whose sheets were made, also where there was nobody to make one for.
CREATE TABLE sheet_week (
    member  TEXT NOT NULL,
    week    TEXT NOT NULL,
    sheets  BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (member, week)
);

-- class: review. Who was named to review a sample beside the one who drew it (D8). What follows ends with its sample.
CREATE TABLE named_reviewer (
    member   TEXT NOT NULL,
    month    TEXT NOT NULL,
    account  TEXT NOT NULL,
    named_by TEXT NOT NULL,
    named_at BIGINT NOT NULL,
    entry    BIGINT NOT NULL,             -- journal index
    PRIMARY KEY (member, month, account)
);

-- class: review. Each time a reviewer opened a record of the sample.
CREATE TABLE review_opening (
    opening_no  BIGINT PRIMARY KEY,
    member      TEXT NOT NULL,
    month       TEXT NOT NULL,
    query_entry BIGINT NOT NULL,          -- journal index of the query
    account     TEXT NOT NULL,
    opened_at   BIGINT NOT NULL,
    entry       BIGINT NOT NULL           -- journal index of the opening
);
CREATE INDEX opening_of_sample ON review_opening (member, month, query_entry);

-- class: review. Verdicts, one a row, never changed: who thinks otherwise later adds another. The remark rests sealed in the
-- payload of the entry.
CREATE TABLE verdict (
    verdict_no  BIGINT PRIMARY KEY,
    member      TEXT NOT NULL,
    month       TEXT NOT NULL,
    query_entry BIGINT NOT NULL,          -- journal index of the query
    account     TEXT NOT NULL,
    verdict     TEXT NOT NULL,             -- as the regime names it
    reasons     TEXT NOT NULL,             -- as the regime names them, separated by ';'
    opened_at   BIGINT NOT NULL,          -- when the reviewer had opened the record last
    given_at    BIGINT NOT NULL,
    entry       BIGINT NOT NULL           -- journal index
);
CREATE INDEX verdict_of_sample ON verdict (member, month, query_entry);

-- class: review. What a verdict found, until it is closed.
CREATE TABLE finding (
    finding_no BIGINT PRIMARY KEY,
    member     TEXT NOT NULL,
    month      TEXT NOT NULL,
    verdict_no BIGINT NOT NULL UNIQUE,
    opened_at  BIGINT NOT NULL,
    due_day    TEXT NOT NULL               -- the last day on which it is closed in time
);
CREATE INDEX finding_of_sample ON finding (member, month);

-- class: review. What became of a finding: each step once.
CREATE TABLE finding_step (
    finding_no BIGINT NOT NULL,
    step       TEXT NOT NULL,              -- corrected | closed
    member     TEXT NOT NULL,
    month      TEXT NOT NULL,
    account    TEXT NOT NULL,
    stepped_at BIGINT NOT NULL,
    artefact   BYTEA NOT NULL,              -- SHA-256 of the file that shows it; empty: none
    entry      BIGINT NOT NULL,           -- journal index
    PRIMARY KEY (finding_no, step)
);

-- class: review. Reviews that were signed off, with the hash of the verdicts that this is about.
CREATE TABLE review_sign_off (
    member        TEXT NOT NULL,
    month         TEXT NOT NULL,
    account       TEXT NOT NULL,
    signed_at     BIGINT NOT NULL,
    verdict_count BIGINT NOT NULL,
    digest        BYTEA NOT NULL,           -- SHA-256 of the list of verdicts
    entry         BIGINT NOT NULL,        -- journal index
    PRIMARY KEY (member, month)
);
