//! Refuses a file of classes that contradicts itself, its clauses, or the legal limit. *Pure.*

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::{
    ClassFault, Classes, Derived, Ends, Holds, Period, Table,
    file::{ClassFile, ClassPart, TablePart, line},
};
use crate::class::{Class, Window};

/// What [`Classes::parse`] returns, or the first fault.
pub(super) fn check(text: &str, file: ClassFile) -> Result<Classes, ClassFault> {
    let mut checked = Checked {
        text,
        places: BTreeSet::new(),
        classes: Classes::default(),
    };
    let night_hour = *file.night_hour.get_ref();
    if !NIGHT_HOURS.contains(&night_hour) {
        return Err(checked.fault(
            &file.night_hour,
            "night_hour is no hour of the night",
            "set it to a full hour from 0 to 5, in Taipei",
        ));
    }
    checked.classes.night_hour = night_hour;
    for part in &file.class {
        checked.class(part)?;
    }
    for class in Class::ALL {
        if !checked.classes.periods.contains_key(&class) {
            return Err(ClassFault {
                line: 1,
                sentence: format!(
                    "the classes of {} lack {}",
                    file.regime.escape_debug(),
                    class.name()
                ),
                remedy: "add a [[class]] of that name with its period and its clause",
            });
        }
    }
    for part in &file.derived {
        let from = part.from.iter().map(|name| checked.of_hours(name));
        let from = from.collect::<Result<Vec<_>, _>>()?;
        if part.removed.get_ref().is_empty() {
            return Err(checked.fault(&part.removed, "nobody removes these files", EXPLAIN));
        }
        checked.classes.derived.push(Derived {
            what: part.what.clone(),
            place: part.place.clone(),
            from,
            removed: part.removed.get_ref().clone(),
            clause: part.clause.clone(),
        });
    }
    for part in &file.no_record {
        checked.place(&part.path)?;
        if part.why.get_ref().is_empty() {
            return Err(checked.fault(&part.why, "no reason why the path holds no record", EXPLAIN));
        }
        checked.classes.no_record.push(part.path.get_ref().clone());
    }
    checked.related(&file)?;
    Ok(checked.classes)
}

struct Checked<'t> {
    text: &'t str,
    places: BTreeSet<String>,
    classes: Classes,
}

