"""The worker that Redis is measured with: BLPOP, the text in capitals, the result kept for an hour."""

import json
import sys

import redis

client = redis.Redis(port=int(sys.argv[1]))
while True:
    try:
        _, job = client.blpop("jobs")
        job = json.loads(job)
        client.set(f"result:{job['id']}", job["text"].upper(), ex=3600)
    except redis.exceptions.ConnectionError:
        pass
