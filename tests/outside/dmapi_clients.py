"""The known DMAPI clients, each with the requests it sends and the parsing rules of its own source, over plain sockets.

No package covers the whole interface, so the clients' habits are written down here: what they send (method, spelling, stray parameters) and how
they cut a reply. Where a rule of a client would crash, it crashes here too and fails the check.
"""

import calendar
import http.client
import re
import socket
import time
import urllib.parse

from common import HTTP, check, equal, http as exchange, name, run, suffix

USER, PASSWORD = "demo@reseller.example", "demo-pass"
DOMAIN = name("dmapi")
CONTACT = {
    "name": "Grace Muster", "organization": "Muster GmbH", "email": "grace@example.org", "address-1": "Ringstr. 1", "address-2": "c/o Post",
    "city": "Berlin", "postal-code": "10115", "country": "DE", "phone": "+49.3055501",
}


def send(request, parameters=(), post=False):
    """One DMAPI request as (HTTP status, text)."""
    path = "/" + request if request.startswith("v2/") or request == "whois" else "/request/" + request
    answer = exchange(path, form=parameters) if post else exchange(path, query=parameters)
    return answer.status, answer.text


def head_of(text):
    return text.partition("\n\n")[0]


class Tvcam:
    """joker-dmapi (Ruby): GET, `api_key` with an underscore on login, cut at the first empty line, keys folded to lower case with underscores."""

    def __init__(self):
        self.sid = None
        answer = self.call("login", {"api_key": "demo-key"})
        self.sid, self.tlds, self.login = answer["headers"]["auth_sid"], answer["body"].split("\n"), answer

    def call(self, request, parameters):
        if self.sid:
            parameters = dict(parameters, **{"auth-sid": self.sid})
        status, text = send(request, parameters)
        head, body = text.split("\n\n", 1)
        headers = {}
        for line in head.split("\n"):
            key, value = line.split(":", 1)
            headers[re.sub(r"[-.]", "_", key.lower())] = value.strip()
        code = int(headers["status_code"])
        if code not in (0, 1000) and code < 2000:
            raise ValueError(f"{request}: status code {code}")
        return {"status": status, "headers": headers, "code": code, "body": body.rstrip("\n")}

    def result(self, proc_id, tries=60):
        """The keys of a finished result, as the client's own loop reads them."""
        for _ in range(tries):
            answer = self.call("result-retrieve", {"proc-id": proc_id})
            found = {}
            for line in answer["body"].split("\n"):
                key, colon, value = line.partition(": ")
                if colon:
                    found.setdefault(re.sub(r"[-.]", "_", key.lower()), value)
            if found["completion_status"] != "?":
                return found
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")

    def done(self, what, request, parameters):
        """Sends a change, waits for its end, and wants an ack."""
        answer = self.call(request, parameters)
        if not check(f"tvcam: {what} is accepted", answer["code"] == 0 and answer["headers"].get("proc_id"), answer):
            raise RuntimeError(f"{request} was refused")
        found = self.result(answer["headers"]["proc_id"])
        equal(f"tvcam: {what} ends with ack", found["completion_status"], "ack")
        return found, answer["headers"]["proc_id"]


STATE = {}


def tvcam():
    api = Tvcam()
    equal("tvcam: login by api_key", api.login["code"], 0)
    check("tvcam: the login's body lists the zones", {"com", "or.kr"} <= set(api.tlds), api.tlds[:5])
    equal("tvcam: zones are sorted and lower case", api.tlds, sorted({zone.lower() for zone in api.tlds}))
    found, proc_id = api.done("contact-create", "contact-create", {"tld": "com", "individual": "No", **CONTACT})
    handle = found["object_name"]
    check("tvcam: a handle looks like CCOM-43438", re.match(r"^[A-Za-z]+-\d+$", handle), handle)
    equal("tvcam: result-delete", api.call("result-delete", {"proc-id": proc_id})["code"], 0)
    rows = api.call("result-list", {})["body"]
    check("tvcam: the deleted result left the list", proc_id not in rows, rows[-300:])
    check("tvcam: showall still shows it", proc_id in api.call("result-list", {"showall": 1})["body"])
    check("tvcam: query-contact-list has the handle", handle in api.call("query-contact-list", {"pattern": handle})["body"].split("\n"))
    shown = dict(line.split(": ", 1) for line in api.call("query-whois", {"contact": handle})["body"].split("\n"))
    equal("tvcam: query-whois shows the contact", shown["contact.city"], "Berlin")
    equal("tvcam: an unknown contact is 2303", api.call("query-whois", {"contact": "CCOM-999999999"})["code"], 2303)
    STATE.update(handle=handle)

    found, _ = api.done("domain-register without status", "domain-register", {
        "domain": DOMAIN, "period": 12, "owner-c": handle, "admin-c": handle, "tech-c": handle, "billing-c": handle,
        "ns-list": "ns1.example.net:ns2.example.net"})
    equal("tvcam: the result names the domain", found["object_name"], DOMAIN)
    api.done("domain-modify", "domain-modify", {"domain": DOMAIN, "admin-c": handle, "tech-c": handle, "billing-c": handle, "ns-list": "ns3.example.net:ns4.example.net"})
    shown = api.call("query-whois", {"domain": DOMAIN})["body"]
    equal("tvcam: the name servers were replaced", re.findall(r"^domain\.nservers\.nserver\.handle: (\S+)$", shown, re.M), ["ns3.example.net", "ns4.example.net"])
    equal("tvcam: logout", api.call("logout", {})["code"], 0)


