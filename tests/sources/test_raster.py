"""A population raster: what its cells become, in three coordinate systems, and what a bad one is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from rasterio.warp import transform as gdal_transform

from geomatch.errors import InputError
from geomatch.sources import raster as raster_module
from geomatch.sources.raster import read_raster
from tests.sources.bad_files import Bad, documented, markdown


def from_origin(west: float, north: float, width: float, height: float) -> rasterio.Affine:
    """As rasterio's, which multiplies in a way that warns."""
    return rasterio.Affine(width, 0, west, 0, -height, north)


# Cells of 1 km whose first centre is 820 500, 7 309 500: well inside Luleå (2580).
LULEA = from_origin(820_000, 7_310_000, 1000, 1000)
NODATA = -9999.0


def write(path: Path, cells: Any, crs: str | None = "EPSG:3006", transform: Any = LULEA, **more: Any) -> Path:
    data = np.asarray(cells)
    bands = data if data.ndim == 3 else data[np.newaxis]
    with rasterio.open(
        path, "w", driver="GTiff", height=bands.shape[1], width=bands.shape[2], count=bands.shape[0],
        dtype=bands.dtype, crs=crs, transform=transform, **more,
    ) as made:  # fmt: skip
        made.write(bands)
    return path


def rows(path: Path) -> list[list[Any]]:
    return [list(row) for row in read_raster(path).cells.itertuples(index=False)]


def test_cells_with_people_become_places_at_their_centre(tmp_path: Path) -> None:
    # 0 and no data are nobody; the order is that of the content: most people first, then from west to east.
    cells = np.array([[12.0, 0.0, NODATA], [3.5, 700.0, 12.0]])
    found = read_raster(write(tmp_path / "a.tif", cells, nodata=NODATA))
    assert found.cells.to_numpy().tolist() == [
        ["2580", 700.0, 821_500.0, 7_308_500.0],
        ["2580", 12.0, 820_500.0, 7_309_500.0],
        ["2580", 12.0, 822_500.0, 7_308_500.0],
        ["2580", 3.5, 820_500.0, 7_308_500.0],
    ]
    assert (found.file, found.crs, found.synthetic, found.notes) == ("a.tif", "SWEREF99 TM", False, {})


@pytest.mark.parametrize("nodata", [np.nan, None])
def test_cells_that_are_not_a_number_are_nobody(tmp_path: Path, nodata: float | None) -> None:
    path = write(tmp_path / "a.tif", np.array([[np.nan, 5.0]], dtype="float32"), nodata=nodata)
    assert rows(path) == [["2580", 5.0, 821_500.0, 7_309_500.0]]


def test_degrees(tmp_path: Path) -> None:
    # Two cells of 0.02 degrees; the first is centred on 22.1547 E, 65.5842 N, which is 829 440, 7 292 327.
    at = from_origin(22.1447, 65.5942, 0.02, 0.02)
    ((code, persons, x_m, y_m),) = rows(
        write(tmp_path / "a.tif", np.array([[40, 0]], dtype="int32"), "EPSG:4326", at)
    )
    assert (code, persons) == ("2580", 40.0)
    assert (x_m, y_m) == (829_440.0, 7_292_327.0)


def test_the_grid_of_europe(tmp_path: Path) -> None:
    # EPSG:3035 with its full kilometres: GDAL's own conversion says where the centres are.
    (east,), (north,) = gdal_transform("EPSG:3006", "EPSG:3035", [821_000], [7_305_000])
    west, top = east // 1000 * 1000, north // 1000 * 1000 + 2000
    path = write(
        tmp_path / "a.tif", np.array([[7, 8], [9, 0]]), "EPSG:3035", from_origin(west, top, 1000, 1000)
    )
    xs, ys = gdal_transform(
        "EPSG:3035",
        "EPSG:3006",
        [west + 500, west + 1500, west + 500],
        [top - 1500, top - 500, top - 500],
    )
    expected = zip([9.0, 8.0, 7.0], xs[:1] + xs[1:], ys, strict=True)
    assert rows(path) == [["2580", persons, round(x), round(y)] for persons, x, y in expected]


