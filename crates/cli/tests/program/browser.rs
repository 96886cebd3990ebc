//! A real headless Chromium, told what to do over its debugging protocol on a pair of pipes.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Names the variable that says which browser to drive.
const CHROMIUM: &str = "WATCHFIRE_TEST_CHROMIUM";
/// Where Debian puts it.
const CHROMIUM_DEFAULT: &str = "/usr/bin/chromium";
/// The pipes come as stdin and stdout, and the browser expects them as file descriptors 3 and 4.
const SCRIPT: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--window-size=1280,800",
    "--remote-debugging-pipe",
];

/// A browser with one page open.
pub(crate) struct Browser {
    child: Child,
    commands: ChildStdin,
    messages: BufReader<ChildStdout>,
    session: Option<String>,
    number: u64,
    events: VecDeque<Value>,
    // The browser's profile: cookies of a test's own.
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with a fresh profile.
    pub(crate) fn start() -> Self {
        let chromium = std::env::var(CHROMIUM).unwrap_or_else(|_| CHROMIUM_DEFAULT.to_owned());
        assert!(
            std::path::Path::new(&chromium).exists(),
            "no browser at {chromium}: install Debian's chromium, or name one in {CHROMIUM}"
        );
        let profile = tempfile::tempdir().unwrap();
        let profile_flag = format!("--user-data-dir={}", profile.path().display());
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, &chromium])
            .args(FLAGS)
            .args([&profile_flag, "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = child.stdin.take().unwrap();
        let messages = BufReader::new(child.stdout.take().unwrap());
        let mut browser = Self {
            child,
            commands,
            messages,
            session: None,
            number: 0,
            events: VecDeque::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let target = &target["targetId"];
        let asked = json!({ "targetId": target, "flatten": true });
        let attached = browser.call("Target.attachToTarget", &asked);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Network", "Log", "Runtime", "Audits"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Calls a method of the protocol and gives its result; events that come in between are kept.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.number += 1;
        let number = self.number;
        let mut command = json!({ "id": number, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&command).unwrap();
        bytes.push(0);
        self.commands.write_all(&bytes).unwrap();
        loop {
            let message = self.next();
            if message["id"] == number {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push_back(message);
        }
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.messages.read_until(0, &mut bytes).unwrap();
        assert_eq!(bytes.pop(), Some(0), "the browser ended");
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Opens an address and waits until the page has loaded. Gives the status of its document.
    pub(crate) fn open(&mut self, url: &str) -> u64 {
        self.during(|browser| {
            browser.call("Page.navigate", &json!({ "url": url }));
        })
    }

    /// Does something that loads a page, and gives the status of the document that was loaded.
    pub(crate) fn during(&mut self, act: impl FnOnce(&mut Self)) -> u64 {
        let before = self.events.len();
        act(self);
        let mut looked_at = before;
        let mut status = 0;
        loop {
            while looked_at >= self.events.len() {
                let message = self.next();
                self.events.push_back(message);
            }
            let event = &self.events[looked_at];
            looked_at += 1;
            if event["method"] == "Network.responseReceived"
                && event["params"]["type"] == "Document"
            {
                status = event["params"]["response"]["status"].as_u64().unwrap();
            }
            if event["method"] == "Page.loadEventFired" && status != 0 {
                return status;
            }
        }
    }

    /// Presses a key as a person does.
    pub(crate) fn press(&mut self, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let mut stroke = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code,
            });
            if kind == "keyDown" && key == "Enter" {
                stroke["text"] = json!("\r");
            }
            self.call("Input.dispatchKeyEvent", &stroke);
        }
    }

    /// Moves the focus on.
    pub(crate) fn tab(&mut self) {
        self.press("Tab", 9);
    }

    /// Follows what has the focus, and gives the status of the document that was loaded.
    pub(crate) fn enter(&mut self) -> u64 {
        self.during(|browser| browser.press("Enter", 13))
    }

    /// The value of an expression in the page.
    pub(crate) fn ask(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &asked);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// The text of an expression in the page.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.ask(expression);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// The same for an array of texts.
    pub(crate) fn texts(&mut self, expression: &str) -> Vec<String> {
        let value = self.ask(expression);
        serde_json::from_value(value).unwrap()
    }

    /// Every event of a kind so far, oldest first.
    pub(crate) fn seen(&self, method: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events
            .filter(|event| event["method"] == method)
            .map(|event| &event["params"])
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself after a failed test; its helpers end with it.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}
