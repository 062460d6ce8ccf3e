//! The embedded regime is whole, another is data, and one that contradicts itself is refused. *Pure.*

use super::*;
use crate::audit::size;

#[test]
fn the_embedded_regime_is_whole() {
    let regime = Regime::jcic_2024().unwrap();
    assert_eq!(regime.window(), SignedDuration::from_hours(72));
    assert_eq!(regime.keep_years(Class::Query).unwrap(), 5);
    assert!(regime.keep_years(Class::Answer).is_err());
    assert!(regime.consent_rules().is_ok());
    assert!(!regime.link_runs_on("2019-05-23".parse().unwrap()));
    assert!(regime.link_runs_on("2019-05-24".parse().unwrap()));
    let letters = regime.link.letters.unwrap();
    assert!(letters.value.len() == 2 && letters.clause == "一(二)");
    // 一(一): the policy that the connection rests on.
    let policy = regime.link.policy.unwrap();
    assert!(policy.value.contains("經濟策略會議-金融業") && policy.clause == "一(一)");
    assert_eq!(regime.link.policy_date.unwrap().value.to_string(), "2017-05-01");
}

#[test]
fn an_unknown_key_is_refused() {
    let code = |regime: &str, classes: &str| Regime::parse(regime, classes).err().map(|error| error.code());
    let changed = JCIC_2024.replace("adult_age", "adult_agee");
    assert_eq!(code(&changed, JCIC_2024_CLASSES), Some("REGIME-FILE"));
    let changed = JCIC_2024_CLASSES.replace("gone_by_hours = 96", "gone_by_hours = 120");
    let refused = Regime::parse(JCIC_2024, &changed).err().unwrap();
    assert_eq!(refused.code(), "CLASS-FILE");
    assert!(refused.to_string().contains("line 30: "), "{refused}");
    assert!(refused.remedy().contains("96"));
}

/// Another document has other roles and other numbers, and the code asks it for each.
#[test]
fn another_regime_is_data() {
    let (ours, other) = (
        Regime::jcic_2024().unwrap(),
        Regime::parse(INVENTED, JCIC_2024_CLASSES).unwrap(),
    );
    assert_eq!((other.id.as_str(), other.roles.len()), ("invented-1999", 5));
    let mut tenth = ours.samples().unwrap().clone();
    (tenth.percent.value, tenth.at_least.value) = (10, 20);
    for (count, jcic, invented) in [
        (0, 0, 0),
        (9, 9, 9),
        (10, 10, 10),
        (501, 11, 51),
        (20_000, 400, 2_000),
    ] {
        assert_eq!(size::ruled(count, ours.samples().unwrap()), jcic, "{count}");
        assert_eq!(size::ruled(count, &tenth), invented, "{count}");
    }
    assert_eq!(
        (ours.window(), other.approval_window()),
        (SignedDuration::from_hours(72), SignedDuration::from_hours(24))
    );
    assert_eq!(other.consent_rules().unwrap().oldest_years, 100);
    assert_eq!(other.member_role(Right::Query).unwrap().id, "clerk");
    assert!(ours.keeps_apart(Right::KeepCard, Right::KeepPassword, Within::Time));
    assert!(!other.keeps_apart(Right::KeepCard, Right::KeepPassword, Within::Time));
    assert!(
        ours.second_person(people::Act::Unlock).is_some()
            && other.second_person(people::Act::Unlock).is_none()
    );
    assert!(ours.role("querier", Party::Member).is_some() && ours.role("querier", Party::Bureau).is_none());
    assert!(ours.duties.len() > 15 && other.duties.len() == 2);
    let hours = |regime: &Regime| {
        let notice = regime.incident.notice("supervisor").unwrap();
        regime.incident.hours(notice)
    };
    assert_eq!((hours(&ours), hours(&other)), (72, 12));
}

