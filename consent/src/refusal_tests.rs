//! Tests of the refusal codes, their sets and their texts. *Pure.*

use std::collections::BTreeSet;

use super::*;

#[test]
fn every_code_is_found_by_its_name_and_stands_in_its_place() {
    assert_eq!(Code::ALL.len(), 43);
    for (place, code) in Code::ALL.iter().enumerate() {
        assert_eq!(*code as usize, place);
        assert_eq!(Code::parse(code.as_str()), Some(*code));
    }
    assert_eq!(Code::parse("ROW-NOTHING"), None);
    assert_eq!(Code::parse("row-columns"), None);
}

#[test]
fn every_code_has_its_own_sentence_and_a_remedy_in_both_languages() {
    for language in [Language::En, Language::ZhTw] {
        let mut sentences = BTreeSet::new();
        for code in Code::ALL {
            let full_stop = if language == Language::En { '.' } else { '。' };
            assert!(code.sentence(language).ends_with(full_stop), "{code}");
            assert!(code.remedy(language).ends_with(full_stop), "{code}");
            assert!(
                sentences.insert(code.sentence(language)),
                "{code} repeats a sentence"
            );
        }
    }
}

#[test]
fn a_set_prints_in_the_order_of_the_table_and_reads_back() {
    let mut set = CodeSet::new();
    set.insert(Code::PrvUnknown);
    set.insert(Code::RowColumns);
    set.insert(Code::CnsTime);
    set.insert(Code::CnsTime);
    assert_eq!(set.to_string(), "ROW-COLUMNS;CNS-TIME;PRV-UNKNOWN");
    assert_eq!(set.len(), 3);
    assert_eq!(CodeSet::parse(&set.to_string()), Some(set));
    assert_eq!(CodeSet::from_bits(set.bits()), Some(set));
    assert!(set.contains(Code::CnsTime) && !set.contains(Code::CnsUsed));
    assert_eq!(CodeSet::parse(""), Some(CodeSet::EMPTY));
    assert_eq!(CodeSet::parse("CNS-TIME;"), None);
    assert_eq!(CodeSet::from_bits(1 << Code::ALL.len()), None);
    assert!(CodeSet::EMPTY.is_empty() && !set.is_empty());
}

#[test]
fn a_fault_is_kept_once_and_a_specific_code_replaces_the_general_one() {
    let mut faults = Faults::new();
    assert!(faults.is_empty());
    faults.push(Code::RowFormat, "birth_date");
    faults.push(Code::RowFormat, "birth_date");
    faults.push(Code::RowFormat, "reason");
    faults.push(Code::SubBirth, "birth_date");
    faults.push(Code::RowMissing, "birth_date");
    faults.push(Code::CnsMissing, "");
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.column)).collect();
    let expected = [
        (Code::RowFormat, "reason"),
        (Code::SubBirth, "birth_date"),
        (Code::CnsMissing, ""),
    ];
    assert_eq!(found, expected);
    assert_eq!(faults.codes().to_string(), "ROW-FORMAT;SUB-BIRTH;CNS-MISSING");
    faults.clear();
    assert!(faults.is_empty());
}
