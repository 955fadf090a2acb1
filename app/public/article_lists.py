"""A list of articles with what a page says around it."""

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from app.public.archive import Year
from app.public.articles import ListedArticle
from app.public.authors import AuthorProfile
from app.public.envelopes import Page, PageMeta
from app.public.tags import TagDetail


class ArticleListMeta(PageMeta):
    """About the list; `tag`, `author` and `archive` are there when `include=` names them."""

    tag: TagDetail | SkipJsonSchema[None] = Field(
        None,
        description="The tag that the list is of, as `/v1/tags/{slug}` has it",
        exclude_if=lambda value: value is None,
    )
    author: AuthorProfile | SkipJsonSchema[None] = Field(
        None,
        description="The author that the list is of, as `/v1/authors/{slug}` has it",
        exclude_if=lambda value: value is None,
    )
    archive: list[Year] | SkipJsonSchema[None] = Field(
        None,
        description="Years and months of the list without its dates, as `/v1/archive` begins",
        exclude_if=lambda value: value is None,
    )


class ArticleList(Page[ListedArticle]):
    """One page of a list of articles that is walked by cursor."""

    meta: ArticleListMeta
