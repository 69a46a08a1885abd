"""Many clients at once with the same wish, or after the same last cent: one effect, one charge, and never below zero."""

import re
import threading
import time

from common import check, equal, http, name, run, suffix
from dmapi_wire import CONTACT

CROWD = 16


class Account:
    """An account by its key, through DMAPI; the same account through the CentralNic dialect."""

    def __init__(self, login):
        self.key, self.login = f"{login}-key", {"s_login": login, "s_pw": f"{login}-pass"}
        text = self.dmapi("v2/contact/create", {"tld": "com", **CONTACT})
        self.handle = re.search(r"^handle: (\S+)$", text, re.M)[1]

    def dmapi(self, request, parameters=()):
        path = "/" + request if request.startswith("v2/") else "/request/" + request
        return http(path, form={"api-key": self.key, **dict(parameters)}).text

    def central(self, command, parameters):
        return http("/api/call.cgi", form={**self.login, "command": command, **parameters}).text

    def balance(self):
        """What may be spent, in cents."""
        return round(float(re.search(r"^balance: (\S+)$", self.dmapi("query-profile"), re.M)[1]) * 100)

    def quiet(self):
        """Waits until no registration or renewal is under way; a transfer that nobody answers stays."""
        for _ in range(300):
            if "\nRecords: 0" in self.dmapi("result-list", {"rtype": "domain-re*", "pending": 1, "showall": 1, "status": "?", "count-only": 1}):
                return
            time.sleep(0.1)
        raise TimeoutError("orders are still pending")

    def register(self, domain, years=1):
        return self.dmapi("domain-register", {"domain": domain, "period": 12 * years, "owner-c": self.handle, "ns-list": "ns1.example.net:ns2.example.net"})

    def add_domain(self, domain):
        contacts = {f"{role}contact0": self.handle for role in ("owner", "admin", "tech", "billing")}
        return self.central("AddDomain", {"domain": domain, "period": 1, "nameserver0": "ns1.example.net", "nameserver1": "ns2.example.net", **contacts})

    def year(self, domain):
        """The year in which it ends, or None when it is not ours."""
        found = re.search(r"^property\[registration expiration date\]\[0\] = (\d{4})", self.central("StatusDomain", {"domain": domain}), re.M)
        return int(found[1]) if found else None


def together(*wishes):
    """Runs all at the same moment; their answers, in order."""
    answers, gate = [None] * len(wishes), threading.Barrier(len(wishes))

    def one(number, wish):
        gate.wait()
        try:
            answers[number] = wish()
        except Exception as problem:  # what went wrong is told by the check that looks at the answers
            answers[number] = f"{type(problem).__name__}: {problem}"

    threads = [threading.Thread(target=one, args=(number, wish)) for number, wish in enumerate(wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def framed(answers):
    """Answers that are no reply of either dialect."""
    return [answer for answer in answers if not re.search(r"^Status-Code: \d+$|^code = \d+$", str(answer), re.M)]


def registration():
    demo = Account("demo")
    alone = name("alone")
    before = demo.balance()
    demo.register(alone)
    demo.quiet()
    price = before - demo.balance()
    check("a registration costs something", demo.year(alone) and price > 0, price)

    wanted = name("crowded")
    before = demo.balance()
    answers = together(*[lambda: demo.register(wanted)] * CROWD, *[lambda: demo.add_domain(wanted)] * CROWD)
    demo.quiet()
    equal("each of the crowd gets a reply of its dialect", framed(answers), [])
    check(f"{2 * CROWD} wishes through both dialects register the name once", demo.year(wanted), answers)
    equal("and it is paid once", before - demo.balance(), price)
    good = [answer for answer in answers if "\ncode = 200\n" in str(answer) or "Status-Code: 0\n" in str(answer)]
    check("somebody was told that it went well", good, answers[:2])


def renewal():
    demo = Account("demo")
    domain = name("renewed")
    demo.register(domain)
    demo.quiet()
    year, before = demo.year(domain), demo.balance()
    demo.central("RenewDomain", {"domain": domain, "period": 1, "expiration": year})
    demo.quiet()
    price = before - demo.balance()
    check("a renewal costs something", demo.year(domain) == year + 1 and price > 0, price)

    other = name("renewed-by-many")
    demo.register(other)
    demo.quiet()
    year, before = demo.year(other), demo.balance()
    answers = together(
        *[lambda: demo.central("RenewDomain", {"domain": other, "period": 1, "expiration": year})] * CROWD,
        *[lambda: demo.dmapi("domain-renew", {"domain": other, "expyear": year + 1})] * CROWD,
    )
    demo.quiet()
    equal("each of the crowd gets a reply of its dialect", framed(answers), [])
    equal(f"{2 * CROWD} wishes for the same year renew once", demo.year(other), year + 1)
    equal("and it is paid once", before - demo.balance(), price)


def last_cent():
    """More orders than there is money for: as many go through as can be paid."""
    rival = Account("rival")
    before = rival.balance()
    price = None
    first = f"last-cent-{suffix()}-first.com"
    rival.register(first, 10)
    rival.quiet()
    if rival.year(first):
        price = before - rival.balance()
    if not price or rival.balance() < price:
        print("skipped - last_cent: the account is spent already")
        return
    before = rival.balance()
    names = [f"last-cent-{suffix()}-{number}.com" for number in range(2 * CROWD)]
    answers = together(*[lambda domain=domain: rival.register(domain, 10) for domain in names])
    rival.quiet()
    equal("each order is answered", framed(answers), [])
    held = [domain for domain in names if rival.year(domain)]
    equal("as many are registered as could be paid", len(held), min(len(names), before // price))
    equal("each is paid", before - rival.balance(), len(held) * price)
    check("nothing was spent that is not there", rival.balance() >= 0, rival.balance())
    refused = [answer for answer in answers if "Status-Code: 2104\n" in str(answer)]
    equal("the others were told that the money is short", len(refused), len(names) - len(held))


run(registration, renewal, last_cent)
