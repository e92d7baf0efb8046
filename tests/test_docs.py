"""The documentation against the program: what it names exists, what it shows is what one gets."""

from __future__ import annotations

import html
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
import urllib.request
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path

import click
import openpyxl
import pandas as pd
import pytest

from geomatch import cli
from geomatch.demo import write_demo_inputs
from geomatch.errors import CheckError, InputError
from geomatch.kinds import KINDS
from geomatch.public.tables import PUBLIC_TABLES
from geomatch.public.tables import dictionary_markdown as public_dictionary
from geomatch.rules import read_book
from geomatch.rules.tree import REQUIREMENTS
from geomatch.settings import Settings, load_settings
from geomatch.settings.tree import SHARE_NAMES
from geomatch.sources.places import embedded_localities
from geomatch.tables import TABLES, dictionary_markdown
from geomatch.words import LANGUAGES, using_language
from tests.conftest import SHARED_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
)
TUTORIALS = {"sv": "docs/tutorial.sv.md", "en": "docs/tutorial.en.md"}
COMMANDS = tuple(cli.build().commands)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NAMED_PATH = re.compile(
    r"`((?:geomatch|tests|docs|scripts|data|benchmarks|\.ci)/[\w./-]+(?:\.\w+|/)?(?:::\w+)?)`"
)


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [content for kind, content in FENCE.findall(text_of(page)) if kind == language]


def commands_of(page: str) -> list[str]:
    """The lines of a page's `sh` blocks, in order."""
    return [line for block in blocks(page, "sh") for line in block.splitlines() if line.strip()]


def consoles_of(page: str) -> list[tuple[str, str]]:
    """Commands of a page's `console` blocks, with the output shown below each."""
    found = []
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _break, output = part.partition("\n")
            found.append((command, output))
    return found


