"""One address for every template and state that a visitor can meet, named by what it shows."""

from __future__ import annotations

#: Shown by a site with an index.
PAGES: dict[str, str] = {
    "home": "/",
    "search, words": "/search?q=visa",
    "search, two filters": "/search?q=visa&type=service&tag=h-1b",
    "search, no words": "/search",
    "search, page 2": "/search?q=visa&page=2",
    "search, read in many ways": "/search?q=ice+h1b+removal+-lottery+%22green+card%22+type%3Anews+8+CFR+214.2(h)",
    "search, partial": "/search?q=asylum+zymurgy+quokka+visa",
    "search, spelling": "/search?q=assylum",
    "search, zero with filters": "/search?q=asylum&tag=h-2b&year=2016",
    "search, zero": "/search?q=zymurgy",
    "search, unknown values": "/search?q=visa&tag=h9b&author=nobody&source=nowhere&service=none&cites=8+CFR+999.9",
    "search, dates": "/search?q=visa&from=2018-01-01&to=2022-12-31&as_of=2023-01-01",
    "search, error": "/search?q=visa&from=2019-13-40",
    "search, past the end": "/search?q=visa&page=99",
    "search, number removed": "/search?q=my+number+A123456789",
    "service": "/services/asylum-deportation-removal/asylum/",
    "article": "/news/2019/public-charge-final-rule/",
    "article, reprinted": "/news/2024/example-reprint/",
    "article, replaced": "/news/2024/example-replaced/",
    "article, in Spanish": "/news/2024/example-spanish/",
    "news": "/news/",
    "year": "/news/2019/",
    "tags": "/tags/",
    "tag": "/tags/h-1b/",
    "tag without a page": "/tags/uscis/",
    "authors": "/authors/",
    "author": "/authors/mjb-immigration-newsroom/",
    "services": "/services/",
    "heading": "/services/immigrant-visas/",
    "about": "/about/",
    "consultation": "/consultation/",
    "not found": "/no/such-page/",
}
