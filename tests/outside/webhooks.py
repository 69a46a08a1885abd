"""A receiver of webhooks: signatures checked by the reference library of Standard Webhooks and by hand, repeats, replays, a change of secrets."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import secrets
import threading
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from common import check, equal, http as ask, lab, name, run, suffix
from dmapi_wire import CONTACT

KEY = "demo-key"
got = queue.Queue()
answers = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        got.put((self.path, dict(self.headers.items()), body))
        try:
            status = answers.get_nowait()
        except queue.Empty:
            status = 204
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()
URL = f"http://127.0.0.1:{server.server_port}/in"


def api(method, path, value=None, key=KEY, **headers):
    body = json.dumps(value).encode() if value is not None else (b"" if method == "POST" else None)
    headers = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): text for name, text in headers.items()}}
    reply = ask(f"/api/v1/{path}", body=body, headers=headers, method=method)
    return reply.status, json.loads(reply.text) if reply.text else None


def happen(number):
    """Something happens to the account: a contact is made."""
    form = {"api-key": KEY, "tld": "com", **CONTACT, "city": f"Hook {suffix()} {number}"}
    check(f"contact {number} is made", "handle: " in ask("/v2/contact/create", form=form).text)


def next_one(seconds=30):
    return got.get(timeout=seconds)


def by_hand(secret, headers, body):
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(mine, theirs) for theirs in headers["webhook-signature"].split(" "))


def refuses(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


def signatures():
    status, made = api("POST", "webhooks", {"url": URL, "events": ["contact_*"], "description": "outside"})
    equal("a webhook is made", status, 201)
    happen(1)
    path, headers, body = next_one()
    equal("it comes to the path that was given", path, "/in")
    event = Webhook(made["secret"]).verify(body, headers)
    equal("the reference library takes it", event["type"], "contact_registration.contact_registration_notify")
    equal("its number is the event's", headers["webhook-id"], event["data"]["id"])
    check("so does a look by hand", by_hand(made["secret"], headers, body))
    check("another secret does not", refuses("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(), body, headers))
    check("another body does not pass", refuses(made["secret"], body.replace(b"demo", b"evil"), headers))
    check("another number does not pass", refuses(made["secret"], body, {**headers, "webhook-id": "1"}))
    old = str(int(headers["webhook-timestamp"]) - 600)
    check("an old timestamp does not pass", refuses(made["secret"], body, {**headers, "webhook-timestamp": old}))

    status, rotated = api("POST", f"webhooks/{made['id']}/secret", {"old_hours": 1})
    equal("the secret is changed", status, 200)
    happen(2)
    _, headers, body = next_one()
    check("both secrets sign", all(Webhook(s["secret"]).verify(body, headers) for s in (made, rotated)))
    equal("it is deleted", api("DELETE", f"webhooks/{made['id']}")[0], 204)
    happen(3)
    try:
        got.get(timeout=1.5)
        check("nothing comes any more", False)
    except queue.Empty:
        check("nothing comes any more", True)


def repeats():
    _, made = api("POST", "webhooks", {"url": URL, "events": ["contact_*"]})
    for status in (500, 307):
        answers.put(status)
    happen(4)
    _, first, body = next_one()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        delivery = api("GET", f"webhooks/{made['id']}/deliveries")[1]["deliveries"][0]
        if delivery["log"]:
            break
        time.sleep(0.1)
    equal("a failure is told", (delivery["state"], delivery["status"]), ("queued", 500))
    # Its owner does not wait for the next attempt.
    equal("it is sent once more", api("POST", f"webhooks/{made['id']}/replay", {"event": delivery["event"]})[0], 202)
    _, second, again = next_one()
    equal("under the same number", second["webhook-id"], first["webhook-id"])
    equal("with the same body", again, body)
    equal("all since the beginning of time", api("POST", f"webhooks/{made['id']}/replay", {"since": "2000-01-01T00:00:00Z"})[0], 202)
    seen = set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            path, headers, body = got.get(timeout=0.5)
            equal("no redirect is followed", path, "/in") if path != "/in" else None
            Webhook(made["secret"]).verify(body, headers)
            seen.add(headers["webhook-id"])
        except queue.Empty:
            pass
        queued = api("GET", f"webhooks/{made['id']}/deliveries?state=queued&limit=500")[1]["deliveries"]
        if not queued:
            break
    while not got.empty():
        seen.add(got.get()[1]["webhook-id"])
    check("everything is delivered in the end", not queued and first["webhook-id"] in seen, queued[:2])
    equal("it is deleted", api("DELETE", f"webhooks/{made['id']}")[0], 204)


def events_and_keys():
    wish = {"url": f"{URL}/{name('hook')}"}
    key = secrets.token_hex(8)
    first, second = (api("POST", "webhooks", wish, Idempotency_Key=key) for _ in range(2))
    equal("a repeat has no second effect", first, second)
    equal("another request under its key is refused", api("POST", "webhooks", {"url": URL}, Idempotency_Key=key)[0], 422)
    equal("another account does not see it", api("GET", f"webhooks/{first[1]['id']}", key="rival-key")[0], 404)
    api("DELETE", f"webhooks/{first[1]['id']}")
    page = api("GET", "events?open=true&type=contact_*&limit=1")[1]
    event = page["events"][0]
    equal("an event is acknowledged", api("POST", f"events/{event['id']}/acknowledge")[1], {"acknowledged": True, "before": False})
    after = api("GET", "events?open=true&type=contact_*&limit=1")[1]["events"]
    check("it is listed no more", not after or after[0]["id"] != event["id"])
    central = ask("/api/call", query={"s_login": "demo", "s_pw": "demo-pass", "command": "StatusEvent", "event": event["id"]}).text
    check("nor by the other interface", "code = 545" in central, central)
    described = json.loads(ask("/api/v1/openapi.json").text)
    check("the description stands there", described["openapi"] == "3.1.0" and "/api/v1/webhooks/{id}/replay" in described["paths"])
    check("the promises hold", lab("invariants")["ok"])


run(signatures, repeats, events_and_keys)
