"""Worker processes for what strangers wrote: a call that hangs, swells or dies costs a worker, never the run.

Subprocesses and a socket, not multiprocessing: a task of Airflow may be a daemon, which may have no children of
that kind, and a fork would bring along a copy of the event loop and of all open connections.

The parent's half is `Workers`, the worker's is `serve`. A message is the length of a pickle and the pickle.
"""

import asyncio
import logging
import os
import pickle
import resource
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from newsmonitor.errors import NewsmonitorError, WorkerFailure

# Importing what reads a page takes 0.5 s, on a crowded machine ten times that.
_START_SECONDS = 60.0
# The worker's own alarm, for the time after its parent was killed: the parent's clock strikes first.
_GRACE_SECONDS = 1.0
_ORPHAN_CHECK_SECONDS = 2.0
# No feed or page of 10 MB makes more than three times that; a longer answer is no answer.
_MAX_REPLY_BYTES = 128 * 2**20
_REASON_LENGTH = 200
# Of its memory. At rest it has a sixth; with what libraries had kept of 134 hostile pages the next found no room.
_WORN = 0.5
_HEADER_BYTES = 8
_READ_AHEAD = 2**20
_BOOT = "from newsmonitor.workers import serve; serve(parent={parent}, memory_bytes={memory})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A function to call; without arguments only to import its module."""

    function: str
    arguments: tuple[tuple[object, ...], dict[str, object]] | None = None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    """What came of an order: a result, an error of ours, or in words why there is neither.

    is_worn: the worker keeps so much memory of what it did that the next order should be another's.
    """

    result: object = None
    error: NewsmonitorError | None = None
    failure: str | None = None
    is_worn: bool = False


class Workers:
    """At most `count` worker processes, each started when a call first needs it; an async context manager.

    A worker is replaced after recycle_after calls, or when half of its memory is taken between two calls, because
    libraries keep caches; and after any failure.
    memory_bytes bounds its address space: measured were 280 MB at rest, 450 MB with the worst of hostile pages.
    Only functions within `package` may be called. With count=0 they are called in this process, where nothing
    can bound their time and memory: for tests that fork and kill.
    """

    def __init__(
        self,
        *,
        count: int,
        recycle_after: int = 500,
        memory_bytes: int = 2**30,
        package: str = "newsmonitor",
    ) -> None:
        self._count = count
        self._recycle_after = recycle_after
        self._memory_bytes = memory_bytes
        self._package = package
        self._slots = asyncio.Semaphore(max(count, 1))
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        for worker in tuple(self._alive):
            self._discard(worker)

    async def run(self, function: str, *args: object, timeout: float, **kwargs: object) -> Any:
        """The result of the function "package.module:name", or its own NewsmonitorError.

        Raises WorkerFailure where it took longer than timeout seconds or too much memory, where its process
        died, or where it raised anything else. The wait for a free worker and its start do not count.
        Raises ChildProcessError where no worker can be started: then the fault is ours, not the input's.
        """
        if not function.startswith((f"{self._package}.", f"{self._package}:")):
            raise ValueError(f"{function} is not in {self._package}")
        order = _Order(function=function, arguments=(args, kwargs), seconds=timeout)
        if self._count == 0:
            return _unfold(_attempt(order))
        async with self._slots:
            if self._is_closed:
                raise RuntimeError("the workers are closed")
            return _unfold(await self._reply(order))

    async def _reply(self, order: _Order) -> _Reply:
        worker = await self._worker(order.function)
        worker.calls += 1
        is_sound = False
        try:
            reply = await worker.ask(order)
            is_sound = reply.failure is None and not reply.is_worn
        finally:
            # Also when cancelled: an answer that nobody waits for must not be the next call's.
            if is_sound and worker.calls < self._recycle_after and not self._is_closed:
                self._idle.append(worker)
            else:
                self._discard(worker)
        return reply

    async def _worker(self, function: str) -> "_Worker":
        if self._idle:
            return self._idle.pop()
        worker = await _start(self._memory_bytes)
        self._alive.add(worker)
        is_ready = False
        try:
            reply = await worker.ask(_Order(function=function, seconds=_START_SECONDS))
            is_ready = reply.failure is None and not self._is_closed
        finally:
            if not is_ready:
                self._discard(worker)
        if not is_ready:
            raise ChildProcessError(f"no worker could be started: {reply.failure or 'the run has ended'}")
        return worker

    def _discard(self, worker: "_Worker") -> None:
        self._alive.discard(worker)
        worker.kill()


