"""Articles as linked data."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from app.delivery.articles import to_jsonld
from app.delivery.filters import NextLanguages, languages
from app.errors import Moved
from app.feeds import jsonld
from app.http.parameters import Language, Travelling, refuse_capitals
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.public.jsonld import NewsArticle
from app.published import articles
from app.published.answer import Answer
from app.published.cache_keys import key_of

router = APIRouter(tags=["discovery"], route_class=EndpointRoute)


class LinkedResponse(JSONResponse):
    """JSON-LD."""

    media_type = jsonld.MEDIA_TYPE


class LinkedParameters(Travelling):
    """The language of the article."""

    lang: Language = ""
    fallback: NextLanguages = ""


@router.get(
    "/v1/articles/{slug}.jsonld",
    response_class=LinkedResponse,
    response_model=NewsArticle,
    responses=public_responses(301, 304, 400, 404, 410, 503),
)
def read_article_json_ld(view: View, slug: str, params: LinkedParameters) -> Answer:
    """One article as schema.org JSON-LD."""
    refuse_capitals(slug, ".jsonld")
    settings = view.runtime.settings
    preferred = languages(params.lang, params.fallback, settings.languages)
    try:
        key, item = articles.article_item(view.tx, view.tags, slug, preferred, view.now)
    except Moved as moved:
        raise Moved(moved.code, moved.message, slug=f"{moved.slug}.jsonld") from moved
    return Answer(to_jsonld(settings, item), {}, key_of("article", key), jsonld.MEDIA_TYPE)
