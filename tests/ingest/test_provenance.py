"""Witnesses of the original address weighed against each other, one case for each rule of the weighing."""

from __future__ import annotations

import datetime as dt

import pytest

from kb.ingest.metadata import Metadata, Said
from kb.ingest.origin import Origin
from kb.ingest.provenance import Article, Witness, decide
from kb.ingest.report import Log

ARTICLE = Article(
    "Ferries Now Carry Forms", "The night ferry carries forms to the customs house.", dt.date(2019, 8, 20), True
)
OWN = "http://slipway.example.org/2019/08/14/ferries-carry-forms/"
TWIN = "http://slipway.example.org/2019/08/15/ferries-carry-forms/"
LATER = "http://slipway.example.org/2019/09/14/ferries-carry-forms/"
OTHER = "http://slipway.example.org/2019/08/12/harbor-master-retires-early/"
SHORT = "http://slipway.example.org/?p=77"
HOME = "http://slipway.example.org/"
#: The witnesses, the link of the reprint line, and the address that is decided.
CASES: dict[str, tuple[list[Witness], str | None, str | None]] = {
    "nobody says anything": ([], None, None),
    "a share link outweighs a reprint line that fits": ([Witness(OWN, "share link")], TWIN, OWN),
    "a data attribute outweighs a reprint line that fits": ([Witness(OWN, "data attribute")], TWIN, OWN),
    "a canonical link counts most": ([Witness(TWIN, "share link"), Witness(OWN, "canonical link")], None, OWN),
    "what is said more often counts more": ([Witness(TWIN, "share link"), Witness(OWN, "share link", 3)], None, OWN),
    "likeness outweighs repetition": ([Witness(OTHER, "share link", 4), Witness(OWN, "share link")], None, OWN),
    "a later day outweighs repetition": ([Witness(LATER, "share link", 9), Witness(OWN, "share link")], None, OWN),
    "a home page is no article": ([Witness(HOME, "share link", 5), Witness(OWN, "data attribute")], None, OWN),
    "a byline link is a weak one": ([Witness(TWIN, "byline link"), Witness(OWN, "share link")], None, OWN),
    "a reprint line alone is believed if it fits": ([], OWN, OWN),
    "a reprint line alone that does not fit is not believed": ([], OTHER, None),
    "a reprint line alone is not believed if it is later": ([], LATER, None),
    "a reprint line alone is not believed if it is a home page": ([], HOME, None),
    "a reprint line that says little is believed": ([], SHORT, SHORT),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_original_address_is_decided_by_evidence(case: str) -> None:
    heard, linked, decided = CASES[case]
    origin = Origin("This post originally appeared on The Slipway.", "The Slipway", linked) if linked else Origin()
    assert decide(heard, origin, Metadata(), ARTICLE, Log()).url == decided


def test_addresses_of_the_site_that_reprints_do_not_count() -> None:
    own = "https://law.example.com/ferries-now-carry-forms/"
    heard = [Witness(own, "canonical link"), Witness(own, "share link", 4), Witness(OWN, "data attribute")]
    meta = Metadata(urls=(Said(own, "canonical link"),))
    origin = Origin("Reprinted with permission.", "The Slipway")
    assert decide(heard, origin, meta, ARTICLE, Log()).url == OWN
    assert decide(heard, Origin(), meta, ARTICLE, Log()).url == own
