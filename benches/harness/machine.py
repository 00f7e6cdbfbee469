"""What the figures were taken on: processor, kernel, and how long the disk takes to say that a write is kept."""

import os
import platform
import statistics
import time


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def fdatasync_microseconds(folder, times=300):
    """The median time for 4 KiB to be appended to a file in `folder` and made safe, which bounds honest inserts."""
    path = os.path.join(folder, "fdatasync-probe")
    took = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        for _ in range(times):
            os.write(file, b"x" * 4096)
            start = time.perf_counter()
            os.fdatasync(file)
            took.append((time.perf_counter() - start) * 1e6)
    finally:
        os.close(file)
        os.unlink(path)
    return statistics.median(took)


def line(folder):
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory_gib():.0f} GiB, Linux {platform.release()}; "
        f"fdatasync of 4 KiB: {fdatasync_microseconds(folder):,.0f} µs"
    )


def busy(seconds=2):
    """The part of the processors' time that others use, measured while nothing of ours runs; None when it is little."""
    used_before, all_before = processor_ticks()
    time.sleep(seconds)
    used_after, all_after = processor_ticks()
    part = (used_after - used_before) / max(1, all_after - all_before)
    return part if part > 0.05 else None


def processor_ticks():
    """Ticks in use and ticks in all, of all processors since the machine started."""
    with open("/proc/stat", encoding="ascii") as lines:
        ticks = [int(word) for word in lines.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, sum(ticks)
