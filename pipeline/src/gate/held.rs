//! Takes back what a stop has closed after it passed the gate and before it left: a stop holds from the next item on (D18). *SQL.*

use jiff::civil::Date;
use mayfly_consent::Code;
use sqlx::AnyConnection;

use super::GatePass;
use crate::{access::Registers, app::House, error::Result, provider::Visit, regime::Regime};

impl GatePass {
    /// The same pass without what is stopped by now. On a first visit such a query has certainly not left: it fails, and the use
    /// of its consent is given back.
    ///
    /// # Errors
    /// `GATE-CLOCK` while the clocks disagree; `DB-*`.
    pub async fn hold_back(
        mut self,
        house: &House,
        conn: &mut AnyConnection,
        registers: &mut Registers,
        member: &str,
    ) -> Result<Self> {
        let today = house.today(house.trusted_now()?);
        registers.refresh(conn, member).await?;
        let closed = closed(&house.regime, registers, today);
        if self.visit != Visit::Ask || (closed.is_none() && !registers.anything_stopped()) {
            return Ok(self);
        }
        let pairs = self.asked.into_iter().zip(self.questions);
        (self.asked, self.questions) = (Vec::new(), Vec::new());
        for (asked, question) in pairs {
            let item = question.item().to_string();
            match closed.or_else(|| stopped(registers, &asked.querier, &item)) {
                Some(code) => self.held.push((asked.line, code)),
                None => {
                    self.asked.push(asked);
                    self.questions.push(question);
                }
            }
        }
        Ok(self)
    }
}

/// Why nothing of the member may leave on `today`, if so.
pub(super) fn closed(regime: &Regime, registers: &Registers, today: Date) -> Option<Code> {
    if registers.link_stopped() || !regime.link_runs_on(today) {
        Some(Code::GateLink)
    } else if registers.member_closed(today) {
        Some(Code::GateMember)
    } else {
        None
    }
}

/// Why this query may not leave, if its person or its item is stopped.
pub(super) fn stopped(registers: &Registers, querier: &str, item: &str) -> Option<Code> {
    let person = registers.person_stopped(querier).then_some(Code::GatePerson);
    person.or_else(|| registers.item_stopped(item).then_some(Code::GateItem))
}
