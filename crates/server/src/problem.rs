//! Errors of pages and API as RFC 9457 problem details, with a stable code and nothing personal.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// One problem, as its caller sees it. What the operator sees goes to the log instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where the code is explained, relative to the documentation.
    #[serde(rename = "type")]
    kind: String,
    /// What happened and what to do.
    title: String,
    status: u16,
    /// The stable code.
    code: &'static str,
}

impl Problem {
    /// A problem with its status, stable code and sentence.
    pub fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Self {
        Self {
            kind: format!("docs/errors.md#{}", code.replace('.', "-")),
            title: title.into(),
            status: status.as_u16(),
            code,
        }
    }

    /// Nothing is there, or nothing that the caller may know of.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "http.not-found",
            "Nothing is here. Check the address.",
        )
    }

    /// The server failed; the caller may try again.
    pub fn fault() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "http.fault",
            "The server could not do this now. Try again; if it stays, tell the operator.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of strings and a number always serialises.
        let body = serde_json::to_string(&self).unwrap_or_default();
        (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_to_do() {
        let text = serde_json::to_string(&Problem::not_found()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"type":"docs/errors.md#http-not-found","#,
                r#""title":"Nothing is here. Check the address.","#,
                r#""status":404,"code":"http.not-found"}"#
            )
        );
    }
}
