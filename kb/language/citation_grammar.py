"""The pieces that citations are built of, as patterns: signs, numbers, joints of lists, and what announces a citation.

Forms: The Bluebook, rules 10 (cases), 12 (statutes), 14 (regulations); the drafting style of 8 CFR; the Federal
Register in plain text, which writes "Sec. Sec." for two section signs. Every quantifier of space is bounded, so that no
text takes more than linear time.
"""

from __future__ import annotations

import re

DASH = r"[-\u2010-\u2015\u2212]"
_GAP = r"(?:\s|&nbsp;){0,4}"
#: "§", "§§", "Sec. Sec.", "section", "sections"; once or twice.
SIGN = rf"(?:(?:§|&sect;|(?i:\bsect(?:ion)?s?\b|\bsecs?\b)\.?){_GAP}){{1,3}}"
PART_SIGN = rf"(?:(?i:\bp(?:ar)?ts?\b)\.?{_GAP})"
#: A following number that opens a citation of its own, as the 8 in "8 CFR", ends a list.
_NO_VOLUME = (
    r"(?!,?\s{0,3}(?:C\.?\s?F\.?\s?R|U\.?\s?S\b|U\.?\s?S\.?\s?C|F\.?\s?R\b|Fed\b|I\.?\s?(?:&|and)\s?N\b|Stat\b"
    r"|F\.?\s?(?:\dd|4th|Supp)|S\.?\s?Ct\b|WL\b|FAM\b|Comp\b|USCIS))"
)
_NUMBER_END = rf"(?!\w|\.\d|,\d{{3}}\b|%){_NO_VOLUME}"
_REPEATED = "|".join(f"{letter}{{1,4}}|{letter.upper()}{{1,3}}" for letter in "abcdefghijklmnopqrstuvwxyz")
#: The number of a section, by family.
SECTIONS = {
    "cfr": rf"(?:\d{{1,4}}[a-z]?(?:\.\d{{1,4}}[a-z]?(?:-\d{{1,3}}[A-Z]?(?![\d.]))?)?|\.\d{{1,4}}[a-z]?){_NUMBER_END}",
    "usc": rf"\d{{1,5}}(?:{_REPEATED})?(?:{DASH}\d{{1,3}}[a-z]{{0,2}}(?![\w.]))?{_NUMBER_END}",
    "ina": rf"[1-5]\d\d[A-Ea-e]?{_NUMBER_END}",
}
#: Paragraphs after a section: "(a)(9)(B)", with the spaces and the line break that copied text may have between them.
_LABEL = r"\(\s?[0-9A-Za-z]{1,8}\s?\)"
_BREAK = r"[^\S\n]{0,3}(?:\n[^\S\n]{0,12})?"
PATH = rf"{_LABEL}(?:{_BREAK}{_LABEL}){{0,12}}"
FIRST_PATH = re.compile(rf"{_BREAK}(?P<path>{PATH})")
LABELS = re.compile(r"\(\s?([0-9A-Za-z]{1,8})\s?\)")
LABEL = re.compile(r"\d{1,3}|([A-Za-z])\1{0,2}|[ivxIVX]{2,7}|x?l[ivx]*|[a-z]\d")
NOTE = re.compile(r",?\s{1,3}(?P<too>(?:and|&)\s)?n(?:otes?|t\.)(?!\w)(?!\s\d)")

#: What may stand between a member of a list and the joint: the year of the edition, or a few words in brackets.
ASIDE = r"(?:\s?\((?:19|20)\d\d[^()]{0,24}\)|\s\((?![ivxlIVXL]+\))[^()\d]{4,80}\))?"
_JOINT = rf"""
    {ASIDE}(?:
        \s{{0,3}}(?P<range>{DASH}{{1,2}}|\bto\b|\bthrough\b|\bthru\b)\s{{0,3}}
      | \s{{0,3}}[,;]\s{{0,3}}(?:(?:and/or|and|or|&amp;|&)\s{{0,3}},?\s{{0,3}})?
      | \s{{1,3}}(?:and/or|and|or|&amp;|&|as\s+well\s+as)[\s,]\s{{0,2}}
      | \s?/\s?
    )(?P<sign>{SIGN})?"""
#: The next member of a list, by family: a joint, then paragraphs or a section.
MEMBERS = {
    family: re.compile(rf"{_JOINT}(?:(?P<path>{PATH})|(?P<section>{section}))", re.VERBOSE)
    for family, section in SECTIONS.items()
}
#: A number without a sign belongs to a list only where the text goes on like this, not with a noun that is counted.
FOLLOWS = re.compile(
    r"\s{0,3}(?:[.,;:)\]/&\"”’§\[(]|[-\u2010-\u2015]|\Z)|\s{1,3}(?:and|or|et|notes?|of|is|are|was|were|to|through|as|for|by|in"
    r"|under|may|must|shall|has|have|had|from|with|on|at|that|which|do|does|not|if|when|but|because|the|see|appl\w+|"
    r"auth\w+|provid\w+|requir\w+|govern\w*|stat\w+|bar\w*|allow\w*|permit\w*|prohibit\w*|relat\w+|set\w*)\b"
)

