//! The policy that is built in holds, and bad ones are refused with line and reason.

use super::*;
use proptest::prelude::*;

#[test]
fn every_example_of_the_built_in_policy_comes_out_as_it_says() {
    let policy = Policy::builtin().unwrap();
    assert_eq!(policy.failing_examples(), []);
}

#[test]
fn an_example_that_comes_out_otherwise_is_named() {
    let changed = changed(1, "holds = true", "holds = false");
    // One of its examples must hold still.
    let changed = changed.replacen("holds = false", "holds = true", 2);
    let files = with(1, &changed);
    let policy = Policy::parse(&borrowed(&files)).unwrap();
    let failing = policy.failing_examples();
    assert!(failing.iter().any(|(id, _)| id == "A1"), "{failing:?}");
}

#[test]
fn the_built_in_policy_has_every_indicator_of_the_reference() {
    let policy = Policy::builtin().unwrap();
    let ids: Vec<&str> = policy
        .indicators()
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    let expected = "A1 A2 A3 A4 A5 A6 A7 B1 B2 B3 B4 B5 C1 C2 C3 D1 D2 E1 E2 E3 E5 E4 F1 F2 G1 H1";
    assert_eq!(ids.join(" "), expected);
    let off = policy.indicators().iter().filter(|one| !one.enabled);
    let off: Vec<&str> = off.map(|one| one.id.as_str()).collect();
    assert_eq!(off, ["B2", "F2", "H1"]);
    for one in policy.indicators() {
        assert_eq!(one.enabled, one.row.attribute().is_none(), "{}", one.id);
    }
}

#[test]
fn no_indicator_alerts_alone_nor_do_corridors_channels_hours_and_words_together() {
    let policy = Policy::builtin().unwrap();
    let on: Vec<&Indicator> = policy
        .indicators()
        .iter()
        .filter(|one| one.enabled)
        .collect();
    for one in on.iter().filter(|one| one.class.is_ground()) {
        assert!(one.points < policy.alerts_at_points(), "{}", one.id);
    }
    for side in [Side::Sender, Side::Receiver] {
        let panel = policy.panel(side);
        for at in 0..panel.rules.len() {
            let alone = super::super::alert::Verdict::of(1 << at, panel, &policy);
            assert!(
                !alone.alerts,
                "{}",
                policy.indicators[panel.rules[at].indicator].id
            );
        }
        let rules = panel.rules.iter().enumerate();
        let groundless = rules.filter(|(_, rule)| {
            let class = policy.indicators[rule.indicator].class;
            !class.is_ground() && class != Class::Victim
        });
        let held = groundless.fold(0, |held, (at, _)| held | 1 << at);
        let verdict = super::super::alert::Verdict::of(held, panel, &policy);
        assert!(verdict.points >= policy.alerts_at_points());
        assert!(!verdict.alerts);
    }
}

