//! `RenewDomain`: domain, [period], [expiration year], [X-FEE-AMOUNT] -> job id, registration expiration date (2.1, C).

use super::{Answer, Command};
use crate::call::Call;
use crate::codes::Code;
use crate::fees;
use crate::reply::{Reply, amount, date};
use engine::Error;
use engine::domain::{Info, PriceLimit, Renew, RenewPrivacy, Renewed, Term};
use engine::order::OrderStanding;
use model::{Field, Problem};

pub const COMMAND: Command = Command { name: "RenewDomain", answer: Answer::Inside(answer) };

fn answer(call: &Call<'_>) -> Result<Reply, Error> {
    let p = call.read();
    let name = p.domain();
    let months = p.period("PERIOD", "PERIODTYPE");
    let from_year = p.year("EXPIRATION", Field::FromYear);
    let price_limit = fees::limit(&p);
    if p.text("X-PROMOTION-CODE").is_some() {
        p.problem(Field::PromotionCode, Problem::NotAllowed { reason: "there is none to give".to_owned() });
    }
    let client_id = p.text("CLTRID").unwrap_or_default().to_owned();
    let name = p.done(name)?;

    let wish = Renew { name: name.clone(), term: Term::By { months, from_year }, privacy: RenewPrivacy::Unsaid, price_limit, client_id };
    let order = match call.engine.renew(&call.actor, wish)? {
        Renewed::Accepted(order) => call.wait(&order)?,
        Renewed::AlreadyThere { expires, .. } => {
            return Ok(Reply::with_detail(Code::AlreadyRenewed, format!("until {} UTC", date(expires))));
        }
    };
    let mut reply = Reply::ok();
    reply.put("job id", order.id.to_string());
    match order.standing {
        OrderStanding::Failed => return Ok(Reply::with_detail(Code::Failed, &order.message)),
        OrderStanding::Pending => reply.put("status", "REQUESTED"),
        OrderStanding::Succeeded => {
            let domain = call.engine.run(&call.actor, Info { name })?;
            reply.put("registration expiration date", date(domain.expires));
        }
    }
    if let Some(PriceLimit::Exactly(paid)) = price_limit {
        reply.put("x-fee-amount", amount(paid));
        reply.put("x-fee-application", "0.0000");
        reply.put("x-fee-currency", paid.currency.code());
    }
    Ok(reply)
}
