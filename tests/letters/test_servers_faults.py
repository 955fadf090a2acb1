"""Every fault that SMTP knows, at every verb: what becomes of the letter, and in which time."""

import ssl
from pathlib import Path
from time import monotonic

import pytest

from app.letters.smtp import MailConnection, MailTrouble, SendResult, SmtpLimits
from app.settings.mail import MailServer, Security, parse_server
from tests.letters.servers import PASSWORD, Mailbox, mail_server
from tests.partners.certificates import write_certificate

QUICK = SmtpLimits(command=0.3, opening=0.8, envelope=0.8, text=0.5)
PATIENT = SmtpLimits(command=5.0)
LATEST = 2.0
"""Seconds: longer than the limits above, for a busy machine."""

LETTER = b"Subject: A letter\r\n\r\nHello\r\n.\r\n..two dots\r\nend"


def server_of(
    box: Mailbox, security: Security = "plain", user: str | None = None, password: str = PASSWORD
) -> MailServer:
    host = "localhost" if security != "plain" else "127.0.0.1"
    return MailServer(host, box.port, security, user, password)


def send(
    box: Mailbox,
    recipient: str = "ana@example.org",
    letter: bytes = LETTER,
    server: MailServer | None = None,
    limits: SmtpLimits = QUICK,
) -> tuple[SendResult, int]:
    """The result of one letter, and how often it was handed over."""
    handed: list[int] = []
    connection = MailConnection(server or server_of(box), "desk.example.org", limits)
    connection.open()
    try:
        result = connection.send(
            "desk@example.org", recipient, letter, lambda: handed.append(len(box.letters))
        )
    finally:
        connection.quit()
    assert handed in ([], [0]), "before the text, once"
    return result, len(handed)


AT_ENVELOPE = [
    *((verb, 450, "postponed", f"{verb}_450") for verb in ("mail", "rcpt", "data")),
    *((verb, 421, "postponed", f"{verb}_421") for verb in ("mail", "rcpt", "data")),
    *((verb, 550, "refused", f"{verb}_550") for verb in ("mail", "rcpt", "data")),
    *(
        (verb, fault, "postponed", f"{verb}_unanswered")
        for verb in ("mail", "rcpt", "data")
        for fault in ("hang", "drip", "disconnect")
    ),
    *((verb, "garbage", "postponed", f"{verb}_-1") for verb in ("mail", "rcpt", "data")),
]
AT_TEXT = [
    ("text", 450, "postponed", "text_450"),
    ("text", 421, "postponed", "text_421"),
    ("text", 554, "refused", "text_554"),
    ("text", "hang", "uncertain", "text_unanswered"),
    ("text", "drip", "uncertain", "text_unanswered"),
    ("text", "disconnect", "uncertain", "text_unanswered"),
    ("text", "garbage", "uncertain", "text_garbled"),
]


@pytest.mark.parametrize(("verb", "fault", "fate", "problem"), [*AT_ENVELOPE, *AT_TEXT])
def test_a_fault_at_a_verb_has_one_result_in_bounded_time(
    verb: str, fault: int | str, fate: str, problem: str
) -> None:
    with mail_server(**{verb: fault}) as box:
        began = monotonic()
        result, handed = send(box)
        assert (result.fate, result.problem) == (fate, problem)
        assert handed == (1 if verb == "text" else 0), "only a text may be uncertain"
        assert monotonic() - began < LATEST
        assert box.letters == []


OPENING = [
    *(("greeting", fault, "server_unreachable") for fault in ("hang", "drip", "disconnect")),
    *(("ehlo", fault, "server_unreachable") for fault in ("hang", "disconnect")),
    ("greeting", 554, "server_refuses_554"),
    ("ehlo", 421, "server_refuses_421"),
]


@pytest.mark.parametrize(("verb", "fault", "code"), OPENING)
def test_a_server_that_takes_nothing_is_a_trouble_of_all_letters(
    verb: str, fault: int | str, code: str
) -> None:
    with mail_server(**{verb: fault}) as box:
        began = monotonic()
        with pytest.raises(MailTrouble) as trouble:
            send(box)
        assert trouble.value.code == code
        assert monotonic() - began < LATEST


def test_a_server_that_is_away_is_a_trouble_of_all_letters() -> None:
    with mail_server() as box:
        pass
    with pytest.raises(MailTrouble, match="server_unreachable"):
        send(box)


def test_a_text_that_is_cut_off_was_not_accepted() -> None:
    long = LETTER + b"\r\nmore of it" * 500_000
    with mail_server(size=100_000_000, text="unread") as box:
        assert send(box, letter=long) == (SendResult("postponed", "text_unfinished"), 1)


def test_a_letter_arrives_whole_with_its_dots() -> None:
    with mail_server() as box:
        result, _ = send(box)
        assert result == SendResult("sent")
        assert box.letters[0].get_payload() == "Hello\r\n.\r\n..two dots\r\nend\r\n"
        assert box.recipients == ["ana@example.org"]