fn with(file: usize, text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = BUILTIN
        .iter()
        .map(|(name, text)| {
            let name = name.rsplit('/').next().unwrap();
            (name.to_owned(), (*text).to_owned())
        })
        .collect();
    text.clone_into(&mut files[file].1);
    files
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    let files = files.iter();
    files
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

fn changed(file: usize, from: &str, to: &str) -> String {
    let text = BUILTIN[file].1;
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn refused(file: usize, text: &str) -> String {
    let error = Policy::parse(&borrowed(&with(file, text))).unwrap_err();
    format!("{error} ({})", error.code())
}

#[test]
fn a_bad_policy_is_refused_with_line_and_reason() {
    let change = |file, from, to| refused(file, &changed(file, from, to));
    let person = "enabled = true\ntwo_persons = { first = \"A\", second = \"a \", reason = \
                  \"a reason that is long enough\" }";
    let answers = [
        change(0, "version = ", "versions = "),
        change(0, "alerts_at_points = 60", "alerts_at_points = 0"),
        change(0, "indicators_min = 3", "indicators_min = 1"),
        change(0, "currency = \"USD\"", "currency = \"USX\""),
        change(0, "from = [\"AU\"", "from = [\"XX\""),
        change(0, "from_hour = 22", "from_hour = 25"),
        change(0, "dated = \"", "dated = \" \" # \""),
        refused(0, BUILTIN[1].1),
        refused(1, BUILTIN[0].1),
        change(1, "id = \"A2\"", "id = \"A1\""),
        change(1, "class = \"amount\"", "class = \"amounts\""),
        change(1, "class = \"amount\"", "class = \"victim\""),
        change(1, "side = \"both\"", "side = \"all\""),
        change(1, "points = 15", "points = -15"),
        change(
            1,
            "row = { amount = { below = \"500\", currency = \"AUD\" },",
            "row = {",
        ),
        change(1, "below = \"500\"", "below = \"5e2\""),
        change(1, "below = \"500\"", "below = \"10000000\""),
        change(
            1,
            "{ below = \"500\", currency = \"AUD\" }",
            "{ currency = \"AUD\" }",
        ),
        change(1, "days = 30, ", ""),
        change(1, "days = 30,", "days = 30, hours = 2,"),
        change(1, "days = 30,", "weeks = 4,"),
        change(1, "{sum} together", "{people} together"),
        change(1, "{sum} together", "{sum together"),
        change(1, "without = [\"family\"]", "without = [\"friends\"]"),
        change(1, "remittance r1", "remittances r1"),
        change(1, "remittance r1\"", "remittance\""),
        change(2, "enabled = false", "enabled = true"),
        change(2, "enabled = false", person),
        change(4, "needs = [\"A1\"]", "needs = [\"B9\"]"),
        change(4, "needs = [\"A1\"]", "needs = [\"A6\"]"),
        change(6, "route = \"protection\"\npoints", "points"),
        refused(3, &"#".repeat(POLICY_BYTES_MAX + 1)),
    ];
    insta::assert_snapshot!(answers.join("\n"));
    let longest = format!(
        "{}{}",
        BUILTIN[3].1,
        "#".repeat(POLICY_BYTES_MAX - BUILTIN[3].1.len())
    );
    assert!(Policy::parse(&borrowed(&with(3, &longest))).is_ok());
    assert!(Policy::parse(&[]).is_err());
}

#[test]
fn the_currencies_that_it_needs_rates_for_are_named() {
    let policy = Policy::builtin().unwrap();
    let codes: Vec<&str> = policy
        .currencies()
        .into_iter()
        .map(Currency::code)
        .collect();
    assert_eq!(codes, ["AUD", "CAD", "EUR", "PHP", "SEK", "USD"]);
}

#[test]
fn two_persons_who_differ_may_switch_an_attribute_on() {
    let word = "enabled = true\ntwo_persons = { first = \"A\", second = \"B\", reason = \
                \"decided at the meeting of the day\" }";
    let text = changed(2, "enabled = false", word);
    let policy = Policy::parse(&borrowed(&with(2, &text))).unwrap();
    assert!(policy.indicators()[8].enabled);
    let builtin = Policy::builtin().unwrap().with_only(|_| true);
    assert!(!builtin.indicators()[8].enabled);
}

#[test]
fn as_many_indicators_as_it_says_are_taken_and_not_one_more() {
    let one = |number| {
        format!(
            "[[indicator]]\nid = \"Z{number}\"\ntitle = \"t\"\nclass = \"channel\"\nside = \
             \"sender\"\nkind = \"inferred\"\nsource = \"s\"\ndated = \"2026\"\nenabled = \
             true\npoints = 1\ntext = \"t\"\nwindow = {{ days = 1 }}\n[[indicator.example]]\nholds \
             = true\nrows = []\n[[indicator.example]]\nholds = false\nrows = []\n"
        )
    };
    let of = |many: usize| {
        let all: String = (0..many).map(one).collect();
        let text = format!("version = \"1\"\ntitle = \"t\"\n{all}");
        Policy::parse(&[BUILTIN[0], ("z.toml", text.as_str())])
    };
    assert!(of(INDICATORS_MAX).is_ok());
    let error = of(INDICATORS_MAX + 1).unwrap_err();
    assert_eq!(error.code(), "typology.too-many");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_it_panic(
        at in any::<prop::sample::Index>(),
        file in 0..BUILTIN.len(),
        cut in "[ -~]{0,20}",
    ) {
        let text = BUILTIN[file].1;
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let text = format!("{}{cut}{}", &text[..at], &text[at..]);
        if let Err(error) = Policy::parse(&borrowed(&with(file, &text))) {
            prop_assert!(error.line >= 1);
        }
    }
}
