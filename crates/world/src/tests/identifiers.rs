//! What the documents share, read by the tests' own means, and the cases that follow from it.

use std::collections::{BTreeMap, BTreeSet};

use super::small;
use crate::{Hub, Truth, World};

/// What the tests hold the truth against: identifiers in a normal form of the tests' own, read from
/// the document.
pub(super) fn identifiers(report: &wire::ispws::Report) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let at = report.incident_summary.platform.clone().unwrap_or_default();
    let email = |found: &mut BTreeSet<String>, text: &str| {
        found.insert(format!("email {}", text.to_lowercase()));
    };
    let phone = |found: &mut BTreeSet<String>, phone: &wire::ispws::Phone| {
        let digits: String = phone.value.chars().filter(char::is_ascii_digit).collect();
        let number = match &phone.country_calling_code {
            Some(code) => format!("{}{}", &code.as_str()[1..], digits.trim_start_matches('0')),
            None => digits,
        };
        found.insert(format!("phone {number}"));
    };
    let account = |found: &mut BTreeSet<String>,
                   service: Option<&String>,
                   name: Option<&String>,
                   number: Option<&String>| {
        let service = service.unwrap_or(&at);
        found.extend(name.map(|name| format!("handle {service} {name}")));
        found.extend(number.map(|number| format!("number {service} {number}")));
    };
    let captures = |found: &mut BTreeSet<String>, events: &[wire::ispws::IpCaptureEvent]| {
        for event in events {
            let moment = event.date_time.as_ref().unwrap().as_str();
            found.insert(format!("ip {} {}", event.ip_address, &moment[..10]));
            if let Some(port) = event.port {
                let minute = &moment[..16];
                found.insert(format!("line {} {port} {minute}", event.ip_address));
            }
        }
    };
    for one in &report.person_or_user_reported {
        account(
            &mut found,
            one.esp_service.as_ref(),
            one.screen_name.as_ref(),
            one.esp_identifier.as_ref(),
        );
        found.extend(one.profile_url.iter().map(|url| format!("url {url}")));
        found.extend(
            one.group_identifier
                .iter()
                .map(|group| format!("group {group}")),
        );
        found.extend(
            one.prior_ct_reports
                .iter()
                .map(|number| format!("prior {number}")),
        );
        found.extend(
            one.device_id
                .iter()
                .map(|device| format!("device {}", device.id_value.to_lowercase())),
        );
        captures(&mut found, &one.ip_capture_event);
        if let Some(person) = &one.person {
            person
                .email
                .iter()
                .for_each(|mail| email(&mut found, &mail.value));
            person
                .phone
                .iter()
                .for_each(|number| phone(&mut found, number));
        }
        for other in &one.associated_account {
            account(
                &mut found,
                other.esp_service.as_ref(),
                other.screen_name.as_ref(),
                other.esp_identifier.as_ref(),
            );
            other
                .email
                .iter()
                .for_each(|mail| email(&mut found, &mail.value));
            other
                .phone
                .iter()
                .for_each(|number| phone(&mut found, number));
        }
    }
    for one in &report.intended_recipient {
        account(
            &mut found,
            one.esp_service.as_ref(),
            one.screen_name.as_ref(),
            one.esp_identifier.as_ref(),
        );
        found.extend(one.profile_url.iter().map(|url| format!("url {url}")));
    }
    for one in &report.victim {
        account(
            &mut found,
            one.esp_service.as_ref(),
            one.screen_name.as_ref(),
            one.esp_identifier.as_ref(),
        );
        found.extend(one.profile_url.iter().map(|url| format!("url {url}")));
    }
    for one in &report.internet_details {
        match one {
            wire::ispws::InternetDetails::WebPage(page) => {
                found.extend(page.url.iter().map(|url| format!("url {url}")));
            }
            wire::ispws::InternetDetails::ChatIm(chat) => {
                found.extend(
                    chat.chat_room_name
                        .iter()
                        .map(|room| format!("group {room}")),
                );
            }
            other => panic!("the tests do not know {other:?}"),
        }
    }
    if let Some(narrative) = &report.additional_info {
        in_words(narrative, &mut found);
    }
    found
}

/// A text without the disguises of the addresses in it.
pub(super) fn undisguised(text: &str) -> String {
    text.replace(" [at] ", "@")
        .replace("(at)", "@")
        .replace(" [dot] ", ".")
        .replace("[.]", ".")
        .replace("[://]", "://")
        .replace("hxxp", "http")
}

/// What a narrative names.
fn in_words(narrative: &str, found: &mut BTreeSet<String>) {
    let plain = undisguised(narrative);
    let ends = |c: char| ".,:;()".contains(c);
    for word in plain.split_whitespace().map(|word| word.trim_matches(ends)) {
        if word.starts_with("https://") {
            found.insert(format!("url {word}"));
        } else if let Some(number) = word.strip_prefix('+') {
            found.insert(format!("phone {number}"));
        } else if word.contains('@') && !word.starts_with('@') {
            found.insert(format!("email {}", word.to_lowercase()));
        } else if word.len() > 30 && word.chars().all(|c| c.is_ascii_alphanumeric()) {
            found.insert(format!("wallet {word}"));
        }
    }
}

/// A hub of the truth, as [`identifiers`] writes it.
pub(super) fn of_hub(hub: &Hub) -> String {
    match (
        hub.kind,
        hub.identifier.trim_end_matches(')').split_once(" ("),
    ) {
        ("handle", Some((name, platform))) => format!("handle {platform} {name}"),
        ("phone", _) => format!("phone {}", hub.identifier.trim_start_matches('+')),
        _ => format!("{} {}", hub.kind, hub.identifier),
    }
}

/// The components of the reports that share an identifier, in the truth's form. What the truth says
/// is shared by strangers ties nothing, and neither does a list of pages.
pub(super) fn components(world: &World, truth: &Truth) -> Vec<Vec<String>> {
    let hubs: BTreeSet<String> = truth.hubs.iter().map(of_hub).collect();
    let mut case_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases: Vec<Vec<String>> = Vec::new();
    for report in world.reports() {
        let mut mine = identifiers(&report.report);
        mine.retain(|one| !hubs.contains(one));
        if mine.iter().filter(|one| one.starts_with("url ")).count() > 20 {
            mine.clear();
        }
        let joined: BTreeSet<usize> = mine
            .iter()
            .filter_map(|one| case_of.get(one))
            .copied()
            .collect();
        let into = joined.first().copied().unwrap_or(cases.len());
        if into == cases.len() {
            cases.push(Vec::new());
        }
        cases[into].push(report.name);
        for other in joined.into_iter().skip(1) {
            let moved = std::mem::take(&mut cases[other]);
            cases[into].extend(moved);
            case_of
                .values_mut()
                .filter(|case| **case == other)
                .for_each(|case| *case = into);
        }
        case_of.extend(mine.into_iter().map(|one| (one, into)));
    }
    cases.retain(|case| !case.is_empty());
    for case in &mut cases {
        case.sort();
    }
    cases.sort();
    cases
}

#[test]
fn the_cases_are_exactly_the_reports_that_share_an_identifier() {
    for (seed, reports) in [(1, 2500), (2, 2500), (3, 500), (4, 9000)] {
        let world = small(seed, reports);
        let truth = world.truth();
        assert_eq!(truth.cases, components(&world, &truth));
    }
}
