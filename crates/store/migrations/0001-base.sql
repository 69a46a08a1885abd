-- The first tables. BIGINT and TEXT only: instants in microseconds UTC, money in ten-thousandths, flags 0 or 1.

CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE ids (
    name TEXT PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    parent_id BIGINT REFERENCES accounts (id),
    dmapi_login TEXT NOT NULL UNIQUE,
    kv_login TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    credentials_version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
    currency TEXT NOT NULL,
    balance_e4 BIGINT NOT NULL,
    held_e4 BIGINT NOT NULL CHECK (held_e4 >= 0),
    credit_e4 BIGINT NOT NULL CHECK (credit_e4 >= 0),
    low_balance_e4 BIGINT NOT NULL,
    tier TEXT NOT NULL,
    renewal_mode TEXT NOT NULL,
    premium BIGINT NOT NULL CHECK (premium IN (0, 1)),
    transfer_lock BIGINT NOT NULL CHECK (transfer_lock IN (0, 1)),
    renew_at_expiry BIGINT NOT NULL CHECK (renew_at_expiry IN (0, 1)),
    refund_every BIGINT NOT NULL CHECK (refund_every >= 0),
    profile TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    login_at BIGINT,
    login_from TEXT NOT NULL,
    error_at BIGINT,
    error_from TEXT NOT NULL,
    paid_at BIGINT,
    CHECK (balance_e4 - held_e4 >= -credit_e4)
);
CREATE INDEX accounts_parent ON accounts (parent_id);

