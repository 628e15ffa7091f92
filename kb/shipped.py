"""What the package ships for use without a root of its own: the vocabulary."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from kb.vocabulary import PATH, Vocabulary


def vocabulary_for(root: Path) -> Vocabulary:
    """The root's vocabulary; where it has none, the shipped one (a wheel's copy, or the project's own file)."""
    here = Path(str(files("kb")))
    for path in (root / PATH, here / "data" / "vocabulary.toml", here.parent / PATH):
        if path.is_file():
            return Vocabulary.load(path)
    return Vocabulary()