def test_rows_from_south_to_north_and_a_turned_raster_are_the_same_cells(tmp_path: Path) -> None:
    plain = rows(write(tmp_path / "a.tif", np.array([[1.0, 2.0], [3.0, 4.0]])))
    up = rasterio.Affine(1000, 0, 820_000, 0, 1000, 7_308_000)
    assert rows(write(tmp_path / "b.tif", np.array([[3.0, 4.0], [1.0, 2.0]]), transform=up)) == plain
    # Columns run to the south, rows to the east.
    turned = rasterio.Affine(0, 1000, 820_000, -1000, 0, 7_310_000)
    assert rows(write(tmp_path / "c.tif", np.array([[1.0, 3.0], [2.0, 4.0]]), transform=turned)) == plain


def test_a_cell_goes_to_the_municipality_that_holds_its_centre_and_others_are_counted(tmp_path: Path) -> None:
    # Two cells of 20 km at 24.2 E, 65.85 N: Tornio, in Finland, 3.6 km from Haparanda; and one in Boden, far inside.
    cells = np.zeros((1, 9))
    cells[0, 0], cells[0, 8] = 30, 22_000
    path = write(tmp_path / "a.tif", cells, transform=from_origin(748_803, 7_343_960, 20_000, 20_000))
    found = read_raster(path)
    # Centres: 758 803, 7 333 960 (Boden) and 918 803, 7 333 960 (Finland).
    assert found.cells.to_numpy().tolist() == [["2582", 30.0, 758_803.0, 7_333_960.0]]
    assert found.notes == {"cells_outside": 1}


def test_a_raster_of_the_world_is_read_where_sweden_is(tmp_path: Path) -> None:
    # One degree: 360 x 180 cells; a negative one in the Pacific is not looked at.
    cells = np.zeros((180, 360), dtype="float32")
    cells[100, 5] = -1
    cells[90 - 66, 180 + 20] = 11  # 20 to 21 E, 65 to 66 N is row 24, centre 20.5 E, 65.5 N: inland in Piteå
    ((code, persons, x_m, y_m),) = rows(
        write(tmp_path / "a.tif", cells, "EPSG:4326", from_origin(-180, 90, 1, 1))
    )
    (x,), (y,) = gdal_transform("EPSG:4326", "EPSG:3006", [20.5], [65.5])
    assert (code, persons, x_m, y_m) == ("2581", 11.0, round(x), round(y))


def test_scale_and_offset_of_the_file_hold(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[20, 30]], dtype="uint8"))
    with rasterio.open(path, "r+") as made:
        made.scales, made.offsets = (0.5,), (1.0,)
    assert [row[1] for row in rows(path)] == [16.0, 11.0]


def test_large_rasters_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.tif", np.arange(12.0).reshape(4, 3))
    whole = rows(path)
    monkeypatch.setattr(raster_module, "_AT_A_TIME", 5)
    assert rows(path) == whole
    assert len(whole) == 11


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # of the test's own writing
def test_files_beside_it_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", [[1.0]], transform=rasterio.Affine.identity())
    (tmp_path / "a.tfw").write_text("1000\n0\n0\n-1000\n820500\n7309500\n")
    with pytest.raises(InputError):
        read_raster(path)


@pytest.mark.parametrize(
    ("name", "tags"), [("syntetisk.tif", {}), ("a.tif", {"TIFFTAG_IMAGEDESCRIPTION": "Synthetic"})]
)
def test_a_raster_can_say_that_it_is_made_up(tmp_path: Path, name: str, tags: dict[str, str]) -> None:
    path = write(tmp_path / name, [[1.0]])
    with rasterio.open(path, "r+") as made:
        made.update_tags(**tags)
    assert read_raster(path).synthetic


@given(arrays("float64", (4, 5), elements=st.one_of(st.just(0.0), st.floats(0.001, 5000))))
def test_nobody_is_lost_or_added(tmp_path_factory: pytest.TempPathFactory, cells: np.ndarray) -> None:
    cells[0, 0] = 1.0
    path = write(tmp_path_factory.mktemp("r") / "a.tif", cells)
    found = read_raster(path).cells
    assert len(found) == (cells > 0).sum()
    assert sorted(found["population"]) == sorted(cells[cells > 0].tolist())
    assert set(found["municipality_code"]) == {"2580"}


# ------------------------------------------------------------------------------------------------------- bad files


def made(cells: Any, **how: Any) -> Callable[[Path], Path]:
    return lambda folder: write(folder / "raster.tif", cells, **how)


def content(data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "raster.tif").write_bytes(data)
        return folder / "raster.tif"

    return make