class M247:
    """joker-api (Ruby): GET by user and password, folds header names, turns repeated ones into arrays, polls by Proc-ID."""

    def login(self, password=PASSWORD):
        self.sid = None
        answer = self.call("login", {"username": USER, "password": password})
        self.sid = answer["headers"].get("Auth-Sid")
        return answer

    def call(self, request, parameters):
        if self.sid:
            parameters = dict(parameters, **{"auth-sid": self.sid})
        status, text = send(request, {key: value for key, value in parameters.items() if value not in (None, "")})
        head, body = text.split("\n\n", 1)  # without the empty line the client calls a method on nil
        headers = {}
        for line in head.split("\n"):
            key, value = line.split(": ", 1)
            key = "-".join(part.capitalize() for part in re.split(r"[-_]", key))
            headers[key] = [headers[key], value] if key in headers and not isinstance(headers[key], list) else headers[key] + [value] if key in headers else value
        if isinstance(headers.get("Account-Balance", "0"), list):
            raise ValueError("both spellings of the balance in one reply")
        float(headers.get("Account-Balance", "0"))
        return {"status": status, "headers": headers, "body": body}

    def result(self, proc_id):
        for _ in range(60):
            answer = self.call("result-retrieve", {"Proc-ID": proc_id})
            first, second = answer["body"].split("\n\n", 1)
            found = dict(line.split(": ", 1) for line in first.split("\n"))  # a line without `: ` raises
            if found["Completion-Status"] != "?":
                return found, second
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")


def m247():
    api = M247()
    answer = api.login("wrong-pass")
    equal("m247: a wrong password is HTTP 200", answer["status"], 200)
    equal("m247: with 2200", answer["headers"]["Status-Code"], "2200")
    api.sid = "0123456789abcdef0123456789abcdef01234567"
    answer = api.call("query-domain-list", {})
    equal("m247: a dead session is HTTP 401", answer["status"], 401)
    equal("m247: with 2200, so it logs in again", answer["headers"]["Status-Code"], "2200")
    equal("m247: login", api.login()["headers"]["Status-Code"], "0")

    answer = api.call("query-contact-list", {"extended-format": 1})
    equal("m247: the extended contact list names its columns", answer["headers"].get("Columns"), "handle,name,organization")
    equal("m247: and its separator", answer["headers"].get("Separator"), "TAB")
    check("m247: every row has three cells", all(line.count("\t") == 2 for line in answer["body"].rstrip("\n").split("\n")), answer["body"][:300])
    answer = api.call("query-domain-list", {"pattern": DOMAIN, "showstatus": 1, "showgrants": 1, "showjokerns": 1})
    columns = answer["headers"]["Columns"].split(",")
    row = answer["body"].strip().split(" ")
    equal("m247: a row has a cell for each column", len(row), len(columns))
    check("m247: the date is a date", re.fullmatch(r"\d{4}-\d\d-\d\d", dict(zip(columns, row))["expiration_date"]), row)

    answer = api.call("domain-set-property", {"domain": DOMAIN, "pname": "autorenew", "pvalue": 1})
    check("m247: domain-set-property has a Proc-ID", answer["headers"].get("Proc-Id"), answer)
    api.result(answer["headers"]["Proc-Id"])
    body = api.call("domain-get-property", {"domain": DOMAIN, "pname": "autorenew"})["body"]
    equal("m247: domain-get-property answers under the asked name", dict(line.split(": ", 1) for line in body.strip().split("\n")), {"autorenew": "1"})

    answer = api.call("domain-transfer-get-auth-id", {"domain": DOMAIN})
    found, text = api.result(answer["headers"]["Proc-Id"])
    equal("m247: the auth id's result names the domain as asked", found["Object-Name"], DOMAIN)
    check("m247: and holds the code", re.search(r'The Authorization ID is: "([^"]+)"', text), text)

    answer = api.call("wa-email-validate", {"email": CONTACT["email"]})
    equal("m247: wa-email-validate's whole body is the result", answer["body"], "Result: ACK")
    check("m247: logout", api.call("logout", {})["headers"]["Status-Code"] == "0")


class Wwj:
    """WWW::Domain::Registry::Joker (Perl): GET, `Auth-Sid`, dies on any `Error` header, insists on `Proc-ID` for changes."""

    def __init__(self):
        self.sid = None
        self.sid = self.call("login", {"username": USER, "password": PASSWORD})["Auth-Sid"]

    def call(self, request, parameters):
        if self.sid:
            parameters = dict(parameters, **{"Auth-Sid": self.sid})
        status, text = send(request, parameters)
        if status // 100 != 2:
            raise ValueError(f"HTTP {status}")
        found, lines = {}, text.split("\n")
        while lines and lines[0]:
            key, value = re.match(r"^([\w-]+):\s+(.*)$", lines[0]).groups() if re.match(r"^([\w-]+):\s+(.*)$", lines[0]) else (lines[0].rstrip(": "), "")
            found[key] = f"{found[key]} / {value}" if key in found else value
            lines.pop(0)
        if "Error" in found:
            raise ValueError(found["Error"])
        if int(found.get("Status-Code", 1337)) != 0:
            raise ValueError(found)
        found["lines"] = [line for line in lines[1:] if line]
        return found

    def do_request(self, request, parameters):
        found = self.call(request, {key: value if value != "" else "!@!" for key, value in parameters.items()})
        found["Proc-ID"] + ""
        return found


