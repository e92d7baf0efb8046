"""The accessibility statement that DOS-lagen (2018:1937) demands, with its complaint function."""

from __future__ import annotations

from geomatch.site.layout import Pages, link_to, said
from geomatch.site.plain import plain
from geomatch.site.text_page import Section, text_page
from geomatch.words import gettext as _

__all__ = ["accessibility_page"]

# Where DIGG, who supervises the law, takes complaints.
_DIGG = "https://www.digg.se/tdosanmalan"


def _contact(email: str, publisher: str) -> Section:
    if email:
        address = link_to(f"mailto:{email}", email)
        told = said(
            _(
                "Tell {publisher} if something on the site cannot be used, or if you need a page in another form: {address}. Say which page it is, and what does not work. You get an answer as soon as we can."
            ),
            publisher=publisher,
            address=address,
        )
    else:
        told = said(
            _(
                "No address for such reports is set for this site yet. {publisher}, who publishes it, has to name one; until then please turn to the county board where you live."
            ),
            publisher=publisher,
        )
    return Section("contact", _("Tell us what does not work"), (told,))


def accessibility_page(pages: Pages, *, synthetic: bool) -> tuple[str, str]:
    """Path and HTML of the accessibility statement.

    Args:
        pages: The pages of the site; the settings say who publishes it and where readers turn to.
        synthetic: The site's figures are made up.
    """
    site = pages.context.site
    publisher, email = plain(site.publisher), plain(site.contact_email.strip())
    return text_page(
        pages,
        "tillganglighet/index.html",
        "accessibility",
        _("Accessibility statement"),
        _("Accessibility"),
        [
            _(
                "{publisher} stands behind this site. We want everybody to be able to use it, and this page says how it meets the law on accessibility to digital public service."
            ).format(publisher=publisher),
            _("The site is meant to meet WCAG 2.2 level AA. It meets the law in part: the map has limits, told below."),
        ],
        [
            Section(
                "limits",
                _("What is not accessible"),
                (
                    _(
                        "The map is not meant for navigation, and such maps are exempt from the law. It can still be used with the keyboard: Tab leads to the map, the arrows and the first letters of a name to a municipality, Enter chooses it. What was chosen is read out as text beside the map."
                    ),
                    _(
                        "Every figure on the map is also in the tables and texts, on the page itself or on those of the counties and municipalities. The surface of minutes is a table among the downloads; names of localities are on the map only."
                    ),
                ),
                (
                    _("With a screen reader the shapes of the map are a list of names with figures, without where they lie."),
                    _("Without JavaScript there is no map, and tables cannot be sorted; all text and all tables remain."),
                    _("Large tables must be scrolled sideways on a small screen."),
                    _("Downloads such as GeoPackage need programs of their own. The same figures are in CSV and on the pages."),
                ),
            ),
            _contact(email, publisher),
            Section(
                "supervision",
                _("If you are not content with our answer"),
                (
                    said(
                        _(
                            "The Agency for Digital Government (DIGG) supervises the law. You can report to the agency what does not work: {address}"
                        ),
                        address=link_to(_DIGG, _DIGG),
                    ),
                ),
            ),
            Section(
                "test",
                _("How the site was tested"),
                (
                    _(
                        "Every page is checked each time the site is published: headings, names of links and fields, tables, languages, and that all links lead somewhere. Each type of page is tested in a browser with axe, with the keyboard alone, at 320 pixels' width, at 400 % zoom, on paper, in dark mode and without JavaScript. The colours of the map are chosen so that those who are colour-blind can tell them apart, and signs have patterns."
                    ),
                    _("We have made these tests ourselves. Nobody from outside has examined the site."),
                ),
            ),
        ],
        synthetic=synthetic,
    )  # fmt: skip
