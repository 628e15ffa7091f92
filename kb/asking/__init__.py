"""Questions asked of one generation: a `Query` in, `Results` out."""

from kb.asking.asker import Asker

__all__ = ["Asker"]
