//! What ends by itself: of which class each kind of record is, how those at their end are found, and what is deleted. *SQL.*

use mayfly_retention::Class;

/// What ends by itself. The order is that of a pass: a batch goes after its chunks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A chunk with its rows, its files exchanged and its sealed query records.
    Chunk,
    /// A file that did not add up; its bytes went with the answers.
    Quarantine,
    /// A batch of which no chunk is left.
    Batch,
    /// A consent, with the uses it was kept for.
    Consent,
    /// The sealed facts of a journal entry.
    Payload,
    /// An authorisation that has ended.
    Authorisation,
    /// The closing of a duty, with the event it follows from.
    Closing,
    /// An incident that was closed, with its notices, readings and steps.
    Incident,
    /// A stop that was lifted.
    Stop,
    /// A hold that was lifted.
    Hold,
    /// An approval that serves no more.
    Approval,
    /// A grant that is over.
    Grant,
    /// The sample of a member and month, with its review.
    Sample,
    /// A querier's weekly sheet.
    Sheet,
    /// That a week's sheets were made.
    SheetWeek,
    /// A paper of the register that is done with.
    Paper,
    /// What was said of an account in a review.
    Check,
    /// A password that nobody has changed, with those before it.
    Credential,
    /// A token that is over.
    Token,
    /// What was told to a member's systems.
    Event,
}

impl Kind {
    pub(super) const ALL: [Self; 20] = [
        Self::Chunk,
        Self::Quarantine,
        Self::Batch,
        Self::Consent,
        Self::Payload,
        Self::Authorisation,
        Self::Closing,
        Self::Incident,
        Self::Stop,
        Self::Hold,
        Self::Approval,
        Self::Grant,
        Self::Sample,
        Self::Sheet,
        Self::SheetWeek,
        Self::Paper,
        Self::Check,
        Self::Credential,
        Self::Token,
        Self::Event,
    ];

