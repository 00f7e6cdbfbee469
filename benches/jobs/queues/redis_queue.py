"""Redis as people use it for jobs: a list, a worker in Python that waits for it with BLPOP, results with an expiry."""

import json
import os
import subprocess
import time
import uuid

from harness.process import Failed

from . import Queue

WORKER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "redis_worker.py")


class Redis(Queue):
    key = "redis"
    title = "Redis, as Debian configures it"
    # The snapshots of Debian's redis.conf.
    keeping = ["--save", "3600 1 300 100 60 10000"]
    python = None  # the virtualenv's

    def start(self):
        self.run()

    def run(self):
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder]
        self.server = self.spawn([*command, *self.keeping])
        import redis  # from the virtualenv that this program runs in

        self.client = redis.Redis(port=self.port)
        while True:
            try:
                return self.client.ping()
            except redis.exceptions.RedisError:
                time.sleep(0.005)

    wait = start

    def worker(self):
        return self.spawn([self.python, WORKER, str(self.port)])

    def load(self, jobs):
        """Pushes so many jobs over 32 connections."""
        # Each is replaced by a number of its own.
        job = '{"id": "__rand_int__-__rand_int__", "text": "bonjour le monde"}'
        command = ["redis-benchmark", "-p", str(self.port), "-c", "32", "-n", str(jobs), "-r", "2000000000", "-q"]
        done = subprocess.run([*command, "LPUSH", "jobs", job], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"redis-benchmark failed: {done.stdout}{done.stderr}")
        return jobs

    def submit(self, text):
        job = str(uuid.uuid4())
        self.client.lpush("jobs", json.dumps({"id": job, "text": text}))
        return job

    def result(self, job):
        found = self.client.get(f"result:{job}")
        return found and found.decode()

    def waiting(self):
        return self.client.llen("jobs")

    left = waiting

    def done(self):
        return self.client.dbsize() - self.client.exists("jobs")

    def submitted(self):
        return self.left() + self.done()


class SafeRedis(Redis):
    key = "redis-always"
    title = "Redis, appendfsync always"
    keeping = ["--save", "", "--appendonly", "yes", "--appendfsync", "always"]
