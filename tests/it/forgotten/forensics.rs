//! Looks through every disk after a purge: no marked value in nine encodings, no key in three, none by what it opens. *Edge.*
//!
//! Looked through: the data directory with its database, log, locks, keys and leftovers; the folders of the exchange; what
//! was delivered and exported; temporary files; all that was said and logged at trace level; and on PostgreSQL the server's
//! files with `pg_wal`, and its log. The exceptions, in full: the submitted files, which are the member's.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{
    ciphers::{self, Key},
    loot::Copy,
    windows::Locks,
};
use crate::{
    certificates::{COHORTS, DUE},
    exchange, marked,
    scanner::{Scanner, Spelling, spellings_of_bytes, spellings_of_text},
    support::{NOW, Run, Sandbox, files_below, pause, setting},
    synthetic::opened,
};

#[test]
fn after_a_purge_nothing_is_found_on_any_disk() {
    let case = Case::live();
    let before = Copy::of(&case.trial.sandbox);
    let secrets = Secrets::of(&before);
    let persons = Scanner::new(marked::spellings().into_iter().chain(case.answers()).collect());
    let keys = Scanner::new(secrets.spellings());
    let look = |folder: &Path, is_whole: bool| -> Vec<String> {
        let mut found = Vec::new();
        for path in files_below(folder) {
            // A file of a server may go while it is looked for.
            let bytes = fs::read(&path).unwrap_or_default();
            let mut hits = [persons.find(&bytes), keys.find(&bytes)].concat();
            hits.extend(persons.find(path.to_string_lossy().as_bytes()));
            if is_whole {
                hits.extend(secrets.locks.find(&bytes));
            }
            found.extend(hits.into_iter().map(|hit| format!("{}: {hit}", path.display())));
        }
        found
    };
    case.check_controls(&look, &secrets);

    case.purge();
    let mut found = look(&case.trial.sandbox.path(""), true);
    found.extend(case.on_the_server(&look));
    assert!(
        found.is_empty(),
        "{} finds:\n{}",
        found.len(),
        found.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
    // There was something to look into.
    for name in [
        "data/mayfly.toml",
        "data/keys/root.slots",
        "said",
        "delivered",
        "exported",
    ] {
        assert!(case.trial.sandbox.path(name).exists(), "{name}");
    }
    assert_eq!(case.left(), Vec::<PathBuf>::new());
}

/// Compressed bytes would hide from every scan; nothing that we link compresses but the workbooks of sheets, which the format
/// asks for: they hold no answer, and leave the house where somebody exports them.
#[test]
fn nothing_that_compresses_is_linked() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock")).unwrap();
    let names: BTreeSet<&str> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect();
    assert!(names.contains("sqlx") && names.contains("memchr"));
    let compresses = |name: &&str| {
        [
            "flate2", "miniz", "zlib", "zstd", "lz4", "brotli", "snap", "deflate", "lzma", "xz2", "bzip2",
            "gzip",
        ]
        .iter()
        .any(|kind| name.contains(kind))
    };
    assert_eq!(
        names.into_iter().filter(compresses).collect::<Vec<_>>(),
        ["flate2", "zlib-rs"]
    );
    let needing = |name: &str| {
        let packages = lock.split("[[package]]\nname = \"").skip(1);
        let needing = packages.filter(|package| package.contains(&format!("\n \"{name}\",\n")));
        needing
            .map(|package| package.split('"').next().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(needing("flate2"), ["zip"]);
    // What is taken away as an archive (console/taken.rs) is put there as it is.
    assert_eq!(needing("zip"), ["e2e", "mayfly", "rust_xlsxwriter"]);
    assert_eq!(needing("rust_xlsxwriter"), ["mayfly"]);
}

/// A journey of marked persons through the exchange, all over but the purge.
struct Case {
    trial: exchange::Trial,
}

impl Case {
    fn live() -> Self {
        let sandbox = Sandbox::with_master_data();
        fs::create_dir(sandbox.path("temporary")).unwrap();
        fs::write(sandbox.path("said"), "").unwrap();
        let first = sandbox.file(BATCHES[0], marked::batch());
        let second = sandbox.file(BATCHES[1], marked::cp950_batch());
        let ahead = sandbox.file(AHEAD, marked::consents());
        let case = Self {
            trial: exchange::Trial::on(sandbox, first.clone()),
        };
        case.say(NOW, 0, &["consent", "import", ahead.to_str().unwrap()]);
        case.say(NOW, 75, &["batch", "run", first.to_str().unwrap()]);
        case.say(
            NOW,
            75,
            &["batch", "run", second.to_str().unwrap(), "--encoding", "cp950"],
        );
        // A reply that is quarantined whole, then one that is not.
        let kept = case.trial.sandbox.path("kept");
        exchange::copy_files(&case.trial.requests(), &kept);
        case.trial.reply(&["--fault", "cut"]);
        case.say(NOW, 0, &["work", "--once"]);
        exchange::copy_files(&files_below(&kept), &case.trial.sandbox.path("exchange/requests"));
        fs::remove_dir_all(kept).unwrap();
        case.trial.reply(&[]);
        case.say(NOW, 0, &["work", "--once"]);
        let out = case.trial.sandbox.path("delivered");
        for batch in BATCHES.map(|name| name.trim_end_matches(".csv")) {
            let words = [
                "batch",
                "results",
                batch,
                "--as",
                "chen.yl",
                "--out",
                out.to_str().unwrap(),
            ];
            case.say(NOW, 0, &words);
        }
        case
    }

    /// Everything due goes, after a pass that was killed in its midst.
    fn purge(&self) {
        let mut killed = self.command(DUE, &["purge", "run"]).spawn().unwrap();
        pause(0.02);
        killed.kill().unwrap();
        killed.wait().unwrap();
        self.say(DUE, 0, &["serve", "--once"]);
        let listed = self.say(DUE, 0, &["--json", "certificate", "list"]).json();
        let cohorts: Vec<_> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["cohort"])
            .collect();
        assert_eq!(cohorts, COHORTS);
        let export = self.trial.sandbox.path("exported");
        fs::create_dir(&export).unwrap();
        for what in ["journal", "certificate"] {
            let folder = export.join(what);
            self.say(DUE, 0, &[what, "export", folder.to_str().unwrap()]);
        }
        self.say(DUE, 0, &["doctor"]);
        // The submitted files are the member's, who takes them away.
        for name in BATCHES.into_iter().chain([AHEAD]) {
            fs::remove_file(self.trial.sandbox.path(name)).unwrap();
        }
    }

    fn command(&self, at: &str, words: &[&str]) -> std::process::Command {
        let mut command = self.trial.sandbox.command();
        command.args(["--at", at, "--log", "trace"]).args(words);
        command.env("TMPDIR", self.trial.sandbox.path("temporary"));
        let log = || {
            let log = self.trial.sandbox.path("said");
            fs::File::options().append(true).open(log).unwrap()
        };
        command.stderr(log()).stdout(log());
        command
    }

    fn say(&self, at: &str, code: i32, words: &[&str]) -> Run {
        let said = self.trial.sandbox.path("said");
        let before = fs::read_to_string(&said).unwrap().len();
        let status = self.command(at, words).status().unwrap();
        let all = fs::read_to_string(&said).unwrap();
        let run = Run {
            code: status.code().unwrap_or(-1),
            stdout: all[before..]
                .lines()
                .filter(|line| !line.starts_with("{\"timestamp\""))
                .collect(),
            stderr: all[before..].to_owned(),
        };
        run.expect(code)
    }

    /// What the provider said of the marked persons: units, from the delivered files.
    fn answers(&self) -> Vec<Spelling> {
        let mut units = BTreeSet::new();
        for batch in BATCHES {
            let name = format!("delivered/{}.answers.csv.age", batch.trim_end_matches(".csv"));
            let answers = opened(&self.trial.sandbox.path(&name));
            for record in csv::Reader::from_reader(&*answers).records() {
                let record = record.unwrap();
                units.extend([record[6].to_owned(), record[7].to_owned()]);
            }
        }
        assert!(units.len() > 50, "{}", units.len());
        let units = units.iter().filter(|unit| unit.len() >= 8);
        units
            .flat_map(|unit| spellings_of_text("an answer's unit", unit, None))
            .collect()
    }

    /// What is there is found: in the submitted files, in the key files, and in any file in which it is planted.
    fn check_controls(&self, look: &impl Fn(&Path, bool) -> Vec<String>, secrets: &Secrets) {
        let found = look(&self.trial.sandbox.path(""), true);
        let of = |name: &str, what: &str| found.iter().any(|hit| hit.contains(name) && hit.contains(what));
        assert!(
            of(BATCHES[0], "the number of person") && of(BATCHES[0], "the name"),
            "{found:?}"
        );
        assert!(of(BATCHES[1], "in CP950 as it is"));
        assert!(of("keys/root.slots", "the root as it is"));
        assert!(
            of("keys/root.slots", "the key of a keyring"),
            "the live root opens its keyring"
        );
        let elsewhere: Vec<_> = found
            .iter()
            .filter(|hit| {
                !hit.contains("root.slots") && BATCHES.iter().chain([&AHEAD]).all(|name| !hit.contains(name))
            })
            .collect();
        assert!(elsewhere.is_empty(), "{elsewhere:?}");

        let planted = self.trial.sandbox.path("data/passes");
        fs::create_dir_all(&planted).unwrap();
        let spelled = marked::spellings().into_iter().chain(secrets.spellings());
        let mut kinds = BTreeSet::new();
        for spelling in spelled {
            // One of each thing and each way to write it: the label without the number of its person.
            let label = &spelling.label;
            let how = label.find(" in ").or_else(|| label.find(" as ")).unwrap();
            let kind = label[..how].replace(|c: char| c.is_ascii_digit(), "") + &label[how..];
            if !kinds.insert(kind) {
                continue;
            }
            let file = planted.join("planted");
            fs::write(&file, [b"\0\x01noise", &spelling.bytes[..], b"noise"].concat()).unwrap();
            let found = look(&planted, false);
            assert!(
                found.iter().any(|hit| hit.contains(&spelling.label)),
                "{}",
                spelling.label
            );
            fs::remove_file(file).unwrap();
        }
        assert!(kinds.len() > 60, "{kinds:?}");
        for (name, key) in &secrets.cohorts {
            let file = planted.join("planted");
            fs::write(&file, [b"\0\x01noise", &key[..], b"noise"].concat()).unwrap();
            let found = look(&planted, true);
            assert!(
                found
                    .iter()
                    .any(|hit| hit.contains(&format!("the key of {name} at"))),
                "{name}"
            );
            fs::remove_file(file).unwrap();
        }
    }

    /// What is found in the files of the server, where the database is on one.
    fn on_the_server(&self, look: &impl Fn(&Path, bool) -> Vec<String>) -> Vec<String> {
        let database = &self.trial.sandbox.database;
        let Some(cluster) = database.cluster() else {
            return Vec::new();
        };
        database.say("CHECKPOINT");
        let base = database.say("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()");
        let base = cluster.join("data").join(&base[0]);
        let seen = |folder: &Path, what: &[u8]| {
            let files = files_below(folder).into_iter();
            let mut contents = files.map(|path| fs::read(path).unwrap_or_default());
            contents.any(|bytes| bytes.windows(what.len()).any(|window| window == what))
        };
        assert!(
            seen(&base, b"answer-2026110202"),
            "the server's files were not looked into"
        );
        assert!(!files_below(&cluster.join("data/pg_wal")).is_empty());
        // All of the cluster by needles; by what opens, what is ours, or everything on demand (tens of minutes).
        let is_whole = setting("MAYFLY_FORENSICS_WHOLE").unwrap_or(false);
        let mut found = look(&cluster, is_whole);
        found.extend(look(&base, true));
        found.extend(look(&cluster.join("log"), true));
        found
    }

    /// What should not be there at all any more.
    fn left(&self) -> Vec<PathBuf> {
        let sandbox = &self.trial.sandbox;
        let mut left = files_below(&sandbox.path("exchange"));
        left.extend(files_below(&sandbox.path("temporary")));
        let below = files_below(&sandbox.data()).into_iter();
        left.extend(below.filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".tmp")
                || name.ends_with(".new")
                || COHORTS.iter().any(|cohort| name.contains(cohort))
        }));
        let log = sandbox.data().join("mayfly.db-wal");
        left.extend(fs::metadata(&log).is_ok_and(|log| log.len() > 0).then_some(log));
        left
    }
}

