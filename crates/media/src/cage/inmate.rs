//! The inmate: shuts itself in, decodes, and sends what the handler makes of each picture.

use std::fs::File;
use std::io::{self, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::fs::FileType;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::failure::InmateError;
use super::limits::CageLimits;
use super::messages::{ORDER_BYTES_MAX, Order, Report};
use super::walls::{self, Inside};
use crate::picture::{self, Refusal};
use crate::{Kind, Raster, video};

/// The most descriptors that come along with an order.
const DESCRIPTORS_MAX: usize = 3;

/// Serves one order of a keeper, and returns. What is called for this by a program (a hidden
/// subcommand, a test) does nothing else.
///
/// Standard input has to be the socket that [`Cage`](super::Cage) gave. `handler` is called in the
/// cage with each picture; what it returns goes to the keeper, and nothing else does. It can open
/// nothing, and its standard output and error lead nowhere.
///
/// # Errors
///
/// Nobody keeps this process, or its keeper went away. What is wrong with the file is the keeper's
/// to hear.
pub fn serve(mut handler: impl FnMut(&Raster<'_>) -> Vec<u8>) -> Result<(), InmateError> {
    let mut socket = keepers_socket().ok_or(InmateError::NoKeeper)?;
    let (order, descriptors) = receive(&mut socket).map_err(InmateError::Order)?;
    let served = match order {
        Order::Picture { limits } => serve_picture(&mut socket, &limits, &mut handler),
        Order::Frames { limits, kind } => {
            serve_frames(&mut socket, descriptors, kind, &limits, &mut handler)
        }
        Order::Player {
            limits,
            program,
            args,
        } => {
            let inside = Inside::Player { program: &program };
            Report::Enforced(walls::shut(&inside, &limits))
                .write(&mut socket)
                .and_then(|()| {
                    // Returns only if the player could not be started.
                    let _error = video::become_player(&program, &args, descriptors);
                    Report::NoPlayer.write(&mut socket)
                })
        }
    };
    served.map_err(InmateError::Gone)
}

fn keepers_socket() -> Option<UnixStream> {
    let input = rustix::stdio::stdin();
    let status = rustix::fs::fstat(input).ok()?;
    if FileType::from_raw_mode(status.st_mode) != FileType::Socket {
        return None;
    }
    Some(UnixStream::from(input.try_clone_to_owned().ok()?))
}

/// Reads the order and the descriptors that came along with its first bytes.
fn receive(socket: &mut UnixStream) -> io::Result<(Order, Vec<OwnedFd>)> {
    let mut length = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let got = rustix::net::recvmsg(
        socket.as_fd(),
        &mut [IoSliceMut::new(&mut length)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    socket.read_exact(&mut length[got.bytes..])?;
    let descriptors = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let descriptors = descriptors.flatten().collect();
    let length = u32::from_le_bytes(length) as usize;
    if length > ORDER_BYTES_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut order = vec![0; length];
    socket.read_exact(&mut order)?;
    Ok((serde_json::from_slice(&order)?, descriptors))
}

fn serve_picture(
    socket: &mut UnixStream,
    limits: &CageLimits,
    handler: &mut impl FnMut(&Raster<'_>) -> Vec<u8>,
) -> io::Result<()> {
    Report::Enforced(walls::shut(&Inside::Decoder, limits)).write(socket)?;
    let mut bytes = Vec::new();
    socket
        .take(limits.source_bytes_max)
        .read_to_end(&mut bytes)?;
    conclude(
        socket,
        Kind::of(&bytes),
        |each| picture::look(&bytes, &limits.picture, each),
        handler,
    )
}

fn serve_frames(
    socket: &mut UnixStream,
    descriptors: Vec<OwnedFd>,
    kind: Kind,
    limits: &CageLimits,
    handler: &mut impl FnMut(&Raster<'_>) -> Vec<u8>,
) -> io::Result<()> {
    let Ok([pipe, notes]) = <[OwnedFd; 2]>::try_from(descriptors) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let (pipe, notes) = (File::from(pipe), File::from(notes));
    Report::Enforced(walls::shut(&Inside::Decoder, limits)).write(socket)?;
    conclude(
        socket,
        kind,
        |each| video::read_frames(kind, pipe, &notes, &limits.picture, each),
        handler,
    )
}

type Each<'a> = dyn FnMut(&Raster<'_>) -> ControlFlow<()> + 'a;

/// Looks, sends an answer for each picture, and says how it ended.
fn conclude(
    socket: &mut UnixStream,
    kind: Kind,
    look: impl FnOnce(&mut Each<'_>) -> Result<picture::Looked, Refusal>,
    handler: &mut impl FnMut(&Raster<'_>) -> Vec<u8>,
) -> io::Result<()> {
    let mut sent = Ok(());
    let looked = catch_unwind(AssertUnwindSafe(|| {
        look(&mut |raster| {
            sent = Report::of_answer(raster, handler(raster)).write(socket);
            if sent.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    }));
    sent?;
    match looked {
        Ok(Ok(looked)) => Report::Looked(looked),
        Ok(Err(refusal)) => Report::Refused(refusal),
        Err(_) => Report::Refused(Refusal::DecoderFailed { kind }),
    }
    .write(socket)
}
