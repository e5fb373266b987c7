"""Functions for worker processes: what the pages and feeds of strangers make libraries do."""

import ctypes
import os
import signal
import sys
from threading import Event

from newsmonitor.errors import InputError, NewsmonitorError, NotAFeed


def echo(*args, **kwargs):
    return args, kwargs


def pid():
    return os.getpid()


def announce(fifo):
    """Tell the reader of the fifo that the call has begun."""
    if fifo is not None:
        with open(fifo, "wb") as file:
            file.write(b".")


def spin(fifo=None):
    announce(fifo)
    while True:
        pass


def spin_in_c(fifo=None):
    """A loop that lets no other thread and no signal handler of Python run."""
    announce(fifo)
    ctypes.PyDLL(None).pause()


def swell():
    return len([bytearray(2**24) for _ in range(256)])


KEPT = []


def keep(megabytes):
    """Keep so much memory, as a library's caches do; the process's id."""
    KEPT.append(bytearray(megabytes << 20))
    return os.getpid()


def leave(status):
    os._exit(status)


def give_up():
    sys.exit(7)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def chatter():
    """Write where a protocol might have been."""
    sys.stdout.write("noise" * 1000)
    sys.stdout.flush()
    os.write(1, b"noise")
    os.write(2, b"noise")
    return sys.stdin.read(), "airflow" in sys.modules


def not_a_feed():
    raise NotAFeed("is a page of HTML")


def input_error():
    raise InputError("feeds.opml", "is empty", "add a feed", line=3)


class KeywordsOnly(NewsmonitorError):
    """It unpickles into a TypeError, as every error does that takes keywords and says nothing of it."""

    def __init__(self, *, reason):
        super().__init__(reason)


def error_that_cannot_travel():
    raise KeywordsOnly(reason="x")


def raise_value_error():
    raise ValueError("first line\nsecond line " + "x" * 5000)


class Unpicklable:
    def __reduce__(self):
        raise RuntimeError("no way to travel")


def unpicklable():
    return Unpicklable()


def zeros(count):
    return bytes(count)


def rest():
    Event().wait()
