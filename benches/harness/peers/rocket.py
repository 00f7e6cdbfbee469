"""The ceiling: a bare Rocket route that answers one row from memory, built from `benches/ceiling/`."""

import json
import os

from . import Peer
from .socle import REPOSITORY
from .. import install, rows
from ..process import Failed, Server


class Rocket(Peer):
    key = "rocket"
    title = "a bare Rocket route"
    database = None
    insert_path = None

    def get_ready(self):
        target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(self.cache, "ceiling-target")
        self.path = install.release_binary(os.path.join(REPOSITORY, "benches", "ceiling"), "ceiling", target)
        self.version = "0.5.2"

    def binary(self):
        return self.path

    def start(self, folder, port, log):
        environment = {"ROCKET_ADDRESS": "127.0.0.1", "ROCKET_PORT": str(port), "ROCKET_LOG_LEVEL": "off"}
        return Server([self.path], environment, port, log, folder)

    def make_template(self, folder, port):
        """It has no data."""

    def check(self, server):
        status, body = server.get(self.row_path())
        if status != 200 or not rows.is_row(json.loads(body), 1):
            raise Failed(f"{self.title}: the row is wrong: {status} {body[:300]!r}")