CREATE TABLE api_keys (
    digest TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    label TEXT NOT NULL,
    access TEXT NOT NULL,
    -- From where it may be used, parted by blanks; empty for anywhere.
    networks TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX api_keys_account ON api_keys (account_id);

-- From where the availability daemon may be asked, and on whose behalf.
CREATE TABLE availability_addresses (
    address TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (address, account_id)
);
CREATE INDEX availability_addresses_account ON availability_addresses (account_id);

-- Instants here are of the real clock: the lab's clock does not end sessions.
CREATE TABLE sessions (
    digest TEXT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    access TEXT NOT NULL,
    channel TEXT NOT NULL,
    credentials_version BIGINT NOT NULL,
    -- The key that opened it, if one did: it ends with the key.
    key_digest TEXT REFERENCES api_keys (digest),
    started_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_used ON sessions (used_at);
CREATE INDEX sessions_key ON sessions (key_digest);

CREATE TABLE contacts (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    handle TEXT NOT NULL UNIQUE,
    short_handle TEXT NOT NULL UNIQUE,
    family TEXT NOT NULL,
    name TEXT NOT NULL,
    organization TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    country TEXT NOT NULL,
    data TEXT NOT NULL,
    digest TEXT NOT NULL,
    version BIGINT NOT NULL,
    validated BIGINT NOT NULL CHECK (validated IN (0, 1)),
    auto_delete BIGINT NOT NULL CHECK (auto_delete IN (0, 1)),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX contacts_account ON contacts (account_id, handle);
CREATE INDEX contacts_same ON contacts (account_id, digest);
CREATE INDEX contacts_address ON contacts (account_id, address);

CREATE TABLE domains (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL UNIQUE,
    name_reversed TEXT NOT NULL,
    zone TEXT NOT NULL,
    registry TEXT NOT NULL,
    roid TEXT NOT NULL,
    registrant_id BIGINT NOT NULL REFERENCES contacts (id),
    contacts TEXT NOT NULL,
    hosts TEXT NOT NULL,
    dnssec TEXT NOT NULL,
    locks TEXT NOT NULL,
    statuses TEXT NOT NULL,
    renewal_mode TEXT NOT NULL,
    transfer_mode TEXT NOT NULL,
    privacy TEXT NOT NULL,
    privacy_until_at BIGINT,
    trustee BIGINT NOT NULL CHECK (trustee IN (0, 1)),
    price_class TEXT NOT NULL,
    language TEXT NOT NULL,
    fields TEXT NOT NULL,
    auth_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    paid_until_at BIGINT NOT NULL,
    renewed_at BIGINT
);
-- With the expiry, so that a plain list is read from the index alone; by zone too, since suffixes of lists mostly are zones.
CREATE INDEX domains_account ON domains (account_id, name, expires_at);
CREATE INDEX domains_account_zone ON domains (account_id, zone, name, expires_at);
-- Names on their way out or back, which some lists leave out.
CREATE INDEX domains_leaving ON domains (account_id, name)
    WHERE statuses LIKE '%pendingDelete%' OR statuses LIKE '%redemptionPeriod%' OR statuses LIKE '%pendingRestore%';
CREATE INDEX domains_registrant ON domains (registrant_id, id);
CREATE INDEX domains_account_reversed ON domains (account_id, name_reversed);

-- Every few thousand names of an account, and of each of its zones ('' for all of them), one milestone with the number of names from it to the next.
CREATE TABLE milestones (
    account_id BIGINT NOT NULL,
    zone TEXT NOT NULL,
    name TEXT NOT NULL,
    names BIGINT NOT NULL CHECK (names >= 0),
    PRIMARY KEY (account_id, zone, name)
);

-- Which domains use a contact, once for each pair.
CREATE TABLE domain_contacts (
    contact_id BIGINT NOT NULL REFERENCES contacts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    PRIMARY KEY (contact_id, domain_id)
);
CREATE INDEX domain_contacts_domain ON domain_contacts (domain_id);

CREATE TABLE orders (
    id BIGINT PRIMARY KEY,
    tracking_id TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    lock_name TEXT,
    registry TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('sending', 'at-registry', 'unknown', 'succeeded', 'failed')),
    fingerprint TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_e4 BIGINT NOT NULL CHECK (amount_e4 >= 0),
    client_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    actor TEXT NOT NULL,
    intent TEXT NOT NULL,
    result TEXT NOT NULL,
    message TEXT NOT NULL,
    attention TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    deadline_at BIGINT NOT NULL,
    decided_at BIGINT,
    hidden_at BIGINT
);
-- With all that decides whether a result is listed, so that those passed over need not be read.
CREATE INDEX orders_account ON orders (account_id, accepted_at, id, state, hidden_at, kind);
CREATE INDEX orders_tracking ON orders (account_id, tracking_id);
CREATE INDEX orders_object ON orders (account_id, object, accepted_at, id);
-- One order at a time moves a name; the lock is the open order itself and so survives any crash.
CREATE UNIQUE INDEX orders_lock ON orders (lock_name) WHERE lock_name IS NOT NULL AND state IN ('sending', 'at-registry', 'unknown');
CREATE INDEX orders_open ON orders (accepted_at) WHERE state IN ('sending', 'at-registry', 'unknown');
CREATE INDEX orders_attention ON orders (id) WHERE attention <> '';

-- Every few thousand results of an account one milestone, at the first of its stretch: how many of each kind there are from it to the next one.
CREATE TABLE result_milestones (
    account_id BIGINT NOT NULL,
    accepted_at BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('pending', 'succeeded', 'failed')),
    hidden BIGINT NOT NULL CHECK (hidden IN (0, 1)),
    results BIGINT NOT NULL CHECK (results >= 0),
    PRIMARY KEY (account_id, accepted_at, id, kind, standing, hidden)
);
-- Before which place an account's results have milestones; later ones are counted where they stand.
CREATE TABLE results_counted (
    account_id BIGINT PRIMARY KEY,
    until_at BIGINT NOT NULL,
    until_id BIGINT NOT NULL
);

-- Double entry: each entry has legs that sum to zero per currency.
CREATE TABLE ledger_entries (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    order_id BIGINT REFERENCES orders (id),
    memo TEXT NOT NULL
);
-- One capture and one refund for an order at most.
CREATE UNIQUE INDEX ledger_entries_order ON ledger_entries (order_id, kind) WHERE order_id IS NOT NULL;

CREATE TABLE ledger_legs (
    entry_id BIGINT NOT NULL REFERENCES ledger_entries (id),
    leg BIGINT NOT NULL,
    book TEXT NOT NULL CHECK (book IN ('customer', 'bank', 'sales')),
    account_id BIGINT REFERENCES accounts (id),
    currency TEXT NOT NULL,
    amount_e4 BIGINT NOT NULL,
    PRIMARY KEY (entry_id, leg),
    CHECK ((book = 'customer') = (account_id IS NOT NULL))
);
CREATE INDEX ledger_legs_account ON ledger_legs (account_id, entry_id);

CREATE TABLE holds (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    currency TEXT NOT NULL,
    amount_e4 BIGINT NOT NULL CHECK (amount_e4 >= 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'captured', 'released')),
    opened_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX holds_open ON holds (account_id) WHERE state = 'open';

-- Work to be done outside transactions. run_at is of the business clock, locked_until of the real one.
CREATE TABLE jobs (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    subject BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    holder TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    -- Of a job that goes on failing: since when, and the text under which staff find it after long enough.
    failing_since_at BIGINT,
    attention TEXT NOT NULL DEFAULT ''
);
CREATE INDEX jobs_due ON jobs (run_at);
CREATE INDEX jobs_attention ON jobs (failing_since_at, id) WHERE attention <> '';

CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    at BIGINT NOT NULL,
    class TEXT NOT NULL,
    subclass TEXT NOT NULL,
    object TEXT NOT NULL,
    order_id BIGINT,
    data TEXT NOT NULL,
    acknowledged_at BIGINT
);
CREATE INDEX events_account ON events (account_id, id);
CREATE INDEX events_time ON events (account_id, at, id);
CREATE INDEX events_open ON events (account_id, at, id) WHERE acknowledged_at IS NULL;

