"""Bylines read as lists of authors: "A, Esq., B, Esq. and C" is three people, "A & Partners, PLLC" is one firm."""

from __future__ import annotations

import re

from kb.ingest.wording import squash

_DEGREE = re.compile(
    r"^(?:esq(?:uire)?|j\.? ?d|ll\.? ?[bm]|ph\.? ?d|m\.? ?[dab]|attorney(?: at law)?|editor)\.?$", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:attorneys?|mr|mrs|ms|dr|prof)\.? (?=\w)|,? (?:esq(?:uire)?|j\.d|ph\.d)\.?$", re.IGNORECASE)
_FIRM_END = re.compile(
    r"\b(?:l\.?l\.?p|p?\.?l\.?l\.?c|p\.?c|p\.?a|inc|ltd|lpa|co)\.?$|"
    r"\b(?:firm|group|law|associates|partners|council|association|institute|center|office|team|staff|project|project|university|coalition)$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"^(?:jr|sr|i{2,3}|iv|l\.?l\.?p|p?l\.?l\.?c|p\.?c|p\.?a|inc|ltd|lpa)\.?$", re.IGNORECASE)
_BY = re.compile(
    r"^\W*(?:(?:article|post(?:ed)?|submitted|written|words|published) )?by\b:?\s*|^\W*(?:author|por)s?\s*:\s*|^por\s+",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s+(?:[|•·—–]|-{1,2})\s+.*$|\s+\b(?:posted |published |updated )?on [A-Z0-9].*$|\s*\(.*\)\s*$|\s*<[^>]*>.*$",
    re.DOTALL,
)
_SITE_USERS = frozenset(
    {"admin", "administrator", "editor", "webmaster", "wpadmin", "root", "user", "guest", "staff", "superuser"}
)
_WORD = r"(?:[^\W\d_][\w.'’-]*)"
_PARTICLES = frozenset(
    {"de", "la", "del", "von", "van", "der", "den", "al", "el", "bin", "y", "da", "dos", "of", "and", "&", "the", "for"}
)


def split_names(text: str) -> tuple[str, ...]:
    """The authors of a byline, without "By", degrees ("Esq.") and what follows the names. Order kept, each once."""
    line = _AFTER.sub("", _BY.sub("", squash(text))).strip(" ,;|·•")
    if not line or len(line) > 300 or "@" in line or "://" in line:
        return ()
    parts: list[str] = []
    for part in _pieces(line):
        if _SUFFIX.match(part) and parts:
            parts[-1] = f"{parts[-1]}, {part}"
        elif part and not _DEGREE.match(part):
            parts.append(
                _TITLE.sub("", _TITLE.sub("", part)).strip(
                    " ,." if not part.endswith(("Jr.", "Sr.", "Inc.", "P.C.", "P.A.", "Co.", "Ltd.")) else " ,"
                )
            )
    return tuple(dict.fromkeys(name for name in parts if name))


def _pieces(line: str) -> list[str]:
    found = re.split(r"\s*;\s*|,\s+and\s+|,\s+&\s+|\s+and\s+by\s+", line)
    pieces: list[str] = []
    for piece in found:
        if re.search(r"\s+(?:and|&|y)\s+", piece) and not _is_one_firm(piece):
            pieces += re.split(r"\s+(?:and|&|y)\s+", piece)
        else:
            pieces.append(piece)
    return [part.strip() for piece in pieces for part in re.split(r",\s*", piece)]


def _is_one_firm(text: str) -> bool:
    last = re.split(r"\s+(?:and|&)\s+", text)[-1]
    return bool(_FIRM_END.search(text)) and not re.search(r",\s*Esq", text) and len(last.split()) <= 3


def is_byline(text: str) -> bool:
    """Whether a line says who wrote the article, and nothing else."""
    line = squash(text)
    return len(line) < 200 and bool(_BY.match(line)) and look_like_names(split_names(line))


def look_like_names(names: tuple[str, ...]) -> bool:
    """Whether every one of the texts looks like the name of a person or a firm: at least one, capitals throughout."""
    return bool(names) and all(_looks_like_name(name) for name in names)


def _looks_like_name(name: str) -> bool:
    parts = [part for part in name.replace(",", " ").split() if part.lower() not in _PARTICLES]
    limit = 8 if _FIRM_END.search(name) else 5
    least = 1 if _FIRM_END.search(name) else 2
    return least <= len(parts) <= limit and all(re.match(_WORD, part) and part[0].isupper() for part in parts)


def is_site_user(name: str) -> bool:
    """Whether a name is the login of a site ("admin", "editor"), a host or an address rather than an author."""
    folded = name.strip().lower()
    return (
        folded in _SITE_USERS
        or "@" in folded
        or bool(re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|gov|edu)", folded))
    )


def has_degree(text: str) -> bool:
    """Whether a text ends like a byline of attorneys or firms ("…, Esq.", "… LLP")."""
    return bool(re.search(r"\b(?:Esq|Esquire|LLP|PLLC|LLC|P\.C|PC)\b\.?\W*$", text))
