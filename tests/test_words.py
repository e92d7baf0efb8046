"""Nothing that people see is left in English by mistake, and the catalogue holds nothing else."""

from __future__ import annotations

import ast
import gettext as standard_gettext
import importlib.util
import os
import string
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType

import click
import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from geomatch import cli
from geomatch.words import gettext, language, ngettext, set_language, using_language

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "geomatch"
SWEDISH = PACKAGE / "words" / "sv"
CLICK = "click.po"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
# click's wording before and after 8.4: one of the two stands in its source.
CLICK_ALTERNATIVES = {"No such option: {name}", "No such option {name!r}."}
# What the oldest click that setup.cfg allows does not have yet.
CLICK_LATER = {"{name} {filename!r} is not readable."}
# What click gives in English only, whatever the language.
ENGLISH_ONLY = {"number_type"}


def ids_of(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def texts_of(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def asked_for() -> dict[tuple[str, ...], str]:
    """Every id in the sources, singular and plural, and where it stands."""
    found: dict[tuple[str, ...], str] = {}
    for method, pattern in (("python", "**/*.py"), ("jinja2", "**/templates/*.html")):
        for path in sorted(PACKAGE.glob(pattern)):
            for line, ids, _comments, _context in extract_from_file(method, path, keywords=KEYWORDS):
                key = ids if isinstance(ids, tuple) else (ids,)
                found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def fragments() -> dict[str, list[Message]]:
    """The entries of every .po file, headers left out."""
    found = {}
    for path in sorted(SWEDISH.glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = [message for message in read_po(file, locale="sv") if message.id]
    return found


def placeholders(text: str) -> set[str]:
    """Names in braces, formats and conversions left aside."""
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


def script() -> ModuleType:
    """scripts/compile_words.py as a module."""
    spec = importlib.util.spec_from_file_location("compile_words", ROOT / "scripts" / "compile_words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sources_ask_for_texts() -> None:
    # The extraction works at all: one id of each kind of source.
    found = asked_for()
    assert found["row {row}",].startswith("geomatch/errors.py:")
    lead = (
        "Choose month and county. Each page has a map, the same facts as tables, and what the numbers mean."
    )
    assert found[lead,].startswith("geomatch/publish/templates/index.html:")
    plural = (
        "If it is opened, {n} more person gets a place.",
        "If it is opened, {n} more persons get a place.",
    )
    assert found[plural].startswith("geomatch/publish/pairs.py:")


def test_every_text_has_a_swedish_one() -> None:
    known = {ids_of(message) for messages in fragments().values() for message in messages}
    assert {where: ids for ids, where in asked_for().items() if ids not in known} == {}


def test_no_entry_is_unused() -> None:
    used = set(asked_for())
    unused = [
        (name, ids_of(message))
        for name, messages in fragments().items()
        if name != CLICK
        for message in messages
        if ids_of(message) not in used
    ]
    assert unused == []


def test_the_entries_for_click_are_texts_of_click() -> None:
    folder = Path(click.__file__).parent
    texts = {
        node.value
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # Python looks a plural up by its singular, so only that must be the one in click.
    ids = {ids_of(message)[0] for message in fragments()[CLICK]}
    assert sorted(ids - texts - CLICK_ALTERNATIVES - CLICK_LATER) == []
    assert len(CLICK_ALTERNATIVES & texts) == 1


def test_every_file_names_its_placeholders_alike() -> None:
    wrong = []
    for name, messages in fragments().items():
        for message in messages:
            wanted = set().union(*map(placeholders, ids_of(message)))
            for text in texts_of(message):
                found = placeholders(text)
                if message.pluralizable:
                    # The form for one may leave the number out; none may name what the ids do not.
                    holds = found <= wanted
                elif name == CLICK:
                    holds = found | ENGLISH_ONLY == wanted | ENGLISH_ONLY
                else:
                    holds = found == wanted
                if not holds:
                    wrong.append((name, message.id, text))
            if message.pluralizable and name != CLICK:
                forms = list(zip(ids_of(message), texts_of(message), strict=True))
                wrong += [(name, i, t) for i, t in forms if placeholders(i) != placeholders(t)]
    assert wrong == []


def test_no_entry_is_fuzzy_or_empty() -> None:
    wrong = [
        (name, message.id)
        for name, messages in fragments().items()
        for message in messages
        if message.fuzzy or not all(text.strip() for text in texts_of(message))
    ]
    assert wrong == []


def test_blanks_and_line_breaks_at_the_ends_are_kept() -> None:
    wrong = [
        (name, message.id)
        for name, messages in fragments().items()
        for message in messages
        for text in texts_of(message)
        for ends in [(text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :])]
        for msgid in [ids_of(message)[0]]
        if ends != (msgid[: len(msgid) - len(msgid.lstrip())], msgid[len(msgid.rstrip()) :])
    ]
    assert wrong == []


def test_two_rooms_never_translate_an_id_differently() -> None:
    seen: dict[str, tuple[str, tuple[str, ...]]] = {}
    wrong = []
    for name, messages in fragments().items():
        for message in messages:
            for msgid in ids_of(message):
                first, texts = seen.setdefault(msgid, (name, texts_of(message)))
                if texts != texts_of(message):
                    wrong.append((msgid, first, name))
    assert wrong == []


def test_the_compiler_refuses_two_translations_of_one_id(tmp_path: Path) -> None:
    folder = tmp_path / "sv"
    folder.mkdir()
    (folder / "a.po").write_text('msgid "none"\nmsgstr "ingen"\n', encoding="utf-8")
    (folder / "b.po").write_text('msgid "none"\nmsgstr "inga"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"b\.po: 'none' has another translation elsewhere"):
        script().merged(folder)


def test_the_compiled_catalogue_is_that_of_the_fragments() -> None:
    made = script().compiled(SWEDISH)
    assert (SWEDISH / "LC_MESSAGES" / "geomatch.mo").read_bytes() == made, "run `make words`"
    # Neither the day nor the compiler's version is in it, so that the same .po files give the same bytes.
    header = standard_gettext.GNUTranslations(BytesIO(made)).info()
    assert header == {
        "language": "sv",
        "content-type": "text/plain; charset=utf-8",
        "plural-forms": "nplurals=2; plural=(n != 1);",
    }


def test_swedish_is_what_there_is_without_a_choice() -> None:
    assert language() == "sv"
    assert gettext("row {row}") == "rad {row}"
    assert [ngettext("{n} person", "{n} persons", n) for n in (0, 1, 2)] == [
        "{n} personer",
        "{n} person",
        "{n} personer",
    ]


def test_english_is_the_id_itself() -> None:
    with using_language("en"):
        assert language() == "en"
        assert gettext("row {row}") == "row {row}"
        assert [ngettext("{n} person", "{n} persons", n) for n in (1, 2)] == ["{n} person", "{n} persons"]
    assert language() == "sv"


def test_a_text_without_translation_stays_as_it_is() -> None:
    assert gettext("no such id") == "no such id"


@pytest.mark.parametrize("code", ["de", "SV", "sv_SE", ""])
def test_an_unknown_language_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        set_language(code)
    with pytest.raises(ValueError, match=f"^{code}$"), using_language(code):
        pass
    assert language() == "sv"


def test_the_language_is_put_back_after_an_error() -> None:
    with pytest.raises(KeyError), using_language("en"):
        raise KeyError
    assert language() == "sv"


def geomatch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing of ours or of the machine's locale but `environment`."""
    taken = ("LANG", "LANGUAGE", "GEOMATCH_LANG")
    kept = {name: value for name, value in os.environ.items() if name not in taken and name[:3] != "LC_"}
    return subprocess.run(
        [sys.executable, "-m", "geomatch", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_machines_locale_changes_nothing() -> None:
    plain = geomatch("run", "--help")
    assert plain.stdout.startswith("Användning: geomatch run ")
    assert "Beräkna en månad" in plain.stdout
    assert plain.returncode == 0
    for environment in (
        {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:en"},
        {"LC_ALL": "C.UTF-8"},
        {"LC_ALL": "C"},
        {"LANG": "en_GB.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"},
    ):
        assert geomatch("run", "--help", **environment).stdout == plain.stdout, environment


def test_the_variable_and_the_option_choose_the_language() -> None:
    english = geomatch("run", "--help", GEOMATCH_LANG="en", LANG="sv_SE.UTF-8").stdout
    assert english.startswith("Usage: geomatch run ")
    assert "Compute a month" in english
    assert geomatch("--lang", "en", "run", "--help", LC_ALL="sv_SE.UTF-8").stdout == english
    assert geomatch("--lang=sv", "run", "--help", GEOMATCH_LANG="en").stdout.startswith("Användning: ")


@pytest.fixture
def own_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put back what `main` sets for the whole process."""
    monkeypatch.setenv("LANGUAGE", "sv")
    monkeypatch.delenv("GEOMATCH_LANG", raising=False)
    domain = standard_gettext.textdomain()
    with using_language("sv"):
        yield
    standard_gettext.textdomain(domain)


@pytest.mark.usefixtures("own_language")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "Fel: Det saknas ett argument: 'ÅÅÅÅ-MM'."),
        (["run", "2023-02", "x"], "Fel: Ett argument för mycket (x)"),
        (["run", "2023-02", "x", "y"], "Fel: För många argument (x y)"),
        (["run", "--county"], "Fel: Flaggan '--county' kräver ett värde."),
        (["run", "--json=3"], "Fel: Flaggan '--json' ska inte ha något värde."),
        (["xyz"], "Fel: Kommandot 'xyz' finns inte."),
        (["--lang", "sv"], "Fel: Kommandot saknas."),
        (["--lang", "de"], "Fel: Ogiltigt värde för '--lang': 'de' är inte något av 'sv', 'en'."),
        (["serve", "--port", "a"], "Fel: Ogiltigt värde för '--port': 'a' är inte ett giltigt tal."),
        (
            ["serve", "--port", "70000"],
            "Fel: Ogiltigt värde för '--port': 70000 ligger inte inom gränserna 0<=x<=65535.",
        ),
    ],
)
def test_click_speaks_swedish(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-1] == message
    assert captured.out == ""


@pytest.mark.usefixtures("own_language")
def test_click_names_the_way_to_help_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["run", "--nonsense"])
    usage, hint, blank = capsys.readouterr().err.splitlines()[:3]
    assert usage == "Användning: geomatch run [FLAGGOR] ÅÅÅÅ-MM"
    # Older click names the short option.
    assert hint.replace(" -h”", " --help”") == "Hjälp får du med ”geomatch run --help”."
    assert blank == ""
    cli.main(["--lang", "en", "run", "--nonsense"])
    usage, hint, blank = capsys.readouterr().err.splitlines()[:3]
    assert usage == "Usage: geomatch run [OPTIONS] YYYY-MM"
    assert hint.replace(" -h'", " --help'") == "Try 'geomatch run --help' for help."
    assert blank == ""
