"""Parse errors: found in every page, though not every page is parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinyhtml5.parser import HTMLParser

from geomatch.site.check_parse import ParseChecker, skeleton

PIECES = (
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<table>", "</table>", "<tbody>", "</tbody>", "<tr>", "</tr>",
    "<td>", "</td>", '<td class="a b">', "<ul>", "</ul>", "<li>", "</li>", "<select>", "</select>", "<option>", "</option>",
    "<svg>", "</svg>", '<path d="M0 0"/>', '<path d="M1 1"/>', "<br>", "<br/>", "<div/>", "<a>", "</a>", "<button>",
    "</button>", "<h2>", "</h3>", "</h2>", "a", " ", "\n", "&amp;", "&", "&foo;", ">", '"', '<i a="1" a="2">', "</i>", "<form>",
    "</form>", '<input type="hidden">', "<input>", "<style>", "</style>", "<title>", "</title>", "<caption>", "</caption>",
)  # fmt: skip
HEAD = '<!DOCTYPE html><html lang="sv"><head><title>a</title></head><body>'
ROW = '<tr><th scope="row">Jokkmokk</th><td>..</td></tr>\n'


def parsed(text: str) -> bool:
    parser = HTMLParser()
    parser.parse(text)
    return bool(parser.errors)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.integers(1, 3))
def test_what_the_skeleton_leaves_out_hides_no_error(body: str, times: int) -> None:
    text = f"{HEAD}{body * times}</body></html>"
    assert bool(ParseChecker().errors(text)) == parsed(text)


@given(st.lists(st.sampled_from(PIECES[9:25]), max_size=10).map("".join))
def test_nor_does_a_row_hide_one_in_the_next(row: str) -> None:
    text = f"{HEAD}<table><tbody>{ROW}<tr>{row}</tr>{ROW}<tr>{row}</tr></tbody></table></body></html>"
    assert bool(ParseChecker().errors(text)) == parsed(text)


def test_pages_of_one_template_have_one_skeleton() -> None:
    def page(name: str, rows: int) -> str:
        return (
            f'{HEAD}<h1 id="{name}">{name}</h1><table><caption>{name} &amp; co</caption><tbody>\n{ROW * rows}'
            f"</tbody></table>\n<ul>{'<li>a</li>' * rows}</ul></body></html>"
        )

    assert skeleton(page("Jokkmokk", 2)) == skeleton(page("Upplands Väsby", 300))
    checker = ParseChecker()
    assert checker.errors(page("Jokkmokk", 2)) == []
    assert checker.errors(page("Jokkmokk", 9).replace("<li>a</li></ul>", "<li>a</ul></li></ul>")) == [
        (12, "unexpected-end-tag"),
        (12, "end-tag-too-early"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        HEAD.removeprefix("<!DOCTYPE html>"),
        f"{HEAD}&copy",
        f"{HEAD}<p class=a>",
        f"{HEAD}<p title='a'>",
        f'{HEAD}<p title="a > b">',
        f"{HEAD}<!-- a -->",
        f"{HEAD}\x01",
        f"{HEAD}\ufffe",
        f"{HEAD}<",
    ],
)
def test_what_is_written_in_another_way_is_parsed_as_it_is(text: str) -> None:
    assert skeleton(text) is None


def test_each_error_is_told_with_its_row() -> None:
    text = f"{HEAD}\n<p>a &foo; b</p>\n</div>\n<p class='a' class='b'>c</p></body></html>"
    assert ParseChecker().errors(text) == [
        (2, "expected-named-entity"), (3, "end-tag-too-early"),  (4, "duplicate-attribute"),
    ]  # fmt: skip