#[test]
fn a_regime_that_contradicts_itself_is_refused() {
    let refused = |from: &str, to: &str, said: &str| {
        assert!(JCIC_2024.contains(from), "{from}");
        let text = JCIC_2024.replacen(from, to, 1);
        let refused = Regime::parse(&text, JCIC_2024_CLASSES).err().unwrap();
        assert_eq!(refused.code(), "REGIME-FILE");
        let told = refused.to_string();
        assert!(told.contains(said), "{told}");
        let first = JCIC_2024[..JCIC_2024.find(from).unwrap()].lines().count();
        let line = told.split_once("line ").unwrap().1.split_once(':').unwrap().0;
        (line.parse::<usize>().unwrap(), first..=first + to.lines().count())
    };
    let check = |from: &str, to: &str, said: &str| {
        let (line, changed) = refused(from, to, said);
        assert!(changed.contains(&line), "{from}: {line} not in {changed:?}");
    };
    check("id = \"reviewer\"", "id = \"querier\"", "twice");
    check("id = \"reviewer\"", "id = \"Reviewer\"", "letters");
    check(
        "id = \"reviewer\"\ntitle = \"覆核（抽核）人員\"\nat = \"member\"",
        "id = \"reviewer\"\ntitle = \"覆核（抽核）人員\"\nat = \"bureau\"",
        "the right review",
    );
    check(
        "leaver_signed_by = { value = \"sign_off\"",
        "leaver_signed_by = { value = \"sign_in\"",
        "unknown variant",
    );
    check("clause = \"民法12; D14\"", "clause = \" \"", "clause is empty");
    check("to = \"provider\"", "to = \"supervisor\"", "notice to supervisor");
    check(
        "duty = \"incident_notice\"",
        "duty = \"incident_drill\"",
        "names a duty",
    );
    check(
        "notify_hours = { value = 72,",
        "notify_hours = { value = 0,",
        "hours",
    );
    check("owner = \"internal_auditor\"", "owner = \"auditor\"", "owner");
    check("of = \"bureau\"", "of = \"bureaux\"", "whose");
    check(
        "soon_days = { value = 14,",
        "soon_days = { value = -1,",
        "due.soon_days",
    );
    check(
        "raised_by = \"staff_change\"\nowner = \"compliance\"\nof = \"bureau\"",
        "raised_by = \"staff_change\"\nowner = \"compliance\"\nof = \"operator\"",
        "no event",
    );
    check("id = \"tpipas\"", "id = \"iso_27001\"", "twice");
    check(
        "finds = { value = [\"finding\"]",
        "finds = { value = [\"found\"]",
        "no verdict",
    );
    check(
        "clears = { value = [\"in_order\"]",
        "clears = { value = [\"finding\"]",
        "both",
    );
    check("no_case = \"", "no_cases = \"", "title");
    check(
        "report_within_days = { value = 10,",
        "report_within_days = { value = -1,",
        "review.report_within_days is not",
    );
    check("by = \"compliance\"", "by = \"complier\"", "who enters");
    check(
        "follows = \"card_password_request\"",
        "follows = \"card_request\"",
        "follows one",
    );
    check("by_field = \"unit_head\"", "by_field = \"head\"", "has not");
    check(
        "raises = \"card_password_change\"",
        "raises = \"tpipas\"",
        "no event",
    );
    check("one_each = \"recipient\"", "one_each = \"key\"", "names a field");
    check(
        "met_by = \"use_review\"",
        "met_by = \"user_review\"",
        "met by a paper",
    );
    check(
        "id = \"paper_filing\"\ntitle = \"紙本申請單裝夾處所及密件保存處所\"\ntitle_en = \"Where paper applications are bound and confidential papers are kept\"\nof",
        "id = \"unit\"\ntitle = \"x\"\nof",
        "twice",
    );
    // What is nowhere is told where it is asked for.
    for (from, to, said, line) in [
        (
            "artefact = \"sheet\"",
            "artefact = \"list\"",
            "when a sheet is signed",
            "[sheet]\nevery",
        ),
        (
            "rights = [\"transfer\"]",
            "rights = []",
            "no role has the right",
            "does = \"transfer\"",
        ),
    ] {
        let asked = JCIC_2024[..JCIC_2024.find(line).unwrap()].lines().count() + line.lines().count();
        assert_eq!(refused(from, to, said).0, asked, "{said}");
    }
    check(
        "percent = { value = 2,",
        "percent = { value = 0,",
        "sample.percent",
    );
    check(
        "length_default = { value = 12,",
        "length_default = { value = 7,",
        "floor",
    );
    check(
        "rights = [\"keep_card\", \"keep_password\"]\nwithin",
        "rights = [\"keep_card\"]\nwithin",
        "apart",
    );
    check(
        "every = \"two_years\"",
        "every = \"sometimes\"",
        "unknown variant",
    );
}

const INVENTED: &str = include_str!("../../../fixtures/regimes/invented-1999.toml");

/// Readers of English have a title of each duty and paper, and a name of each proof of identity.
#[test]
fn what_people_are_shown_has_a_title_in_english() {
    let regime = Regime::jcic_2024().unwrap();
    let duties = regime.duties.iter().map(|rule| (&rule.id, &rule.title_en));
    let papers = regime.papers.iter().map(|rule| (&rule.id, &rule.title_en));
    for (id, title) in duties.chain(papers) {
        assert!(title.is_ascii() && title.contains(' '), "{id}: {title}");
    }
    let subject = &regime.subject;
    let (chinese, english): (Vec<_>, Vec<_>) = (
        subject.proofs.value.keys().collect(),
        subject.proofs_en.keys().collect(),
    );
    assert_eq!(chinese, english);
}