def wwj():
    api = Wwj()
    rows = api.call("query-domain-list", {"pattern": DOMAIN.replace("dmapi", "dm*")})["lines"]
    check("WWJ: query-domain-list rows are two fields", rows and all(re.match(r"^(\S+)\s+(\S+)$", row) for row in rows), rows)
    found = api.do_request("ns-create", {"Host": f"ns1.{DOMAIN}", "IP": "192.0.43.8"})
    check("WWJ: ns-create with its own spelling has a Proc-ID and no Error", found["Proc-ID"].isdigit(), found)
    rows = api.call("result-list", {})["lines"]
    bad = [row for row in rows if len(row.split(" ")) != 7]
    check("WWJ: every result row has seven fields", rows and not bad, bad[:3] or "no rows")
    check("WWJ: the first field is a time stamp", all(re.fullmatch(r"\d{14}", row.split(" ")[0]) for row in rows), rows[:1])
    check("WWJ: the status is one of the four words", {row.split(" ")[5] for row in rows} <= {"ack", "nack", "?", "pending"}, rows[:3])
    found = api.do_request("contact-modify", {"handle": STATE["handle"], "fax": "", "city": "Potsdam"})
    check("WWJ: contact-modify clears with !@!", found["Proc-ID"], found)
    Tvcam().result(found["Proc-ID"])
    lines = api.call("query-whois", {"contact": STATE["handle"]})["lines"]
    check("WWJ: the city changed and there is no fax", "contact.city: Potsdam" in lines and not any(line.startswith("contact.fax") for line in lines), lines)


class Whmcs:
    """Joker's own WHMCS and ClientExec modules: POST, key is the first token without its colon, lists by index."""

    def __init__(self):
        self.sid = None
        self.sid = self.call("login", {"api-key": "demo-key"})["headers"]["Auth-Sid"]

    def call(self, request, parameters, post=True):
        parameters = dict(parameters)
        if self.sid:
            parameters["auth-sid"] = self.sid
        _, text = send(request, parameters, post)  # this client never looks at the HTTP status
        head, _, body = text.partition("\n\n")
        headers = {}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            key = key.rstrip(":")
            headers[key] = [headers[key], value] if key in headers else value
        if headers["Status-Code"] not in ("0", "1000"):
            raise ValueError(f"{request}: {headers}")
        keys = {}
        for line in body.split("\n"):
            key, colon, value = line.partition(":")
            if colon:
                if key in keys:
                    keys[key] = [keys[key], value.strip()]
                else:
                    keys[key] = value.strip()
        separator = "\t" if headers.get("Separator") == "TAB" else " "
        rows = [line.split(separator) for line in body.split("\n") if line]
        if "Columns" in headers:
            rows = [dict(zip(headers["Columns"].split(","), row)) for row in rows]
        return {"headers": headers, "keys": keys, "rows": rows, "body": body}

    def wait(self, proc_id):
        for _ in range(60):
            keys = self.call("result-retrieve", {"Proc-ID": proc_id})["keys"]
            if keys["Completion-Status"] != "?":
                return keys
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")


def whmcs():
    api = Whmcs()
    answer = api.call("v2/contact/create", {"tld": "com", "fax": "", "state": "", **CONTACT})
    handle = answer["keys"].get("handle")
    check("WHMCS: v2/contact/create answers with the handle at once", handle, answer)
    equal("WHMCS: the profile has a balance to spend", float(api.call("query-profile", {})["keys"]["balance"]) > 0, True)
    domain, ticket = name("whmcs"), f"domreg-{suffix()}"
    status = api.call("domaincheck", {"domain": domain})["keys"]["domain-status"].split(":")[0]
    check("WHMCS: domaincheck says available", status in ("available", "free"), status)
    answer = api.call("domain-register", {
        "domain": domain, "period": 12, "status": "production", "owner-c": handle, "billing-c": handle, "admin-c": handle, "tech-c": handle,
        "ns-list": "ns1.example.net:ns2.example.net", "language": "", "cltrid": ticket, "autorenew": 0})
    keys = api.wait(answer["headers"]["Proc-ID"])
    equal("WHMCS: domain-register ends with ack", keys["Completion-Status"], "ack")
    check("WHMCS: no key of the result came twice", not any(isinstance(value, list) for key, value in keys.items() if key in ("Completion-Status", "Object-Name", "Proc-ID")), keys)
    answer = api.call("result-list", {"rtype": "domain-r*", "objid": domain})
    check("WHMCS: result-list has Row-Count", int(answer["headers"]["Row-Count"]) > 0, answer["headers"])
    check("WHMCS: and no Columns, which would break its indices", "Columns" not in answer["headers"], answer["headers"])
    equal("WHMCS: its cltrid stands in the last field", answer["rows"][0][6], ticket)
    equal("WHMCS: the status in the sixth", answer["rows"][0][5], "ack")

    api.call("domain-lock", {"domain": domain})
    status = ""
    for _ in range(40):
        row = api.call("query-domain-list", {"pattern": domain, "showstatus": 1, "showprivacy": 1})["rows"][0]
        status = row["domain_status"].split(",")
        if "lock" in status:
            break
        time.sleep(0.25)
    check("WHMCS: a locked domain shows lock", "lock" in status and "production" not in status, status)
    equal("WHMCS: privacy that was never bought has origin off", row["privacy-origin"], "off")

    answer = api.call("domain-transfer-get-auth-id", {"domain": domain})
    asked = answer["headers"]["Proc-ID"]
    rows = api.call("result-list", {"rtype": "domain-transfer-get-auth-id", "objid": domain, "showall": 1, "pending": 1, "limit": 1})["rows"]
    equal("WHMCS: result-list with limit=1 gives the newest", [row[2] for row in rows], [asked])
    api.wait(asked)
    body = api.call("result-retrieve", {"Proc-ID": asked})["body"]
    first = re.search(r'^The Authorization ID is: "([^"]+)"', body, re.M)
    check("WHMCS: a line starts with the authorization id", first, body)
    asked = api.call("domain-transfer-get-auth-id", {"domain": domain})["headers"]["Proc-ID"]
    api.wait(asked)
    second = re.search(r'^The Authorization ID is: "([^"]+)"', api.call("result-retrieve", {"Proc-ID": asked})["body"], re.M)
    check("WHMCS: asking again makes a new code", first and second and first[1] != second[1])
    keys = api.call("query-whois", {"domain": domain, "internal": 1}, post=False)["keys"]
    equal("WHMCS: query-whois", keys["domain.fqdn"], domain)
    keys = api.call("inquire-tld", {"tld": "com"}, post=False)["keys"]
    check("WHMCS: inquire-tld says which DS form is taken", re.search("dsdata|keydata", keys["dnssec"]), keys)
    keys = api.call("whois", {"domain": domain, "disclaimer": 0}, post=False)["keys"]
    equal("WHMCS: the public whois says DNSSEC", keys["DNSSEC"], "unsigned")

    zone = "www A 0 192.0.2.7 86400 0 0\nsales MAILFW 0 to@example.com 86400 0 0 1\nt TXT 0 \"a b=c\" 86400 0 0\n"
    answer = api.call("dns-zone-put", {"domain": domain, "zone": zone})
    check("WHMCS: dns-zone-put has a Proc-ID", answer["headers"].get("Proc-ID"), answer)
    lines = [line for line in api.call("dns-zone-get", {"domain": domain})["body"].split("\n") if line and not line.startswith("$")]
    equal("WHMCS: the zone comes back without 0 0, MAILFW with its parameter", lines, ["www A 0 192.0.2.7 86400", "sales MAILFW 0 to@example.com 86400 0 0 1", 't TXT 0 "a b=c" 86400'])
    rows = api.call("v2/query-price-list", {})["body"].split("\n")
    check("ClientExec: the price list is split at TABs", len([row for row in rows if row.split("\t")[:3] == ["domain", "create", "com"]]) == 1, rows[:2])
    STATE.update(whmcs=domain)