impl Checked<'_> {
    fn class(&mut self, part: &ClassPart) -> Result<(), ClassFault> {
        let class = Class::parse(part.name.get_ref())
            .map_err(|_| self.fault(&part.name, "there is no class of this name", NAMES))?;
        if part.clause.get_ref().is_empty() {
            return Err(self.fault(&part.clause, "the class names no clause", EXPLAIN));
        }
        let keep_years = if class.is_hours() {
            self.hours(part)?;
            None
        } else {
            Some(self.years(part)?)
        };
        let period = Period {
            what: part.what.clone(),
            what_zh: part.what_zh.clone(),
            clause: part.clause.get_ref().clone(),
            keep_years,
        };
        if self.classes.periods.insert(class, period).is_some() {
            return Err(self.fault(&part.name, "the class stands here a second time", ONCE));
        }
        for folder in &part.folders {
            self.place(folder)?;
            // A purge finds what a cohort sealed by the folder's name.
            if *folder.get_ref() != format!("sealed/{}", class.name()) {
                return Err(self.fault(
                    folder,
                    "the sealed files of a class lie in the folder of its name",
                    NAMES,
                ));
            }
            self.classes.folders.insert(folder.get_ref().clone(), class);
        }
        for table in &part.table {
            self.place(&table.name)?;
            let table_of = self.table(class, table)?;
            self.classes.tables.insert(table.name.get_ref().clone(), table_of);
        }
        Ok(())
    }

    fn hours(&mut self, part: &ClassPart) -> Result<(), ClassFault> {
        let (Some(readable), Some(gone_by), None, None) = (
            &part.readable_hours,
            &part.gone_by_hours,
            &part.at_least_years,
            &part.keep_years,
        ) else {
            return Err(self.fault(
                &part.name,
                "a class of hours has readable_hours and gone_by_hours, and no years",
                EXPLAIN,
            ));
        };
        if *gone_by.get_ref() > LEGAL_LIMIT_HOURS {
            return Err(self.fault(
                gone_by,
                "the limit is beyond the legal one of 96 hours (D3)",
                "set gone_by_hours to 96 or less",
            ));
        }
        let window = Window::try_new(*readable.get_ref(), *gone_by.get_ref()).map_err(|_| {
            self.fault(
                readable,
                "the window is longer than its limit: readable_hours and one hour more must come before gone_by_hours",
                "lower readable_hours",
            )
        })?;
        match self.classes.window.replace(window) {
            Some(other) if other != window => Err(self.fault(
                readable,
                "another class of hours has another window: an answer and the file it came from go together",
                "give all classes of hours the same readable_hours and gone_by_hours",
            )),
            _ => Ok(()),
        }
    }

    fn years(&self, part: &ClassPart) -> Result<i16, ClassFault> {
        let (Some(at_least), Some(keep), None, None) = (
            &part.at_least_years,
            &part.keep_years,
            &part.readable_hours,
            &part.gone_by_hours,
        ) else {
            return Err(self.fault(
                &part.name,
                "a class of years has at_least_years and keep_years, and no hours",
                EXPLAIN,
            ));
        };
        if *at_least.get_ref() < 1 || *keep.get_ref() > YEARS_MAX {
            return Err(self.fault(keep, "a period is not between 1 and 100 years", "mend the number"));
        }
        if keep.get_ref() < at_least.get_ref() {
            return Err(self.fault(
                keep,
                "the period is below the least that its clause orders",
                "raise keep_years to at_least_years or more",
            ));
        }
        Ok(*keep.get_ref())
    }

    fn table(&self, class: Class, part: &TablePart) -> Result<Table, ClassFault> {
        if class.is_hours() {
            return Err(self.fault(
                &part.name,
                "a class of hours has no tables: its records are sealed files",
                "name the table under a class of years",
            ));
        }
        let mut columns = BTreeMap::new();
        for (holds, names) in [
            (Holds::Sealed, &part.sealed),
            (Holds::Keyed, &part.keyed),
            (Holds::Personal, &part.personal),
            (Holds::Plain, &part.plain),
        ] {
            for name in names {
                if columns.insert(name.get_ref().clone(), holds).is_some() {
                    return Err(self.fault(name, "the column stands here a second time", ONCE));
                }
            }
        }
        let ends = match (&part.from, &part.with, &part.stays) {
            (Some(column), None, None) if columns.contains_key(column) => Ends::From(column.clone()),
            (None, Some(table), None) => Ends::With(table.clone()),
            (None, None, Some(reason)) if !reason.is_empty() => Ends::Stays(reason.clone()),
            _ => {
                return Err(self.fault(
                    &part.name,
                    "it is not said when rows of this table end",
                    "give it exactly one of from (one of its columns), with (a table) and stays (a reason)",
                ));
            }
        };
        Ok(Table { class, columns, ends })
    }

    /// What ends with a row of another table must name one of the same class that ends by itself.
    fn related(&self, file: &ClassFile) -> Result<(), ClassFault> {
        for part in file.class.iter().flat_map(|part| &part.table) {
            let Some(table) = self.classes.tables.get(part.name.get_ref()) else {
                continue;
            };
            let Ends::With(other) = &table.ends else { continue };
            let other = self.classes.tables.get(other);
            if !other.is_some_and(|other| other.class == table.class && matches!(other.ends, Ends::From(_))) {
                return Err(self.fault(
                    &part.name,
                    "its rows end with a table that is not of this class, or has no end of its own",
                    "name a table of the same class that has `from`",
                ));
            }
        }
        Ok(())
    }

    fn of_hours(&self, name: &Spanned<String>) -> Result<Class, ClassFault> {
        match Class::parse(name.get_ref()) {
            Ok(class) if class.is_hours() => Ok(class),
            _ => Err(self.fault(
                name,
                "files are derived from classes of hours",
                "name answer or intake",
            )),
        }
    }

    fn place(&mut self, place: &Spanned<String>) -> Result<(), ClassFault> {
        if self.places.insert(place.get_ref().clone()) {
            return Ok(());
        }
        Err(self.fault(place, "the place stands here a second time", ONCE))
    }

    fn fault<T>(&self, part: &Spanned<T>, sentence: &str, remedy: &'static str) -> ClassFault {
        ClassFault {
            line: line(self.text, part.span().start),
            sentence: sentence.into(),
            remedy,
        }
    }
}

/// By law nothing of an answer is left after it (八(三), D3): no file can raise it.
const LEGAL_LIMIT_HOURS: u16 = 96;
const YEARS_MAX: i16 = 100;
const NIGHT_HOURS: std::ops::RangeInclusive<i8> = 0..=5;

const ONCE: &str = "keep one of the two";
const EXPLAIN: &str = "compare with the explanation at the top of the file, and mend it";
const NAMES: &str = "use one of answer, intake, consent, query, sheet, register, review, audit, certificate";
