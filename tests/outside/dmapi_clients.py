"""The known DMAPI clients, each with the requests it sends and the parsing rules of its own source, over plain sockets.

No package covers the whole interface, so the clients' habits are written down here: what they send (method, spelling, stray parameters) and how
they cut a reply. Where a rule of a client would crash, it crashes here too and fails the check. The DNS clients are in dmapi_dns.py.
"""

import calendar
import http.client
import re
import socket
import time
import urllib.parse

from common import HTTP, check, equal, http as exchange, name, needs, run, serves, suffix
from dmapi_wire import CONTACT, M247, PASSWORD, USER, Tvcam, Whmcs, head_of, send

DOMAIN = name("dmapi")
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
    equal("tvcam: logout", api.call("logout", {})["code"], 0)


def tvcam_modifies():
    needs("domain-modify")
    api, handle = Tvcam(), STATE["handle"]
    api.done("domain-modify", "domain-modify", {"domain": DOMAIN, "admin-c": handle, "tech-c": handle, "billing-c": handle, "ns-list": "ns3.example.net:ns4.example.net"})
    shown = api.call("query-whois", {"domain": DOMAIN})["body"]
    equal("tvcam: the name servers were replaced", re.findall(r"^domain\.nservers\.nserver\.handle: (\S+)$", shown, re.M), ["ns3.example.net", "ns4.example.net"])


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

    check("m247: logout", api.call("logout", {})["headers"]["Status-Code"] == "0")


def m247_properties():
    needs("domain-set-property", "domain-get-property")
    api = M247()
    api.login()
    answer = api.call("domain-set-property", {"domain": DOMAIN, "pname": "autorenew", "pvalue": 1})
    check("m247: domain-set-property has a Proc-ID", answer["headers"].get("Proc-Id"), answer)
    api.result(answer["headers"]["Proc-Id"])
    body = api.call("domain-get-property", {"domain": DOMAIN, "pname": "autorenew"})["body"]
    equal("m247: domain-get-property answers under the asked name", dict(line.split(": ", 1) for line in body.strip().split("\n")), {"autorenew": "1"})


def m247_auth_id():
    needs("domain-transfer-get-auth-id")
    api = M247()
    api.login()
    answer = api.call("domain-transfer-get-auth-id", {"domain": DOMAIN})
    found, text = api.result(answer["headers"]["Proc-Id"])
    equal("m247: the auth id's result names the domain as asked", found["Object-Name"], DOMAIN)
    check("m247: and holds the code", re.search(r'The Authorization ID is: "([^"]+)"', text), text)


def m247_verification():
    needs("wa-email-validate")
    api = M247()
    api.login()
    answer = api.call("wa-email-validate", {"email": CONTACT["email"]})
    equal("m247: wa-email-validate's whole body is the result", answer["body"], "Result: ACK")


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
    rows = api.call("result-list", {})["lines"]
    bad = [row for row in rows if len(row.split(" ")) != 7]
    check("WWJ: every result row has seven fields", rows and not bad, bad[:3] or "no rows")
    check("WWJ: the first field is a time stamp", all(re.fullmatch(r"\d{14}", row.split(" ")[0]) for row in rows), rows[:1])
    check("WWJ: the status is one of the four words", {row.split(" ")[5] for row in rows} <= {"ack", "nack", "?", "pending"}, rows[:3])


def wwj_hosts():
    needs("ns-create")
    api = Wwj()
    found = api.do_request("ns-create", {"Host": f"ns1.{DOMAIN}", "IP": "192.0.43.8"})
    check("WWJ: ns-create with its own spelling has a Proc-ID and no Error", found["Proc-ID"].isdigit(), found)


def wwj_contacts():
    needs("contact-modify")
    api = Wwj()
    found = api.do_request("contact-modify", {"handle": STATE["handle"], "fax": "", "city": "Potsdam"})
    check("WWJ: contact-modify clears with !@!", found["Proc-ID"], found)
    Tvcam().result(found["Proc-ID"])
    lines = api.call("query-whois", {"contact": STATE["handle"]})["lines"]
    check("WWJ: the city changed and there is no fax", "contact.city: Potsdam" in lines and not any(line.startswith("contact.fax") for line in lines), lines)


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
    row = api.call("query-domain-list", {"pattern": domain, "showstatus": 1, "showprivacy": 1})["rows"][0]
    equal("WHMCS: privacy that was never bought has origin off", row["privacy-origin"], "off")
    keys = api.call("query-whois", {"domain": domain, "internal": 1}, post=False)["keys"]
    equal("WHMCS: query-whois", keys["domain.fqdn"], domain)
    STATE.update(whmcs=domain)


