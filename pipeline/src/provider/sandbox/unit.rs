//! The invented insurance units of the sandbox: number, name and whether they are behind with their payments. *Pure.*

use super::{super::digits::Short, dice::Dice};

/// One insurance unit. All numbers begin with 99, and the names are made of parts.
pub(super) struct Unit {
    no: Short<12>,
    name: Short<96>,
    arrears: bool,
}

/// Which unit, and of which kind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct UnitKey {
    pub(super) serial: u32,
    pub(super) union: bool,
}

impl UnitKey {
    /// Throws for a unit; about one in eleven persons is insured through a union.
    pub(super) fn throw(dice: &mut Dice) -> Self {
        Self {
            serial: dice.below(UNITS),
            union: dice.happens(90),
        }
    }
}

impl Unit {
    /// The unit of `key`, always the same.
    pub(super) fn at(key: UnitKey) -> Self {
        let throw = Dice::new((u64::from(key.serial) << 1) | u64::from(key.union)).next();
        let pick =
            |shift: u32, parts: &[&'static str]| parts[((throw >> shift) & 0xff) as usize % parts.len()];
        let mut no = Short::new();
        // Unions have the upper half of the numbers, so that a number has one name.
        no.push_number(FIRST_NO + key.serial + if key.union { UNITS } else { 0 }, 8);
        no.push(pick(0, &LETTERS));
        let mut name = Short::new();
        if key.union {
            name.push(pick(8, &PLACES));
            name.push(pick(16, &UNIONS));
        } else {
            name.push(pick(8, &FIRSTS));
            name.push(pick(16, &SECONDS));
            name.push(pick(24, &TRADES));
            name.push(pick(32, &FORMS));
        }
        Self {
            no,
            name,
            arrears: (throw >> 40) % 100 < 2,
        }
    }

    /// 勞工保險證號, eight digits and a letter. The letter follows no rule.
    pub(super) fn no(&self) -> &str {
        self.no.as_str()
    }

    /// 投保單位名稱.
    pub(super) fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Whether its rows carry the mark that lenders read as arrears.
    pub(super) fn is_in_arrears(&self) -> bool {
        self.arrears
    }
}

/// How many units of each kind there are.
const UNITS: u32 = 400_000;
const FIRST_NO: u32 = 99_000_000;
const LETTERS: [&str; 20] = [
    "A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "T", "W", "X", "Y",
];
const FIRSTS: [&str; 16] = [
    "蜉", "露", "霽", "嵐", "曦", "杳", "汀", "渚", "岫", "霏", "螢", "蜃", "霧", "潮", "苔", "燼",
];
const SECONDS: [&str; 12] = [
    "朝", "夕", "織", "泊", "遙", "羽", "墨", "弦", "棲", "紋", "痕", "影",
];
const TRADES: [&str; 14] = [
    "精密工業",
    "食品",
    "物流",
    "資訊",
    "紡織",
    "營造",
    "電子",
    "餐飲",
    "機械",
    "貿易",
    "印刷",
    "園藝",
    "家具",
    "清潔",
];
const FORMS: [&str; 5] = ["股份有限公司", "有限公司", "企業社", "工作室", "商行"];
const PLACES: [&str; 6] = ["蜉露市", "霽潮縣", "螢渚區", "嵐汀鎮", "曦岫鄉", "蜃泊市"];
const UNIONS: [&str; 8] = [
    "織露業職業工會",
    "攝影業職業工會",
    "理燙髮美容職業工會",
    "泥水工職業工會",
    "小吃業職業工會",
    "汽車駕駛員職業工會",
    "看護服務職業工會",
    "漁會",
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn a_unit_is_always_the_same_and_numbers_do_not_clash() {
        let mut names = HashMap::new();
        let mut dice = Dice::new(1);
        for _ in 0..20_000 {
            let key = UnitKey::throw(&mut dice);
            let unit = Unit::at(key);
            assert_eq!(unit.no().len(), 9);
            assert!(unit.no().starts_with("99"), "{}", unit.no());
            assert!(unit.name().chars().count() >= 5, "{}", unit.name());
            assert_eq!(
                key.union,
                unit.name().ends_with("工會") || unit.name().ends_with("漁會")
            );
            let name = names
                .entry(unit.no().to_owned())
                .or_insert_with(|| unit.name().to_owned());
            assert_eq!(name, unit.name());
        }
    }
}
