//! A report in the model's words.

use model::{FileId, IncidentKind, Mark, MentionKind, Part, Relevance, Timestamp};
use wire::ispws::{FileDetails, FileSaid, parse_file_details, parse_report, to_model};

use crate::{details_with, report_with};

fn model(document: &str) -> model::Report {
    to_model(&parse_report(document.as_bytes()).unwrap(), &[])
}

fn told(report: &model::Report) -> Vec<String> {
    let mentions = report.mentions.iter().map(|mention| {
        let port = mention
            .port
            .map_or_else(String::new, |port| format!(" port {port}"));
        let at = mention
            .at
            .as_ref()
            .map_or_else(String::new, |at| format!(" at {at}"));
        let qualifier = mention.qualifier.as_deref().unwrap_or("-");
        format!(
            "{:?} {:?} {} [{qualifier}]{port}{at} in {}",
            mention.part,
            mention.kind,
            mention.text.expose(),
            mention.place
        )
    });
    mentions.collect()
}

const FULL: &str = r#"
<report><batchedReport reason="VIRAL_POTENTIAL_MEME"/><incidentSummary>
<incidentType>Child Sex Trafficking</incidentType><platform>Example Chat</platform>
<escalateToHighPriority>a child is in the room</escalateToHighPriority>
<reportAnnotations><spam/><sextortion/></reportAnnotations>
<incidentDateTime>2026-01-02T03:04:05+02:00</incidentDateTime></incidentSummary>
<internetDetails><webPageIncident><url>https://example.com/a</url><url> </url></webPageIncident>
</internetDetails>
<internetDetails><chatImIncident><chatClient>Client</chatClient>
<chatRoomName>room 1</chatRoomName></chatImIncident></internetDetails>
<internetDetails><emailIncident><emailAddress>a@example.com</emailAddress></emailIncident>
</internetDetails>
<internetDetails><newsgroupIncident><emailAddress>n@example.com</emailAddress>
</newsgroupIncident></internetDetails>
<internetDetails><cellPhoneIncident>
<phoneNumber countryCallingCode="+1">202-555-0143</phoneNumber><latitude>1</latitude>
</cellPhoneIncident></internetDetails>
<internetDetails><peer2peerIncident><ipCaptureEvent><ipAddress>192.0.2.1</ipAddress>
</ipCaptureEvent></peer2peerIncident></internetDetails>
<lawEnforcement><agencyName>Police</agencyName><officerContact><phone>202-555-0100</phone>
</officerContact></lawEnforcement>
<reporter><reportingPerson><email>sender@example.net</email></reportingPerson><contactPerson>
<email>desk@example.net</email></contactPerson><legalURL>https://example.net/legal</legalURL>
</reporter>
<personOrUserReported><personOrUserReportedPerson><firstName>Ann</firstName>
<lastName> Other </lastName>
<phone>1</phone><email>b@example.com</email><address><country>PH</country></address><age>41</age>
<dateOfBirth>1985-01-02</dateOfBirth></personOrUserReportedPerson>
<espIdentifier>77</espIdentifier><espService>Service</espService><screenName>ann_o</screenName>
<displayName>Ann</displayName>
<profileUrl>https://example.com/ann</profileUrl>
<ipCaptureEvent><ipAddress>198.51.100.7</ipAddress><dateTime>2026-01-02T03:04:05</dateTime>
<port>50123</port></ipCaptureEvent>
<ipCaptureEvent><ipAddress>198.51.100.8</ipAddress><port>70000</port></ipCaptureEvent>
<deviceId><idType>IMEI</idType><idValue>490154203237518</idValue></deviceId>
<thirdPartyUserReported>true</thirdPartyUserReported><priorCTReports>123</priorCTReports>
<groupIdentifier>g1</groupIdentifier>
<estimatedLocation><countryCode>NL</countryCode></estimatedLocation>
<associatedAccount type="Linked"><platform thirdPartyUser="true">Elsewhere</platform>
<firstName>A</firstName><middleName>B</middleName><lastName>C</lastName>
<approximateAge>40</approximateAge><email>c@example.com</email><screenName>other</screenName>
<priorCTReport>9</priorCTReport></associatedAccount>
</personOrUserReported>
<intendedRecipient><screenName>rec</screenName></intendedRecipient>
<victim><victimPerson><age>9</age></victimPerson><espIdentifier>88</espIdentifier></victim>
</report>"#;

#[test]
fn every_mention_is_found_with_its_part_and_qualifier() {
    insta::assert_snapshot!("mentions", told(&model(FULL)).join("\n"));
}