class NetJoker:
    """Net::Joker::DMAPI (Perl): GET, an empty `auth-sid` on login, splits on any run of empty lines, dies on a non-2xx status."""

    def __init__(self):
        self.sid = ""
        self.sid = self.call("login", {"username": USER, "password": PASSWORD})[0]["Auth-Sid"]

    def call(self, request, parameters):
        status, text = send(request, dict(parameters, **{"auth-sid": self.sid}))
        if status // 100 != 2:
            raise ValueError(f"HTTP {status}")
        parts = re.split(r"(?:\r?\n){2,}", text, maxsplit=1)
        headers = dict(re.split(r":\s", line, maxsplit=1) for line in re.split(r"\r?\n", parts[0]))
        if re.match(r"^(\d+\.\d+)\.?", headers["Version"])[1] != "1.2":
            raise ValueError(f"version {headers['Version']}")
        if int(headers["Status-Code"]) != 0:
            raise ValueError(headers)
        return headers, parts[1] if len(parts) > 1 else ""


def net_joker():
    api = NetJoker()
    _, body = api.call("query-whois", {"domain": DOMAIN})
    pairs = re.findall(r"(\S+): (.+)", body)
    equal("NJ: every line of query-whois is a pair", len(pairs), len([line for line in body.split("\n") if line]))
    dates = {key: value for key, value in pairs if key.endswith(".date") or key == "domain.expires"}
    check("NJ: creation and expiry are there", {"domain.created.date", "domain.expires"} <= set(dates), list(dates))
    for key, value in dates.items():
        check(f"NJ: {key} has 14 digits and is a date", re.fullmatch(r"\d{14}", value) and calendar.timegm(time.strptime(value, "%Y%m%d%H%M%S")) > 0, value)
    numbers = [value for key, value in pairs if key == "domain.nservers.nserver.no"]
    equal("NJ: name servers come as numbered pairs", numbers, [str(index + 1) for index in range(len([1 for key, _ in pairs if key == "domain.nservers.nserver.handle"]))])
    api.call("logout", {})
    status, _ = send("query-domain-list", {"auth-sid": api.sid})
    equal("NJ: after its destructor's logout the session is dead", status, 401)


class Heusala:
    """hg.node (TypeScript): throws on a header line without `: `, on an unknown enum value, on a missing key."""

    def __init__(self):
        self.sid = None
        self.headers, self.body = self.call("login", {"username": USER, "password": PASSWORD})
        self.sid = self.headers["Auth-Sid"]

    def call(self, request, parameters, code="0"):
        status, text = send(request, dict(parameters, **({"auth-sid": self.sid} if self.sid else {})), post=True)
        head, _, body = text.partition("\n\n")
        headers = {}
        for line in head.split("\n"):
            if ": " not in line:
                raise ValueError(f"a header line without colon and blank: {line!r}")
            key, value = line.split(": ", 1)
            headers[key] = value
        if status != 200 or headers["Status-Code"] != code:
            raise ValueError(f"{request}: HTTP {status}, {headers}")
        return headers, body


