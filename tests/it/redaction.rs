//! No identity number, name, phone, answer or key in plain anywhere: a whole journey of marked persons at trace level. *Edge.*
//!
//! Scanned: everything the product says, every file below the data directory (database, WAL, locks and leftovers
//! included, also in the midst of a run), the exported journal, the rejects and the encrypted result files. The
//! exceptions, in full: a person's own rows on standard output (D25), and the submitted files themselves, which are
//! the member's. `consent show` is no exception: it masks. Keys may occur in the key directory.

use std::{collections::BTreeSet, fs, sync::Arc};

use mayfly_retention::{Custody, OsRandomness};

use crate::{
    marked,
    scanner::{Scanner, Spelling, spellings_of_bytes, spellings_of_text},
    support::{NOW, Run, Sandbox, copy_folder, files_below},
    synthetic::opened,
    worker::{TRIES, ended, try_paused_midway},
};

#[test]
fn nothing_marked_rests_or_is_said_in_plain() {
    let mut journey = Journey::begin();
    journey.travel();
    let persons = Scanner::new(
        marked::spellings()
            .into_iter()
            .chain(journey.spellings_of_answers())
            .collect(),
    );
    let keys = Scanner::new(journey.spellings_of_keys());
    journey.check_controls(&persons, &keys);

    let mut found = BTreeSet::new();
    for (what, text) in &journey.said {
        let hits = [persons.find(text.as_bytes()), keys.find(text.as_bytes())].concat();
        found.extend(hits.into_iter().map(|hit| format!("{what}: {hit}")));
    }
    for folder in ["data", "delivered", "out", "snapshot", "finished"] {
        for path in files_below(&journey.sandbox.path(folder)) {
            let bytes = fs::read(&path).unwrap();
            let name = path
                .strip_prefix(journey.sandbox.path(""))
                .unwrap()
                .display()
                .to_string();
            let mut hits = persons.find(&bytes);
            hits.extend(persons.find(name.as_bytes()));
            if !name.contains("/keys/") {
                hits.extend(keys.find(&bytes));
            }
            found.extend(hits.into_iter().map(|hit| format!("{name}: {hit}")));
        }
    }
    found.extend(journey.on_the_server(&persons, &keys));
    assert!(
        found.is_empty(),
        "{} finds:\n{}",
        found.len(),
        found.iter().take(40).cloned().collect::<Vec<_>>().join("\n")
    );
}

struct Journey {
    sandbox: Sandbox,
    /// What was said, and in answer to which words; own rows apart.
    said: Vec<(String, String)>,
    own_rows: String,
}

impl Journey {
    fn begin() -> Self {
        let sandbox = Sandbox::with_master_data();
        let settings = sandbox.data().join("mayfly.toml");
        let faults = "timeout_before = 40\ntimeout_after = 40\nlate = 40\npartial = 40\nrefused = 40\nwrong_person = 40\n\
                      bad_cell = 40\nduplicate = 200\ndiffering = 40\nextra_person = 200\nunlisted_fields = 300\n";
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(
            settings,
            format!("{text}[sandbox]\nledger = \"ledger\"\n[sandbox.faults]\n{faults}"),
        )
        .unwrap();
        fs::create_dir(sandbox.path("out")).unwrap();
        Self {
            sandbox,
            said: vec![],
            own_rows: String::new(),
        }
    }

