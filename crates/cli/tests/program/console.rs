//! The console in a real browser: signing in, reading, by keyboard alone, and nothing from
//! elsewhere.

use serde_json::json;

use crate::browser::Browser;
use crate::house::{House, Serving, says, watchfire};
use crate::http::get;

/// A served Watchfire with a world in it.
fn served() -> (House, Serving) {
    let house = House::new();
    let world = house.folder().join("world").display().to_string();
    watchfire(&[
        "simulate",
        "--seed",
        "3",
        "--reports",
        "200",
        "--out",
        &world,
    ])
    .ended(0);
    house.run(&["report", &format!("{world}/reports")]).ended(0);
    let serving = house.serve();
    (house, serving)
}

/// Nothing was complained about, and nothing was asked of anyone but the console.
#[track_caller]
fn expect_quiet(browser: &Browser, serving: &Serving) {
    let entries = browser.seen("Log.entryAdded").into_iter();
    let complaints: Vec<_> = entries
        // A browser notes the statuses that the tests ask for.
        .filter(|entry| entry["entry"]["source"] != "network")
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    for kind in [
        "Runtime.consoleAPICalled",
        "Runtime.exceptionThrown",
        "Audits.issueAdded",
    ] {
        let complaints = browser.seen(kind);
        assert!(complaints.is_empty(), "{complaints:?}");
    }
    for request in browser.seen("Network.requestWillBeSent") {
        let url = request["request"]["url"].as_str().unwrap();
        assert!(url.starts_with(&serving.console), "{url}");
    }
}

/// What holds on every page.
#[track_caller]
fn expect_accessible(browser: &mut Browser, title: &str) {
    assert_eq!(browser.text("document.documentElement.lang"), "en");
    assert_eq!(
        browser.text("document.title"),
        format!("{title} · Watchfire")
    );
    assert_eq!(browser.text("document.compatMode"), "CSS1Compat");
    let count = |browser: &mut Browser, selector: &str| {
        browser.ask(&format!("document.querySelectorAll('{selector}').length"))
    };
    for single in ["h1", "main", "header", "footer"] {
        assert_eq!(count(browser, single), 1, "{single}");
    }
    for wrong in [
        "th:not([scope])",
        "img:not([alt])",
        "[tabindex]:not([tabindex=\"-1\"])",
        "input:not([id]):not([aria-label])",
        "[style]",
        "script",
        "[aria-labelledby=\"\"]",
    ] {
        assert_eq!(count(browser, wrong), 0, "{wrong}");
    }
    let unnamed =
        "[...document.querySelectorAll('a, button')].filter(e => !e.innerText.trim()).length";
    assert_eq!(browser.ask(unnamed), 0);
    let dangling = "[...document.querySelectorAll('[aria-labelledby]')]\
        .filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length";
    assert_eq!(browser.ask(dangling), 0);
    let levels = "[...document.querySelectorAll('h1,h2,h3')].map(e => e.tagName)";
    assert_eq!(browser.texts(levels)[0], "H1");
    let pale = browser.texts(CONTRAST);
    assert!(pale.is_empty(), "too pale to read: {pale:?}");
}

/// Every text whose contrast with what is behind it is below 4.5 (WCAG 2.2, 1.4.3).
const CONTRAST: &str = r"(() => {
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = colour => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [[r, .2126], [g, .7152], [b, .0722]]
    .map(([c, weight]) => [c / 255, weight])
    .map(([c, weight]) => weight * (c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
    .reduce((a, b) => a + b);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const found = rgba(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => {
      const [a, b] = [light(rgba(getComputedStyle(e).color)), light(behind(e))];
      return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5;
    })
    .map(e => e.outerHTML.slice(0, 120));
})()";

#[test]
fn a_link_signs_in_once_and_the_queue_is_in_order() {
    let (house, serving) = served();
    let mut browser = Browser::start();
    assert_eq!(browser.open(&serving.console), 401);
    expect_accessible(&mut browser, "Sign in");
    assert_eq!(
        browser.text("document.querySelector('h1').innerText"),
        "Sign in"
    );
    assert_eq!(browser.open(&serving.sign_in), 200);
    assert_eq!(
        browser.text("location.href"),
        format!("{}/", serving.console)
    );
    expect_accessible(&mut browser, "Queue");
    let cookies = browser.call("Network.getCookies", &json!({}));
    let session = &cookies["cookies"][0];
    assert_eq!(session["httpOnly"], true, "a script could read {session}");
    assert_eq!(session["sameSite"], "Strict");

    let shown = browser.texts("[...document.querySelectorAll('tbody th a')].map(e => e.innerText)");
    let queue = house.queue();
    let expected = queue
        .iter()
        .take(50)
        .map(|entry| format!("Case {}", entry["case"]));
    assert_eq!(shown, expected.collect::<Vec<_>>());
    let first = browser.text("document.querySelector('tbody tr').innerText");
    says(&first, &[&queue[0]["danger"].to_string(), "live now"]);
    let mut reasons: Vec<_> = queue[0]["reasons"].as_array().unwrap().iter().collect();
    reasons.sort_by_key(|reason| {
        (
            reason["score"] != "danger",
            -reason["points"].as_i64().unwrap(),
        )
    });
    let texts = browser
        .texts("[...document.querySelectorAll('tbody tr:first-child li')].map(e => e.innerText)");
    for (shown, reason) in texts.iter().zip(&reasons) {
        let points = format!("+{}", reason["points"]);
        says(shown, &[reason["text"].as_str().unwrap(), &points]);
    }
    assert_eq!(texts.len(), 4);

    // The link has been used: it lets nobody else in.
    let mut other = Browser::start();
    assert_eq!(other.open(&serving.sign_in), 403);
    assert_eq!(other.open(&serving.console), 401);
    expect_quiet(&browser, &serving);
    expect_quiet(&other, &serving);
    assert_eq!(serving.stop(), Some(0));
    house.verify();
}

