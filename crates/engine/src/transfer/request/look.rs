//! What the registry shows of a name that is asked for.

use crate::Error;
use model::{DomainName, Refusal};
use registry::{Registry, RegistryDomain, Trouble};

/// EPP: invalid authorization information.
const WRONG_AUTH: u16 = 2202;

/// The name as it stands, looked at with its code where one was given.
pub(super) fn look(registry: &dyn Registry, name: &DomainName, code: Option<&str>) -> Result<RegistryDomain, Error> {
    plausible(code)?;
    match registry.domain(name, code) {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Refusal::DomainUnknown { name: name.as_str().to_owned() }.into()),
        Err(Trouble::Refused { code: WRONG_AUTH, .. }) => Err(Refusal::AuthInfoWrong.into()),
        Err(trouble) => Err(trouble.into()),
    }
}

/// A code that no registry can have issued opens nothing: it is not sent.
fn plausible(code: Option<&str>) -> Result<(), Refusal> {
    const CHARACTERS_MAX: usize = 255;
    let good = code.is_none_or(|c| !c.is_empty() && c.len() <= CHARACTERS_MAX && c.bytes().all(|b| b.is_ascii_graphic() || b == b' '));
    if good { Ok(()) } else { Err(Refusal::AuthInfoWrong) }
}
