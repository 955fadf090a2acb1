"""What letters say: in the reader's language, in text and HTML, with no address but our own."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.letters.composing import Composer, InvalidAddress
from app.letters.contents import LetterContent
from app.outbox import NOTICES
from tests.letters.desk import text_of
from tests.stores import settings_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DESK = "https://desk.example.org"
KINDS = ("invitation", "reset", *NOTICES)
VALUES: dict[str, Any] = {
    "site": "Peru Support Group",
    "name": "Ana Pérez",
    "actor": "Luis Ñahui",
    "title": "A march in Lima",
    "note": "",
    "outcome": "cancelled",
    "moments": ["2026-03-02 09:00 (America/Lima)"],
    "until": "2026-03-08 07:00 (America/Lima)",
    "secret": "",
    "link": f"{DESK}/articles/1",
    "api": "http://127.0.0.1:8000/v1/admin/auth/reset",
}


def composer(tmp_path: Path, **over: Any) -> Composer:
    fields = {"smtp_url": "smtp://localhost", "mail_from": "Willay <desk@example.org>"} | over
    return Composer(settings_of(tmp_path, database_url="sqlite://", **fields))


def composed(
    made: Composer, kind: str = "submitted", lang: str = "en", **over: Any
) -> EmailMessage:
    name = over.get("name", VALUES["name"])
    email = over.pop("email", "ana@example.org")
    recipient = made.recipient(name, email)
    content = LetterContent(email, name, lang, kind, VALUES | over)
    return message_from_bytes(
        made.compose(over.get("key", "key"), recipient, content, NOW), policy=SMTPUTF8
    )


class Links(HTMLParser):
    """Whatever a program that shows HTML would fetch or open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("href", "src", "srcset", "background", "action") or "url(" in (value or ""):
                self.found.append(value or "")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_in_every_language(tmp_path: Path, kind: str, lang: str) -> None:
    made = composer(tmp_path)
    for link, secret in ((f"{DESK}/x#secret=s3cret", "s3cret"), ("", "s3cret")):
        letter = composed(
            made, kind, lang, link=link, secret=secret, note="See <b>here</b>\n.\nEnd"
        )
        text, html = text_of(letter), text_of(letter, "html")
        links = Links(html)
        assert links.found == ([link] if link else []), "own addresses alone, nothing to fetch"
        assert not links.tags & {"img", "script", "link", "iframe", "form", "object", "svg", "b"}
        assert "https://" not in text.replace(link, "") if link else "https://" not in text
        assert (link or "s3cret") in text
        assert (link or "s3cret") in html
        assert "&lt;b&gt;here" in html
        assert "> See <b>here</b>" in text
        assert 'style="' in html
        assert letter["Content-Language"] == lang
        assert letter["Auto-Submitted"] == "auto-generated"
        assert [part.get_content_type() for part in letter.iter_parts()] == [
            "text/plain",
            "text/html",
        ]
        assert ("Hola, Ana Pérez:" if lang == "es" else "Hello Ana Pérez,") in text
        assert letter["Subject"]
        assert "\n\n\n" not in text
    assert f'<html lang="{lang}">' in html


def test_the_message_id_is_a_function_of_the_key(tmp_path: Path) -> None:
    made = composer(tmp_path)
    ids = [
        composed(made, lang=lang, key=key)["Message-ID"] for key in "ab" for lang in ("en", "es")
    ]
    assert (ids[0], ids[2]) == (ids[1], ids[3])
    assert ids[0] != ids[2]
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", ids[0])


HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
    *("MIME-Version", "Content-Type"),
}


@cache
def shared_composer() -> Composer:
    return composer(Path("unused"))


@given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
def test_names_and_titles_are_never_headers(name: str, title: str, site: str) -> None:
    """Whatever texts the store might hold, line ends too, a letter has its own headers alone."""
    lines = {"name": " ".join(name.split()), "title": title, "site": site}
    try:
        letter = composed(shared_composer(), **lines)
    except (InvalidAddress, ValueError):
        return  # refused as a whole
    assert set(letter.keys()) == HEADERS
    assert letter["To"].addresses[0].addr_spec == "ana@example.org"
    assert Links(text_of(letter, "html")).found == [VALUES["link"]]


def test_line_ends_in_names_are_refused(tmp_path: Path) -> None:
    made = composer(tmp_path)
    for name in ("Ana\r\nBcc: all@example.org", "Ana\nX: y"):
        with pytest.raises(InvalidAddress):
            made.recipient(name, "ana@example.org")
    letter = composed(made, title="A\r\nBcc: all@example.org\r\n\r\nBody")
    assert letter["Bcc"] is None
    assert letter["Subject"] == "To review: A Bcc: all@example.org Body"


def test_addresses_beyond_ascii(tmp_path: Path) -> None:
    made = composer(tmp_path)
    assert made.recipient("Ana", "ana@bücher.example").addr_spec == "ana@xn--bcher-kva.example"
    assert made.recipient("Ana", "señora@example.org").addr_spec == "señora@example.org"
    assert "señora@example.org" in str(composed(made, email="señora@example.org")["To"])
    for email in ("a" * 290 + "@example.org", "ana", "ana@", "a b@example.org", "a@b@c.org"):
        with pytest.raises(InvalidAddress):
            made.recipient("Ana", email)


def test_own_templates_take_the_place_of_ours_and_cannot_reach_the_program(tmp_path: Path) -> None:
    own = tmp_path / "own"
    for lang in ("en", "qu"):
        (own / lang).mkdir(parents=True)
    blocks = "{% block subject %}Ours: {{ title }}{% endblock %}{% block message %}{{ X }}"
    blocks += "{% endblock %}{% block action %}Go{% endblock %}"
    (own / "en/submitted.txt").write_text(blocks.replace("{{ X }}", "Read, {{ name }}"))
    (own / "en/approved.txt").write_text(
        blocks.replace("{{ X }}", "{{ ().__class__.__mro__[1].__subclasses__() }}")
    )
    (own / "qu/frame.txt").write_text("")
    made = composer(tmp_path, mail_templates=own)
    assert made.lang_codes() == ["en", "es", "qu"]
    assert composed(made)["Subject"] == "Ours: A march in Lima"
    assert composed(made, "returned")["Subject"] == "Sent back: A march in Lima"
    with pytest.raises(Exception, match="unsafe"):
        composed(made, "approved")


def test_answers_go_where_the_settings_say(tmp_path: Path) -> None:
    made = composer(tmp_path, mail_reply_to="Redacción <redaccion@example.org>")
    letter = composed(made)
    assert letter["Reply-To"] == "Redacción <redaccion@example.org>"
    assert letter["From"] == "Willay <desk@example.org>"
    assert UUID(int=0) not in letter.values()
