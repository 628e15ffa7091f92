"""Citations found in text: one canonical key for each, however it is written, with lists and ranges.

Own grammar, since the kept libraries for court reporters do not read the Act, the regulations or the Code with their
paragraphs. A citation is found by what announces it ("CFR", "Act", "Dec."), then read from there to both sides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from kb.language import authorities
from kb.language import citation_grammar as grammar
from kb.language.citation_lists import ListReader

_PLURAL = re.compile(r"§\s?§|(?i:sections|sects\b|secs\b|parts\b|pts\b|sec\.\s{0,3}sec)")
#: So many characters before an anchor may hold a volume or a title, and a list "of the Act".
_NEAREST, _NEAR, _FAR = 14, 40, 500
_LAST_TITLE = {"cfr": 50, "usc": 54}
_BARE_TITLE = re.compile(r"\d{1,2}(?!\w|\.\d)")
_DASHES = re.compile(rf"\s?{grammar.DASH}\s?")
#: Bases of page numbers of the form 3009-546 in the Statutes at Large, where a hyphen could also be a range of pages.
_HYPHENATED_PAGES = frozenset(
    ["3009", "2681", "1501A", "2763A", "1783", "3341", "1329", "1535A", "3207", "1321", "1350"]
)


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of text (character offsets) and the keys that it cites, in the order of the text."""

    start: int
    end: int
    keys: tuple[str, ...]


def find_citations(text: str) -> list[Citation]:
    """Every citation of the text, from left to right, none overlapping."""
    return list(_Scan(text).citations())


def canonical(text: str) -> str | None:
    """The key that `text` names, as a key or in any spelling; None where it names none, or more than a citation."""
    stripped = text.strip()
    if authorities.is_key(stripped.lower()):
        return authorities.twin(stripped.lower())
    upper = re.sub(r"(?i)\b(ina|cfr|usc|fr)\b", lambda m: m[1].upper(), stripped)
    for spelling in (stripped, upper):
        found = find_citations(spelling)
        if len(found) == 1 and found[0].start == 0 and found[0].end >= len(spelling.rstrip(" .,;")):
            return found[0].keys[0]
    return None


