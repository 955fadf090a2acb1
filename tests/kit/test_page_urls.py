"""The pages of a site, by templates however odd: each page is found again at its location."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.page_urls import PageUrls, is_same_place
from app.kit.text import plain_path
from tests.stores import settings_of

SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
LANGS = st.sampled_from(("en", "pt-BR", "zh-Hant-TW"))
SITES = st.sampled_from((None, "https://site.example", "https://пример.example/перу/x y"))
TEMPLATES = st.sampled_from(
    (
        *("{site}/news/{slug}", "{site}/{slug}", "{site}/{lang}/n/{slug}/", "{site}/{slug}.html"),
        *("{site}/actualités/{slug}", "{site}/our news/100%/{slug}", "{site}/%c3%A1/{slug}"),
        *("https://x.example/?story={slug}", "{site}/?b={lang}&a={slug}#top", "{site}//{slug}"),
        *("{site}/{slug}/{slug}", "{site}/{lang}/{slug}-{lang}", "https://{lang}.x.example/{slug}"),
        *("{site}/SLUG/LANG/{slug}", "{site}/(a|b)+/{slug}", "{site}/日本/{slug}"),
    )
)


@given(site=SITES, article=TEMPLATES, tag=TEMPLATES, slug=SLUGS, lang=LANGS)
def test_a_page_is_found_at_its_location(
    site: str | None, article: str, tag: str, slug: str, lang: str
) -> None:
    urls = PageUrls(site, article, "{site}/{slug}", tag, ("en", "pt-BR", "zh-Hant-TW"))
    location = urls.location("article", slug, lang)
    assert location.isascii()
    assert location.startswith("/")
    assert not location.startswith("//")
    assert " " not in location
    assert [plain_path(location)] == urls.plain_paths("article", slug, lang)
    assert slug in urls.article_slugs(plain_path(location))
    for there in urls.tag_locations(slug):
        assert urls.tag_slug(plain_path(there)) == slug
    assert is_same_place(location, location)
    address = urls.address("article", slug, lang)
    assert (address is None) == (site is None and "{site}" in article)
    if address is not None:
        assert urls.slug_in(address, "https://api.example") == slug
        # Two slashes at the start are one in a location, where they would name a host.
        assert is_same_place(address, location) or article == "{site}//{slug}"


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("/actualit%C3%A9s/a%20b", True),
        ("/actualit%c3%a9s/a%20b", True),
        ("/actualités/a b", True),
        ("actualités/a b/", True),
        ("https://other.example/actualités/a b?x=1#y", True),
        ("/actualit%C3%A9s/a%20b?utm_source=x", True),
        ("/actualites/a%20b", False),
        ("/actualit%C3%A9s/%61%20b", False),  # a letter that needs no escape
        ("/actualit%C3%A9s%2Fa%20b", False),
        ("/Actualit%C3%A9s/a%20b", False),
        ("//actualités/a b", False),
        ("/actualités//a b", False),
        ("/actualités/a b//", False),
        ("/x/../actualités/a b", False),
        ("", False),
    ],
)
def test_one_spelling_is_the_location(asked: str, is_there: bool) -> None:
    urls = PageUrls("https://site.example", page="{site}/actualités/a b")
    assert is_same_place(asked, urls.location("page", "x")) is is_there


@pytest.mark.parametrize(
    "template",
    [
        *("{site}/{{slug}}", "{site}/{slug!r}", "{site}/{slug:>30}", "{site}/{slug.title}"),
        *("https://{slug}.example/", "https://{slug}.example/slug", "{site}/#/{slug}", "{slug}"),
        *("{site}/{slug}\n", "{site}\\{slug}", "ftp://x/{slug}", "{site}/{0}/{slug}", "{site}/{}"),
        "{site}/{token}",
    ],
)
@pytest.mark.parametrize("name", ["article_url", "page_url", "tag_url"])
def test_a_template_that_names_no_page_is_refused(tmp_path: Path, name: str, template: str) -> None:
    with pytest.raises(ValueError, match=name):
        settings_of(tmp_path, **{name: template})


@pytest.mark.parametrize(
    "template", ["{site}/preview", "{site}/{slug}/{token}", "https://{token}.example/", "/{token}"]
)
def test_a_template_of_previews_that_cannot_be_right_is_refused(
    tmp_path: Path, template: str
) -> None:
    with pytest.raises(ValueError, match="preview_url"):
        settings_of(tmp_path, site_url="https://site.example", preview_url=template)


def test_previews_at_the_site_need_a_site(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="set site_url too"):
        settings_of(tmp_path, preview_url="{site}/preview/{token}")
    there = settings_of(tmp_path, preview_url="https://x.example/vista previa#{token}")
    assert there.preview_address("Ab_-") == "https://x.example/vista%20previa#Ab_-"
    assert settings_of(tmp_path, site_url="https://x.example").preview_address("a") is None
