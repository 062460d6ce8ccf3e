//! A sentence with places for parameters: `{}` in their order, or `{0}`, `{1}`. *Pure.*

/// A sentence with places in it.
pub(super) struct Template<'t>(pub(super) &'t str);

impl Template<'_> {
    /// What stands at the places of this sentence (`{}` each) in `text`; none, if that is another sentence.
    pub(super) fn parameters<'s>(&self, text: &'s str) -> Option<Vec<&'s str>> {
        let mut literals = self.0.split("{}");
        let mut rest = text.strip_prefix(literals.next()?)?;
        let mut literals = literals.peekable();
        let mut found = Vec::new();
        while let Some(literal) = literals.next() {
            // The last one ends the text, wherever else it stands.
            let at = match literals.peek() {
                None => rest
                    .len()
                    .checked_sub(literal.len())
                    .filter(|_| rest.ends_with(literal))?,
                Some(_) => rest.find(literal)?,
            };
            found.push(&rest[..at]);
            rest = &rest[at + literal.len()..];
        }
        rest.is_empty().then_some(found)
    }

    /// This sentence with `parameters` at its places; what stands in them is never a place.
    pub(super) fn with(&self, parameters: &[String]) -> String {
        let mut text = String::new();
        let (mut rest, mut next) = (self.0, 0);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((place, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            let number = if place.is_empty() {
                Some(next)
            } else {
                place.parse().ok()
            };
            next += usize::from(place.is_empty());
            match number.and_then(|number: usize| parameters.get(number)) {
                Some(parameter) => text.push_str(parameter),
                None => text.push_str(&format!("{{{place}}}")),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    /// Which parameters its places name, in order.
    #[cfg(test)]
    pub(super) fn places(&self) -> Vec<usize> {
        let mut next = 0;
        let places = self
            .0
            .split('{')
            .skip(1)
            .filter_map(|after| after.split_once('}'));
        let places = places.map(|(place, _)| match place {
            "" => {
                next += 1;
                next - 1
            }
            place => place.parse().unwrap_or(usize::MAX),
        });
        places.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_and_set_into_another_sentence() {
        let check = |template: &str, text: &str, expected: Option<&[&str]>| {
            assert_eq!(
                Template(template).parameters(text).as_deref(),
                expected,
                "{template}: {text}"
            );
        };
        check("a", "a", Some(&[]));
        check("a", "b", None);
        check("a", "ab", None);
        check("{}", "", Some(&[""]));
        check(
            "{} line {}: {}",
            "f.csv line 3: x: y",
            Some(&["f.csv", "3", "x: y"]),
        );
        check("no {} in force", "no 7 in force", Some(&["7"]));
        check("no {} in force", "no 7 in force in force", Some(&["7 in force"]));
        check("no {} in force", "no in force", None);
        check("{} and {}", "a or b", None);
        check("「{}」的{}。", "「甲」的乙。", Some(&["甲", "乙"]));
    }

    #[test]
    fn what_stands_in_a_parameter_is_never_a_place() {
        let with = |template: &str, parameters: &[&str]| {
            let parameters: Vec<String> = parameters.iter().map(|text| (*text).to_owned()).collect();
            Template(template).with(&parameters)
        };
        assert_eq!(with("{1} 的 {0}", &["{1}", "乙"]), "乙 的 {1}");
        assert_eq!(with("{}、{}", &["甲", "{}"]), "甲、{}");
        assert_eq!(with("{2} {x} {", &["甲"]), "{2} {x} {");
        assert_eq!(Template("{1} 的 {0} 與 {}").places(), [1, 0, 0]);
    }
}
