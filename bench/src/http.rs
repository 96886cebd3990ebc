//! The least HTTP/1.1 that the workloads need: one connection, bodies of a stated length.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::failure::Failure;

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Itself, if its status is `status`.
    pub(crate) fn expect(self, status: u16, what: &'static str) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        let status = self.status;
        Err(Failure::Answer { what, status })
    }
}

/// One connection.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).map_err(Failure::Http)?;
        stream.set_nodelay(true).map_err(Failure::Http)?;
        Ok(Self {
            address,
            stream: BufReader::new(stream),
        })
    }

    /// `GET path` with further header lines, each ending in CR LF.
    pub(crate) fn get(&mut self, path: &str, headers: &str) -> Result<Answer, Failure> {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
            self.address
        );
        self.write(head.as_bytes())?;
        self.answer().map_err(Failure::Http)
    }

    /// `POST path`: the head; the body of `length_bytes` follows by [`Connection::write`].
    pub(crate) fn post(
        &mut self,
        path: &str,
        headers: &str,
        length_bytes: usize,
    ) -> Result<(), Failure> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {length_bytes}\r\n{headers}\r\n",
            self.address
        );
        self.write(head.as_bytes())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stream
            .get_mut()
            .write_all(bytes)
            .map_err(Failure::Http)
    }

    /// Reads the answer to what was written.
    pub(crate) fn answer(&mut self) -> io::Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) => {
                    headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
                }
                None => break,
            }
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        let length = answer.header("content-length").unwrap_or("0").parse();
        let length: usize = length.map_err(|_| io::ErrorKind::InvalidData)?;
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body)?;
        Ok(answer)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}
