"""Hosted zones as the rest of the world meets them: PyPI's dns-lexicon and certbot-dns-joker unchanged, and resolvers.

The clients talk to dmapi.joker.com and svc.joker.com over TLS. Both names are mapped by a CONNECT proxy (HTTPS_PROXY) to a server of our own with a
certificate of a test authority (REQUESTS_CA_BUNDLE); nothing else can be reached through it.
"""

import datetime
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
from common import check, equal, http as exchange, run
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

BINARY = os.environ["DOMESDAY_BINARY"]
HOSTS = ("dmapi.joker.com", "svc.joker.com")
DOMAIN = "fresh.com"
KEY = "demo-key"
START_S = 60


def certificates(folder):
    """A test authority, and a certificate of it for the names of the service."""
    now = datetime.datetime.now(datetime.timezone.utc)

    def make(subject, issuer, issuer_key, key, extensions):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key()).serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=7))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    def common_name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = make(common_name("test authority"), common_name("test authority"), authority_key, authority_key, [(x509.BasicConstraints(ca=True, path_length=0), True)])
    leaf = make(common_name(HOSTS[0]), common_name("test authority"), authority_key, key, [(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), False)])
    (folder / "ca.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "leaf.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


class Served:
    """The binary with TLS, a name server and redirections, on free ports."""

    def __init__(self, folder):
        loopback = "127.0.0.1:0"
        command = [BINARY, "serve", "--listen", loopback, "--epp", loopback, "--whois", loopback, "--dns", loopback, "--redirect", loopback]
        command += ["--tls-cert", folder / "leaf.pem", "--tls-key", folder / "leaf.key", "--data", folder / "data"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        lines, seen, found = queue.Queue(), [], {}
        threading.Thread(target=lambda: [lines.put(line) for line in self.process.stdout], daemon=True).start()
        patterns = {"https": r"listening on https://(\S+?)/?\s*$", "dns": r"dns listening on (\S+)", "redirects": r"redirections answered on (\S+)"}
        deadline = time.monotonic() + START_S
        while len(found) < len(patterns):
            try:
                seen.append(lines.get(timeout=max(0.01, deadline - time.monotonic())))
            except queue.Empty:
                self.process.kill()
                raise RuntimeError("it does not listen:\n" + "".join(seen)) from None
            for what, pattern in patterns.items():
                if hit := re.search(pattern, seen[-1]):
                    host, _, port = hit[1].rpartition(":")
                    found[what] = (host, int(port))
        self.https, self.dns, self.redirects = found["https"], found["dns"], found["redirects"]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Proxy:
    """CONNECT to the two hosts leads to one address, to any other nowhere."""

    def __init__(self, target):
        self.target, self.asked = target, []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.socket.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 8192:
            got = client.recv(4096)
            if not got:
                return
            head += got
        host = head.split(b" ")[1].decode("ascii", "replace").rpartition(":")[0]
        self.asked.append(host)
        if host not in HOSTS:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(self.target)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        for ends in ((client, server), (server, client)):
            threading.Thread(target=self._carry, args=ends, daemon=True).start()

    @staticmethod
    def _carry(source, drain):
        try:
            while data := source.recv(65536):
                drain.sendall(data)
            drain.shutdown(socket.SHUT_WR)
        except OSError:
            pass


FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="domesday-joker-"))
served = proxy = None


def outside(*command):
    """A foreign program that believes it talks to Joker."""
    seen = dict(os.environ, HTTPS_PROXY=proxy.url, https_proxy=proxy.url, NO_PROXY="", no_proxy="", REQUESTS_CA_BUNDLE=str(FOLDER / "ca.pem"), HOME=str(FOLDER))
    done = subprocess.run([sys.executable, "-W", "ignore", *command], env=seen, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=90)
    return done.returncode, done.stdout


def query(name, kind, dnssec=False, tcp=False):
    message = dns.message.make_query(name, kind, want_dnssec=dnssec)
    ask = dns.query.tcp if tcp else dns.query.udp
    return ask(message, served.dns[0], port=served.dns[1], timeout=5)


def texts(name):
    answer = query(name, "TXT").answer
    return sorted(b"".join(record.strings).decode() for found in answer for record in found)


