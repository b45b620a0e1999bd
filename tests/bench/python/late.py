"""Prints, in nanoseconds, how late a thread is back from each sleep of 1 ms, beside threads that compute.

    late.py COMPUTING SECONDS INTERVAL
"""

from __future__ import print_function

import sys
import threading
import time

import work

WAIT = 0.001


def main(computing, seconds, interval):
    if hasattr(sys, "setswitchinterval"):
        sys.setswitchinterval(interval)
    over = []

    def compute():
        while not over:
            work.cpu(1000)

    threads = [threading.Thread(target=compute) for _ in range(computing)]
    for thread in threads:
        thread.start()
    late = []
    end = work.now() + seconds
    before = work.now()
    while before < end:
        time.sleep(WAIT)
        after = work.now()
        late.append(after - before - WAIT)
        before = after
    over.append(True)
    for thread in threads:
        thread.join()
    print(*[int(x * 1e9) for x in late])


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
