"""Random documents and random queries about them: few words, so that they meet; all that search has rules for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from kb.config import ServiceHeading, Settings
from kb.language.citations import canonical
from kb.model import SORTS, STATUSES, TYPES, Change, Document, Query, Source
from kb.vocabulary import Vocabulary

SETTINGS = Settings(heading=(ServiceHeading(slug="work", label="Work"), ServiceHeading(slug="empty", label="Empty")))

VOCABULARY = Vocabulary.from_mapping(
    {
        "ice": {"prefLabel": "ICE", "altLabel": ["Immigration and Customs Enforcement"], "group": "agency"},
        "uscis": {"prefLabel": "USCIS", "altLabel": ["Citizenship and Immigration Services"], "group": "agency"},
        "labor": {"prefLabel": "Labor", "prefLabel_es": "Trabajo", "group": "topic"},
        "work-visa": {"prefLabel": "Work visa", "prefLabel_es": "Visa de trabajo", "group": "visa", "broader": "labor"},
        "h-1b": {
            "prefLabel": "H-1B",
            "altLabel": ["Specialty occupation"],
            "altLabel_es": ["Ocupación especializada"],
            "group": "visa",
            "broader": ["work-visa"],
            "service": "services/work/h-1b",
        },
        "specialty": {"prefLabel": "Specialty worker", "group": "topic", "replaced_by": "h-1b"},
        "tn": {"prefLabel": "TN", "group": "visa", "broader": ["labor", "work-visa"]},
        "asylum": {
            "prefLabel": "Asylum",
            "prefLabel_es": "Asilo",
            "altLabel": ["Political asylum"],
            "group": "topic",
            "service": "services/removal/asylum",
        },
        "credible-fear": {
            "prefLabel": "Credible fear",
            "altLabel": ["Asylum screening"],
            "group": "topic",
            "broader": "asylum",
        },
        "i-130": {"prefLabel": "Form I-130", "altLabel": ["Petition for Alien Relative"], "group": "form"},
        "tps": {"prefLabel": "TPS", "altLabel": ["Temporary Protected Status"], "group": "program"},
        "unused": {"prefLabel": "Nobody's tag", "group": "program"},
    }
)

#: No two of different stems are within two letters of each other, so that no spelling is corrected here.
WORDS = ["asylum", "deported", "deporting", "petition", "physicians", "physician", "quarantine", "Ñandú", "nandu",
         "negado", "negados", "trabajo", "asilo", "Kálnoki", "the", "of", "visa", "form", "storm"]  # fmt: skip
IDENTIFIERS = ["H-1B", "H1B", "h 1b", "H–1B", "H-2B", "I-130", "I-131", "$130 million", "ICE", "ice storm", "ICE STORM",
               "Immigration and Customs Enforcement", "USCIS", "TN visa", "TN status", "L-1A", "L-1", "Form I-130",
               "Matter of A-B-", "Temporary Protected Status", "TPS", "credible fear", "fear",
               "asylum screening"]  # fmt: skip
CITATIONS = ["8 CFR 214.2(h)(4)", "8 C.F.R. § 214.2(h)", "8 CFR 214.2", "8 CFR part 214", "8 CFR 208.13(b)",
             "INA 212(a)(9)(B)", "8 U.S.C. 1182(a)(9)", "INA § 208", "8 U.S.C. 1232", "27 I&N Dec. 316",
             "84 FR 41292"]  # fmt: skip
IDS = ["services/work/h-1b", "services/work/tn", "services/removal/asylum", "news/2019/a", "news/2019/b", "news/2020/c",
       "Ångström", "zz", "a b", "page-1", "page-2"]  # fmt: skip
AUTHORS = ["Zoë Kálnoki", "Zoe Kalnoki", "ZOE KALNOKI", "Ted Cruz", "Ana  Cruz", "Ana Cruz"]
SOURCES = ["Law360", "LAW360", "The Día", "The Dia"]
DAYS = [dt.date(2016, 2, 29), dt.date(2018, 12, 31), dt.date(2019, 1, 1), dt.date(2019, 8, 20), dt.date(2020, 5, 5),
        dt.date(2023, 10, 1)]  # fmt: skip

days = st.sampled_from(DAYS)
maybe_day = st.none() | days
texts = st.lists(st.sampled_from([*WORDS, *IDENTIFIERS, *CITATIONS]), min_size=1, max_size=9).map(" ".join)
bodies = st.lists(texts, min_size=1, max_size=3).map("\n\n".join)
titled_bodies = st.tuples(bodies, texts, bodies).map(lambda parts: "{}\n\n## {}\n\n{}".format(*parts))


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Four to nine documents, some replaced by others."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=4, max_size=9, unique=True))
    found = [draw(_document(document_id)) for document_id in ids]
    # In a circle of successors each would stand below the other; so what replaces a page comes after it here.
    replaced = [draw(st.sampled_from([None, None, None, *ids[place + 1 :], "gone"])) for place in range(len(ids))]
    return [replace(one, superseded_by=other) for one, other in zip(found, replaced, strict=True)]


def _document(document_id: str) -> st.SearchStrategy[Document]:
    markdown = st.booleans()
    return markdown.flatmap(
        lambda has_headings: st.builds(
            Document,
            id=st.just(document_id),
            markdown=st.just(has_headings),
            body=titled_bodies if has_headings else bodies,
            title=texts | st.just(""),
            type=st.just("service") if document_id.startswith("services/") else st.sampled_from(TYPES),
            date=maybe_day,
            updated=maybe_day,
            reviewed=maybe_day,
            authors=st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True).map(tuple),
            tags=st.lists(st.sampled_from(sorted(c.id for c in VOCABULARY)), max_size=3, unique=True).map(tuple),
            aliases=st.lists(texts, max_size=1).map(tuple),
            menu_title=st.none() | texts,
            source=st.none() | st.sampled_from(SOURCES).map(Source),
            lang=st.sampled_from(["en", "en", "es"]),
            summary=st.just("quarantine"),
            author_bio=st.just("quarantine"),
        )
    )


def _change(authority: str, day: dt.date) -> Change:
    return Change(authority, day, "The law changed", "https://example.org/", canonical(authority) or "")


changes = st.lists(st.builds(_change, st.sampled_from(CITATIONS), days), max_size=2)

# -- queries -----------------------------------------------------------------------------------------------------------

_plain = st.sampled_from([*WORDS, *IDENTIFIERS, *CITATIONS, "unheard", "8 CFR 214.2(h)(4)(iii)", "INA 212(a)(9)(C)",
                          "8 CFR 208.99", "8 CFR 999.1", "ice", "tn", "h1b visa", "form I-130"])  # fmt: skip
_word = st.sampled_from([*WORDS, "ICE", "H-1B", "TPS", "unheard"])
_quoted = st.lists(_plain, min_size=1, max_size=2).map(lambda parts: '"{}"'.format(" ".join(parts)))
_alternatives = st.lists(_word | _quoted, min_size=2, max_size=3).map(" OR ".join)
_prefixes = st.sampled_from(["deport*", "phys*", "nand*", "H-1*", "unh*", "qu*"])
_typed = st.sampled_from(
    [
        "tag:h-1b", "tag:labor", 'tag:"Specialty worker"', "tag:nothing", "-tag:asylum", "type:news", "type:service",
        "type:novel", "author:cruz", 'author:"zoe kalnoki"', "author:nobody", "source:dia", "source:none",
        "-source:law360", "cites:8-cfr-214", 'cites:"8 CFR 214.2(h)"', "cites:INA 212(a)(9)", "cites:27-x",
        "after:2019-01-01", "before:2019-01-01", "after:never", "title:asylum", "title:negado", "-title:deported",
        "title:h-1b",
    ]
)  # fmt: skip
_part = st.one_of(_plain, _plain, _plain, _plain, _plain, _quoted, _word.map("+{}".format), _word.map("-{}".format),
                  _quoted.map("-{}".format), _alternatives, _prefixes, _typed)  # fmt: skip
query_texts = st.lists(_part, min_size=1, max_size=4).map(" ".join)


def _several(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple)


#: What may be asked for beside words. Few at once, or hardly a document is left to be put in order.
_ASKED: dict[str, st.SearchStrategy[Any]] = {
    "tag": _several("h-1b", "Work visa", "labor", "asylum", "specialty", "tn", "ICE", "unused", "nothing"),
    "type": _several(*TYPES),
    "service": _several("work", "removal", "work/h-1b", "removal/asylum", "empty", "work/none"),
    "author": _several("zoe kalnoki", "Ana Cruz", "TED CRUZ", "cruz", "Nobody"),
    "source": _several("law360", "The Dia", "None"),
    "year": _several("2016", "2019", "2020", "2031"),
    "cites": _several("8-cfr-214", "8 CFR 214.2(h)", "8 CFR 214.2", "INA 212(a)(9)", "8 CFR 999.1", "?"),
    "status": _several(*STATUSES),
    "date_from": days,
    "date_to": days,
    "as_of": days,
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A query with words, mostly, and up to two filters and dates, any sort and page size."""
    words = draw(st.sampled_from([True, True, True, True, True, False]))
    names = draw(st.lists(st.sampled_from(sorted(_ASKED)), min_size=0 if words else 1, max_size=2, unique=True))
    asked = {name: draw(_ASKED[name]) for name in names}
    if "date_from" in asked and "date_to" in asked:
        asked["date_from"], asked["date_to"] = sorted([asked["date_from"], asked["date_to"]])
    return Query(
        text=draw(query_texts if words else st.just("")),
        sort=draw(st.sampled_from([None, None, *SORTS])),
        per_page=draw(st.sampled_from([1, 2, 3, 100])),
        match=draw(st.sampled_from(["most", "most", "any", "all"])),
        **asked,
    )