def within_a_second(what, wanted, of):
    begun, got = time.monotonic(), None
    while time.monotonic() - begun < 1.0:
        if (got := of()) == wanted:
            break
        time.sleep(0.02)
    check(f"{what} within a second", got == wanted, f"{got}, not {wanted}")


def start():
    global served, proxy
    # A server that is not there is found out here.
    equal("the server answers", exchange("/healthz").status, 200)
    certificates(FOLDER)
    served = Served(FOLDER)
    proxy = Proxy(served.https)


# The library's own interface; its command line would ask a resolver of the world for the zone's name.
LEXICON = """
import json, sys
from lexicon.client import Client
from lexicon.config import ConfigResolver

config, call, arguments = (json.loads(text) for text in sys.argv[1:])
with Client(ConfigResolver().with_dict(config)) as operations:
    print(json.dumps(getattr(operations, call)(**arguments)))
"""


def lexicon():
    def call(what, key=KEY, **arguments):
        config = {"provider_name": "joker", "domain": DOMAIN, "ttl": 600, "joker": {"auth_token": key}}
        return outside("-c", LEXICON, json.dumps(config), json.dumps(what), json.dumps(arguments))

    def good(what, said, **arguments):
        code, text = call(what, **arguments)
        check(said, code == 0 and text.rstrip().endswith("true"), text)

    name = f"_acme-challenge.{DOMAIN}"
    good("create_record", "lexicon creates a record", rtype="TXT", name=name, content="challenge-1")
    within_a_second("the record is answered", ["challenge-1"], lambda: texts(name))
    good("create_record", "lexicon creates an address", rtype="A", name=f"www.{DOMAIN}", content="192.0.2.10")
    code, said = call("list_records", rtype="TXT")
    found = json.loads(said.splitlines()[-1]) if code == 0 else []
    check("lexicon lists it", [(record["name"], record["content"], record["ttl"]) for record in found] == [(name, "challenge-1", 600)], said)
    good("update_record", "lexicon changes it", rtype="TXT", name=name, content="challenge-2")
    within_a_second("the change is answered", ["challenge-2"], lambda: texts(name))
    good("delete_record", "lexicon deletes it", rtype="TXT", name=name)
    within_a_second("nothing is answered any more", [], lambda: texts(name))
    within_a_second("and the other record stands", ["192.0.2.10"], lambda: [str(record) for found in query(f"www.{DOMAIN}", "A").answer for record in found])
    code, said = call("list_records", key="no-such-key")
    check("lexicon hears of a wrong key", code != 0 and "API key is invalid" in said, said)
    check("lexicon asked Joker, by its name", "dmapi.joker.com" in proxy.asked, proxy.asked)


def dmapi(request, **form):
    """A plain request over the same way."""
    code = "import json, sys, requests; print(requests.post('https://dmapi.joker.com/request/' + sys.argv[1], data=json.loads(sys.argv[2])).text)"
    status, text = outside("-c", code, request, json.dumps({"api-key": KEY, **form}))
    check(f"{request} succeeds", status == 0 and "Status-Code: 0\n" in text, text)
    return text


CERTBOT = """
import sys
from certbot_dns_joker.dns_joker import Authenticator

class Config:
    pass

config = Config()
config.joker_credentials = sys.argv[1]
config.joker_propagation_seconds = 0
config.noninteractive_mode = True
plugin = Authenticator(config, 'joker')
plugin._setup_credentials()
domain, name, value = sys.argv[3:6]
(plugin._perform if sys.argv[2] == 'perform' else plugin._cleanup)(domain, name, value)
"""


def certbot():
    dmapi("dns-zone-put", domain=DOMAIN, zone="$dyndns=yes:challenger:s3cret-pass\nwww A 0 192.0.2.10 300")
    credentials = FOLDER / "joker.ini"

    def challenge(step, password="s3cret-pass"):
        credentials.write_text(f"joker_username = challenger\njoker_password = {password}\njoker_domain = {DOMAIN}\n")
        credentials.chmod(0o600)
        return outside("-c", CERTBOT, str(credentials), step, DOMAIN, f"_acme-challenge.{DOMAIN}", "certbot-value")

    code, said = challenge("perform")
    check("certbot's plugin sets its challenge", code == 0, said)
    within_a_second("the challenge is answered", ["certbot-value"], lambda: texts(f"_acme-challenge.{DOMAIN}"))
    code, said = challenge("cleanup")
    check("certbot's plugin takes it away", code == 0, said)
    within_a_second("and it is gone", [], lambda: texts(f"_acme-challenge.{DOMAIN}"))
    code, said = challenge("perform", "wrong")
    check("certbot's plugin hears of a wrong password", code != 0 and "badauth" in said, said)