def heusala():
    api = Heusala()
    for key in ("UID", "User-Login", "Session-Timeout", "User-Access", "Account-currency", "Account-balance", "Account-pending_amount", "Account-rebate",
                "Account-contract_date", "Stats-number-of-domains", "Stats-last-login", "Stats-last-ip", "Stats-last-error", "Stats-last-error-ip", "Stats-number-of-autorenew"):
        check(f"heusala: login has {key}", key in api.headers, list(api.headers))
    check("heusala: the access word is one it knows", api.headers["User-Access"] in ("@full", "@read-only", "@readonly"), api.headers["User-Access"])
    check("heusala: so is the currency", api.headers["Account-currency"] in ("USD", "GBP", "EUR"), api.headers["Account-currency"])
    equal("heusala: the session times out in an hour", api.headers["Session-Timeout"], "3600")
    _, body = api.call("domain-check", {"domain": name("heusala"), "check-price": "create", "period": 1}, code="1000")
    check("heusala: domain-check is 1000 and available", re.search(r"^domain-status: available$", body, re.M), body)
    check("heusala: with a price", re.search(r"^domain-price-create: \d+\.\d\d [A-Z]{3} \d+y$", body, re.M), body)
    headers, body = api.call("query-price-list", {}, code="1000")
    columns = headers["Columns"].split(",")
    equal("heusala: the price list's columns", columns, "type,operation,tld,tld-currency,currency".split(",") + [f"price-{years}y" for years in range(1, 11)] + ["valid_from", "valid_until"])
    rows = [line.split("\t") for line in body.split("\n") if line]
    check("heusala: every row has a cell for each column", rows and all(len(row) == len(columns) for row in rows), [row for row in rows if len(row) != len(columns)][:1])
    check("heusala: types are known", {row[0] for row in rows} <= {"domain", "domain_promo"}, {row[0] for row in rows})
    check("heusala: operations are known", {row[1] for row in rows} <= {"create", "transfer", "renew", "rgp", "trustee", "privacy-basic", "privacy-pro"}, {row[1] for row in rows})
    check("heusala: currencies are known", {cell for row in rows for cell in row[3:5]} <= {"USD", "GBP", "EUR"}, {cell for row in rows for cell in row[3:5]})
    _, body = api.call("query-profile", {})
    keys = {line.split(":")[0] for line in body.split("\n") if line}
    wanted = set("customer-id fname lname organization address-1 address-2 city postal-code state phone fax balance vat-id last-payment last-access admin_email robot_email checkd_ip http url whois1 whois2 whois3 whois4".split())
    equal("heusala: query-profile has every key it reads", sorted(wanted - keys), [])
    _, body = api.call("query-domain-list", {"pattern": DOMAIN, "showstatus": 1, "showgrants": 1, "showjokerns": 1})
    check("heusala: a row as in its comment", re.match(rf"^{re.escape(DOMAIN)} \d{{4}}-\d\d-\d\d \S+ @creator true 0 undef [01]$", body.strip()), body)
    headers, body = api.call("query-domain-list", {"pattern": name("never-there")})
    equal("heusala: an empty list is a success", (headers["Status-Code"], body), ("0", ""))


class Lego:
    """lego's DMAPI mode (Go): POST, HTTP must be 200, cut at the first empty line, each line cut at its first colon, exact names, only 0 is success."""

    def __init__(self, form):
        self.sid = None
        answer = self.call("login", form)
        self.sid = answer["Auth-Sid"]

    def call(self, request, form):
        status, text = send(request, dict(form, **({"auth-sid": self.sid} if self.sid else {})), post=True)
        if status != 200:
            raise ValueError(f"unexpected HTTP {status}")
        head, _, body = text.partition("\n\n")
        found = {"Status-Code": "-1", "body": body}
        for line in head.split("\n"):
            key, colon, value = line.partition(":")
            if colon:
                found[key] = value.strip()
        if found["Status-Code"] != "0":
            raise ValueError(f"{request}: {found['Status-Code']} {found.get('Status-Text')} {found.get('Error')}")
        return found

    def add_txt(self, zone, label, value, ttl):
        lines = [line for line in zone.split("\n") if not line.startswith(f"{label} TXT 0 ")]
        return "\n".join(lines + [f'{label} TXT 0 "{value}" {ttl}'])


def lego():
    api = Lego({"username": USER, "password": PASSWORD})
    zone = api.call("dns-zone-get", {"domain": DOMAIN})["body"]
    check("lego: a fresh zone has just its directives", all(line.startswith("$") for line in zone.split("\n") if line), zone)
    api.call("dns-zone-put", {"domain": DOMAIN, "zone": api.add_txt(zone, "_acme-challenge", "token-1", 120)})
    zone = api.call("dns-zone-get", {"domain": DOMAIN})["body"]
    check("lego: the challenge is there", '_acme-challenge TXT 0 "token-1" 120' in zone.split("\n"), zone)
    again = api.add_txt(zone, "_acme-challenge", "token-2", 120).replace("\n", "\n\n")
    api.call("dns-zone-put", {"domain": DOMAIN, "zone": again})
    zone = api.call("dns-zone-get", {"domain": DOMAIN})["body"]
    check("lego: replaced, with empty lines between records", zone.count("_acme-challenge") == 1 and "token-2" in zone, zone)
    check("lego: no empty line in the zone that it gets", "\n\n" not in zone, zone)
    api.call("logout", {})
    try:
        api.call("dns-zone-get", {"domain": DOMAIN})
        check("lego: a dead session is an error", False)
    except ValueError as problem:
        check("lego: a dead session is an error", "401" in str(problem), problem)
    Lego({"api-key": "demo-key"}).call("dns-zone-get", {"domain": DOMAIN})
    check("lego: the api key works as well", True)


