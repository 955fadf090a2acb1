"""Whether the mail server takes letters, in a sentence that says what to do."""

from typing import Final

from app.letters.smtp import MailConnection, MailTrouble, SmtpLimits
from app.settings import Settings

_LIMITS: Final = SmtpLimits(command=5.0, opening=10.0)

_REMEDIES: Final = {
    "server_unreachable": "It does not answer: is WILLAY_SMTP_URL right, and may this machine reach"
    " it?",
    "server_refuses": "It answers, and refuses this machine: see its log.",
    "tls_missing": "It offers no encryption: use another port, or smtp:// in a network of yours.",
    "tls_failed": "Its certificate is not valid for this name: mend it, or name the server by the"
    " name in the certificate.",
    "login_missing": "It takes no login here: use smtp+starttls:// or smtps://, or leave the user"
    " out.",
    "login_refused": "It refuses the user or the password of WILLAY_SMTP_URL.",
}


def probe_server(settings: Settings) -> str:
    """Connect and log in without sending anything; empty when that works."""
    server = settings.mail_server
    if server is None:
        return ""
    connection = MailConnection(server, settings.mail_sender.domain, _LIMITS)
    try:
        connection.open()
        connection.quit()
    except MailTrouble as trouble:
        known = (text for code, text in _REMEDIES.items() if trouble.code.startswith(code))
        return f"{next(known, 'It takes no letters.')} [{trouble.code}]"
    return ""
