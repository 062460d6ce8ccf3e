//! Signing in and out, changing one's own password, choosing the language. *Edge.*

use askama::Template;
use axum::{extract::State, http::header, response::Response};

use super::{
    fault::{Fault, Told},
    form::{Form, OpenForm},
    frame::Frame,
    page::{self, Answer},
    reader::{LANGUAGE, Visitor},
};
use crate::{
    access::people::Holder,
    http::{ask, door::Shared, session},
    regime::people::PasswordRules,
    signin::enter,
};

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignIn<'a> {
    frame: &'a Frame,
    refused: Option<Told>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password<'a> {
    frame: &'a Frame,
    refused: Option<Told>,
    /// The two new ones are not the same.
    differ: bool,
    rules: PasswordRules,
}

impl Password<'_> {
    fn least(&self) -> usize {
        self.rules.length_default.value.max(self.rules.length_floor.value)
    }
}

/// Whoever is signed in already goes on from there.
pub(super) async fn sign_in_page(visitor: Visitor) -> Answer {
    if visitor.entered().is_some() {
        return Ok(page::after("/"));
    }
    let frame = &visitor.frame;
    page::shown(&SignIn { frame, refused: None })
}

/// `PLACE/ACCOUNT` and a password. What is not of an account's form is nobody's, and is answered like one.
pub(super) async fn sign_in(
    State(door): State<Shared>,
    visitor: Visitor,
    OpenForm(fields): OpenForm,
) -> Answer {
    let (place, account) = (fields.one("place")?.trim(), fields.one("account")?.trim());
    let holder = Holder::parse(&format!("{place}/{account}")).unwrap_or_else(|_| session::nobody());
    match session::admit(&door, visitor.address, holder, fields.password("password")?).await {
        Ok((entered, _)) => {
            let next = match (entered.must_change, entered.replaced) {
                (true, _) => "/password",
                (false, true) => "/?done=replaced",
                (false, false) => "/",
            };
            Ok(keeping(page::after(next), &ask::cookie(&entered.token)))
        }
        Err(problem) => {
            let frame = &visitor.frame;
            let told = Fault::from(problem).told(frame.language);
            page::with(
                told.status,
                &SignIn {
                    frame,
                    refused: Some(told),
                },
            )
        }
    }
}

/// Signs out.
pub(super) async fn sign_out(State(door): State<Shared>, visitor: Visitor, _: Form) -> Answer {
    let token = visitor.signed_in()?.token.clone();
    let address = visitor.address.to_string();
    door.act(move |house| async move { enter::sign_out(&house, &token, &address).await })
        .await?;
    Ok(keeping(
        page::after("/sign-in?done=signed-out"),
        &ask::no_cookie(),
    ))
}

/// Where one's own password is changed.
pub(super) async fn password_page(State(door): State<Shared>, visitor: Visitor) -> Answer {
    visitor.signed_in()?;
    let view = password(&door, &visitor.frame).await?;
    page::shown(&view)
}

/// Changes it: the session is over, and a new one has begun.
pub(super) async fn change_password(
    State(door): State<Shared>,
    visitor: Visitor,
    Form(fields): Form,
) -> Answer {
    let session = visitor.signed_in()?.session.clone();
    let [old, new] = [fields.password("old")?, fields.password("new")?];
    let mut view = password(&door, &visitor.frame).await?;
    if new.expose() != fields.one("again")? {
        view.differ = true;
        return page::with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &view);
    }
    match session::renew(&door, visitor.address, session, (old, new)).await {
        Ok((entered, _)) => Ok(keeping(
            page::after("/?done=password"),
            &ask::cookie(&entered.token),
        )),
        Err(problem) => {
            let told = Fault::from(problem).told(visitor.frame.language);
            let status = told.status;
            view.refused = Some(told);
            page::with(status, &view)
        }
    }
}

async fn password<'a>(door: &Shared, frame: &'a Frame) -> Result<Password<'a>, Fault> {
    let rules = door
        .act(|house| async move { Ok(house.regime.password.clone()) })
        .await?;
    Ok(Password {
        frame,
        refused: None,
        differ: false,
        rules,
    })
}

/// Keeps the language that was chosen, and goes back to where it was chosen: a path of ours, and nothing else.
pub(super) async fn language(OpenForm(fields): OpenForm) -> Answer {
    let chosen = match fields.one("to")? {
        "en" => "en",
        _ => "zh-TW",
    };
    let back = fields.maybe("back").filter(|back| is_ours(back)).unwrap_or("/");
    let cookie = format!("{LANGUAGE}={chosen}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=31536000");
    Ok(keeping(page::after(back), &cookie))
}

/// Whether a browser goes nowhere but to this server by it.
fn is_ours(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn keeping(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_to_a_path_of_ours_only() {
        for (path, ours) in [
            ("/", true),
            ("/duties?state=due", true),
            ("//elsewhere.example", false),
            ("/\\elsewhere.example", false),
            ("https://elsewhere.example", false),
            ("/a\r\nSet-Cookie: b", false),
            ("", false),
        ] {
            assert_eq!(is_ours(path), ours, "{path}");
        }
    }
}
