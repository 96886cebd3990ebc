//! `POST /upload`: a file and its report's number in one multipart body, in either order, streamed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use model::{Digests, FileId, ReportId, limits};
use multer::{Field, Multipart};
use wire::ispws::ReportResponse;

use super::answer::{failed, success};
use super::body::{boundary, malformed, paced, timely, too_many_parts};
use super::gate::{self, Approach, Caller};
use super::{IspwsDoor, bad_id};
use crate::intake::{IntakeError, IntakeFault, IntakeRefusal, OpenReport, Received};

pub(super) async fn upload(State(door): State<Arc<IspwsDoor>>, request: Request) -> Response {
    let caller = match gate::admit_sender(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    // In a task of its own: a caller that hangs up must not stop it between a file that lies stored
    // and the report it belongs to.
    let receiving = tokio::spawn({
        let door = door.clone();
        async move { receive(&door, &caller, request).await }
    });
    let received = receiving
        .await
        .unwrap_or_else(|_| Err(IntakeFault::Stopping.into()));
    match received {
        Ok((report, file, digests)) => success(
            &ReportResponse::success(report)
                .with_file(file)
                .with_hash(&digests.md5),
        ),
        Err(error) => failed(&door, &caller, error).await,
    }
}

/// A file part that has arrived whole.
struct Arrived {
    received: Received,
    name: Option<String>,
    media_type: Option<String>,
}

async fn receive(
    door: &IspwsDoor,
    caller: &Caller,
    request: Request,
) -> Result<(ReportId, FileId, Digests), IntakeError> {
    let boundary = boundary(&request).ok_or_else(|| {
        IntakeRefusal::FileBody(
            "Malformed file submittal: multipart/form-data with a boundary is expected".to_owned(),
        )
    })?;
    let mut multipart = Multipart::new(paced(request.into_body()), boundary);
    let mut parts = Parts::default();
    let complete = match take_parts(door, caller, &mut multipart, &mut parts).await {
        Ok(()) => parts.expect_both(),
        Err(error) => Err(error),
    };
    match (complete, parts.open, parts.arrived) {
        (Ok(()), Some(open), Some(file)) => {
            let report = open.id();
            let Arrived {
                received,
                name,
                media_type,
            } = file;
            let station = &door.station;
            let (id, digests) = station
                .add_file(caller.actor(), open, received, name, media_type)
                .await?;
            Ok((report, id, digests))
        }
        (complete, _, file) => {
            if let Some(file) = file {
                door.station.discard(file.received).await?;
            }
            Err(complete.err().unwrap_or_else(|| bad_id().into()))
        }
    }
}

/// The two parts that an upload has, as far as they have come.
#[derive(Default)]
struct Parts {
    open: Option<OpenReport>,
    arrived: Option<Arrived>,
}

impl Parts {
    fn expect_both(&self) -> Result<(), IntakeError> {
        match (&self.open, &self.arrived) {
            (None, _) => Err(bad_id().into()),
            (Some(_), None) => Err(IntakeRefusal::FileBody(
                "Malformed file submittal: the part 'file' is missing".to_owned(),
            )
            .into()),
            (Some(_), Some(_)) => Ok(()),
        }
    }
}

async fn take_parts(
    door: &IspwsDoor,
    caller: &Caller,
    multipart: &mut Multipart<'_>,
    parts: &mut Parts,
) -> Result<(), IntakeError> {
    let mut count = 0;
    while let Some(field) = timely(multipart.next_field())
        .await?
        .map_err(|error| malformed(&error))?
    {
        count += 1;
        if count > limits::MULTIPART_PARTS_MAX {
            return Err(too_many_parts().into());
        }
        match field.name() {
            Some("id") if parts.open.is_none() => {
                let id = small_text(field).await?.parse().map_err(|_| bad_id())?;
                // Known before the bytes come, if the sender puts it first: nothing is stored in
                // vain.
                parts.open = Some(door.station.open_report(caller.actor(), id).await?);
            }
            Some("file") if parts.arrived.is_none() => {
                parts.arrived = Some(take_file(door, field).await?);
            }
            Some("id" | "file") => {
                return Err(IntakeRefusal::FileBody(
                    "Malformed file submittal: the parts 'id' and 'file' may stand once each"
                        .to_owned(),
                )
                .into());
            }
            _ => skip(field).await?,
        }
    }
    Ok(())
}

/// Streams a file part into the vault.
async fn take_file(door: &IspwsDoor, mut field: Field<'_>) -> Result<Arrived, IntakeError> {
    let name = field.file_name().map(cut_name);
    let media_type = field.content_type().map(ToString::to_string);
    let permit = door.uploads.acquire().await;
    let _place = permit.map_err(|_| IntakeFault::Stopping)?;
    let mut upload = door.station.begin_upload()?;
    let streamed = async {
        while let Some(piece) = timely(field.chunk())
            .await?
            .map_err(|error| malformed(&error))?
        {
            upload.write(&piece).await?;
        }
        Ok::<_, IntakeError>(())
    };
    if let Err(error) = streamed.await {
        upload.abort().await?;
        return Err(error);
    }
    Ok(Arrived {
        received: upload.end().await?,
        name,
        media_type,
    })
}

/// A file name as it came, cut at a character if it is too long. It is shown, never used as a path.
fn cut_name(name: &str) -> String {
    let mut end = name.len().min(limits::FILE_NAME_BYTES_MAX);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

async fn small_text(mut field: Field<'_>) -> Result<String, IntakeError> {
    let mut text = Vec::new();
    while let Some(piece) = timely(field.chunk())
        .await?
        .map_err(|error| malformed(&error))?
    {
        if text.len() + piece.len() > limits::FORM_FIELD_BYTES_MAX {
            return Err(bad_id().into());
        }
        text.extend_from_slice(&piece);
    }
    String::from_utf8(text).map_err(|_| bad_id().into())
}

async fn skip(mut field: Field<'_>) -> Result<(), IntakeError> {
    let mut skipped_bytes = 0;
    while let Some(piece) = timely(field.chunk())
        .await?
        .map_err(|error| malformed(&error))?
    {
        skipped_bytes += piece.len();
        if skipped_bytes > limits::FORM_BYTES_MAX {
            return Err(IntakeRefusal::FileBody(
                "Malformed file submittal: a part that is neither 'id' nor 'file' is too long"
                    .to_owned(),
            )
            .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let name = "é".repeat(limits::FILE_NAME_BYTES_MAX);
        let cut = cut_name(&name);
        assert!(cut.len() <= limits::FILE_NAME_BYTES_MAX && name.starts_with(&cut));
        assert_eq!(cut_name("../a\u{0}<b>.png"), "../a\u{0}<b>.png");
    }
}
