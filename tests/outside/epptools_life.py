"""epptools (PyPI, standard library only) against the registry's EPP port as the registrar `outsider`: one whole life of contact, host and domain."""

import datetime
import os
import shutil
import subprocess
import tempfile

import epptools
from common import check, equal, name, run, suffix
from epp_peer import CA, HOST, PASSWORD, PORT, USER, certificate, held_by_us

DOMAIN = name("epptools")
HANDLE = f"et-{suffix()}"
AUTH = "Et-" + suffix() + "!"
FRAMES = []


class Recorder(epptools.Connection):
    """Keeps every frame that the server sends, for the schema check at the end."""

    def read_frame(self):
        frame = super().read_frame()
        FRAMES.append(frame)
        return frame


def connect(user=USER, password=PASSWORD, registrar=USER):
    """A connection that is not logged in; `registrar` names the certificate, None sends none."""
    cert, key = certificate(registrar) if registrar else (None, None)
    config = epptools.Config(host=HOST, port=PORT, clid=user, password=password, ca_file=CA, client_cert=cert, client_key=key)
    return epptools.Client(config, connection=Recorder(config))


def client():
    made = connect()
    made.connect()
    made.login()
    return made


def refused(what, wanted, call, *arguments, **named):
    """The call must raise the library's class for the code."""
    try:
        answer = call(*arguments, **named)
    except epptools.CommandException as problem:
        return check(what, isinstance(problem, wanted), f"{type(problem).__name__} {problem.epp_code}: {problem}")
    return check(what, False, f"not refused: {answer.code()}")


def greeting():
    epp = connect()
    hello = epp.connect()
    equal("the greeting offers the three objects", sorted(uri.rsplit(":", 1)[1] for uri in hello.service_obj_uris() if uri != "urn:ietf:params:xml:ns:epp-1.0"), ["contact-1.0", "domain-1.0", "host-1.0"])
    extensions = [uri.rsplit(":", 1)[1] for uri in hello.service_ext_uris()]
    check("and DNSSEC and grace periods", {"secDNS-1.1", "rgp-1.0"} <= set(extensions), extensions)
    check("its version is 1.0 and English is spoken", hello.value("version") == "1.0" and "en" in hello.values("lang"))
    check("svDate is a UTC instant", hello.value("svDate").endswith("Z") and datetime.datetime.fromisoformat(hello.value("svDate").replace("Z", "+00:00")), hello.value("svDate"))
    refused("a command before login is refused", epptools.CommandException, epp.domain.check, [DOMAIN])
    epp.disconnect()


def strangers():
    epp = connect(password="not-the-one")
    epp.connect()
    refused("a wrong password is 2200", epptools.AuthenticationException, epp.login)
    for what, registrar in (("another registrar's certificate", "domesday"), ("no certificate", None)):
        epp = connect(registrar=registrar)
        try:
            epp.connect()
            epp.login()
            check(f"{what} is refused", False, "logged in")
        except epptools.EppException as problem:
            check(f"{what} is refused", True, problem)
        finally:
            epp.disconnect()


def life():
    epp = client()
    check("a free name is available", epp.domain.check([DOMAIN, "taken.com"]).availability() == {DOMAIN: True, "taken.com": False})
    answer = epp.contact.create(HANDLE, name="Tove Lind", type="loc", street=["Havnegade 1 <2>", "A & B"], city="Århus", pc="8000", cc="DK", voice="+45.86555010", email="tove@example.org", auth_info=AUTH)
    equal("contact:create", answer.code(), 1000)
    equal("contact:check now says taken", epp.contact.check([HANDLE]).availability(), {HANDLE: False})
    answer = epp.contact.info(HANDLE)
    equal("contact:info shows the city in UTF-8", answer.value("city"), "Århus")
    equal("and markup in a street as text", answer.values("street"), ["Havnegade 1 <2>", "A & B"])
    equal("and its sponsor", answer.sponsor(), USER)
    refused("letters beyond ASCII in the international form are refused", epptools.CommandException, epp.contact.create, HANDLE + "i", name="X", street=["Y"], city="Århus", cc="DK", email="x@example.org")
    refused("contact:create with the same id is 2302", epptools.ObjectExistsError, epp.contact.create, HANDLE, name="X", street=["Y"], city="Z", cc="DK", email="x@example.org")
    refused("a country that is none is refused", epptools.CommandException, epp.contact.create, HANDLE + "x", name="X", street=["Y"], city="Z", cc="QQ", email="x@example.org")

    hosts = [f"ns{number}.{suffix()}.example" for number in (1, 2)]
    for host in hosts:
        equal(f"host:create {host.split('.')[0]}, outside this registry", epp.host.create(host).code(), 1000)
    answer = epp.domain.create(DOMAIN, years=2, registrant=HANDLE, contacts={"admin": HANDLE, "tech": HANDLE, "billing": HANDLE}, nameservers=hosts, auth_info=AUTH)
    equal("domain:create", answer.code(), 1000)
    check("it ends two years later", answer.expiry_date()[:4] == str(int(answer.created_date()[:4]) + 2), answer.raw)
    refused("domain:create again is 2302", epptools.ObjectExistsError, epp.domain.create, DOMAIN, years=1, registrant=HANDLE, contacts={"admin": HANDLE, "tech": HANDLE}, auth_info=AUTH)
    refused("with a period of 11 years it is refused", epptools.CommandException, epp.domain.create, name("eleven"), years=11, registrant=HANDLE, contacts={"admin": HANDLE, "tech": HANDLE}, auth_info=AUTH)
    refused("with a contact that is not there it is refused", epptools.CommandException, epp.domain.create, name("nobody"), years=1, registrant=HANDLE + "-no", contacts={"admin": HANDLE, "tech": HANDLE}, auth_info=AUTH)

    answer = epp.domain.info(DOMAIN)
    equal("domain:info shows the hosts", sorted(answer.nameservers()), hosts)
    equal("the sponsor", answer.sponsor(), USER)
    equal("the status", answer.statuses(), ["ok"])
    check("and the add grace period", "addPeriod" in answer.rgp_status(), answer.rgp_status())
    expires = answer.expiry_date()
    renewed = epp.domain.renew(DOMAIN, expires, 1)
    equal("domain:renew adds a year", renewed.expiry_date()[:4], str(int(expires[:4]) + 1))
    refused("the same domain:renew again is refused: the date moved", epptools.CommandException, epp.domain.renew, DOMAIN, expires, 1)
    refused("beyond ten years it is refused", epptools.CommandException, epp.domain.renew, DOMAIN, renewed.expiry_date(), 9)

    glue = f"ns1.{DOMAIN}"
    refused("a host inside the zone needs an address", epptools.CommandException, epp.host.create, glue)
    equal("host:create with addresses", epp.host.create(glue, ["192.0.43.8", "2001:500:88::8"]).code(), 1000)
    refused("a host under another's domain is refused", epptools.CommandException, epp.host.create, f"ns9.{HELD[0]}", ["192.0.43.9"])
    equal("domain:update", epp.domain.update(DOMAIN, add={"ns": [glue], "statuses": ["clientTransferProhibited"]}, rem={"ns": [hosts[1]]}).code(), 1000)
    answer = epp.domain.info(DOMAIN)
    check("the host and the status are there", glue in answer.nameservers() and "clientTransferProhibited" in answer.statuses() and hosts[1] not in answer.nameservers(), answer.raw)
    equal("the subordinate host is listed", answer.subordinate_hosts(), [glue])
    refused("a host in use is not deleted", epptools.ObjectStatusError, epp.host.delete, glue)
    refused("a contact in use is not deleted", epptools.ObjectStatusError, epp.contact.delete, HANDLE)

    digest = "49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC1234"
    record = {"keyTag": 12345, "alg": 13, "digestType": 2, "digest": digest}
    equal("DNSSEC is added", epp.domain.update(DOMAIN, sec_dns={"add": {"dsData": [record]}}).code(), 1000)
    check("and shown", "12345" in str(epp.domain.info(DOMAIN).ds_records()), epp.domain.info(DOMAIN).ds_records())
    equal("logout is 1500", epp.logout().code(), 1500)


