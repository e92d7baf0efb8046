"""The site on this computer only: a small web server for those who want an address rather than a file."""

from __future__ import annotations

import sys
import webbrowser
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from geomatch.errors import InputError, Problem
from geomatch.publish.county import template_text
from geomatch.words import gettext as _
from geomatch.words import language, using_language

__all__ = ["HOST", "make_server", "serve"]

# Never another: what lies under internal/ must not be served to the network.
HOST = "127.0.0.1"
_NAMES = {"localhost", HOST}
_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".rdf": "application/rdf+xml",
    ".svg": "image/svg+xml",
    ".ttl": "text/turtle; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/atom+xml; charset=utf-8",
}
_IMAGES = "img-src 'self' data:"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; script-src 'self'; style-src 'self'; {_IMAGES}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class _Handler(BaseHTTPRequestHandler):
    """Gives files of one folder to a browser on this computer."""

    server_version = "geomatch"
    sys_version = ""

    def __init__(self, *arguments: object, folder: Path, words: str, images_from: str, public: bool) -> None:
        self.folder = folder
        self.words = words
        self.images_from = images_from
        self.public = public
        super().__init__(*arguments)  # type: ignore[arg-type]  # the server's own three

    def log_message(self, *arguments: object) -> None:
        """Stay silent: the addresses that are opened are nobody's business."""

    def _named_as_here(self) -> bool:
        """Whether the request names this computer. A page elsewhere could point its own name at 127.0.0.1."""
        host = self.headers.get("Host", "")
        name, _colon, port = host.rpartition(":") if ":" in host else (host, "", "")
        return name.lower() in _NAMES and (
            not port or port == str(cast("ThreadingHTTPServer", self.server).server_port)
        )

    def _file(self) -> Path | None:
        """The file that is asked for, or None: no such file, a folder without a page, or a place outside."""
        path = unquote(urlsplit(self.path).path)
        if "\0" in path or "\\" in path:
            return None
        wanted = self.folder.joinpath(*(part for part in path.split("/") if part))
        try:
            wanted = wanted.resolve(strict=True)
            if wanted.is_dir():
                wanted = (wanted / "index.html").resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        # After links are followed, so that neither `..` nor a link leads out.
        if not wanted.is_file() or not wanted.is_relative_to(self.folder):
            return None
        return wanted

    def _answer(self, status: HTTPStatus, content_type: str, content: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        if location:
            self.send_header("Location", location)
        for name, value in _HEADERS.items():
            self.send_header(name, value.replace(_IMAGES, f"{_IMAGES} {self.images_from}".rstrip()))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def do_GET(self) -> None:
        """Answer with the file, or a page that says that it is not here."""
        if not self._named_as_here():
            self._answer(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"")
            return
        found = self._file()
        if found is None:
            with using_language(self.words):
                if self.public:
                    # The internal site's page bears its marking.
                    text = _("The page is not here") + "\n"
                    self._answer(HTTPStatus.NOT_FOUND, _CONTENT_TYPES[".txt"], text.encode())
                else:
                    page = template_text("missing.html", assets="/assets", synthetic=False)
                    self._answer(HTTPStatus.NOT_FOUND, _CONTENT_TYPES[".html"], page.encode())
            return
        path = urlsplit(self.path).path
        if found.name == "index.html" and not path.endswith(("/", "index.html")):
            # Without the slash the page's relative links would start one folder too high.
            here = "/" + path.strip("/") + "/"
            self._answer(HTTPStatus.MOVED_PERMANENTLY, _CONTENT_TYPES[".txt"], b"", here)
            return
        kind = _CONTENT_TYPES.get(found.suffix.lower(), "application/octet-stream")
        self._answer(HTTPStatus.OK, kind, found.read_bytes())

    do_HEAD = do_GET  # noqa: N815  # the name http.server looks for


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that leaves a page while it loads is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # the server's own two

    # On Linux a second server could otherwise take the same port and answer in our place.
    allow_reuse_address = False


def make_server(
    folder: Path, port: int = 0, *, images_from: str = "", public: bool = False
) -> ThreadingHTTPServer:
    """A server of `folder` on 127.0.0.1, bound and not yet running.

    Folders are not listed, links that lead out are not followed, and a request that names another host is refused.

    Args:
        folder: The site, or its `internal` folder.
        port: The port; 0 takes a free one (`server_port` tells which).
        images_from: A host that pages may fetch images of a background map from, as a Content-Security-Policy names
            it; empty for none.
        public: The site is for everybody, so that no page of the server's own bears the internal marking.

    Raises:
        InputError: There is no such folder, or the port is taken.
    """
    if not folder.is_dir():
        raise InputError(
            Problem(
                _("there is no such folder"),
                remedy=_("Publish a month first, or name the folder of the site"),
                file=str(folder),
            )
        )
    handler = partial(
        _Handler, folder=folder.resolve(), words=language(), images_from=images_from, public=public
    )
    try:
        return _Server((HOST, port), handler)
    except (OSError, OverflowError) as error:
        raise InputError(
            Problem(
                _("port {port} cannot be used ({reason})").format(port=port, reason=error),
                remedy=_("Choose another port"),
            )
        ) from error


def serve(
    folder: Path,
    port: int = 8000,
    *,
    open_browser: bool = False,
    images_from: str = "",
    public: bool = False,
) -> None:
    """Serve `folder` to this computer until interrupted, and print the address to standard error.

    Raises:
        InputError: There is no such folder, or the port is taken.
    """
    server = make_server(folder, port, images_from=images_from, public=public)
    address = f"http://{HOST}:{server.server_port}/"
    sys.stderr.write(_("The site is at {address}. Stop with Ctrl+C.").format(address=address) + "\n")
    sys.stderr.flush()
    if open_browser:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
