"""Settings: environment variables (or `.env`) that begin with `WILLAY_`, validated once."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from app.kit.calendar import Calendar
from app.kit.page_urls import PageUrls, to_ascii
from app.settings.desk import DeskSettings
from app.settings.mail import MailSettings
from app.settings.newsletters import NewsletterSettings
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
    DeskSettings,
    SearchSettings,
    MediaSettings,
    CachingSettings,
    SharedCacheSettings,
    LimitSettings,
    MailSettings,
    NewsletterSettings,
    MonitoringSettings,
):
    """Every setting of the service, with its default."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of the site's time zone."""
        zone = UTC if self.timezone == "UTC" else ZoneInfo(self.timezone)
        return Calendar(zone, self.timezone)

    @property
    def page_urls(self) -> PageUrls:
        """The pages of the front end, by the templates."""
        return PageUrls(
            self.site_url, self.article_url, self.page_url, self.tag_url, self.languages
        )

    def page_address(self, kind: str, slug: str, lang: str) -> str:
        """Where readers find an article: at the front end, else at the demo, else at this API."""
        address = self.page_urls.address("page" if kind == "page" else "article", slug, lang)
        if address is None and self.demo:
            address = f"{self.public_url}/demo/{'' if kind == 'page' else 'news/'}{slug}"
        return address or f"{self.public_url}/v1/articles/{slug}"

    def tag_address(self, slug: str, lang: str) -> str:
        """Where readers find a tag: at the front end, else at the demo, else at this API."""
        address = self.page_urls.address("tag", slug, lang)
        if address is None and self.demo:
            address = f"{self.public_url}/demo/tags/{slug}"
        return address or f"{self.public_url}/v1/tags/{slug}"

    def author_address(self, slug: str) -> str | None:
        """Where readers find an author, if the front end has such pages."""
        if self.author_url is None:
            return None
        return self.author_url.format(site=self.site_url or "", slug=slug, lang="")

    def preview_address(self, token: str) -> str | None:
        """Where the front end shows a preview, if it has such pages."""
        if self.preview_url is None:
            return None
        return to_ascii(self.preview_url.format(site=self.site_url or "", token=token))

    @property
    def desk_address(self) -> str | None:
        """Where editors work, for links in letters; None where nobody said."""
        if self.desk_url is None and self.desk and self.api_url is not None:
            return f"{self.api_url}/desk"
        return self.desk_url

    @property
    def outbox(self) -> Path:
        """The folder of letters that no server sends."""
        return self.mail_folder or self.data_dir / "outbox"

    def shown_at(self, address: str) -> str | None:
        """The slug of the page at an address of the front end, by the templates."""
        return self.page_urls.slug_in(address, self.public_url)
