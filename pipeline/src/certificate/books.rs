//! The books: which sealed objects the database knows of, cohort by cohort. *SQL.*

use mayfly_retention::{Cohort, ObjectId};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::error::{Error, Result};

/// The objects recorded of a cohort of hours, each with the answers in it.
pub async fn of(conn: &mut AnyConnection, cohort: Cohort) -> Result<Vec<(ObjectId, u64)>> {
    let rows = sqlx::query(
        "SELECT answer_object, CAST(answered - COALESCE((SELECT SUM(late_answer.answered) FROM late_answer
                WHERE late_answer.chunk_no = chunk.chunk_no), 0) AS BIGINT)
         FROM chunk WHERE answer_cohort = $1
         UNION ALL SELECT answer_object, answered FROM late_answer WHERE answer_cohort = $1
         UNION ALL SELECT answer_object, 0 FROM quarantine WHERE answer_cohort = $1
         UNION ALL SELECT intake_object, 0 FROM batch WHERE intake_cohort = $1",
    )
    .bind(cohort.name())
    .fetch_all(conn)
    .await
    .map_err(Error::database(READ))?;
    rows.iter()
        .map(|row| {
            let answers: i64 = row.try_get(1).map_err(Error::database(READ))?;
            Ok((object(row, 0)?, answers.max(0).unsigned_abs()))
        })
        .collect()
}

/// Every object ever recorded, by cohort.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<(Cohort, ObjectId)>> {
    let rows = sqlx::query(
        "SELECT answer_cohort AS cohort, answer_object AS object FROM chunk WHERE answer_cohort IS NOT NULL
         UNION ALL SELECT answer_cohort, answer_object FROM late_answer
         UNION ALL SELECT answer_cohort, answer_object FROM quarantine
         UNION ALL SELECT intake_cohort, intake_object FROM batch
         UNION ALL SELECT query_cohort, query_object FROM chunk WHERE query_object <> ''
         ORDER BY 1",
    )
    .fetch_all(conn)
    .await
    .map_err(Error::database(READ))?;
    rows.iter()
        .map(|row| {
            let cohort: String = row.try_get(0).map_err(Error::database(READ))?;
            let cohort = Cohort::parse(&cohort).map_err(|_| Error::Bug("a recorded cohort has no name"))?;
            Ok((cohort, object(row, 1)?))
        })
        .collect()
}

fn object(row: &AnyRow, column: usize) -> Result<ObjectId> {
    let name: String = row.try_get(column).map_err(Error::database(READ))?;
    ObjectId::parse(&name).map_err(|_| Error::Bug("a recorded object has no name"))
}

const READ: &str = "read the books of sealed objects";
