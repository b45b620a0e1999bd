"""Prints the seconds from the start of a pool until the last of its results is there, and those of CPU time until all of
it is gone; serial is a plain loop.

    pools.py serial|threads|processes WORKERS map|apply TASKS cpu|sum|sleep|native|mixed SIZE WAIT
"""

from __future__ import print_function

import resource
import sys
import time
from multiprocessing import Pool
from multiprocessing.dummy import Pool as ThreadPool

import work

# As many as a task of 10 ms and more has in poolscope.
TURNS = 10


def task(job):
    kind, size, wait = job
    if kind == "mixed":
        work.by_turns(size, wait, TURNS)
        return
    if kind == "cpu":
        work.cpu(size)
    elif kind == "sum":
        work.add(size)
    elif kind == "native":
        work.native(size)
    if wait:
        time.sleep(wait)


def run(pool, how, jobs):
    if how == "map":
        pool.map(task, jobs)
    else:
        for result in [pool.apply_async(task, (job,)) for job in jobs]:
            result.get()


def cpu():
    of = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in of)


def main(way, workers, how, tasks, kind, size, wait):
    jobs = [(kind, int(size), float(wait))] * int(tasks)
    before, start = cpu(), work.now()
    if way == "serial":
        for job in jobs:
            task(job)
        print(work.now() - start, cpu() - before)
        return
    pool = (ThreadPool if way == "threads" else Pool)(int(workers))
    run(pool, how, jobs)
    elapsed = work.now() - start
    pool.close()
    pool.join()
    print(elapsed, cpu() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
