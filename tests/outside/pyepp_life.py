"""pyepp (PyPI, InternetNZ) against the registry's EPP port: length and frame in two writes, CRLF after the frame, no clTRID on login."""

import datetime
import os

from common import check, equal, name, run, suffix
from epp_peer import CA, HOST, PASSWORD, PORT, USER, certificate, held_by_us

# The library trusts the system's authorities; OpenSSL takes ours from here.
os.environ["SSL_CERT_FILE"] = CA

from pyepp.contact import AddressData, Contact, ContactData, PostalInfoData  # noqa: E402
from pyepp.domain import Domain, DomainData  # noqa: E402
from pyepp.epp import EppCommunicator, EppCommunicatorException  # noqa: E402
from pyepp.host import Host, HostData, IPAddressData  # noqa: E402
from pyepp.poll import Poll  # noqa: E402

DOMAIN = name("pyepp")
HANDLE = f"py-{suffix()}"


def connect(registrar=USER, password=PASSWORD):
    cert, key = certificate(registrar)
    wire = EppCommunicator(HOST, str(PORT), cert, key)
    wire.connect()
    wire.login(USER, password)
    return wire


def good(what, answer, code=1000):
    return check(what, answer.code == code, f"{answer.code} {answer.message} {answer.reason}")


def strangers():
    for what, arguments in (("a wrong password", {"password": "not-the-one"}), ("another registrar's certificate", {"registrar": "domesday"})):
        try:
            connect(**arguments)
            check(f"{what} is refused", False, "logged in")
        except EppCommunicatorException as problem:
            check(f"{what} is refused", True, problem)


def life():
    wire = connect()
    check("hello is answered by a greeting", b"<greeting>" in wire.hello().replace(b"<epp:", b"<"))
    domains, contacts, hosts = Domain(wire), Contact(wire), Host(wire)
    answer = domains.check([DOMAIN, "taken.com"])
    if good("domain:check", answer):
        check("one free, one taken with a reason", answer.result_data[DOMAIN]["avail"] and not answer.result_data["taken.com"]["avail"] and answer.result_data["taken.com"]["reason"], answer.result_data)
    person = ContactData(id=HANDLE, email="aroha@example.org", phone="+64.45550101", password="Py-Auth-1", postal_info=PostalInfoData(
        name="Aroha Ngata", type="int", address=AddressData(street_1="1 Quay St", city="Wellington", postal_code="6011", country_code="NZ")))
    good("contact:create", contacts.create(person))
    answer = contacts.info(HANDLE)
    if good("contact:info", answer):
        equal("contact:info shows the street", answer.result_data.postal_info.address.street_1, "1 Quay St")
    outside = f"ns1.{suffix()}.invalid"
    good("host:create outside", hosts.create(HostData(host_name=outside)))
    good("domain:create", domains.create(DomainData(domain_name=DOMAIN, period=1, registrant=HANDLE, admin=HANDLE, tech=HANDLE, host=[outside], password="Py-Auth-1")))
    glue = f"ns1.{DOMAIN}"
    good("host:create inside, with an address", hosts.create(HostData(host_name=glue, address=[IPAddressData(address="192.0.43.8", ip="v4")])))
    answer = hosts.info(glue)
    if good("host:info", answer):
        equal("host:info shows the address", [found.address if hasattr(found, "address") else found["address"] for found in answer.result_data.address], ["192.0.43.8"])
    # Its frames put statuses before hosts, against the schema: one kind at a time.
    good("domain:update of hosts", domains.update(DOMAIN, add_hosts=[glue]))
    good("domain:update of statuses", domains.update(DOMAIN, add_statuses=[("clientHold", "unpaid")]))
    answer = domains.info(DOMAIN)
    if good("domain:info", answer):
        found = answer.result_data
        equal("the hosts", sorted(found.host), sorted([outside, glue]))
        check("the status", "clientHold" in found.status, found.status)
        equal("the sponsor", found.sponsoring_client_id, USER)
        expires = datetime.date.fromisoformat(found.expiry_date[:10])
        good("domain:renew", domains.renew(DOMAIN, expires, 1))
        answer = domains.renew(DOMAIN, expires, 1)
        check("the same renewal again is refused", answer.code >= 2000, answer.code)
    answer = domains.transfer(held_by_us("pyepp-held"), "not-the-code-1")
    equal("a transfer with a wrong code is 2202", answer.code, 2202)
    answer = domains.info(name("never-there"))
    equal("a missing domain is 2303", answer.code, 2303)

    answer = Poll(wire).request()
    check("poll", answer.code in (1300, 1301), answer.code)

    good("domain:update takes the host away", domains.update(DOMAIN, remove_hosts=[glue]))
    good("and the hold", domains.update(DOMAIN, remove_statuses=["clientHold"]))
    good("host:delete", hosts.delete(glue))
    answer = domains.delete(DOMAIN)
    check("domain:delete", answer.code in (1000, 1001), f"{answer.code} {answer.message}")
    good("logout", wire.logout(), 1500)


run(life, strangers)
