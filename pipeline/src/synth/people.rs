//! Responsible for the lists that invented persons are put together from: common characters, no one's name. *Pure.*

/// Family names, the most common ones more often; all of them in CP950.
pub(super) const FAMILY_NAMES: [&str; 40] = [
    "陳", "陳", "陳", "林", "林", "林", "黃", "黃", "張", "張", "李", "李", "王", "王", "吳", "劉", "蔡",
    "楊", "許", "鄭", "謝", "郭", "洪", "曾", "邱", "廖", "賴", "周", "徐", "蘇", "葉", "莊", "呂", "江",
    "何", "蕭", "羅", "高", "潘", "歐陽",
];

/// Characters of given names; 功, 育 and 娟 have awkward second bytes in CP950.
pub(super) const GIVEN_NAMES: [&str; 48] = [
    "家", "豪", "志", "明", "俊", "傑", "建", "宏", "冠", "宇", "承", "恩", "柏", "翰", "宗", "憲", "文",
    "雄", "功", "育", "淑", "芬", "美", "玲", "雅", "婷", "怡", "君", "佳", "穎", "詩", "涵", "欣", "妤",
    "思", "妤", "惠", "娟", "秀", "琴", "筱", "雯", "品", "妍", "子", "晴", "宥", "安",
];

/// Why members ask; one has a comma in it, so that a cell has to be quoted.
pub(super) const REASONS: [&str; 8] = [
    "房屋貸款申請",
    "信用貸款申請",
    "汽車貸款申請",
    "就學貸款申請",
    "房屋貸款申請, 增貸",
    "個人週轉金貸款",
    "貸款展期評估",
    "既有額度覆審",
];

/// An account that may query.
pub(super) struct Person {
    /// The account.
    pub(super) account: &'static str,
    /// The holder's name.
    pub(super) name: &'static str,
    /// The holder's title.
    pub(super) title: &'static str,
    /// The holder's unit.
    pub(super) unit: &'static str,
}

const fn person(
    account: &'static str,
    name: &'static str,
    title: &'static str,
    unit: &'static str,
) -> Person {
    Person {
        account,
        name,
        title,
        unit,
    }
}

/// Those who query.
pub(super) const QUERIERS: [Person; 8] = [
    person("synth.q1", "虛擬查甲", "徵信專員", "虛構總行"),
    person("synth.q2", "虛擬查乙", "徵信專員", "虛構總行"),
    person("synth.q3", "虛擬查丙", "徵信專員", "虛構總行"),
    person("synth.q4", "虛擬查丁", "徵信專員", "虛構一分行"),
    person("synth.q5", "虛擬查戊", "徵信專員", "虛構一分行"),
    person("synth.q6", "虛擬查己", "徵信專員", "虛構一分行"),
    person("synth.q7", "虛擬查庚", "徵信專員", "虛構二分行"),
    person("synth.q8", "虛擬查辛", "徵信專員", "虛構二分行"),
];

/// Those who approve.
pub(super) const APPROVERS: [Person; 3] = [
    person("synth.a1", "虛擬核甲", "授信主管", "虛構總行"),
    person("synth.a2", "虛擬核乙", "授信主管", "虛構一分行"),
    person("synth.a3", "虛擬核丙", "授信主管", "虛構二分行"),
];

/// Who names the reviewers and signs off.
pub(super) const HEADS: [Person; 1] = [person("synth.h1", "虛擬主甲", "單位主管", "虛構總行")];

/// Those who review.
pub(super) const REVIEWERS: [Person; 2] = [
    person("synth.r1", "虛擬覆甲", "稽核專員", "虛構稽核室"),
    person("synth.r2", "虛擬覆乙", "稽核專員", "虛構稽核室"),
];
