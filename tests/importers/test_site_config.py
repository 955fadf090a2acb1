"""Folders with the configuration of their generator: the addresses and languages that it gave."""

from pathlib import Path

import pytest

from tests.conftest import Bench
from tests.importers.moving import article, move, write_folder

HUGO = """
baseURL = "https://old.example/"
DefaultContentLanguage = "es"
timeZone = "America/Lima"
[permalinks]
news = "/:year/:month/:slug/"
reports = "/r/:sections[1:]/:contentbasename/"
odd = "/:moon/:slug/"
[taxonomies]
tag = "tags"
region = "regions"
"""
HUGO_FILES = {
    "hugo.toml": HUGO,
    "content/_index.md": "---\ntitle: Portada\n---\nInicio.\n",
    "content/news/marcha.md": "---\ntitle: La Gran Marcha\ndate: 2019-05-12\ntags: [Medio Ambiente]"
    "\nregions: [Puno, Madre de Dios]"
    '\n---\nVer [aquí](https://old.example/docs/guia/) y {{< figure src="/a.jpg" link="/docs/guia/"'
    ' alt="A" >}}.\n',
    "content/news/short.md": "---\ntitle: Otra\nslug: corta\ndate: 2019-06-12\n---\nTexto.\n",
    "content/news/march.en.md": "---\ntitle: March\nslug: march\ndate: 2019-05-12\n---\nText.\n",
    "content/reports/2020/mines.md": "---\ntitle: Minas\ndate: 2020-01-01\n---\nTexto.\n",
    "content/odd/moon.md": "---\ntitle: Luna\ndate: 2020-02-02T20:00:00\n---\nTexto.\n",
    "content/blog/2021-03-04-day.md": "---\ntitle: Día\n---\nTexto.\n",
    "content/blog/bundle/index.md": "---\ntitle: Paquete\nslug: otro\ndate: 2021-01-01\n---\nT.\n",
    "content/docs/guia.md": "---\ntitle: Guía\n---\nTexto.\n",
    "content/docs/My File.md": "---\ntitle: Mío\n---\nTexto.\n",
    "content/docs/own.en.md": "---\ntitle: Own\nurl: /own/\n---\nText.\n",
    "content/tags/mineria/_index.md": "---\ntitle: Minería\n---\nTexto.\n",
    "content/news/mine.md": "---\ntitle: Mina\ndate: 2019-07-01\ntags: [mineria]\n---\n"
    'Ver [uno]({{< ref "blog/bundle" >}}) y [dos](../blog/bundle/index.md#x).\n',
    "content/news/mine.en.md": "---\ntitle: Mine\nslug: mine-en\ndate: 2019-07-01\n---\n"
    '[One]({{< ref "news/marcha" >}}), [two]({{< ref "news/march" >}}), [own](mine.md)\n',
}
HUGO_ADDRESSES = {
    "/2019/05/la-gran-marcha/": "marcha",
    "/2019/06/corta/": "corta",
    "/en/2019/05/march/": "march",
    "/r/2020/mines/": "mines",
    "/odd/moon/": "moon",  # the form holds a word that nobody knows
    "/blog/2021-03-04-day/": "day",
    "/blog/otro/": "otro",
    "/docs/guia/": "guia",
    "/docs/my-file/": "my-file",
    "/own/": "own",
    "/tags/medio-ambiente/": "medio-ambiente",
    "/tags/mineria/": "mineria",
    "/regions/madre-de-dios/": "madre-de-dios",
}


def addresses(bench: Bench, paths: dict[str, str]) -> dict[str, str | None]:
    """Where old addresses lead."""
    found: dict[str, str | None] = {}
    for path in paths:
        answer = bench.client.get("/v1/resolve", params={"path": path})
        found[path] = answer.json()["data"]["slug"] if answer.status_code == 200 else None
    return found


def test_a_site_of_hugo_keeps_the_addresses_of_its_configuration(
    bench: Bench, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "site", dict(HUGO_FILES))
    report = move(tmp_path, "folder", folder)
    assert report.code == 0
    assert addresses(bench, HUGO_ADDRESSES) == HUGO_ADDRESSES
    unknown_form = "address in a form that is not known; that of custom counts"
    assert report.findings[unknown_form, ""] == 1
    assert report.reasons["address of a tag", "is that of a text which comes"] == 1
    march = article(bench, "marcha")
    assert march["lang"] == "es"  # no text names its language; the configuration does
    names = [tag["name"] for tag in march["tags"]]
    assert names == ["Medio Ambiente", "Puno", "Madre de Dios"]
    assert not [fact for what, fact in report.findings if fact == "regions"]
    assert article(bench, "moon")["published_at"] == "2020-02-03T01:00:00Z"
    assert march["body_html"].count('<a href="/guia"') == 2  # a link, and where a figure leads
    assert article(bench, "mine")["body_html"].count('href="/news/otro') == 2
    assert not [message for message, _ in report.findings if "does not hold" in message]
    assert move(tmp_path, "folder", folder).outcomes.get("article created", 0) == 0


