"""Pin what is installed: the newest versions that pyproject.toml allows, for every Python from 3.11 to 3.13."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"requirements.txt": ("dev",), "benchmarks/requirements.txt": ("dev", "peers")}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        bin_folder = Path(folder) / "bin"
        subprocess.run([bin_folder / "python", "-m", "pip", "install", "-q", "uv"], check=True)
        for target, extras in LOCKS.items():
            # No index address in the file, and one file for all Pythons: markers where they differ.
            command = [
                str(bin_folder / "uv"),
                "pip",
                "compile",
                "pyproject.toml",
                "--universal",
                "--upgrade",
                "-q",
            ]
            command += [
                "--python-version",
                "3.11",
                "--no-emit-index-url",
                "--no-emit-find-links",
                "--no-header",
            ]
            command += [word for extra in extras for word in ("--extra", extra)]
            command += ["-o", target]
            status = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
            if status:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
