"""Of `kb check`: what `kb.toml`, the vocabulary and the ledger refer to, and files that are no pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kb.changes import PATH as LEDGER
from kb.config import FILE, Link, Settings
from kb.content.files import FOLDER, LARGEST
from kb.model import Change, Problem
from kb.newsroom.lines import line_with
from kb.vocabulary import PATH as VOCABULARY
from kb.vocabulary import Vocabulary

_KNOWN_FILES = {VOCABULARY, LEDGER}
#: Whether an address that begins with a slash leads to something.
Leads = Callable[[str], bool]


def vocabulary_problems(vocabulary: Vocabulary, ids: set[str], root: Path) -> Iterator[Problem]:
    """Concepts whose service page does not exist."""
    for concept in vocabulary:
        if concept.service and concept.service not in ids:
            what = f"concept {concept.id}: there is no page “{concept.service}”"
            line = line_with(root / VOCABULARY, concept.service, below=f"[concept.{concept.id}]")
            yield Problem(VOCABULARY, line, what, "correct service, or write the page", "warning")


def ledger_problems(changes: Sequence[Change], leads: Leads, root: Path) -> Iterator[Problem]:
    """Changes of the law that name a page of this site which does not exist."""
    for change in changes:
        if change.url.startswith("/") and not leads(change.url):
            what = f"the change “{change.title}” names {change.url}, and there is no such page"
            yield Problem(LEDGER, line_with(root / LEDGER, change.url), what, "correct url", "warning")


def configuration_problems(settings: Settings, ids: set[str], leads: Leads) -> Iterator[Problem]:
    """Pages that the home page, the menus and the call to action name, and that do not exist."""
    path = settings.root / FILE
    for one in settings.site.urgent:
        if one not in ids:
            what = f"site.urgent names “{one}”, and there is no such page"
            yield Problem(FILE, line_with(path, one), what, "correct the id", "warning")
    action = settings.site.action
    # A root that says nothing of it has nothing to correct.
    called = [Link(label=action.button, url=action.url)] if "action" in settings.site.model_fields_set else []
    for link in _links_of(*settings.site.menu, *settings.site.footer, *called):
        if link.url.startswith("/") and not leads(link.url):
            what = f"the link “{link.label}” to {link.url} leads nowhere"
            yield Problem(FILE, line_with(path, f'"{link.url}"'), what, "correct or remove it", "warning")


def _links_of(*links: Link) -> Iterator[Link]:
    for link in links:
        yield link
        yield from _links_of(*link.children)


def other_files(root: Path) -> Iterator[Problem]:
    """Files under `content/` that are neither pages nor known otherwise."""
    for path in sorted((root / FOLDER).rglob("*")):
        shown = path.relative_to(root).as_posix()
        if path.is_file() and path.suffix != ".md" and shown not in _KNOWN_FILES:
            what = f"is not a page (.md, at most {LARGEST:,} bytes) and is not shown"
            yield Problem(shown, 1, what, "move it out of content/", "note")
