"""DMAPI requests over HTTP, and three clients whose habits the others' checks also use."""

import re
import time

from common import check, equal, http as exchange

USER, PASSWORD = "demo@reseller.example", "demo-pass"
CONTACT = {
    "name": "Grace Muster", "organization": "Muster GmbH", "email": "grace@example.org", "address-1": "Ringstr. 1", "address-2": "c/o Post",
    "city": "Berlin", "postal-code": "10115", "country": "DE", "phone": "+49.3055501",
}


def send(request, parameters=(), post=False):
    """One DMAPI request as (HTTP status, text)."""
    path = "/" + request if request.startswith("v2/") or request == "whois" else "/request/" + request
    answer = exchange(path, form=parameters) if post else exchange(path, query=parameters)
    return answer.status, answer.text


def head_of(text):
    return text.partition("\n\n")[0]


class Tvcam:
    """joker-dmapi (Ruby): GET, `api_key` with an underscore on login, cut at the first empty line, keys folded to lower case with underscores."""

    def __init__(self):
        self.sid = None
        answer = self.call("login", {"api_key": "demo-key"})
        self.sid, self.tlds, self.login = answer["headers"]["auth_sid"], answer["body"].split("\n"), answer

    def call(self, request, parameters):
        if self.sid:
            parameters = dict(parameters, **{"auth-sid": self.sid})
        status, text = send(request, parameters)
        head, body = text.split("\n\n", 1)
        headers = {}
        for line in head.split("\n"):
            key, value = line.split(":", 1)
            headers[re.sub(r"[-.]", "_", key.lower())] = value.strip()
        code = int(headers["status_code"])
        if code not in (0, 1000) and code < 2000:
            raise ValueError(f"{request}: status code {code}")
        return {"status": status, "headers": headers, "code": code, "body": body.rstrip("\n")}

    def result(self, proc_id, tries=60):
        """The keys of a finished result, as the client's own loop reads them."""
        for _ in range(tries):
            answer = self.call("result-retrieve", {"proc-id": proc_id})
            found = {}
            for line in answer["body"].split("\n"):
                key, colon, value = line.partition(": ")
                if colon:
                    found.setdefault(re.sub(r"[-.]", "_", key.lower()), value)
            if found["completion_status"] != "?":
                return found
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")

    def done(self, what, request, parameters):
        """Sends a change, waits for its end, and wants an ack."""
        answer = self.call(request, parameters)
        if not check(f"tvcam: {what} is accepted", answer["code"] == 0 and answer["headers"].get("proc_id"), answer):
            raise RuntimeError(f"{request} was refused")
        found = self.result(answer["headers"]["proc_id"])
        equal(f"tvcam: {what} ends with ack", found["completion_status"], "ack")
        return found, answer["headers"]["proc_id"]


class M247:
    """joker-api (Ruby): GET by user and password, folds header names, turns repeated ones into arrays, polls by Proc-ID."""

    def login(self, password=PASSWORD):
        self.sid = None
        answer = self.call("login", {"username": USER, "password": password})
        self.sid = answer["headers"].get("Auth-Sid")
        return answer

    def call(self, request, parameters):
        if self.sid:
            parameters = dict(parameters, **{"auth-sid": self.sid})
        status, text = send(request, {key: value for key, value in parameters.items() if value not in (None, "")})
        head, body = text.split("\n\n", 1)  # without the empty line the client calls a method on nil
        headers = {}
        for line in head.split("\n"):
            key, value = line.split(": ", 1)
            key = "-".join(part.capitalize() for part in re.split(r"[-_]", key))
            headers[key] = [headers[key], value] if key in headers and not isinstance(headers[key], list) else headers[key] + [value] if key in headers else value
        if isinstance(headers.get("Account-Balance", "0"), list):
            raise ValueError("both spellings of the balance in one reply")
        float(headers.get("Account-Balance", "0"))
        return {"status": status, "headers": headers, "body": body}

    def result(self, proc_id):
        for _ in range(60):
            answer = self.call("result-retrieve", {"Proc-ID": proc_id})
            first, second = answer["body"].split("\n\n", 1)
            found = dict(line.split(": ", 1) for line in first.split("\n"))  # a line without `: ` raises
            if found["Completion-Status"] != "?":
                return found, second
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")


class Whmcs:
    """Joker's own WHMCS and ClientExec modules: POST, key is the first token without its colon, lists by index."""

    def __init__(self):
        self.sid = None
        self.sid = self.call("login", {"api-key": "demo-key"})["headers"]["Auth-Sid"]

    def call(self, request, parameters, post=True):
        parameters = dict(parameters)
        if self.sid:
            parameters["auth-sid"] = self.sid
        _, text = send(request, parameters, post)  # this client never looks at the HTTP status
        head, _, body = text.partition("\n\n")
        headers = {}
        for line in head.split("\n"):
            key, _, value = line.partition(" ")
            key = key.rstrip(":")
            headers[key] = [headers[key], value] if key in headers else value
        if headers["Status-Code"] not in ("0", "1000"):
            raise ValueError(f"{request}: {headers}")
        keys = {}
        for line in body.split("\n"):
            key, colon, value = line.partition(":")
            if colon:
                if key in keys:
                    keys[key] = [keys[key], value.strip()]
                else:
                    keys[key] = value.strip()
        separator = "\t" if headers.get("Separator") == "TAB" else " "
        rows = [line.split(separator) for line in body.split("\n") if line]
        if "Columns" in headers:
            rows = [dict(zip(headers["Columns"].split(","), row)) for row in rows]
        return {"headers": headers, "keys": keys, "rows": rows, "body": body}

    def wait(self, proc_id):
        for _ in range(60):
            keys = self.call("result-retrieve", {"Proc-ID": proc_id})["keys"]
            if keys["Completion-Status"] != "?":
                return keys
            time.sleep(0.25)
        raise TimeoutError(f"{proc_id} is still pending")
