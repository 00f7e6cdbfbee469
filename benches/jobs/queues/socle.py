"""Socle: a server, and workers in processes of their own or beside it."""

import http.client
import json
import os
import time

from harness.load import Load

from . import Queue


class Socle(Queue):
    key = "socle"
    title = "Socle"
    path = None  # the binary
    beside = False  # whether the workers are in the server's process

    def environment(self, roles):
        return {
            **os.environ,
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:{self.folder}/socle.db",
            "ROLES": roles,
            "JOB_WORKERS": "2" if self.beside else "1",
            "LOG_LEVEL": "off",
        }

    def start(self):
        roles = "api,worker" if self.beside else "api"
        self.server = self.spawn([self.path, "serve"], self.environment(roles))
        self.wait()

    def wait(self):
        while True:
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                return self.done()
            except OSError:
                time.sleep(0.005)

    def worker(self):
        return self.spawn([self.path, "worker"], self.environment("worker"))

    def ask(self, method, path, body=None):
        self.connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        return json.loads(self.connection.getresponse().read())

    def load(self, jobs):
        """Asks for at least so many jobs over 32 connections; gives how many were answered."""
        answered = 0
        while answered < jobs:
            answered += Load("job", "/jobs").run(self.cache, self.port, 1).requests
        return answered

    def submit(self, text):
        return self.ask("POST", "/jobs", {"text": text})["job_id"]

    def result(self, job):
        return self.ask("GET", f"/jobs/{job}")["result"]

    def waiting(self):
        """Jobs that no worker has."""
        return self.ask("GET", "/jobs/counts")["queued"]

    def left(self):
        """Jobs that have not come to their end."""
        counts = self.ask("GET", "/jobs/counts")
        return counts["queued"] + counts["processing"]

    def done(self):
        return self.ask("GET", "/jobs/counts")["done"]

    def submitted(self):
        """Jobs that the queue holds in any state."""
        counts = self.ask("GET", "/jobs/counts")
        return sum(count for count in counts.values() if isinstance(count, int))
