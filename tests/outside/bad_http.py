"""Hostile and broken HTTP over raw sockets: there must always be a complete, parsable reply or a clean close, in time, and others are served meanwhile."""

import re
import socket
import time

from common import HTTP, check, equal, http, run

PLACE = (HTTP.rsplit(":", 1)[0], int(HTTP.rsplit(":", 1)[1]))
# The most seconds until the server has answered or hung up.
PATIENCE_S = 30
FORM = "Content-Type: application/x-www-form-urlencoded"


class Answer:
    """What came back: `status` 0 means that the server closed without a byte."""

    def __init__(self, data, late):
        self.data, self.late = data, late
        head, split, self.body = data.partition(b"\r\n\r\n")
        found = re.match(rb"^HTTP/1\.[01] (\d{3})(?: [^\r\n]*)?(?:\r\n|$)", head)
        self.status = int(found[1]) if found else 0
        self.headers = {line.split(b":", 1)[0].strip().lower(): line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")[1:] if b":" in line}
        length = self.headers.get(b"content-length")
        whole = split and (length is None or len(self.body) >= int(length) or self.status == 0)
        self.clean = not late and (not data or bool(found and whole))

    def __repr__(self):
        return f"late={self.late} status={self.status} {self.data[:160]!r}"


def talk(data, chunks=None, pause_s=0.0, head_only=False):
    """Sends bytes on a connection of its own and reads until the server closes; a reset after a reply counts as its end."""
    received, deadline = b"", time.monotonic() + PATIENCE_S
    with socket.create_connection(PLACE, timeout=PATIENCE_S) as wire:
        wire.settimeout(PATIENCE_S)
        try:
            for piece in chunks or [data]:
                wire.sendall(piece)
                if pause_s:
                    time.sleep(pause_s)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough: its answer may still be there to read
        while True:
            wire.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                chunk = wire.recv(65536)
            except ConnectionResetError:
                break
            except TimeoutError:
                return Answer(received, True)
            if not chunk:
                break
            received += chunk
    answer = Answer(received, False)
    if head_only and answer.status and not answer.body:
        answer.clean = True
    return answer


def request(target, method="GET", headers=(), body=b"", version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", f"Host: {HTTP}", "Connection: close", *headers]
    if body and not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def tame(what, answer, statuses=None):
    """Clean, no 5xx of the failing kind, and nothing of our insides in it."""
    good = answer.clean and answer.status not in (500, 502, 504)
    if statuses is not None:
        good = good and answer.status in statuses
    inside = any(word in answer.data for word in (b"panicked", b"thread '", b"src/", b"RUST_BACKTRACE", b"rusqlite", b"SQLSTATE"))
    return check(what, good and not inside, answer)


def alive():
    return http("/healthz").status == 200


SLOW = []


def slow_ones_come():
    """Two hundred clients that never finish their request stay connected while everything below runs."""
    for number in range(200):
        wire = socket.create_connection(PLACE, timeout=10)
        wire.sendall([b"GET /request/lo", b"POST /request/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nuser", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: "][number % 3])
        SLOW.append(wire)
    started = time.monotonic()
    check("others are served while 200 slow clients wait", alive())
    check("and at once", time.monotonic() - started < 5, time.monotonic() - started)


def sizes():
    big = b"s_login=demo&s_pw=demo-pass&command=StatusAccount&filler=" + b"x" * (64 << 20)
    for path in ("/api/call.cgi", "/request/login", "/api/v1/domains"):
        answer = talk(None, chunks=[request(path, "POST", [FORM, f"Content-Length: {len(big)}"]), big])
        tame(f"a body of 64 MiB to {path}", answer, (0, 400, 401, 403, 404, 405, 413))
    answer = talk(request("/request/login", "POST", [FORM, "Content-Length: 99999999999999999999"]))
    tame("a length beyond 64 bits", answer, (0, 400, 413))
    answer = talk(request("/request/login", "POST", [FORM, "Content-Length: -5"]))
    tame("a negative length", answer, (0, 400))
    many = "&".join(f"p{number}=v" for number in range(100_000)).encode()
    for path in ("/api/call.cgi", "/request/login"):
        answer = talk(request(path, "POST", [FORM], many))
        tame(f"100,000 parameters to {path}", answer)
        check(f"are refused in words: {path}", answer.status in (400, 413) or b"Status-Code: 2" in answer.body or re.search(rb"^code = 5\d\d$", answer.body, re.M), answer)
    block = "s_login=demo&s_pw=demo-pass&s_command=" + "%0A".join(f"P{number}%3Dv" for number in range(50_000))
    tame("50,000 lines in a command block", talk(request("/api/call.cgi", "POST", [FORM], block.encode())))
    tame("a request line of 1 MiB", talk(request("/request/login?x=" + "y" * (1 << 20))))
    tame("a header of 1 MiB", talk(request("/request/login", headers=["X-Long: " + "z" * (1 << 20)])))
    tame("10,000 headers", talk(request("/request/login", headers=[f"X-{number}: 1" for number in range(10_000)])))
    tame("a very long path", talk(request("/" + "a/" * 20_000)))


def encodings():
    for sample in ("%", "%zz", "a%2", "%ff%fe", "%00", "%u0041", "%c3%28", "%ed%a0%80", "+%2b+", "%f0%9f%98%80", "=", "&&&&", "a=b=c", "%25%32%35", "\x01", "\x7f"):
        for path in ("/request/login?username={}&password={}", "/api/call?s_login={}&s_pw={}&command={}"):
            answer = talk(request(path.replace("{}", sample)))
            tame(f"{sample!r} in {path.partition('?')[0]}", answer)
    for path, body in (("/request/login", b"username=%zz&password=\xff\xfe"), ("/api/call.cgi", b"s_login=demo&s_pw=\xc3\x28&s_command=COMMAND%3D%ff%0a\xff")):
        tame(f"bytes that are no UTF-8 to {path}", talk(request(path, "POST", [FORM], body)))
    tame("JSON where a form is due", talk(request("/request/login", "POST", ["Content-Type: application/json"], b'{"username":"demo"}')))
    tame("multipart where a form is due", talk(request("/api/call.cgi", "POST", ["Content-Type: multipart/form-data; boundary=x"], b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--')))
    tame("broken JSON to our own API", talk(request("/api/v1/domains", "POST", ["Content-Type: application/json", "Authorization: Bearer demo-key"], b'{"name":')))
    deep = b"[" * 50_000 + b"]" * 50_000
    tame("JSON 50,000 levels deep", talk(request("/api/v1/domains", "POST", ["Content-Type: application/json", "Authorization: Bearer demo-key"], deep)))
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">' + b"".join(b'<!ENTITY b%d "%s">' % (n, b"&b%s;" % (str(n - 1).encode() if n else b"") * 10) for n in range(1, 9)) + b"]><methodCall><methodName>&b8;</methodName></methodCall>"
    for path in ("/api/xmlrpc", "/soap"):
        started = time.monotonic()
        tame(f"an XML bomb to {path}", talk(request(path, "POST", ["Content-Type: text/xml"], bomb)))
        check("is answered at once", time.monotonic() - started < 5)


def repeats():
    answer = talk(request("/request/login?username=demo@reseller.example&password=x&password=demo-pass"))
    tame("a repeated DMAPI parameter", answer, (200,))
    check("its last value wins", b"Status-Code: 0\n" in answer.body, answer)
    answer = talk(request("/api/call?s_login=demo&s_pw=demo-pass&command=StatusAccount&command=StatusAccount"))
    tame("a repeated command", answer, (200,))
    check("is answered in the dialect", answer.body.startswith(b"[RESPONSE]\n") and answer.body.endswith(b"EOF\n"), answer)
    tame("two Host headers", talk(request("/request/login", headers=["Host: other"])))
    tame("two different lengths", talk(request("/request/login", "POST", [FORM, "Content-Length: 3", "Content-Length: 30"], b"a=b")), (0, 400))
    answer = talk(request("/request/login", "POST", [FORM, "Content-Length: 4", "Transfer-Encoding: chunked"], b"0\r\n\r\nGET /request/evil HTTP/1.1\r\nHost: x\r\n\r\n"))
    tame("a length and chunks at once", answer)
    check("smuggle no second request in", answer.data.count(b"HTTP/1.") <= 1, answer)
    tame("a chunk with a bad size", talk(request("/request/login", "POST", [FORM, "Transfer-Encoding: chunked"], b"zz\r\nabc\r\n0\r\n\r\n")))
    tame("an endless chunk size", talk(request("/request/login", "POST", [FORM, "Transfer-Encoding: chunked"], b"f" * 100 + b"\r\nabc\r\n")))


def methods():
    for path in ("/request/login", "/api/call", "/api/call.cgi"):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
            tame(f"{method} {path}", talk(request(path, method)), (200, 204, 400, 405, 501))
        tame(f"HEAD {path}", talk(request(path, "HEAD"), head_only=True))
    tame("TRACE does not echo", talk(request("/request/login", "TRACE", ["X-Secret: sesame"])))
    check("what it was sent", b"sesame" not in talk(request("/request/login", "TRACE", ["X-Secret: sesame"])).data)
    tame("an unknown path", talk(request("/no/such/place")), (404,))
    tame("dots in a path", talk(request("/../../../../etc/passwd")), (400, 404))
    tame("escaped dots in a path", talk(request("/%2e%2e/%2e%2e/etc/passwd")), (400, 404))
    tame("HTTP/1.0", talk(request("/request/login", version="HTTP/1.0")))
    tame("HTTP/0.9", talk(b"GET /request/login\r\n\r\n"))
    tame("HTTP/2 without asking", talk(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
    tame("TLS to the plain port", talk(bytes.fromhex("16030100a5010000a10303") + b"\x00" * 160))
    tame("rubbish", talk(b"\x00\xff\x00\xff" * 1000 + b"\r\n\r\n"))
    tame("a line feed in the target", talk(b"GET /request/login\nX: y HTTP/1.1\r\nHost: x\r\n\r\n"))


def frames():
    """No value of a client can add a line to a reply."""
    for injected in ("%0aAuth-Sid: 1", "%0d%0aAuth-Sid: 1", "%0d%0a%0d%0aAuth-Sid: 1", "%e2%80%a8Auth-Sid: 1"):
        answer = talk(request(f"/request/login?username=x{injected.replace(' ', '%20')}&password=y&cltrid=z{injected.replace(' ', '%20')}"))
        check(f"DMAPI: {injected[:9]} adds no header", tame(f"DMAPI: {injected[:9]} is answered", answer) and not re.search(rb"(^|\n|\r)Auth-Sid: 1", answer.data), answer)
    for injected in ("%0aproperty[sessionid][0] = 1", "%0d%0acode = 200", "%0aEOF%0a[RESPONSE]%0acode = 200"):
        text = injected.replace(" ", "%20").replace("[", "%5B").replace("]", "%5D")
        answer = talk(request(f"/api/call?s_login=x{text}&s_pw=y{text}&command=Status{text}&subuser={text}"))
        check(f"CentralNic: {injected[:9]} adds no line", tame(f"CentralNic: {injected[:9]} is answered", answer) and answer.body.count(b"\ncode = ") == 1 and b"code = 200" not in answer.body and b"sessionid" not in answer.body, answer)
    answer = http("/request/login", query={"username": "demo@reseller.example", "password": "demo-pass"})
    sid = re.search(r"^Auth-Sid: (\w+)$", answer.text, re.M)[1]
    for value in ("a\nStatus-Code: 0", "\r\n\r\n", "x" * 5000, "<b>&\"'", "\u202e\u2028", "*" * 3000, "%_%_", "' OR 1=1 --", "\x00"):
        answer = http("/request/query-domain-list", form={"auth-sid": sid, "pattern": value})
        head = answer.text.partition("\n\n")[0]
        check(f"a pattern of {value[:12]!r} is answered in the dialect", re.search(r"^Status-Code: \d+$", head, re.M) and head.count("Status-Code") == 1, answer.text[:200])


def keep_alive():
    """Two requests in one packet are answered one after the other; half a body and a close harm nobody."""
    first = request("/healthz").replace(b"Connection: close\r\n", b"")
    answer = talk(first + request("/healthz"))
    equal("pipelined requests get two replies", answer.data.count(b"HTTP/1.1 200"), 2)
    for _ in range(50):
        with socket.create_connection(PLACE, timeout=10) as wire:
            wire.sendall(request("/api/call.cgi", "POST", [FORM, "Content-Length: 500"], b"s_login=demo&s_pw=de"))
    check("fifty clients that leave in the middle do no harm", alive())
    answer = talk(None, chunks=[bytes([byte]) for byte in request("/healthz")], pause_s=0.01)
    tame("a request byte by byte", answer, (200,))


def slow_ones_go():
    """In the end the server hangs up on the slow ones: nobody may hold a connection for ever."""
    deadline, open_ones, said = time.monotonic() + 60, list(SLOW), b""
    while open_ones and time.monotonic() < deadline:
        for wire in list(open_ones):
            wire.settimeout(0.05 if len(open_ones) < 20 else 0.005)
            try:
                data = wire.recv(4096)
                said = said or data
                if not data:
                    open_ones.remove(wire)
            except TimeoutError:
                pass
            except OSError:
                open_ones.remove(wire)
    equal("no slow client is still connected", len(open_ones), 0)
    check("and what it was told is HTTP or nothing", not said or said.startswith(b"HTTP/1.1 4"), said[:80])
    check("the server is well", alive())


run(slow_ones_come, sizes, encodings, repeats, methods, frames, keep_alive, slow_ones_go)
