"""Starts the built server, runs every outside client against it, stops it, and checks that the clients fail without it.

    run.py --binary target/debug/domesday [--postgres URL] [--only NAME ...]

Each client is a program of its own. It prints one line per check (`ok - what` or `FAIL - what: why`), `skipped - part: why` for what needs a command
that is not served yet, and exits non-zero if a check failed. The last line printed here counts them: `N passed, N failed, N skipped`.
"""

import argparse
import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
# Name and the most seconds it may take.
CLIENTS = [
    ("cnr_sdk.py", 120),
    ("rrpproxy_client.py", 90),
    ("dmapi_clients.py", 180),
    ("dmapi_dns.py", 90),
    ("joker_dns.py", 180),
    ("epptools_life.py", 90),
    ("pyepp_life.py", 90),
    ("net_epp.pl", 90),
    ("races.py", 120),
    ("webhooks.py", 180),
    ("bad_http.py", 120),
]
START_S = 60
STOP_S = 10


class Tally:
    """Counts checks over all runs."""

    def __init__(self):
        self.passed = self.skipped = 0
        self.failed = []

    def check(self, what, good, why=""):
        if good:
            self.passed += 1
            print(f"  ok - {what}", flush=True)
        else:
            self.failed.append(what)
            print(f"  FAIL - {what}" + (f": {why}" if why else ""), flush=True)
        return good


class Server:
    """The real binary on free ports, with its output kept for the report of a failure."""

    def __init__(self, binary, data, database):
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--epp", "127.0.0.1:0", "--whois", "127.0.0.1:0", "--dns", "127.0.0.1:0", "--data", data]
        if database:
            command += ["--database", database]
        self.data = data
        self.lines = []
        self.waiting = queue.Queue()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=self._read, daemon=True).start()
        self.http = self.epp = None
        deadline = time.monotonic() + START_S
        while not (self.http and self.epp):
            try:
                line = self.waiting.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                self.kill()
                raise RuntimeError(f"no `listening on` lines within {START_S} s:\n{self.tail()}") from None
            if line is None:
                raise RuntimeError(f"the server ended with {self.process.wait()} before it listened:\n{self.tail()}")
            if found := re.search(r"epp listening on (?:\w+://)?([\d.]+:\d+)", line):
                self.epp = found[1]
            elif found := re.search(r"listening on http://(\S+?)/?(?:\s|$)", line):
                self.http = found[1]

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            del self.lines[:-2000]
            self.waiting.put(line)
        self.waiting.put(None)

    def tail(self, count=40):
        return "\n".join("    | " + line for line in self.lines[-count:])

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.http}{path}", timeout=30) as reply:
            return json.loads(reply.read())

    def stop(self):
        """SIGTERM; the exit code and how long it took, or None and the limit."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=STOP_S), time.monotonic() - started
        except subprocess.TimeoutExpired:
            self.kill()
            return None, STOP_S

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def run_client(name, limit_s, environment):
    """Exit code and printed lines of one client; 124 when it took too long."""
    interpreter = "perl" if name.endswith(".pl") else sys.executable
    try:
        done = subprocess.run([interpreter, str(HERE / name)], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=limit_s)
        return done.returncode, done.stdout.splitlines()
    except subprocess.TimeoutExpired as over:
        text = over.stdout or b""
        return 124, (text.decode(errors="replace") if isinstance(text, bytes) else text).splitlines()


def environment(binary, http, epp, data):
    return dict(os.environ, DOMESDAY_BINARY=os.path.abspath(binary), DOMESDAY_HTTP=http, DOMESDAY_EPP=epp, DOMESDAY_PKI=os.path.join(data, "pki"), PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1")


def stop_well(tally, server):
    code, seconds = server.stop()
    if not tally.check(f"SIGTERM ends it with 0 within {STOP_S} s", code == 0, f"exit {code} after {seconds:.1f} s"):
        print(server.tail(), flush=True)


def one_store(tally, binary, database, clients, data):
    """All clients against one store; a restart; then the same clients with nobody listening."""
    server = Server(binary, data, database)
    seen = environment(binary, server.http, server.epp, data)
    try:
        for name, limit_s in clients:
            started = time.monotonic()
            print(f"- {name}", flush=True)
            code, lines = run_client(name, limit_s, seen)
            good = [line for line in lines if line.startswith("ok - ")]
            bad = [line for line in lines if line.startswith("FAIL - ")]
            left = [line for line in lines if line.startswith("skipped - ")]
            tally.passed += len(good)
            tally.skipped += len(left)
            tally.failed += [f"{name}: {line[7:]}" for line in bad]
            for line in lines if bad or code else left:
                print("  " + line)
            if code and not bad:
                tally.failed.append(f"{name}: ended with {code}")
                print(f"  FAIL - {name} ended with {code}")
            elif not code and not good and not left:
                tally.failed.append(f"{name}: checked nothing")
                print(f"  FAIL - {name} checked nothing")
            print(f"  {len(good)} ok, {len(bad)} failed, {len(left)} skipped, {time.monotonic() - started:.1f} s", flush=True)
            if server.process.poll() is not None:
                tally.check("the server is still there", False, f"it ended with {server.process.returncode}\n{server.tail()}")
                return
        promises = server.get("/sandbox/invariants")
        tally.check("all invariants hold after the clients", promises.get("ok") is True, json.dumps(promises)[:2000])
        stop_well(tally, server)

        server = Server(binary, data, database)
        promises = server.get("/sandbox/invariants")
        tally.check("all invariants hold after a restart", promises.get("ok") is True, json.dumps(promises)[:2000])
        stop_well(tally, server)
    finally:
        server.kill()

    # A suite that passes without a server proves nothing.
    for name, limit_s in clients:
        code, _ = run_client(name, limit_s, seen)
        tally.check(f"{name} fails when nobody listens", code not in (0, 124), f"exit {code}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--postgres", help="a database of its own; without it only SQLite is tried")
    parser.add_argument("--only", nargs="*", help="these clients instead of all")
    options = parser.parse_args()
    clients = [(name, limit_s) for name, limit_s in CLIENTS if not options.only or name in options.only]

    tally = Tally()
    for label, database in [("SQLite", None), ("PostgreSQL", options.postgres)]:
        if label == "PostgreSQL" and not database:
            continue
        print(f"\noutside clients on {label}", flush=True)
        data = tempfile.mkdtemp(prefix="domesday-outside-")
        try:
            one_store(tally, options.binary, database, clients, data)
        except (RuntimeError, OSError, ValueError) as problem:
            tally.check(f"the run on {label} came to its end", False, str(problem))
        finally:
            shutil.rmtree(data, ignore_errors=True)

    for what in tally.failed:
        print(f"FAILED: {what}")
    print(f"{tally.passed} passed, {len(tally.failed)} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    # An interrupt or the time limit of ./test must not leave a server behind: as an exception it passes through the finally blocks.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
