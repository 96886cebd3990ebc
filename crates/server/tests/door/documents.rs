//! The documents and bodies that tests send: official words and reserved names only.

/// What every answer begins with.
pub(crate) const DECLARED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";

/// A report about somebody who approaches a child online, without a mark of urgency.
pub(crate) struct ReportXml {
    pub(crate) incident_type: &'static str,
    /// Goes between the incident's type and its time.
    pub(crate) incident: String,
    pub(crate) time: &'static str,
    /// Goes between the incident and the reporter.
    pub(crate) details: String,
    /// Goes after the reporter.
    pub(crate) people: String,
}

impl Default for ReportXml {
    fn default() -> Self {
        Self {
            incident_type: "Online Enticement of Children for Sexual Acts",
            incident: String::new(),
            time: "2026-01-02T03:04:05Z",
            details: String::new(),
            people: String::new(),
        }
    }
}

impl ReportXml {
    /// A report about an account with this email address.
    pub(crate) fn with_email(email: &str) -> Self {
        Self::with_person(&format!("<email>{email}</email>"))
    }

    /// A report about an account of a person of whom this is known.
    pub(crate) fn with_person(known: &str) -> Self {
        Self {
            people: format!(
                "<personOrUserReported><personOrUserReportedPerson>{known}\
                 </personOrUserReportedPerson></personOrUserReported>"
            ),
            ..Self::default()
        }
    }

    /// The document.
    pub(crate) fn xml(&self) -> String {
        let Self {
            incident_type,
            incident,
            time,
            details,
            people,
        } = self;
        format!(
            "<report><incidentSummary><incidentType>{incident_type}</incidentType>{incident}\
             <incidentDateTime>{time}</incidentDateTime></incidentSummary>{details}\
             <reporter><reportingPerson/></reporter>{people}</report>"
        )
    }
}

/// The smallest valid report.
pub(crate) fn smallest_report() -> String {
    ReportXml::default().xml()
}

/// A report that no other call of this function with another number repeats.
pub(crate) fn report_number(number: usize) -> String {
    ReportXml::with_email(&format!("account-{number}@example.com")).xml()
}

/// A description of a file.
pub(crate) fn file_details(report: i64, file: &str, rest: &str) -> String {
    format!("<fileDetails><reportId>{report}</reportId><fileId>{file}</fileId>{rest}</fileDetails>")
}

/// A multipart body under construction.
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    /// A form with a usual boundary.
    pub(crate) fn new() -> Self {
        Self::with_boundary("form-data-encoder-7d1f3c")
    }

    /// A form with this boundary.
    pub(crate) fn with_boundary(boundary: &str) -> Self {
        Self {
            boundary: boundary.to_owned(),
            body: Vec::new(),
        }
    }

    /// Adds a field.
    pub(crate) fn field(self, name: &str, value: &str) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        self.part(&head, value.as_bytes())
    }

    /// Adds a file with a plain name and a media type.
    pub(crate) fn file(self, bytes: &[u8]) -> Self {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"picture.png\"\r\n\
                    Content-Type: image/png";
        self.part(head, bytes)
    }

    /// Adds a part with these header lines.
    pub(crate) fn part(mut self, head: &str, content: &[u8]) -> Self {
        let boundary = &self.boundary;
        let head = format!("--{boundary}\r\n{head}\r\n\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    /// The content type that goes with the body.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The body, without the closing boundary.
    pub(crate) fn unended(self) -> Vec<u8> {
        self.body
    }

    /// The body.
    pub(crate) fn body(self) -> Vec<u8> {
        let end = format!("--{}--\r\n", self.boundary);
        [self.body, end.into_bytes()].concat()
    }
}