def cut_off(folder: Path) -> Path:
    path = write(folder / "raster.tif", np.ones((400, 400)))
    path.write_bytes(path.read_bytes()[:4000])
    return path


NOT_READ = "raster.tif: filen är inget raster som kan läsas; väntat: en GeoTIFF (.tif). Hämta den igen, eller spara den som GeoTIFF."
NEGATIVE = "väntat: personer per ruta, från 0. Om värdet betyder att data saknas, ange det i filen (nodata)."
BANDS = "raster.tif: rastret har 2 band; väntat: ett band: personer per ruta. Spara bandet med personer som en egen fil."
NO_SYSTEM = "raster.tif: rastret anger inget koordinatsystem; väntat: ett angivet system, till exempel SWEREF 99 TM (EPSG:3006). Ange det i QGIS: Raster, Projektioner, Tilldela projektion."
NO_PLACE = "raster.tif: rastret anger inte var rutorna ligger; väntat: en GeoTIFF med läget i själva filen. Spara det på nytt som GeoTIFF från QGIS."
LOCAL = 'LOCAL_CS["Byn",UNIT["metre",1]]'
CASES = (
    Bad(
        "no such file",
        lambda folder: folder / "raster.tif",
        ("raster.tif: filen kan inte öppnas. Kontrollera filens namn och att du får läsa den.",),
    ),
    Bad("an empty file", content(b""), (NOT_READ,)),
    Bad("another kind of file", content(b"Kommun;Folkm\xc3\xa4ngd\n"), (NOT_READ,)),
    Bad("a raster cut off", cut_off, (NOT_READ,)),
    Bad(
        "negative cells",
        made([[-3.0, 5.0, -9999.0]]),
        (f"raster.tif: negativa rutor: 2, den lägsta -9999; {NEGATIVE}",),
    ),
    Bad(
        "infinite cells",
        made([[np.inf, 5.0]]),
        ("raster.tif: oändliga rutor: 1; väntat: personer per ruta, från 0.",),
    ),
    Bad("no coordinate system", made([[5.0]], crs=None), (NO_SYSTEM,)),
    Bad(
        "a coordinate system that is not of the earth",
        made([[5.0]], crs=LOCAL),
        (
            "raster.tif: koordinatsystemet ”Byn” kan inte räknas om till SWEREF 99 TM; väntat: ett jordfast system, till exempel EPSG:3006, EPSG:3035 eller EPSG:4326.",
        ),
    ),
    Bad("no position", made([[5.0]], transform=rasterio.Affine.identity()), (NO_PLACE,)),
    Bad("several bands", made([[[5.0]], [[6.0]]]), (BANDS,)),
    Bad(
        "complex numbers",
        made([[5 + 1j]]),
        ("raster.tif: rutorna är komplexa tal; väntat: personer per ruta.",),
    ),
    Bad(
        "nobody in Sweden",
        made([[5.0]], crs="EPSG:4326", transform=from_origin(2.3, 48.9, 0.1, 0.1)),
        (
            "raster.tif: ingen ruta med befolkning ligger i Sverige. Kontrollera rastrets koordinatsystem och utbredning.",
        ),
    ),
    Bad(
        "more people than the country has",
        made([[25e6]]),
        (
            "raster.tif: rutorna har 25000000 personer i Sverige, fler än landet har; väntat: personer per ruta. Kontrollera att rastret inte anger personer per kvadratkilometer.",
        ),
    ),
    Bad(
        "several at once",
        made([[[-1.0]], [[6.0]]], crs=None, transform=rasterio.Affine.identity()),
        (BANDS, NO_SYSTEM, NO_PLACE, f"raster.tif: negativa rutor: 1, den lägsta -1; {NEGATIVE}"),
    ),
)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # of the test's own writing
@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_bad_file_is_told(case: Bad, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    with pytest.raises(InputError) as caught:
        read_raster(path)
    assert tuple(map(str, caught.value.problems)) == case.says


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_module, "MOST_CELLS", 3)
    with pytest.raises(InputError) as caught:
        read_raster(write(tmp_path / "raster.tif", np.ones((2, 2))))
    assert [str(problem) for problem in caught.value.problems] == [
        "raster.tif: 4 rutor i Sverige har befolkning; väntat: högst 3. Summera rastret till större rutor, till exempel 1 km."
    ]


def test_the_table_stands_in_the_documentation() -> None:
    assert documented("Population raster") == markdown(CASES)
