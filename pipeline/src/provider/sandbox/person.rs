//! The invented working life of one person, as change records. *Pure.*

use jiff::civil::Date;

use super::{
    super::{change::Kind, grades},
    dice::Dice,
    unit::UnitKey,
};

/// One change record before it is written out.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) unit: UnitKey,
    pub(super) kind: Kind,
    pub(super) effective_date: Date,
    pub(super) end_date: Option<Date>,
    pub(super) insured_salary: u32,
    pub(super) mark: Mark,
}

/// What the remark of a record says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    PartTime,
    NoEmploymentInsurance,
}

/// Up to twelve change records, in order of time; none for about 4 % of the persons.
///
/// They are lived forward from the age of 16 or later until `today`, month by month, so that a later `today` only
/// adds to them (a record of a unit that is left later gets its end date). Salaries are grades of the table in force
/// on the day, with the Bureau's own uplift each January; 0.5 % of those chosen are off the grades.
pub(super) struct History {
    entries: [Entry; MOST],
    len: usize,
}

impl History {
    /// The history of the person of `number`, born on `birth_date`, as known on `today`.
    pub(super) fn of(number: u64, birth_date: Date, today: Date) -> Self {
        let mut life = Life {
            dice: Dice::new(number),
            today,
            birth_year: birth_date.year(),
            history: Self {
                entries: [Entry::nonsense(today); MOST],
                len: 0,
            },
            spells: [None; 3],
            left: None,
            month: 0,
        };
        if !life.dice.happens(WITHOUT_RECORD) {
            life.live(month_of(birth_date) + 16 * 12);
        }
        life.history
    }

    /// The records.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries[..self.len]
    }
}

impl Entry {
    /// A record that says nothing about anybody.
    pub(super) fn nonsense(day: Date) -> Self {
        Self {
            unit: UnitKey {
                serial: 0,
                union: false,
            },
            kind: Kind::Enrol,
            effective_date: day,
            end_date: None,
            insured_salary: 0,
            mark: Mark::None,
        }
    }
}

/// A life while it is lived. `month` counts months since year 0.
struct Life {
    dice: Dice,
    today: Date,
    birth_year: i16,
    history: History,
    spells: [Option<Spell>; 3],
    left: Option<UnitKey>,
    month: i32,
}

/// A unit the person is insured with now.
#[derive(Clone, Copy)]
struct Spell {
    unit: UnitKey,
    salary: u32,
    mark: Mark,
    last: usize,
}

impl Life {
    fn live(&mut self, sixteen: i32) {
        let longest = if self.dice.happens(125) {
            self.dice.below(5)
        } else {
            0
        };
        let wanted = (1 + self.dice.below(5) + self.dice.below(4) + longest) as usize;
        let spread = if sixteen < EARLIEST { 168 } else { 24 };
        let mut month = sixteen.max(EARLIEST) + self.dice.below(spread) as i32;
        while self.history.len < wanted {
            let (kind, pause) = if self.history.len == 0 {
                (Kind::Enrol, 0)
            } else {
                self.next_event()
            };
            month += pause;
            let day = match kind {
                Kind::Adjust => 1,
                Kind::Transfer => 2 + self.dice.below(27),
                Kind::Enrol | Kind::Withdraw | Kind::Renew => 1 + self.dice.below(28),
            };
            let Some(date) = day_of(month, day as i8).filter(|date| *date <= self.today) else {
                break;
            };
            self.uplift(month);
            self.month = month;
            self.happen(kind, date);
        }
        self.uplift(month_of(self.today));
    }

    /// What happens next, and how many months later.
    fn next_event(&mut self) -> (Kind, i32) {
        let open = self.spells.iter().flatten().count();
        let throw = self.dice.below(100);
        let (kind, shortest, longest) = match (open, throw) {
            (0, 0..15) if self.left.is_some() => (Kind::Renew, 1, 3),
            (0, _) => (Kind::Enrol, 1, 8),
            (_, 0..55) => (Kind::Adjust, 3, 14),
            (_, 55..67) => (Kind::Transfer, 2, 30),
            (1, 92..) => (Kind::Enrol, 1, 12),
            (2, 98..) => (Kind::Enrol, 1, 12),
            _ => (Kind::Withdraw, 2, 30),
        };
        (
            kind,
            shortest + self.dice.below((longest - shortest) as u32) as i32,
        )
    }

    fn happen(&mut self, kind: Kind, date: Date) {
        match kind {
            Kind::Enrol => {
                let unit = UnitKey::throw(&mut self.dice);
                self.enter(kind, unit, date);
            }
            Kind::Renew => {
                let unit = self.left.unwrap_or(UnitKey {
                    serial: 0,
                    union: false,
                });
                self.enter(kind, unit, date);
            }
            Kind::Adjust | Kind::Transfer | Kind::Withdraw => {
                let open = self.spells.iter().flatten().count() as u32;
                let chosen = self.dice.below(open.max(1)) as usize;
                let slots = self
                    .spells
                    .iter()
                    .enumerate()
                    .filter(|(_, spell)| spell.is_some());
                let Some((slot, Some(spell))) = slots.map(|(slot, spell)| (slot, *spell)).nth(chosen) else {
                    return;
                };
                self.spells[slot] = self.go_on(kind, spell, date);
            }
        }
    }

