"""Make .venv and install what requirements.txt pins; a fraction of a second when nothing has changed.

Runs on a bare Python, before anything is installed: the standard library only. Every way to fail is one plain
line that says what to do about it, and exit status 1.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn, TextIO

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
LOG = VENV / "install.log"
# Measured: 1.0 GB when done, and as much again while pip unpacks.
NEEDED_BYTES = 2_000_000_000

_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Name or service not known|Temporary failure in name resolution|"
    r"ConnectTimeout|ReadTimeout|Connection refused|Network is unreachable|ProxyError|SSLError|"
    r"Connection to \S+ timed out",
    re.IGNORECASE,
)


def main() -> int:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        version = ".".join(map(str, sys.version_info[:2]))
        stop(
            f"this is Python {version}, and Apache Airflow 3.3 wants 3.11 to 3.13; name another: make PYTHON=..."
        )
    wanted = fingerprint()
    if works() and STAMP.is_file() and STAMP.read_text() == wanted:
        return 0
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        stop(
            f"{ROOT}: {free / 1e9:.1f} GB free, and the install takes {NEEDED_BYTES / 1e9:.0f} GB; free some space"
        )
    try:
        make_venv()
        install()
    except KeyboardInterrupt:
        stop("stopped; the next make goes on from here", status=130)
    except OSError as error:
        stop(f"{error.filename or VENV}: {error.strerror}; nothing was started")
    STAMP.write_text(wanted)
    return 0


def fingerprint() -> str:
    """Changes when what is to be installed changes, or the folder moves (scripts name their Python by path)."""
    parts = [(ROOT / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"\0".join([*parts, str(ROOT).encode()])).hexdigest()


def works() -> bool:
    """Whether the Python of .venv starts: it is gone when the one it was made from was removed."""
    try:
        return subprocess.run([python(), "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def python() -> str:
    return str(VENV / "bin" / "python")


def make_venv() -> None:
    if works():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
    )
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in made.stdout + made.stderr:
            version = ".".join(map(str, sys.version_info[:2]))
            stop(f"this Python has no venv; install it (Debian: apt install python{version}-venv)")
        stop(f"{VENV} could not be made: {last_line(made.stdout + made.stderr)}")


def install() -> None:
    pinned = (ROOT / "requirements.txt").read_text()
    count = len(re.findall(r"^[A-Za-z0-9_.-]+==", pinned, re.MULTILINE))
    say(f"Installing {count} packages into .venv: about 1 GB, one to four minutes, once.")
    with LOG.open("w") as log:
        pip(log, count, "-r", str(ROOT / "requirements.txt"))
        # Editable: a change of the code needs no new install.
        pip(log, 0, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    say("Installed.")


def pip(log: TextIO, count: int, *what: str) -> None:
    command = [python(), "-m", "pip", "install", "--disable-pip-version-check", "--retries", "2", *what]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None
    collected, lines = 0, []
    try:
        for line in process.stdout:
            log.write(line)
            lines.append(line)
            collected += line.startswith("Collecting ")
            if count and sys.stdout.isatty():
                done = (
                    "installing ..." if line.startswith("Installing collected") else f"{collected} of {count}"
                )
                print(f"\r  {done:20}", end="", flush=True)
    finally:
        process.stdout.close()
        if process.wait() and sys.stdout.isatty():
            print()
    if count and sys.stdout.isatty():
        print("\r", end="")
    if process.returncode:
        stop(reason("".join(lines)))


def reason(output: str) -> str:
    """Why pip failed, in one line with the mend."""
    if "No space left on device" in output:
        return f"{VENV}: the disk is full; free {NEEDED_BYTES / 1e9:.0f} GB and try again"
    if _NETWORK.search(output):
        return (
            "the package index cannot be reached: check the network (or pip's proxy settings), then try again"
        )
    return f"pip failed: {last_line(output)} (all it said: {LOG.relative_to(ROOT)})"


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


def say(text: str) -> None:
    print(text, flush=True)


def stop(problem: str, *, status: int = 1) -> NoReturn:
    print(f"newsmonitor: {problem}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    sys.exit(main())