def lexicon():
    """lexicon (Python): `line.split(":")[1]`, needs Status-Text and Error on failure, refuses to work with an unusual status."""

    def call(request, form):
        status, text = send(request, form, post=True)
        if status >= 400:
            raise ValueError(f"HTTP {status}")
        head, _, body = text.partition("\n\n")
        headers = {line.split(":")[0]: line.split(":")[1].strip() for line in head.split("\n")}
        return headers, [line for line in body.split("\n") if line]

    headers, body = call("login", {"api-key": "no-such-key"})
    check("lexicon: a bad key is told by status, text and error", headers["Status-Code"] != "0" and headers["Status-Text"] and headers["Error"], headers)
    equal("lexicon: and by the first line of the body", body[0], "API key is invalid")
    headers, _ = call("login", {"api-key": "demo-key"})
    sid = headers["Auth-Sid"]
    equal("lexicon: success is the string 0", headers["Status-Code"], "0")
    _, body = call("query-domain-list", {"pattern": DOMAIN, "showstatus": 1, "auth-sid": sid})
    statuses = body[0].split(" ")[2].split(",")
    check("lexicon: the status of a plain domain holds only words it works with", set(statuses) <= {"production", "lock", "autorenew"}, statuses)
    line = re.compile(r"^(.+?)\s+(\w+)\s+(.+?)\s+((?:\"(?:.+?)\")|(?:.+?))\s+(\d+)(?:\s+(\d+)\s+(\d+)\s+(.+?)|\s+(.+?)|)$")
    call("dns-zone-put", {"domain": DOMAIN, "zone": "docs CNAME 0 docs.example.com 3600\nmail MX 10 mx.example.net. 3600\nx TXT 0 \"challengetoken\" 3600\n", "auth-sid": sid})
    _, body = call("dns-zone-get", {"domain": DOMAIN, "auth-sid": sid})
    records = [line.match(text) for text in body if not text.startswith("$")]
    check("lexicon: its pattern reads every record", records and all(records), body)
    equal("lexicon: order and spelling are kept", [found[1] + " " + found[2] + " " + found[4] for found in records], ["docs CNAME docs.example.com", "mail MX mx.example.net.", 'x TXT "challengetoken"'])


def dnscontrol():
    """dnscontrol (Go): ignores the HTTP status, logs in again when Status-Text holds one of its words, writes whole zones."""
    headers = dict(line.split(":", 1) for line in head_of(send("dns-zone-get", {"domain": DOMAIN, "auth-sid": "f" * 40}, post=True)[1]).split("\n") if ":" in line)
    check("dnscontrol: the text of a dead session makes it log in again", any(word in headers["Status-Text"] for word in ("Auth-Sid", "session", "authorization", "authentication")), headers["Status-Text"])
    sid = M247()
    sid.login()

    def call(request, **form):
        return send(request, dict(form, **{"auth-sid": sid.sid}), post=True)[1].partition("\n\n")

    rows = [line for line in call("dns-zone-list")[2].split("\n") if line]
    check("dnscontrol: dns-zone-list starts with the names", DOMAIN in [row.split(" ")[0] for row in rows], rows[:3])
    check("kad: and each row is a name and a date", all(re.fullmatch(r"\S+ \d{4}-\d\d-\d\d", row) for row in rows), rows[:3])
    check("dnscontrol: an empty zone is 2400", re.search(r"^Status-Code: 2400$", call("dns-zone-put", domain=DOMAIN, zone="")[0], re.M))
    call("dns-zone-put", domain=DOMAIN, zone="# Zone initialized by dnscontrol\n@ A 0 192.0.2.2 300\nq TXT 0 \"say \\\"hi\\\" \\\\ there\" 300\n")
    zone = call("dns-zone-get", domain=DOMAIN)[2]
    check("dnscontrol: quotes and backslashes come back as they went", 'q TXT 0 "say \\"hi\\" \\\\ there" 300' in zone.split("\n"), zone)
    bad = call("dns-zone-put", domain=DOMAIN, zone="a A 0 not-an-address 300\nb A 0 192.0.2.3 300\nc AAAA 0 1.2.3 300\n")[0]
    check("every bad line of a zone is reported", bad.count("\nError: ") + bad.startswith("Error: ") >= 2, bad)
    equal("and nothing of it was stored", call("dns-zone-get", domain=DOMAIN)[2], zone)
    answer = call("logout")
    check("kad: logout says Status-Text: OK", re.search(r"^Status-Text: OK$", answer[0], re.M), answer[0])


