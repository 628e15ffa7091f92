"""What the package ships for roots that have none of their own: the vocabulary."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from kb.vocabulary import PATH, Vocabulary


def vocabulary_for(root: Path) -> Vocabulary:
    """The root's vocabulary; where it has none, the shipped one, without its links to the shipped service pages.

    So what `kb import` tags in a bare root is known to `kb rebuild-index` there. Raises ConfigError with every problem.
    """
    if (root / PATH).is_file():
        return Vocabulary.load(root / PATH)
    here = Path(str(files("kb")))
    copies = (path for path in (here / "data" / "vocabulary.toml", here.parent / PATH) if path.is_file())
    return Vocabulary(replace(concept, service=None) for path in list(copies)[:1] for concept in Vocabulary.load(path))