def whmcs_locks():
    needs("domain-lock")
    api, domain = Whmcs(), STATE["whmcs"]
    api.call("domain-lock", {"domain": domain})
    status = ""
    for _ in range(40):
        row = api.call("query-domain-list", {"pattern": domain, "showstatus": 1, "showprivacy": 1})["rows"][0]
        status = row["domain_status"].split(",")
        if "lock" in status:
            break
        time.sleep(0.25)
    check("WHMCS: a locked domain shows lock", "lock" in status and "production" not in status, status)


def whmcs_auth_id():
    needs("domain-transfer-get-auth-id")
    api, domain = Whmcs(), STATE["whmcs"]
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


def whmcs_asks():
    needs("inquire-tld", "whois")
    api, domain = Whmcs(), STATE["whmcs"]
    keys = api.call("inquire-tld", {"tld": "com"}, post=False)["keys"]
    check("WHMCS: inquire-tld says which DS form is taken", re.search("dsdata|keydata", keys["dnssec"]), keys)
    keys = api.call("whois", {"domain": domain, "disclaimer": 0}, post=False)["keys"]
    equal("WHMCS: the public whois says DNSSEC", keys["DNSSEC"], "unsigned")


def whmcs_zone():
    needs("dns-zone-put", "dns-zone-get")
    api, domain = Whmcs(), STATE["whmcs"]
    zone = "www A 0 192.0.2.7 86400 0 0\nsales MAILFW 0 to@example.com 86400 0 0 1\nt TXT 0 \"a b=c\" 86400 0 0\n"
    answer = api.call("dns-zone-put", {"domain": domain, "zone": zone})
    check("WHMCS: dns-zone-put has a Proc-ID", answer["headers"].get("Proc-ID"), answer)
    lines = [line for line in api.call("dns-zone-get", {"domain": domain})["body"].split("\n") if line and not line.startswith("$")]
    equal("WHMCS: the zone comes back without 0 0, MAILFW with its parameter", lines, ["www A 0 192.0.2.7 86400", "sales MAILFW 0 to@example.com 86400 0 0 1", 't TXT 0 "a b=c" 86400'])


def clientexec_prices():
    needs("v2/query-price-list")
    api = Whmcs()
    rows = api.call("v2/query-price-list", {})["body"].split("\n")
    check("ClientExec: the price list is split at TABs", len([row for row in rows if row.split("\t")[:3] == ["domain", "create", "com"]]) == 1, rows[:2])


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
    _, body = api.call("query-profile", {})
    keys = {line.split(":")[0] for line in body.split("\n") if line}
    wanted = set("customer-id fname lname organization address-1 address-2 city postal-code state phone fax balance vat-id last-payment last-access admin_email robot_email checkd_ip http url whois1 whois2 whois3 whois4".split())
    equal("heusala: query-profile has every key it reads", sorted(wanted - keys), [])
    _, body = api.call("query-domain-list", {"pattern": DOMAIN, "showstatus": 1, "showgrants": 1, "showjokerns": 1})
    check("heusala: a row as in its comment", re.match(rf"^{re.escape(DOMAIN)} \d{{4}}-\d\d-\d\d \S+ @creator true 0 undef [01]$", body.strip()), body)
    headers, body = api.call("query-domain-list", {"pattern": name("never-there")})
    equal("heusala: an empty list is a success", (headers["Status-Code"], body), ("0", ""))


