//! What `pipeline/packaging` hands to operators: settings that our own parser takes, a unit that systemd takes, a container's recipe. *Edge.*

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use mayfly::config::{Config, Environment};

use crate::support::{Sandbox, fixtures};

const CREDENTIALS: &str = "/run/credentials/mayfly.service/";

fn packaging(name: &str) -> String {
    fs::read_to_string(fixtures().join("../pipeline/packaging").join(name)).unwrap()
}

/// The lines of the unit that set `name`.
fn settings(unit: &str, name: &str) -> Vec<String> {
    let lines = unit.lines();
    let values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    values.map(String::from).collect()
}

#[test]
fn the_example_configuration_is_one() {
    let sandbox = Sandbox::empty();
    let folder = sandbox.path("example");
    fs::create_dir(&folder).unwrap();
    let credentials = sandbox.path("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::write(
        credentials.join("database"),
        "postgres://mayfly:secret@db.example/mayfly\n",
    )
    .unwrap();
    let text = packaging("mayfly.toml");
    let here = format!("{}/", credentials.display());
    fs::write(folder.join("mayfly.toml"), text.replace(CREDENTIALS, &here)).unwrap();
    let config = Config::open(&folder).unwrap_or_else(|error| panic!("{error}"));
    assert!(config.environment == Environment::Production);
    assert_eq!(config.http.place().unwrap().unwrap().port(), 8443);
    assert!(config.http.is_tls() && config.http.files(&folder).unwrap().ca.is_some());
    assert_eq!(
        config.database(&folder).map_or("", |address| address.engine()),
        "PostgreSQL"
    );
    // Where a key of the example is misspelt, or its address is not there, it is none.
    for wrong in [
        text.replace("client_ca", "client_cas"),
        text.replace("proxies", "").replace("key =", "keys ="),
        text.clone(),
        text.replace("database_file", "database = \"postgres:///d\"\ndatabase_file"),
    ] {
        fs::write(folder.join("mayfly.toml"), wrong).unwrap();
        assert!(Config::open(&folder).is_err());
    }
}

/// Each credential that the settings name is one that the unit loads, and each that it loads is named.
#[test]
fn the_unit_loads_what_the_settings_name_and_keeps_keys_as_state() {
    let (unit, text) = (packaging("mayfly.service"), packaging("mayfly.toml"));
    let loaded: BTreeSet<String> = settings(&unit, "LoadCredential")
        .iter()
        .map(|credential| credential.split(':').next().unwrap().to_owned())
        .collect();
    let named: BTreeSet<String> = text
        .split(CREDENTIALS)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(loaded, named);
    // Keys that are rotated and destroyed are no credentials: those are copies.
    let state: Vec<String> = settings(&unit, "StateDirectory");
    assert!(
        state[0].split(' ').any(|folder| folder == "mayfly/keys"),
        "{state:?}"
    );
    assert!(text.contains("keys = \"/var/lib/mayfly/keys\""));
    assert!(settings(&unit, "ExecStart")[0].contains("--data /var/lib/mayfly/data serve"));
}

/// By systemd itself where the machine has it: no complaint, and little that an intruder in the service could do.
#[test]
fn systemd_takes_the_unit_and_finds_it_hardened() {
    let unit = packaging("mayfly.service");
    for (name, value) in [
        ("User", "mayfly"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("MemoryDenyWriteExecute", "yes"),
        ("CapabilityBoundingSet", ""),
        ("LimitCORE", "0"),
    ] {
        assert_eq!(settings(&unit, name), [value], "{name}");
    }
    let Some(analyze) = found("systemd-analyze") else {
        println!("there is no systemd-analyze here: the unit was read by nobody but this test");
        return;
    };
    let sandbox = Sandbox::empty();
    let program = env!("CARGO_BIN_EXE_mayfly-under-test");
    let here = sandbox.file("mayfly.service", unit.replace("/usr/bin/mayfly", program));
    let run = |words: &[&str]| {
        let output = Command::new(&analyze).args(words).arg(&here).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let (is_taken, said) = run(&["verify", "--man=no"]);
    assert!(is_taken && !said.contains("mayfly.service:"), "{said}");
    let (is_taken, said) = run(&["security", "--offline=true", "--threshold=20", "--no-pager"]);
    assert!(is_taken, "{said}");
    // The control: a line that systemd does not know.
    let spoilt = unit
        .replace("/usr/bin/mayfly", program)
        .replace("ProtectHome=yes", "ProtectHome=perhaps");
    fs::write(&here, spoilt).unwrap();
    let (_, said) = run(&["verify", "--man=no"]);
    assert!(said.contains("mayfly.service:"), "{said}");
}

#[test]
fn the_container_is_built_from_this_tree_and_runs_as_nobody_in_particular() {
    let recipe = packaging("Containerfile");
    let joined = recipe.replace("\\\n", " ");
    let lines: Vec<&str> = joined
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let known = [
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ];
    for line in &lines {
        assert!(known.contains(&line.split(' ').next().unwrap()), "{line}");
        let list = line.find('[').map(|from| &line[from..]);
        if let Some(list) = list {
            assert!(serde_json::from_str::<Vec<String>>(list).is_ok(), "{line}");
        }
    }
    let last = |name: &str| {
        lines
            .iter()
            .rfind(|line| line.starts_with(name))
            .unwrap()
            .to_string()
    };
    assert_eq!(last("USER"), "USER mayfly");
    assert!(last("RUN").contains("useradd --system"));
    let position = |name: &str| lines.iter().position(|line| line.starts_with(name)).unwrap();
    assert!(position("USER") < position("ENTRYPOINT"));
    assert!(recipe.contains("--locked -p mayfly") && last("STOPSIGNAL").ends_with("SIGTERM"));
    for folder in ["/var/lib/mayfly/data", "/var/lib/mayfly/keys"] {
        assert!(last("VOLUME").contains(folder), "{folder}");
    }
}

/// Where the program `name` is, if it is.
fn found(name: &str) -> Option<PathBuf> {
    ["/usr/bin", "/bin"]
        .map(|folder| Path::new(folder).join(name))
        .into_iter()
        .find(|path| path.exists())
}
