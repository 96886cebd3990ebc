//! Puts a telling into the CyberTipline form.

use sha2::{Digest, Sha256};
use wire::ispws::{
    AccountPermanentlyDisabled, AssociatedAccount, AssociatedAccountType, AssociatedPlatform,
    BatchReason, BatchedReport, CallingCode, CaptureEvent, ChatImIncident, ContactPerson, DateTime,
    DeviceId, Email, EstimatedLocation, FileAnnotations, FileDetails, FileMarking, FileRelevance,
    Hash, IncidentSummary, IntendedRecipient, InternetDetails, IpCaptureEvent, Person,
    PersonOrUserReported, Phone, Report, ReportAnnotations, Reporter, Victim, WebPageIncident,
};

use crate::cast::Account;
use crate::platforms::{PLATFORMS, Platform};
use crate::telling::{Capture, Linked, Party, Shot, SpeltPhone, Telling};

/// The report.
pub(crate) fn report(telling: &Telling) -> Report {
    let sender = platform(telling.sender);
    Report {
        batched_report: telling.batched.then_some(BatchedReport {
            reason: BatchReason::ViralPotentialMeme,
        }),
        incident_summary: incident_summary(telling, platform(telling.platform)),
        internet_details: internet_details(telling, platform(telling.platform)),
        reporter: reporter(telling, sender),
        person_or_user_reported: telling.reported.iter().map(reported).collect(),
        intended_recipient: telling.recipients.iter().map(recipient).collect(),
        victim: telling.victims.iter().map(victim).collect(),
        additional_info: telling.narrative.clone(),
        ..Report::default()
    }
}

/// What the sender says of a picture, without the numbers that the receiver gives out.
pub(crate) fn file_details(seed: u64, shot: &Shot, file_name: &str) -> FileDetails {
    let supplemental = shot.supplemental;
    FileDetails {
        original_file_name: Some(file_name.to_owned()),
        file_viewed_by_esp: shot.viewed,
        publicly_available: shot.public,
        original_file_hash: shot
            .hashed
            .then(|| perceptual_hash(seed, shot.picture))
            .into_iter()
            .collect(),
        file_relevance: supplemental.then_some(FileRelevance::SupplementalReported),
        marking: (shot.marks != FileAnnotations::default())
            .then_some(FileMarking::Annotations(shot.marks)),
        // The protocol refuses a class on a supplemental file.
        industry_classification: shot.class.filter(|_| !supplemental),
        ..FileDetails::default()
    }
}

/// What stands for a perceptual hash: the same for all copies of a picture. It is of a kind that no
/// receiver can compute, because its algorithm is not public.
fn perceptual_hash(seed: u64, picture: u64) -> Hash {
    let mut sum = Sha256::new();
    sum.update(b"watchfire synthetic picture");
    sum.update(seed.to_le_bytes());
    sum.update(picture.to_le_bytes());
    Hash {
        hash_type: "PhotoDNA".to_owned(),
        value: model::hex(&sum.finalize()),
    }
}

fn platform(number: usize) -> &'static Platform {
    &PLATFORMS[number % PLATFORMS.len()]
}

fn incident_summary(telling: &Telling, at: &Platform) -> IncidentSummary {
    IncidentSummary {
        incident_type: telling.incident,
        platform: telling.names_platform.then(|| at.name.to_owned()),
        escalate_to_high_priority: telling.escalation.map(str::to_owned),
        report_annotations: (telling.marks != ReportAnnotations::default())
            .then_some(telling.marks),
        incident_date_time: DateTime::new(&telling.at.text()).unwrap_or_default(),
        incident_date_time_description: None,
    }
}

fn internet_details(telling: &Telling, at: &Platform) -> Vec<InternetDetails> {
    let page = (!telling.pages.is_empty()).then(|| {
        InternetDetails::WebPage(WebPageIncident {
            url: telling.pages.clone(),
            ..WebPageIncident::default()
        })
    });
    let chat = telling.room.as_ref().map(|room| {
        InternetDetails::ChatIm(ChatImIncident {
            chat_client: Some(at.name.to_owned()),
            chat_room_name: Some(room.clone()),
            ..ChatImIncident::default()
        })
    });
    page.into_iter().chain(chat).collect()
}

/// The sender's own block: the same in each of its reports that has one.
fn reporter(telling: &Telling, sender: &Platform) -> Reporter {
    if !telling.names_contact {
        return Reporter::default();
    }
    Reporter {
        reporting_person: telling
            .tipster
            .as_ref()
            .and_then(person)
            .unwrap_or_else(|| safety_desk(sender)),
        contact_person: Some(ContactPerson {
            first_name: Some("Duty".to_owned()),
            last_name: Some("Officer".to_owned()),
            phone: vec![Phone {
                value: sender.phone.to_owned(),
                ..Phone::default()
            }],
            email: vec![email(&format!("duty@{}", sender.host))],
            ..ContactPerson::default()
        }),
        company_template: Some(sender.template.to_owned()),
        terms_of_service: None,
        legal_url: Some(format!("https://{}/legal", sender.host)),
    }
}

