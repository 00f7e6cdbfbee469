"""A worker for jobs of the kind "words": counts the words of {"text": …}. SOCLE is the server, SOCLE_TOKEN its token."""
import collections, json, os, re, time, urllib.request
SOCLE, TOKEN = os.environ.get("SOCLE", "http://localhost:8000"), os.environ.get("SOCLE_TOKEN")
HEADERS = {"Content-Type": "application/json", **({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})}
def call(path, **body):
    with urllib.request.urlopen(urllib.request.Request(SOCLE + path, json.dumps(body).encode(), HEADERS), timeout=60) as answer:
        return json.loads(answer.read() or "null")
def words(text, say):
    lines, counter = text.splitlines(), collections.Counter()
    for done, line in enumerate(lines):
        if done % 1000 == 0 and say("heartbeat", progress={"done": done, "total": len(lines)})["cancelled"]: raise ValueError("cancelled")
        counter.update(re.findall(r"\w+", line.lower()))
    return dict(counter.most_common(100))
while True:
    try:
        if job := call("/jobs/claim", kinds=["words"], lease="10s", wait="20s"):
            say = lambda verb, **rest: call(f"/jobs/{job['job_id']}/{verb}", lease_token=job["lease_token"], **rest)
            try: say("complete", result=words(job["payload"]["text"], say))
            except (LookupError, TypeError, AttributeError, ValueError) as error: say("fail", error=repr(error), retry=False)
    except Exception as error: print(error, flush=True), time.sleep(1)  # The server is away, or the lease was lost: go on.
