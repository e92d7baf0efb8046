"""A small correct site, written by hand, that the tests of the check spoil in one place each."""

from __future__ import annotations

import json
import posixpath
from pathlib import Path

from geomatch.public.tables import PUBLIC_TABLES

MONTH = "2026-03"
POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; "
    "base-uri 'none'; form-action 'none'"
)
PAGES = {
    "index.html": "Vem når en insats? Mars 2026",
    f"{MONTH}/index.html": "Vem når en insats? Mars 2026",
    f"{MONTH}/25/index.html": "Norrbotten, mars 2026",
    f"{MONTH}/25/2510/index.html": "Jokkmokk, mars 2026",
    "metod/index.html": "Metod",
    "tillganglighet/index.html": "Tillgänglighet",
    "data/index.html": "Data",
}
MAIN = {
    "metod/index.html": (
        '<svg role="img" aria-label="Ett diagram" viewBox="0 0 9 9"><path d="M0 0H9"/></svg>\n'
        '<form><label for="find">Sök</label> <input id="find" type="search" aria-describedby="help">\n'
        '<span id="help">Skriv ett namn.</span> <button type="button" tabindex="0">Sök</button></form>\n'
        '<img src="ASSETS/images/layers.png" alt="Lager">\n'
        '<p><a href="https://www.riksdagen.se/">Lagen</a></p>'
    ),
    "tillganglighet/index.html": '<p><a href="mailto:post@example.se">post@example.se</a></p>',
    "data/index.html": "<h2>Kolumner</h2>\n<ul>\n"
    + "\n".join(f"<li><code>{name}</code></li>" for table in PUBLIC_TABLES.values() for name in table.names)
    + "\n</ul>",
}
TABLE = (
    '<h2 id="tabell">Tabell</h2>\n<table><caption>Kommuner</caption>\n'
    '<thead><tr><th scope="col">Namn</th><th scope="col">Gap</th></tr></thead>\n'
    '<tbody><tr><th scope="row">Jokkmokk</th><td>..</td></tr></tbody></table>'
)


def page(path: str, title: str) -> str:
    """One page; rows are counted from its first line."""
    swedish = path.removeprefix("en/")
    english = path != swedish
    here = posixpath.dirname(path) or "."

    def to(target: str) -> str:
        return posixpath.relpath(target, here)

    own = "en/" if english else ""
    menu = "\n".join(f'<li><a href="{to(own + one)}">{name}</a></li>' for one, name in PAGES.items())
    return f"""<!DOCTYPE html>
<html lang="{"en" if english else "sv"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{to("assets/site.0a1b2c3d.css")}">
<link rel="icon" href="data:,">
<link rel="alternate" type="application/atom+xml" title="Atom" href="{to(own + "feed.xml")}">
</head>
<body>
<a class="skip" href="#content">Till innehållet</a>
<header><p>geomatch</p></header>
<nav aria-label="Meny"><ul>
{menu}
<li><a href="{to(swedish if english else "en/" + path)}">{"Svenska" if english else "English"}</a></li>
</ul></nav>
<main id="content">
<h1>{title}</h1>
{MAIN.get(swedish, TABLE).replace("ASSETS", to("assets"))}
</main>
<footer><p>Länsstyrelserna</p></footer>
<script src="{to("assets/site.0a1b2c3d.js")}"></script>
</body>
</html>
"""


def feed(own: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f'<title>geomatch</title>\n<link href="{MONTH}/index.html"/>\n'
        f"<entry><title>Mars{own}</title></entry>\n</feed>\n"
    )


def write_site(folder: Path) -> Path:
    """Write the site below `folder`."""
    files = {
        f"{own}{path}": page(f"{own}{path}", title) for path, title in PAGES.items() for own in ("", "en/")
    }
    files |= {
        "feed.xml": feed(""),
        "en/feed.xml": feed("en"),
        f"{MONTH}/values.js": "geomatch.values = {};\n",
        f"{MONTH}/activities.js": 'geomatch.activities = [["\\"https://example.se\\""]];\n',
        f"{MONTH}/corridors.js": "geomatch.corridors = [];\n",
        "assets/localities-25.js": "geomatch.localities = [];\n",
        f"data/{MONTH}/manifest.json": json.dumps({"synthetic": False}),
        f"{MONTH}/edition.json": json.dumps({"month": MONTH, "edition": 1, "digest": "0"}),
        f"{MONTH}/25/lagesbild.txt": "Norrbotten\n",
        f"en/{MONTH}/25/brief.txt": "Norrbotten\n",
        "data/months.js": 'geomatch.months = ["2026-03"];\n',
        "data/catalogue.ttl": "",
        "data/catalogue.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>\n',
        "assets/site.0a1b2c3d.css": '/* url(https://example.se/a) */\nmain { background: url("images/layers.png"); }\n',
        "assets/site.0a1b2c3d.js": 'const kind = "http://www.w3.org/2000/svg";\n',
        "assets/leaflet.00000000.js": 'const link = "https://leafletjs.com";\n',
        "assets/images/layers.png": "",
        "assets/leaflet-licence.txt": "BSD\n",
    }
    for table in PUBLIC_TABLES.values():
        files[f"data/{MONTH}/{table.name}.csv"] = "\ufeff" + ";".join(table.names) + "\r\n"
        files[f"data/{MONTH}/25/{table.name}-comma.csv"] = (
            ",".join(f'"{name}"' for name in table.names) + "\n"
        )
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return folder