JEKYLL = """
url: https://old.example
baseurl: ""
lang: es
permalink: /:categories/:year/:title.html
collections:
  campaigns: {output: true, permalink: "/c/:path/"}
defaults:
  - scope: {path: "", type: posts}
    values: {author: Redacción}
  - scope: {path: _drafts}
    values: {published: false}
jekyll-archives:
  enabled: [tags]
  permalinks: {tag: "/tema/:name/"}
"""
JEKYLL_FILES = {
    "_config.yml": JEKYLL,
    "news/_posts/2018-01-02-march.md": "---\ntitle: M\ncategories: Lima Sur\ntags: ley\n---\nx\n",
    "_posts/2018-01-03-own.md": "---\ntitle: O\npermalink: /p/:title/\nauthor: Ana\n---\nx\n",
    "_posts/old/2017-01-03-deep.md": "---\ntitle: D\ndate: 2016-12-31 10:00\n---\nx\n",
    "_campaigns/water.md": "---\ntitle: Agua\n---\nx\n",
    "about.md": "---\ntitle: Nosotros\n---\nx\n",
    "team/index.md": "---\ntitle: Equipo\n---\nx\n",
}
JEKYLL_ADDRESSES = {
    "/news/lima/sur/2018/march.html": "march",
    "/p/own/": "own",
    "/2016/deep.html": "deep",
    "/c/water/": "water",
    "/about": "about",
    "/team/": "team",
    "/tema/ley/": "ley",
}


def test_a_site_of_jekyll_keeps_the_addresses_of_its_configuration(
    bench: Bench, tmp_path: Path
) -> None:
    folder = write_folder(tmp_path / "site", dict(JEKYLL_FILES))
    report = move(tmp_path, "folder", folder)
    assert report.code == 0
    assert addresses(bench, JEKYLL_ADDRESSES) == JEKYLL_ADDRESSES
    authors = {slug: article(bench, slug)["authors"][0]["name"] for slug in ("march", "own")}
    assert authors == {"march": "Redacción", "own": "Ana"}


@pytest.mark.parametrize(
    ("style", "post", "page"),
    [
        ("date", "/2018/01/02/march.html", "/about.html"),
        ("pretty", "/2018/01/02/march/", "/about/"),
        ("ordinal", "/2018/002/march.html", "/about.html"),
        ("none", "/march.html", "/about.html"),
    ],
)
def test_styles_of_jekyll(bench: Bench, tmp_path: Path, style: str, post: str, page: str) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": f"permalink: {style}\n",
        "_posts/2018-01-02-march.md": "---\ntitle: M\n---\nx\n",
        "about.md": "---\ntitle: A\n---\nx\n",
    }
    assert move(tmp_path, "folder", write_folder(tmp_path / "site", files)).code == 0
    assert addresses(bench, {post: "", page: ""}) == {post: "march", page: "about"}


NOWHERE = "timezone: Atlantis/Nowhere"


@pytest.mark.parametrize(
    "content", ["a: [", "a: &a [x]\nb: *a", b"\xff\xfe\x00", "- 1", "a: 1", NOWHERE]
)
def test_a_configuration_that_cannot_be_read_costs_no_text(
    bench: Bench, tmp_path: Path, content: str | bytes
) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": content,
        "_posts/2018-01-02-march.md": "---\ntitle: M\n---\nx\n",
    }
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", files))
    assert (report.code, report.counts["text"]) == (0, (1, 1))
    told = any(message.startswith("configuration of the site") for message, _ in report.findings)
    assert told is (content not in ("a: 1", NOWHERE))
    is_zone_told = ("time zone of the configuration is not known", "") in report.findings
    assert is_zone_told is (content == NOWHERE)


def test_redirects_of_vercel(bench: Bench, tmp_path: Path) -> None:
    rules = """{"redirects": [
        {"source": "/before", "destination": "/posts/march/", "permanent": true},
        {"source": "/b/:path*", "destination": "/posts/:path*"},
        {"source": "/c", "destination": "/posts/march/", "has": [{"type": "host", "value": "x"}]}
    ]}"""
    files: dict[str, str | bytes] = {
        "vercel.json": rules,
        "content/posts/march.md": "---\ntitle: M\ndate: 2020-01-01\n---\nx\n",
    }
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", files))
    assert (report.code, report.counts["redirect"][0]) == (0, 3)
    assert addresses(bench, {"/before": "", "/c": ""}) == {"/before": "march", "/c": None}


def test_parentheses_are_a_pattern_in_the_redirects_of_vercel_alone(
    bench: Bench, tmp_path: Path
) -> None:
    files: dict[str, str | bytes] = {
        "vercel.json": '{"redirects": [{"source": "/a(b)?", "destination": "/posts/march/"}]}',
        "static/_redirects": "/wiki/March_(2020) /posts/march/\n",
        "content/posts/march.md": "---\ntitle: M\ndate: 2020-01-01\n---\nx\n",
    }
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", files))
    assert (report.code, report.counts["redirect"][0]) == (0, 2)
    assert addresses(bench, {"/wiki/March_(2020)": "", "/a(b)?": "", "/a": ""}) == {
        "/wiki/March_(2020)": "march",
        "/a(b)?": None,
        "/a": None,
    }


def test_redirects_that_are_nested_without_end_cost_no_text(bench: Bench, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "vercel.json": "[" * 100_000,
        "content/posts/march.md": "---\ntitle: M\ndate: 2020-01-01\n---\nx\n",
    }
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", files))
    assert (report.code, report.counts["text"]) == (0, (1, 1))
    reasons = [reason for kind, reason in report.reasons if kind == "file of redirects"]
    assert len(reasons) == 1
    assert reasons[0].startswith("cannot be read")


def test_a_text_brings_fifty_tags(bench: Bench, tmp_path: Path) -> None:
    names = ", ".join(f"tag {n}" for n in range(60))
    lines = f"title: M\ndate: 2020-01-01\ntags: [{names}]\ncategories: [tag 0, {'x' * 99}]\n"
    files: dict[str, str | bytes] = {"content/posts/march.md": f"---\n{lines}---\nx\n"}
    report = move(tmp_path, "folder", write_folder(tmp_path / "site", files))
    assert (report.code, report.counts["tag"]) == (0, (50, 50))
    assert len(article(bench, "march")["tags"]) == 50
