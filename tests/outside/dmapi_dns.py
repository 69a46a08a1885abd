"""The DMAPI clients that edit DNS zones: lego, lexicon, dnscontrol, kad, acme.sh, each with the parsing rules of its own source."""

import re

from common import check, equal, http as exchange, name, needs, run, suffix
from dmapi_wire import CONTACT, M247, PASSWORD, USER, Tvcam, Whmcs, head_of, send

DOMAIN = name("dmapi-dns")
ZONES = ("dns-zone-list", "dns-zone-get", "dns-zone-put")


def register():
    """A domain for the others to edit."""
    needs(*ZONES)
    handle = Whmcs().call("v2/contact/create", {"tld": "com", **CONTACT})["keys"]["handle"]
    Tvcam().done("domain-register", "domain-register", {"domain": DOMAIN, "period": 12, "owner-c": handle, "ns-list": "a.ns.joker.com:b.ns.joker.com"})


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
    needs(*ZONES)
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
    needs(*ZONES)
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
    needs(*ZONES)
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


def svc():
    """acme.sh and lego's SVC mode: form posts to /nic/replace with the pair from the zone's $dyndns line."""
    needs(*ZONES)
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


run(register, lego, lexicon, dnscontrol, svc)
