"""Socle, built from this repository, with every insert on disk before it is answered."""

import os
import subprocess

from . import Peer
from .. import install, rows
from ..process import Server

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


class Socle(Peer):
    key = "socle"
    title = "Socle"
    database = "socle.db"
    lists = {"list": "/api/items/?limit=100"}
    log_level = "off"

    def __init__(self, cache, path=None):
        super().__init__(cache)
        self.path = path

    def get_ready(self):
        self.path = os.path.abspath(self.path or install.release_binary(REPOSITORY, "socle"))
        said = subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout.split()
        self.version = said[-1] if said else ""

    def binary(self):
        return self.path

    def environment(self, folder, port):
        return {
            "ADDRESS": "127.0.0.1",
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:{os.path.join(folder, self.database)}",
            "SQLITE_SYNCHRONOUS": "full",
            "LOG_LEVEL": self.log_level,
        }

    def start(self, folder, port, log):
        return Server([self.path, "serve"], self.environment(folder, port), port, log, folder)

    def make_template(self, folder, port):
        """Its own migrations make the table; the rows are put in while it is stopped."""
        with self.start(folder, port, os.path.join(self.cache, "logs", "socle.log")) as server:
            server.wait_for("/api/items/")
        connection = self.open(folder)
        rows.fill(connection, self.keys())
        connection.close()
