"""What is measured of a queue: its rate, its latency, and what is left when its processes are killed."""

import signal
import statistics
import threading
import time

from harness.process import Failed

WORKERS = 2
PATIENCE = 300


def drained(queue):
    """Waits until no job is left."""
    deadline = time.monotonic() + PATIENCE
    while queue.left():
        if time.monotonic() > deadline:
            raise Failed(f"{queue.title}: the jobs are never done")
        time.sleep(0.01)


def start_workers(queue):
    workers = [] if getattr(queue, "beside", False) else [queue.worker() for _ in range(WORKERS)]
    ready = queue.submit("ready?")
    while queue.result(ready) is None:
        time.sleep(0.005)
    return workers


def rate(queue, jobs):
    """Jobs a second, from the first that is asked for to the last that is done, and asked for alone."""
    start_workers(queue)
    before = queue.done()
    began = time.perf_counter()
    queue.load(jobs)
    asked = time.perf_counter() - began
    drained(queue)
    took = time.perf_counter() - began
    # A worker of Redis has taken its last job off the list before it has done it.
    time.sleep(0.2)
    done = queue.done() - before
    return done / took, done / asked


def one(queue):
    """Milliseconds from asking for a job to reading its result."""
    began = time.perf_counter()
    job = queue.submit("bonjour le monde")
    while queue.result(job) is None:
        pass
    return (time.perf_counter() - began) * 1e3


def latency(queue, another, jobs_a_second, samples):
    """p50 and p99 of `one`, while `another` client asks for so many jobs a second; 0 is nobody."""
    start_workers(queue)
    ending = threading.Event()

    def ask():
        began, asked = time.perf_counter(), 0
        while not ending.is_set():
            due = (time.perf_counter() - began) * jobs_a_second
            while asked < due:
                another.submit("autre chose")
                asked += 1
            time.sleep(0.001)

    background = threading.Thread(target=ask) if jobs_a_second else None
    if background:
        background.start()
        time.sleep(0.5)
    took = []
    for _ in range(samples):
        took.append(one(queue))
        time.sleep(0.005)
    ending.set()
    if background:
        background.join()
    cuts = statistics.quantiles(took, n=100)
    return cuts[49], cuts[98]


def lost_with_workers(queue, jobs, pause):
    """Jobs that are never done when a worker is killed every `pause` seconds: how many, of how many, in how many kills."""
    workers = start_workers(queue)
    before = queue.done()
    asked = []
    asking = threading.Thread(target=lambda: asked.append(queue.load(jobs)))
    asking.start()
    killed = 0
    while asking.is_alive() or queue.waiting():
        time.sleep(pause)
        place = killed % len(workers)
        queue.end(workers[place], signal.SIGKILL)
        workers[place] = queue.worker()
        killed += 1
    asking.join()
    if not asked:
        raise Failed(f"{queue.title}: the jobs could not be asked for")
    drained(queue)
    time.sleep(0.5)
    return max(0, asked[0] - (queue.done() - before)), asked[0], killed


def lost_with_server(queue, jobs):
    """Jobs that were asked for and answered, and are not there after the server was killed and started again."""
    asked = queue.load(jobs)
    queue.end(queue.server, signal.SIGKILL)
    queue.start()
    return max(0, asked - queue.submitted()), asked
