//! A browser without JavaScript: keeps cookies, follows redirects, fills the forms it finds, and holds every page to its rules. *Edge.*

use std::{collections::BTreeMap, io::Cursor, path::Path};

use crate::http::caller::{Answer, Served};

/// A browser that one person uses.
pub struct Browser<'s> {
    served: &'s Served,
    cookies: BTreeMap<String, String>,
}

/// A page that it shows.
pub struct Page {
    pub status: u16,
    /// Where it came from, redirects followed.
    pub path: String,
    pub html: String,
}

impl<'s> Browser<'s> {
    /// One that has been nowhere yet.
    pub fn new(served: &'s Served) -> Self {
        Self {
            served,
            cookies: BTreeMap::new(),
        }
    }

    /// Opens `path`.
    #[track_caller]
    pub fn open(&mut self, path: &str) -> Page {
        let answer = self.ask("GET", path, "");
        self.followed(path, answer)
    }

    /// Fills the form of `page` that goes to `action`, and sends it.
    #[track_caller]
    pub fn send(&mut self, page: &Page, action: &str, filled: &[(&str, &str)]) -> Page {
        let form = page
            .form(action)
            .unwrap_or_else(|| panic!("no form to {action}: {}", page.html));
        let mut fields: Vec<(String, String)> = hidden(form);
        for (name, value) in filled {
            assert!(
                form.contains(&format!("name=\"{name}\"")),
                "no field {name}: {form}"
            );
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post(action, &fields)
    }

    /// The same, for the archive that comes of it: unpacked in `folder`, with its name.
    #[track_caller]
    pub fn take(&mut self, page: &Page, action: &str, filled: &[(&str, &str)], folder: &Path) -> String {
        let form = page
            .form(action)
            .unwrap_or_else(|| panic!("no form to {action}: {}", page.html));
        let mut fields: Vec<(String, String)> = hidden(form);
        fields.retain(|(known, _)| filled.iter().all(|(name, _)| name != known));
        fields.extend(
            filled
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let answer = self.ask("POST", action, &joined(&fields));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("content-type"), Some("application/zip"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let name = answer.header("content-disposition").unwrap();
        let name = name.split('"').nth(1).unwrap().to_owned();
        let mut archive = zip::ZipArchive::new(Cursor::new(answer.bytes)).unwrap();
        archive.extract(folder).unwrap();
        name
    }

    /// Sends exactly these fields.
    #[track_caller]
    pub fn post(&mut self, action: &str, fields: &[(String, String)]) -> Page {
        let answer = self.ask("POST", action, &joined(fields));
        self.followed(action, answer)
    }

    /// Sends exactly these fields by `method`; nothing if what comes is taken away instead of shown, or the address is too long
    /// for any.
    #[track_caller]
    pub fn attempt(&mut self, method: &str, action: &str, fields: &[(String, String)]) -> Option<Page> {
        let fields = joined(fields);
        let answer = match method {
            "GET" => self.ask("GET", &format!("{action}?{fields}"), ""),
            _ => self.ask(method, action, &fields),
        };
        let is_shown = answer.header("content-disposition").is_none() && ![414, 431].contains(&answer.status);
        is_shown.then(|| self.followed(action, answer))
    }

    /// Fills the form of `page` that goes to `action`, with a file as its last field, and sends it in parts.
    #[track_caller]
    pub fn upload(
        &mut self,
        page: &Page,
        action: &str,
        filled: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Page {
        let form = page
            .form(action)
            .unwrap_or_else(|| panic!("no form to {action}: {}", page.html));
        assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("type=\"file\""));
        let mut fields: Vec<(String, String)> = hidden(form);
        for (name, value) in filled {
            assert!(
                form.contains(&format!("name=\"{name}\"")),
                "no field {name}: {form}"
            );
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.post_parts(action, &fields, (name, bytes))
    }

    /// Sends exactly these fields in parts, then the file.
    #[track_caller]
    pub fn post_parts(
        &mut self,
        action: &str,
        fields: &[(String, String)],
        (name, bytes): (&str, &[u8]),
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        self.post_body(action, &body)
    }

    /// Sends exactly these bytes as a form in parts.
    #[track_caller]
    pub fn post_body(&mut self, action: &str, body: &[u8]) -> Page {
        let kind = format!("multipart/form-data; boundary={EDGE}");
        let cookies = self.cookies();
        let headers = [
            ("Accept", "text/html"),
            ("Cookie", cookies.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
            ("Content-Type", &kind),
        ];
        let answer = self.served.ask("POST", action, &headers, body);
        self.followed(action, answer)
    }

    /// Chooses a language.
    #[track_caller]
    pub fn speak(&mut self, language: &str) {
        let fields = [("to", language), ("back", "/sign-in")];
        self.post(
            "/language",
            &fields.map(|(name, value)| (name.into(), value.into())),
        );
    }

    /// Signs in with a first password and changes it to `password`; the first page.
    #[track_caller]
    pub fn settle(&mut self, holder: &str, first: &str, password: &str) -> Page {
        let page = self.sign_in(holder, first);
        assert_eq!((page.status, page.path.as_str()), (200, "/password"));
        let fields = [("old", first), ("new", password), ("again", password)];
        let page = self.send(&page, "/password", &fields);
        assert_eq!((page.status, page.path.as_str()), (200, "/?done=password"));
        page
    }

    /// Signs in, or is told why not.
    #[track_caller]
    pub fn sign_in(&mut self, holder: &str, password: &str) -> Page {
        let (place, account) = holder.split_once('/').unwrap();
        let page = self.open("/sign-in");
        let fields = [("place", place), ("account", account), ("password", password)];
        self.send(&page, "/sign-in", &fields)
    }

    /// The cookies it shows.
    pub fn cookies(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let cookies = self.cookies();
        let mut headers = vec![
            ("Accept", "text/html,application/xhtml+xml"),
            ("Cookie", &cookies),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        if method == "POST" {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let answer = self.served.ask(method, path, &headers, body.as_bytes());
        if let Some(cookie) = answer.header("set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            assert!(name.starts_with("__Host-"), "{cookie}");
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    #[track_caller]
    fn followed(&mut self, path: &str, mut answer: Answer) -> Page {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let Some(next) = answer.header("location").map(str::to_owned) else {
                let is_english = self
                    .cookies
                    .get("__Host-mayfly-language")
                    .is_some_and(|language| language == "en");
                sound(&answer, is_english);
                return Page {
                    status: answer.status,
                    path,
                    html: answer.body,
                };
            };
            assert_eq!(answer.status, 303, "{path}");
            answer = self.ask("GET", &next, "");
            path = next;
        }
        panic!("{path}: it goes round in a circle");
    }
}

impl Page {
    /// The form that goes to `action`.
    pub fn form(&self, action: &str) -> Option<&str> {
        let mut forms = self.html.split("<form").skip(1);
        let form = forms.find(|form| form.contains(&format!("action=\"{action}\"")))?;
        form.split("</form>").next()
    }

    /// The field that proves a form of this page's session.
    #[track_caller]
    pub fn proof(&self) -> (String, String) {
        let fields = hidden(self.form("/sign-out").unwrap());
        fields.into_iter().find(|(name, _)| name == "csrf").unwrap()
    }

    /// Whether it says all of `texts`.
    #[track_caller]
    pub fn says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.html.contains(text), "{text}: {}", self.html);
        }
        self
    }
}

fn joined(fields: &[(String, String)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// What holds for every page: its policy, language and title, that nothing is kept or brought along, and that forms are ours.
#[track_caller]
pub fn sound(answer: &Answer, is_english: bool) {
    let html = &answer.body;
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{html}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.header("content-security-policy"),
        Some(
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
    );
    for guard in ["x-content-type-options", "x-frame-options", "referrer-policy"] {
        assert!(answer.header(guard).is_some(), "{guard}");
    }
    let lang = if is_english { "en" } else { "zh-Hant-TW" };
    assert!(
        html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")),
        "{html}"
    );
    let title = html
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next());
    assert!(
        title.is_some_and(|title| title.ends_with(" – mayfly") && title.len() > " – mayfly".len()),
        "{title:?}"
    );
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.split_whitespace().next().unwrap();
        assert!(
            !["script", "style", "iframe", "object", "base"].contains(&name),
            "<{tag}>"
        );
        let attributes = tag.split('"').step_by(2).flat_map(str::split_whitespace);
        for attribute in attributes.skip(1) {
            let attribute = attribute.trim_end_matches('=');
            assert!(attribute != "style" && !attribute.starts_with("on"), "<{tag}>");
        }
    }
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let is_open = ["/language", "/sign-in"]
            .iter()
            .any(|action| form.contains(&format!("action=\"{action}\"")));
        let is_ours = form.contains("name=\"csrf\" value=\"");
        assert!(
            !form.contains("method=\"post\"") || is_open || is_ours,
            "<form{form}"
        );
    }
    for input in html.split("<input").skip(1) {
        let input = input.split('>').next().unwrap();
        let id = input
            .split(" id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let is_labelled = id.is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")));
        assert!(
            input.contains("type=\"hidden\"") || input.contains("aria-label=") || is_labelled,
            "<input{input}>"
        );
    }
}

/// What stands between the parts of a form.
pub const EDGE: &str = "----of-a-browser-7d1";

/// The hidden fields of a form.
pub fn hidden(form: &str) -> Vec<(String, String)> {
    let value = |input: &str, name: &str| {
        let rest = input.split(&format!(" {name}=\"")).nth(1)?;
        Some(rest.split('"').next()?.to_owned())
    };
    form.split("<input")
        .skip(1)
        .map(|input| input.split('>').next().unwrap())
        .filter(|input| input.contains("type=\"hidden\""))
        .filter_map(|input| Some((value(input, "name")?, value(input, "value")?)))
        .collect()
}

fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(byte);
    text.bytes()
        .map(|byte| match plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
