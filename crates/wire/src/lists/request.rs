//! A request to a service that keeps a list, without the host and the secrets.

/// A request to be made, relative to the service's base address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `PUT` or `POST`.
    pub method: &'static str,
    /// The path and query, from the slash behind the base address.
    pub path: String,
    /// The content type of the body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: Option<String>,
}

impl Request {
    /// Asks for a path.
    pub const fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            content_type: None,
            body: None,
        }
    }
}
