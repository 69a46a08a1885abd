-- The embedded registry's own tables. Instants are microseconds UTC, money ten-thousandths, flags 0/1.
-- `hosts.apex` is the registrable name that a host lies under, where this registry serves its zone.
-- `contacts.*_postal` and phones hold several fields, separated by U+001F, which XML cannot carry.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('epoch', 0);

CREATE TABLE registrars (
  id TEXT PRIMARY KEY,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- The registry itself holds what was handed back to it. Nobody logs in under this id.
INSERT INTO registrars (id, password_hash, created_at) VALUES ('REGISTRY', '', 0);

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL,
  sponsor TEXT NOT NULL REFERENCES registrars (id),
  creator TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updater TEXT,
  updated_at BIGINT,
  statuses BIGINT NOT NULL,
  auth_hash TEXT,
  int_postal TEXT,
  loc_postal TEXT,
  voice TEXT,
  fax TEXT,
  email TEXT NOT NULL,
  disclose BIGINT
);

CREATE TABLE hosts (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  apex TEXT,
  sponsor TEXT NOT NULL REFERENCES registrars (id),
  creator TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updater TEXT,
  updated_at BIGINT,
  transferred_at BIGINT,
  statuses BIGINT NOT NULL,
  addresses TEXT NOT NULL
);
CREATE INDEX hosts_by_apex ON hosts (apex) WHERE apex IS NOT NULL;

CREATE TABLE domains (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  sponsor TEXT NOT NULL REFERENCES registrars (id),
  creator TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updater TEXT,
  updated_at BIGINT,
  transferred_at BIGINT,
  expires_at BIGINT NOT NULL,
  -- What it was last registered, renewed or transferred for.
  term_months BIGINT NOT NULL CHECK (term_months > 0),
  statuses BIGINT NOT NULL,
  auth_hash TEXT,
  add_until BIGINT,
  renew_until BIGINT,
  autorenew_until BIGINT,
  transfer_until BIGINT,
  phase BIGINT NOT NULL CHECK (phase BETWEEN 0 AND 3),
  phase_until BIGINT,
  redemption_until BIGINT,
  transfer_act_by BIGINT,
  due_at BIGINT NOT NULL,
  pending_cltrid TEXT,
  pending_svtrid TEXT,
  signed BIGINT NOT NULL CHECK (signed IN (0, 1)),
  kr_type TEXT,
  kr_number TEXT,
  kr_trustee BIGINT NOT NULL CHECK (kr_trustee IN (0, 1))
);
CREATE INDEX domains_by_due ON domains (due_at);

-- Roles: 0 registrant, 1 admin, 2 tech, 3 billing.
CREATE TABLE domain_contacts (
  domain BIGINT NOT NULL REFERENCES domains (id),
  role BIGINT NOT NULL CHECK (role BETWEEN 0 AND 3),
  contact TEXT NOT NULL REFERENCES contacts (id),
  PRIMARY KEY (domain, role, contact)
);
CREATE INDEX domain_contacts_by_contact ON domain_contacts (contact);

CREATE TABLE domain_hosts (
  domain BIGINT NOT NULL REFERENCES domains (id),
  host BIGINT NOT NULL REFERENCES hosts (id),
  PRIMARY KEY (domain, host)
);
CREATE INDEX domain_hosts_by_host ON domain_hosts (host);

-- Kind 0: key tag, algorithm, digest type, digest. Kind 1: flags, algorithm, protocol, public key.
CREATE TABLE domain_keys (
  domain BIGINT NOT NULL REFERENCES domains (id),
  kind BIGINT NOT NULL CHECK (kind IN (0, 1)),
  first BIGINT NOT NULL,
  algorithm BIGINT NOT NULL,
  second BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (domain, kind, first, algorithm, second, data)
);

-- The last transfer of each domain.
CREATE TABLE transfers (
  domain BIGINT PRIMARY KEY REFERENCES domains (id),
  status TEXT NOT NULL,
  requested_by TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  acting TEXT NOT NULL,
  acted_at BIGINT NOT NULL,
  expires_at BIGINT
);

-- Kinds: 0 text only, 1 transfer, 2 outcome of a pending action, 3 state of a domain. The other columns are read by kind.
CREATE TABLE poll_messages (
  id BIGINT PRIMARY KEY,
  registrar TEXT NOT NULL REFERENCES registrars (id),
  queued_at BIGINT NOT NULL,
  text TEXT NOT NULL,
  kind BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 3),
  object TEXT NOT NULL,
  word TEXT NOT NULL,
  first_party TEXT NOT NULL,
  second_party TEXT NOT NULL,
  first_at BIGINT NOT NULL,
  second_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE INDEX poll_messages_by_registrar ON poll_messages (registrar, id);

-- What a registrar owes; a refund is a row with a negative amount.
CREATE TABLE charges (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  registrar TEXT NOT NULL REFERENCES registrars (id),
  domain BIGINT NOT NULL,
  name TEXT NOT NULL,
  operation TEXT NOT NULL,
  months BIGINT NOT NULL,
  amount_e4 BIGINT NOT NULL,
  refundable_until BIGINT
);
CREATE INDEX charges_by_domain ON charges (domain);
