//! The calls of the JSON API, by what they are about.

mod events;
mod mails;
mod webhooks;

use super::Route;
use std::sync::OnceLock;

/// Everything that is served, in the order of its description.
pub(super) fn routes() -> &'static [Route] {
    static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
    ROUTES.get_or_init(|| webhooks::routes().into_iter().chain(events::routes()).chain(mails::routes()).collect())
}
