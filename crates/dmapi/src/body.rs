//! Bodies of replies: whole, or in parts that are read from the store as the client takes them.

use crate::wire::LineWriter;
use engine::Error;
use std::fmt;

/// The body of a response.
#[derive(Debug)]
pub enum Body {
    Whole(Vec<u8>),
    /// A long list: to be taken part by part, each of which blocks for as long as the store does.
    Parts(Parts),
}

/// A list could not be read to its end: what was sent of it must not look complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut;

/// Where the parts after the first come from: some lines each time, none at the end.
pub(crate) type Rest = Box<dyn FnMut() -> Result<Option<LineWriter>, Error> + Send>;

/// The parts of a body, the first with the header block.
pub struct Parts {
    first: Option<Vec<u8>>,
    rest: Option<Rest>,
    /// Whether the last line of all ends with LF.
    final_line_ends: bool,
}

impl Parts {
    /// `first` is the reply as far as it is known, its last line ended or not as all of them end.
    pub(crate) fn new(first: Vec<u8>, rest: Rest, final_line_ends: bool) -> Parts {
        Parts { first: Some(first), rest: Some(rest), final_line_ends }
    }

    /// The body as a whole.
    pub fn whole(self) -> Result<Vec<u8>, Cut> {
        let mut whole = Vec::new();
        for part in self {
            whole.extend(part?);
        }
        Ok(whole)
    }
}

impl Iterator for Parts {
    type Item = Result<Vec<u8>, Cut>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        let lines = match self.rest.as_mut()?() {
            Ok(Some(lines)) => lines.into_text(),
            Ok(None) => {
                self.rest = None;
                return None;
            }
            Err(error) => {
                self.rest = None;
                tracing::error!(%error, "a list was cut off");
                return Some(Err(Cut));
            }
        };
        if self.final_line_ends || lines.is_empty() {
            return Some(Ok(lines.into_bytes()));
        }
        // The LF that the part before has left out.
        let mut part = Vec::with_capacity(lines.len());
        part.push(b'\n');
        part.extend_from_slice(lines.as_bytes());
        part.pop();
        Some(Ok(part))
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").field("final_line_ends", &self.final_line_ends).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::LineSafe;

    fn rest(mut names: Vec<&'static str>) -> Rest {
        Box::new(move || match names.pop() {
            Some("fail") => Err(model::Refusal::Busy.into()),
            Some(name) => {
                let mut lines = LineWriter::new();
                lines.line(LineSafe::text(name));
                Ok(Some(lines))
            }
            None => Ok(None),
        })
    }

    #[test]
    fn parts_join_as_one_body() {
        let text = |first: &str, names: &[&'static str], ends| {
            Parts::new(first.as_bytes().to_vec(), rest(names.to_vec()), ends).whole().map(|body| String::from_utf8(body).unwrap())
        };
        assert_eq!(text("h\n\na\n", &["c", "b"], true).unwrap(), "h\n\na\nb\nc\n");
        assert_eq!(text("h\n\na", &["c", "b"], false).unwrap(), "h\n\na\nb\nc");
        assert_eq!(text("h\n\na", &[], false).unwrap(), "h\n\na");
        assert_eq!(text("h\n\na\n", &["c", "fail", "b"], true), Err(Cut));
    }
}
