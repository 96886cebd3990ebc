//! The smallest documents of the format's digest, and the answers it shows.

use wire::ispws::{
    ReportDoneResponse, ReportResponse, parse_file_details, parse_report,
    parse_report_done_response, parse_report_response,
};

#[test]
fn the_smallest_valid_documents_are_taken() {
    let report = "<report><incidentSummary><incidentType>Online Enticement of Children for Sexual Acts</incidentType><incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime></incidentSummary><reporter><reportingPerson/></reporter></report>";
    let report = parse_report(report.as_bytes()).unwrap();
    assert_eq!(parse_report(report.to_xml().as_bytes()).unwrap(), report);
    let details = "<fileDetails><reportId>1</reportId><fileId>a</fileId></fileDetails>";
    let details = parse_file_details(details.as_bytes()).unwrap();
    assert_eq!(
        parse_file_details(details.to_xml().as_bytes()).unwrap(),
        details
    );
}

#[test]
fn answers_have_the_documented_shapes() {
    let report = model::ReportId::new(7_855_776);
    let file = "e6cb48fbb2b565e69ccded9b9cda62fb".parse().unwrap();
    let declaration = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
    let answer = ReportResponse::success(report);
    assert_eq!(
        answer.to_xml(),
        format!(
            "{declaration}<reportResponse><responseCode>0</responseCode><responseDescription>Success</responseDescription><reportId>7855776</reportId></reportResponse>"
        )
    );
    let uploaded = answer.with_file(file).with_hash(&[0xaf; 16]);
    assert_eq!(
        uploaded.to_xml(),
        format!(
            "{declaration}<reportResponse><responseCode>0</responseCode><responseDescription>Success</responseDescription><reportId>7855776</reportId><fileId>e6cb48fbb2b565e69ccded9b9cda62fb</fileId><hash>afafafafafafafafafafafafafafafaf</hash></reportResponse>"
        )
    );
    assert_eq!(
        parse_report_response(uploaded.to_xml().as_bytes()).unwrap(),
        uploaded
    );
    let empty = ReportResponse::new(5001, "");
    assert_eq!(
        empty.to_xml(),
        format!(
            "{declaration}<reportResponse><responseCode>5001</responseCode><responseDescription></responseDescription></reportResponse>"
        )
    );
    let done = ReportDoneResponse::success(report, &[]);
    assert_eq!(
        done.to_xml(),
        format!(
            "{declaration}<reportDoneResponse><responseCode>0</responseCode><reportId>7855776</reportId><files/></reportDoneResponse>"
        )
    );
    let done = ReportDoneResponse::success(report, &[file, file]);
    assert_eq!(
        parse_report_done_response(done.to_xml().as_bytes()).unwrap(),
        done
    );
}
