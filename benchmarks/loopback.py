"""A site of given bytes on loopback, in a process of its own, so that its memory and work are not the subject's."""

import json
import subprocess
import sys
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType


@dataclass
class Loopback:
    """Serve the files of a folder; index.json in it maps each path to [file, content type]."""

    folder: Path
    url: str = ""

    def __enter__(self) -> "Loopback":
        command = [sys.executable, __file__, str(self.folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


def _serve(folder: Path) -> None:
    index: dict[str, list[str]] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not index:
                index.update(json.loads((folder / "index.json").read_text()))
            found = index.get(self.path)
            body = (folder / found[0]).read_bytes() if found else b"not here"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", found[1] if found else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
