//! The forms of a page as a browser sees them: where each goes, its fields and what stands in them. *Pure.*

/// A form.
pub struct Seen {
    pub is_post: bool,
    pub action: String,
    pub fields: Vec<Field>,
    /// What its buttons say, one of which is sent.
    pub buttons: Vec<(String, String)>,
}

/// What can be filled in, or is sent along.
pub struct Field {
    pub name: String,
    /// What stands in it before anybody types.
    pub value: String,
    /// A box or a point: what is not chosen is not sent.
    pub is_chosen: Option<bool>,
    /// `file`, `password`, `hidden`, `text` …
    pub kind: String,
}

/// Every form of `html`.
pub fn forms(html: &str) -> Vec<Seen> {
    let forms = html.split("<form").skip(1);
    forms
        .map(|form| seen(form.split("</form>").next().unwrap()))
        .collect()
}

/// Every address of this site that `html` leads to.
pub fn links(html: &str) -> Vec<String> {
    let tags = html.split("<a ").skip(1);
    tags.filter_map(|tag| attribute(tag.split('>').next()?, "href"))
        .filter(|link| link.starts_with('/'))
        .collect()
}

/// The text that `html` shows.
pub fn unescaped(html: &str) -> String {
    let marks = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    marks
        .iter()
        .fold(html.to_owned(), |text, (mark, sign)| text.replace(mark, sign))
}

fn seen(form: &str) -> Seen {
    let (head, body) = form.split_once('>').unwrap();
    let mut fields = Vec::new();
    let mut buttons = Vec::new();
    for tag in body.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').unwrap();
        let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let named = |name: &str| attribute(attributes, name);
        let has = |word: &str| attributes.split(' ').any(|found| found == word);
        match element {
            "input" => fields.extend(named("name").map(|name| {
                let kind = named("type").unwrap_or_else(|| "text".to_owned());
                Field {
                    name,
                    value: named("value").unwrap_or_default(),
                    is_chosen: matches!(kind.as_str(), "checkbox" | "radio").then(|| has("checked")),
                    kind,
                }
            })),
            "textarea" | "select" => fields.extend(named("name").map(|name| Field {
                name,
                value: String::new(),
                is_chosen: None,
                kind: element.to_owned(),
            })),
            "option" => {
                if let Some(field) = fields.last_mut()
                    && field.kind == "select"
                    && (field.value.is_empty() || has("selected"))
                {
                    field.value = named("value").unwrap_or_else(|| unescaped(text.trim()));
                }
            }
            "button" => buttons.extend(named("name").zip(named("value"))),
            _ => {}
        }
    }
    Seen {
        is_post: head.contains("method=\"post\""),
        action: attribute(head, "action").unwrap_or_default(),
        fields,
        buttons,
    }
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let rest = format!(" {attributes}");
    let rest = rest.split(&format!(" {name}=\"")).nth(1)?.to_owned();
    rest.split('"').next().map(unescaped)
}
