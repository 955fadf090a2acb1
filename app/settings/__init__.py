"""Settings: environment variables (or `.env`) that begin with `WILLAY_`, validated once."""

from datetime import UTC
from zoneinfo import ZoneInfo

from app.kit.calendar import Calendar
from app.kit.page_urls import slug_at, slug_in
from app.kit.text import plain_path
from app.settings.search import SearchSettings
from app.settings.server import (
    CachingSettings,
    LimitSettings,
    MonitoringSettings,
    ServerSettings,
)
from app.settings.shared_caches import SharedCacheSettings
from app.settings.site import SiteSettings
from app.settings.store import MediaSettings, StoreSettings


class Settings(
    StoreSettings,
    ServerSettings,
    SiteSettings,
    SearchSettings,
    MediaSettings,
    CachingSettings,
    SharedCacheSettings,
    LimitSettings,
    MonitoringSettings,
):
    """Every setting of the service, with its default."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of the site's time zone."""
        zone = UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)
        return Calendar(zone, self.timezone)

    def page_address(self, kind: str, slug: str, lang: str) -> str:
        """Where readers find an article: at the front end, or at this API without one."""
        template = self.page_url if kind == "page" else self.article_url
        if self.site_url is None and "{site}" in template:
            return f"{self.public_url}/v1/articles/{slug}"
        return template.format(site=self.site_url or "", slug=slug, lang=lang)

    def tag_address(self, slug: str, lang: str) -> str:
        """Where readers find a tag: at the front end, or at this API without one."""
        if self.site_url is None and "{site}" in self.tag_url:
            return f"{self.public_url}/v1/tags/{slug}"
        return self.tag_url.format(site=self.site_url or "", slug=slug, lang=lang)

    def author_address(self, slug: str) -> str | None:
        """Where readers find an author, if the front end has such pages."""
        if self.author_url is None:
            return None
        return self.author_url.format(site=self.site_url or "", slug=slug, lang="")

    def shown_at(self, address: str) -> str | None:
        """The slug of the page at an address of the front end, by the templates."""
        return slug_in(self._templates, self.site_url or self.public_url, address)

    def page_path(self, kind: str, slug: str, lang: str) -> str:
        """The path of an article's page at the front end, on any host."""
        template = self.page_url if kind == "page" else self.article_url
        site = self.site_url or "https://site"
        return plain_path(template.format(site=site, slug=slug, lang=lang))

    def slug_at(self, path: str) -> str | None:
        """The slug of the page at a plain path, by the templates."""
        return slug_at(self._templates, self.site_url or "https://site", path)

    @property
    def _templates(self) -> tuple[str, str]:
        return self.article_url, self.page_url