def quyunet():
    """Joker's own panel and its children (PHP): raw sockets, HTTP/1.x status line, `client-ip` on each call."""

    def raw(request, **parameters):
        query = urllib.parse.urlencode({**parameters, "client-ip": "192.0.2.99"})
        host, port = HTTP.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=30) as wire:
            wire.sendall(f"GET /request/{request}?{query} HTTP/1.1\r\nHost: {HTTP}\r\nConnection: close\r\n\r\n".encode())
            text = b""
            while chunk := wire.recv(65536):
                text += chunk
        head, _, rest = text.decode().partition("\r\n\r\n")
        status = int(re.match(r"^HTTP/1.[0-1]\b ([0-9]{3}) ", head)[1])
        parts = rest.strip().split("\n\n")
        headers = {found[1].lower(): found[2] for line in parts[0].split("\n") if (found := re.match(r"^([^\s]+):\s*(.*)\s*$", line))}
        return status, headers, "\n\n".join(parts[1:]), head

    status, headers, _, head = raw("login", username=USER, password=PASSWORD)
    check("quyunet: the HTTP/1.x status line is read", status == 200 and headers["status-code"] == "0", head)
    check("quyunet: the reply has a length, not chunks", re.search(r"^content-length: \d+\r?$", head, re.M | re.I), head)
    sid = headers["auth-sid"]
    _, headers, _, _ = raw("contact-create", **{"auth-sid": sid, "tld": "com", "fname": "Q", "lname": "Yu", "individual": "Y", **{key: value for key, value in CONTACT.items() if key not in ("name", "organization")}})
    handle = None
    for _ in range(60):
        _, _, body, _ = raw("result-retrieve", **{"auth-sid": sid, "Proc-ID": headers["proc-id"]})
        if re.search("Completion-Status: (.+)", body)[1].strip() != "?":
            handle = re.search("registry_roid:(.+)", body)
            break
        time.sleep(0.25)
    check("quyunet: the result has registry_roid", handle and handle[1].strip(), body)
    _, _, body, _ = raw("query-whois", **{"auth-sid": sid, "domain": STATE["whmcs"]})
    equal("quyunet: a locked domain's status is exactly lock", re.search(r"^domain.status: (.*)$", body, re.M)[1], "lock")
    status, headers, _, _ = raw("query-domain-list", **{"auth-sid": "0" * 40})
    equal("quyunet: 401 drops its stored session", (status, headers["status-code"]), (401, "2200"))


def dskm():
    """DSKM (Python): one kept connection, the session appended unencoded, decodes as ASCII, reads every line with exactly one colon."""
    host, port = HTTP.rsplit(":", 1)
    wire = http.client.HTTPConnection(host, int(port), timeout=30)

    def call(request, **parameters):
        query = urllib.parse.urlencode(parameters)
        wire.request("GET", f"/request/{request}?{query}" + (f"&auth-sid={call.sid}" if call.sid else ""))
        text = wire.getresponse().read().decode("ascii")
        return {line.split(":")[0].strip(): line.split(":")[1].strip() for line in text.split("\n") if line.count(":") == 1}

    call.sid = ""
    call.sid = call("login", username=USER, password=PASSWORD)["Auth-Sid"]
    digest = "C4BF75B16AF82888B61E28951BEF27804B60D968" + "0" * 24
    found = call("domain-modify", domain=DOMAIN, dnssec=1, **{"ds-1": f"9934:8:2:{digest}"})
    equal("DSKM: domain-modify with a DS is accepted", found["Status-Code"], "0")
    tracking = found["Tracking-Id"]
    for _ in range(60):
        found = call("result-retrieve", SvTrID=tracking)
        if found["Completion-Status"] != "?":
            break
        time.sleep(0.25)
    equal("DSKM: the result is found by SvTrID and says SUCCESS", (found["Completion-Status"], found.get("request_state")), ("ack", "SUCCESS"))
    equal("DSKM: result-delete by SvTrID", call("result-delete", SvTrID=tracking)["Status-Code"], "0")
    keys = Whmcs().call("whois", {"domain": DOMAIN, "disclaimer": 0}, post=False)["keys"]
    equal("DSKM: the public whois now says signedDelegation", keys["DNSSEC"], "signedDelegation")


def svc():
    """acme.sh and lego's SVC mode: form posts to /nic/replace with the pair from the zone's $dyndns line."""
    sid = Whmcs()
    zone = sid.call("dns-zone-get", {"domain": DOMAIN})["body"]
    records = "\n".join(line for line in zone.split("\n") if not line.startswith("$dyndns"))
    sid.call("dns-zone-put", {"domain": DOMAIN, "zone": f"$dyndns=yes:dyn{suffix()}:geheim99\n{records}"})
    pair = {"username": f"dyn{suffix()}", "password": "geheim99"}
    record = {"zone": DOMAIN, "label": "_acme-challenge.svc", "type": "TXT", "value": "svc-token"}
    answer = exchange("/nic/replace", form={**pair, **record})
    check("SVC: a record is set", answer.status == 200 and answer.text.startswith("OK"), answer.text)
    check("SVC: and stands in the zone", "svc-token" in sid.call("dns-zone-get", {"domain": DOMAIN})["body"])
    answer = exchange("/nic/replace", form={**pair, **record, "value": ""})
    check("SVC: an empty value deletes it", answer.text.startswith("OK") and "svc-token" not in sid.call("dns-zone-get", {"domain": DOMAIN})["body"], answer.text)
    answer = exchange("/nic/replace", form={**pair, **record, "value": "", "label": "jokerTXTUpdateTest"})
    check("SVC: deleting what is not there is OK", answer.text.startswith("OK"), answer.text)
    answer = exchange("/nic/replace", form={**pair, **record, "zone": "sub." + DOMAIN, "value": ""})
    check("SVC: a wrong zone is not OK, so acme.sh tries the parent", not answer.text.startswith("OK"), answer.text)
    answer = exchange("/nic/replace", form={**pair, **record, "password": "falsch"})
    equal("SVC: a wrong password is 401 badauth", (answer.status, answer.text.strip()), (401, "badauth"))


