"""What letters to readers say: read from the store just before each goes, so it tells only what is
visible then, and goes only to somebody who still wants it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from app.accounts.keys import SecretKey
from app.changes import Head, head
from app.database import ReadTx
from app.kit.languages import localise
from app.letters.contents import LetterContent, one_line, template_lang
from app.letters.queue import AddressedAccount, AddressedLetter, AddressedReader
from app.newsletters import links
from app.newsletters.addresses import AddressBook
from app.newsletters.content import IssueContent, read_content
from app.newsletters.issue_records import IssueRecord, read_issue
from app.newsletters.readers import LEAVES_EVER
from app.published.cache import HeadCache, ReadCache, Tags
from app.published.site_record import read_record
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class _ReadIssue:
    """An issue as it was at a head of the log, for as long as nothing begins or ends."""

    issue_id: UUID
    head: Head
    record: IssueRecord
    content: IssueContent


class ReaderContents:
    """Reads what letters to readers say. The last issue is remembered for one head of the log."""

    def __init__(
        self, settings: Settings, key: Callable[[], SecretKey], lang_codes: list[str]
    ) -> None:
        self._settings = settings
        self._key = key
        self._lang_codes = lang_codes
        self._memory = ReadCache(settings.languages, settings.public_url, settings.page_urls)
        self._last: _ReadIssue | None = None

    def read(
        self, tx: ReadTx, letter: AddressedLetter, reader: AddressedReader, now: datetime
    ) -> LetterContent | None:
        """What a letter to a reader says; None if the reader does not want it any more, or nothing
        is left to tell. `UnreadableAddress`."""
        if letter.expires_at <= now or not _is_wanted(letter, reader):
            return None
        email = AddressBook(self._key()).decrypt(reader.address)
        log = head(tx)
        tags = self._memory.tags(tx, log)
        lang = template_lang(reader.lang, self._settings, self._lang_codes)
        values = self._site_values(tx, reader.lang) | self._link_values(reader, now)
        if letter.kind != "issue":
            names = [
                tags.localise(tag.names, reader.lang) for tag in tags.resolve_ids(reader.topics)
            ]
            values |= {"topics": names, "rhythm": reader.rhythm}
            purpose = "confirm" if letter.kind == "confirmation" else "manage"
            values["link"] = values[f"{purpose}_url"]
            return LetterContent(email, "", lang, letter.kind, values)
        assert letter.issue_id is not None
        record, content = self._read_issue(tx, tags, letter.issue_id, log, now)
        return self._issue_letter(
            email, lang, record, content.for_topics(tags, reader.topics), values
        )

    def read_trial(
        self, tx: ReadTx, letter: AddressedLetter, account: AddressedAccount, now: datetime
    ) -> LetterContent | None:
        """What an issue would say to its readers, for one of its editors."""
        if letter.expires_at <= now or account.suspended_at is not None:
            return None
        log = head(tx)
        issue_id = UUID(letter.facts["issue"])
        record, content = self._read_issue(tx, self._memory.tags(tx, log), issue_id, log, now)
        return self.preview(tx, record, content, account.email)

    def preview(
        self, tx: ReadTx, record: IssueRecord, content: IssueContent, email: str
    ) -> LetterContent | None:
        """An issue with links that lead nobody out."""
        lang = template_lang(record.newsletter.lang, self._settings, self._lang_codes)
        base = f"{self._settings.public_url}/subscribe"
        values = self._site_values(tx, record.newsletter.lang)
        values |= {"leave_url": base, "manage_url": base}
        return self._issue_letter(email, lang, record, content, values)

    def _read_issue(
        self, tx: ReadTx, tags: Tags, issue_id: UUID, log: Head, now: datetime
    ) -> tuple[IssueRecord, IssueContent]:
        last = self._last
        if last is None or (last.issue_id, last.head) != (issue_id, log) or not log.is_current(now):
            moment = log.moment(now)
            record = read_issue(tx, tags, issue_id, moment, with_outcome=False)
            content = read_content(tx, tags, self._settings, record, moment)
            last = self._last = _ReadIssue(issue_id, log, record, content)
        return last.record, last.content

    def _issue_letter(
        self,
        email: str,
        lang: str,
        record: IssueRecord,
        content: IssueContent,
        values: dict[str, Any],
    ) -> LetterContent | None:
        if content.is_empty:
            return None
        newsletter, settings = record.newsletter, self._settings
        values |= {
            "title": one_line(content.title),
            "content": content,
            "rhythm": newsletter.rhythm,
            "view_url": f"{settings.public_url}/newsletters/{record.row.id}",
        }
        host = settings.mail_sender.domain
        name = f"{newsletter.rhythm}-{newsletter.lang}.{host}".lower()
        headers = {
            "List-Id": f"<{name}>",
            "List-Unsubscribe": f"<{values['leave_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        return LetterContent(email, "", lang, "issue", values, "issue", headers)

    def _site_values(self, tx: ReadTx, lang: str) -> dict[str, Any]:
        """Who sends a letter, as the site says it of itself."""
        settings, record = self._settings, read_record(tx, HeadCache())
        preferred = (lang, *settings.languages)
        name = one_line(localise(record.names, preferred) or settings.site_name)
        home = settings.site_url or settings.public_url
        return {
            "site": name,
            "name": "",
            "note": "",
            "secret": "",
            "link": "",
            "home": home,
            "host": urlsplit(home).hostname or home,
            "contact": record.contact.get("email") or "",
        }

    def _link_values(self, reader: AddressedReader, now: datetime) -> dict[str, Any]:
        key, base = self._key(), f"{self._settings.public_url}/subscribe"
        ends_at = now + links.CONFIRMS_FOR
        own = (reader.id, reader.version)
        confirm = links.make_token(key, "confirm", *own, _whole_hour(ends_at))
        manage = links.make_token(key, "manage", *own)
        leave = links.make_token(key, "leave", reader.id, LEAVES_EVER)
        return {
            "confirm_url": f"{base}/confirm/{confirm}",
            "manage_url": f"{base}/manage/{manage}",
            "leave_url": f"{base}/leave/{leave}",
        }


_HOUR: Final = timedelta(hours=1)


def _whole_hour(moment: datetime) -> datetime:
    """The next whole hour, so that a letter which is made twice is the same."""
    return moment.replace(minute=0, second=0, microsecond=0) + _HOUR


def _is_wanted(letter: AddressedLetter, reader: AddressedReader) -> bool:
    match letter.kind:
        case "issue":
            return reader.state == "active"
        case "confirmation":
            return reader.state == "pending"
        case _:
            return reader.state in ("active", "paused")
