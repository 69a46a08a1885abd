//! Framing over TCP and TLS (RFC 5734): four bytes of total length, big-endian and counting themselves, then the XML.

use std::io::{self, ErrorKind, Read, Write};

/// Length of the header.
const HEADER_BYTES: usize = 4;
/// Room made at once; a peer that announces much gets more only as it sends it.
const FIRST_BYTES: usize = 64 * 1024;

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The connection failed, or its time-out passed ([`ErrorKind::WouldBlock`], [`ErrorKind::TimedOut`]).
    #[error("EPP connection: {0}")]
    Io(#[from] io::Error),
    /// The stream ended inside a frame: whatever it was about is unknown.
    #[error("EPP connection ended inside a frame, after {got} of {expected} bytes")]
    Truncated { got: usize, expected: usize },
    /// A length that no frame can have.
    #[error("EPP frame of {0} bytes: shorter than its header and one byte")]
    TooShort(u32),
    /// More than the caller takes.
    #[error("EPP frame of {length} bytes: more than {max}")]
    TooLong { length: u64, max: usize },
}

/// Reads one frame and returns its XML. `None` when the peer closed before the first byte.
///
/// `max_bytes` bounds the total length, header included; it is checked before any room is made.
pub fn read_frame(reader: &mut impl Read, max_bytes: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let mut header = [0; HEADER_BYTES];
    match fill(reader, &mut header)? {
        0 => return Ok(None),
        HEADER_BYTES => {}
        got => return Err(FrameError::Truncated { got, expected: HEADER_BYTES }),
    }
    let length = u32::from_be_bytes(header);
    let total = usize::try_from(length).map_err(|_| FrameError::TooLong { length: length.into(), max: max_bytes })?;
    if total <= HEADER_BYTES {
        return Err(FrameError::TooShort(length));
    }
    if total > max_bytes {
        return Err(FrameError::TooLong { length: length.into(), max: max_bytes });
    }
    let body_bytes = total - HEADER_BYTES;
    let mut body = Vec::new();
    let mut got = 0;
    while got < body_bytes {
        body.resize(body_bytes.min(FIRST_BYTES.max(got.saturating_mul(2))), 0);
        let more = fill(reader, &mut body[got..])?;
        got += more;
        if got < body.len() {
            return Err(FrameError::Truncated { got: HEADER_BYTES + got, expected: total });
        }
    }
    Ok(Some(body))
}

/// Reads until the buffer is full or the stream ends; returns how much.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match reader.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

/// Writes one frame around `xml`, in one piece, and flushes.
pub fn write_frame(writer: &mut impl Write, xml: &[u8]) -> Result<(), FrameError> {
    let frame = to_frame(xml)?;
    writer.write_all(&frame)?;
    writer.flush()?;
    Ok(())
}

/// The bytes of one frame, for callers that write by themselves.
pub fn to_frame(xml: &[u8]) -> Result<Vec<u8>, FrameError> {
    if xml.is_empty() {
        return Err(FrameError::TooShort(HEADER_BYTES as u32));
    }
    let length = u32::try_from(xml.len())
        .ok()
        .and_then(|bytes| bytes.checked_add(HEADER_BYTES as u32))
        .ok_or(FrameError::TooLong { length: xml.len() as u64, max: u32::MAX as usize - HEADER_BYTES })?;
    let mut frame = Vec::with_capacity(xml.len() + HEADER_BYTES);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(xml);
    Ok(frame)
}
