"""What the clients of a mixed load saw, kept by all their threads in one place."""

import collections
import threading


class Record:
    """Counts, complaints and acknowledged inserts. `ending` is set when the clients are to stop."""

    def __init__(self):
        self.ending = threading.Event()
        self.lock = threading.Lock()
        self.statuses = collections.defaultdict(collections.Counter)  # kind of client → status → how often
        self.notes = collections.Counter()
        self.complaints = []
        self.acknowledged = {}  # name → id
        self.unanswered = set()  # names whose insert was sent and never answered
        self.deleted = set()
        self.slowest_ms = collections.defaultdict(float)  # kind of client → its longest wait

    def saw(self, kind, status, wanted=None, what=""):
        """Counts an answer; a 5xx, or another than `wanted`, is a complaint."""
        with self.lock:
            self.statuses[kind][status] += 1
        if status >= 500 or (wanted is not None and status not in wanted):
            self.complain(f"{kind}: {status} {what}")

    def complain(self, text):
        with self.lock:
            self.complaints.append(text)

    def took(self, kind, milliseconds):
        with self.lock:
            self.slowest_ms[kind] = max(self.slowest_ms[kind], milliseconds)

    def note(self, text):
        with self.lock:
            self.notes[text] += 1