HELD = []


def foreign():
    HELD.append(held_by_us("epptools-held"))
    epp = client()
    refused("a transfer with a wrong code is 2202", epptools.AuthorizationError, epp.domain.transfer, "request", HELD[0], "not-the-code-1", 1)
    refused("another's domain is not renewed", epptools.CommandException, epp.domain.renew, HELD[0], "2030-01-01", 1)
    refused("nor updated", epptools.AuthorizationError, epp.domain.update, HELD[0], add={"statuses": ["clientHold"]})
    refused("nor deleted", epptools.AuthorizationError, epp.domain.delete, HELD[0])
    refused("info with a wrong code is refused", epptools.AuthorizationError, epp.domain.info, HELD[0], "not-the-code-1")
    answer = epp.domain.info(HELD[0])
    check("its sponsor is public, its code is not", answer.sponsor() == "domesday" and not answer.auth_info(), answer.raw)
    refused("a missing domain is 2303", epptools.ObjectDoesNotExistError, epp.domain.info, name("never-there"))
    epp.logout()


def queue():
    epp = client()
    answer = epp.poll.request()
    check("poll answers with a message or that there is none", answer.code() in (1300, 1301), answer.code())
    seen = []
    epp.poll.drain(lambda notice: seen.append(notice.message_id()), limit=50)
    equal("messages come once", len(seen), len(set(seen)))
    equal("a drained queue is 1300", epp.poll.request().code(), 1300) if len(seen) < 50 else None
    refused("acknowledging what is not there is refused", epptools.CommandException, epp.poll.ack, "999999999")
    epp.logout()


def delete():
    epp = client()
    epp.domain.update(DOMAIN, rem={"statuses": ["clientTransferProhibited"], "ns": [f"ns1.{DOMAIN}"]})
    epp.host.delete(f"ns1.{DOMAIN}")
    check("domain:delete", epp.domain.delete(DOMAIN).code() in (1000, 1001))
    try:
        gone = "pendingDelete" in epp.domain.info(DOMAIN).statuses()
    except epptools.ObjectDoesNotExistError:
        gone = True
    check("the domain is gone or pending", gone)
    epp.logout()


def schema():
    """Every frame the server sent is valid by ICANN's collection of EPP schemas, where there is one (crates/epp/src/xsd.rs says where)."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    schemas = os.environ.get("DOMESDAY_EPP_XSD") or os.path.join(os.path.dirname(root), "shared", "data", "epp-xsd")
    schemas = os.path.join(schemas, "all.xsd")
    if not os.path.isfile(schemas) or not shutil.which("xmllint"):
        print("skipped - no schemas or no xmllint")
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, frame in enumerate(FRAMES):
            paths.append(os.path.join(folder, f"{number:03}.xml"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(frame)
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schemas, *paths], capture_output=True, text=True, timeout=60, check=False)
        bad = [line for line in done.stderr.splitlines() if not line.endswith("validates")]
        check(f"all {len(FRAMES)} frames of the server are valid by the schemas", done.returncode == 0 and FRAMES, "\n".join(bad[:8]))


run(greeting, foreign, life, strangers, queue, delete, schema)
