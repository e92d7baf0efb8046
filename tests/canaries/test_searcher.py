"""The search finds what is planted: every spelling in every kind of file, and no more than that."""

from __future__ import annotations

import base64
import html
import json
import struct
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from pyproj import Transformer

from tests.canaries.containers import OF_BYTES, OF_NUMBERS, OF_TEXT
from tests.canaries.search import Canary, assert_clean, clock, day, digest, number, place, search, word
from tests.canaries.unpack import unpacked, unpacked_bytes

SAID = "Qzx Ångbåtsvägen 41 B"
WORD = word(SAID)
X_M, Y_M = 793_431.137, 7_301_123.713
PLACE = place(X_M, Y_M, "the place")
LON, LAT = Transformer.from_crs(3006, 4326, always_xy=True).transform(X_M, Y_M)
WEB_X, WEB_Y = Transformer.from_crs(3006, 3857, always_xy=True).transform(X_M, Y_M)


def spelled(text: str) -> Mapping[str, bytes]:
    """A text as it can stand in a file."""
    escaped = json.dumps(text)[1:-1]
    return {
        "UTF-8": text.encode(),
        "Latin-1": text.encode("latin-1"),
        "DOS": text.encode("cp437"),
        "UTF-16 with a mark": text.encode("utf-16"),
        "UTF-16, the other order": text.encode("utf-16-be"),
        "UTF-16 at an odd place": b"x" + text.encode("utf-16-le"),
        "capitals": text.upper().encode(),
        "parts of letters": unicodedata.normalize("NFD", text).encode(),
        "without blanks": text.replace(" ", "").encode(),
        "with lines": text.replace(" ", "_").encode(),
        "wide blanks": text.replace(" ", "\u00a0").encode(),
        "escapes of JSON": escaped.encode(),
        "escapes of escapes": escaped.replace("\\", "\\\\").encode(),
        "escapes of JavaScript": "".join(f"\\x{ord(c):02x}" for c in text).encode(),
        "octal escapes": "".join(f"\\{ord(c):03o}" if ord(c) > 127 else c for c in text).encode("latin-1"),
        "entities by number": "".join(f"&#{ord(c)};" for c in text).encode(),
        "entities by name": html.escape(text).replace("Å", "&Aring;").replace("å", "&aring;").replace("ä", "&auml;").encode(),
        "entities of entities": "".join(f"&amp;#x{ord(c):x};" for c in text).encode(),
        "per cent": quote(text).encode(),
        "per cent of Latin-1": quote(text, encoding="latin-1").replace("%20", "+").encode(),
        "cut by markup": text.replace("v", "<b>v</b>").encode(),
        "base64": base64.b64encode(text.encode()),
        "base64 of addresses": base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
        "hexadecimal digits": text.encode().hex().encode(),
    }  # fmt: skip


def found(data: bytes, canary: Canary) -> bool:
    return bool(search(unpacked_bytes(data, "x"), [canary]).found)


@pytest.mark.parametrize("container", OF_BYTES)
def test_every_spelling_in_every_file(container: str) -> None:
    missed = [how for how, body in spelled(SAID).items() if not found(OF_BYTES[container](body), WORD)]
    assert missed == []


@pytest.mark.parametrize("container", OF_TEXT)
def test_every_text_in_every_file(container: str) -> None:
    # Names of sheets and tables hold no brackets or quotes; PDFs, tags and EXIF hold ASCII or Latin-1 at the least.
    texts = {
        "as it is": SAID,
        "capitals": SAID.upper(),
        "per cent": quote(SAID),
        "in hexadecimal digits": SAID.encode().hex(),
    }
    if container == "workbook, name of a sheet":
        texts = {"as it is": SAID}
    missed = [how for how, text in texts.items() if not found(OF_TEXT[container](text), WORD)]
    assert missed == []


def test_names_of_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / f"{SAID} å").mkdir(parents=True)
    (tmp_path / "a" / "x.txt").write_text("x")
    (where,) = search(unpacked(tmp_path), [WORD]).found
    assert where.place == f"a/{SAID} å (folder)"
    (tmp_path / "b").symlink_to(f"/home/{quote(SAID)}/nowhere")
    assert {one.place for one in search(unpacked(tmp_path), [WORD]).found} == {
        f"a/{SAID} å (folder)",
        "b (link)!per cent",
    }


