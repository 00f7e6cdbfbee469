"""The clients of a mixed load that misbehave: too slow, deaf, or speaking nonsense. None may hurt another."""

import random
import re
import socket
import time

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
HOST = b"Host: 127.0.0.1\r\n"

NONSENSE = (
    b"\x00\x01\x02\x03\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # the beginning of a TLS handshake
    b"GET\r\n\r\n",
    b"GET /api/items/ HTTP/9.9\r\n\r\n",
    b"GET /api/items/%ff%fe/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/%zz/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/%00/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/../../etc/passwd HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/99999999999999999999999/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/?limit=-1&offset=x&ordering='%22;--&name__in=%ff HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/?after=%00%00&limit=1 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /api/items/ HTTP/1.1\r\n" + HOST + b"Accept: \xff\xfe;q=nan\r\nX-Request-Id: \xf0\x9f\r\n\r\n",
    b"GET /api/items/ HTTP/1.1\r\n" + HOST + b"X: " + b"y" * 200_000 + b"\r\n\r\n",
    b"GET /" + b"a/" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    b"BREW /api/items/ HTTP/1.1\r\n" + HOST + b"\r\n",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{\xff}",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n" + b"[" * 60000,
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 27\r\n\r\n"
    b'{"name": "\\ud800", "id": 1}',
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 14\r\n\r\n" + b'{"name": 1e999',
    b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=\r\nContent-Length: 4\r\n\r\n----",
    b"PUT /api/items/1/ HTTP/1.1\r\n" + HOST + b"Content-Type: text/\xff\r\nContent-Length: 2\r\n\r\n{}",
)


def connect(port, room=None):
    client = socket.socket()
    if room:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def statuses(record, kind, received, said=b""):
    for status in STATUS.findall(received):
        record.saw(kind, int(status), what=repr(said[:80]))


def drip(record, port, kind, head, drops, patience=100, pause=0.5):
    """Sends `head` at once and `drops` one byte at a time, until the server has had enough or `patience` is over."""
    try:
        with connect(port) as client:
            client.sendall(head)
            client.settimeout(pause)
            start = time.monotonic()
            for drop in drops:
                if record.ending.is_set() or time.monotonic() - start > patience:
                    record.note(f"{kind}: still connected when it left")
                    return
                client.sendall(bytes([drop]))
                try:
                    received = client.recv(65536)
                    statuses(record, kind, received)
                    record.note(f"{kind}: answered or cut off by the server")
                    return
                except TimeoutError:
                    pass
    except OSError:
        record.note(f"{kind}: answered or cut off by the server")


def drip_headers(record, port):
    while not record.ending.is_set():
        drip(record, port, "dripping headers", b"GET /api/items/ HTTP/1.1\r\n" + HOST + b"X-Slow: ", b"z" * 10_000)


def drip_body(record, port):
    head = b"POST /api/items/ HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n"
    while not record.ending.is_set():
        drip(record, port, "dripping body", head, b'{"name": "never finished' + b" " * 9_000)


def stop_reading(record, port):
    """Asks for far more than the connection holds, takes a little of it, and then nothing for half a minute."""
    while not record.ending.is_set():
        try:
            with connect(port, room=4096) as client:
                client.sendall((b"GET /api/items/?limit=10000 HTTP/1.1\r\n" + HOST + b"\r\n") * 20)
                statuses(record, "stopped reader", client.recv(4096))
                record.ending.wait(30)
                record.note("stopped reader: left with its answers unread")
        except OSError:
            record.note("stopped reader: cut off by the server")


def talk_nonsense(record, port, number):
    """Bad bytes, known ones and random ones: an answer below 500 or a closed connection, never more."""
    dice = random.Random(number)
    while not record.ending.is_set():
        said = dice.choice(NONSENSE)
        if dice.random() < 0.3:
            spoilt = bytearray(said[:2000])
            for _ in range(dice.randint(1, 20)):
                spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
            said = bytes(spoilt)
        try:
            with connect(port) as client:
                client.settimeout(1)
                client.sendall(said)
                statuses(record, "nonsense", client.recv(65536), said)
                record.note("nonsense: answered or closed")
        except TimeoutError:
            record.note("nonsense: the server waited for more")
        except OSError:
            record.note("nonsense: cut off by the server")
        record.ending.wait(0.02)
