//! What the server answers.

use model::{FileId, ReportId, hex};

use super::lexical::Token;
use crate::Refusal;

document!(ReportResponse = "reportResponse");
document!(ReportDoneResponse = "reportDoneResponse");

sequence! {
    /// The answer to every call but a finish.
    pub struct ReportResponse = "reportResponse" {
        elements {
            /// One of [`code`], or another number: the list is open.
            response_code: i32 = "responseCode",
            /// What happened, for a person.
            response_description: String = "responseDescription",
            /// The report's number.
            report_id: Option<i64> = "reportId",
            /// The file's token.
            file_id: Option<Token> = "fileId",
            /// MD5 of the bytes received, in lower-case hexadecimal digits.
            hash: Option<Token> = "hash",
        }
    }
}

sequence! {
    /// The answer to a finish.
    pub struct ReportDoneResponse = "reportDoneResponse" {
        elements {
            /// One of [`code`], or another number: the list is open.
            response_code: i32 = "responseCode",
            /// The report's number.
            report_id: i64 = "reportId",
            /// The report's files.
            files: DoneFiles = "files",
        }
    }
}

sequence! {
    /// The files of a finished report.
    pub struct DoneFiles = "doneFiles" {
        elements {
            /// Their tokens.
            file_id: Vec<String> = "fileId",
        }
    }
}

impl ReportResponse {
    /// An answer without a report.
    pub fn new(response_code: i32, description: &str) -> Self {
        Self {
            response_code,
            response_description: description.to_owned(),
            ..Self::default()
        }
    }

    /// Success, for a report.
    pub fn success(report: ReportId) -> Self {
        Self {
            report_id: Some(report.number()),
            ..Self::new(code::SUCCESS, "Success")
        }
    }

    /// Why a document was not taken.
    pub fn refused(refusal: &Refusal) -> Self {
        Self::new(refusal.response_code(), &refusal.to_string())
    }

    /// The same answer with a file's token.
    #[must_use]
    pub fn with_file(self, file: FileId) -> Self {
        Self {
            file_id: Token::new(&file.to_string()),
            ..self
        }
    }

    /// The same answer with the MD5 of the bytes received.
    #[must_use]
    pub fn with_hash(self, md5: &[u8; 16]) -> Self {
        Self {
            hash: Token::new(&hex(md5)),
            ..self
        }
    }
}

impl ReportDoneResponse {
    /// A report is finished.
    pub fn success(report: ReportId, files: &[FileId]) -> Self {
        Self {
            response_code: code::SUCCESS,
            report_id: report.number(),
            files: DoneFiles {
                file_id: files.iter().map(FileId::to_string).collect(),
            },
        }
    }

    /// A finish failed: the same root with another code, since clients read no other root here.
    pub fn failure(response_code: i32, asked: i64) -> Self {
        Self {
            response_code,
            report_id: asked,
            files: DoneFiles::default(),
        }
    }
}

/// The response codes. The list is open: a client carries unknown codes through.
pub mod code {
    /// Success.
    pub const SUCCESS: i32 = 0;
    /// Server error.
    pub const SERVER_ERROR: i32 = 1000;
    /// Save failed.
    pub const SAVE_FAILED: i32 = 1100;
    /// Upload failed.
    pub const UPLOAD_FAILED: i32 = 1110;
    /// File upload failed.
    pub const FILE_UPLOAD_FAILED: i32 = 1111;
    /// Resource not found.
    pub const RESOURCE_NOT_FOUND: i32 = 1210;
    /// Update failed.
    pub const UPDATE_FAILED: i32 = 1300;
    /// Authentication required.
    pub const AUTHENTICATION_REQUIRED: i32 = 2000;
    /// Not authorised.
    pub const NOT_AUTHORISED: i32 = 3000;
    /// Not authorised to submit.
    pub const NOT_AUTHORISED_TO_SUBMIT: i32 = 3100;
    /// Not authorised to update.
    pub const NOT_AUTHORISED_TO_UPDATE: i32 = 3300;
    /// Invalid request.
    pub const INVALID_REQUEST: i32 = 4000;
    /// Validation failed.
    pub const VALIDATION_FAILED: i32 = 4100;
    /// Malformed XML.
    pub const MALFORMED_XML: i32 = 4110;
    /// Malformed file submittal.
    pub const MALFORMED_FILE: i32 = 4200;
    /// The report does not exist.
    pub const REPORT_UNKNOWN: i32 = 5001;
    /// The file does not exist.
    pub const FILE_UNKNOWN: i32 = 5002;
    /// The report is already retracted.
    pub const REPORT_RETRACTED: i32 = 5101;
    /// The report is already finished.
    pub const REPORT_FINISHED: i32 = 5102;
}
