//! Which rules a house lives by: those of this program, or files of its own, as `regime` in its settings names them. *Edge.*

use std::{borrow::Cow, fs, path::Path};

use sha2::{Digest, Sha256};

use super::{JCIC_2024, JCIC_2024_CLASSES, Regime};
use crate::error::{Error, Result};

/// The texts of a regime and of its classes of records.
pub struct Source {
    regime: Cow<'static, str>,
    classes: Cow<'static, str>,
}

impl Source {
    /// What `name` stands for in the data directory `dir`: the name of a regime of this program, or a file `NAME.toml` there, with
    /// `NAME.classes.toml` beside it where other periods hold than those of this program.
    ///
    /// # Errors
    /// `REGIME-UNKNOWN`.
    pub fn read(dir: &Path, name: &str) -> Result<Self> {
        if name == BUILT_IN {
            return Ok(Self {
                regime: JCIC_2024.into(),
                classes: JCIC_2024_CLASSES.into(),
            });
        }
        if !is_file_name(name) {
            return Err(unknown());
        }
        let regime = fs::read_to_string(dir.join(name)).map_err(|_| unknown())?;
        let classes = match fs::read_to_string(dir.join(classes_name(name))) {
            Ok(text) => text.into(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => JCIC_2024_CLASSES.into(),
            Err(_) => return Err(unknown()),
        };
        Ok(Self {
            regime: regime.into(),
            classes,
        })
    }

    /// The rules, if nothing is wrong with them.
    ///
    /// # Errors
    /// `REGIME-FILE`, `CLASS-FILE`.
    pub fn regime(&self) -> Result<Regime> {
        Regime::parse(&self.regime, &self.classes)
    }

    /// Adds the texts to `hash`: which rules hold is part of the configuration.
    pub fn enter(&self, hash: &mut Sha256) {
        hash.update(self.regime.as_bytes());
        hash.update(self.classes.as_bytes());
    }
}

/// The file of classes beside the regime file `name`.
pub fn classes_name(name: &str) -> String {
    format!("{}.classes.toml", name.trim_end_matches(".toml"))
}

/// Whether `name` is that of a regime of this program, or could be a file's.
pub fn is_name(name: &str) -> bool {
    name == BUILT_IN || is_file_name(name)
}

fn is_file_name(name: &str) -> bool {
    let stem = name.strip_suffix(".toml").unwrap_or("");
    !["", "mayfly"].contains(&stem)
        && stem.len() <= 64
        && stem
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn unknown() -> Error {
    Error::Operator {
        code: "REGIME-UNKNOWN",
        sentence: "the regime that mayfly.toml names is none of this program's and no readable file of the data directory".into(),
        remedy: "put the file back, or set `regime` to what it was; a regime of this program is: jcic-2024",
    }
}

/// The regime that a house has if nobody names one.
pub const BUILT_IN: &str = "jcic-2024";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regime_is_one_of_ours_or_a_plain_file_of_the_house() {
        for name in ["jcic-2024", "invented-1999.toml", "a.toml"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "taipei",
            ".toml",
            "../a.toml",
            "a/b.toml",
            "mayfly.toml",
            "A.toml",
            "a.toml.toml ",
        ] {
            assert!(!is_name(name), "{name}");
        }
        assert_eq!(classes_name("invented-1999.toml"), "invented-1999.classes.toml");
    }
}
