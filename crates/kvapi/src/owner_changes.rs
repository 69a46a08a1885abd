//! Changes of owner in requests and replies: the triggers, and CentralNic's words for where one stands (cnr-kb D.1).

use crate::call::Call;
use crate::params::Params;
use crate::reply::Reply;
use engine::Error;
use engine::owner_change::{Begun, OwnerChangeView, Show, Terms};
use model::owner_change::{Mode, OwnerChangeState};
use model::{Field, Problem, Refusal};

/// How a change is consented to: both owners are asked, unless the account or the command says otherwise.
pub fn terms(p: &Params<'_>) -> Terms {
    let (foa, agent) = (Field::Other("triggerfoa"), Field::Other("triggerda"));
    let both = (p.flag("TRIGGERFOA", foa.clone()).unwrap_or(false), p.flag("TRIGGERDA", agent.clone()).unwrap_or(false));
    let trigger = match both {
        (true, true) => {
            p.problem(agent, Problem::Excludes { other: Box::new(foa) });
            None
        }
        (true, false) => Some(Mode::Foa),
        (false, true) => Some(Mode::Agent),
        (false, false) => None,
    };
    Terms { default: Mode::Foa, trigger, declines_lock: false }
}

/// The word of a state. There is none for the moment in which both have agreed and the registry is being told: the last one before it stays.
pub fn word(state: OwnerChangeState) -> &'static str {
    use OwnerChangeState as S;
    match state {
        S::Requested => "REQUESTED",
        S::LosingApproved => "LOSING_APPROVED",
        S::GainingApproved | S::CarryingOut => "GAINING_APPROVED",
        S::Succeeded => "SUCCESS",
        S::LosingDenied | S::GainingDenied | S::Cancelled | S::Failed => "FAILED",
        S::Expired => "EXPIRED",
    }
}

/// CHECKONLY: a material change is told by the state that it would begin with.
pub fn would_begin(reply: &mut Reply, state: Option<OwnerChangeState>) {
    if state.is_some() {
        reply.put("ownerchange status", word(OwnerChangeState::Requested));
    }
}

/// Where a change of owner stands that the command has begun.
pub fn begun(reply: &mut Reply, call: &Call<'_>, begun: Option<&Begun>) -> Result<(), Error> {
    let Some(begun) = begun.filter(|begun| begun.needs_consent) else { return Ok(()) };
    if !reply.is_completed() {
        return Ok(());
    }
    let state = if begun.state.is_waiting() {
        begun.state
    } else {
        // The order was waited for.
        let order = call.engine.run(&call.actor, engine::order::Retrieve { by: engine::order::OrderKey::Id(begun.order.id) })?;
        match order.standing {
            engine::order::OrderStanding::Succeeded => OwnerChangeState::Succeeded,
            engine::order::OrderStanding::Pending | engine::order::OrderStanding::Failed => begun.state,
        }
    };
    reply.put("ownerchange status", word(state));
    Ok(())
}

/// The open change of a name or contact, if there is one.
pub fn open(call: &Call<'_>, object: &str) -> Result<Option<OwnerChangeView>, Error> {
    match call.engine.run(&call.actor, Show { object: object.to_owned() }) {
        Ok(view) => Ok(Some(view).filter(|view| view.state.is_open() && view.kind.needs_consent())),
        Err(Error::Refused(Refusal::OwnerChangeUnknown { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}
