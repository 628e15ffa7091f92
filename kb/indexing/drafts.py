"""Drafts, read straight from their file for `kb serve --drafts`; no generation holds them."""

from __future__ import annotations

from pathlib import Path

from kb.content.files import PageFile, is_id, parse_page, path_of, url_of
from kb.model import Page
from kb.shipped import vocabulary_for
from kb.vocabulary import Vocabulary


def is_draft(file: PageFile, vocabulary: Vocabulary) -> bool:
    """Whether a file is a draft without mistakes."""
    document, _ = parse_page(file, vocabulary)
    return document is not None and document.draft


def draft_at(root: Path, path: str) -> Page | None:
    """The draft that would be served at a URL path, or None where there is no valid draft for it."""
    from kb.indexing.reading import PageReader
    from kb.language.analysis import Analyzer
    from kb.language.lexicon import Lexicon

    inner = path.strip("/")
    for document_id in (inner, f"pages/{inner}"):
        data = _bytes_of(root, document_id)
        if data is None:
            continue
        vocabulary = vocabulary_for(root)
        document, _ = parse_page(PageFile(document_id, path_of(document_id), data), vocabulary)
        if document is None or not document.draft:
            continue
        reading = PageReader(Analyzer(Lexicon(vocabulary)), vocabulary).read(document)
        tags = tuple(vocabulary.tag(tag) for tag in document.tags)
        return Page(
            document, url_of(document_id), reading.html, reading.bio_html, reading.headings, reading.words, tags,
            vocabulary.services(document.tags), reading.cites, "unreviewed", (),
        )  # fmt: skip
    return None


def _bytes_of(root: Path, document_id: str) -> bytes | None:
    try:
        return (root / path_of(document_id)).read_bytes() if is_id(document_id) else None
    except OSError:
        return None