fn safety_desk(sender: &Platform) -> Person {
    Person {
        first_name: Some(sender.name.to_owned()),
        last_name: Some("Safety Desk".to_owned()),
        email: vec![email(&format!("safety@{}", sender.host))],
        ..Person::default()
    }
}

fn reported(party: &Party) -> PersonOrUserReported {
    let account = party.account.as_ref();
    PersonOrUserReported {
        person: person(party),
        esp_identifier: account.and_then(|account| account.number.clone()),
        esp_service: account.map(service),
        screen_name: account.map(|account| account.handle.clone()),
        display_name: display_names(account),
        profile_url: profile_urls(account),
        ip_capture_event: party.captures.iter().map(capture).collect(),
        device_id: party.devices.iter().map(|id| device(id)).collect(),
        third_party_user_reported: party.elsewhere.then_some(true),
        prior_ct_reports: party.prior_report.into_iter().collect(),
        group_identifier: party.group.clone(),
        account_permanently_disabled: party.disabled_at.map(|at| AccountPermanentlyDisabled {
            disabled_date: Some(at.into()),
            user_notified: Some(false),
            user_notified_date: None,
            disabled: true,
        }),
        estimated_location: location(party),
        associated_account: party.linked.iter().map(linked).collect(),
        additional_info: party.note.map(str::to_owned),
        ..PersonOrUserReported::default()
    }
}

fn recipient(party: &Party) -> IntendedRecipient {
    let account = party.account.as_ref();
    IntendedRecipient {
        person: person(party),
        esp_identifier: account.and_then(|account| account.number.clone()),
        esp_service: account.map(service),
        screen_name: account.map(|account| account.handle.clone()),
        display_name: display_names(account),
        profile_url: profile_urls(account),
        ip_capture_event: party.captures.iter().map(capture).collect(),
        estimated_location: location(party),
        ..IntendedRecipient::default()
    }
}

fn victim(party: &Party) -> Victim {
    let account = party.account.as_ref();
    Victim {
        person: person(party).unwrap_or_default(),
        esp_identifier: account.and_then(|account| account.number.clone()),
        esp_service: account.map(service),
        screen_name: account.map(|account| account.handle.clone()),
        profile_url: profile_urls(account),
        estimated_location: location(party),
        ..Victim::default()
    }
}

fn linked(linked: &Linked) -> AssociatedAccount {
    let account = linked.account.as_ref();
    AssociatedAccount {
        kind: if linked.billing {
            AssociatedAccountType::Billing
        } else {
            AssociatedAccountType::Linked
        },
        platform: account.map(|account| AssociatedPlatform {
            third_party_user: None,
            value: service(account),
        }),
        phone: linked.phone.iter().map(phone).collect(),
        email: linked.email.iter().map(|address| email(address)).collect(),
        esp_service: account.map(service),
        esp_identifier: account.and_then(|account| account.number.clone()),
        screen_name: account.map(|account| account.handle.clone()),
        ..AssociatedAccount::default()
    }
}

fn person(party: &Party) -> Option<Person> {
    let says_nothing = party.name.is_none()
        && party.age.is_none()
        && party.emails.is_empty()
        && party.phones.is_empty();
    (!says_nothing).then(|| Person {
        first_name: party.name.as_ref().map(|name| name.given.clone()),
        last_name: party.name.as_ref().map(|name| name.family.clone()),
        phone: party.phones.iter().map(phone).collect(),
        email: party.emails.iter().map(|address| email(address)).collect(),
        age: party.age,
        ..Person::default()
    })
}

fn location(party: &Party) -> Option<EstimatedLocation> {
    party.country.map(|country| EstimatedLocation {
        city: party.town.map(|town| format!("Town {town}")),
        country_code: Some(country),
        ..EstimatedLocation::default()
    })
}

fn service(account: &Account) -> String {
    platform(account.platform).name.to_owned()
}

fn display_names(account: Option<&Account>) -> Vec<String> {
    account
        .map(|account| account.display_name.clone())
        .into_iter()
        .collect()
}

fn profile_urls(account: Option<&Account>) -> Vec<String> {
    account
        .map(|account| account.profile_url.clone())
        .into_iter()
        .collect()
}

fn email(address: &str) -> Email {
    Email {
        value: address.to_owned(),
        ..Email::default()
    }
}

fn phone(spelt: &SpeltPhone) -> Phone {
    Phone {
        country_calling_code: spelt.calling_code.and_then(CallingCode::new),
        value: spelt.text.clone(),
        ..Phone::default()
    }
}

fn device(id: &str) -> DeviceId {
    DeviceId {
        id_type: "ADID".to_owned(),
        id_value: id.to_owned(),
        event_name: Some(CaptureEvent::Login),
        date_time: None,
    }
}

fn capture(capture: &Capture) -> IpCaptureEvent {
    IpCaptureEvent {
        ip_address: capture.address.to_string(),
        event_name: Some(capture.event),
        date_time: Some(capture.at.into()),
        possible_proxy: None,
        port: capture.port,
    }
}
