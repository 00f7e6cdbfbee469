"""The 10,000 rows of `items` that every server is given."""

import datetime
import random

COUNT = 10_000
COLUMNS = ("name", "description", "created_at")
FIRST = datetime.datetime(2026, 1, 1)


def name(number):
    return f"Item {number}"


def description(number):
    return f"The description of item {number}, of a length that such texts have."


def created_at(number):
    return (FIRST + datetime.timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")


def integer_keys():
    return [str(number) for number in range(1, COUNT + 1)]


def random_keys():
    """15 lower-case letters and digits each, as PocketBase makes them; the same on every run."""
    dice = random.Random(7)
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
    return ["".join(dice.choices(alphabet, k=15)) for _ in range(COUNT)]


def fill(connection, keys, zone=""):
    """Puts all rows into the table `items` of an SQLite connection, under `keys`. `zone` ends each timestamp."""
    connection.executemany(
        "INSERT INTO items (id, name, description, created_at) VALUES (?, ?, ?, ?)",
        ((key, name(n), description(n), created_at(n) + zone) for n, key in enumerate(keys, 1)),
    )
    connection.commit()


def is_row(value, number):
    """Whether an answer is the row of that number, whole."""
    return (
        isinstance(value, dict)
        and value.get("name") == name(number)
        and value.get("description") == description(number)
        and str(value.get("created_at", "")).replace("T", " ").startswith(created_at(number))
        and "id" in value
    )
