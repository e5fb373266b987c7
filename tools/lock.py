"""Pin requirements.txt: the newest versions that pyproject.toml allows, for every Python from 3.11 to 3.13."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        bin_folder = Path(folder) / "bin"
        subprocess.run([bin_folder / "python", "-m", "pip", "install", "-q", "uv"], check=True)
        # No index address in the file, and one file for all Pythons: markers where they differ.
        command = [
            str(bin_folder / "uv"),
            "pip",
            "compile",
            "pyproject.toml",
            "--extra",
            "dev",
            "--universal",
        ]
        command += ["--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links", "--no-header"]
        command += ["--upgrade", "-q", "-o", "requirements.txt"]
        return subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode


if __name__ == "__main__":
    sys.exit(main())