-- Every change writes its row in its own transaction; the chainer links rows afterwards, so that it does not serialise writers.
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    account_id BIGINT,
    actor TEXT NOT NULL,
    channel TEXT NOT NULL,
    verb TEXT NOT NULL,
    object TEXT NOT NULL,
    order_id BIGINT,
    detail TEXT NOT NULL,
    digest TEXT NOT NULL,
    place BIGINT
);
CREATE INDEX audit_unchained ON audit (id) WHERE place IS NULL;
CREATE INDEX audit_place ON audit (place, id);
-- Each link covers the rows that carry its place, in order of their ids, and the link before it.
CREATE TABLE audit_chain (
    place BIGINT PRIMARY KEY,
    entries BIGINT NOT NULL,
    link TEXT NOT NULL
);

-- What of ours is known at a registry.
CREATE TABLE registry_contacts (
    registry TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    registry_contact_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (contact_id, registry)
);
CREATE TABLE registry_hosts (
    registry TEXT NOT NULL,
    host TEXT NOT NULL,
    PRIMARY KEY (registry, host)
);

-- Messages of registries' poll queues: stored raw before they are understood, acknowledged after their effect is durable.
CREATE TABLE poll_messages (
    registry TEXT NOT NULL,
    message_id TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    queued_at BIGINT,
    object TEXT NOT NULL,
    text TEXT NOT NULL,
    frame TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (registry, message_id)
);
CREATE INDEX poll_messages_left ON poll_messages (received_at) WHERE outcome = 'left to the open order';
CREATE INDEX poll_messages_unclaimed ON poll_messages (object) WHERE outcome = 'nobody has asked for it';

-- Unclaimed names that staff send on, to a registrar's tag or to the registry; there is no account and so no order. One open row for each name.
CREATE TABLE sent_on (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    registry TEXT NOT NULL,
    target TEXT NOT NULL,
    by_tag BIGINT NOT NULL CHECK (by_tag IN (0, 1)),
    actor TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    deadline_at BIGINT NOT NULL,
    at_registry BIGINT NOT NULL CHECK (at_registry IN (0, 1)),
    message TEXT NOT NULL,
    done BIGINT NOT NULL CHECK (done IN (0, 1)),
    ended_at BIGINT
);
CREATE UNIQUE INDEX sent_on_open ON sent_on (name) WHERE ended_at IS NULL;
CREATE INDEX sent_on_name ON sent_on (name, id);

-- Prices that differ from the zone packs' list: for all accounts of a tier ('' for every tier), from an instant on.
CREATE TABLE prices (
    id BIGINT PRIMARY KEY,
    zone TEXT NOT NULL,
    item TEXT NOT NULL,
    months BIGINT NOT NULL,
    tier TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_e4 BIGINT NOT NULL CHECK (amount_e4 >= 0),
    valid_from_at BIGINT NOT NULL,
    valid_until_at BIGINT,
    UNIQUE (zone, item, months, tier, currency, valid_from_at)
);

CREATE TABLE mails (
    id BIGINT PRIMARY KEY,
    account_id BIGINT,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    links TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'captured', 'sent', 'failed', 'bounced')),
    attempts BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    next_at BIGINT NOT NULL
);
CREATE INDEX mails_account ON mails (account_id, id);
CREATE INDEX mails_recipient ON mails (recipient, id);
CREATE INDEX mails_queued ON mails (id) WHERE state = 'queued';
CREATE INDEX mails_due ON mails (next_at, id) WHERE state = 'queued';

