"""What the outside clients share: where the server is, one line per check, names of their own, plain HTTP."""

import json
import os
import re
import secrets
import socket
import sys
import traceback
import urllib.error
import urllib.parse
import urllib.request

HTTP = os.environ["DOMESDAY_HTTP"]
EPP_HOST, EPP_PORT = "localhost", int(os.environ["DOMESDAY_EPP"].rpartition(":")[2])
PKI = os.environ["DOMESDAY_PKI"]
# No proxy of the machine may stand between a client and the loopback.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
socket.setdefaulttimeout(60)

_SUFFIX = secrets.token_hex(4)
_failed = []


def name(stem, zone="com"):
    """A name of this run, so that the client can be run again on the same store."""
    return f"{stem}-{_SUFFIX}.{zone}"


def suffix():
    """What makes this run's names unique: eight hex digits."""
    return _SUFFIX


def check(what, good, why=""):
    """Prints one line; a failed check does not stop the client, but its exit code tells."""
    if good:
        print(f"ok - {what}")
    else:
        _failed.append(what)
        print(f"FAIL - {what}" + (f": {str(why)[:600]}" if why != "" else ""))
    return bool(good)


def equal(what, got, wanted):
    return check(what, got == wanted, f"got {got!r}, wanted {wanted!r}")


class Skip(Exception):
    """A part that needs a command which is not served yet."""


def serves(command, _known={}):
    """Whether the server has this command: a DMAPI request by its list of requests, a CentralNic command (it has capitals) by asking for it."""
    if command not in _known:
        if command == command.lower():
            body = http("/request/query-request-list", query={"api-key": "demo-key"}).text.partition("\n\n")[2]
            _known.update({line.split(" ")[0]: True for line in body.split("\n") if line})
            _known.setdefault(command, False)
        else:
            text = http("/api/call", query={"s_login": "demo", "s_pw": "demo-pass", "command": command}).text
            _known[command] = not re.search(r"^code = 500$", text, re.M)
    return _known[command]


def needs(*commands):
    """Leaves the part here, visibly, when the server does not have one of these yet. That what it has stays is watched by the transcripts."""
    missing = [command for command in commands if not serves(command)]
    if missing:
        raise Skip(", ".join(missing))


def run(*parts):
    """Runs the parts in order; an exception fails its part and the next one still runs. Ends the program."""
    for part in parts:
        try:
            part()
        except Skip as missing:
            print(f"skipped - {part.__name__}: not served yet: {missing}")
        except Exception as problem:  # a client must report whatever its library throws
            where = traceback.extract_tb(problem.__traceback__)
            ours = [frame for frame in where if "tests/outside" in frame.filename] or where
            check(f"{part.__name__} came to its end", False, f"{type(problem).__name__}: {problem} (line {ours[-1].lineno})")
    sys.exit(1 if _failed else 0)


class Reply:
    """Status, headers and body of one HTTP exchange; an error status is a reply like any other."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8")


def http(path, query=None, form=None, body=None, headers=None, method=None):
    """GET with `query`, POST with `form` (pairs or a dict) or a raw `body`."""
    url = f"http://{HTTP}{path}"
    if query:
        url += "?" + urllib.parse.urlencode(query)
    data = urllib.parse.urlencode(form).encode() if form is not None else body
    request = urllib.request.Request(url, data=data, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Reply(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as answer:
        return Reply(answer.code, answer.headers, answer.read())


def lab(path, value=None):
    """A call of the sandbox lab, as JSON."""
    if value is None:
        answer = http("/sandbox/" + path)
    else:
        answer = http("/sandbox/" + path, body=json.dumps(value).encode(), headers={"Content-Type": "application/json"})
    if answer.status // 100 != 2:
        raise RuntimeError(f"/sandbox/{path} answered {answer.status}: {answer.text[:300]}")
    return json.loads(answer.text) if answer.text.strip() else None
