"""Saved pages and pasted articles brought in as Markdown: `import_sources` is the one entrance."""

from kb.ingest.importer import import_sources
from kb.ingest.report import ImportedFile, ImportReport, Note

__all__ = ["ImportReport", "ImportedFile", "Note", "import_sources"]
