//! What a report mentions: everything in it that points at an account, a device or a place.

use model::limits::MENTIONS_PER_REPORT_MAX;
use model::{Mention, MentionKind, Moment, Part, Sensitive};

use super::words::told;
use super::{
    AssociatedAccount, CallingCode, ContactPerson, DateTime, DeviceId, Email, FileDetails,
    InternetDetails, IpCaptureEvent, Person, Phone, Report,
};

/// All mentions of a report and of what was said of its files, up to the limit.
pub(super) fn mentions<'a>(
    report: &Report,
    files: impl Iterator<Item = &'a FileDetails>,
) -> Vec<Mention> {
    let platform = told(report.incident_summary.platform.as_ref());
    let mut found = Mentions::default();
    found.accounts(report, platform);
    for details in &report.internet_details {
        found.incident(details, platform);
    }
    for details in files {
        found.file(details);
    }
    if let Some(officer) = report
        .law_enforcement
        .as_ref()
        .and_then(|le| le.officer_contact.as_ref())
    {
        found.contact(
            &Place(Part::Police, "lawEnforcement/officerContact"),
            officer,
        );
    }
    let sender = Place(Part::Sender, "reporter");
    found.person(&sender, &report.reporter.reporting_person);
    if let Some(contact) = &report.reporter.contact_person {
        found.contact(&sender, contact);
    }
    found.text(
        MentionKind::Url,
        &sender,
        "legalURL",
        report.reporter.legal_url.as_ref(),
        None,
    );
    found.0
}

/// A part of the report, and the elements that lead to it.
struct Place(Part, &'static str);

/// What accounts of every part may carry.
struct Account<'a> {
    place: Place,
    /// The platform or service, where the account says its own.
    service: Option<&'a str>,
    person: Option<&'a Person>,
    esp_identifier: Option<&'a String>,
    screen_name: Option<&'a String>,
    group: Option<&'a String>,
    profile_urls: &'a [String],
    addresses: &'a [IpCaptureEvent],
    devices: &'a [DeviceId],
    prior_reports: (&'static str, &'a [i64]),
}

#[derive(Default)]
struct Mentions(Vec<Mention>);

impl Mentions {
    fn push(
        &mut self,
        kind: MentionKind,
        place: &Place,
        leaf: &str,
        text: &str,
    ) -> Option<&mut Mention> {
        if text.trim().is_empty() || self.0.len() >= MENTIONS_PER_REPORT_MAX {
            return None;
        }
        self.0.push(Mention {
            kind,
            part: place.0,
            text: Sensitive::new(text.to_owned()),
            qualifier: None,
            port: None,
            at: None,
            place: format!("{}/{leaf}", place.1),
        });
        self.0.last_mut()
    }

    fn text(
        &mut self,
        kind: MentionKind,
        place: &Place,
        leaf: &str,
        text: Option<&String>,
        qualifier: Option<&str>,
    ) {
        if let Some(text) = text
            && let Some(mention) = self.push(kind, place, leaf, text)
        {
            mention.qualifier = qualifier.map(str::to_owned);
        }
    }

    fn accounts(&mut self, report: &Report, platform: Option<&str>) {
        for reported in &report.person_or_user_reported {
            self.account(&Account {
                place: Place(Part::Reported, "personOrUserReported"),
                service: told(reported.esp_service.as_ref()).or(platform),
                person: reported.person.as_ref(),
                esp_identifier: reported.esp_identifier.as_ref(),
                screen_name: reported.screen_name.as_ref(),
                group: reported.group_identifier.as_ref(),
                profile_urls: &reported.profile_url,
                addresses: &reported.ip_capture_event,
                devices: &reported.device_id,
                prior_reports: ("priorCTReports", &reported.prior_ct_reports),
            });
            for account in &reported.associated_account {
                self.associate("personOrUserReported/associatedAccount", account, platform);
            }
        }
        for recipient in &report.intended_recipient {
            self.account(&Account {
                place: Place(Part::Recipient, "intendedRecipient"),
                service: told(recipient.esp_service.as_ref()).or(platform),
                person: recipient.person.as_ref(),
                esp_identifier: recipient.esp_identifier.as_ref(),
                screen_name: recipient.screen_name.as_ref(),
                group: recipient.group_identifier.as_ref(),
                profile_urls: &recipient.profile_url,
                addresses: &recipient.ip_capture_event,
                devices: &recipient.device_id,
                prior_reports: ("priorCTReports", &recipient.prior_ct_reports),
            });
        }
        for victim in &report.victim {
            self.account(&Account {
                place: Place(Part::Victim, "victim"),
                service: told(victim.esp_service.as_ref()).or(platform),
                person: Some(&victim.person),
                esp_identifier: victim.esp_identifier.as_ref(),
                screen_name: victim.screen_name.as_ref(),
                group: None,
                profile_urls: &victim.profile_url,
                addresses: &victim.ip_capture_event,
                devices: &victim.device_id,
                prior_reports: ("priorCTReports", &victim.prior_ct_reports),
            });
            for account in &victim.associated_account {
                self.associate("victim/associatedAccount", account, platform);
            }
        }
    }

