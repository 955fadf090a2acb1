"""What mail servers send back, as they write it."""

from textwrap import dedent


def delivery_status(
    return_path: str, status: str = "5.1.1", action: str = "failed", words: str = "No such user"
) -> bytes:
    """A delivery status (RFC 3464) that came to a return path."""
    return (
        dedent(
            f"""\
            Return-Path: <>
            Delivered-To: {return_path}
            From: MAILER-DAEMON@mx.example.net
            To: {return_path}
            Subject: Undelivered Mail Returned to Sender
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="B"

            --B
            Content-Type: text/plain

            {words}

            --B
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.net

            Final-Recipient: rfc822; ana@example.org
            Action: {action}
            Status: {status}
            Diagnostic-Code: smtp; 550 {words}

            --B
            Content-Type: message/rfc822

            From: news@example.org
            Subject: News

            Body
            --B--
            """
        )
        .replace("\n", "\r\n")
        .encode()
    )


def complaint(leave_link: str, return_path: str = "fbl@example.org") -> bytes:
    """A complaint (RFC 5965) with the letter that it is about."""
    return (
        dedent(
            f"""\
            From: fbl@provider.example
            To: {return_path}
            Subject: FW: News
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary="B"

            --B
            Content-Type: text/plain

            This is an abuse report.

            --B
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            User-Agent: Provider/1.0
            Version: 1

            --B
            Content-Type: message/rfc822

            From: news@example.org
            List-Unsubscribe: <{leave_link}>
            Subject: News

            Body
            --B--
            """
        )
        .replace("\n", "\r\n")
        .encode()
    )
