"""The clients of a mixed load that behave: they write, change, ask, and mind every answer."""

import http.client
import json
import random
import time

from . import rows

QUERIES = (
    "/api/items/?limit=20&search=item+42",
    "/api/items/?name__startswith=Item+9&ordering=-id&limit=50",
    "/api/items/?id__gt=5000&limit=100&fields=id,name",
    "/api/items/?limit=500&format=csv",
    "/api/items/?limit=500&format=ndjson",
    "/api/items/?limit=100&offset=9000&ordering=name",
    "/api/items/?limit=0",
    "/api/items/?limit=10000",
    "/api/items/1/",
    "/api/",
    "/api/openapi.json",
    "/health",
)


class Connection:
    """One client that keeps its connection, and opens another when that one breaks."""

    def __init__(self, record, kind, port):
        self.record, self.kind = record, kind
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(self, method, path, value=None):
        """The status and the body; OSError or HTTPException when there was no answer."""
        body = json.dumps(value) if value is not None else None
        headers = {"Content-Type": "application/json"} if value is not None else {}
        start = time.perf_counter()
        try:
            self.http.request(method, path, body, headers)
            answer = self.http.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.http.close()
            raise
        finally:
            self.record.took(self.kind, (time.perf_counter() - start) * 1e3)


NO_ANSWER = (OSError, http.client.HTTPException)


def write(record, port, number, at_once):
    """Adds rows, `at_once` in each request, and keeps which of them were acknowledged."""
    connection, sent = Connection(record, "writer", port), 0
    while not record.ending.is_set():
        sent += 1
        names = [f"writer {number} sent {sent} row {row}" for row in range(at_once)]
        values = [{"name": name, "description": rows.description(sent)} for name in names]
        try:
            status, body = connection.send("POST", "/api/items/", values if at_once > 1 else values[0])
        except NO_ANSWER as error:
            record.complain(f"writer: no answer: {error!r}")
            with record.lock:
                record.unanswered.update(names)
            continue
        record.saw("writer", status, {201}, body[:200])
        if status == 201:
            answer = json.loads(body)
            made = answer if isinstance(answer, list) else [answer]
            if [row.get("name") for row in made] != names:
                record.complain(f"writer: other rows came back: {body[:200]!r}")
            with record.lock:
                record.acknowledged.update((row["name"], row["id"]) for row in made)


def change(record, port, number):
    """The whole life of a row, again and again: added, changed, read back, deleted, gone."""
    connection, sent = Connection(record, "changer", port), 0
    while not record.ending.is_set():
        sent += 1
        name = f"changer {number} sent {sent}"
        try:
            status, body = connection.send("POST", "/api/items/", {"name": name})
            record.saw("changer", status, {201}, body[:200])
            if status != 201:
                continue
            path = f"/api/items/{json.loads(body)['id']}/"
            status, body = connection.send("PATCH", path, {"description": "changed"})
            record.saw("changer", status, {200}, body[:200])
            status, body = connection.send("GET", path)
            record.saw("changer", status, {200}, body[:200])
            if status == 200 and json.loads(body)["description"] != "changed":
                record.complain(f"changer: an acknowledged change was not there to read: {body[:200]!r}")
            record.saw("changer", connection.send("DELETE", path)[0], {204}, "on DELETE")
            status, body = connection.send("GET", path)
            record.saw("changer", status, {200, 404}, "after DELETE")
            # SQLite gives the highest key out again once its row is gone, so another row may be there by now.
            if status == 200 and json.loads(body)["name"] == name:
                record.complain(f"changer: there after an acknowledged DELETE: {body[:200]!r}")
            with record.lock:
                record.deleted.add(name)
        except NO_ANSWER as error:
            record.complain(f"changer: no answer: {error!r}")


def ask(record, port, number):
    """Lists, searches, exports and pages, in a random order."""
    connection, dice = Connection(record, "asker", port), random.Random(number)
    while not record.ending.is_set():
        path = dice.choice(QUERIES)
        try:
            status, body = connection.send("GET", path)
            record.saw("asker", status, {200}, f"on {path}: {body[:200]!r}")
            if status == 200 and path.endswith("limit=10000") and len(json.loads(body)) != 10_000:
                record.complain("asker: a list was cut short")
        except (*NO_ANSWER, ValueError) as error:
            record.complain(f"asker: {path}: {error!r}")
        record.ending.wait(0.02)


def probe(record, port):
    """Asks whether it is ready, each second on a new connection."""
    while not record.ending.wait(1):
        try:
            status, _ = Connection(record, "probe", port).send("GET", "/readyz")
            record.saw("probe", status, {200}, "on /readyz")
        except NO_ANSWER as error:
            record.complain(f"probe: no answer: {error!r}")