def signed():
    dmapi("dns-zone-put", domain=DOMAIN, zone="$dnssec=yes\n@ A 0 192.0.2.20 300\n@ MX 10 mail.example.net. 300\nlong TXT 0 \"" + "x" * 400 + "\" 300")
    within_a_second("the signed zone is answered", True, lambda: bool(query(DOMAIN, "DNSKEY").answer))
    origin = dns.name.from_text(DOMAIN)
    keys = query(DOMAIN, "DNSKEY", dnssec=True, tcp=True)
    ring = {origin: keys.answer[0]}
    for name, kind in [(DOMAIN, "DNSKEY"), (DOMAIN, "A"), (DOMAIN, "MX"), (DOMAIN, "SOA"), (f"long.{DOMAIN}", "TXT")]:
        reply = query(name, kind, dnssec=True, tcp=True)
        records = [found for found in reply.answer if found.rdtype == dns.rdatatype.from_text(kind)]
        signatures = [found for found in reply.answer if found.rdtype == dns.rdatatype.RRSIG]
        try:
            dns.dnssec.validate(records[0], signatures[0], ring)
            check(f"{name} {kind} validates with the zone's key", True)
        except (dns.dnssec.ValidationFailure, IndexError) as problem:
            check(f"{name} {kind} validates with the zone's key", False, f"{problem}: {reply}")
    absent = query(f"nothing.{DOMAIN}", "A", dnssec=True, tcp=True)
    proofs = {(found.name, found.covers): found for found in absent.authority if found.rdtype == dns.rdatatype.RRSIG}
    hashed = [found for found in absent.authority if found.rdtype == dns.rdatatype.NSEC3]
    check("what is absent is proven", absent.rcode() == dns.rcode.NXDOMAIN and hashed, absent)
    for found in hashed:
        dns.dnssec.validate(found, proofs[(found.name, dns.rdatatype.NSEC3)], ring)
    shown, code = "", "import requests; print(requests.get('https://dmapi.joker.com/whois', params={'domain': 'fresh.com', 'api-key': 'demo-key'}).text)"
    for _ in range(20):
        _, shown = outside("-c", code)
        if "DNSSEC: signedDelegation" in shown:
            break
        time.sleep(0.2)
    check("the registry was told of the key", "DNSSEC: signedDelegation" in shown, shown)
    cut = query(DOMAIN, "ANY", dnssec=True)
    check("ANY over UDP is short and leads to TCP", cut.flags & dns.flags.TC and not cut.answer, cut)


def redirected():
    dmapi("dns-zone-put", domain=DOMAIN, zone="go URL 0 http://joker.com/there 86400\nin FRAME 0 http://joker.com 86400 0 0 \"\" \"\" \"A title\" \"\"")
    host = served.redirects[0]
    within_a_second("a redirected name leads to our address", [host], lambda: [str(record) for found in query(f"go.{DOMAIN}", "A").answer for record in found])

    def get(name):
        with socket.create_connection(served.redirects, timeout=10) as stream:
            stream.sendall(f"GET /x HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
            return b"".join(iter(lambda: stream.recv(65536), b"")).decode()

    reply = get(f"go.{DOMAIN}")
    check("and from there on", reply.startswith("HTTP/1.1 302") and "location: http://joker.com/there" in reply.lower(), reply)
    check("a frame is a page", "<title>A title</title>" in get(f"in.{DOMAIN}"))
    check("what is not redirected is not found", get(f"no.{DOMAIN}").startswith("HTTP/1.1 404"))


def end():
    served.stop()
    equal("it ended well", served.process.returncode, 0)


try:
    run(start, lexicon, certbot, signed, redirected, end)
finally:
    if served:
        served.stop()
