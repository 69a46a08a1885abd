//! Events: what an account is told, once, whichever way it looks.

use crate::Error;
use crate::context::Cx;
use store::Tx;
use store::journal::{self, Event};

/// What happened, in CentralNic's classes, which both dialects can show.
pub(crate) struct Happened<'a> {
    pub account_id: i64,
    pub class: &'a str,
    pub subclass: &'a str,
    pub object: &'a str,
    pub order_id: Option<i64>,
    pub data: &'a [(&'a str, &'a str)],
}

pub(crate) fn append(tx: &mut Tx<'_>, cx: &Cx<'_>, happened: Happened<'_>) -> Result<(), Error> {
    let data: Vec<(&str, &str)> = happened.data.to_vec();
    let event = Event {
        id: cx.id(),
        account_id: happened.account_id,
        at: cx.now,
        class: happened.class.to_owned(),
        subclass: happened.subclass.to_owned(),
        object: happened.object.to_owned(),
        order_id: happened.order_id,
        data: serde_json::to_string(&data).map_err(|e| crate::error::broken(e.to_string()))?,
        acknowledged_at: None,
    };
    journal::insert_event(tx, &event)?;
    crate::webhook::fan_out(tx, cx, &event)
}
