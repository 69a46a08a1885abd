"""CentralNic Reseller's own Python SDK (PyPI centralnicreseller.apiconnector) against /api/call.cgi: sessions, contacts, domains, paging, sub-accounts."""

import re

from centralnicreseller.apiconnector.apiclient import APIClient
from common import HTTP, check, equal, name, needs, run

DOMAIN = name("sdk")
OWNER = {
    "FIRSTNAME": "Ada", "LASTNAME": "Weber", "STREET0": "Lindenweg 3", "CITY": "Köln", "ZIP": "50667", "COUNTRY": "DE",
    "PHONE": "+49.2215550100", "EMAIL": "ada.weber@example.org",
}


def client(user="demo", password="demo-pass"):
    made = APIClient()
    made.setURL(f"http://{HTTP}/api/call.cgi")
    return made.setCredentials(user, password)


def said(reply):
    return f"{reply.getCode()} {reply.getDescription()}"


def one(reply, key):
    """The first value of a property by the SDK's name for it, or None."""
    return reply.getColumnIndex(key, 0)


def good(what, reply, code=200):
    return check(what, reply.getCode() == code, said(reply))


def account():
    reply = client().request({"COMMAND": "StatusAccount"})
    if good("StatusAccount", reply):
        equal("StatusAccount names the account", one(reply, "REGISTRAR"), "demo")
        equal("StatusAccount names the currency", one(reply, "CURRENCY"), "USD")
        check("StatusAccount has an amount", re.fullmatch(r"-?\d+\.\d{2,4}", one(reply, "AMOUNT") or ""), reply.getPlain())
        check("every reply has its run and queue time", reply.getRuntime() >= 0 and reply.getQueuetime() >= 0)


def wrong_credentials():
    reply = client(password="not-it").request({"COMMAND": "StatusAccount"})
    equal("a wrong password is 530", reply.getCode(), 530)
    check("and says so", "Authentication failed" in reply.getDescription(), said(reply))
    equal("an unknown login is 530 too", client(user="nobody-here").request({"COMMAND": "StatusAccount"}).getCode(), 530)
    reply = client().setPersistent().setCredentials("demo", "not-it").login()
    check("login with a wrong password fails", reply.isError(), said(reply))


def session():
    sdk = client()
    if not good("login", sdk.login()):
        return
    kept = {}
    sdk.saveSession(kept)
    check("the session has an id of 32 hex digits", re.fullmatch(r"[0-9a-f]{32}", kept.get("socketcfg", {}).get("session", "")), kept)
    other = APIClient()
    other.setURL(f"http://{HTTP}/api/call.cgi").reuseSession(kept)
    good("another client goes on with the session", other.request({"COMMAND": "StatusAccount"}))
    good("logout", sdk.logout())
    reply = other.request({"COMMAND": "StatusAccount"})
    check("the session is over after logout", reply.getCode() == 530 and "SESSION NOT FOUND" in reply.getDescription().upper(), said(reply))
    reply = APIClient().setURL(f"http://{HTTP}/api/call.cgi").request({"COMMAND": "StopSession"})
    check("StopSession without password and session is 5xx", 500 <= reply.getCode() < 600, said(reply))


def availability():
    sdk = client()
    good("CheckDomain of a free name is 210", sdk.request({"COMMAND": "CheckDomain", "DOMAIN": DOMAIN}), 210)
    good("CheckDomain of a taken name is 211", sdk.request({"COMMAND": "CheckDomain", "DOMAIN": "taken.com"}), 211)
    reply = sdk.request({"COMMAND": "CheckDomains", "DOMAIN": [DOMAIN, "taken.com", "example.net"]})
    if good("CheckDomains", reply):
        codes = [text[:3] for text in reply.getColumn("DOMAINCHECK").getData()]
        equal("CheckDomains answers in the order asked", codes, ["210", "211", "211"])


