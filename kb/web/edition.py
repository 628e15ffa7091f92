"""What pages need of one generation and would otherwise work out for every request: made once, then only read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jinja2 import Environment
from markupsafe import Markup

from kb.config import Site
from kb.model import Facet, ServiceGroup
from kb.web.rows import FacetRows
from kb.web.words import Words

if TYPE_CHECKING:
    from kb.reader import Reader


@dataclass(frozen=True)
class Edition:
    """One generation in one set of templates. `reader` is None where no index is open: error pages show what they can.

    Menu and footer are the same on every page but for the mark of the page itself, so they are rendered once.
    """

    reader: Reader | None
    configured: Site
    words: Words
    templates: Environment
    _menus: dict[str, Markup] = field(default_factory=dict)
    _rows: dict[str, FacetRows] = field(default_factory=dict)

    @cached_property
    def site(self) -> Site:
        """The site as templates show it: a call to action that nobody configured leads to no page that is not there."""
        site = self.configured
        if self.reader is None or "action" in site.model_fields_set or self.reader.locate(site.action.url):
            return site
        return site.model_copy(update={"action": site.action.model_copy(update={"url": ""})})

    @cached_property
    def services(self) -> tuple[ServiceGroup, ...]:
        """The service tree in menu order."""
        return self.reader.services() if self.reader else ()

    @cached_property
    def footer(self) -> Markup:
        """The foot of every page."""
        return self._part("_footer.html")

    def menu(self, path: str) -> Markup:
        """The menu as the page at `path` shows it: only a page that it lists is marked there."""
        place = path if path in self._listed else ""
        if place not in self._menus:
            self._menus[place] = self._part("_menu.html", path=place)
        return self._menus[place]

    def rows(self, facet: Facet) -> FacetRows:
        """The rows of a facet."""
        if facet.name not in self._rows:
            self._rows[facet.name] = FacetRows(facet, self.templates, self.words)
        return self._rows[facet.name]

    @cached_property
    def _listed(self) -> frozenset[str]:
        links = [link for top in self.site.menu for link in (top, *top.children)]
        return frozenset(
            [link.url for link in links] + [entry.url for group in self.services for entry in group.entries]
        )

    def _part(self, template: str, **given: object) -> Markup:
        found = self.templates.get_template(template)
        return Markup(found.render(site=self.site, w=self.words, services=self.services, **given))  # noqa: S704 - escaped there
