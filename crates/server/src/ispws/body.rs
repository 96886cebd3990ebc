//! Bodies of calls: read up to a limit and within a time, as text or as a form of either kind.

use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use model::limits;
use multer::Multipart;

use crate::intake::{IntakeError, IntakeRefusal};

/// What the multipart parser is given between two pauses: enough that a pause costs nothing.
const GIVEN_BYTES_MAX: usize = 512 << 10;
/// The longest that a client may fall silent within a body.
pub(super) const SILENCE_SECONDS_MAX: u64 = 60;

/// Reads a whole body of at most `bytes_max` bytes.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, IntakeError> {
    let mut stream = body.into_data_stream();
    let mut read = BytesMut::new();
    while let Some(piece) = timely(stream.next()).await? {
        let piece = piece.map_err(|_| cut_short())?;
        if read.len() + piece.len() > bytes_max {
            return Err(IntakeRefusal::Request(format!(
                "Invalid request: the document is larger than {bytes_max} bytes"
            ))
            .into());
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.freeze())
}

/// The value of one field of a form, urlencoded or multipart.
pub(super) async fn form_field(request: Request, name: &str) -> Result<String, IntakeError> {
    match boundary(&request) {
        None => {
            let body = read(request.into_body(), limits::FORM_BYTES_MAX).await?;
            let value = url::form_urlencoded::parse(&body).find(|(field, _)| field == name);
            Ok(value.map_or_else(String::new, |(_, value)| value.into_owned()))
        }
        Some(boundary) => {
            let body = read(request.into_body(), limits::FORM_BYTES_MAX).await?;
            let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(body)]);
            let mut multipart = Multipart::new(stream, boundary);
            let mut parts = 0;
            while let Some(field) = multipart
                .next_field()
                .await
                .map_err(|error| malformed(&error))?
            {
                parts += 1;
                if parts > limits::MULTIPART_PARTS_MAX {
                    return Err(too_many_parts().into());
                }
                if field.name() == Some(name) {
                    return field.text().await.map_err(|error| malformed(&error).into());
                }
            }
            Ok(String::new())
        }
    }
}

/// The boundary of a multipart body.
pub(crate) fn boundary(request: &Request) -> Option<String> {
    let content_type = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(content_type).ok()
}

/// The pieces of a body, with a pause after some of them. The multipart parser takes all that is
/// ready before it hands on the first byte: from a sender on a fast line that would be the whole
/// file.
pub(super) fn paced(body: Body) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    let mut pieces = body.into_data_stream();
    let mut given_bytes = 0;
    stream::poll_fn(move |context| {
        if given_bytes >= GIVEN_BYTES_MAX {
            given_bytes = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = pieces.poll_next_unpin(context);
        match &piece {
            Poll::Ready(Some(Ok(bytes))) => given_bytes += bytes.len(),
            Poll::Ready(_) => {}
            // The parser hands on what it has whenever the connection makes it wait.
            Poll::Pending => given_bytes = 0,
        }
        piece
    })
}

/// Waits for `next`, but not for ever.
pub(super) async fn timely<T>(next: impl Future<Output = T>) -> Result<T, IntakeError> {
    tokio::time::timeout(Duration::from_secs(SILENCE_SECONDS_MAX), next)
        .await
        .map_err(|_| {
            IntakeRefusal::Request(format!(
                "Invalid request: the body fell silent for {SILENCE_SECONDS_MAX} seconds"
            ))
            .into()
        })
}

pub(super) fn cut_short() -> IntakeRefusal {
    IntakeRefusal::Request("Invalid request: the body was cut short".to_owned())
}

pub(crate) fn too_many_parts() -> IntakeRefusal {
    IntakeRefusal::FileBody(format!(
        "Malformed file submittal: more than {} parts",
        limits::MULTIPART_PARTS_MAX
    ))
}

/// A multipart body that does not hold together. The parser's own words are not repeated to the
/// sender where they might quote a file name.
pub(crate) fn malformed(error: &multer::Error) -> IntakeRefusal {
    let what = match error {
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => "the body was cut short",
        multer::Error::ReadHeaderFailed(_) | multer::Error::DecodeHeaderValue { .. } => {
            "a part has unreadable headers"
        }
        multer::Error::StreamReadFailed(_) => "the body could not be read to its end",
        _ => "the body is not multipart/form-data as its boundary says",
    };
    IntakeRefusal::FileBody(format!("Malformed file submittal: {what}"))
}