class _Scan:
    """One reading of one text. `_floor` is where the last citation ended: nothing is read twice."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._floor = 0
        #: Before this place no list was found that ends at a name of the Act or of a code: it is not looked for again.
        self._tried = self._trying = 0
        #: The key last cited in full, by reporter and volume: what "27 I&N Dec. at 320" refers to.
        self._cited: dict[tuple[str, str], tuple[int, str]] = {}

    def citations(self) -> Iterator[Citation]:
        """Read at every anchor that no earlier citation covers."""
        for anchor in self._anchors():
            family = anchor.lastgroup or ""
            if anchor.start() < self._floor or not family:
                continue
            citation = _FAMILIES[family.lower()](self, anchor)
            self._tried = self._trying
            if citation:
                self._floor = citation.end
                yield citation

    def _anchors(self) -> Iterator[re.Match[str]]:
        small = [match for pattern in grammar.SMALL_ANCHORS for match in pattern.finditer(self._text)]
        if not small:
            return grammar.ANCHOR.finditer(self._text)
        return iter(sorted([*grammar.ANCHOR.finditer(self._text), *small], key=re.Match.start))

    def _before(self, end: int, length: int = _NEAR) -> str:
        return self._text[max(self._floor, end - length) : end]

    # -- codes: title, sections, paragraphs ---------------------------------------------------------------------------

    def cfr(self, anchor: re.Match[str]) -> Citation | None:
        """8 CFR 214.2(h); part 214 of 8 CFR."""
        return self._code(anchor, "cfr")

    def usc(self, anchor: re.Match[str]) -> Citation | None:
        """8 U.S.C. 1182(a); section 1182 of title 8, United States Code; a note following 8 U.S.C. 1522."""
        return self._code(anchor, "usc")

    def title(self, anchor: re.Match[str]) -> Citation | None:
        """Section 1182 of title 8, with no code named."""
        match = _BARE_TITLE.match(self._text, anchor.end() - 1)
        if match is None or grammar.OTHER_CODE.match(self._text, match.end()) or int(match[0]) > _LAST_TITLE["usc"]:
            return None
        for family in ("cfr", "usc"):
            citation = self._backward(f"{match[0]}-{family}-", family, anchor.start(), match.end())
            if citation:
                return citation
        return None

    def _code(self, anchor: re.Match[str], family: str) -> Citation | None:
        window = self._before(anchor.start(), _NEAREST)
        title = grammar.TITLE.search(window)
        if title is None or not 0 < int(title["title"]) <= _LAST_TITLE[family]:
            return None
        number = anchor.start() - len(window) + title.start()
        word = grammar.BEFORE_TITLE.search(self._before(number))
        start = number - len(word[0]) if word else number
        prefix = f"{int(title['title'])}-{family}-"
        citation = self._backward(prefix, family, start, anchor.end())
        if citation or grammar.NOT_TITLE.search(self._before(start, _NEAREST)):
            return citation
        return self._forward(anchor, prefix, family, (start, bool(word and word["note"])))

    def _forward(self, anchor: re.Match[str], prefix: str, family: str, begin: tuple[int, bool]) -> Citation | None:
        """The list that follows the name of a code; `begin`: where the citation starts, and whether it is of a note."""
        match = grammar.AFTER[family].match(self._text, anchor.end())
        if match is None:
            return None
        reader = ListReader(prefix, family, plural=bool(_PLURAL.search(match["sign"])))
        end = reader.read(self._text, match["section"], match.end(), len(self._text))
        if end is None:
            return None
        start, is_note = begin
        if is_note:
            return Citation(start, match.end(), (f"{prefix}{_DASHES.sub('-', match['section']).lower()}-note",))
        return Citation(start, end, reader.keys)

    def _backward(self, prefix: str, family: str, before: int, end: int) -> Citation | None:
        """The list "of the Act" or "of title 8": `before` is where that name begins, `end` where it ends."""
        window = self._text[max(self._floor, self._tried, before - _FAR) : before]
        joint = grammar.OF.search(window, max(0, len(window) - _NEAREST))
        if joint is None or not (joint["word"] or family == "ina"):
            return None
        self._trying = before
        offset, stop = before - len(window), before - len(window) + joint.start()
        for start in grammar.STARTS[family].finditer(window, 0, joint.start()):
            section = start["section"] or start["bare"]
            reader = ListReader(prefix, family, plural=bool(_PLURAL.search(start["sign"] or "")) or family == "ina")
            reached = reader.read(self._text, section, offset + start.end(), stop)
            if reached is not None and grammar.LEFT_OVER.fullmatch(self._text, reached, stop):
                return Citation(offset + start.start(), end, reader.keys)
        return None

    # -- the Act ------------------------------------------------------------------------------------------------------

    def ina(self, anchor: re.Match[str]) -> Citation | None:
        """INA 212(a); section 212(a) of the INA."""
        before = self._before(anchor.start(), 2)
        if before[-1:].isalnum() or before[-1:] in ("_", "/"):
            return None
        return self._backward("ina-", "ina", anchor.start(), anchor.end()) or self._forward(
            anchor, "ina-", "ina", (anchor.start(), False)
        )

    def act(self, anchor: re.Match[str]) -> Citation | None:
        """Section 212(a) of the Act; Act § 212(a). Another act's name before the word makes it another act."""
        if grammar.OTHER_ACT.match(self._text, anchor.end()):
            return None
        before = self._before(anchor.start())
        if re.search(r"(?i:\bthe)\s{1,3}[\"“‘]?\Z", before):
            start = anchor.start() - len(before) + len(re.split(r"(?i:\bthe)\s{1,3}[\"“‘]?\Z", before)[0])
            citation = self._backward("ina-", "ina", start, anchor.end())
            if citation:
                return citation
        if before[-1:].isalnum() or grammar.names_another_act(before):
            return None
        match = grammar.AFTER["ina"].match(self._text, anchor.end())
        return self._forward(anchor, "ina-", "ina", (anchor.start(), False)) if match and match["sign"] else None

    # -- volume and page ----------------------------------------------------------------------------------------------

    def decision(self, anchor: re.Match[str]) -> Citation | None:
        """27 I&N Dec. 316."""
        return self._paged(anchor, "in-dec", grammar.PAGED["dec"])

    def register(self, anchor: re.Match[str]) -> Citation | None:
        """84 Fed. Reg. 41,292."""
        return self._paged(anchor, "fr", grammar.PAGED["fr"])

    def statutes(self, anchor: re.Match[str]) -> Citation | None:
        """110 Stat. 3009-546."""
        return self._paged(anchor, "stat", grammar.PAGED["stat"])

    def reporter(self, anchor: re.Match[str]) -> Citation | None:
        """593 U.S. 155; 141 S. Ct. 1474; 971 F.3d 220; 99 F. Supp. 2d 3."""
        name = re.sub(r"[\s.]", "", anchor[0]).lower()
        return self._paged(anchor, name, grammar.REPORTED)

    def _paged(self, anchor: re.Match[str], prefix: str, pattern: re.Pattern[str]) -> Citation | None:
        window = self._before(anchor.start(), _NEAREST)
        volume = grammar.VOLUME.search(window)
        page = pattern.match(self._text, anchor.end()) if volume else None
        if volume is None or page is None:
            return None
        start = anchor.start() - len(window) + volume.start()
        number = _page(page["page"])
        place = (prefix, volume["volume"])
        if (page["at"] or "").strip(" ,\n\xa0") == "at":
            first, key = self._cited.get(place, (0, ""))
            return Citation(start, page.end(), (key,)) if key and number.isdigit() and first <= int(number) else None
        key = f"{prefix}-{volume['volume']}-{number}"
        if number.isdigit():
            self._cited[place] = int(number), key
        return Citation(start, page.end(), (key,))

    # -- numbers ------------------------------------------------------------------------------------------------------

    def law(self, anchor: re.Match[str]) -> Citation | None:
        """Pub. L. 104-208; Public Laws 104-208 and 105-100."""
        return self._numbered(anchor, "pl")

    def order(self, anchor: re.Match[str]) -> Citation | None:
        """Executive Order 13769; E.O. 13,780."""
        return self._numbered(anchor, "eo")

    def proclamation(self, anchor: re.Match[str]) -> Citation | None:
        """Proclamation No. 9645."""
        return self._numbered(anchor, "proc")

    def _numbered(self, anchor: re.Match[str], prefix: str) -> Citation | None:
        if self._before(anchor.start(), 1).isalnum():
            return None
        sign = grammar.NUMBER_SIGN.match(self._text, anchor.end())
        end, keys = sign.end() if sign else anchor.end(), []
        several = anchor[0].lower().endswith("s") or "s" in (sign[0].lower() if sign else "")
        joint: re.Match[str] | None = re.match("", "")
        start = end
        while joint and (number := grammar.NUMBERED[prefix].match(self._text, start)):
            keys.append(f"{prefix}-{_DASHES.sub('-', number[0]).replace(',', '')}")
            end = number.end()
            joint = grammar.NUMBERED_JOINT.match(self._text, end) if several or prefix == "pl" else None
            start = joint.end() if joint else end
        return Citation(anchor.start(), end, tuple(dict.fromkeys(keys))) if keys else None


def _page(page: str) -> str:
    """The page as keys have it: 41,292 → 41292; the second number only where it is a part of the first."""
    first, *rest = _DASHES.split(page.replace(",", ""))
    if rest and (
        first in _HYPHENATED_PAGES or (len(rest[0]) > len("99") and int(rest[0]) < int(first.rstrip(ascii_uppercase)))
    ):
        return f"{first}-{rest[0]}".lower()
    return first.lower()


_FAMILIES: dict[str, Callable[[_Scan, re.Match[str]], Citation | None]] = {
    "cfr": _Scan.cfr,
    "regulations": _Scan.cfr,
    "usc": _Scan.usc,
    "code": _Scan.usc,
    "title": _Scan.title,
    "ina": _Scan.ina,
    "small": _Scan.ina,
    "nationality": _Scan.ina,
    "act": _Scan.act,
    "dec": _Scan.decision,
    "fr": _Scan.register,
    "stat": _Scan.statutes,
    "us": _Scan.reporter,
    "sct": _Scan.reporter,
    "fed": _Scan.reporter,
    "pl": _Scan.law,
    "eo": _Scan.order,
    "proc": _Scan.proclamation,
}