    /// Its record class.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Chunk | Self::Quarantine | Self::Batch => Class::Query,
            Self::Consent => Class::Consent,
            Self::Payload => Class::Audit,
            Self::Authorisation
            | Self::Stop
            | Self::Hold
            | Self::Approval
            | Self::Grant
            | Self::Paper
            | Self::Credential
            | Self::Token
            | Self::Event => Class::Register,
            Self::Sample | Self::Closing | Self::Incident | Self::Check => Class::Review,
            Self::Sheet | Self::SheetWeek => Class::Sheet,
        }
    }

    /// Its table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Quarantine => "quarantine",
            Self::Batch => "batch",
            Self::Consent => "consent",
            Self::Payload => "journal_payload",
            Self::Authorisation => "authorisation",
            Self::Closing => "duty_closing",
            Self::Incident => "incident",
            Self::Stop => "stop",
            Self::Hold => "hold",
            Self::Approval => "approval",
            Self::Grant => "answer_grant",
            Self::Sample => "sample",
            Self::Sheet => "sheet",
            Self::SheetWeek => "sheet_week",
            Self::Paper => "paper",
            Self::Check => "account_check",
            Self::Credential => "credential",
            Self::Token => "api_token",
            Self::Event => "event",
        }
    }

    /// Selects a page of those whose period began before $2 (an instant, or a day in text), after $1: name, beginning,
    /// cohort if sealed, object, member, batch, how many sealed records it is. Columns that the class ends by are those of
    /// the file of classes. They are ordered by the table's own column: the bare name would be that of the text beside
    /// it on PostgreSQL.
    pub(super) fn select(self) -> &'static str {
        match self {
            Self::Chunk => {
                "SELECT CAST(chunk.chunk_no AS TEXT), CAST(chunk.gated_at AS TEXT), chunk.query_cohort, chunk.query_object,
                 COALESCE(batch.member, ''), COALESCE(batch.batch, ''),
                 CAST(chunk.row_count - chunk.refused AS BIGINT) FROM chunk
                 LEFT JOIN batch ON batch.batch_no = chunk.batch_no
                 WHERE chunk.chunk_no > CAST($1 AS BIGINT) AND chunk.gated_at < CAST($2 AS BIGINT) AND chunk.state = 'settled'
                 ORDER BY chunk.chunk_no LIMIT 16"
            }
            Self::Quarantine => {
                "SELECT CAST(quarantine_no AS TEXT), CAST(quarantined_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM quarantine
                 WHERE quarantine_no > CAST($1 AS BIGINT) AND quarantined_at < CAST($2 AS BIGINT)
                 ORDER BY quarantine.quarantine_no LIMIT 500"
            }
            Self::Batch => {
                "SELECT CAST(batch_no AS TEXT), CAST(accepted_at AS TEXT), '', '', member, batch, CAST(0 AS BIGINT) FROM batch
                 WHERE batch_no > CAST($1 AS BIGINT) AND accepted_at < CAST($2 AS BIGINT) AND state = 'settled'
                 AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.batch_no = batch.batch_no) ORDER BY batch.batch_no LIMIT 500"
            }
            Self::Consent => {
                "SELECT CAST(consent_no AS TEXT), outcome_date, cohort, '', member, '', CAST(1 AS BIGINT) FROM consent
                 WHERE outcome_date <> '' AND outcome_date < $2 AND consent_no > CAST($1 AS BIGINT)
                 ORDER BY consent.consent_no LIMIT 500"
            }
            Self::Payload => {
                "SELECT CAST(entry AS TEXT), CAST(entered_at AS TEXT), cohort, '', '', '', CAST(1 AS BIGINT) FROM journal_payload
                 WHERE entry > CAST($1 AS BIGINT) AND entered_at < CAST($2 AS BIGINT) ORDER BY journal_payload.entry LIMIT 500"
            }
            Self::Authorisation => {
                "SELECT member || ' ' || account || ' ' || from_day, to_day, '', '', member, '', CAST(0 AS BIGINT) FROM authorisation
                 WHERE to_day IS NOT NULL AND to_day < $2 AND member || ' ' || account || ' ' || from_day > $1
                 ORDER BY 1 LIMIT 500"
            }
            Self::Closing => {
                "SELECT CAST(closing_no AS TEXT), kept_from, '', '', member, '', CAST(0 AS BIGINT) FROM duty_closing
                 WHERE closing_no > CAST($1 AS BIGINT) AND kept_from < $2 ORDER BY duty_closing.closing_no LIMIT 500"
            }
            Self::Incident => {
                "SELECT CAST(incident_no AS TEXT), CAST(closed_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM incident
                 WHERE incident_no > CAST($1 AS BIGINT) AND closed_at < CAST($2 AS BIGINT) ORDER BY incident.incident_no LIMIT 500"
            }
            Self::Stop => {
                "SELECT CAST(stop_no AS TEXT), CAST(lifted_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM stop
                 WHERE stop_no > CAST($1 AS BIGINT) AND lifted_at < CAST($2 AS BIGINT) ORDER BY stop.stop_no LIMIT 500"
            }
            Self::Hold => {
                "SELECT CAST(hold_no AS TEXT), CAST(lifted_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM hold
                 WHERE hold_no > CAST($1 AS BIGINT) AND lifted_at < CAST($2 AS BIGINT) ORDER BY hold.hold_no LIMIT 500"
            }
            Self::Approval => {
                "SELECT CAST(approval_no AS TEXT), CAST(expires_at AS TEXT), '', '', '', '', CAST(0 AS BIGINT) FROM approval
                 WHERE approval_no > CAST($1 AS BIGINT) AND expires_at < CAST($2 AS BIGINT) ORDER BY approval.approval_no LIMIT 500"
            }
            Self::Grant => {
                "SELECT CAST(grant_no AS TEXT), CAST(until_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM answer_grant
                 WHERE grant_no > CAST($1 AS BIGINT) AND until_at < CAST($2 AS BIGINT) ORDER BY answer_grant.grant_no LIMIT 500"
            }
            Self::Sample => {
                "SELECT member || ' ' || month, CAST(last_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM sample
                 WHERE member || ' ' || month > $1 AND last_at < CAST($2 AS BIGINT) ORDER BY 1 LIMIT 500"
            }
            Self::Sheet => {
                "SELECT CAST(sheet_no AS TEXT), CAST(last_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM sheet
                 WHERE sheet_no > CAST($1 AS BIGINT) AND last_at < CAST($2 AS BIGINT) ORDER BY sheet.sheet_no LIMIT 500"
            }
            Self::SheetWeek => {
                "SELECT member || ' ' || week, CAST(made_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM sheet_week
                 WHERE member || ' ' || week > $1 AND made_at < CAST($2 AS BIGINT) ORDER BY 1 LIMIT 500"
            }
            Self::Paper => {
                "SELECT CAST(paper_no AS TEXT), ended_on, '', '', member, '', CAST(0 AS BIGINT) FROM paper
                 WHERE ended_on IS NOT NULL AND ended_on < $2 AND paper_no > CAST($1 AS BIGINT)
                 ORDER BY paper.paper_no LIMIT 500"
            }
            Self::Check => {
                "SELECT CAST(check_no AS TEXT), CAST(checked_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM account_check
                 WHERE check_no > CAST($1 AS BIGINT) AND checked_at < CAST($2 AS BIGINT)
                 ORDER BY account_check.check_no LIMIT 500"
            }
            Self::Token => {
                "SELECT CAST(token_no AS TEXT), CAST(until_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM api_token
                 WHERE token_no > CAST($1 AS BIGINT) AND until_at < CAST($2 AS BIGINT) ORDER BY api_token.token_no LIMIT 500"
            }
            Self::Event => {
                "SELECT CAST(event_no AS TEXT), CAST(at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM event
                 WHERE event_no > CAST($1 AS BIGINT) AND at < CAST($2 AS BIGINT) ORDER BY event.event_no LIMIT 500"
            }
            Self::Credential => {
                "SELECT member || ' ' || account, CAST(set_at AS TEXT), '', '', member, '', CAST(0 AS BIGINT) FROM credential
                 WHERE member || ' ' || account > $1 AND set_at < CAST($2 AS BIGINT) ORDER BY 1 LIMIT 500"
            }
        }
    }

    /// As [`select`](Self::select), before the chunks of the same pass are gone: batches whose chunks are all at their end.
    pub(super) fn select_ahead(self) -> &'static str {
        match self {
            Self::Batch => {
                "SELECT CAST(batch_no AS TEXT), CAST(accepted_at AS TEXT), '', '', member, batch, CAST(0 AS BIGINT) FROM batch
                 WHERE batch_no > CAST($1 AS BIGINT) AND accepted_at < CAST($2 AS BIGINT) AND state = 'settled'
                 AND NOT EXISTS (SELECT 1 FROM chunk WHERE chunk.batch_no = batch.batch_no
                 AND (chunk.state <> 'settled' OR chunk.gated_at >= CAST($2 AS BIGINT))) ORDER BY batch.batch_no LIMIT 500"
            }
            other => other.select(),
        }
    }

    /// What is deleted, in this order, for each record ($1, its name); the last is the record itself.
    pub(super) fn delete(self) -> &'static [&'static str] {
        match self {
            // A consent that is kept longer than its query keeps the bare fact that it was used: no use comes back.
            Self::Chunk => &[
                "UPDATE request SET querier = '', codes = '', entry = NULL WHERE chunk_no = CAST($1 AS BIGINT)
                 AND batch_no = (SELECT batch_no FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)) AND use_no IS NOT NULL
                 AND EXISTS (SELECT 1 FROM consent WHERE consent.consent_no = request.consent_no)",
                "DELETE FROM request WHERE chunk_no = CAST($1 AS BIGINT)
                 AND batch_no = (SELECT batch_no FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)) AND (use_no IS NULL
                 OR NOT EXISTS (SELECT 1 FROM consent WHERE consent.consent_no = request.consent_no))",
                "DELETE FROM late_answer WHERE chunk_no = CAST($1 AS BIGINT)",
                "DELETE FROM transfer WHERE chunk_no = CAST($1 AS BIGINT)",
                "DELETE FROM chunk WHERE chunk_no = CAST($1 AS BIGINT)",
            ],
            Self::Quarantine => &["DELETE FROM quarantine WHERE quarantine_no = CAST($1 AS BIGINT)"],
            Self::Batch => &["DELETE FROM batch WHERE batch_no = CAST($1 AS BIGINT)"],
            Self::Consent => &[
                "DELETE FROM request WHERE consent_no = CAST($1 AS BIGINT) AND use_no IS NOT NULL AND querier = ''",
                "DELETE FROM consent WHERE consent_no = CAST($1 AS BIGINT)",
            ],
            Self::Payload => &["DELETE FROM journal_payload WHERE entry = CAST($1 AS BIGINT)"],
            Self::Authorisation => &[
                "DELETE FROM authorisation_change WHERE member || ' ' || account || ' ' || from_day = $1",
                "DELETE FROM authorisation WHERE member || ' ' || account || ' ' || from_day = $1",
            ],
            Self::Closing => &[
                "DELETE FROM duty_event WHERE event_no = (SELECT event_no FROM duty_closing WHERE closing_no = CAST($1 AS BIGINT))",
                "DELETE FROM duty_closing WHERE closing_no = CAST($1 AS BIGINT)",
            ],
            Self::Incident => &[
                "DELETE FROM incident_notice WHERE incident_no = CAST($1 AS BIGINT)",
                "DELETE FROM incident_release WHERE incident_no = CAST($1 AS BIGINT)",
                "DELETE FROM incident_step WHERE incident_no = CAST($1 AS BIGINT)",
                "DELETE FROM incident WHERE incident_no = CAST($1 AS BIGINT)",
            ],
            Self::Stop => &["DELETE FROM stop WHERE stop_no = CAST($1 AS BIGINT)"],
            Self::Hold => &["DELETE FROM hold WHERE hold_no = CAST($1 AS BIGINT)"],
            Self::Grant => &["DELETE FROM answer_grant WHERE grant_no = CAST($1 AS BIGINT)"],
            Self::Approval => &["DELETE FROM approval WHERE approval_no = CAST($1 AS BIGINT)"],
            Self::Sample => &[
                "DELETE FROM named_reviewer WHERE member || ' ' || month = $1",
                "DELETE FROM review_opening WHERE member || ' ' || month = $1",
                "DELETE FROM verdict WHERE member || ' ' || month = $1",
                "DELETE FROM finding WHERE member || ' ' || month = $1",
                "DELETE FROM finding_step WHERE member || ' ' || month = $1",
                "DELETE FROM review_sign_off WHERE member || ' ' || month = $1",
                "DELETE FROM sample WHERE member || ' ' || month = $1",
            ],
            Self::Sheet => &["DELETE FROM sheet WHERE sheet_no = CAST($1 AS BIGINT)"],
            Self::SheetWeek => &["DELETE FROM sheet_week WHERE member || ' ' || week = $1"],
            Self::Paper => &["DELETE FROM paper WHERE paper_no = CAST($1 AS BIGINT)"],
            Self::Check => &["DELETE FROM account_check WHERE check_no = CAST($1 AS BIGINT)"],
            Self::Token => &["DELETE FROM api_token WHERE token_no = CAST($1 AS BIGINT)"],
            Self::Event => &["DELETE FROM event WHERE event_no = CAST($1 AS BIGINT)"],
            Self::Credential => &[
                "DELETE FROM session WHERE member || ' ' || account = $1",
                "DELETE FROM past_password WHERE member || ' ' || account = $1",
                "DELETE FROM credential WHERE member || ' ' || account = $1",
            ],
        }
    }

    /// Whether it begins with a day in text, not with an instant.
    pub(super) fn begins_with_a_day(self) -> bool {
        matches!(
            self,
            Self::Consent | Self::Authorisation | Self::Closing | Self::Paper
        )
    }

    /// A name before every other: entries are counted from 0 on.
    pub(super) fn first(self) -> &'static str {
        if matches!(
            self,
            Self::Authorisation | Self::Sample | Self::SheetWeek | Self::Credential
        ) {
            ""
        } else {
            "-1"
        }
    }
}