def life():
    sdk = client()
    reply = sdk.request({"COMMAND": "AddContact", **OWNER})
    if not good("AddContact", reply):
        return
    handle = one(reply, "CONTACT")
    check("AddContact gives a handle", handle, reply.getPlain())
    again = sdk.request({"COMMAND": "AddContact", **OWNER})
    equal("the same contact again is the same handle", one(again, "CONTACT"), handle)
    reply = sdk.request({"COMMAND": "StatusContact", "CONTACT": handle})
    if good("StatusContact", reply):
        equal("StatusContact shows the city in UTF-8", one(reply, "CITY"), "Köln")
        equal("StatusContact shows the mail address", one(reply, "EMAIL"), OWNER["EMAIL"])

    contacts = {key: [handle] for key in ("OWNERCONTACT", "ADMINCONTACT", "TECHCONTACT", "BILLINGCONTACT")}
    before = float(one(sdk.request({"COMMAND": "StatusAccount"}), "AMOUNT"))
    reply = sdk.request({"COMMAND": "AddDomain", "DOMAIN": DOMAIN, "PERIOD": 1, "NAMESERVER": ["ns1.example.net", "ns2.example.net"], **contacts})
    if not good("AddDomain", reply):
        return
    check("AddDomain tells the expiration date", re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", one(reply, "REGISTRATIONEXPIRATIONDATE") or ""), reply.getPlain())
    after = float(one(sdk.request({"COMMAND": "StatusAccount"}), "AMOUNT"))
    check("the registration was charged", before != after, f"{before} then {after}")
    good("the name is no longer available", sdk.request({"COMMAND": "CheckDomain", "DOMAIN": DOMAIN}), 211)
    reply = sdk.request({"COMMAND": "AddDomain", "DOMAIN": DOMAIN, "PERIOD": 1, "NAMESERVER": ["ns1.example.net", "ns2.example.net"], **contacts})
    check("registering it again is refused", reply.isError(), said(reply))
    equal("and costs nothing", float(one(sdk.request({"COMMAND": "StatusAccount"}), "AMOUNT")), after)

    reply = sdk.request({"COMMAND": "StatusDomain", "DOMAIN": DOMAIN})
    if not good("StatusDomain", reply):
        return
    wanted = "AUTH CREATEDBY CREATEDDATE DOMAIN DOMAINIDN PAIDUNTILDATE REGISTRAR REGISTRATIONEXPIRATIONDATE RENEWALDATE RENEWALMODE ROID STATUS TRANSFERLOCK TRANSFERMODE UPDATEDBY UPDATEDDATE ZONE"
    missing = [key for key in wanted.split() if reply.getColumn(key) is None]
    equal("StatusDomain has every property that clients read", missing, [])
    check("StatusDomain says ACTIVE", "ACTIVE" in reply.getColumn("STATUS").getData(), reply.getPlain())
    equal("StatusDomain shows the owner", one(reply, "OWNERCONTACT"), handle)
    equal("StatusDomain shows the name servers", [host.lower() for host in reply.getColumn("NAMESERVER").getData()], ["ns1.example.net", "ns2.example.net"])
    expires = one(reply, "REGISTRATIONEXPIRATIONDATE")

    reply = sdk.request({"COMMAND": "RenewDomain", "DOMAIN": DOMAIN, "PERIOD": 1, "EXPIRATION": expires[:4]})
    if good("RenewDomain", reply):
        equal("it ends a year later", one(reply, "REGISTRATIONEXPIRATIONDATE")[:10], f"{int(expires[:4]) + 1}{expires[4:10]}")
    paid = float(one(sdk.request({"COMMAND": "StatusAccount"}), "AMOUNT"))
    reply = sdk.request({"COMMAND": "RenewDomain", "DOMAIN": DOMAIN, "PERIOD": 1, "EXPIRATION": expires[:4]})
    check("the same renewal again is refused: the year no longer matches", reply.isError(), said(reply))
    equal("and costs nothing either", float(one(sdk.request({"COMMAND": "StatusAccount"}), "AMOUNT")), paid)
    equal("a foreign name is 545 or 531, not its data", client("rival", "rival-pass").request({"COMMAND": "StatusDomain", "DOMAIN": DOMAIN}).getCode() in (531, 545), True)


def changes():
    needs("ModifyDomain", "SetDomainRenewalMode")
    sdk = client()
    good("ModifyDomain locks", sdk.request({"COMMAND": "ModifyDomain", "DOMAIN": DOMAIN, "TRANSFERLOCK": "1"}))
    equal("and the lock shows", one(sdk.request({"COMMAND": "StatusDomain", "DOMAIN": DOMAIN}), "TRANSFERLOCK"), "1")
    good("a ModifyDomain of nothing is fine", sdk.request({"COMMAND": "ModifyDomain", "DOMAIN": DOMAIN}))
    good("SetDomainRenewalMode", sdk.request({"COMMAND": "SetDomainRenewalMode", "DOMAIN": DOMAIN, "RENEWALMODE": "AUTODELETE"}))
    equal("and the mode shows", one(sdk.request({"COMMAND": "StatusDomain", "DOMAIN": DOMAIN}), "RENEWALMODE"), "AUTODELETE")


def inline_contacts():
    sdk = client()
    domain = name("sdk-inline")
    command = {"COMMAND": "AddDomain", "DOMAIN": domain, "PERIOD": 1, "NAMESERVER0": "ns1.example.net", "NAMESERVER1": "ns2.example.net"}
    for role in ("OWNER", "ADMIN", "TECH", "BILLING"):
        for key, value in OWNER.items():
            command[f"{role}CONTACT0{key}"] = value if key != "STREET0" else "Lindenweg 3 , Hinterhaus"
    for role in ("OWNER", "ADMIN", "TECH", "BILLING"):
        command[f"{role}CONTACT0STREET"] = command.pop(f"{role}CONTACT0STREET0")
    if not good("AddDomain with inline contacts", sdk.request(command)):
        return
    reply = sdk.request({"COMMAND": "StatusDomain", "DOMAIN": domain})
    handle = one(reply, "OWNERCONTACT")
    check("a handle was made for them", handle, reply.getPlain())
    equal("one for all four roles", {one(reply, role + "CONTACT") for role in ("OWNER", "ADMIN", "TECH", "BILLING")}, {handle})
    equal("and it holds the data", one(sdk.request({"COMMAND": "StatusContact", "CONTACT": handle}), "LASTNAME"), "Weber")


def lists():
    sdk = client()
    whole = sdk.request({"COMMAND": "QueryDomainList"})
    if not good("QueryDomainList", whole):
        return
    names = whole.getColumn("DOMAIN").getData()
    total = whole.getRecordsTotalCount()
    check("there are at least the dozen seeded domains", total >= 12, total)
    equal("names come sorted", names, sorted(names))
    page = sdk.request({"COMMAND": "QueryDomainList", "FIRST": 0, "LIMIT": 2})
    equal("a page of two has two rows for the SDK", page.getRecordsCount(), 2)
    equal("and the same total", page.getRecordsTotalCount(), total)
    check("and a next page", page.hasNextPage())
    pages = sdk.requestAllResponsePages({"COMMAND": "QueryDomainList", "LIMIT": 5})
    paged = [row.getDataByKey("DOMAIN") for reply in pages for row in reply.getRecords()]
    equal("all pages of five hold every name once", paged[:total], names)
    equal("LIMIT=0 shows nothing but the total", sdk.request({"COMMAND": "QueryDomainList", "LIMIT": 0}).getRecordsTotalCount(), total)
    wide = sdk.request({"COMMAND": "QueryDomainList", "WIDE": 1, "LIMIT": 3})
    columns = [column.upper().replace(" ", "").replace("_", "") for column in wide.getColumn("COLUMN").getData()]
    missing = [key for key in ("DOMAIN", "DOMAINIDN", "ROID", "DOMAINCREATEDDATE", "DOMAINREGISTRATIONEXPIRATIONDATE", "DOMAINRENEWALDATE", "DOMAINZONE", "RENEWALMODE", "TRANSFERMODE") if key not in columns]
    equal("WIDE=1 names its columns", missing, [])
    equal("a pattern finds this run's name", sdk.request({"COMMAND": "QueryDomainList", "DOMAIN": DOMAIN.replace(".com", ".*")}).getColumn("DOMAIN").getData(), [DOMAIN])


def sub_accounts():
    reply = client("julia", "julia-pass").request({"COMMAND": "StatusAccount"})
    if good("the sub-account logs in itself", reply):
        equal("and is julia", one(reply, "REGISTRAR"), "julia")
    sdk = client().setUserView("julia")
    reply = sdk.request({"COMMAND": "StatusAccount"})
    if good("SUBUSER=julia", reply):
        equal("shows julia's account", one(reply, "REGISTRAR"), "julia")
    equal("and none of demo's domains", sdk.request({"COMMAND": "QueryDomainList", "DOMAIN": DOMAIN}).getRecordsTotalCount(), 0)
    sdk.resetUserView()
    equal("without it demo is back", one(sdk.request({"COMMAND": "StatusAccount"}), "REGISTRAR"), "demo")
    reply = client("rival", "rival-pass").setUserView("julia").request({"COMMAND": "StatusAccount"})
    check("rival may not look through julia's eyes", reply.isError() and "demo" not in reply.getPlain(), said(reply))


def refusals():
    sdk = client()
    equal("an unknown command is 500", sdk.request({"COMMAND": "MakeCoffee"}).getCode(), 500)
    equal("a missing attribute is 504", sdk.request({"COMMAND": "StatusDomain"}).getCode(), 504)
    equal("an unknown name is 545", sdk.request({"COMMAND": "StatusDomain", "DOMAIN": name("never-there")}).getCode(), 545)
    equal("an unknown zone is an error", sdk.request({"COMMAND": "CheckDomain", "DOMAIN": "x.zone-that-is-not-sold"}).isError(), True)
    reply = sdk.request({"COMMAND": "StatusDomain", "DOMAIN": "a b\tc=d&e%zz.com"})
    check("rubbish as a name is a 5xx, not a failure", 500 <= reply.getCode() < 600, said(reply))


def delete():
    needs("DeleteDomain")
    sdk = client()
    reply = sdk.request({"COMMAND": "DeleteDomain", "DOMAIN": DOMAIN, "ACTION": "INSTANT"})
    good("DeleteDomain", reply)


run(account, wrong_credentials, session, availability, life, changes, inline_contacts, lists, sub_accounts, refusals, delete)
