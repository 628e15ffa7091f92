from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kb.config import Action, Link, ServiceHeading, Settings, Site, load_settings
from kb.errors import ConfigError, RootError

SHIPPED = Path(__file__).parent.parent


def configure(root: Path, text: str) -> Path:
    (root / "kb.toml").write_text(text, encoding="utf-8")
    return root


def test_an_empty_file_gives_every_default(tmp_path: Path) -> None:
    assert load_settings(configure(tmp_path, ""), environ={}) == Settings(root=tmp_path)


def test_what_the_file_says_is_read_into_one_object(tmp_path: Path) -> None:
    text = """
    engine = "columnar"
    [site]
    name = "Firm"
    base_url = "https://example.org/"
    address = ["1 Main St", "Cleveland"]
    [[site.menu]]
    label = "About"
    url = "/about/"
    children = [{ label = "Staff", url = "/about/staff/" }]
    [site.action]
    button = "Call"
    [[heading]]
    slug = "immigrant-visas"
    label = "Immigrant Visas"
    """
    assert load_settings(configure(tmp_path, text), environ={}) == Settings(
        root=tmp_path,
        engine="columnar",
        site=Site(
            name="Firm",
            base_url="https://example.org",
            address=("1 Main St", "Cleveland"),
            menu=(Link(label="About", url="/about/", children=(Link(label="Staff", url="/about/staff/"),)),),
            action=Action(button="Call"),
        ),
        heading=(ServiceHeading(slug="immigrant-visas", label="Immigrant Visas"),),
    )


@pytest.mark.parametrize(
    ("flag", "environ", "engine"),
    [
        (None, {}, "in-file"),
        (None, {"KB_ENGINE": "in-environment"}, "in-environment"),
        (None, {"KB_ENGINE": ""}, "in-file"),
        ("in-flag", {"KB_ENGINE": "in-environment"}, "in-flag"),
    ],
)
def test_a_flag_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, flag: str | None, environ: dict[str, str], engine: str
) -> None:
    assert load_settings(configure(tmp_path, 'engine = "in-file"'), flag, environ).engine == engine


def test_a_folder_without_the_file_is_no_root(tmp_path: Path) -> None:
    with pytest.raises(RootError, match=r"no kb\.toml here: give the folder that holds it with --root or KB_ROOT"):
        load_settings(tmp_path / "nowhere", environ={})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'engin = "x"',
            "kb.toml:1: unknown key “engin”: remove it, or use one of engine, site, heading",
        ),
        (
            '# first\nroot = "/"',
            "kb.toml:2: unknown key “root”: remove it: --root and KB_ROOT name the root",
        ),
        (
            '[site]\nname = "x"\nbase_url = "example.org"',
            "kb.toml:3: “site.base_url”: must begin with http:// or https://: correct the value",
        ),
        (
            '[site]\nurgent = ["a", "b", "c", "d"]',
            "kb.toml:2: “site.urgent”: names more than three services: correct the value",
        ),
        (
            '[[heading]]\nslug = "a"\nlabel = "A"\n\n[[heading]]\nslug = "B b"\nlabel = "B"',
            "kb.toml:6: “heading.1.slug”: String should match pattern '^[a-z0-9]+(-[a-z0-9]+)*$': correct the value",
        ),
        (
            '[[site.menu]]\nlabel = "News"\nurl = "/news/"\n\n[[site.menu]]\nurl = "/tags/"',
            "kb.toml:5: “label” is missing: add it",
        ),
        (
            '[[site.footer]]\nlabel = "Contact"\nurl = "/contact/"\nlink = "x"',
            "kb.toml:4: unknown key “link”: remove it, or use one of label, url, children",
        ),
    ],
)
def test_a_mistake_names_its_line_and_the_way_to_mend_it(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(configure(tmp_path, text), environ={})
    assert [str(found) for found in caught.value.problems] == [problem]


def test_every_mistake_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(configure(tmp_path, '[site]\nbase_url = "x"\nfon = "1"\n[[heading]]\nslug = "a"\n'), environ={})
    assert [found.line for found in caught.value.problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("slug", "lang", "label"),
    [
        ("immigrant-visas", "en", "Immigrant Visas"),
        ("immigrant-visas", "es", "Visas de inmigrante"),
        ("appeals", "es", "Appeals"),
        ("not-in-the-file", "en", "Not in the file"),
    ],
)
def test_a_heading_has_a_label_in_every_language(slug: str, lang: str, label: str) -> None:
    settings = Settings(
        heading=(
            ServiceHeading(slug="immigrant-visas", label="Immigrant Visas", label_es="Visas de inmigrante"),
            ServiceHeading(slug="appeals", label="Appeals"),
        )
    )
    assert settings.heading_label(slug, lang) == label


def test_settings_cannot_be_changed_after_they_were_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().engine = "other"  # type: ignore[misc]


def test_the_shipped_configuration_is_the_one_of_the_firm() -> None:
    settings = load_settings(SHIPPED, environ={})
    assert (settings.site.name, settings.site.phone, settings.site.fax, settings.site.email) == (
        "MJB Immigration",
        "(216) 328-9878",
        "(216) 328-9879",
        "info@mjbimmigration.com",
    )
    assert [heading.label for heading in settings.heading] == [
        "Non-Immigrant Visas",
        "Immigrant Visas",
        "Asylum, Deportation, Removal and Crimmigration",
    ]
