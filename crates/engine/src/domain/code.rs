//! Authorization codes of names: judged, and kept sealed.

use crate::Error;
use crate::context::Cx;
use crate::error::broken;
use model::policy::Zone;
use model::{Field, FieldProblem};

/// The place to which a sealed authorization code belongs.
fn auth_place(name: &str) -> String {
    format!("authinfo:{name}")
}

/// The code of this name as the store keeps it.
pub(crate) fn seal_code(cx: &Cx<'_>, name: &str, code: &str) -> Result<String, Error> {
    cx.inner.key.seal(&auth_place(name), code, &|b| cx.random(b)).ok_or_else(|| broken("sealing failed"))
}

/// The code of this name as it was sealed; none where none was, or where it is not this name's.
pub(crate) fn open_code(cx: &Cx<'_>, name: &str, sealed: &str) -> Option<String> {
    cx.inner.key.open(&auth_place(name), sealed)
}

/// What is wrong with an authorization code that a caller chose.
pub(super) fn auth_problem(zone: &Zone, code: &str) -> Option<FieldProblem> {
    let length = zone.auth_code.min_length.max(6)..=zone.auth_code.max_length;
    let good = length.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_graphic());
    let expected = || format!("{} to {} printable ASCII characters", length.start(), length.end());
    (!good).then(|| FieldProblem::malformed(Field::AuthInfo, expected()))
}
