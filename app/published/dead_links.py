"""Links to pages of ours at which nothing answers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.database import ReadTx
from app.errors import Gone, NotFound
from app.kit.page_urls import PageUrls
from app.kit.text import is_legal, plain_path
from app.published import paths
from app.published.cache import Tags

LOOKED_AT_MOST: Final = 200
"""The links of one text that are looked at."""


def find_dead_links(
    tx: ReadTx,
    tags_of: Callable[[], Tags],
    urls: Iterable[str],
    now: datetime,
    base: str,
    page_urls: PageUrls,
) -> dict[str, str]:
    """A sentence for each address of ours where readers would find nothing now.

    Only addresses of articles and tags are judged, and those that were withdrawn: a front end has
    other pages (`/donate`) that this service knows nothing of. Links elsewhere are not followed.
    """
    hosts = {urlsplit(site).netloc for site in (base, page_urls.site) if site}
    own = [url for url in urls if _is_ours(url, hosts)][:LOOKED_AT_MOST]
    dead: dict[str, str] = {}
    for url in own:
        try:
            plain = plain_path(url)
            if not is_legal(plain) or "\n" in plain or "\t" in plain:
                continue
            paths.resolve_path(tx, tags_of, url, now, base, page_urls)
        except Gone as error:
            dead[url] = f"{url} leads to nothing: {error.message}"
        except NotFound:
            if _is_content(plain, page_urls):
                dead[url] = f"Nothing that readers see is at {url}."
        except ValueError:  # an address that no browser can follow either
            dead[url] = f"{url[:200]} is no address."
    return dead


def _is_ours(url: str, hosts: set[str]) -> bool:
    if url.startswith("/"):
        return not url.startswith(("//", "/v1/"))
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    is_api = f"{slash}{path}".startswith("/v1/")
    return scheme in ("http", "https") and host in hosts and not is_api


def _is_content(plain: str, page_urls: PageUrls) -> bool:
    """Whether a plain path can be only the page of an article or of a tag."""
    shown = page_urls.article_slugs(plain) or page_urls.tag_slug(plain)
    return bool(shown) and plain.count("/") > 1
