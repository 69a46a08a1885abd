//! How both dialects show a name and its transfer.

use super::Book;
use std::collections::BTreeMap;

impl Book<'_> {
    /// Every name of the zone, who holds it and how query-domain-list shows it, which leaves out what was deleted.
    pub(super) fn listed(&self) -> BTreeMap<String, (&'static str, String)> {
        let pattern = format!("*.{}", self.zone.suffix);
        let mut rows = BTreeMap::new();
        for account in self.desk.names() {
            let reply = self.desk.ask(account, "query-domain-list", &[("pattern", &pattern), ("showstatus", "1"), ("showprivacy", "1")]);
            assert_eq!(reply.code, 0, "{reply:?}");
            for row in reply.body {
                if let Some((name, rest)) = row.split_once(' ') {
                    // Privacy is told of where there is some.
                    let shown = rest.strip_suffix(" off off -").unwrap_or(rest).to_owned();
                    let twice = rows.insert(name.to_owned(), (account, shown));
                    assert!(twice.is_none(), "{name} is held twice");
                }
            }
            let held = self.desk.ask(account, "QueryDomainList", &[("domain", &pattern)]);
            for name in held.all("domain").split_whitespace() {
                let (holder, _) = rows.entry(name.to_owned()).or_insert_with(|| (account, "not listed".to_owned()));
                assert_eq!(*holder, account, "{name} is held twice");
            }
        }
        rows
    }

    /// How both dialects show a name, and its transfer if it has one.
    pub(super) fn look(&mut self, place: usize, holder: Option<&'static str>, row: Option<&str>) {
        let name = self.pages[place].name.as_str().to_owned();
        let mut lines: Vec<(&'static str, String)> = Vec::new();
        match holder {
            Some(account) => {
                let whois = self.desk.ask(account, "query-whois", &[("domain", &name)]);
                let status = self.desk.ask(account, "StatusDomain", &[("domain", &name)]);
                assert_eq!((whois.code, status.code), (0, 200), "{name}: {whois:?} {status:?}");
                let (listed, shown) = (row.unwrap_or_default(), whois.value("domain.status"));
                lines.push(("holder", format!("DMAPI       {listed}; whois {shown}, expires {}", whois.value("domain.expires"))));
                let rgp = status.all("rgp status");
                let rgp = if rgp.is_empty() { rgp } else { format!(" (rgp {rgp})") };
                let until = |key: &str| status.value(key).to_owned();
                self.pages[place].year = until("paiduntil date").chars().take(4).collect();
                lines.push((
                    "status",
                    format!(
                        "CentralNic  {}{rgp}; expires {}, paid until {}, renewal date {}, {}",
                        status.all("status"),
                        until("registration expiration date"),
                        until("paiduntil date"),
                        until("renewal date"),
                        until("renewalmode"),
                    ),
                ));
                let dates = ["registration expiration date", "paiduntil date", "renewal date"];
                self.pages[place].dates = dates.map(until).into_iter().collect();
            }
            None => {
                // Neither dialect knows it: the refusals are part of the picture.
                let whois = self.desk.ask("demo", "query-whois", &[("domain", &name)]);
                let status = self.desk.ask("demo", "StatusDomain", &[("domain", &name)]);
                let holder = self.desk.fixture().sandbox.registry().holders(&name).map(|at_registry| at_registry.sponsor);
                let there = holder.map_or_else(|| "free".to_owned(), |sponsor| format!("held by {sponsor}"));
                lines.push(("holder", format!("not here: DMAPI {}, CentralNic {}; the name is {there}", whois.code, status.code)));
                lines.push(("status", String::new()));
                self.pages[place].dates.clear();
            }
        }
        if self.pages[place].moves {
            let (line, executed) = self.transfer(&name);
            self.pages[place].dates.insert(executed);
            lines.push(("transfer", line));
        }
        for (what, line) in lines {
            let page = &mut self.pages[place];
            if page.shown.get(what) != Some(&line) {
                let unknown_before = page.shown.insert(what, line.clone()).is_none();
                let silent = line.is_empty() || unknown_before && line.ends_with("; the name is free");
                if !silent {
                    self.write(place, self.now(), &line);
                }
            }
        }
    }

    /// How both dialects show its transfer, and when that is to be done.
    fn transfer(&self, name: &str) -> (String, String) {
        for account in ["demo", "other"] {
            let shown = self.desk.ask(account, "domain-transfer-control", &[("action", "show"), ("domain", name)]);
            let status = self.desk.ask(account, "StatusDomainTransfer", &[("domain", name)]);
            if shown.code == 1000 && status.code == 200 {
                let executed = status.value("execute date").to_owned();
                let line = format!(
                    "transfer    DMAPI {}; CentralNic {} from {} to {}, execute date {executed}",
                    shown.value("status"),
                    status.value("transfer status"),
                    status.value("registrar"),
                    status.value("requesting registrar"),
                );
                return (line, executed);
            }
        }
        (String::new(), String::new())
    }
}