def dms(value: float) -> str:
    degrees, rest = divmod(value * 3600, 3600)
    return f"{int(degrees)}°{int(rest // 60)}'{rest % 60:.0f}\""


def topojson() -> str:
    west, south, scale = 11.0, 55.0, 1e-5
    ends = [[round((LON - west) / scale), round((LAT - south) / scale)]]
    steps = [[ends[0][0] - 5000, ends[0][1] + 900], [5000, -900], [100, 100]]
    return json.dumps(
        {
            "type": "Topology",
            "transform": {"scale": [scale, scale], "translate": [west, south]},
            "arcs": [steps],
        }
    )


PLACES_AS_TEXT: Mapping[str, Callable[[], str]] = {
    "metres, all digits": lambda: f"{X_M} {Y_M}",
    "metres, north first": lambda: f'"y":{Y_M},"x":{X_M}',
    "whole metres": lambda: f"{X_M:.0f};{Y_M:.0f}",
    "tens of metres": lambda: f"{round(X_M, -1):.0f},{round(Y_M, -1):.0f}",
    "hundreds of metres": lambda: f"{round(X_M, -2):.0f},{round(Y_M, -2):.0f}",
    "kilometres": lambda: f"E {X_M / 1000:.1f} N {Y_M / 1000:.1f}",
    "centimetres": lambda: f"{X_M * 100:.0f},{Y_M * 100:.0f}",
    "decimal comma": lambda: f"{X_M:.2f};{Y_M:.2f}".replace(".", ","),
    "groups of thousands": lambda: f"{X_M:_.0f} / {Y_M:_.0f}".replace("_", "\u00a0"),
    "groups and a comma": lambda: f"{X_M:_.1f} / {Y_M:_.1f}".replace(".", ",").replace("_", " "),
    "powers of ten": lambda: f"{X_M:.6e},{Y_M:.6e}",
    "degrees, all digits": lambda: f"[{LON!r},{LAT!r}]",
    "degrees, five decimals": lambda: f"{LAT:.5f},{LON:.5f}",
    "degrees, four decimals": lambda: f"{LAT:.4f}, {LON:.4f}",
    "degrees, three decimals": lambda: f"{LAT:.3f}, {LON:.3f}",
    "degrees, decimal comma": lambda: f"{LAT:.5f};{LON:.5f}".replace(".", ","),
    "degrees, minutes, seconds": lambda: f"{dms(LAT)} N {dms(LON)} E",
    "millionths of degrees": lambda: f"{LON * 1e6:.0f},{LAT * 1e6:.0f}",
    "ten-millionths of degrees": lambda: f"{LON * 1e7:.0f} {LAT * 1e7:.0f}",
    "metres of the web": lambda: f"{WEB_X:.1f},{WEB_Y:.1f}",
    "GeoJSON": lambda: json.dumps({"type": "Point", "coordinates": [round(LON, 5), round(LAT, 5)]}),
    "TopoJSON": topojson,
    "TopoJSON in a script": lambda: f"window.geomatch = {{}};\ngeomatch.borders = {topojson()};\n",
    "steps of pairs": lambda: json.dumps([[round(LON, 5) - 0.5, round(LAT, 5)], [0.25, 0], [0.25, 0]]),
    "steps in one list": lambda: json.dumps([round(LON * 1e5) - 7, round(LAT * 1e5) + 7, 7, -7, 3, 3]),
    "a column of eastings": lambda: json.dumps({"x": [1, 2, 3, 4, 5, 6, 7, round(X_M)], "y": [1, 2, 3, 4, 5, 6, 7, 8]}),
    "the west end of an extent": lambda: f"<gml:lowerCorner>{LON:.5f} 55.0</gml:lowerCorner>",
}  # fmt: skip


@pytest.mark.parametrize(
    "container", ["file", "page", "script", "gzip", "zip", "PDF stream", "data in base64"]
)
@pytest.mark.parametrize("form", PLACES_AS_TEXT)
def test_a_place_as_text(container: str, form: str) -> None:
    text = PLACES_AS_TEXT[form]()
    body = (text if container != "page" else html.escape(text)).encode()
    if container == "script" and "TopoJSON" in form:
        body = body.replace(b'"', b'\\"')
    assert found(OF_BYTES[container](body), PLACE)