class _Worker:
    """A running worker process and the way to it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.process = process
        self.reader = reader
        self.writer = writer
        self.calls = 0

    async def ask(self, order: _Order) -> _Reply:
        """Its reply; where it gives none in time, the failure in words."""
        message = _packed(order)
        try:
            async with asyncio.timeout(order.seconds):
                self.writer.write(message)
                await self.writer.drain()
                header = await self.reader.readexactly(_HEADER_BYTES)
                reply = pickle.loads(await self.reader.readexactly(int.from_bytes(header, "big")))
        except TimeoutError:
            return _Reply(failure=f"took longer than {order.seconds:g} s")
        except (OSError, EOFError):
            return _Reply(failure=f"the worker died ({self._last_words()})")
        assert isinstance(reply, _Reply)
        return reply

    def _last_words(self) -> str:
        # It closed its socket because it is ending, so its status is a matter of milliseconds.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1.0)
        code = self.process.poll()
        if code is None:
            return "it closed its connection"
        if code < 0:
            return next((known.name for known in signal.Signals if known == -code), f"signal {-code}")
        return f"exit status {code}"

    def kill(self) -> None:
        """End it and reap it. Without an await, so that nothing can cancel it half done."""
        self.process.kill()
        self.writer.transport.abort()
        self.process.wait()


async def _start(memory_bytes: int) -> _Worker:
    ours, theirs = socket.socketpair()
    with theirs:
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_READ_AHEAD)
        try:
            # -P: a file in the working directory must not stand in for a module.
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-W",
                    "ignore",
                    "-c",
                    _BOOT.format(parent=os.getpid(), memory=memory_bytes),
                ],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError:
            writer.transport.abort()
            raise
    return _Worker(process, reader, writer)


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        # Airflow puts the plugins folder on sys.path only, so the environment alone would not find us.
        "PYTHONPATH": os.pathsep.join(sys.path),
        # One address space of 1 GB holds no stacks for the threads of 64 cores.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _packed(message: _Order | _Reply) -> bytes:
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(_HEADER_BYTES, "big") + body


def _unfold(reply: _Reply) -> object:
    if reply.error is not None:
        raise reply.error
    if reply.failure is not None:
        raise WorkerFailure(reply.failure)
    return reply.result


def serve(*, parent: int, memory_bytes: int) -> NoReturn:
    """A worker's life: answers orders on file 0 until the other end closes or the parent is gone."""
    connection = socket.socket(fileno=os.dup(0))
    # Both may be sent to the whole process group; the parent decides what they mean.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # macOS refuses this limit; there the deadline alone bounds a call.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    logging.disable()
    _silence()
    while (order := _next_order(connection, parent)) is not None:
        # The kernel's alarm ends even a loop in C that lets no signal handler of Python run.
        signal.setitimer(signal.ITIMER_REAL, order.seconds + _GRACE_SECONDS)
        reply = _attempt(order)
        message = _message(replace(reply, is_worn=_memory_in_use() > _WORN * memory_bytes))
        with suppress(OSError):
            connection.sendall(message)
        signal.setitimer(signal.ITIMER_REAL, 0)
    # Not sys.exit: what a library left running at exit is nothing to wait for.
    os._exit(0)


def _memory_in_use() -> int:
    """Bytes that this process has in memory now; 0 where the system does not say so (macOS)."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _silence() -> None:
    """Files 0 to 2 become /dev/null: libraries print about every broken page, and nobody reads it."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)


def _next_order(connection: socket.socket, parent: int) -> _Order | None:
    """The next order, or None at the end. A fork of the parent may hold the other end open: hence the pid."""
    while not select.select([connection], [], [], _ORPHAN_CHECK_SECONDS)[0]:
        if os.getppid() != parent:
            return None
    header = _read(connection, _HEADER_BYTES)
    body = _read(connection, int.from_bytes(header, "big")) if header else b""
    if not body:
        return None
    order = pickle.loads(body)
    assert isinstance(order, _Order)
    return order


def _read(connection: socket.socket, length: int) -> bytes:
    """So many bytes; none where the other end closed before."""
    body = bytearray(length)
    view = memoryview(body)
    while view:
        count = connection.recv_into(view)
        if count == 0:
            return b""
        view = view[count:]
    return bytes(body)


def _attempt(order: _Order) -> _Reply:
    """The fence: whatever the function does with a stranger's input becomes a reply."""
    try:
        result = _call(order)
    except NewsmonitorError as error:
        return _Reply(error=error)
    except Exception as error:  # noqa: BLE001 - a stranger's input may raise anything, and it is no fault of ours
        return _Reply(failure=_in_words(error))
    return _Reply(result=result)


def _call(order: _Order) -> object:
    module_name, _, name = order.function.partition(":")
    module = import_module(module_name)
    if order.arguments is None:
        # What a module loads at its first use should not count as the first page's time.
        warm_up: Callable[[], None] | None = getattr(module, "warm_up", None)
        return warm_up() if warm_up else None
    args, kwargs = order.arguments
    return getattr(module, name)(*args, **kwargs)


def _message(reply: _Reply) -> bytes:
    """The reply as bytes; one that cannot travel becomes a failure that can."""
    try:
        message = _packed(reply)
        if reply.error is not None:
            pickle.loads(message[_HEADER_BYTES:])
    except Exception as error:  # noqa: BLE001 - pickling calls methods of the result, which may raise anything
        message = _packed(_Reply(failure=f"its answer cannot travel: {_in_words(error)}"))
    if len(message) > _MAX_REPLY_BYTES:
        message = _packed(_Reply(failure=f"its answer is too large ({len(message) >> 20} MB)"))
    return message


def _in_words(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "took too much memory"
    words = " ".join(f"{type(error).__name__}: {error}".split())
    return words.removesuffix(":")[:_REASON_LENGTH]