#[test]
fn what_the_report_says_is_kept() {
    let report = model(FULL);
    assert_eq!(report.incident, IncidentKind::Trafficking);
    assert_eq!(report.platform.as_deref(), Some("Example Chat"));
    assert_eq!(
        report.escalation.unwrap().expose(),
        "a child is in the room"
    );
    assert_eq!(
        report.incident_at.utc,
        Timestamp::parse("2026-01-02T01:04:05Z")
    );
    let marks: Vec<_> = report.marks.into_iter().collect();
    assert_eq!(marks, [Mark::Sextortion, Mark::Spam, Mark::ViralBatch]);
    assert!(report.narratives.is_empty());
    let parts: Vec<_> = report.subjects.iter().map(|subject| subject.part).collect();
    assert_eq!(
        parts,
        [
            Part::Reported,
            Part::Associated,
            Part::Recipient,
            Part::Victim
        ]
    );
    let reported = &report.subjects[0];
    assert_eq!(reported.name.as_ref().unwrap().expose(), "Ann Other");
    assert_eq!(reported.age_years, Some(41));
    assert_eq!(reported.born.as_ref().unwrap().expose(), "1985-01-02");
    assert_eq!(reported.countries.iter().collect::<Vec<_>>(), ["NL", "PH"]);
    assert!(reported.third_party);
    let associated = &report.subjects[1];
    assert_eq!(associated.name.as_ref().unwrap().expose(), "A B C");
    assert_eq!(associated.age_years, Some(40));
    assert!(associated.third_party);
    assert_eq!(report.subjects[3].age_years, Some(9));
}

#[test]
fn a_moment_without_an_offset_has_no_utc() {
    let at = |text: &str| {
        let document = report_with("", "", "", "", "").replace("2026-01-02T03:04:05Z", text);
        model(&document).incident_at
    };
    assert_eq!(at("2026-01-02T03:04:05").utc, None);
    assert_eq!(at("2026-01-02T03:04:05").text, "2026-01-02T03:04:05");
    let utc = |text: &str| at(text).utc.map(|at| at.to_string());
    assert_eq!(utc("2026-01-02T03:04:05Z").unwrap(), "2026-01-02T03:04:05Z");
    assert_eq!(
        utc("2026-01-02T03:04:05.5-01:30").unwrap(),
        "2026-01-02T04:34:05.5Z"
    );
    assert_eq!(
        utc("2026-01-02T03:04:05.1234567890123Z").unwrap(),
        "2026-01-02T03:04:05.123Z"
    );
    assert_eq!(utc("2026-12-31T24:00:00Z").unwrap(), "2027-01-01T00:00:00Z");
    assert_eq!(
        utc("2026-01-02T03:04:05-00:00").unwrap(),
        "2026-01-02T03:04:05Z"
    );
    assert_eq!(utc("12026-01-02T03:04:05Z"), None);
}

#[test]
fn an_escalation_needs_words() {
    let escalated = |text: &str| {
        let summary = format!("<escalateToHighPriority>{text}</escalateToHighPriority>");
        model(&report_with("", &summary, "", "", ""))
            .escalation
            .is_some()
    };
    assert!(escalated("x"));
    assert!(!escalated(""));
    assert!(!escalated(" \n "));
}

#[test]
fn a_narrative_is_found_wherever_it_is() {
    let narrated = |details: &str, tail: &str| {
        !model(&report_with("", "", details, "", tail))
            .narratives
            .is_empty()
    };
    assert!(!narrated("", ""));
    assert!(!narrated("", "<additionalInfo> \n</additionalInfo>"));
    assert!(narrated("", "<additionalInfo>text</additionalInfo>"));
    assert!(narrated(
        "",
        "<personOrUserReported><additionalInfo>text</additionalInfo></personOrUserReported>"
    ));
    let chat = "<internetDetails><chatImIncident><content>text</content></chatImIncident>\
                </internetDetails>";
    assert!(narrated(chat, ""));
}

fn said(tail: &str) -> FileDetails {
    parse_file_details(details_with(tail).as_bytes()).unwrap()
}

#[test]
fn what_is_said_later_of_a_file_overrides_field_by_field() {
    let sayings = [
        said(
            "<fileName>first</fileName><fileViewedByEsp>true</fileViewedByEsp>\
             <fileRelevance>Supplemental Reported</fileRelevance>\
             <fileAnnotations><viral/></fileAnnotations>\
             <ipCaptureEvent><ipAddress>192.0.2.7</ipAddress><port>1</port></ipCaptureEvent>",
        ),
        said(
            "<fileName>second</fileName><publiclyAvailable>false</publiclyAvailable>\
             <fileAnnotations><liveStreaming/></fileAnnotations>\
             <industryClassification>B1</industryClassification>\
             <additionalInfo>text</additionalInfo>",
        ),
    ];
    let report = parse_report(report_with("", "", "", "", "").as_bytes()).unwrap();
    let file = FileId::new([7; 16]);
    let known = FileSaid {
        file,
        size_bytes: 5,
        sha256: [1; 32],
        details: &sayings,
    };
    let unsaid = FileSaid {
        file,
        size_bytes: 6,
        sha256: [2; 32],
        details: &[],
    };
    let report = to_model(&report, &[known, unsaid]);
    let facts = &report.files[0];
    assert_eq!(facts.name.as_ref().unwrap().expose(), "second");
    assert_eq!(facts.relevance, Relevance::Supplemental);
    assert_eq!(facts.viewed_by_sender, Some(true));
    assert_eq!(facts.publicly_available, Some(false));
    assert_eq!(facts.industry_class.as_deref(), Some("B1"));
    assert_eq!(report.files[1], model::FileFacts::unsaid(file, 6, &[2; 32]));
    assert_eq!(
        report.marks.iter().collect::<Vec<_>>(),
        [&Mark::LiveStreaming]
    );
    assert!(!report.narratives.is_empty());
    let mention = &report.mentions[0];
    assert_eq!(
        (mention.kind, mention.part, mention.port),
        (MentionKind::Ip, Part::File, Some(1))
    );
}
