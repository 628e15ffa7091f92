"""A small corpus that has one of everything a page can show."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kb.config import Action, Link, ServiceHeading, Settings, Site
from kb.core import KnowledgeBase
from kb.model import Change, Document, Source

HOSTILE = "<script>alert('x')</script> & \"quotes\""
DAY = dt.date(2019, 8, 20)

VOCABULARY: dict[str, dict[str, object]] = {
    "dhs": {"prefLabel": "DHS", "group": "agency"},
    "cbp": {"prefLabel": "CBP", "altLabel": ["Customs and Border Protection"], "group": "agency", "broader": "dhs"},
    "ice": {
        "prefLabel": "ICE",
        "altLabel": ["Immigration and Customs Enforcement"],
        "group": "agency",
        "broader": "dhs",
    },
    "uscis": {"prefLabel": "USCIS", "group": "agency", "definition": "It decides petitions."},
    "ins": {"prefLabel": "INS", "group": "agency", "replaced_by": "uscis"},
    "h-1b": {
        "prefLabel": "H-1B",
        "group": "visa",
        "definition": "A visa for specialty occupations.",
        "service": "services/non-immigrant-visas/h-1b",
    },
    "i-129": {"prefLabel": "I-129", "group": "form"},
    "asylum": {"prefLabel": "Asylum", "prefLabel_es": "Asilo", "group": "topic", "service": "services/defense/asylum"},
    "unused": {"prefLabel": "Unused", "group": "topic"},
    "lottery": {"prefLabel": "H-1B lottery", "group": "program"},
}

SETTINGS = Settings(
    site=Site(
        name="Example Immigration",
        tagline="Attorneys",
        legal_name="Example LLC",
        former_name="Sample & Example",
        base_url="https://law.example",
        phone="(216) 555-0100",
        fax="(216) 555-0101",
        email="info@law.example",
        address=("1 Main Street", "Cleveland, Ohio"),
        heading="Find the law",
        lead="Visas and defense.",
        disclaimer="Attorney advertising.",
        urgent=("services/defense/asylum", "services/nowhere"),
        tries=("H-1B", "8 CFR 214.2(h)"),
        menu=(
            Link(label="Services", url="/services/"),
            Link(label="News", url="/news/"),
            Link(label="About", url="/about/", children=(Link(label="Staff", url="/about/staff/"),)),
        ),
        footer=(Link(label="Contact", url="/contact/"),),
        action=Action(heading="Speak with us", text="Tell us.", button="Consult", url="/consultation/"),
    ),
    heading=(
        ServiceHeading(slug="non-immigrant-visas", label="Non-Immigrant Visas"),
        ServiceHeading(slug="defense", label="Defense"),
    ),
)

LONG = """
Employers ask for it.

## Who it is for

Workers in a specialty occupation, see 8 CFR 214.2(h).

## How it works

The employer files Form I-129.

### Fees

There are fees.

#### Small print

None.

## How long

Six years.
"""

DOCUMENTS = (
    Document(
        "services/non-immigrant-visas/h-1b",
        LONG,
        markdown=True,
        title="H-1B Visas",
        type="service",
        updated=dt.date(2025, 3, 1),
        reviewed=dt.date(2025, 3, 3),
        reviewed_by="Scott Bratton",
        tags=("h-1b", "i-129", "uscis"),
        aliases=("Specialty workers",),
        order=1,
        summary="For professionals.",
        redirect_from=("/h1b-visas/", "/old/h1b.php"),
    ),
    Document(
        "services/non-immigrant-visas/l-1",
        "For transferees.",
        title="L-1A and L-1B Visas for Intracompany Transferees",
        menu_title="L-1 Visas",
        type="service",
        order=2,
    ),
    Document("services/defense/asylum", "Protection here.", title="Asylum", type="service", tags=("asylum",)),
    Document(
        "news/2019/h-1b-denied",
        "More H-1B petitions were denied under 8 CFR 214.2(h)(4) and INA 214(i). " + "The lottery goes on. " * 20,
        title="More H-1B Petitions Denied",
        type="article",
        date=DAY,
        authors=("Scott Bratton",),
        author_bio="Scott writes about *visas*.",
        tags=("h-1b", "cbp", "lottery"),
        source=Source(
            "Immigration Impact",
            "https://impact.example/denied",
            dt.date(2019, 8, 14),
            "American Council",
            "Reprinted with permission.",
        ),
    ),
    Document(
        "news/2019/asylum-numbers",
        "Asylum cases grew. ICE detained many. " * 20,
        title="Asylum in Numbers",
        type="news",
        date=dt.date(2019, 9, 1),
        tags=("asylum", "ice"),
        superseded_by="news/2020/asylum-again",
    ),
    Document(
        "news/2020/asylum-again",
        "Asylum cases grew again, and ICE detained more. " * 20,
        title="Asylum Again",
        type="news",
        date=dt.date(2020, 9, 1),
        authors=("Scott Bratton", "Ana Ruiz"),
        tags=("asylum", "ice"),
    ),
    Document(
        "news/2020/hostile",
        f"Words about {HOSTILE} in a body.",
        title=HOSTILE,
        type="alert",
        date=dt.date(2020, 1, 2),
        source=Source("Nowhere <b>", "javascript:alert(1)"),
    ),
    Document(
        "news/2021/asilo",
        "El asilo protege a quien huye.",
        title="El asilo hoy",
        type="news",
        date=dt.date(2021, 5, 5),
        tags=("asylum",),
        lang="es",
    ),
    *(
        Document(
            f"news/2018/bulletin-{n:02}",
            f"Bulletin number {n}.",
            title=f"Bulletin {n}",
            type="digest",
            date=DAY.replace(2018, 1, n),
        )
        for n in range(1, 26)
    ),
    Document("pages/about", "Who we are.", title="About", updated=dt.date(2025, 1, 1)),
    Document("pages/about/scott-bratton", "An attorney.", title="Scott Bratton"),
    Document("pages/about/staff", "Everyone else.", title="Staff"),
    Document("pages/contact", "Write to us.\n\n## When\n\nBefore a bond hearing.", markdown=True, title="Contact"),
    Document("pages/secret", "Nobody may see this draft.", title="A Secret Draft", draft=True, tags=("asylum",)),
)
CHANGES = (
    Change("8 CFR 214.2(h)", dt.date(2025, 1, 17), "H-1B rule", "https://law.example/change"),
    Change("INA 214(i)", dt.date(2023, 1, 1), "Older", "https://law.example/older"),
)


def build(path: Path, settings: Settings = SETTINGS) -> KnowledgeBase:
    """The knowledge base of the corpus, with its index under `path`."""
    return KnowledgeBase.from_documents(DOCUMENTS, VOCABULARY, path, changes=CHANGES, settings=settings)