#: Numbers of laws, orders and pages.
NUMBERED = {
    "pl": re.compile(rf"\d{{2,3}}\s?{DASH}\s?\d{{1,4}}(?!\w|,\d)"),
    "eo": re.compile(rf"\d{{2}},?\d{{3}}(?!\w|{DASH}\d)|\d{{4}}(?!\w|{DASH}\d)"),
    "proc": re.compile(rf"\d{{1,2}},?\d{{3}}(?!\w|{DASH}\d)"),
}
NUMBERED_JOINT = re.compile(r",?\s{1,3}(?:and\s{1,3}|&\s{1,3})?|,\s{0,3}")
PAGE = r"(?P<page>\d{1,3},\d{3}|\d{1,6})(?![\d]|,\d{3})"
_STAT_PAGE = rf"(?P<page>\d{{1,4}}[A-Z]?(?:\s?{DASH}\s?\d{{1,4}})?)(?!\w)"
_AT = r"(?P<at>,?\s{0,2}at\s{1,3}|[\s,]{0,3})"
_PAGED = {
    "dec": rf"\.?(?:,?\s{{0,3}}D(?:ec(?:ision)?s?|EC)\b\.?)?{_AT}{PAGE}",
    "fr": rf"\.?{_AT}{PAGE}",
    "stat": rf"s?\.?\s{{1,3}}(?P<at>at\s)?{_STAT_PAGE}",
}
PAGED = {family: re.compile(pattern) for family, pattern in _PAGED.items()}
REPORTED = re.compile(rf"\.?{_AT}{PAGE}")
#: The volume before a reporter.
VOLUME = re.compile(r"(?<![\w.,$-])(?P<volume>\d{1,4}),?\s{1,3}\Z")
#: The title before "CFR" or "U.S.C.", with the words "note following" that make it a note.
TITLE = re.compile(r"(?<![\w.$/-])(?P<title>\d{1,2})(?:,?\s{0,3}(?:of\s{1,3}(?:the\s{1,3})?)?|-)\Z")
BEFORE_TITLE = re.compile(r"(?P<note>\bnotes?\s{1,3}(?:following|after|to|under|at)\s{1,3})?(?i:\btitle\s{1,3})?\Z")
NOT_TITLE = re.compile(r"(?:\b[Nn]o\.?|#)\s?\Z")

_BRACKETED = r"(?:\([^()\n]{1,40}\),?\s{0,3})?"
_BEFORE_CODE = rf"\.?(?:\s?(?:A|S|Ann)\b\.?)?,?\s{{0,4}}{_BRACKETED}(?:at\s{{1,3}})?[(-]?"
#: After the name of a code or of the Act: its first section.
AFTER = {
    "cfr": re.compile(rf"{_BEFORE_CODE}(?P<sign>(?:{PART_SIGN}|{SIGN}){{0,2}})(?P<section>{SECTIONS['cfr']})"),
    "usc": re.compile(rf"{_BEFORE_CODE}(?P<sign>(?:{SIGN})?)(?P<section>{SECTIONS['usc']})"),
    "ina": re.compile(
        rf"(?:['’]s)?(?:\s{{1,3}}Act\b)?(?:\s{{1,3}}of\s{{1,3}}1952)?[\s,:]{{0,4}}(?:as\s+amended,?\s{{1,3}})?{_BRACKETED}"
        rf"(?:as\s+amended,?\s{{1,3}})?(?:at\s{{1,3}}|former\s{{1,3}}|old\s{{1,3}})?[(\[]?(?P<sign>(?:{SIGN})?)"
        rf"(?P<section>{SECTIONS['ina']})"
    ),
}
#: Before the name of a code or of the Act, as in "section 212(a) of the Act": what joins the two.
_LIST_END = r"(?:(?<=[\d)\]])|(?<=\d[A-Ea-e]))"
_OF_THE = r",?\s{1,3}(?i:of|under|in|to)\s{1,3}(?:(?i:the|title)\s{1,3})?"
OF = re.compile(rf"{_LIST_END}(?:(?P<word>{_OF_THE})[\"“‘]?|,?\s{{1,3}})\Z")
#: Where a list may begin that ends there.
STARTS = {
    "cfr": re.compile(rf"(?P<sign>{PART_SIGN}|{SIGN}(?=\d{{1,4}}[a-z]?\.\d))(?P<section>{SECTIONS['cfr']})"),
    "usc": re.compile(rf"(?P<sign>{SIGN})(?P<section>{SECTIONS['usc']})"),
    "ina": re.compile(rf"(?P<sign>{SIGN})(?P<section>{SECTIONS['ina']})|\b(?P<bare>{SECTIONS['ina']})(?=\s?\()"),
}
LEFT_OVER = re.compile(rf"{ASIDE}[\s,]*")
#: "the Act of March 3, 1891" is another act.
OTHER_ACT = re.compile(r"\s{1,3}of\s{1,3}(?!June\s27,\s1952|1952)(?:\d{4}|[A-Z][a-z]{2,8}\.?\s\d{1,2}|the\s[A-Z])")
#: The word before "Act": a capital makes it the name of another act ("Civil Rights Act § 202").
NAMED_ACT = re.compile(r"[A-Z][\w.'’-]*[)\]]?\s{1,3}\Z")
_COMMON_CAPITALS = {"The", "See", "Under", "In", "Also", "Act", "Of", "And", "By", "This"}
OTHER_CODE = re.compile(r"[,\s]{1,3}(?:of\s{1,3})?(?:the\s{1,3})?[A-Z]")

