//! Emptying every table: for the sandbox, which can go back to its beginning.

use crate::db::{Fault, Tx};
use crate::statements;

statements! {
    INVITATIONS = "DELETE FROM invitations";
    GRANTS = "DELETE FROM grants";
    KEPT_REPLIES = "DELETE FROM kept_replies";
    WEBHOOK_DELIVERIES = "DELETE FROM webhook_deliveries";
    WEBHOOK_HEALTH = "DELETE FROM webhook_health";
    WEBHOOKS = "DELETE FROM webhooks";
    TOKENS = "DELETE FROM tokens";
    TRANSFERS = "DELETE FROM transfers";
    OWNER_CHANGES = "DELETE FROM owner_changes";
    VERIFICATIONS = "DELETE FROM verifications";
    VERIFICATION_TERMS = "DELETE FROM verification_terms";
    SUSPENSIONS = "DELETE FROM suspensions";
    AGENDA = "DELETE FROM agenda";
    AGENDA_DAYS = "DELETE FROM agenda_days";
    TALLIES = "DELETE FROM tallies";
    MAILS = "DELETE FROM mails";
    SENT_ON = "DELETE FROM sent_on";
    POLL_MESSAGES = "DELETE FROM poll_messages";
    PRICES = "DELETE FROM prices";
    REGISTRY_HOSTS = "DELETE FROM registry_hosts";
    REGISTRY_CONTACTS = "DELETE FROM registry_contacts";
    AUDIT_CHAIN = "DELETE FROM audit_chain";
    AUDIT = "DELETE FROM audit";
    EVENTS = "DELETE FROM events";
    JOBS = "DELETE FROM jobs";
    HOLDS = "DELETE FROM holds";
    LEGS = "DELETE FROM ledger_legs";
    ENTRIES = "DELETE FROM ledger_entries";
    ORDERS = "DELETE FROM orders";
    RESULT_MILESTONES = "DELETE FROM result_milestones";
    RESULTS_COUNTED = "DELETE FROM results_counted";
    HOSTS = "DELETE FROM hosts";
    HOSTED_ZONES = "DELETE FROM hosted_zones";
    DOMAIN_PROPERTIES = "DELETE FROM domain_properties";
    DOMAIN_CONTACTS = "DELETE FROM domain_contacts";
    MILESTONES = "DELETE FROM milestones";
    DOMAINS = "DELETE FROM domains";
    CONTACTS = "DELETE FROM contacts";
    SESSIONS = "DELETE FROM sessions";
    API_KEYS = "DELETE FROM api_keys";
    ACCOUNT_OPTIONS = "DELETE FROM account_options";
    AVAILABILITY_ADDRESSES = "DELETE FROM availability_addresses";
    SUB_ACCOUNTS = "DELETE FROM accounts WHERE parent_id IS NOT NULL";
    ACCOUNTS = "DELETE FROM accounts";
    SETTINGS = "DELETE FROM settings";
}

/// Deletes every row but the counters of ids, which never go back.
pub fn all(tx: &mut Tx<'_>) -> Result<(), Fault> {
    for (_, statement) in STATEMENTS {
        tx.execute(*statement, &[])?;
    }
    Ok(())
}
