//! What exchange files are called. *Pure.*

/// `004-7f3a9c0d5e1b2a48.req`: the member and the file number, which is the tag of the chunk's query ids.
#[must_use]
pub fn request_name(member: &str, tag: u64) -> String {
    format!("{member}-{tag:016x}{REQUEST}")
}

/// The file number in the name of a request, or of what is staged for one.
#[must_use]
pub fn request_tag(name: &str) -> Option<u64> {
    let name = name.strip_prefix('.').unwrap_or(name);
    let (stem, rest) = name.split_once(REQUEST)?;
    let (_, tag) = stem_of(stem)?;
    (rest.is_empty() || rest.starts_with('.')).then_some(tag)
}

/// Whether a file is being written that is going to be a reply: `.NAME.rpl`, with or without more.
#[must_use]
pub(super) fn is_part_of_reply(name: &str) -> bool {
    let whole = name.strip_prefix('.').and_then(|name| name.split_once(REPLY));
    whole.is_some_and(|(stem, rest)| {
        (rest.is_empty() || rest.starts_with('.')) && ReplyName::parse(&format!("{stem}{REPLY}")).is_some()
    })
}

/// The name of a reply: `004-7f3a9c0d5e1b2a48-01.rpl`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ReplyName {
    /// Institution code of the member whose chunk it is.
    pub member: [u8; 3],
    /// The file number of the request.
    pub tag: u64,
    /// Which reply to it, from 1; a provider that can tell more later sends another.
    pub number: u8,
}

impl ReplyName {
    /// Reads a name; everything that is not exactly of the form is `None`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (stem, number) = name.strip_suffix(REPLY)?.rsplit_once('-')?;
        let (member, tag) = stem_of(stem)?;
        let number = match *number.as_bytes() {
            [a @ b'0'..=b'9', b @ b'0'..=b'9'] => (a - b'0') * 10 + (b - b'0'),
            _ => return None,
        };
        (number > 0).then_some(Self { member, tag, number })
    }

    /// Whether a file of this name is meant for us at all; names of another form are foreign, other files are left alone.
    #[must_use]
    pub fn is_meant(name: &str) -> bool {
        name.ends_with(REPLY) && !name.starts_with('.')
    }

    /// The name.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { tag, number, .. } = self;
        format!("{}-{tag:016x}-{number:02}{REPLY}", self.member())
    }

    /// The member's three digits.
    #[must_use]
    pub fn member(&self) -> &str {
        std::str::from_utf8(&self.member).unwrap_or_default()
    }
}

fn stem_of(stem: &str) -> Option<([u8; 3], u64)> {
    let (member, tag) = stem.split_once('-')?;
    let member: [u8; 3] = member.as_bytes().try_into().ok()?;
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if tag.len() != 16 || !tag.bytes().all(is_hex) || !member.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((member, u64::from_str_radix(tag, 16).ok()?))
}

const REQUEST: &str = ".req";
const REPLY: &str = ".rpl";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_form() {
        let name = ReplyName {
            member: *b"004",
            tag: 0x7f3a_9c0d_5e1b_2a48,
            number: 1,
        };
        assert_eq!(name.text(), "004-7f3a9c0d5e1b2a48-01.rpl");
        assert_eq!(ReplyName::parse(&name.text()), Some(name));
        for bad in [
            "004-7f3a9c0d5e1b2a48-00.rpl",
            "004-7f3a9c0d5e1b2a48-1.rpl",
            "004-7f3a9c0d5e1b2a48-+1.rpl",
            "004-7F3A9C0D5E1B2A48-01.rpl",
            "04-7f3a9c0d5e1b2a48-01.rpl",
            "004-7f3a9c0d5e1b2a4-01.rpl",
            "004-+f3a9c0d5e1b2a48-01.rpl",
            "../004-7f3a9c0d5e1b2a48-01.rpl",
            "A123456789.rpl",
            ".rpl",
        ] {
            assert_eq!(ReplyName::parse(bad), None, "{bad}");
        }
        assert!(ReplyName::is_meant("A123456789.rpl") && !ReplyName::is_meant(".x.rpl"));
        for (part, expected) in [
            (".004-7f3a9c0d5e1b2a48-01.rpl.part", true),
            (".004-7f3a9c0d5e1b2a48-01.rpl", true),
            ("004-7f3a9c0d5e1b2a48-01.rpl.part", false),
            (".A123456789.rpl.part", false),
        ] {
            assert_eq!(is_part_of_reply(part), expected, "{part}");
        }
        let request = request_name("004", name.tag);
        assert_eq!(request, "004-7f3a9c0d5e1b2a48.req");
        assert_eq!(request_tag(&request), Some(name.tag));
        assert_eq!(
            request_tag(".004-7f3a9c0d5e1b2a48.req.00000000000000ff.intake-2026110202"),
            Some(name.tag)
        );
        assert_eq!(request_tag("004-7f3a9c0d5e1b2a48.reqs"), None);
        assert_eq!(request_tag("README"), None);
    }
}
