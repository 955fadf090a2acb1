"""An issue of a newsletter in a browser: the page that each letter links to."""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from app.errors import NotFound
from app.http.views import View, answer_view
from app.kit.ids import is_uuid
from app.letterbox.pages import HEADERS, PageMaker
from app.newsletters.content import read_content
from app.newsletters.issue_records import read_issue
from app.published.answer import Answer
from app.published.cache_keys import LISTS, key_of

_HTML: Final = "text/html; charset=utf-8"


class IssuePages:
    """The pages of issues."""

    def __init__(self, maker: PageMaker) -> None:
        self._maker = maker

    async def show_issue(self, request: Request) -> Response:
        """An issue that has gone, with what readers see of it now."""
        issue_id = request.path_params["issue"]
        if not is_uuid(issue_id):
            raise NotFound("issue_not_found", "There is no such letter.")
        response = await answer_view(request, lambda view: self._render(view, UUID(issue_id)))
        response.headers.update(HEADERS)
        return response

    def _render(self, view: View, issue_id: UUID) -> Answer:
        settings = view.runtime.settings
        record = read_issue(view.tx, view.tags, issue_id, view.now, with_outcome=False)
        if record.row.closed_at is None:
            raise NotFound("issue_not_found", "There is no such letter.")
        content = read_content(view.tx, view.tags, settings, record, view.now)
        subscribe = f"{self._maker.base}/subscribe" if settings.newsletters else ""
        page = self._maker.render(
            "issue.html",
            record.newsletter.lang,
            content.title,
            content=content,
            day=record.row.closed_at.astimezone(settings.calendar.zone).date().isoformat(),
            has_gaps=len(content.articles) < len(record.articles),
            subscribe=subscribe,
        )
        keys = f"{key_of('newsletter', issue_id)} {LISTS}"
        return Answer(page.encode(), {}, keys, _HTML)
