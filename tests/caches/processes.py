"""nginx and Varnish as Debian has them, each a process of its own in a folder of its own.

They listen on a UNIX socket, so no port has to be free.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.caches.cache import Fetch
from tests.contract.harness import Answer, Sent

#: The usual configuration: HTML and data are kept as the site says, and asked for again by date and
#: tag. ``ignored``: a directive more, for the one that does not look at Vary.
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=site:4m levels=1:2;
  proxy_cache site;
  proxy_cache_revalidate on;
  proxy_cache_use_stale updating error timeout;
  {ignored}
  proxy_set_header Host $host;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  server {{
    listen unix:{folder}/front.sock;
    location / {{ proxy_pass {origin}; }}
  }}
}}
"""
#: uvicorn would put X-Forwarded-For in place of the proxy's own address, which the policy trusts.
#: Cookies are handed on, as on a site that knows its visitors, and do not keep Varnish from
#: answering itself; what may be kept is left to its built-in rules.
VARNISH = """
vcl 4.1;
backend site {{ .host = "{host}"; .port = "{port}"; }}
sub vcl_recv {{
  unset req.http.X-Forwarded-For;
  if (req.method == "GET" || req.method == "HEAD") {{ return (hash); }}
  return (pass);
}}
sub vcl_backend_response {{
  {ignored}
  set beresp.grace = 1s;
  set beresp.keep = 10m;
}}
sub vcl_deliver {{
  if (resp.http.Ignored) {{
    set resp.http.Vary = resp.http.Ignored;
    unset resp.http.Ignored;
  }}
}}
"""


@contextmanager
def nginx(origin: str, folder: Path, *, varies: bool) -> Iterator[Path]:
    """The socket of an nginx in front of ``origin``."""
    ignored = "" if varies else "proxy_ignore_headers Vary;"
    file = folder / "nginx.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""
    file.write_text(user + NGINX.format(folder=folder, origin=origin, ignored=ignored))
    command = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(file)]
    with _running(command, "start worker process "):
        yield folder / "front.sock"


@contextmanager
def varnish(origin: str, folder: Path, *, varies: bool) -> Iterator[Path]:
    """The socket of a Varnish in front of ``origin``."""
    # The browser is told all the same: it looks at Vary for the back button.
    ignored = "set beresp.http.Ignored = beresp.http.Vary; unset beresp.http.Vary;"
    host, _, port = origin.removeprefix("http://").partition(":")
    file = folder / "site.vcl"
    file.write_text(VARNISH.format(host=host, port=port, ignored="" if varies else ignored))
    front = folder / "front.sock"
    command = ["varnishd", "-F", "-j", "none", "-n", str(folder / "work"), "-f", str(file)]
    command += ["-a", str(front), "-s", "malloc,32m", "-T", "none", "-p", "timeout_idle=600"]
    with _running(command, "Child starts"):
        yield front


@contextmanager
def _running(command: list[str], ready: str) -> Iterator[None]:
    """A process, from the line that says that it is ready on."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    program = shutil.which(command[0], path=path)
    assert program is not None, f"{command[0]} is missing: make caches installs it"
    process = subprocess.Popen(
        [program, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if ready in line:
                break
        else:
            raise AssertionError(f"{command[0]} did not start:\n{''.join(said)}")
        yield
    finally:
        process.terminate()
        process.communicate()


class _Socket(HTTPConnection):
    """HTTP through a UNIX socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("site.test")
        self._path = path

    def connect(self) -> None:
        """Open the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(str(self._path))


@contextmanager
def asking(make: Callable[[], HTTPConnection]) -> Iterator[Fetch]:
    """What asks a server over one connection."""
    with ExitStack() as stack:
        connection = make()
        stack.callback(connection.close)

        def fetch(sent: Sent) -> Answer:
            connection.putrequest(
                sent.method, sent.target, skip_host=True, skip_accept_encoding=True
            )
            for name, value in sent.headers:
                connection.putheader(name.decode(), value)
            connection.endheaders(sent.body or None)
            response = connection.getresponse()
            body = response.read()
            headers = tuple(
                (name.lower().encode(), value.encode("latin-1"))
                for name, value in response.getheaders()
            )
            return Answer(response.status, headers, body)

        yield fetch


@contextmanager
def through(path: Path) -> Iterator[Fetch]:
    """What asks the server behind a UNIX socket."""
    with asking(lambda: _Socket(path)) as fetch:
        yield fetch


@contextmanager
def to(origin: str) -> Iterator[Fetch]:
    """What asks the server at a URL."""
    with asking(lambda: HTTPConnection(origin.removeprefix("http://"))) as fetch:
        yield fetch