def slug(heading: str) -> str:
    """The anchor that a heading gets: small letters, no punctuation, hyphens for blanks."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


# ------------------------------------------------------------------------------------------- commands and options


def options_of(command: click.Command) -> list[click.Option]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    command = cli.build().commands[name]
    sections = re.split(r"^## ", text_of("docs/commands.md"), flags=re.MULTILINE)
    (section,) = [part for part in sections if part.split()[:2] == ["geomatch", name]]
    for option in options_of(command):
        for flag in option.opts:
            assert f"`{flag}" in section, flag
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    assert len(arguments) == len(section.splitlines()[0].split()) - 2


def test_the_options_of_the_group_are_documented() -> None:
    before_the_commands = text_of("docs/commands.md").partition("\n## ")[0]
    for option in options_of(cli.build()):
        for flag in option.opts:
            assert f"`{flag}" in before_the_commands, flag
    assert "`-h`" in before_the_commands


def test_every_command_and_option_has_help_in_both_languages() -> None:
    texts: dict[str, list[str]] = {}
    for language in LANGUAGES:
        with using_language(language):
            group = cli.build()
            texts[language] = [
                text or ""
                for command in (group, *group.commands.values())
                for text in (command.help, *(option.help for option in options_of(command)))
            ]
    assert all(map(all, texts.values()))
    assert [english for swedish, english in zip(*texts.values(), strict=True) if swedish == english] == []


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_help_exits_with_0(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "geomatch", *arguments, "--help"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0
    assert "--help" in done.stdout


def test_exit_codes_and_variables_are_documented() -> None:
    text = text_of("docs/commands.md")
    codes = [0, cli.BUG, cli.WRONG_INPUT, InputError.exit_code, CheckError.exit_code, 130]
    assert [code for code in codes if f"\n| {code} | " not in text] == []
    assert f"| `{cli.LANGUAGE_VARIABLE}` |" in text
    assert f"| `{SHARED_VARIABLE}` |" in text


def test_every_kind_of_input_is_documented() -> None:
    assert [kind for kind in KINDS if f"\n| `{kind}` | " not in text_of("docs/commands.md")] == []


# --------------------------------------------------------------------------------------------------------- tables


def test_the_dictionary_is_that_of_the_code() -> None:
    assert text_of("docs/data-dictionary.md") == dictionary_markdown(), "run: make dictionary"


def test_the_dictionary_of_public_data_is_that_of_the_code() -> None:
    written = public_dictionary()
    assert text_of("docs/public-data.md") == written, (
        "run: python -m geomatch.public.tables > docs/public-data.md"
    )
    for table in PUBLIC_TABLES.values():
        assert f"\n## {table.name}\n" in written
        assert [name for name in table.names if f"\n| `{name}` | " not in written] == []


def test_every_column_of_a_computed_month_is_in_the_dictionary(demo_workspace: Path) -> None:
    files = sorted((demo_workspace / "months" / "2023-02").glob("*.parquet"))
    assert [path.stem for path in files] == sorted(TABLES)
    sections = re.split(r"^## ", text_of("docs/data-dictionary.md"), flags=re.MULTILINE)
    described = {
        part.partition("\n")[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) for part in sections[1:]
    }
    for path in files:
        assert list(pd.read_parquet(path).columns) == described[path.stem]


# ------------------------------------------------------------------------------------------------------- settings


def test_init_writes_every_setting(tmp_path: Path) -> None:
    assert cli.main(["init", str(tmp_path / "ws"), "--json"]) == 0
    written = tomllib.loads((tmp_path / "ws" / "geomatch.toml").read_text(encoding="utf-8"))
    defaults = Settings()
    # Sets of rules are files of their own.
    assert set(written) == {f.name for f in fields(Settings)} - {"rules"}
    for f in fields(Settings):
        value = getattr(defaults, f.name)
        if is_dataclass(value) and f.name != "rules":
            assert list(written[f.name]) == [inner.name for inner in fields(value)]
    assert load_settings(tmp_path / "ws" / "geomatch.toml") == defaults


def test_settings_md_names_every_section_and_its_examples_are_read(tmp_path: Path) -> None:
    text = text_of("docs/settings.md")
    names = {
        f.name: f"`[[{f.name}]]`" if isinstance(getattr(Settings(), f.name), tuple) else f"`[{f.name}]`"
        for f in fields(Settings)
        if f.name != "rules"
    }
    names["language"] = "`language`"
    assert [name for name in names.values() if f"| {name} |" not in text] == []
    assert [name for name in SHARE_NAMES if f"`{name}`" not in text] == []
    examples = blocks("docs/settings.md", "toml")
    assert len(examples) == 4
    for example in examples:
        (tmp_path / "geomatch.toml").write_text(example, encoding="utf-8")
        assert load_settings(tmp_path / "geomatch.toml") != Settings()


def test_rules_md_names_what_a_rule_may_ask_and_its_examples_are_read(tmp_path: Path) -> None:
    text = text_of("docs/rules.md")
    assert [name for name in REQUIREMENTS if f"| `{name}` |" not in text] == []
    examples = blocks("docs/rules.md", "toml")
    assert len(examples) == 2
    for number, example in enumerate(examples):
        folder = tmp_path / str(number) / "rules"
        folder.mkdir(parents=True)
        (folder / "example.toml").write_text(example, encoding="utf-8")
        book = read_book(folder)
        assert book.left_out == ()
        assert any(one.file for one in book.sets)


# ---------------------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_exist(page: str) -> None:
    prose = FENCE.sub("", text_of(page))
    missing = []
    for target in LINK.findall(prose):
        if target.startswith(("http://", "https://")):
            continue
        name, _sign, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        if not path.is_file():
            missing.append(target)
        elif anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            if anchor not in map(slug, headings):
                missing.append(target)
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_files_and_tests_that_are_named_exist(page: str) -> None:
    missing = []
    for named in NAMED_PATH.findall(text_of(page)):
        name, _sign, test = named.partition("::")
        path = ROOT / name
        if not path.exists() or (test and f"def {test}(" not in path.read_text(encoding="utf-8")):
            missing.append(named)
    assert missing == []


def test_the_readme_begins_with_the_map() -> None:
    assert re.match(r"!\[[^\]]+\]\(docs/pictures/map\.png\)\n", text_of("README.md"))


# ------------------------------------------------------------------------------------- commands that people paste


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_that_are_named_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {line.split()[1] for line in commands_of(page) if line.startswith("make ")}
    named |= set(re.findall(r"`make ([a-z-]+)`", text_of(page)))
    assert named - targets == set()


@pytest.mark.parametrize("page", TUTORIALS.values())
def test_the_tutorials_paste_what_the_readme_pastes(page: str) -> None:
    def routine(of: str) -> list[str]:
        return [line for line in commands_of(of) if not line.startswith(("make ", "sudo "))]

    assert routine(page) == routine("README.md")
    assert [line for line in commands_of(page) if line.startswith("sudo ")] == [
        line for line in commands_of("README.md") if line.startswith("sudo ")
    ]


def geomatch(line: str, cwd: Path, language: str) -> tuple[int, str]:
    """Run a line that begins with `geomatch`: its exit code, and all that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "geomatch", *shlex.split(line)[1:]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=cwd,
        env={
            **os.environ, "GEOMATCH_LANG": language, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cwd.parent / "cache"),
        },
    )  # fmt: skip
    return done.returncode, done.stdout


