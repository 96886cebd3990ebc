//! A sender's side of the `/ispws` door: the client that the demo, the workloads and the tests use.

use std::net::SocketAddr;

use axum::http::{Method, Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::{FileId, ReportId};
use tokio::net::TcpStream;
use wire::ispws::{ReportResponse, parse_report_done_response, parse_report_response};

/// Why a call did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The server cannot be reached.
    #[error("cannot reach {address}: check that the server runs there")]
    Unreachable {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The connection broke off.
    #[error(
        "the connection broke off; what was not answered may or may not be kept, so send it again"
    )]
    Broken(#[source] hyper::Error),
    /// The request could not be formed.
    #[error("the request cannot be formed: check the account's name and secret")]
    Unformed(#[source] axum::http::Error),
    /// The account's name or secret is wrong.
    #[error("the account's name or secret is wrong: see `watchfire account list`")]
    Unauthorised,
    /// The server refused or failed.
    #[error("the server answered {code}: {description}")]
    Refused {
        /// The protocol's response code.
        code: i32,
        /// What the server said.
        description: String,
    },
    /// The answer is not one of the protocol.
    #[error("the answer is not one of the protocol (HTTP status {status})")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

/// One connection of one sender.
pub struct Sender {
    address: SocketAddr,
    authorization: String,
    connection: http1::SendRequest<Full<Bytes>>,
}

impl Sender {
    /// Connects to the door at `address` as the account `name`.
    pub async fn connect(address: SocketAddr, name: &str, secret: &str) -> Result<Self, SendError> {
        let credentials = STANDARD.encode(format!("{name}:{secret}"));
        let connection = open(address).await?;
        Ok(Self {
            address,
            authorization: format!("Basic {credentials}"),
            connection,
        })
    }

    /// `POST /submit`.
    pub async fn submit(&mut self, report_xml: &str) -> Result<ReportId, SendError> {
        let body = Bytes::copy_from_slice(report_xml.as_bytes());
        let answer = self
            .post("/ispws/submit", "text/xml; charset=utf-8", body)
            .await?;
        let answer = read_answer(&answer)?;
        answer
            .report_id
            .map(ReportId::new)
            .ok_or(SendError::Unreadable { status: 200 })
    }

    /// `POST /upload`.
    pub async fn upload(
        &mut self,
        report: ReportId,
        file_name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<FileId, SendError> {
        const BOUNDARY: &str = "watchfire-boundary-7d1f3c";
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n{report}\r\n\
             --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"{file_name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let body = Bytes::from([head.as_bytes(), bytes, tail.as_bytes()].concat());
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let answer = self.post("/ispws/upload", &content_type, body).await?;
        let file = read_answer(&answer)?
            .file_id
            .and_then(|file| file.as_str().parse().ok());
        file.ok_or(SendError::Unreadable { status: 200 })
    }

    /// `POST /fileinfo`.
    pub async fn describe(&mut self, details_xml: &str) -> Result<(), SendError> {
        let body = Bytes::copy_from_slice(details_xml.as_bytes());
        let answer = self
            .post("/ispws/fileinfo", "text/xml; charset=utf-8", body)
            .await?;
        read_answer(&answer).map(|_| ())
    }

    /// `POST /finish`.
    pub async fn finish(&mut self, report: ReportId) -> Result<Vec<String>, SendError> {
        let body = Bytes::from(format!("id={report}"));
        let form = "application/x-www-form-urlencoded";
        let answer = self.post("/ispws/finish", form, body).await?;
        let done = parse_report_done_response(&answer)
            .map_err(|_| SendError::Unreadable { status: 200 })?;
        if done.response_code != 0 {
            let description = "the report was not finished".to_owned();
            return Err(SendError::Refused {
                code: done.response_code,
                description,
            });
        }
        Ok(done.files.file_id)
    }

    async fn post(
        &mut self,
        path: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Bytes, SendError> {
        if self.connection.is_closed() {
            self.connection = open(self.address).await?;
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, &self.authorization)
            .header(header::CONTENT_TYPE, content_type)
            .body(Full::new(body))
            .map_err(SendError::Unformed)?;
        self.connection.ready().await.map_err(SendError::Broken)?;
        let response = self
            .connection
            .send_request(request)
            .await
            .map_err(SendError::Broken)?;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(SendError::Broken)?
            .to_bytes();
        match status {
            401 => Err(SendError::Unauthorised),
            _ if body.is_empty() => Err(SendError::Unreadable { status }),
            _ => Ok(body),
        }
    }
}

async fn open(address: SocketAddr) -> Result<http1::SendRequest<Full<Bytes>>, SendError> {
    let unreachable = |source| SendError::Unreachable { address, source };
    let stream = TcpStream::connect(address).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(SendError::Broken)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a sender's connection ended early");
        }
    });
    Ok(sender)
}

fn read_answer(body: &[u8]) -> Result<ReportResponse, SendError> {
    let answer = parse_report_response(body).map_err(|_| SendError::Unreadable { status: 200 })?;
    if answer.response_code != 0 {
        return Err(SendError::Refused {
            code: answer.response_code,
            description: answer.response_description,
        });
    }
    Ok(answer)
}
