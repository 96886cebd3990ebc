//! Answers of the door: the protocol's XML, and the same shape for what went wrong.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{FileId, ReportId};
use wire::ispws::{ReportDoneResponse, ReportResponse};

use super::IspwsDoor;
use super::gate::Caller;
use crate::intake::IntakeError;

/// The declared type of every answer. The original says ISO-8859-1 and means UTF-8; this says what
/// it means.
const XML: HeaderValue = HeaderValue::from_static("application/xml;charset=UTF-8");

/// An answer that is an XML text.
pub(super) fn xml(text: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, XML)], text.into()).into_response()
}

/// The answer to any call but `finish` that was done.
pub(super) fn success(answer: &ReportResponse) -> Response {
    xml(answer.to_xml())
}

/// The answer to a `finish` that was done.
pub(super) fn finished(report: ReportId, files: &[FileId]) -> Response {
    xml(ReportDoneResponse::success(report, files).to_xml())
}

/// The answer to a call that was refused or failed. A refusal of a junk sender waits.
pub(super) async fn failed(door: &IspwsDoor, caller: &Caller, error: IntakeError) -> Response {
    let (code, status) = outcome(door, caller, &error).await;
    with_status(
        success(&ReportResponse::new(code, &error.to_string())),
        status,
    )
}

/// The same for `finish`, whose clients read only `reportDoneResponse`.
pub(super) async fn failed_finish(
    door: &IspwsDoor,
    caller: &Caller,
    error: IntakeError,
    asked: Option<ReportId>,
) -> Response {
    let (code, status) = outcome(door, caller, &error).await;
    let asked = asked.map_or(0, ReportId::number);
    with_status(
        xml(ReportDoneResponse::failure(code, asked).to_xml()),
        status,
    )
}

async fn outcome(door: &IspwsDoor, caller: &Caller, error: &IntakeError) -> (i32, StatusCode) {
    match error {
        IntakeError::Refused(refusal) => {
            tracing::info!(account = %caller.proved.account, code = refusal.code(), "refused");
            let wait = door
                .slowdown
                .refused(caller.remote.ip(), door.station.now());
            tokio::time::sleep(wait).await;
            (refusal.response_code(), StatusCode::OK)
        }
        IntakeError::Fault(fault) => {
            tracing::error!(account = %caller.proved.account, code = fault.code(), "{fault}");
            (fault.response_code(), StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn with_status(mut response: Response, status: StatusCode) -> Response {
    *response.status_mut() = status;
    response
}
