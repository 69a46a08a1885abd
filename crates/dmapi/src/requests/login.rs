//! `login`: username and password, or api-key (dmapi.md 3.1). Opens a session; the body lists the zones that are sold.

use super::{Call, Door, Request};
use crate::dates;
use crate::reply::{Cookie, Reply};
use crate::session;
use crate::wire::{LineSafe, LineWriter};
use engine::Error;
use engine::account::Show;
use model::{Channel, Field, FieldProblem, Refusal, Timestamp};

pub const REQUEST: Request =
    Request { name: "login", aliases: &[], door: Door::Login, takes: &["username", "password", "api-key"], answer };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let started = call.engine.real_now();
    let Some(credentials) = session::credentials(call.params) else {
        let missing = [Field::Login, Field::Password].map(FieldProblem::missing);
        return Err(Refusal::Fields(missing.to_vec()).into());
    };
    let opened = call.engine.login(Channel::Dmapi, &credentials, call.peer)?;
    let proven = call.engine.real_now();
    let profile = call.engine.run(&opened.actor, Show)?;

    let mut zones = LineWriter::new();
    for zone in call.engine.zones().sellable(call.engine.now()) {
        zones.line(LineSafe::ascii(&zone.suffix));
    }
    let tracking = call.engine.tracking_id();
    let stamp = |at: Option<Timestamp>| at.map(dates::login_stamp).unwrap_or_default();
    let timing = timing(proven.micros() - started.micros(), call.engine.real_now().micros() - started.micros());
    Ok(Reply::ok()
        .of_login()
        .header("SvTrId", &tracking)
        .header("Tracking-Id", &tracking)
        .header("Timing", &timing)
        .header("UID", &profile.account.to_string())
        .header("User-Login", opened.actor.login())
        .header("Auth-Sid", &opened.session_id)
        .header("Session-Timeout", &opened.idle_seconds.to_string())
        .header("User-Access", &format!("@{}", opened.actor.access()))
        .header("Account-currency", profile.currency.code())
        .header("Account-balance", &profile.balance.decimal())
        .header("Account-pending_amount", &profile.held.decimal())
        // Prices are those of the account's own list already, so nothing is taken off them.
        .header("Account-rebate", "0.0")
        .header("Account-contract_date", &profile.created.date())
        .header("Stats-number-of-domains", &profile.domains.to_string())
        .header("Stats-last-login", &stamp(opened.login_at))
        .header("Stats-last-ip", &opened.login_from)
        .header("Stats-last-error", &stamp(opened.error_at))
        .header("Stats-last-error-ip", &opened.error_from)
        .header("Stats-number-of-autorenew", &profile.autorenewing.to_string())
        .body(zones)
        .cookie(Cookie::Set(opened.session_id)))
}

/// `0.003317/0.011486 28.878%`: seconds spent on the proof, of all seconds.
fn timing(proof_micros: i64, all_micros: i64) -> String {
    let all = all_micros.max(1);
    let proof = proof_micros.clamp(0, all);
    let seconds = |micros: i64| format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let thousandths = i128::from(proof) * 100_000 / i128::from(all);
    format!("{}/{} {}.{:03}%", seconds(proof), seconds(all), thousandths / 1_000, thousandths % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timing_has_the_recorded_form() {
        assert_eq!(timing(3_317, 11_486), "0.003317/0.011486 28.878%");
        assert_eq!(timing(0, 0), "0.000000/0.000001 0.000%");
    }
}