def heusala_prices():
    needs("query-price-list")
    api = Heusala()
    headers, body = api.call("query-price-list", {}, code="1000")
    columns = headers["Columns"].split(",")
    equal("heusala: the price list's columns", columns, "type,operation,tld,tld-currency,currency".split(",") + [f"price-{years}y" for years in range(1, 11)] + ["valid_from", "valid_until"])
    rows = [line.split("\t") for line in body.split("\n") if line]
    check("heusala: every row has a cell for each column", rows and all(len(row) == len(columns) for row in rows), [row for row in rows if len(row) != len(columns)][:1])
    check("heusala: types are known", {row[0] for row in rows} <= {"domain", "domain_promo"}, {row[0] for row in rows})
    check("heusala: operations are known", {row[1] for row in rows} <= {"create", "transfer", "renew", "rgp", "trustee", "privacy-basic", "privacy-pro"}, {row[1] for row in rows})
    check("heusala: currencies are known", {cell for row in rows for cell in row[3:5]} <= {"USD", "GBP", "EUR"}, {cell for row in rows for cell in row[3:5]})


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
    if serves("domain-lock"):
        equal("quyunet: a locked domain's status is exactly lock", re.search(r"^domain.status: (.*)$", body, re.M)[1], "lock")
    status, headers, _, _ = raw("query-domain-list", **{"auth-sid": "0" * 40})
    equal("quyunet: 401 drops its stored session", (status, headers["status-code"]), (401, "2200"))


def dskm():
    """DSKM (Python): one kept connection, the session appended unencoded, decodes as ASCII, reads every line with exactly one colon."""
    needs("domain-modify")
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
    if serves("whois"):
        keys = Whmcs().call("whois", {"domain": DOMAIN, "disclaimer": 0}, post=False)["keys"]
        equal("DSKM: the public whois now says signedDelegation", keys["DNSSEC"], "signedDelegation")


def balance(api):
    """What the account may spend, as the official modules read it."""
    return float(next(line for line in api.call("query-profile", {})["body"].split("\n") if line.startswith("balance: ")).split(": ")[1])


def rules():
    """What Joker documents about money: renewal within six hours, expyear, max-price, deletion."""
    api = Tvcam()

    expires = next(line for line in api.call("query-whois", {"domain": DOMAIN})["body"].split("\n") if line.startswith("domain.expires: ")).split(": ")[1]
    before = balance(api)
    api.done("domain-renew", "domain-renew", {"domain": DOMAIN, "period": 12})
    paid = balance(api)
    check("the renewal was charged", paid < before, f"{before} then {paid}")
    answer = api.call("domain-renew", {"domain": DOMAIN, "period": 12})
    check("a second renewal within six hours is refused", answer["code"] >= 2000 and answer["headers"].get("error"), answer)
    equal("and costs nothing", balance(api), paid)
    answer = api.call("domain-renew", {"domain": DOMAIN, "expyear": int(expires[:4]) + 1})
    check("expyear already reached is acknowledged or refused", answer["code"] == 0 or answer["code"] >= 2000, answer)
    equal("and costs nothing either", balance(api), paid)
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
    equal("nothing of it cost anything", balance(api), paid)

    key = send("login", {"api-key": "demo-key-read"})[1]
    check("a read-only key says so", "User-Access: @read-only" in key, head_of(key))
    sid = re.search(r"^Auth-Sid: (\w+)$", key, re.M)[1]
    text = send("domain-renew", {"domain": DOMAIN, "period": 12, "auth-sid": sid})[1]
    check("and may not renew, for lack of permission", re.search(r"^Error: .*permission", text, re.M | re.I), head_of(text))
    rival = re.search(r"^Auth-Sid: (\w+)$", send("login", {"api-key": "rival-key"})[1], re.M)[1]
    text = send("query-whois", {"domain": DOMAIN, "auth-sid": rival})[1]
    check("rival sees nothing of the domain", "Status-Code: 0\n" not in text and "example.net" not in text, text)


def deletion():
    needs("domain-delete")
    api = Tvcam()
    before = balance(api)
    api.done("domain-delete within 72 hours", "domain-delete", {"domain": DOMAIN})
    check("a gTLD registration is refunded, the renewal is not", balance(api) >= before, f"{before} then {balance(api)}")
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


run(
    tvcam, tvcam_modifies, m247, m247_properties, m247_auth_id, m247_verification, wwj, wwj_hosts, wwj_contacts, whmcs, whmcs_locks, whmcs_auth_id,
    whmcs_asks, whmcs_zone, clientexec_prices, net_joker, heusala, heusala_prices, quyunet, dskm, rules, deletion, spelling,
)
