"""The rrpproxy client of ByteInternet (PyPI rrpproxy): GET with flat parameters, its own line splitting, which breaks on anything unusual."""

from common import HTTP, check, equal, name, needs, run
from rrpproxy import RRPProxy
from rrpproxy.utils.rrp_proxy_internal_status_exception import RRPProxyInternalStatusException

DOMAIN = name("byte")
HANDLES = []


def client(user="demo", password="demo-pass", path="/api/call.cgi"):
    made = RRPProxy(user, password, use_test_environment=True)
    made.api_url = f"http://{HTTP}{path}"
    return made


def refused(what, code, call, *arguments, **named):
    """The call must raise the client's own exception with this code (or one of these)."""
    codes = code if isinstance(code, tuple) else (code,)
    try:
        answer = call(*arguments, **named)
    except RRPProxyInternalStatusException as problem:
        return check(what, problem.response_dict["code"] in codes, problem.response_dict)
    return check(what, False, f"not refused: {answer}")


def framing():
    answer = client().call("StatusAccount")
    equal("code is a number", answer["code"], 200)
    check("description is there", answer.get("description"), answer)
    check("runtime is a decimal", float(answer["runtime"]) >= 0, answer)
    check("queuetime is there", float(answer["queuetime"]) >= 0, answer)
    check("property names are lower case with blanks", "credit threshold" in answer["property"], list(answer["property"]))
    equal("the short path answers too", client(path="/api/call").call("StatusAccount")["code"], 200)
    refused("a wrong password is 530", 530, client(password="wrong").call, "StatusAccount")


def life():
    api = client()
    equal("check_domain of a free name", api.check_domain(DOMAIN)["code"], 210)
    equal("check_domain of a taken name", api.check_domain("taken.com")["code"], 211)
    answer = api.add_contact(firstname="Bo", lastname="Berg", street0="Storgatan 1", city="Lund", zip="22350", country="SE", phone="+46.46555010", email="bo@example.org", new=1)
    handle = answer["property"]["contact"][0]
    check("add_contact gives a handle", handle, answer)
    shown = api.status_contact(handle, "")["property"]
    equal("status_contact shows the city", shown["city"], ["Lund"])
    HANDLES.append(handle)

    contacts = {f"{role}contact0": handle for role in ("owner", "admin", "tech", "billing")}
    answer = api.add_domain(DOMAIN, 2, nameserver0="ns1.example.net", nameserver1="ns2.example.net", **contacts)
    equal("add_domain", answer["code"], 200)
    for wanted in ("created date", "registration expiration date", "renewal date", "roid", "status"):
        check(f"its reply has `{wanted}`", answer["property"].get(wanted), answer)
    shown = api.status_domain(DOMAIN)["property"]
    equal("status_domain", shown["domain"], [DOMAIN])
    equal("two years, not one", int(shown["registration expiration date"][0][:4]) - int(shown["created date"][0][:4]), 2)
    answer = api.renew_domain(DOMAIN, period=1, expiration=shown["registration expiration date"][0][:4])
    equal("renew_domain", answer["code"], 200)
    refused("renewing with the old year", tuple(range(500, 600)), api.renew_domain, DOMAIN, period=1, expiration=shown["registration expiration date"][0][:4])


def contacts():
    needs("CheckContact", "ModifyContact", "DeleteContact")
    api, handle = client(), HANDLES[0]
    equal("check_contact says it exists", api.check_contact(handle)["code"], 215)
    equal("modify_contact", api.modify_contact(handle, city="Malmö")["code"], 200)
    equal("and it shows", api.status_contact(handle, "")["property"]["city"], ["Malmö"])
    refused("a contact in use is not deleted", tuple(range(500, 600)), api.delete_contact, handle)


def changes():
    needs("SetDomainRenewalMode", "ModifyDomain")
    api = client()
    equal("set_domain_renewal_mode with an empty token", api.set_domain_renewal_mode(DOMAIN, "", "autoexpire")["code"], 200)
    equal("modify_domain", api.modify_domain(DOMAIN, nameserver0="ns3.example.net", nameserver1="ns4.example.net")["code"], 200)
    equal("and the name servers are replaced", api.status_domain(DOMAIN)["property"]["nameserver"], ["ns3.example.net", "ns4.example.net"])


def lists():
    api = client()
    rows = api.get_last_updated_domains_with_details()
    check("the list with details has rows", len(rows) >= 12, len(rows))
    mine = [row for row in rows if row["domain"] == DOMAIN]
    check("this run's domain is among the last updated", mine, [row["domain"] for row in rows][:5])
    for wanted in ("domain status", "domain updated date", "nameserver", "ownercontact", "admincontact"):
        check(f"its row has `{wanted}`", mine and mine[0].get(wanted), mine)
    equal("get_domain_with_details of a missing name", api.get_domain_with_details(name("never-there")), [])
    answer = api.query_zone_list()
    check("query_zone_list has com", "com" in answer["property"]["zone"], answer["property"]["zone"][:5])
    equal("get_zone_info", api.get_zone_info("com", "")["property"]["zone"], ["com"])


def transfers():
    needs("CheckDomainTransfer", "TransferDomain", "StatusDomainTransfer")
    api = client()
    answer = api.check_domain_transfer("movable.com", auth="move-me-1")
    check("movable.com may be transferred", answer["code"] in (200, 218), answer)
    answer = api.check_domain_transfer("locked-away.com", auth="whatever")
    equal("locked-away.com may not", answer["code"], 219)
    refused("a transfer with a wrong code is refused or fails", tuple(range(500, 600)), api.transfer_domain, "movable.com", "REQUEST", auth="wrong-code")
    refused("the status of a transfer that never was", tuple(range(500, 600)), api.status_domain_transfer, name("never-there"))


def delete():
    needs("DeleteDomain")
    api = client()
    equal("delete_domain", api.delete_domain(DOMAIN)["code"], 200)


run(framing, life, contacts, changes, lists, transfers, delete)