-- Transfers of names: in from and out to other registrars, and between accounts. One in has the number of its order.
CREATE TABLE transfers (
    id BIGINT PRIMARY KEY,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out', 'internal')),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    other_account_id BIGINT REFERENCES accounts (id),
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    state TEXT NOT NULL,
    ended_by TEXT NOT NULL,
    losing TEXT NOT NULL,
    gaining TEXT NOT NULL,
    owner_email TEXT NOT NULL,
    admin_email TEXT NOT NULL,
    with_auth BIGINT NOT NULL CHECK (with_auth IN (0, 1)),
    requested_at BIGINT NOT NULL,
    act_by_at BIGINT NOT NULL,
    ended_at BIGINT,
    expires_at BIGINT,
    log TEXT NOT NULL,
    wish TEXT NOT NULL,
    CHECK ((direction = 'internal') = (other_account_id IS NOT NULL))
);
CREATE INDEX transfers_name ON transfers (name, id);
CREATE INDEX transfers_account ON transfers (account_id, id);
CREATE INDEX transfers_other_account ON transfers (other_account_id, id);
-- A name is in one transfer at a time.
CREATE UNIQUE INDEX transfers_open ON transfers (name) WHERE state NOT IN ('completed', 'refused', 'rejected', 'cancelled', 'lapsed');

-- Changes of owner: of a name, or of a contact that is the owner of names. Each has the number of its order.
CREATE TABLE owner_changes (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    object TEXT NOT NULL,
    domain_id BIGINT,
    contact_id BIGINT,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('foa', 'agent')),
    state TEXT NOT NULL,
    losing TEXT NOT NULL,
    gaining TEXT NOT NULL,
    wish TEXT NOT NULL,
    may_decline_lock BIGINT NOT NULL CHECK (may_decline_lock IN (0, 1)),
    declines_lock BIGINT NOT NULL CHECK (declines_lock IN (0, 1)),
    reason TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Of a name: the contact that becomes its owner.
    registrant_id BIGINT,
    CHECK ((domain_id IS NULL) <> (contact_id IS NULL))
);
CREATE INDEX owner_changes_account ON owner_changes (account_id, id);
CREATE INDEX owner_changes_object ON owner_changes (account_id, object, id);
CREATE INDEX owner_changes_registrant ON owner_changes (registrant_id) WHERE state = 'carrying-out';
CREATE INDEX owner_changes_under_way ON owner_changes (account_id, object) WHERE state IN ('requested', 'losing-approved', 'gaining-approved', 'carrying-out');
CREATE INDEX owner_changes_contact ON owner_changes (contact_id, id) WHERE contact_id IS NOT NULL;
-- A name or contact is in one change at a time.
CREATE UNIQUE INDEX owner_changes_open ON owner_changes (object) WHERE state IN ('requested', 'losing-approved', 'gaining-approved', 'carrying-out');