@pytest.mark.parametrize("container", OF_NUMBERS)
@pytest.mark.parametrize(
    ("x", "y"),
    [(X_M, Y_M), (round(X_M), round(Y_M)), (round(X_M, -2), round(Y_M, -2)), (LON, LAT), (round(LON, 4), round(LAT, 4))],
    ids=["metres", "whole metres", "hundreds of metres", "degrees", "rounded degrees"],
)  # fmt: skip
def test_a_place_as_numbers(container: str, x: float, y: float) -> None:
    if "extent of others" in container and x == round(X_M, -2):
        pytest.skip("one number alone is looked for down to metres")
    assert found(OF_NUMBERS[container](float(x), float(y)), PLACE)


def test_a_place_as_whole_numbers_of_a_computer() -> None:
    for kind in ("<ii", ">ii", "<qq"):
        assert found(b"\0\0\0" + struct.pack(kind, round(LON * 1e7), round(LAT * 1e7)), PLACE)
        assert found(b"\0" + struct.pack(kind, round(X_M), round(Y_M)), PLACE)


def test_numbers_days_times_and_digests() -> None:
    places, share = number(91_837, "places"), number(0.412357, "share")
    for text in ("91837", "91 837", "91\u00a0837,0", '{"n":91837}', "91837000", "9.1837e4"):
        assert found(text.encode(), places), text
    for text in ("0.412357", "0,412357", "41,2357 %", "41.24 %", "0.4124", "412357"):
        assert found(text.encode(), share), text
    (when,) = day("2021-11-13", "day")
    for text in (
        "2021-11-13",
        "20211113",
        "13 november 2021",
        "13 Nov 2021",
        "November 13, 2021",
        "13.11.2021",
        "<v>44513</v>",
    ):
        assert found(text.encode(), when), text
    for text in ("kl. 10:07", "10.07-11.53", '"start_s":36420', "mon 10:07-12:00"):
        assert any(found(text.encode(), one) for one in clock("10:07", "time")), text
    import hashlib  # noqa: PLC0415  (here alone)

    for name in ("sha256", "sha1", "md5"):
        made = hashlib.new(name, b"register")
        listed = digest(b"register", "the register")
        for body in (
            made.hexdigest(),
            made.hexdigest().upper()[:16],
            base64.b64encode(made.digest()).decode(),
            f"a.{made.hexdigest()[:12]}.js",
        ):
            assert any(found(body.encode(), one) for one in listed), (name, body)


@pytest.mark.parametrize(
    "text",
    [
        "Qzx Ångbåtsvägen 42 B",
        f"{X_M + 400:.0f},{Y_M - 70:.0f}",
        f"{LAT + 0.0004:.4f},{LON + 0.004:.4f}",
        # Each end is near some place, and they are far from each other.
        f"{X_M + 30:.0f}," + "7," * 20 + f"{Y_M + 30:.0f}",
        json.dumps([[LON - 0.5, LAT - 0.1], [0.2, 0.1], [0.2, 0]]),
    ],
)
def test_what_is_something_else_is_not_found(text: str) -> None:
    assert not found(text.encode(), WORD)
    assert not found(text.encode(), PLACE)


def test_noise_holds_no_canary() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 200_000, dtype="uint8").tobytes()
    canaries = [
        WORD,
        PLACE,
        number(91_837, "n"),
        *day("2021-11-13", "d"),
        *clock("10:07", "t"),
        *digest(b"x", "x"),
    ]
    assert search(unpacked_bytes(noise, "noise"), canaries).found == []


def test_a_short_word_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        word("Åsa B.")


def test_an_empty_tree_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="has no files"):
        assert_clean(tmp_path, [WORD])
    (tmp_path / "x.txt").write_text(SAID, encoding="latin-1")
    with pytest.raises(AssertionError, match=r"1 canaries in .*\n.*41 B .word, text. in x.txt"):
        assert_clean(tmp_path, [WORD])
    (tmp_path / "x.txt").write_text("nothing")
    assert assert_clean(tmp_path, [WORD]).files == 1
