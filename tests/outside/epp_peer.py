"""What the EPP clients in Python share: where the certificates are, a contact, and a name that our own side holds."""

import os
import urllib.parse

from common import EPP_HOST, EPP_PORT, PKI, http, name

HOST, PORT = EPP_HOST, EPP_PORT
CA = os.path.join(PKI, "ca.pem")
USER, PASSWORD = "outsider", "outsider-epp"


def certificate(registrar):
    """Paths of a registrar's certificate and key."""
    return os.path.join(PKI, f"client-{registrar}.pem"), os.path.join(PKI, f"client-{registrar}.key")


def held_by_us(stem):
    """Registers a name through the CentralNic dialect, as a reseller would: at the registry its sponsor is `domesday`."""
    domain = name(stem)
    command = {
        "s_login": "demo", "s_pw": "demo-pass", "command": "AddDomain", "domain": domain, "period": "1",
        "nameserver0": "ns1.example.net", "nameserver1": "ns2.example.net",
    }
    person = {"FIRSTNAME": "Eve", "LASTNAME": "Holm", "STREET": "Nygata 5", "CITY": "Oslo", "ZIP": "0159", "COUNTRY": "NO", "PHONE": "+47.22555010", "EMAIL": "eve@example.org"}
    for role in ("OWNER", "ADMIN", "TECH", "BILLING"):
        command.update({f"{role}CONTACT0{key}": value for key, value in person.items()})
    answer = http("/api/call.cgi?" + urllib.parse.urlencode(command))
    if "\ncode = 200\n" not in answer.text:
        raise RuntimeError(f"could not register {domain}: {answer.text[:300]}")
    return domain
