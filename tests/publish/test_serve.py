from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from geomatch.errors import InputError
from geomatch.publish import IndexEntry, publish_index, serve
from geomatch.publish.serve import make_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreadingHTTPServer]:
    folder = tmp_path_factory.mktemp("served")
    publish_index([IndexEntry("2026-03", "99", "Provlandets län")], folder)
    (folder / "secret.txt").write_text("utanför", encoding="utf-8")
    (folder / "internal" / "leads-out").symlink_to(folder / "secret.txt")
    (folder / "internal" / "åäö.txt").write_text("här", encoding="utf-8")
    made = make_server(folder / "internal")
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def ask(
    server: ThreadingHTTPServer, path: str, host: str | None = None, method: str = "GET"
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    connection.putrequest(method, path, skip_host=host is not None)
    if host:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content


def test_it_listens_to_this_computer_only(server: ThreadingHTTPServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/assets/page.js", "text/javascript; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
        ("/assets/images/layers.png", "image/png"),
        ("/%C3%A5%C3%A4%C3%B6.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_with_their_type(server: ThreadingHTTPServer, path: str, kind: str) -> None:
    status, headers, content = ask(server, path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert len(content) == int(headers["Content-Length"]) > 0
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets",
        "/nothing.html",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/leads-out",
        "//etc/passwd",
        "/index.html%00.txt",
        "/" + "a" * 5000,
    ],
)
def test_nothing_else_is_given(server: ThreadingHTTPServer, path: str) -> None:
    status, _headers, content = ask(server, path)
    assert status == 404
    assert "Sidan finns inte" in content.decode()
    assert "utanför" not in content.decode()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "localhost:1"]
)
def test_other_names_for_this_computer_are_refused(server: ThreadingHTTPServer, host: str) -> None:
    status, _headers, content = ask(server, "/", host=host)
    assert (status, content) == (403, b"")


def test_localhost_is_this_computer(server: ThreadingHTTPServer) -> None:
    assert ask(server, "/", host=f"localhost:{server.server_port}")[0] == 200


def test_head_has_no_body(server: ThreadingHTTPServer) -> None:
    status, headers, content = ask(server, "/", method="HEAD")
    assert (status, content) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_a_folder_without_its_slash_is_sent_on(tmp_path: Path) -> None:
    (tmp_path / "2026-03").mkdir()
    (tmp_path / "2026-03" / "index.html").write_text("mars", encoding="utf-8")
    made = make_server(tmp_path)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        status, headers, _content = ask(made, "//2026-03")
        assert (status, headers["Location"]) == (301, "/2026-03/")
        assert ask(made, "/2026-03/")[2] == b"mars"
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} kan inte användas"):
            make_server(tmp_path, port)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mappen finns inte"):
        make_server(tmp_path / "nothing")


def test_serve_prints_the_address_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_self: ThreadingHTTPServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", interrupted)
    serve.serve(tmp_path, 0)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Webbplatsen finns på http://127.0.0.1:")