# A shell starts background jobs, such as a test run, with Ctrl+C ignored, and so their children would be.
HEARS_CTRL_C = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from geomatch.cli import main
sys.exit(main(sys.argv[1:]))
"""


def served(line: str, cwd: Path) -> tuple[int, str]:
    """Run `geomatch serve` on a free port, fetch the first page, stop it with Ctrl+C: exit code and page."""
    process = subprocess.Popen(
        [sys.executable, "-c", HEARS_CTRL_C, *shlex.split(line)[1:], "--port", "0"],
        stderr=subprocess.PIPE, text=True, cwd=cwd,
        env={**os.environ, "GEOMATCH_LANG": "en", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stderr is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())
        assert address is not None
        with urllib.request.urlopen(address[0], timeout=30) as answer:
            page = answer.read().decode("utf-8")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    return process.returncode, page


def write_files(folder: Path) -> None:
    """The demo's files under the names of the README, and a register of activities with two mistakes."""
    made = write_demo_inputs(folder / "demo")
    for source, name in (
        (made.enrolment[1], "inskrivna-2023-02.xlsx"),
        (made.activities, "insatser.xlsx"),
        (made.timetable, "tidtabell.zip"),
        (made.corridors, "korridorer.csv"),
    ):
        shutil.copyfile(source, folder / name)
    (folder / "origins.csv").write_text(ORIGINS, encoding="utf-8")
    (folder / "activities.csv").write_text(ACTIVITIES, encoding="utf-8")
    places = embedded_localities()
    columns = ["locality_code", "name", "municipality_code", "population", "x", "y"]
    places.assign(x=places.geometry.x, y=places.geometry.y)[columns].to_csv(
        folder / "tatorter.csv", index=False
    )
    book = openpyxl.load_workbook(made.activities)
    sheet = book.worksheets[0]
    heading = {cell.value: cell.column for cell in sheet[2]}
    sheet.cell(12, heading["Platser"]).value = "tolv"
    sheet.cell(14, heading["Kommun"]).value = "Lulå"
    book.save(folder / "insatser-fel.xlsx")


# What the commands without a workspace are shown with: places of the demo's timetable.
ORIGINS = """id,lon,lat,persons,municipality
Töre,22.6530,65.9125,12,Kalix
Sangis,23.4930,65.8560,7,Kalix
Råneå,22.2920,65.8550,20,Luleå
Vidsel,20.5190,65.8355,9,Älvsbyn
Älvsbyn,21.0030,65.6765,31,Älvsbyn
Vittangi,21.6410,67.6770,5,Kiruna
"""
ACTIVITIES = """id,lon,lat,weekday,start,end
Svenska i Kalix,23.1560,65.8535,tue;thu,10:00,12:00
Kvällskurs i Luleå,22.1535,65.5838,wed,18:00,20:30
"""


@dataclass
class Routine:
    """The README's commands as they ran: exit code and output of each, and the workspace they left."""

    codes: dict[str, int] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    workspace: Path = Path()


@pytest.fixture(scope="session")
def routine(tmp_path_factory: pytest.TempPathFactory) -> Routine:
    root = tmp_path_factory.mktemp("routine")
    write_files(root / "files")
    here = root / "geomatch"
    here.mkdir()
    done = Routine()
    for line in commands_of("README.md"):
        if line.startswith("cd "):
            here = (here / line.removeprefix("cd ")).resolve(strict=True)
        elif line == "geomatch serve":
            done.codes[line], done.printed[line] = served(line, here)
        elif line.startswith("geomatch "):
            done.codes[line], done.printed[line] = geomatch(line, here, "en")
        else:
            # What a test must not do, or what stands for the interpreter that runs it.
            assert line == ". .venv/bin/activate" or line.startswith(("make ", "sudo apt-get install ")), line
    done.workspace = here
    return done


def test_the_routine_of_the_readme_runs(routine: Routine) -> None:
    assert set(routine.codes.values()) == {0}, routine.printed
    assert len(routine.codes) == 9
    assert (routine.workspace / "internal" / "2023-02" / "25" / "index.html").is_file()
    assert 'href="2023-02/25/index.html"' in routine.printed["geomatch serve"]
    added = {"enrolment", "activities", "timetable", "localities", "corridors"}
    assert {line.split()[2] for line in routine.codes if line.startswith("geomatch add")} == added


@pytest.mark.parametrize(
    ("page", "language"), [("docs/commands.md", "en"), *((v, k) for k, v in TUTORIALS.items())]
)
def test_shown_output_is_what_one_gets(page: str, language: str, routine: Routine) -> None:
    shown = consoles_of(page)
    assert shown
    for command, output in shown:
        if language == "en" and command in routine.printed:
            printed = routine.printed[command]
        else:
            _code, printed = geomatch(command, routine.workspace, language)
        assert output == printed, command


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_the_tutorials_quote_are_on_the_page(
    language: str, demo_workspace: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(demo_workspace, folder)
    code, printed = geomatch(f"geomatch publish 2023-02 --page-language {language}", folder, "en")
    assert code == 0, printed
    page = (folder / "internal" / "2023-02" / "25" / "index.html").read_text(encoding="utf-8")
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
    quoted = [
        line.removeprefix("> ") for line in text_of(TUTORIALS[language]).splitlines() if line.startswith("> ")
    ]
    assert len(quoted) == 3
    assert [sentence for sentence in quoted if " ".join(sentence.split()) not in words] == []
