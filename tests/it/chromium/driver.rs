//! Headless Chromium, driven through `chromedriver` by the W3C's WebDriver: a few requests of JSON. *Edge.*

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::setting;

/// A browser that is driven.
pub struct Driver {
    process: Child,
    port: u16,
    session: String,
    /// Its profile, and what it takes away; they go with it.
    profile: TempDir,
}

impl Driver {
    /// Starts one, of 1280 x 800.
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver cannot be run; see .ci/run for what the browser tests need");
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert!(
                said.read_line(&mut line).unwrap() > 0,
                "chromedriver ended before it was ready"
            );
            let port = line.split("successfully on port ").nth(1);
            if let Some(port) = port.and_then(|rest| rest.trim().trim_end_matches('.').parse().ok()) {
                break port;
            }
        };
        // What else it says is of no concern, and must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let profile = TempDir::new().unwrap();
        let mut driver = Self {
            process,
            port,
            session: String::new(),
            profile,
        };
        let downloads = driver.downloads();
        fs::create_dir(&downloads).unwrap();
        let profile = format!("--user-data-dir={}", driver.profile.path().display());
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--window-size=1280,800", "--force-device-scale-factor=1", "--no-first-run", profile],
                "prefs": { "download.default_directory": downloads },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let made = driver.ask("POST", "/session", &wanted);
        driver.session = format!("/session/{}", made["sessionId"].as_str().unwrap());
        driver
    }

    /// Opens `address`.
    pub fn open(&self, address: &str) {
        self.tell("/url", &json!({ "url": address }));
    }

    /// Where it is: path and query.
    pub fn path(&self) -> String {
        let address = self.look("/url");
        let address = address.as_str().unwrap();
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
    }

    /// The page's text as a person sees it.
    pub fn text(&self) -> String {
        // In one step: a page that is just being left has elements that are gone in the next.
        let text = self.run("return document.body ? document.body.innerText : ''");
        text.as_str().unwrap_or("").to_owned()
    }

    /// Clicks on what `css` finds.
    pub fn click(&self, css: &str) {
        let found = self.find(css);
        self.tell(&format!("/element/{found}/click"), &json!({}));
    }

    /// Types `text` into what `css` finds.
    pub fn fill(&self, css: &str, text: &str) {
        let found = self.find(css);
        self.tell(&format!("/element/{found}/value"), &json!({ "text": text }));
    }

    /// Puts `value` into the field that `css` finds, where a person would pick a day.
    pub fn pick(&self, css: &str, value: &str) {
        self.run(&format!(
            "document.querySelector({}).value = {}",
            json!(css),
            json!(value)
        ));
    }

    /// Presses `key` while `held` is held.
    pub fn chord(&self, held: &str, key: &str) {
        let pressed = [
            ("keyDown", held),
            ("keyDown", key),
            ("keyUp", key),
            ("keyUp", held),
        ];
        let pressed = pressed.map(|(what, key)| json!({ "type": what, "value": key }));
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": pressed }] });
        self.tell("/actions", &actions);
    }

    /// Goes from field to field by the keyboard until the focus is on what `css` finds.
    #[track_caller]
    pub fn tab_to(&self, css: &str) {
        let is_there = format!("return document.activeElement.matches({})", json!(css));
        let found = (0..120).any(|_| {
            self.keys(TAB);
            self.run(&is_there) == true
        });
        assert!(found, "{css} cannot be reached by the keyboard");
    }

    /// Whether something is on the page that `css` finds.
    pub fn has(&self, css: &str) -> bool {
        self.run(&format!("return document.querySelector({}) !== null", json!(css))) == true
    }

    /// Whether the whole width of the page is seen on a laptop.
    pub fn fits(&self) -> bool {
        self.run("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")
            == true
    }

    /// Keeps the page as it comes from the printer, on A4, as `name`.
    pub fn print(&self, name: &str) -> Vec<u8> {
        let paper = json!({ "page": { "width": 21.0, "height": 29.7 }, "background": false });
        let printed = self.tell("/print", &paper);
        let bytes = STANDARD.decode(printed.as_str().unwrap()).unwrap();
        fs::write(kept(&format!("{name}.pdf")), &bytes).unwrap();
        bytes
    }

    /// Where it puts what is downloaded.
    pub fn downloads(&self) -> PathBuf {
        self.profile.path().join("downloads")
    }

    /// Types on the keyboard, wherever the focus is.
    pub fn keys(&self, text: &str) {
        let press = |key: char| {
            let key = key.to_string();
            [
                json!({ "type": "keyDown", "value": key }),
                json!({ "type": "keyUp", "value": key }),
            ]
        };
        let pressed: Vec<Value> = text.chars().flat_map(press).collect();
        let actions = json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": pressed }] });
        self.tell("/actions", &actions);
    }

    /// What `script` returns, run from without: the page's own policy lets no script in.
    pub fn run(&self, script: &str) -> Value {
        self.tell("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What keeps people from using the page as it is, by axe-core: the rules of WCAG 2.1, A and AA.
    pub fn barriers(&self) -> Vec<String> {
        let place: PathBuf = setting("AXE_CORE")
            .expect("AXE_CORE names no axe.min.js; see .ci/run for what the browser tests need");
        let axe = fs::read_to_string(place).unwrap();
        let script = format!(
            "const done = arguments[arguments.length - 1];\n{axe};\n\
             axe.run(document, {{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }})\n\
             .then(found => done(found.violations.map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).join(' | '))))\n\
             .catch(error => done(['axe: ' + error]));"
        );
        let found = self.tell("/execute/async", &json!({ "script": script, "args": [] }));
        let found = found.as_array().unwrap().iter();
        found.map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Keeps what is seen, the whole page, as `name`.
    pub fn keep(&self, name: &str) -> PathBuf {
        let height = self.run("return document.documentElement.scrollHeight");
        let height = height.as_u64().unwrap_or(800).clamp(720, 4_000);
        // Beyond the window, which stays as it is: a click upon a page that is laid out anew may go amiss.
        let clip = json!({ "x": 0, "y": 0, "width": 1280, "height": height, "scale": 1 });
        let wanted = json!({ "cmd": "Page.captureScreenshot",
            "params": { "format": "png", "captureBeyondViewport": true, "clip": clip } });
        let picture = self.tell("/goog/cdp/execute", &wanted);
        let place = kept(&format!("{name}.png"));
        fs::write(
            &place,
            STANDARD.decode(picture["data"].as_str().unwrap()).unwrap(),
        )
        .unwrap();
        place
    }

    /// What the browser complained about since it was asked last: errors of pages, and what their policy forbade.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.tell("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().unwrap().iter();
        entries
            .map(|entry| format!("{} {}", entry["level"], entry["message"]))
            .collect()
    }

    fn find(&self, css: &str) -> String {
        let found = self.tell("/element", &json!({ "using": "css selector", "value": css }));
        found[ELEMENT]
            .as_str()
            .unwrap_or_else(|| panic!("no {css}: {found}"))
            .to_owned()
    }

    fn look(&self, path: &str) -> Value {
        self.ask("GET", &format!("{}{path}", self.session), &Value::Null)
    }

    fn tell(&self, path: &str, body: &Value) -> Value {
        self.ask("POST", &format!("{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(180))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream
            .write_all(&[head.as_bytes(), body.as_bytes()].concat())
            .unwrap();
        let mut answer = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while answer.read_line(&mut line).unwrap() > 2 {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut bytes = vec![0; length];
        answer.read_exact(&mut bytes).unwrap();
        let mut said: Value = serde_json::from_slice(&bytes).unwrap();
        let value = said["value"].take();
        assert!(value.get("error").is_none(), "{method} {path}: {value}");
        value
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", &self.session.clone(), &Value::Null);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where what is kept stands, to be looked at.
fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// How WebDriver names what is found.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Keys that are no letters.
pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";
pub const ALT: &str = "\u{E00A}";
pub const SPACE: &str = " ";
