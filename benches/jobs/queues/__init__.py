"""The queues that are compared. Each is a class with the same methods, in a file of its own."""

import contextlib
import signal
import subprocess

from harness.process import Failed


class Queue:
    """How one queue is started, loaded, asked and killed. Used in a `with` statement, which ends all it started."""

    key = ""
    title = ""

    def __init__(self, cache, folder, port):
        self.cache, self.folder, self.port = cache, folder, port
        self.children = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        for child in list(self.children):
            self.end(child)

    def spawn(self, command, environment=None):
        """A child process; its words go to the log."""
        with open(f"{self.folder}.log", "ab") as log:
            child = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.children.append(child)
        return child

    def end(self, child, how=signal.SIGTERM):
        self.children.remove(child)
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(how)
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            raise Failed(f"{self.title} did not end when it was asked to")