#[test]
fn everything_is_reached_by_keyboard_alone() {
    let (house, serving) = served();
    let mut browser = Browser::start();
    browser.open(&serving.sign_in);
    let focused = "document.activeElement.innerText || document.activeElement.tagName";
    browser.tab();
    assert_eq!(browser.text(focused), "Skip to the content");
    let visible = "(box => box.left >= 0 && box.top >= 0 && box.width > 0)(\
        document.activeElement.getBoundingClientRect())";
    assert_eq!(
        browser.ask(visible),
        json!(true),
        "the skip link stays hidden"
    );
    browser.press("Enter", 13);
    assert_eq!(browser.text("document.activeElement.id"), "main");
    browser.tab();
    let case = browser.text(focused);
    assert_eq!(case, format!("Case {}", house.queue()[0]["case"]));
    let outline = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(browser.text(outline), "solid", "the focus cannot be seen");
    assert_eq!(browser.enter(), 200);
    expect_accessible(&mut browser, &case);
    let sections = browser.texts("[...document.querySelectorAll('h2')].map(e => e.innerText)");
    assert_eq!(
        sections,
        [
            "Why it stands here",
            "What runs out",
            "Why its reports stand together",
            "Reports",
            "Files"
        ]
    );
    let points = "[...document.querySelectorAll('section:first-of-type tbody tr:not(.sum)')]\
        .filter(e => e.cells[0].innerText === 'danger')\
        .reduce((sum, e) => sum + parseInt(e.cells[1].innerText, 10), 0)";
    let danger = browser.text("document.querySelector('.facts dd').innerText");
    assert_eq!(browser.ask(points).to_string(), danger);
    let ids = "[...document.querySelectorAll('[id]')].map(e => e.id)";
    let mut ids = browser.texts(ids);
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
    // And back: skip link, brand, sign out, then the way back.
    for _ in 0..20 {
        browser.tab();
        if browser.text(focused) == "Back to the queue" {
            break;
        }
    }
    assert_eq!(browser.text(focused), "Back to the queue");
    assert_eq!(browser.enter(), 200);
    assert_eq!(
        browser.text("document.querySelector('h1').innerText"),
        "Queue"
    );
    // The rest of the queue is a page further on.
    let next = browser.text("document.querySelector('a[rel=next]').href");
    assert_eq!(browser.open(&next), 200);
    assert_eq!(
        browser.ask("document.querySelectorAll('tbody tr').length"),
        50
    );
    // Signing out ends the session for good.
    while browser.text(focused) != "Sign out" {
        browser.tab();
    }
    assert_eq!(browser.enter(), 401);
    assert_eq!(browser.open(&format!("{}/cases/1", serving.console)), 401);
    expect_quiet(&browser, &serving);
}

/// The page in the dark scheme, at 320 pixels: readable, and nothing is cut off sideways.
#[test]
fn it_reads_in_the_dark_and_on_a_narrow_screen() {
    let (_house, serving) = served();
    let mut browser = Browser::start();
    browser.open(&serving.sign_in);
    let dark = json!({ "features": [
        { "name": "prefers-color-scheme", "value": "dark" },
        // A colour that is still changing is neither the one nor the other.
        { "name": "prefers-reduced-motion", "value": "reduce" },
    ] });
    browser.call("Emulation.setEmulatedMedia", &dark);
    expect_accessible(&mut browser, "Queue");
    let narrow = json!({ "width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": false });
    browser.call("Emulation.setDeviceMetricsOverride", &narrow);
    let wide = browser.ask("document.documentElement.scrollWidth");
    assert!(wide.as_u64().unwrap() <= 320, "{wide} pixels wide");
    expect_quiet(&browser, &serving);
}

#[test]
fn pages_are_closed_to_strangers_and_say_so_in_their_headers() {
    let house = House::new();
    let serving = house.serve();
    for (path, status) in [
        ("/", 401),
        ("/?after=2.1.1.1.1", 401),
        ("/cases/1", 401),
        ("/cases/none", 401),
        ("/sign-in", 403),
        ("/sign-in?token=guess", 403),
        ("/nothing", 404),
        ("/assets/watchfire.css", 200),
        ("/assets/../keys/root.key", 404),
    ] {
        let answer = get(serving.address, path, &[]);
        assert_eq!(answer.status, status, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        says(
            policy,
            &[
                "default-src 'none'",
                "frame-ancestors 'none'",
                "form-action 'self'",
            ],
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        if status != 200 {
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert!(answer.body.contains("<h1>"), "{path}: {}", answer.body);
        }
        assert!(!answer.head.to_lowercase().contains("\nserver:"), "{path}");
    }
    let link = serving.sign_in.strip_prefix(&serving.console).unwrap();
    let signed_in = get(serving.address, link, &[]);
    assert_eq!(signed_in.status, 303);
    let cookie = signed_in.header("set-cookie").unwrap();
    says(
        cookie,
        &["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=28800"],
    );
    let session = cookie.split(';').next().unwrap();
    let header = format!("Cookie: other=1; {session}");
    assert_eq!(get(serving.address, "/", &[&header]).status, 200);
    assert_eq!(get(serving.address, "/cases/77", &[&header]).status, 404);
    assert_eq!(get(serving.address, "/?after=x", &[&header]).status, 400);
    let forged = format!("{header}x");
    assert_eq!(get(serving.address, "/", &[&forged]).status, 401);
}
