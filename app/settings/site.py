"""Settings of the publisher's site, which readers see."""

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_settings import NoDecode

from app.public.vocabulary import Lang
from app.setting_types import (
    Contact,
    ExactAddress,
    Listed,
    PageTemplate,
    PreviewTemplate,
    WebAddress,
    require_distinct,
    split_list,
    time_zone,
)
from app.settings.group import Group


class SiteSettings(Group):
    """Site: the publisher, the languages, and the addresses of the front end."""

    site_name: str = Field("Peru Support Group", description="The name of the publisher")
    site_url: WebAddress | None = Field(None, description="The address of the front end")
    article_url: PageTemplate = Field(
        "{site}/news/{slug}",
        description="Where the front end shows an article. It may hold `{site}`, `{slug}` and "
        "`{lang}`",
    )
    page_url: PageTemplate = Field(
        "{site}/{slug}",
        description="Where the front end shows a standing page, such as aims and history",
    )
    tag_url: PageTemplate = Field(
        "{site}/tags/{slug}",
        description="Where the front end shows a tag with its articles, such as a section of the "
        "site. With `{lang}`, a tag has a page in each of the languages",
    )
    preview_url: PreviewTemplate | None = Field(
        None,
        description="Where the front end shows a preview of a draft, such as "
        "`{site}/preview/{token}`. Editors get this address beside the one of the API",
    )
    author_url: PageTemplate | None = Field(
        None,
        description="Where the front end shows an author, such as `{site}/authors/{slug}`. JSON-LD "
        "names this address",
    )
    logo_url: WebAddress | None = Field(
        None, description="The address of the publisher's logo. JSON-LD names it"
    )
    languages: Annotated[
        tuple[Lang, ...],
        NoDecode,
        BeforeValidator(split_list),
        AfterValidator(require_distinct),
        Field(
            min_length=1,
            description="The languages of the content, the default language first. A script or a "
            "region may follow: `pt,pt-BR,zh-Hant`",
        ),
    ] = ("en", "es")
    timezone: Annotated[str, AfterValidator(time_zone)] = Field(
        "UTC",
        description="The time zone of the site, such as `America/Lima`. It decides where a day, a "
        "month and a year begin in the archive, in filters by date, in monthly feeds and in "
        "sitemaps",
    )
    default_licence: ExactAddress = Field(
        "https://creativecommons.org/licenses/by-nc-sa/4.0",
        description="The address of the licence of articles that name no licence",
    )
    embed_hosts: Listed = Field(
        (
            *("www.youtube-nocookie.com", "www.youtube.com", "player.vimeo.com"),
            *("open.spotify.com", "w.soundcloud.com"),
        ),
        description='The hosts whose players a body may embed, as `<iframe src="https://…">`',
    )
    contact_email: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="The e-mail address that OAI-PMH gives to harvesters. Without it, Willay gives "
        "`webmaster@` and the site's host",
    )
    security_contact: Contact | None = Field(
        None,
        description="Where to report a weakness, as `mailto:…` or `https://…`. Willay serves it as "
        "`/.well-known/security.txt`",
    )
    websub_hub: ExactAddress | None = Field(
        None,
        description="A WebSub hub. Willay tells it of every change, and every feed names it",
    )

    @model_validator(mode="after")
    def _site_of_previews(self) -> Self:
        if self.site_url is None and self.preview_url and "{site}" in self.preview_url:
            raise ValueError("preview_url holds {site}; set site_url too, or write the host")
        return self