    fn enter(&mut self, kind: Kind, unit: UnitKey, date: Date) {
        let mark = match () {
            () if unit.union || date.year() - self.birth_year >= 65 => Mark::NoEmploymentInsurance,
            () if self.dice.happens(PART_TIME) => Mark::PartTime,
            () => Mark::None,
        };
        let grades = grades_on(date, mark);
        let count = grades.len() as u32;
        let low = self.dice.below(count).min(self.dice.below(count)) as usize;
        let salary = self.perhaps_off_grade(grades[low]);
        let spell = Spell {
            unit,
            salary,
            mark,
            last: 0,
        };
        let last = self.record(kind, &spell, date, None);
        if let Some(free) = self.spells.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(Spell { last, ..spell });
        }
    }

    /// The spell after a change of it; none when it ends.
    fn go_on(&mut self, kind: Kind, spell: Spell, date: Date) -> Option<Spell> {
        match kind {
            Kind::Withdraw => {
                self.record(kind, &spell, date, Some(date));
                self.left = Some(spell.unit);
                None
            }
            Kind::Transfer => {
                self.history.entries[spell.last].end_date = date.yesterday().ok();
                let unit = UnitKey {
                    union: spell.unit.union,
                    ..UnitKey::throw(&mut self.dice)
                };
                let spell = Spell { unit, ..spell };
                let last = self.record(kind, &spell, date, None);
                Some(Spell { last, ..spell })
            }
            Kind::Adjust | Kind::Enrol | Kind::Renew => {
                let salary = self.next_grade(&spell, date);
                let spell = Spell { salary, ..spell };
                let last = self.record(kind, &spell, date, None);
                Some(Spell { last, ..spell })
            }
        }
    }

    fn next_grade(&mut self, spell: &Spell, date: Date) -> u32 {
        let grades = grades_on(date, spell.mark);
        let above = grades.partition_point(|grade| *grade <= spell.salary);
        let below = grades
            .partition_point(|grade| *grade < spell.salary)
            .checked_sub(1);
        let step = self.dice.below(2) as usize;
        let down = self.dice.happens(150);
        match (grades.get(above), below) {
            (None, Some(below)) => grades[below],
            (Some(_), Some(below)) if down => grades[below],
            _ => {
                let up = grades[(above + step).min(grades.len() - 1)];
                self.perhaps_off_grade(up)
            }
        }
    }

    fn perhaps_off_grade(&mut self, grade: u32) -> u32 {
        grade + if self.dice.happens(OFF_GRADE) { 37 } else { 0 }
    }

    /// The Bureau's own adjustment (逕調) each 1 January up to `to`: what lies below the new floor is raised to it.
    fn uplift(&mut self, to: i32) {
        if self.history.len == 0 {
            return;
        }
        let first = (self.month / 12 + 1).max(FIRST_TABLE_YEAR);
        for january in first..=to / 12 {
            let Some(date) = day_of(january * 12, 1) else {
                return;
            };
            let Some(table) = grades::tables().on(date) else {
                continue;
            };
            for slot in 0..self.spells.len() {
                if let Some(spell) = self.spells[slot].filter(|spell| spell.mark != Mark::PartTime)
                    && spell.salary < table.floor()
                {
                    let spell = Spell {
                        salary: table.floor(),
                        ..spell
                    };
                    let last = self.record(Kind::Adjust, &spell, date, None);
                    self.spells[slot] = Some(Spell { last, ..spell });
                }
            }
        }
    }

    /// Writes a record down, unless the history is full, and returns its place.
    fn record(&mut self, kind: Kind, spell: &Spell, effective_date: Date, end_date: Option<Date>) -> usize {
        let place = self.history.len;
        if let Some(entry) = self.history.entries.get_mut(place) {
            *entry = Entry {
                unit: spell.unit,
                kind,
                effective_date,
                end_date,
                insured_salary: spell.salary,
                mark: spell.mark,
            };
            self.history.len += 1;
        }
        place.min(MOST - 1)
    }
}

/// The grades one can be enrolled with on `date`.
fn grades_on(date: Date, mark: Mark) -> &'static [u32] {
    match (grades::tables().on(date), mark) {
        (Some(table), Mark::PartTime) => table.part_time(),
        (Some(table), Mark::None | Mark::NoEmploymentInsurance) => table.ordinary(),
        (None, Mark::PartTime) => &EARLY_PART_TIME,
        (None, Mark::None | Mark::NoEmploymentInsurance) => &EARLY_FULL_TIME,
    }
}

fn month_of(date: Date) -> i32 {
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

fn day_of(month: i32, day: i8) -> Option<Date> {
    Date::new(
        i16::try_from(month.div_euclid(12)).ok()?,
        month.rem_euclid(12) as i8 + 1,
        day,
    )
    .ok()
}

/// The most records of a person.
const MOST: usize = 12;
/// Per thousand.
const WITHOUT_RECORD: u32 = 40;
const PART_TIME: u32 = 80;
const OFF_GRADE: u32 = 5;
/// No record is older than January 2008.
const EARLIEST: i32 = 2008 * 12;
/// The year of the first known grade table.
const FIRST_TABLE_YEAR: i32 = 2022;
/// Before the first known table: grades that the older ones are thought to have had.
const EARLY_FULL_TIME: [u32; 12] = [
    26_400, 27_600, 28_800, 30_300, 31_800, 33_300, 34_800, 36_300, 38_200, 40_100, 42_000, 43_900,
];
const EARLY_PART_TIME: [u32; 5] = [11_100, 12_540, 13_500, 15_840, 16_500];

#[cfg(test)]
#[path = "person_tests.rs"]
mod tests;
