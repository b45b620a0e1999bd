"""Tasks, for Python 2.7 and 3. By itself says what this interpreter is, and the sizes of tasks that take so long:

    work.py SECONDS
"""

from __future__ import division, print_function

import hashlib
import json
import math
import platform
import sys
import time

try:
    range = xrange
except NameError:
    pass

now = getattr(time, "perf_counter", time.time)
BUFFER = b"\x5a" * (32 << 20)


def cpu(size):
    x = 0.0
    for i in range(size):
        x += math.log(i + 1)
    for i in range(size):
        x += i ** 1.1
    return x


def by_turns(size, wait, turns):
    """The same, with a part of the wait after each part of it."""
    x = 0.0
    for turn in range(turns):
        begin, end = 2 * size * turn // turns, 2 * size * (turn + 1) // turns
        for i in range(min(begin, size), min(end, size)):
            x += math.log(i + 1)
        for i in range(max(begin - size, 0), max(end - size, 0)):
            x += i ** 1.1
        time.sleep(wait / turns)
    return x


def add(size):
    x = 0
    for i in range(size):
        x += i
    return x


def native(size):
    """Passes over the buffer; hashlib releases the lock meanwhile."""
    digest = hashlib.sha256()
    for _ in range(size):
        digest.update(BUFFER)
    return digest.hexdigest()


def size_for(task, size, seconds):
    """The quickest of a few goes says what a step takes: whatever disturbs makes it slower."""
    best = min(timed(task, size) for _ in range(7))
    return max(1, int(round(seconds * size / best)))


def timed(task, size):
    start = now()
    task(size)
    return now() - start


def main(seconds):
    print(json.dumps({
        "version": platform.python_version(),
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "ticks": None if hasattr(sys, "setswitchinterval") else sys.getcheckinterval(),
        "cpu": size_for(cpu, 40000, seconds),
        "sum": size_for(add, 400000, seconds),
        "native": size_for(native, 1, seconds),
    }))


if __name__ == "__main__":
    main(float(sys.argv[1]))