/// What must be gone after the purge.
struct Secrets {
    root: Key,
    /// The keys of cohorts of hours.
    cohorts: Vec<(String, Key)>,
    /// The keys of single objects under them.
    objects: Vec<Key>,
    locks: Locks,
}

impl Secrets {
    fn of(copy: &Copy) -> Self {
        let keys = copy.keys();
        let cohorts: Vec<(String, Key)> = keys
            .cohorts
            .into_iter()
            .filter(|(name, _)| COHORTS.contains(&name.as_str()))
            .collect();
        assert_eq!(cohorts.len(), COHORTS.len());
        let mut objects = Vec::new();
        for (name, key) in &cohorts {
            let files = copy.files.iter().filter(|(file, _)| file.contains(name));
            objects.extend(files.map(|(_, file)| ciphers::unwrap(key, file, &file[40..56]).unwrap()));
        }
        assert!(objects.len() >= 4, "{}", objects.len());
        let commitment =
            |(name, key): &(String, Key)| (name.clone(), ciphers::commitment(&ciphers::extracted(key), name));
        Self {
            root: keys.root,
            objects,
            locks: Locks {
                cohorts: cohorts.iter().map(commitment).collect(),
                keyring: copy.files["keys/keyring"].clone(),
            },
            cohorts,
        }
    }

    fn spellings(&self) -> Vec<Spelling> {
        let cohorts = self
            .cohorts
            .iter()
            .map(|(name, key)| (format!("a key of {name}"), key));
        let objects = self.objects.iter().map(|key| ("an object's key".to_owned(), key));
        [("the root".to_owned(), &self.root)]
            .into_iter()
            .chain(cohorts)
            .chain(objects)
            .flat_map(|(what, key)| spellings_of_bytes(&what, key))
            .collect()
    }
}

/// Both submitted files.
const BATCHES: [&str; 2] = ["004-1151102-01.csv", "004-1151102-02.csv"];
const AHEAD: &str = "ahead.csv";
