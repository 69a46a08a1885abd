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

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one by one, with an interruption before each.
    struct Drip<'a> {
        bytes: &'a [u8],
        interrupted: bool,
    }

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            self.bytes.read(&mut buffer[..1])
        }
    }

    #[test]
    fn frames_follow_each_other() {
        let mut wire = Vec::new();
        let long = vec![b'x'; 300_000];
        write_frame(&mut wire, b"<a/>").unwrap();
        write_frame(&mut wire, &long).unwrap();
        assert_eq!(wire[..8], [0, 0, 0, 8, b'<', b'a', b'/', b'>']);
        let mut reader = &wire[..];
        assert_eq!(read_frame(&mut reader, 8).unwrap().as_deref(), Some(&b"<a/>"[..]));
        assert_eq!(read_frame(&mut reader, 300_004).unwrap(), Some(long));
        assert_eq!(read_frame(&mut reader, 8).unwrap(), None);
        let mut drip = Drip { bytes: &wire[..8], interrupted: false };
        assert_eq!(read_frame(&mut drip, 8).unwrap().as_deref(), Some(&b"<a/>"[..]));
    }

    #[test]
    fn cut_frames_are_errors_at_every_byte() {
        let wire = to_frame(b"<hello/>").unwrap();
        for end in 1..wire.len() {
            let error = read_frame(&mut &wire[..end], 100).unwrap_err();
            let expected = if end < 4 { 4 } else { 12 };
            assert!(matches!(error, FrameError::Truncated { got, expected: e } if got == end && e == expected), "{end}: {error}");
        }
    }

    #[test]
    fn bad_lengths_are_refused_before_reading_on() {
        for length in 0..5u32 {
            let wire = [&length.to_be_bytes()[..], b"<a/>"].concat();
            let mut reader = &wire[..];
            assert!(matches!(read_frame(&mut reader, 100), Err(FrameError::TooShort(l)) if l == length));
            assert_eq!(reader, b"<a/>");
        }
        for (length, max) in [(101, 100), (u32::MAX, 1 << 20), (8, 7)] {
            let wire = [&length.to_be_bytes()[..], b"<a/>"].concat();
            assert!(
                matches!(read_frame(&mut &wire[..], max), Err(FrameError::TooLong { length: l, max: m }) if l == u64::from(length) && m == max)
            );
        }
        assert!(matches!(write_frame(&mut Vec::new(), b""), Err(FrameError::TooShort(4))));
    }

    #[test]
    fn a_failing_stream_is_an_error_not_an_end() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::TimedOut.into())
            }
        }
        assert!(matches!(read_frame(&mut Broken, 100), Err(FrameError::Io(error)) if error.kind() == ErrorKind::TimedOut));
    }
}