    fn associate(
        &mut self,
        path: &'static str,
        account: &AssociatedAccount,
        platform: Option<&str>,
    ) {
        let own = account.platform.as_ref().map(|platform| &platform.value);
        let service = told(own)
            .or(told(account.esp_service.as_ref()))
            .or(platform);
        let place = Place(Part::Associated, path);
        self.contacts(&place, &account.phone, &account.email);
        self.account(&Account {
            place,
            service,
            person: None,
            esp_identifier: account.esp_identifier.as_ref(),
            screen_name: account.screen_name.as_ref(),
            group: account.group_identifier.as_ref(),
            profile_urls: &account.profile_url,
            addresses: &account.ip_capture_event,
            devices: &account.device_id,
            prior_reports: ("priorCTReport", &account.prior_ct_report),
        });
    }

    fn account(&mut self, account: &Account<'_>) {
        let place = &account.place;
        if let Some(person) = account.person {
            self.person(place, person);
        }
        let service = account.service;
        let number = account.esp_identifier;
        self.text(
            MentionKind::AccountNumber,
            place,
            "espIdentifier",
            number,
            service,
        );
        self.text(
            MentionKind::Handle,
            place,
            "screenName",
            account.screen_name,
            service,
        );
        self.text(
            MentionKind::Group,
            place,
            "groupIdentifier",
            account.group,
            service,
        );
        for url in account.profile_urls {
            self.text(MentionKind::Url, place, "profileUrl", Some(url), None);
        }
        self.addresses(place, account.addresses);
        self.devices(place, account.devices);
        let (leaf, numbers) = account.prior_reports;
        for number in numbers {
            self.push(MentionKind::PriorReport, place, leaf, &number.to_string());
        }
    }

    fn incident(&mut self, details: &InternetDetails, platform: Option<&str>) {
        match details {
            InternetDetails::WebPage(page) => {
                let place = Place(Part::Incident, "webPageIncident");
                for url in &page.url {
                    self.text(MentionKind::Url, &place, "url", Some(url), None);
                }
            }
            InternetDetails::Email(email) => {
                let place = Place(Part::Incident, "emailIncident");
                self.emails(&place, "emailAddress", &email.email_address);
            }
            InternetDetails::Newsgroup(group) => {
                let place = Place(Part::Incident, "newsgroupIncident");
                self.emails(&place, "emailAddress", &group.email_address);
            }
            InternetDetails::ChatIm(chat) => {
                let place = Place(Part::Incident, "chatImIncident");
                let client = told(chat.chat_client.as_ref()).or(platform);
                let room = chat.chat_room_name.as_ref();
                self.text(MentionKind::Group, &place, "chatRoomName", room, client);
            }
            InternetDetails::CellPhone(call) => {
                let place = Place(Part::Incident, "cellPhoneIncident");
                self.phones(&place, "phoneNumber", call.phone_number.as_slice());
            }
            InternetDetails::Peer2Peer(network) => {
                let place = Place(Part::Incident, "peer2peerIncident");
                self.addresses(&place, &network.ip_capture_event);
            }
            InternetDetails::OnlineGaming(_) | InternetDetails::NonInternet(_) => {}
        }
    }

    fn file(&mut self, details: &FileDetails) {
        let place = Place(Part::File, "fileDetails");
        // A place without a scheme is as often a path inside the sender's systems.
        let address = details
            .location_of_file
            .as_ref()
            .filter(|text| text.contains("://"));
        self.text(MentionKind::Url, &place, "locationOfFile", address, None);
        self.addresses(&place, details.ip_capture_event.as_slice());
        self.devices(&place, &details.device_id);
    }

    fn person(&mut self, place: &Place, person: &Person) {
        self.contacts(place, &person.phone, &person.email);
    }

    fn contact(&mut self, place: &Place, person: &ContactPerson) {
        self.contacts(place, &person.phone, &person.email);
    }

    fn contacts(&mut self, place: &Place, phones: &[Phone], emails: &[Email]) {
        self.phones(place, "phone", phones);
        self.emails(place, "email", emails);
    }

    fn phones(&mut self, place: &Place, leaf: &str, phones: &[Phone]) {
        for phone in phones {
            let code = phone.country_calling_code.as_ref().map(CallingCode::as_str);
            self.text(MentionKind::Phone, place, leaf, Some(&phone.value), code);
        }
    }

    fn emails(&mut self, place: &Place, leaf: &str, emails: &[Email]) {
        for email in emails {
            self.text(MentionKind::Email, place, leaf, Some(&email.value), None);
        }
    }

    fn addresses(&mut self, place: &Place, events: &[IpCaptureEvent]) {
        for event in events {
            let address = event.ip_address.as_str();
            if let Some(mention) = self.push(MentionKind::Ip, place, "ipCaptureEvent", address) {
                // The format takes any number as a port; one that is none points at nobody.
                mention.port = event
                    .port
                    .and_then(|port| u16::try_from(port).ok())
                    .filter(|p| *p > 0);
                mention.at = moment(event.date_time.as_ref());
            }
        }
    }

    fn devices(&mut self, place: &Place, devices: &[DeviceId]) {
        for device in devices {
            let id = device.id_value.as_str();
            if let Some(mention) = self.push(MentionKind::Device, place, "deviceId", id) {
                mention.qualifier = told(Some(&device.id_type)).map(str::to_owned);
                mention.at = moment(device.date_time.as_ref());
            }
        }
    }
}

fn moment(at: Option<&DateTime>) -> Option<Moment> {
    at.map(DateTime::moment)
}