    fn travel(&mut self) {
        let file = |journey: &Self, name: &str, content: Vec<u8>| {
            journey.sandbox.file(name, content).display().to_string()
        };
        let ahead = file(self, "ahead.csv", marked::consents());
        let withdrawn = file(self, "withdrawn.csv", marked::withdrawals());
        let first = file(self, "004-1151102-01.csv", marked::batch());
        let second = file(self, "004-1151102-02.csv", marked::cp950_batch());
        let third = file(self, "004-1151102-03.csv", marked::large_batch());
        self.say(0, &["consent", "import", &ahead]);
        self.say(0, &["consent", "outcome", &withdrawn]);
        let rejects = self.sandbox.path("out/rejects.csv").display().to_string();
        self.say(1, &["batch", "run", &first, "--rejects", &rejects]);
        self.say(1, &["batch", "run", &second, "--encoding", "cp950", "--json"]);
        self.in_the_midst(&third);
        self.say(0, &["work", "--once"]);
        for batch in ["004-1151102-01", "004-1151102-02", "004-1151102-03"] {
            self.say(0, &["batch", "show", batch]);
            let out = self.sandbox.path("delivered").display().to_string();
            self.say(0, &["batch", "results", batch, "--as", "chen.yl", "--out", &out]);
        }
        self.say(0, &["batch", "list", "--json"]);
        for form in [&["--json"][..], &[]] {
            let own = self
                .run(&[&["batch", "results", "004-1151102-01", "--as", "chen.yl"], form].concat())
                .expect(0);
            self.own_rows.push_str(&own.stdout);
            self.said.push(("own rows, on standard error".into(), own.stderr));
            self.say(
                0,
                &[&["consent", "show", "004", &marked::AHEAD.consent_ref()], form].concat(),
            );
            self.say(0, &[&["doctor"], form].concat());
            self.say(0, &[&["journal", "verify"], form].concat());
        }
        self.wrong_inputs();
        self.say(0, &["stop", "add", "person", "004/lin.ch", "--reason", "drill"]);
        self.say(0, &["stop", "list"]);
        let export = self.sandbox.path("out/journal").display().to_string();
        self.say(0, &["journal", "export", &export]);
        self.say(0, &["journal", "proof", "3"]);
    }

    /// What lies on the disk while a run is under way: WAL, drafts, locks; and what is said when it is killed and finished.
    fn in_the_midst(&mut self, file: &str) {
        fs::remove_file(self.sandbox.data().join("ledger")).unwrap();
        let (tried, mut worker) = (0..TRIES)
            .find_map(|_| {
                let tried = self.sandbox.copy();
                try_paused_midway(&tried, file).map(|worker| (tried, worker))
            })
            .expect("each run was over before it was paused");
        copy_folder(&tried.data(), &self.sandbox.path("snapshot"));
        if tried.database.url().is_none() {
            let log = fs::metadata(self.sandbox.path("snapshot/mayfly.db-wal"));
            assert!(log.unwrap().len() > 100_000);
        }
        worker.kill().unwrap();
        let killed = ended(worker);
        let finished = tried.mayfly(["--at", NOW, "batch", "run", file]).expect(1);
        for run in [killed, finished] {
            self.said.push((
                "a run that was killed, or finished".into(),
                run.stdout + &run.stderr,
            ));
        }
        copy_folder(&tried.data(), &self.sandbox.path("finished"));
        self.say(1, &["batch", "run", file]);
    }

    fn wrong_inputs(&mut self) {
        for (name, content, more) in marked::wrong_batches() {
            let path = self.sandbox.file(name, content).display().to_string();
            self.say(65, &[&["batch", "run", &path], more].concat());
            self.say(
                65,
                &[&["batch", "run", &path, "--json", "--lang", "zh-TW"], more].concat(),
            );
        }
        for (number, (words, content)) in marked::wrong_imports().into_iter().enumerate() {
            let path = self
                .sandbox
                .file(&format!("wrong-{number}.csv"), content)
                .display()
                .to_string();
            self.say(65, &[words, &[&path]].concat());
        }
        let number = marked::AHEAD.number();
        self.say(65, &["consent", "show", "004", "none-such"]);
        self.say(65, &["batch", "show", "none-such"]);
        let account = format!("004/{number}");
        for words in [
            &["consent", "show", "004", &number][..],
            &["batch", "show", &number],
            &["journal", "proof", &number],
            &["stop", "add", "person", &account, "--reason", "drill"],
        ] {
            self.say(65, words);
        }
        self.say(77, &["batch", "results", "004-1151102-01", "--as", &number]);
    }

    fn say(&mut self, code: i32, words: &[&str]) {
        let run = self.run(words).expect(code);
        // A word may itself be marked: it names the find by its place.
        let what = format!(
            "saying {} ({} {})",
            self.said.len(),
            words[0],
            words.get(1).unwrap_or(&"")
        );
        self.said.push((what, run.stdout + &run.stderr));
    }

    fn run(&self, words: &[&str]) -> Run {
        Run::of(
            self.sandbox
                .command()
                .args(["--at", NOW, "--log", "trace"])
                .args(words)
                .output()
                .unwrap(),
        )
    }

