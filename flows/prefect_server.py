"""A Prefect server on this machine for as long as a command runs.

It listens on the loopback address alone, answers no page of another origin and no other host name, requires a token
from browsers, and ends with the process that started it, however that ends: it waits on a pipe from that process.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping

HOST = "127.0.0.1"
_START_SECONDS = 180  # a slow machine that migrates a new database
_END_SECONDS = 5
_TEMPORARY = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1"}


class NoServer(RuntimeError):
    """The Prefect server of this machine did not come up."""


class PrefectServer:
    """A server on `port` (0: any that is free). is_temporary: without web pages, schedules and other services."""

    def __init__(self, port: int = 0, is_temporary: bool = False) -> None:
        with _listening(port) as listening:
            self.port = int(listening.getsockname()[1])
            self.url = f"http://{HOST}:{self.port}/api"
            handle = listening.fileno()
            # Out of reach of Ctrl-C: the process that started it ends it, after its last request.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.prefect_server", str(handle)],
                stdin=subprocess.PIPE,
                pass_fds=[handle],
                env={**os.environ, **_closed(self.port), **(_TEMPORARY if is_temporary else {})},
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers. Raises NoServer where it ends, or does not answer in time."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise NoServer(
                    f"the Prefect server ended with code {self.process.returncode}; its own words are above."
                )
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise NoServer(f"no answer from {self.url} after {_START_SECONDS} s; its own words are above.")

    def stop(self) -> None:
        """Stop it, and wait until it has ended."""
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(_END_SECONDS + 1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def server_for_this_process() -> None:
    """Set up a server for the flows of this process: that of PREFECT_API_URL, else a temporary one.

    Raises NoServer.
    """
    from prefect.context import refresh_global_settings_context
    from prefect.settings import PREFECT_API_URL

    if PREFECT_API_URL.value():
        return
    server = PrefectServer(is_temporary=True)
    atexit.register(server.stop)
    server.wait()
    os.environ["PREFECT_API_URL"] = server.url
    refresh_global_settings_context()


def _closed(port: int) -> Mapping[str, str]:
    """Settings of a closed server: by default Prefect lets the pages of every web site use it."""
    return {
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{HOST}:{port}",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT__SERVER_FINAL": "1",
    }


def _listening(port: int) -> socket.socket:
    """Raises NoServer where something listens there already: flows must not end up on a server that nobody chose."""
    try:
        if port:
            with socket.socket() as knock:
                if knock.connect_ex((HOST, port)) == 0:
                    raise OSError("it answers")
        return socket.create_server((HOST, port))
    except OSError:
        raise NoServer(
            f"port {port} of this machine is taken. If that is a Prefect server to be used, say so: "
            f"PREFECT_API_URL=http://{HOST}:{port}/api; otherwise end what holds the port, or choose another "
            f"with PREFECT_SERVER_API_PORT."
        ) from None


def _end_with_parent() -> None:
    """Wait until the parent process closes its end of the pipe, by dying too, and end this one."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_SECONDS)
    os._exit(1)


def main(handle: int) -> None:
    """Serve on the listening socket `handle` until the process that passed it ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    listening = socket.socket(fileno=handle)
    # The name of another site may be made to point to this machine; the host header still has that name.
    app = TrustedHostMiddleware(create_app(), allowed_hosts=[HOST, "localhost"], www_redirect=False)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


if __name__ == "__main__":
    main(int(sys.argv[1]))
