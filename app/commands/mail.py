"""`willay mail`: whether letters arrive, and what comes back."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from app.database import WriteTx
from app.letters.domain_records import examine_domain
from app.letters.probing import probe_server
from app.newsletters import bounces
from app.newsletters.reports import LARGEST, MailReport, read_report
from app.runtime import Runtime, open_runtime
from app.settings import Settings

mail = typer.Typer(no_args_is_help=True, help="Whether letters arrive, and what comes back.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]

_LOCAL: Final = "localhost"


@mail.command("check")
def check_mail(
    selector: Annotated[
        list[str],
        typer.Option(
            metavar="NAME", help="The name of a DKIM key of your relay. You can repeat it"
        ),
    ] = [],  # noqa: B006  # typer copies it
    as_json: AsJson = False,
) -> None:
    """Say whether the mail server takes letters, and whether others will believe them.

    It asks the server without sending anything, and the DNS for SPF, DKIM and DMARC of the sender's
    domain. The exit code is 1 when something is to be done.
    """
    settings = Settings()
    findings = [_examine_server(settings)]
    domain = settings.mail_sender.domain
    if domain != _LOCAL:
        findings += [asdict(finding) for finding in examine_domain(domain, selector)]
    if as_json:
        typer.echo(json.dumps(findings))
    else:
        for finding in findings:
            typer.echo(f"{finding['subject']:<7} {finding['state']}")
            if finding["remedy"]:
                typer.echo(f"        {finding['remedy']}")
    if any(finding["remedy"] for finding in findings):
        raise typer.Exit(1)


def _examine_server(settings: Settings) -> dict[str, str]:
    server = settings.mail_server
    if server is None:
        remedy = "Set WILLAY_SMTP_URL and WILLAY_MAIL_FROM; until then letters are files."
        return {"subject": "server", "state": "none", "remedy": remedy}
    remedy = probe_server(settings)
    if not remedy and server.security == "plain" and server.host not in (_LOCAL, "127.0.0.1"):
        remedy = "Letters go there without encryption: use smtp+starttls:// or smtps://."
    return {"subject": "server", "state": str(server), "remedy": remedy}


@mail.command("bounces")
def read_bounces(
    maildir: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            metavar="FOLDER",
            help="Read the new messages of a Maildir, and move them to the ones that are read;"
            " without it, one message from standard input",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read what mail servers send back of letters, and act on it.

    A mailbox that does not exist and a complaint end a subscription; one that is full five times in
    30 days pauses it. Other messages are left alone.
    """
    counts: Counter[str] = Counter()
    with open_runtime(Settings()) as runtime:
        if maildir is None:
            counts[_take_in(runtime, sys.stdin.buffer.read(LARGEST))] += 1
        else:
            for path in _new_messages(maildir):
                with path.open("rb") as file:
                    counts[_take_in(runtime, file.read(LARGEST))] += 1
                path.rename(maildir / "cur" / f"{path.name}:2,S")
    if as_json:
        typer.echo(json.dumps(dict(sorted(counts.items()))))
    else:
        shown = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
        typer.echo(shown or "no new messages")


def _new_messages(maildir: Path) -> Iterator[Path]:
    """The messages that nobody has looked at. A Maildir has them under `new` once they are
    whole."""
    (maildir / "cur").mkdir(exist_ok=True)
    yield from sorted(path for path in (maildir / "new").glob("*") if path.is_file())


def _take_in(runtime: Runtime, message: bytes) -> str:
    """Act on a message; what it was, in one word."""
    report = read_report(message, runtime.key())
    if report is None:
        return "other"
    with runtime.database.writing() as tx:
        return report.kind if _record(tx, report, runtime) else "forgotten"


def _record(tx: WriteTx, report: MailReport, runtime: Runtime) -> bool:
    now = runtime.clock()
    if report.letter_id is not None and bounces.record_report(
        tx, report.letter_id, report.kind, now
    ):
        return True
    return report.reader_id is not None and bounces.record_complaint(tx, report.reader_id, now)