    /// What is found in the files of the server, where the database is on one: its table files, `pg_wal` and its log.
    fn on_the_server(&self, persons: &Scanner, keys: &Scanner) -> Vec<String> {
        let Some(cluster) = self.sandbox.database.cluster() else {
            return Vec::new();
        };
        // An error of each kind that would write a row into the log.
        let settings = "INSERT INTO house (key, value) VALUES ('format', '1')";
        assert!(self.sandbox.database.try_to_say(settings).is_err());
        self.sandbox.database.say("CHECKPOINT");
        let base = self
            .sandbox
            .database
            .say("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()");
        let mut hits = Vec::new();
        let (mut seen, mut log) = (false, 0);
        for folder in [&base[0], "pg_wal", "../log"] {
            for path in files_below(&cluster.join("data").join(folder)) {
                // A file of the server may go while it is looked for.
                let bytes = fs::read(&path).unwrap_or_default();
                seen |= bytes.windows(14).any(|bytes| bytes == b"004-1151102-03");
                log += if folder == "../log" { bytes.len() } else { 0 };
                let found = [persons.find(&bytes), keys.find(&bytes)].concat();
                hits.extend(found.into_iter().map(|hit| format!("{}: {hit}", path.display())));
            }
        }
        assert!(seen && log > 0, "the server's files were not looked into");
        hits
    }

    /// What the provider said of the marked persons: units, from the delivered files.
    fn spellings_of_answers(&self) -> Vec<Spelling> {
        let answers = opened(&self.sandbox.path("delivered/004-1151102-01.answers.csv.age"));
        let mut units = BTreeSet::new();
        for record in csv::Reader::from_reader(&*answers).records() {
            let record = record.unwrap();
            units.extend([record[6].to_owned(), record[7].to_owned()]);
        }
        assert!(units.len() > 50);
        let units = units.iter().filter(|unit| unit.len() >= 8);
        units
            .flat_map(|unit| spellings_of_text("an answer's unit", unit, None))
            .collect()
    }

    /// Root, index, signing and cohort keys, and the sealed keyring.
    fn spellings_of_keys(&self) -> Vec<Spelling> {
        let keys = self.sandbox.data().join("keys");
        let file = |name: &str| fs::read(keys.join(name)).unwrap();
        let mut spellings = Vec::new();
        let mut secret = |what: &str, bytes: &[u8]| spellings.extend(spellings_of_bytes(what, bytes));
        secret("the root slot", &file("root.slots")[24..56]);
        secret("the other root slot", &file("root.slots")[4096 + 24..4096 + 56]);
        secret("the index key", &file("index.key")[16..48]);
        secret("the journal's key", &file("journal.key")[..32]);
        secret("the sealed keyring", &file("keyring")[34..98]);
        let custody = Custody::open(&keys, Arc::new(OsRandomness)).unwrap();
        let cohorts = custody.cohorts().unwrap();
        assert!(cohorts.len() >= 4, "intake, query, consent, audit, answer");
        for cohort in cohorts {
            secret(
                &format!("the key of {}", cohort.name()),
                custody.existing_key(cohort).unwrap().unwrap().expose(),
            );
        }
        spellings
    }

    /// The scanner sees what is there: in the submitted files, in own rows, in the member's answers, in the key files.
    fn check_controls(&self, persons: &Scanner, keys: &Scanner) {
        assert!(persons.find(&marked::batch()).len() > 300);
        assert!(
            persons
                .find(&marked::cp950_batch())
                .iter()
                .any(|found| found.contains("CP950"))
        );
        assert!(persons.find(self.own_rows.as_bytes()).len() > 50);
        assert!(
            !persons
                .find(&opened(
                    &self.sandbox.path("delivered/004-1151102-02.answers.csv.age")
                ))
                .is_empty()
        );
        for (name, what) in [
            ("root.slots", "root slot"),
            ("index.key", "index key"),
            ("journal.key", "journal's key"),
        ] {
            let found = keys.find(&fs::read(self.sandbox.data().join("keys").join(name)).unwrap());
            assert!(
                found.iter().any(|found| found.contains(what)),
                "{name}: {found:?}"
            );
        }
        // The journey was logged, so that there was something to look into.
        let logged = self
            .said
            .iter()
            .filter(|(_, text)| text.contains("\"level\":\"INFO\""))
            .count();
        assert!(logged > 3, "only {logged} outputs with log lines");
    }
}
