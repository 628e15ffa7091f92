"""The reading as a Whoosh analyser, so that a plain Whoosh index understands the language of this field.

>>> from whoosh.fields import TEXT, Schema
>>> schema = Schema(body=TEXT(analyzer=ImmigrationAnalyzer()))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis.acore import Token as WhooshToken
from whoosh.analysis.analyzers import Analyzer as WhooshAnalyzer

from kb.language.analysis import Analyzer
from kb.language.lexicon import Lexicon
from kb.language.tree import EXACT
from kb.vocabulary import Vocabulary


class ImmigrationAnalyzer(WhooshAnalyzer):
    """Yields the terms of each token at its position and offsets; exact words are left out: Whoosh has no use for them.

    `lang` is the language of the stems, `en` or `es`. Words are stemmed alike in documents and queries.
    """

    def __init__(self, vocabulary: Vocabulary | None = None, lang: str = "en") -> None:
        self.lang = lang
        self._vocabulary = vocabulary or Vocabulary()
        self._analyzer: Analyzer | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What Whoosh keeps in its schema: the vocabulary, not what was learnt from it."""
        return {**self.__dict__, "_analyzer": None}

    def __call__(self, value: str, **modes: Any) -> Iterator[WhooshToken]:
        """The tokens of a text; `positions`, `chars`, `start_pos` and `start_char` as in Whoosh."""
        if self._analyzer is None:
            self._analyzer = Analyzer(Lexicon(self._vocabulary))
        token = WhooshToken(**{name: modes[name] for name in ("positions", "chars", "mode") if name in modes})
        start_position, start_char = modes.get("start_pos", 0), modes.get("start_char", 0)
        for position, read in enumerate(self._analyzer.tokens(value, self.lang), start_position):
            for term in read.terms:
                if term.startswith(EXACT):
                    continue
                token.text = term
                token.boost = 1.0
                token.pos = position
                token.startchar, token.endchar = read.start + start_char, read.end + start_char
                token.stopped = False
                yield token
