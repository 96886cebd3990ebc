//! A report and what it says of the incident, the police and the sender.

use super::enumerations::{BatchReason, IncidentType};
use super::lexical::{DateTime, Degrees};
use super::people::{
    Address, ContactPerson, Email, IntendedRecipient, IpCaptureEvent, Person, PersonOrUserReported,
    Phone, Victim,
};
use super::places::Country;

document!(Report = "report");

sequence! {
    /// A report: what one sender says once.
    pub struct Report = "report" {
        elements {
            /// Set if the report stands for many of the same kind.
            batched_report: Option<BatchedReport> = "batchedReport",
            /// What happened, where and when.
            incident_summary: IncidentSummary = "incidentSummary",
            /// Where on the internet, or off it.
            internet_details: Vec<InternetDetails> = "internetDetails",
            /// Police that the sender dealt with.
            law_enforcement: Option<LawEnforcement> = "lawEnforcement",
            /// The sender.
            reporter: Reporter = "reporter",
            /// The persons or accounts reported.
            person_or_user_reported: Vec<PersonOrUserReported> = "personOrUserReported",
            /// Whom the content was meant for.
            intended_recipient: Vec<IntendedRecipient> = "intendedRecipient",
            /// Those harmed.
            victim: Vec<Victim> = "victim",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// Why the report stands for many.
    pub struct BatchedReport = "batchedReport" {
        attributes {
            /// The reason.
            reason: BatchReason = "reason",
        }
    }
}

sequence! {
    /// What happened, where and when.
    pub struct IncidentSummary = "incidentSummary" {
        elements {
            /// What kind of incident.
            incident_type: IncidentType = "incidentType",
            /// The platform it happened on.
            platform: Option<String> = "platform",
            /// Why the report is urgent; any text at all escalates it.
            escalate_to_high_priority: Option<String> = "escalateToHighPriority",
            /// Marks on the report.
            report_annotations: Option<ReportAnnotations> = "reportAnnotations",
            /// When it happened.
            incident_date_time: DateTime = "incidentDateTime",
            /// What the time means.
            incident_date_time_description: Option<String> = "incidentDateTimeDescription",
        }
    }
}

marks! {
    /// Marks on a report.
    pub struct ReportAnnotations = "reportAnnotations" {
        /// Sextortion.
        sextortion = "sextortion",
        /// Solicitation of abuse material.
        csam_solicitation = "csamSolicitation",
        /// Between minors.
        minor_to_minor_interaction = "minorToMinorInteraction",
        /// Spam.
        spam = "spam",
        /// Sadistic online exploitation.
        sadistic_online_exploitation = "sadisticOnlineExploitation",
    }
}

choice! {
    /// Where the incident happened.
    pub enum InternetDetails {
        /// On a web page.
        WebPage(WebPageIncident) = "webPageIncident",
        /// By email.
        Email(EmailIncident) = "emailIncident",
        /// In a newsgroup.
        Newsgroup(NewsgroupIncident) = "newsgroupIncident",
        /// In a chat.
        ChatIm(ChatImIncident) = "chatImIncident",
        /// In a game.
        OnlineGaming(OnlineGamingIncident) = "onlineGamingIncident",
        /// By phone.
        CellPhone(CellPhoneIncident) = "cellPhoneIncident",
        /// Not on the internet.
        NonInternet(NonInternetIncident) = "nonInternetIncident",
        /// On a peer-to-peer network.
        Peer2Peer(Peer2PeerIncident) = "peer2peerIncident",
    }
}

choice_only!(InternetDetails = "internetDetails");

sequence! {
    /// On a web page.
    pub struct WebPageIncident = "webPageIncident" {
        attributes {
            /// Whether a third party hosts the content.
            third_party_hosted_content: Option<bool> = "thirdPartyHostedContent",
        }
        elements {
            /// The pages.
            url: Vec<String> = "url",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// By email.
    pub struct EmailIncident = "emailIncident" {
        elements {
            /// The addresses.
            email_address: Vec<Email> = "emailAddress",
            /// What was written.
            content: Option<String> = "content",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// In a newsgroup.
    pub struct NewsgroupIncident = "newsgroupIncident" {
        elements {
            /// The group's name.
            name: Option<String> = "name",
            /// The addresses.
            email_address: Vec<Email> = "emailAddress",
            /// What was written.
            content: Option<String> = "content",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// In a chat.
    pub struct ChatImIncident = "chatImIncident" {
        elements {
            /// The program.
            chat_client: Option<String> = "chatClient",
            /// The room.
            chat_room_name: Option<String> = "chatRoomName",
            /// What was written.
            content: Option<String> = "content",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// In a game.
    pub struct OnlineGamingIncident = "onlineGamingIncident" {
        elements {
            /// The game.
            game_name: Option<String> = "gameName",
            /// The console.
            console: Option<String> = "console",
            /// What was written.
            content: Option<String> = "content",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// By phone.
    pub struct CellPhoneIncident = "cellPhoneIncident" {
        elements {
            /// The number.
            phone_number: Option<Phone> = "phoneNumber",
            /// Degrees north.
            latitude: Option<Degrees> = "latitude",
            /// Degrees east.
            longitude: Option<Degrees> = "longitude",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// Not on the internet.
    pub struct NonInternetIncident = "nonInternetIncident" {
        elements {
            /// The place's name.
            location_name: Option<String> = "locationName",
            /// The place's addresses.
            incident_address: Vec<Address> = "incidentAddress",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// On a peer-to-peer network.
    pub struct Peer2PeerIncident = "peer2peerIncident" {
        elements {
            /// The program.
            client: Option<String> = "client",
            /// The addresses seen.
            ip_capture_event: Vec<IpCaptureEvent> = "ipCaptureEvent",
            /// The names of files.
            file_names: Option<String> = "fileNames",
            /// Anything else.
            additional_info: Option<String> = "additionalInfo",
        }
    }
}

sequence! {
    /// Police that the sender dealt with.
    pub struct LawEnforcement = "lawEnforcement" {
        elements {
            /// The agency.
            agency_name: String = "agencyName",
            /// Its case number.
            case_number: Option<String> = "caseNumber",
            /// The officer.
            officer_contact: Option<ContactPerson> = "officerContact",
            /// Whether the sender reported to it.
            reported_to_le: Option<bool> = "reportedToLe",
            /// Whether it served legal process from within the country.
            served_legal_process_domestic: Option<bool> = "servedLegalProcessDomestic",
            /// Whether it served legal process from abroad.
            served_legal_process_international:
                Option<ServedLegalProcessInternational> = "servedLegalProcessInternational",
        }
    }
}

text! {
    /// Whether police served legal process from abroad.
    pub struct ServedLegalProcessInternational = "servedLegalProcessInternational" {
        attributes {
            /// From which country.
            flea_country: Option<Country> = "fleaCountry",
        }
        /// Whether it did.
        served: bool = text,
    }
}

sequence! {
    /// The sender.
    pub struct Reporter = "reporter" {
        elements {
            /// Who reports.
            reporting_person: Person = "reportingPerson",
            /// Whom to ask.
            contact_person: Option<ContactPerson> = "contactPerson",
            /// The sender's standing text.
            company_template: Option<String> = "companyTemplate",
            /// The sender's terms of service.
            terms_of_service: Option<String> = "termsOfService",
            /// Where the sender's legal pages are.
            legal_url: Option<String> = "legalURL",
        }
    }
}
