"""Splits so much work over some threads; prints the seconds and the voluntary switches of context that it takes.

    split.py THREADS SIZE
"""

from __future__ import print_function

import resource
import sys
import threading

import work


def switches():
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def main(threads, size):
    threads = [threading.Thread(target=work.cpu, args=(size // threads,)) for _ in range(threads)]
    before, start = switches(), work.now()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(work.now() - start, switches() - before)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
