//! A data directory of its own for each test, and the binary run on it. *Edge.*

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::database::Database;

/// The morning the demonstration's batch was handed in.
pub const NOW: &str = "2026-11-02T10:00:00+08:00";

/// A sandbox with the demonstration's master data.
pub struct Sandbox {
    folder: TempDir,
    pub database: Database,
}

/// What a run of the binary said.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    /// An empty sandbox whose clock stands at [`NOW`].
    pub fn empty() -> Self {
        Self::empty_in(TempDir::new().unwrap())
    }

    /// The same where files need no disk, if there is such a place: for thousands of acts, each of which waits for it.
    pub fn in_memory() -> Self {
        Self::empty_in(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap()))
    }

    fn empty_in(folder: TempDir) -> Self {
        let sandbox = Self {
            folder,
            database: Database::empty(),
        };
        sandbox.init(&[]).expect(0);
        sandbox
    }

    /// A place for a data directory, and none there yet.
    pub fn unmade() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            database: Database::empty(),
        }
    }

    /// `init`, with `more` words.
    pub fn init(&self, more: &[&str]) -> Run {
        let address = self.database.url();
        let database = address.iter().flat_map(|url| ["--database", url]);
        let words = ["init", "--environment", "sandbox"].into_iter();
        self.mayfly(words.chain(database).chain(more.iter().copied()))
    }

    /// A sandbox with the members, staff and forms of `fixtures/`, whose places are still being founded: a test brings whom it
    /// needs with a file of its own.
    pub fn with_master_data() -> Self {
        let sandbox = Self::empty();
        let demo = fixtures().join("demo");
        sandbox
            .at(NOW, ["member", "import"], [demo.join("members.csv")])
            .expect(0);
        let staff = sandbox.file("founding.csv", founding(&demo.join("staff.csv")));
        sandbox.at(NOW, ["staff", "import"], [staff]).expect(0);
        let forms = ["LN-01-1", "LN-01-2", "LN-01-3", "CARD-02-1"];
        sandbox
            .at(
                NOW,
                ["form", "import"],
                forms.map(|form| fixtures().join(format!("forms/{form}.toml"))),
            )
            .expect(0);
        sandbox
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path beside the data directory, for files of the test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file beside the data directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// The command `mayfly --data DATA …`, not started yet.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly-under-test"));
        command
            .arg("--data")
            .arg(self.data())
            .current_dir(self.folder.path());
        self.database.choose(&mut command);
        command
    }

    /// Runs `mayfly --data DATA …`.
    pub fn mayfly<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        Run::of(self.command().args(arguments).output().unwrap())
    }

    /// Runs `mayfly --data DATA --at INSTANT WORDS… REST…`.
    pub fn at<A: AsRef<OsStr>>(
        &self,
        instant: &str,
        words: impl IntoIterator<Item = &'static str>,
        rest: impl IntoIterator<Item = A>,
    ) -> Run {
        Run::of(
            self.command()
                .arg("--at")
                .arg(instant)
                .args(words)
                .args(rest)
                .output()
                .unwrap(),
        )
    }

    /// Runs a batch at [`NOW`] and returns what `--json` says; the exit code is the caller's to judge.
    pub fn batch_run(&self, file: &Path, more: &[&str]) -> (i32, Value) {
        let run = Run::of(
            self.command()
                .args(["--at", NOW, "--json", "batch", "run"])
                .arg(file)
                .args(more)
                .output()
                .unwrap(),
        );
        let value = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
        (run.code, value)
    }
}

impl Run {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Insists on the exit code; shows what was said otherwise.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }

    /// What `--json` said.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|_| panic!("no JSON: {}\n{}", self.stdout, self.stderr))
    }
}

/// People of the bureau whom an approval needs, as the demonstration has them.
const BUREAU: &str =
    "member,account,name,title,query,approve,review,from,approved_by,to,ended_by,person,unit,level,roles
bureau,he.cmp,何虛規,專責人員,,,,2024-01-01,board,,,J-11,法遵部,,compliance
bureau,jin.cmp,金虛章,專責人員,,,,2024-01-01,board,,,J-12,法遵部,,compliance
bureau,gu.op,顧虛傳,資料連結作業承辦人員,,,,2024-01-01,he.cmp,,,J-13,資訊部,,operator
";

impl Sandbox {
    /// Sees that the bureau has people.
    pub fn with_bureau(&self, at: &str) {
        let book = self.file("bureau.csv", BUREAU);
        self.at(at, ["staff", "import"], [book]).expect(0);
    }

    /// Runs what needs a second person: `he.cmp` applies, `jin.cmp` gives, `he.cmp` does it.
    #[track_caller]
    pub fn approved(&self, at: &str, words: &[&str]) -> Run {
        self.with_bureau(at);
        let words = [&["--at", at, "--json"], words, &["--as", "he.cmp"]].concat();
        let applied = self.mayfly(&words).expect(75).json();
        let number = applied["approval"].to_string();
        self.at(at, ["approval", "give", "--as", "jin.cmp"], [&number])
            .expect(0);
        self.mayfly([&words[..], &["--approval", &number]].concat())
    }
}

/// The lines of a staff file without those who look after accounts.
fn founding(staff: &Path) -> String {
    let text = fs::read_to_string(staff).unwrap();
    let others = text.lines().filter(|line| !line.contains("administrator"));
    others.map(|line| format!("{line}\n")).collect()
}

/// The repository's `fixtures/`.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// Every file below `folder`.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    found
}

impl Sandbox {
    /// A sandbox of its own with the same data directory, as it lies there at this moment.
    pub fn copy(&self) -> Self {
        let folder = TempDir::new().unwrap();
        copy_folder(&self.data(), &folder.path().join("data"));
        let database = self.database.copy();
        if let (Some(ours), Some(theirs)) = (self.database.url(), database.url()) {
            let settings = folder.path().join("data/mayfly.toml");
            let text = fs::read_to_string(&settings).unwrap();
            fs::write(settings, text.replace(&ours, &theirs)).unwrap();
        }
        Self { folder, database }
    }
}

/// Copies `from` with everything below it, modes included; `to` must not exist.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, copied) = (
            entry.as_ref().unwrap().path(),
            to.join(entry.unwrap().file_name()),
        );
        if path.is_dir() {
            copy_folder(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// Waits; tests of crashes and rivals need moments in the midst of a run.
#[expect(clippy::disallowed_methods, reason = "the test is the schedule here")]
pub fn pause(seconds: f64) {
    std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
}

/// A setting of the tests themselves, from the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "the product reads no environment; a campaign has nobody else to ask"
)]
pub fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not usable")))
}

/// A repeatable die (SplitMix64), made with its seed.
pub struct Chance(pub u64);

impl Chance {
    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// The next number from 0 to 1.
    pub fn fraction(&mut self) -> f64 {
        self.below(1 << 32) as f64 / f64::from(u32::MAX)
    }
}