def test_what_the_server_says_of_itself_is_believed_before_anything_goes() -> None:
    with mail_server(size=100) as box:
        letter = LETTER + b"x" * 200
        assert send(box, letter=letter) == (SendResult("refused", "too_large"), 0)
    for utf8, expected in ((False, SendResult("refused", "no_smtputf8")), (True, None)):
        with mail_server(utf8=utf8) as box:
            result, _ = send(box, recipient="señora@example.org")
            assert result == (expected or SendResult("sent"))
            assert box.recipients == ([] if expected else ["señora@example.org"])


def test_a_connection_takes_several_letters_and_a_refusal_between_them() -> None:
    with mail_server() as box:
        connection = MailConnection(server_of(box), "desk.example.org", QUICK)
        connection.open()
        to = ("desk@example.org", "ana@example.org", LETTER, lambda: None)
        fates = []
        for fault in (None, 550, None, 450, None):
            box.faults = {} if fault is None else {"rcpt": fault}
            fates.append(connection.send(*to).fate)
        assert fates == ["sent", "refused", "sent", "postponed", "sent"]
        assert (box.connections, connection.is_usable) == (1, True)
        connection.quit()


def test_if_handing_over_fails_nothing_goes() -> None:
    def refuse() -> None:
        raise RuntimeError("the store is away")

    with mail_server() as box:
        connection = MailConnection(server_of(box), "desk.example.org", QUICK)
        connection.open()
        with pytest.raises(RuntimeError):
            connection.send("desk@example.org", "ana@example.org", LETTER, refuse)
        assert (box.letters, connection.is_usable) == ([], False)


def test_login() -> None:
    with mail_server(login=True) as box:
        result, _ = send(box, server=server_of(box, user="desk"))
        assert result.fate == "sent"
        with pytest.raises(MailTrouble, match="login_refused_535"):
            send(box, server=server_of(box, user="desk", password="wrong"), limits=PATIENT)
        box.faults["auth"] = "hang"
        with pytest.raises(MailTrouble, match="server_unreachable"):
            send(box, server=server_of(box, user="desk"))
    with mail_server() as box, pytest.raises(MailTrouble, match="login_missing"):
        send(box, server=server_of(box, user="desk"))
    with mail_server(mail=530) as box, pytest.raises(MailTrouble, match="login_required"):
        send(box)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `localhost` with its key, in one file."""
    return write_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encryption_is_never_left_out(
    certificate: Path, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context, implicit_tls=security == "tls", login=True) as box:
        server = server_of(box, security, user="desk")
        with pytest.raises(MailTrouble, match="tls_failed"):
            send(box, server=server)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send(box, server=server)[0].fate == "sent"
        other = MailServer("127.0.0.1", box.port, security, "desk", PASSWORD)
        with pytest.raises(MailTrouble, match="tls_failed"):
            send(box, server=other)  # the certificate has another name
        assert len(box.letters) == 1
    with mail_server() as box, pytest.raises(MailTrouble):
        send(box, server=server_of(box, security))


@pytest.mark.parametrize("fault", [454, 501, "hang", "drip", "disconnect"])
def test_a_server_that_will_not_encrypt_gets_no_letter(certificate: Path, fault: int | str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with mail_server(context, starttls=fault) as box:
        began = monotonic()
        with pytest.raises(MailTrouble, match=r"server_refuses_\d+|server_unreachable"):
            send(box, server=server_of(box, "starttls"))
        assert monotonic() - began < LATEST
        assert box.letters == []


@pytest.mark.parametrize("fault", ["hang", "drip", "disconnect", 421, 550, "garbage"])
@pytest.mark.parametrize("verb", ["rset", "quit"])
def test_a_fault_after_a_letter_changes_nothing(verb: str, fault: int | str) -> None:
    faults: dict[str, int | str] = {verb: fault, **({"rcpt": 550} if verb == "rset" else {})}
    with mail_server(**faults) as box:
        began = monotonic()
        result, _ = send(box)
        expected = SendResult("refused", "rcpt_550") if verb == "rset" else SendResult("sent")
        assert result == expected
        assert monotonic() - began < LATEST


def test_a_server_without_starttls_gets_no_letter() -> None:
    with mail_server(login=True) as box, pytest.raises(MailTrouble, match="tls_missing"):
        send(box, server=server_of(box, "starttls", user="desk"))


def test_addresses_of_servers(subtests: pytest.Subtests) -> None:
    good = {
        "smtp://localhost": MailServer("localhost", 25, "plain"),
        "smtps://mail.example.org": MailServer("mail.example.org", 465, "tls"),
        "smtp+starttls://a%40b:p%2Fw@h:2525": MailServer("h", 2525, "starttls", "a@b", "p/w"),
    }
    for text, server in good.items():
        with subtests.test(text=text):
            assert parse_server(text) == server
            assert server.password == "" or server.password not in f"{server} {server!r}"
    for text in ("http://h", "smtp://", "smtp://h/x", "smtp://h?x=1", "smtp://u:ñ@h", "smtp://h:x"):
        with subtests.test(text=text), pytest.raises(ValueError, match=r".+"):
            parse_server(text)
