//! The CyberTipline Reporting API's documents: typed, strict to read, exact to print.
//!
//! Every element, attribute and listed value of the schema has a place in the types. Order matters
//! everywhere but in the two sets of marks. What is read is judged
//! as libxml2 2.9 judges it, laxities and all; only where XML itself, or the safety of the door,
//! forbids what libxml2 lets pass is it refused here: document types, `xsi:type`, namespaces
//! declared wrongly, slips in the XML declaration, NUL.
//!
//! ```
//! let report = wire::ispws::parse_report(br#"<report><incidentSummary>
//!     <incidentType>Child Sex Tourism</incidentType>
//!     <incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime>
//! </incidentSummary><reporter><reportingPerson/></reporter></report>"#)?;
//! assert_eq!(wire::ispws::parse_report(report.to_xml().as_bytes())?, report);
//! # Ok::<(), wire::Refusal>(())
//! ```

#[macro_use]
mod declare;

mod answers;
pub(crate) mod binding;
mod enumerations;
mod files;
mod incident;
pub mod json;
mod lexical;
mod mentions;
mod narratives;
mod people;
mod places;
pub(crate) mod print;
pub(crate) mod read;
mod says;
pub mod schema;
mod words;
pub(crate) mod xsd;

pub use answers::{DoneFiles, ReportDoneResponse, ReportResponse, code};
pub use binding::OneOrMore;
pub use enumerations::{
    AddressType, AssociatedAccountType, BatchReason, CaptureEvent, DetailsType, EmailType,
    FileClassification, FileRelevance, IncidentType, PhoneType,
};
pub use files::{Details, FileAnnotations, FileDetails, FileMarking, Hash, NameValue};
pub use incident::{
    BatchedReport, CellPhoneIncident, ChatImIncident, EmailIncident, IncidentSummary,
    InternetDetails, LawEnforcement, NewsgroupIncident, NonInternetIncident, OnlineGamingIncident,
    Peer2PeerIncident, Report, ReportAnnotations, Reporter, ServedLegalProcessInternational,
    WebPageIncident,
};
pub use lexical::{CallingCode, Date, DateTime, Degrees, Extension, Token};
pub use people::{
    AccountPermanentlyDisabled, AccountTemporarilyDisabled, Address, AssociatedAccount,
    AssociatedPlatform, ContactPerson, DeviceId, Email, EstimatedLocation, IntendedRecipient,
    IpCaptureEvent, Person, PersonOrUserReported, Phone, Victim,
};
pub use places::{Country, State};
pub use words::{FileSaid, check_at_finish, to_model};

use crate::Refusal;

/// Reads a `report` document.
pub fn parse_report(bytes: &[u8]) -> Result<Report, Refusal> {
    read::read(bytes)
}

/// Reads a `fileDetails` document.
pub fn parse_file_details(bytes: &[u8]) -> Result<FileDetails, Refusal> {
    read::read(bytes)
}

/// Reads a `reportResponse` document.
pub fn parse_report_response(bytes: &[u8]) -> Result<ReportResponse, Refusal> {
    read::read(bytes)
}

/// Reads a `reportDoneResponse` document.
pub fn parse_report_done_response(bytes: &[u8]) -> Result<ReportDoneResponse, Refusal> {
    read::read(bytes)
}

/// Reads a `report` from its [`json`] form.
pub fn parse_report_json(bytes: &[u8]) -> Result<Report, Refusal> {
    json::read(bytes)
}

/// Reads `fileDetails` from their [`json`] form.
pub fn parse_file_details_json(bytes: &[u8]) -> Result<FileDetails, Refusal> {
    json::read(bytes)
}

/// The schema of the [`json`] form: JSON Schema 2020-12 of a `report`, with the other documents
/// among its definitions.
pub fn json_schema() -> serde_json::Value {
    json::schema(schema::roots())
}

/// The schema as XSD text: what `GET /xsd` answers.
pub fn xsd() -> String {
    xsd::xsd(schema::roots())
}

macro_rules! prints_itself {
    ($($type:ident)*) => {
        $(impl $type {
            /// The document as XML: one line, UTF-8, with a declaration. A character that XML
            /// forbids is printed as U+FFFD.
            pub fn to_xml(&self) -> String {
                print::print(self)
            }

            /// The document in its [`json`] form.
            pub fn to_json(&self) -> serde_json::Value {
                json::print(self)
            }
        })*
    };
}

prints_itself!(Report FileDetails ReportResponse ReportDoneResponse);