-- Links in mails: the token itself stands nowhere but in the mail.
CREATE TABLE tokens (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX tokens_subject ON tokens (subject, kind);

-- What falls due for each domain, one row for each kind of thing. due_at is of the business clock, locked_until of the real one.
CREATE TABLE agenda (
    domain_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    amount_e4 BIGINT NOT NULL,
    attention TEXT NOT NULL,
    locked_until BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (domain_id, what)
);
CREATE INDEX agenda_due ON agenda (due_at, domain_id, what);
CREATE INDEX agenda_account ON agenda (account_id, what, due_at);
CREATE INDEX agenda_attention ON agenda (due_at, domain_id) WHERE attention <> '';

-- What the renewals of an account cost on each day (days since 1970, UTC): the sum of the agenda's amounts, so that a forecast need not read a million rows.
CREATE TABLE agenda_days (
    account_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    amount_e4 BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
);

-- Registrations and refunds of an account by zone and month (2027-03): what the cap on refunds counts.
CREATE TABLE tallies (
    account_id BIGINT NOT NULL,
    zone TEXT NOT NULL,
    month TEXT NOT NULL,
    registrations BIGINT NOT NULL,
    refunds BIGINT NOT NULL,
    PRIMARY KEY (account_id, zone, month)
);

-- Host objects of accounts: name servers below their own domains.
CREATE TABLE hosts (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL UNIQUE,
    addresses TEXT NOT NULL,
    -- The client's own statuses, separated by blanks.
    statuses TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX hosts_account ON hosts (account_id, name);
CREATE INDEX hosts_domain ON hosts (domain_id);

-- Options of accounts that are not at their defaults.
CREATE TABLE account_options (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- Switches of domains that are not at their defaults.
CREATE TABLE domain_properties (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (domain_id, name)
);

-- What our name servers answer for a domain, once its holder has written it. A row may be missing: then the zone is empty.
CREATE TABLE hosted_zones (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    name TEXT NOT NULL UNIQUE,
    records TEXT NOT NULL,
    -- Sealed: the seed of the key that signs the zone, and its public half in base64; both empty while there is none.
    key_sealed TEXT NOT NULL,
    key_public TEXT NOT NULL,
    -- Its holder wants it signed; else since when not any more, if it was. It stays signed for a while then.
    signed BIGINT NOT NULL CHECK (signed IN (0, 1)),
    unsigned_at BIGINT,
    dynamic_user TEXT NOT NULL,
    dynamic_sealed TEXT NOT NULL,
    serial BIGINT NOT NULL CHECK (serial BETWEEN 1 AND 4294967295),
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL
);

-- What accounts may do with names that others hold.
CREATE TABLE grants (
    id BIGINT PRIMARY KEY,
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL CHECK (role IN ('admin', 'tech', 'billing')),
    inviter TEXT NOT NULL,
    email TEXT NOT NULL,
    nickname TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain_id, account_id, role)
);
CREATE INDEX grants_account ON grants (account_id, domain_id);

-- Invitations that nobody has answered yet. Their link is a token; the key in it is kept sealed, since its holder may ask for it.
CREATE TABLE invitations (
    id BIGINT PRIMARY KEY,
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    role TEXT NOT NULL CHECK (role IN ('creator', 'admin', 'tech', 'billing')),
    inviter TEXT NOT NULL,
    email TEXT NOT NULL,
    nickname TEXT NOT NULL,
    key_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX invitations_one ON invitations (domain_id, email, role);

-- Where accounts want their events delivered. The secrets are sealed; the old one signs too until it ends. Instants of delivery are of the real clock.
CREATE TABLE webhooks (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT NOT NULL,
    old_secret_until_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('active', 'stopped', 'paused')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    sub_accounts BIGINT NOT NULL CHECK (sub_accounts IN (0, 1))
);
CREATE INDEX webhooks_account ON webhooks (account_id, id);

-- How their receivers do; apart from the above, so that a delivery is in nobody's way who writes an event.
CREATE TABLE webhook_health (
    webhook_id BIGINT PRIMARY KEY REFERENCES webhooks (id),
    failures BIGINT NOT NULL CHECK (failures >= 0),
    failing_since_at BIGINT,
    hold_until_at BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    delivered_at BIGINT,
    last_error TEXT NOT NULL
);

-- One delivery for an event and webhook: attempts counts for ever and marks the claim, tries since it was last queued.
CREATE TABLE webhook_deliveries (
    webhook_id BIGINT NOT NULL REFERENCES webhooks (id),
    event_id BIGINT NOT NULL REFERENCES events (id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'failed')),
    attempts BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    first_at BIGINT,
    next_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    status BIGINT NOT NULL,
    reason TEXT NOT NULL,
    log TEXT NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (webhook_id, event_id)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at, event_id) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (done_at) WHERE done_at IS NOT NULL;

-- The first replies to requests that carried a key of their own (Idempotency-Key): sealed, kept for a day of the real clock.
CREATE TABLE kept_replies (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    key_digest TEXT NOT NULL,
    request_digest TEXT NOT NULL,
    status BIGINT NOT NULL,
    reply TEXT NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key_digest)
);
CREATE INDEX kept_replies_time ON kept_replies (kept_at);

-- Mail addresses of accounts, in the form in which they are compared: whether their readers have said that they are right.
CREATE TABLE verifications (
    id BIGINT PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unverified', 'pending', 'verified', 'invalid')),
    created_at BIGINT NOT NULL,
    requested_at BIGINT,
    verified_at BIGINT,
    invalid_at BIGINT,
    history TEXT NOT NULL,
    UNIQUE (account_id, address),
    CHECK ((state = 'verified') = (verified_at IS NOT NULL))
);

-- Until when a name's registrant must have proven the address. Ends with the proof, not with the time.
CREATE TABLE verification_terms (
    domain_id BIGINT PRIMARY KEY REFERENCES domains (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX verification_terms_address ON verification_terms (account_id, address, domain_id);

-- Why a name's resolution is interrupted: it is, while any reason stands.
CREATE TABLE suspensions (
    domain_id BIGINT NOT NULL REFERENCES domains (id),
    reason TEXT NOT NULL CHECK (reason IN ('user', 'term', 'verification')),
    since_at BIGINT NOT NULL,
    PRIMARY KEY (domain_id, reason)
);
