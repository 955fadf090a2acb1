"""The page at `/` for people, with links to the parts of the service."""

from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from html import escape
from typing import Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from app.http.endpoint import RuntimeDep
from app.http.parameters import NoneTravelling
from app.http.problems import allowed_methods
from app.http.routing import EndpointRoute
from app.kit.version import VERSION
from app.settings import Settings

router = APIRouter(tags=["service"], route_class=EndpointRoute)


class Link(NamedTuple):
    """An address of this service, with its name and purpose."""

    path: str
    name: str
    purpose: str


LINKS: Final = {
    "Start here": (
        Link("/desk", "Desk", "write, review and publish"),
        Link("/demo/", "Demo", "a front end over this content"),
        Link("/docs", "Documentation", "try every request in the browser"),
        Link("/openapi.json", "Contract", "OpenAPI 3.1, for tools and typed clients"),
        Link("/v1/site", "Site", "its name, its menu, who stands behind it"),
        Link("/v1/home", "Home", "the articles of a front page, in one request"),
        Link("/v1", "API", "articles, tags, search and more, as JSON"),
    ),
    "Follow": (
        Link("/v1/feeds/articles.rss", "RSS", "whole texts"),
        Link("/v1/feeds/articles.atom", "Atom", "whole texts, with takedowns"),
        Link("/v1/feeds/articles.json", "JSON Feed", "whole texts"),
        Link("/v1/feeds/events.ics", "Calendar", "events, for calendar programs"),
        Link("/v1/changes", "Changes", "everything that came, changed or went"),
    ),
    "For machines": (
        Link("/sitemap.xml", "Sitemap", "every page, by month"),
        Link("/llms.txt", "llms.txt", "what language models may do with the content"),
        Link("/readyz", "Status", "whether the service can be used"),
    ),
}
"""Every address that the page may list, by heading. It lists those that the application has."""

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2321; --soft: #565f5b; --line: #dcdfd9;
  --paper: #fbfaf6; --card: #fff; --accent: #8c2f1b; }
@media (prefers-color-scheme: dark) { :root { --ink: #ecebe5; --soft: #a9b1ac; --line: #3a423f;
  --paper: #171b1a; --card: #202624; --accent: #f0a48f; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, sans-serif; }
main { width: min(60rem, 100% - 2.5rem); margin: 0 auto; padding: clamp(2rem, 7vw, 5rem) 0 3rem; }
h1 { margin: 0 0 .75rem; overflow-wrap: break-word;
  font: 600 clamp(1.75rem, 5vw, 2.5rem)/1.15 Georgia, serif; }
header p { margin: 0; max-width: 38rem; color: var(--soft); }
.groups { display: grid; gap: 1.25rem; margin-top: 2.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); }
section { padding: 1.1rem 1.3rem .8rem;
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
h2 { margin: 0 0 .4rem; color: var(--soft);
  font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; }
ul { list-style: none; margin: 0; padding: 0; }
li + li { border-top: 1px solid var(--line); }
li a { display: block; padding: .55rem 0; color: inherit; text-decoration: none; }
li strong { display: block; color: var(--accent); font-weight: 600; }
li a:hover strong { text-decoration: underline; }
li span { color: var(--soft); font-size: .925rem; }
header a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
footer { margin-top: 2rem; color: var(--soft); font-size: .875rem; }
"""

_STYLE_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/", include_in_schema=False, response_class=HTMLResponse)
async def home_page(request: Request, _params: NoneTravelling, runtime: RuntimeDep) -> HTMLResponse:
    """A small page of links, which are relative so that they work behind a proxy with a prefix."""
    served = {
        link.path
        for links in LINKS.values()
        for link in links
        if allowed_methods(request.app, {**request.scope, "path": link.path})
    }
    page = render_page(runtime.settings, served)
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def render_page(settings: Settings, served: Collection[str]) -> str:
    """The page, with the links whose paths are served."""
    name = escape(settings.site_name)
    site = settings.site_url
    front = f' Readers find it at <a href="{escape(site)}">{escape(site)}</a>.' if site else ""
    sections = "".join(
        _section(heading, items)
        for heading, links in LINKS.items()
        if (items := [link for link in links if link.path in served])
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: content API</title>
<link rel="icon" href="data:,">
<link rel="alternate" type="application/rss+xml" title="{name}" href="./v1/feeds/articles.rss">
<link rel="alternate" type="application/atom+xml" title="{name}" href="./v1/feeds/articles.atom">
<link rel="alternate" type="application/feed+json" title="{name}" href="./v1/feeds/articles.json">
<style>{_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>{name}</h1>
<p>The articles of {name} as open data, for web sites, apps and partners.{front}</p>
</header>
<div class="groups">
{sections}</div>
<footer>Willay {VERSION}</footer>
</main>
</body>
</html>
"""


def _section(heading: str, links: list[Link]) -> str:
    items = "".join(
        f'<li><a href=".{link.path}"><strong>{link.name}</strong> '
        f"<span>{link.purpose}</span></a></li>\n"
        for link in links
    )
    return f"<section>\n<h2>{heading}</h2>\n<ul>\n{items}</ul>\n</section>\n"
