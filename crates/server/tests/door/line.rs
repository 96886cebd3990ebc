//! A connection whose every byte a test decides, and the answers that come back on it.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use wire::ispws::{
    ReportDoneResponse, ReportResponse, parse_report_done_response, parse_report_response,
};

/// One connection to the door.
pub(crate) struct Line {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Line {
    /// Connects from 127.0.0.1.
    pub(crate) async fn to(address: SocketAddr) -> Self {
        Self::from(Ipv4Addr::LOCALHOST, address).await
    }

    /// Connects from another address of this machine, which the door cannot have heard of.
    pub(crate) async fn from(local: Ipv4Addr, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((local, 0))).unwrap();
        let stream = socket.connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Sends these bytes.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends `piece` over and over until the door answers or `bytes_max` are sent; gives the number
    /// of bytes sent.
    pub(crate) async fn send_until_answered(&mut self, piece: &[u8], bytes_max: u64) -> u64 {
        let (read, mut write) = self.stream.split();
        let mut sent_bytes = 0;
        while sent_bytes < bytes_max {
            tokio::select! {
                readable = read.readable() => {
                    readable.unwrap();
                    break;
                }
                // The door may hang up on what it does not want to hear.
                written = write.write_all(piece) => match written {
                    Ok(()) => sent_bytes += piece.len() as u64,
                    Err(_) => break,
                }
            }
        }
        sent_bytes
    }

    /// Breaks the connection off with a reset instead of an orderly end.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// The connection itself.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Reads one answer, `100 Continue` included.
    pub(crate) async fn answer(&mut self) -> Answer {
        self.answer_or_end().await.unwrap()
    }

    /// Reads one answer, or `None` if the connection ends without one.
    pub(crate) async fn answer_or_end(&mut self) -> Option<Answer> {
        let head = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                break self.unread.drain(..end + 4).collect::<Vec<u8>>();
            }
            if self.read_on().await == 0 {
                return None;
            }
        };
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut answer = Answer {
            status: status.parse().unwrap(),
            headers,
            body: String::new(),
        };
        assert_eq!(answer.header("transfer-encoding"), None);
        let length = answer.header("content-length").unwrap_or("0");
        let length: usize = length.parse().unwrap();
        while self.unread.len() < length {
            assert!(self.read_on().await > 0, "the connection ended in a body");
        }
        answer.body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        Some(answer)
    }

    /// Whether the door ends the connection without another byte.
    pub(crate) async fn is_ended(&mut self) -> bool {
        self.unread.is_empty() && self.read_on().await == 0
    }

    async fn read_on(&mut self) -> usize {
        // A reset is an end like another.
        self.stream.read_buf(&mut self.unread).await.unwrap_or(0)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// What the door answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The `reportResponse` in the body.
    pub(crate) fn response(&self) -> ReportResponse {
        parse_report_response(self.body.as_bytes()).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The `reportDoneResponse` in the body.
    pub(crate) fn done(&self) -> ReportDoneResponse {
        parse_report_done_response(self.body.as_bytes()).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The response code of either document.
    pub(crate) fn code(&self) -> i32 {
        if self.body.contains("<reportDoneResponse>") {
            self.done().response_code
        } else {
            self.response().response_code
        }
    }

    /// The report's number in a `reportResponse`.
    pub(crate) fn report(&self) -> i64 {
        self.response()
            .report_id
            .unwrap_or_else(|| panic!("{self:?}"))
    }

    /// The file's token in a `reportResponse`.
    pub(crate) fn file(&self) -> String {
        let token = self.response().file_id;
        token
            .unwrap_or_else(|| panic!("{self:?}"))
            .as_str()
            .to_owned()
    }
}
