//! Until when the certificates are good by which the HTTP door is known: told while there is time to renew them. *Edge.*

use jiff::Timestamp;

use crate::{
    app::House,
    error::{Error, Result},
    provider::Link,
    roc::taipei,
    tls::{Moment, Papers, Validity},
};

/// What there is to say of the door's certificates.
///
/// # Errors
/// `HTTP-CERTIFICATE`, `KEY-PERMISSIONS`; `HTTP-CERTIFICATE-ENDS` within `warn_days` of the end of one.
pub fn door(house: &House) -> Result<String> {
    let Some(files) = house.config.http.files(&house.dir) else {
        return Ok("without TLS: on this machine, or behind a proxy that ends it".into());
    };
    let now = house.clock.now();
    let papers = Papers::read(&files, CODE)?;
    let validity = papers.validity.clone();
    papers.open_to_all(Moment::new(now))?;
    for one in &validity {
        if one.from > now {
            return Err(early(one));
        }
    }
    let Some(soonest) = validity.iter().min_by_key(|validity| validity.until) else {
        return Err(Error::Bug("a door over TLS without a certificate"));
    };
    if soonest.until.duration_since(now) <= house.config.http.warning() {
        return Err(ends(soonest, now));
    }
    Ok(format!(
        "over TLS; the first certificate to end ({}) is good until {}",
        soonest.what,
        taipei(soonest.until)
    ))
}

/// The codes of what is, or will soon be, wrong with a certificate of ours: the door's, and that for the provider. Nobody is called.
pub fn warnings(house: &House) -> Vec<&'static str> {
    let found = [door(house).map(drop), provider(house)];
    found
        .into_iter()
        .filter_map(|found| Some(found.err()?.code()))
        .collect()
}

fn provider(house: &House) -> Result<()> {
    let Some(settings) = &house.config.http_provider else {
        return Ok(());
    };
    match house.link()? {
        Link::Http(http) => http.check_end(house.clock.now(), settings.warning()),
        Link::Sandbox(_) | Link::Exchange(_) => Ok(()),
    }
}

fn early(validity: &Validity) -> Error {
    Error::Operator {
        code: CODE,
        sentence: format!(
            "a certificate of the HTTP door is not good yet: {} is not good before {}",
            validity.what,
            taipei(validity.from)
        ),
        remedy: "put one that is good today in its file, or set the clock right; it is read again every five seconds",
    }
}

fn ends(validity: &Validity, now: Timestamp) -> Error {
    let until = taipei(validity.until);
    Error::Operator {
        code: "HTTP-CERTIFICATE-ENDS",
        sentence: match validity.until > now {
            true => format!(
                "a certificate of the HTTP door ends soon: {} is good until {until}",
                validity.what
            ),
            false => format!(
                "a certificate of the HTTP door has ended: {} was good until {until}",
                validity.what
            ),
        },
        remedy: "have it renewed and put the new one in its file in time; the door takes it by itself",
    }
}

/// What is wrong with the files of the door.
pub const CODE: &str = "HTTP-CERTIFICATE";