_NATIONALITY = (
    r"mmig(?:ration|r?\.)?\s{1,3}(?:and|&amp;|&)\s{1,3}"
    r"Nat(?:ionality|uralization|['’]?l(?:ity)?|\.|['’]y)\.?\s{1,3}Act\b"
)
#: What announces a citation. Each branch begins with a capital letter, which makes the search fast.
ANCHOR = re.compile(
    rf"""
      C(?P<cfr>\.?\s?F\.?\s?R(?![A-Za-z]))
    | C(?P<regulations>ode\s{{1,3}}of\s{{1,3}}Federal\s{{1,3}}Regulations?\b)
    | C(?P<REGULATIONS>ODE\s{{1,3}}OF\s{{1,3}}FEDERAL\s{{1,3}}REGULATIONS?\b)
    | U(?P<usc>\.?\s?S\.?\s?C(?![a-zB-RT-Z]))
    | U(?P<code>(?:\.?\s?S\.?|nited\s{{1,3}}States)\s{{0,3}}Code\b)
    | U(?P<CODE>NITED\s{{1,3}}STATES\s{{1,3}}CODE\b)
    | U(?P<us>\.?\s?S(?=\.?,?\s{{0,3}}(?:at\s{{1,3}})?\d))
    | I(?P<ina>NA(?![A-Za-z])|\.\s?N\.\s?A\.)
    | I(?P<nationality>{_NATIONALITY})
    | I(?P<dec>\.?\s{{0,2}}(?:&amp;|&|and\b)\s{{0,2}}N\b|\.?\s?N\.?(?=\s{{1,3}}Dec\b))
    | A(?P<act>ct\b|CT\b)
    | F(?P<fr>R(?=\s{{0,3}}(?:at\s)?\d)|\.\s?R(?=\.\s{{0,3}}(?:at\s)?\d)|ed(?:eral|\.)?\s{{0,2}}Reg(?:ister)?\b)
    | F(?P<fed>\.?\s?(?:[23]d|4th)\b|\.?\s?Supp\b\.?(?:\s?[23]d\b)?)
    | S(?P<sct>\.?\s{{0,2}}Ct\b)
    | S(?P<stat>tat(?=s?\b))
    | P(?P<pl>(?:ub(?:lic|\.)?|UB(?:LIC|\.))\s{{0,3}}(?:L(?:aws?|AWS?)?|laws?)\b|\.?\s?L(?=\.?\s{{0,3}}(?:No|\d)))
    | P(?P<proc>roc(?:lamations?)?\b|P(?=\s\d))
    | E(?P<eo>xec(?:utive|\.)?\s{{1,3}}Orders?\b|XECUTIVE\s{{1,3}}ORDERS?\b|\.?\s?O(?=\.?s?\s{{1,3}}(?:No|\d)))
    | T(?P<title>itle\s{{1,3}}\d|ITLE\s{{1,3}}\d)
    """,
    re.VERBOSE,
)
#: The same in small letters; each begins with plain text, for the same reason.
SMALL_ANCHORS = tuple(
    re.compile(pattern)
    for pattern in (
        r"cfr(?P<cfr>)\b",
        r"usc(?P<usc>)\b",
        r"ina(?P<small>)(?=\s{0,2}(?:§|sec|\d{3}[a-e]?\s?\())",
        r"title(?P<title>\s{1,3}\d)",
        r"public\slaws?(?P<pl>)\b",
        r"executive\sorder(?P<eo>)s?\b",
    )
)
#: "No.", "Nos.", "#" or nothing between the name and the number of a law or an order.
NUMBER_SIGN = re.compile(r"\.?\s{0,3}(?:\([A-Z.]{2,6}\)\s{0,3})?(?:(?i:nos?)\b\.?\s{0,3}|(?i:number)\s{1,3}|\#)?")


def names_another_act(before: str) -> bool:
    """Whether the text before the word "Act" makes it the name of another act than the Act of 1952."""
    match = NAMED_ACT.search(before)
    return match is not None and match[0].strip(" )]\n") not in _COMMON_CAPITALS
