"""The `columnar` engine: postings as flat arrays, opened by memory map (docs/index-format.md)."""

from kb.search.columnar.building import build, open_folder

__all__ = ["build", "open_folder"]
