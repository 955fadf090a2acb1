"""A letter as a message: a text, and HTML that is made of the same words.

A template of a kind and a language holds the blocks `subject`, `message` and `action`, and
`frame.txt` what all letters of the language share. They are plain text; `letter.html` escapes what
it shows. A letter links to this site and to no other, and holds no picture and nothing that tells
when it is read.
"""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from css_inline import CSSInliner
from email_validator import EmailNotValidError, validate_email
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from typing_extensions import override

from app.letters.contents import LetterContent
from app.settings import Settings
from app.settings.mail import parse_mailbox

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LONGEST_SUBJECT: Final = 200
_WHOLE: Final = frozenset(("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-ID"))
"""Headers for programs, with words that are longer than a line: they are never encoded."""


class _LetterPolicy(EmailPolicy):
    """The library's policy, which would write a long address as encoded words that no mail program
    reads in these headers."""

    @override
    def fold(self, name: str, value: Any) -> str:
        if name in _WHOLE:
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    @override
    def fold_binary(self, name: str, value: Any) -> bytes:
        return (
            self.fold(name, value).encode() if name in _WHOLE else super().fold_binary(name, value)
        )


_POLICY: Final = _LetterPolicy(linesep=SMTP.linesep, cte_type="7bit")  # no server needs 8BITMIME


class InvalidAddress(Exception):
    """No letter can go to this address."""


class Composer:
    """Makes messages of the templates that come with Willay and those that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._sender = settings.mail_sender
        reply_to = settings.mail_reply_to
        self._reply_to = parse_mailbox(reply_to) if reply_to is not None else None
        self._checks_address = settings.mail_server is not None
        own = settings.mail_templates
        self._folders = [own, _TEMPLATES] if own is not None else [_TEMPLATES]
        self._templates = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in self._folders]),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)

    def lang_codes(self) -> list[str]:
        """The languages that there are templates in."""
        frames = [path for folder in self._folders for path in folder.glob("*/frame.txt")]
        return sorted({path.parent.name for path in frames})

    def recipient(self, name: str, email: str) -> Address:
        """Whom a letter goes to. `InvalidAddress` where no mail can reach the address; without a
        server every account may have a file."""
        try:
            if not self._checks_address:
                local, _, domain = email.rpartition("@")
                return Address(name, local, domain)
            valid = validate_email(email, check_deliverability=False, globally_deliverable=False)
            return Address(name, valid.local_part, valid.ascii_domain)
        except (EmailNotValidError, MessageError, ValueError) as error:
            raise InvalidAddress from error

    def compose(self, key: str, recipient: Address, content: LetterContent, now: datetime) -> bytes:
        """The message. The same `key` always gives the same Message-ID, so that a server which gets
        a letter twice can tell."""
        subject, text, html = self.render(content)
        is_ascii = recipient.addr_spec.isascii()
        letter = EmailMessage(_POLICY if is_ascii else _POLICY.clone(utf8=True))
        letter["From"] = self._sender
        letter["To"] = recipient
        if self._reply_to is not None:
            letter["Reply-To"] = self._reply_to
        letter["Subject"] = subject
        letter["Date"] = now
        letter["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{self._sender.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        for name, value in content.headers.items():
            letter[name] = value
        letter.set_content(text)
        letter.add_alternative(html, subtype="html")
        letter["Content-Language"] = content.lang  # after the contents, which take such headers
        return letter.as_bytes()

    def render(self, content: LetterContent) -> tuple[str, str, str]:
        """The subject, the text and the HTML of a letter."""
        values = content.values | {"lang": content.lang}
        template = self._templates.get_template(f"{content.lang}/{content.template}.txt")
        frame = self._templates.get_template(f"{content.lang}/frame.txt")
        for source in (frame, template):
            blocks = [name for name in source.blocks if name != "subject"]
            values |= {name: _render(source, name, values) for name in blocks}
        subject = " ".join(_render(template, "subject", values).split())[:_LONGEST_SUBJECT]
        values["subject"] = subject
        text = self._templates.get_template(f"{content.layout}.txt").render(values)
        html = self._templates.get_template(f"{content.layout}.html").render(values)
        return subject, text, self._inliner.inline(html)


def _render(template: Template, block: str, values: dict[str, Any]) -> str:
    """A block of a template, without blank space around it."""
    return "".join(template.blocks[block](template.new_context(values))).strip()
