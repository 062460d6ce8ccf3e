-- Consent forms and registered consents (class `consent`: kept 5 years from the outcome, D16).
-- Portable subset: instants are microseconds since 1970-01-01 UTC, days are text YYYY-MM-DD in Taipei, yes/no is 1/0.

-- class: consent. One row a registered version of a form. A row never changes (D26).
CREATE TABLE consent_form (
    form_id       TEXT    NOT NULL, -- the form's number
    version       TEXT    NOT NULL, -- its version
    title         TEXT    NOT NULL, -- what people call it
    in_force_from TEXT    NOT NULL, -- first day it may be agreed to
    in_force_to   TEXT    NOT NULL, -- first day it may no longer be; '' while it is in force
    valid_days    INTEGER NOT NULL, -- how long a consent on it may be used
    items         TEXT    NOT NULL, -- query items it covers, separated by spaces
    purposes      TEXT    NOT NULL, -- purposes it covers, separated by spaces
    recipients    TEXT    NOT NULL, -- recipients it names, separated by spaces
    notices       TEXT    NOT NULL, -- notices of the law it carries, separated by spaces
    text          TEXT    NOT NULL, -- the whole text people agreed to
    sha256        BLOB    NOT NULL, -- SHA-256 over the UTF-8 bytes of text
    PRIMARY KEY (form_id, version)
) STRICT;

-- class: consent. One row a consent. What tells who the subject is lies only in `sealed`; the plain columns are what the rules need.
-- The uses of a consent are counted by the requests that took them, not here (D24).
CREATE TABLE consent (
    consent_no    INTEGER NOT NULL PRIMARY KEY, -- our own number, given by the caller, never reused
    member        TEXT    NOT NULL, -- whose consent it is
    consent_ref   TEXT    NOT NULL, -- the member's own number for it
    subject_index BLOB    NOT NULL, -- keyed index of the identity number, 16 bytes (D17: no plain hashes)
    content_tag   BLOB    NOT NULL, -- keyed tag over the terms and the birth date, 16 bytes (CNS-CONFLICT)
    terms         TEXT    NOT NULL, -- what the rules need, with a space between: channel (electronic or paper), instant of
                                    -- the consent, whether it has a source (1 or 0), form, version, method, result and instant
                                    -- of the identity check, hash of the text agreed to (hexadecimal; - where none was given)
    registered_at INTEGER NOT NULL, -- when it was registered here
    withdrawn_at  INTEGER,          -- when the subject withdrew it; empty while it stands (D15)
    outcome       TEXT    NOT NULL DEFAULT '', -- granted, refused or withdrawn; '' while unknown
    outcome_date  TEXT    NOT NULL DEFAULT '', -- end of credit, or the day of refusal or withdrawal; '' while unknown
    cohort        TEXT    NOT NULL, -- the cohort whose key seals it
    salt          BLOB    NOT NULL, -- what its object key is made with
    ordinal       INTEGER NOT NULL, -- its place among what was sealed with it
    sealed        BLOB    NOT NULL, -- the whole consent, sealed
    UNIQUE (consent_ref, member)
) STRICT;
-- What may be at its end is found without reading every consent.
CREATE INDEX consent_end ON consent (outcome_date) WHERE outcome_date <> '';
-- So are those that were withdrawn.
CREATE INDEX consent_withdrawn ON consent (member, withdrawn_at) WHERE withdrawn_at IS NOT NULL;