def rules():
    """What Joker documents about money: renewal within six hours, expyear, max-price, deletion."""
    api = Tvcam()

    def balance():
        return float(next(line for line in api.call("query-profile", {})["body"].split("\n") if line.startswith("balance: ")).split(": ")[1])

    expires = next(line for line in api.call("query-whois", {"domain": DOMAIN})["body"].split("\n") if line.startswith("domain.expires: ")).split(": ")[1]
    before = balance()
    api.done("domain-renew", "domain-renew", {"domain": DOMAIN, "period": 12})
    paid = balance()
    check("the renewal was charged", paid < before, f"{before} then {paid}")
    answer = api.call("domain-renew", {"domain": DOMAIN, "period": 12})
    check("a second renewal within six hours is refused", answer["code"] >= 2000 and answer["headers"].get("error"), answer)
    equal("and costs nothing", balance(), paid)
    answer = api.call("domain-renew", {"domain": DOMAIN, "expyear": int(expires[:4]) + 1})
    check("expyear already reached is acknowledged or refused", answer["code"] == 0 or answer["code"] >= 2000, answer)
    equal("and costs nothing either", balance(), paid)
    answer = api.call("domain-renew", {"domain": DOMAIN, "period": 12, "expyear": int(expires[:4]) + 3})
    check("period and expyear exclude each other", answer["code"] >= 2000, answer)

    premium = f"premium-{suffix()}.com"
    body = api.call("domain-check", {"domain": premium, "check-price": "create"})["body"]
    check("a premium name is called premium", re.search(r"^domain-status: premium$", body, re.M), body)
    contacts = {role: STATE["handle"] for role in ("owner-c", "admin-c", "tech-c", "billing-c")}
    order = {"domain": premium, "period": 12, "ns-list": "ns1.example.net:ns2.example.net", **contacts}
    answer = api.call("domain-register", order)
    check("a premium name without max-price is refused", answer["code"] >= 2000, answer)
    answer = api.call("domain-register", {**order, "max-price": "0.01"})
    check("and with too small a max-price", answer["code"] >= 2000, answer)
    equal("nothing of it cost anything", balance(), paid)

    key = send("login", {"api-key": "demo-key-read"})[1]
    check("a read-only key says so", "User-Access: @read-only" in key, head_of(key))
    sid = re.search(r"^Auth-Sid: (\w+)$", key, re.M)[1]
    text = send("domain-renew", {"domain": DOMAIN, "period": 12, "auth-sid": sid})[1]
    check("and may not renew, for lack of permission", re.search(r"^Error: .*permission", text, re.M | re.I), head_of(text))
    rival = re.search(r"^Auth-Sid: (\w+)$", send("login", {"api-key": "rival-key"})[1], re.M)[1]
    text = send("query-whois", {"domain": DOMAIN, "auth-sid": rival})[1]
    check("rival sees nothing of the domain", "Status-Code: 0\n" not in text and "example.net" not in text, text)

    answer = api.call("domain-delete", {"domain": STATE["whmcs"]})
    check("a locked domain is not deleted, or the deletion is followed to its end", answer["code"] >= 2000 or api.result(answer["headers"]["proc_id"])["completion_status"] in ("ack", "nack"), answer)
    before = balance()
    api.done("domain-delete within 72 hours", "domain-delete", {"domain": DOMAIN})
    check("a gTLD registration is refunded, the renewal is not", balance() >= before, f"{before} then {balance()}")
    check("the name is free again or pending deletion", re.search(r"^domain-status: (available|unavailable)$", api.call("domain-check", {"domain": DOMAIN})["body"], re.M))


def spelling():
    """What all of them together demand: names in any case, `_` for `-`, GET as POST, the last of two values, long requests, unknown parameters."""
    answer = send("LOGIN", [("API_KEY", "demo-key"), ("Client-IP", "192.0.2.1"), ("no-such-parameter", "x")])[1]
    check("names are case-insensitive and _ is -", answer.count("Status-Code: 0\n") == 1, head_of(answer))
    sid = re.search(r"^Auth-Sid: ([0-9a-f]+)$", answer, re.M)[1]
    get = send("query-domain-list", {"auth-sid": sid, "pattern": "taken*", "from": 1, "to": 3})
    equal("GET and POST answer alike", send("query-domain-list", {"auth-sid": sid, "pattern": "taken*", "from": 1, "to": 3}, post=True), get)
    text = send("query-domain-list", [("auth-sid", sid), ("pattern", "nothing-like-it"), ("pattern", "*")])[1]
    check("of two values the last one wins", text.partition("\n\n")[2].count("\n") >= 10, text[-200:])
    text = send("query-domain-list", {"auth-sid": sid, "pattern": "*", "filler": "x" * 16000})[1]
    check("a request line of 16 KiB is taken", "Status-Code: 0\n" in text, head_of(text))
    text = send("no-such-request", {"auth-sid": sid})[1]
    check("an unknown request is answered in the dialect", re.search(r"^Status-Code: 2\d\d\d$", text, re.M), text[:200])
    status, text = send("query-domain-list", {"api-key": "demo-key", "pattern": "*"})
    check("an api key works without a session", status == 200 and "Status-Code: 0\n" in text, head_of(text))
    answer = exchange("/request/login", form={"api-key": "demo-key"})
    check("the session also comes as a cookie", f"dmapi-auth={re.search(r'Auth-Sid: (.*)', answer.text)[1]}" in (answer.headers.get("Set-Cookie") or ""), answer.headers.get("Set-Cookie"))
    check("lines end with LF alone", "\r" not in answer.text)


run(tvcam, m247, wwj, whmcs, net_joker, heusala, lego, lexicon, dnscontrol, quyunet, dskm, svc, rules, spelling)
