//! The answers as the format's digest shows them.

use model::ReportId;
use wire::ispws::{
    ReportDoneResponse, ReportResponse, parse_report, parse_report_done_response,
    parse_report_response,
};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

fn report() -> ReportId {
    ReportId::new(7_855_776)
}

#[test]
fn a_submission_is_answered_with_its_number() {
    assert_eq!(
        ReportResponse::success(report()).to_xml(),
        format!(
            "{DECLARATION}<reportResponse><responseCode>0</responseCode>\
             <responseDescription>Success</responseDescription>\
             <reportId>7855776</reportId></reportResponse>"
        )
    );
}

#[test]
fn an_upload_is_answered_with_token_and_hash() {
    let file = "e6cb48fbb2b565e69ccded9b9cda62fb".parse().unwrap();
    let answer = ReportResponse::success(report())
        .with_file(file)
        .with_hash(&[0xaf; 16]);
    assert_eq!(
        answer.to_xml(),
        format!(
            "{DECLARATION}<reportResponse><responseCode>0</responseCode>\
             <responseDescription>Success</responseDescription><reportId>7855776</reportId>\
             <fileId>e6cb48fbb2b565e69ccded9b9cda62fb</fileId>\
             <hash>afafafafafafafafafafafafafafafaf</hash></reportResponse>"
        )
    );
    assert_eq!(
        parse_report_response(answer.to_xml().as_bytes()),
        Ok(answer)
    );
}

#[test]
fn a_description_is_written_even_if_it_is_empty() {
    assert_eq!(
        ReportResponse::new(5001, "").to_xml(),
        format!(
            "{DECLARATION}<reportResponse><responseCode>5001</responseCode>\
             <responseDescription></responseDescription></reportResponse>"
        )
    );
}

#[test]
fn a_refusal_is_answered_with_its_code_and_its_words() {
    let refusal = parse_report(b"<report>\n<reporter/></report>").unwrap_err();
    let answer = ReportResponse::refused(&refusal);
    assert_eq!(answer.response_code, 4100);
    assert_eq!(
        answer.response_description,
        "cvc-complex-type.2.4.a: Invalid content was found starting with element 'reporter'. \
         One of '{batchedReport, incidentSummary}' is expected. (line 2)"
    );
}

#[test]
fn a_finish_is_answered_with_its_files() {
    let file = "e6cb48fbb2b565e69ccded9b9cda62fb".parse().unwrap();
    assert_eq!(
        ReportDoneResponse::success(report(), &[]).to_xml(),
        format!(
            "{DECLARATION}<reportDoneResponse><responseCode>0</responseCode>\
             <reportId>7855776</reportId><files/></reportDoneResponse>"
        )
    );
    let answer = ReportDoneResponse::success(report(), &[file, file]);
    assert_eq!(
        answer.to_xml(),
        format!(
            "{DECLARATION}<reportDoneResponse><responseCode>0</responseCode>\
             <reportId>7855776</reportId>\
             <files><fileId>{file}</fileId><fileId>{file}</fileId></files></reportDoneResponse>"
        )
    );
    assert_eq!(
        parse_report_done_response(answer.to_xml().as_bytes()),
        Ok(answer)
    );
}

#[test]
fn a_failed_finish_has_the_root_that_clients_read() {
    assert_eq!(
        ReportDoneResponse::failure(5001, 17).to_xml(),
        format!(
            "{DECLARATION}<reportDoneResponse><responseCode>5001</responseCode>\
             <reportId>17</reportId><files/></reportDoneResponse>"
        )
    );
}

#[test]
fn unknown_codes_are_carried_through() {
    let answer =
        "<reportResponse><responseCode>9999</responseCode><responseDescription/></reportResponse>";
    assert_eq!(
        parse_report_response(answer.as_bytes())
            .unwrap()
            .response_code,
        9999
    );
}
