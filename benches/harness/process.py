"""One server under measurement: started, waited for, weighed, and always ended, by its own process id."""

import http.client
import os
import signal
import subprocess
import time


class Failed(Exception):
    """Something that makes the figures worthless; the message says what to look at."""


class Server:
    """A child process that listens on a port of 127.0.0.1. Use it in a `with` statement: leaving ends it."""

    def __init__(self, command, environment, port, log, folder):
        self.port = port
        self.log = log
        self.started = time.perf_counter()
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, patience=15):
        """Asks it to end, and makes it end if it does not. Gives the exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.child.pid, signal.SIGKILL)  # the session is its own, so this reaches only its workers
        except ProcessLookupError:
            pass
        return self.child.wait()

    def get(self, path, method="GET", body=None, timeout=10):
        """One request on a connection of its own: the status and the body."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def wait_for(self, path, patience=30):
        """Asks until `path` answers 200. Gives the milliseconds since the process was started."""
        while True:
            try:
                status, _ = self.get(path, timeout=5)
                if status == 200:
                    return (time.perf_counter() - self.started) * 1e3
            except OSError:
                pass
            if self.child.poll() is not None:
                raise Failed(f"the server ended with code {self.child.returncode}; see {self.log}")
            if time.perf_counter() - self.started > patience:
                raise Failed(f"no 200 on {path} within {patience} s; see {self.log}")
            time.sleep(0.0005)

    def resident_mib(self):
        """Resident memory: of one process as the kernel counts it, of several with shared pages counted once."""
        pids = tree(self.child.pid)
        key = "Rss:" if len(pids) == 1 else "Pss:"
        return sum(kib(pid, key) for pid in pids) / 1024


def anonymous_mib(pid):
    """The memory that a process holds of its own, without the pages of files that it maps."""
    return kib(pid, "Anonymous:") / 1024


def tree(pid):
    """A process and all that it started."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
                found.extend(int(child) for child in children.read().split())
        except OSError:
            pass
    return found


def kib(pid, key):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(key):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
