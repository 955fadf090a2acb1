"""What hostile bodies become, and what is said of it."""

from html.parser import HTMLParser
from time import monotonic

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from app.kit.markup import RemovedMarkup, is_tangled, split_names
from app.kit.sanitise import TangledMarkup, render_body
from tests.kit.addresses import scheme_of

HOSTS = ("www.youtube.com",)
PLAYER = "https://www.youtube.com/embed/1"

ATTACKS = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x oNeRrOr = 'alert(1)'>",
    '<img """><script>alert(1)</script>">',
    "<img/src=x/onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<svg><script>alert&#40;1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=1>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='&#106;&#97;vascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61script:alert(1)'>x</a>",
    "<a href='java&Tab;script:alert(1)'>x</a>",
    "<a href='java&NewLine;script:alert(1)'>x</a>",
    "<a href='javascript&colon;alert(1)'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<form action='javascript:alert(1)'><button>x</button></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    f"<iframe src='{PLAYER}' srcdoc='<script>alert(1)</script>'></iframe>",
    f"<iframe src='{PLAYER}'><img src=x onerror=alert(1)></iframe>",
    "<iframe src='https://evil.example/'></iframe>",
    "<iframe src='https://www.youtube.com@evil.example/'></iframe>",
    "<iframe src='https://evil.example\\@www.youtube.com/'></iframe>",
    "<iframe src='https://www.youtube.com.evil.example/'></iframe>",
    "<iframe src='https://www.youtube.com:8443/'></iframe>",
    "<iframe src='//www.youtube.com/embed/1'></iframe>",
    "<iframe src='http://www.youtube.com/embed/1'></iframe>",
    "<iframe src='javascript:alert(1)'></iframe>",
    '<a title="<iframe>" href="/x">x</a><iframe src="https://evil.example/"></iframe>',
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<td style='text-align:left;width:expression(alert(1))'>x</td>",
    "<style>@import 'javascript:alert(1)';</style>",
    "<link rel=stylesheet href='javascript:alert(1)'>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'>",
    "<object data='javascript:alert(1)'></object><embed src='javascript:alert(1)'>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<textarea></p></textarea><img src=x onerror=alert(1)>",
    "<title><a href='</title><img src=x onerror=alert(1)>'>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<input autofocus onfocus=alert(1)><select onchange=alert(1)>",
    "<a href=x onclick=alert(1) STYLE=x:y>x</a>",
    "<img src=x alt='`><script>alert(1)</script>'>",
    "<p id=x onmouseover='alert(1)'>x",
    "[x](javascript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "![x](javascript:alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1) x")',
    '![" onerror="alert(1)](https://a.example/x.png)',
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
]


class Strict(HTMLParser):
    """Asserts that what it reads is harmless; what it reads is the sanitiser's own plain form."""

    elements = split_names(
        "p br hr h2 h3 h4 h5 h6 blockquote pre code div section ul ol li dl dt dd strong em b i u"
        " s del ins sub sup small a abbr cite q mark time figure figcaption img table thead tbody"
        " tfoot tr th td caption iframe span bdi bdo dfn kbd samp var wbr ruby rt rp"
    )
    attributes = split_names(
        "id lang dir href title class src alt width height datetime start scope rel colspan"
        " rowspan style type reversed value allow allowfullscreen sandbox referrerpolicy loading"
    )

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.elements
        for name, value in attrs:
            assert name in self.attributes
            if name in ("href", "src"):
                assert scheme_of(value or "") in ("", "http", "https", "mailto", "tel")
            if name == "style":
                assert str(value).split(":")[0] == "text-align"
        if tag == "iframe":
            told = dict(attrs)
            assert str(told["src"]).startswith("https://www.youtube.com/")
            assert "allow-top-navigation" not in str(told["sandbox"])

    @override
    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")


def harmless(source: str) -> None:
    reader = Strict()
    reader.feed(source)
    reader.close()


@pytest.mark.parametrize("body_format", ["html", "markdown", "text"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_harmless(attack: str, body_format: str, subtests: pytest.Subtests) -> None:
    for around in (attack, f"<p>before {attack} after", f"<table><tr><td>{attack}", f"> {attack}"):
        with subtests.test(around=around):
            safe = render_body(around, body_format, HOSTS)
            harmless(safe.html)
            if body_format == "html":
                assert render_body(safe.html, "html", HOSTS).html == safe.html


_PIECES = st.sampled_from(
    [
        *("<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<table>"),
        *("<iframe src='https://www.youtube.com/embed/1'>", "<iframe>", "</iframe>", "<!--", "-->"),
        *("<p title='", '<a href="', "'", '"', ">", "<", "javascript:", "onerror=alert(1) ", "x"),
        *("<img src=x ", "<noscript>", "</noscript>", "<title>", "<textarea>", "</p>", "`", "\n\n"),
        *(
            "<select>",
            "<template>",
            "<mtext>",
            "<foreignObject>",
            "<b>",
            "</b>",
            "&lt;",
            "[x](",
            ")",
        ),
    ]
)


@given(pieces=st.lists(_PIECES, max_size=14), body_format=st.sampled_from(["html", "markdown"]))
@settings(max_examples=150, deadline=None, database=None)
def test_whatever_is_pieced_together_is_harmless(pieces: list[str], body_format: str) -> None:
    harmless(render_body("".join(pieces), body_format, HOSTS).html)


def test_what_a_newsroom_uses_is_kept(subtests: pytest.Subtests) -> None:
    body = """# The river

A *word*[^1] and a [link](https://example.org/a?b=1&c=2 "There").

> Quoted.

| Place | Tons |
|:------|-----:|
| Ilo   | 1    |

<figure><img src="https://example.org/a.jpg" alt="A river"><figcaption>Caption</figcaption></figure>

<iframe src="https://www.youtube.com/embed/1" title="Film" allowfullscreen></iframe>

[^1]: A note.
"""
    safe = render_body(body, "markdown", HOSTS)
    assert safe.removed == []
    for part in (
        "<h2>The river</h2>",
        "<em>word</em>",
        '<a href="https://example.org/a?b=1&amp;c=2" title="There" rel="noopener noreferrer">',
        "<blockquote>",
        '<td style="text-align:right">1</td>',
        '<figure><img src="https://example.org/a.jpg" alt="A river"><figcaption>Caption',
        'src="https://www.youtube.com/embed/1"',
        'sandbox="allow-scripts allow-same-origin allow-popups allow-presentation"',
        '<section class="footnotes">',
        '-fn1" id="t',
        '-fnref1" rel="noopener noreferrer">[1]</a>',
    ):
        with subtests.test(part=part):
            assert part in safe.html


def test_what_was_removed_is_said() -> None:
    body = (
        '<p class="lead" onclick="steal()">One <font color="red">two</font></p><!-- to do -->'
        "<script>x</script><script>y</script><h1>Three</h1>"  # which becomes an h2
        f'<iframe src="{PLAYER}"></iframe><iframe src="https://evil.example/"></iframe>'
        '<a href="javascript:x">four</a>&#8;'
    )
    safe = render_body(body, "html", HOSTS)
    assert {(one.what, one.excerpt, one.count) for one in safe.removed} == {
        ("class of <p>", 'class="lead"', 1),
        ("onclick of <p>", 'onclick="steal()"', 1),
        ("<font>", '<font color="red">', 1),
        ("comment", "<!-- to do -->", 1),
        ("<script>", "<script>", 2),
        ("<iframe>", '<iframe src="https://evil.example/">', 1),
        ("src of <iframe>", 'src="https://evil.example/"', 1),
        ("href of <a>", 'href="javascript:x"', 1),
        ("control character", "", 1),
    }
    many = "".join(f"<x-{number}>" for number in range(90))
    told = render_body(many, "html").removed
    assert (len(told), told[-1]) == (51, RemovedMarkup("and more", "", 40))


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 150_000,
        "<div><table></div></table>" * 35_000,
        "".join(f"<b id={n}>" for n in range(5_000)) + "<p>x" * 100_000,
        "<p " + "".join(f"a{n}=1 " for n in range(100_000)) + ">",
        "<table>" * 100_000,
        "<a \"<a '" * 100_000,
        "<svg><g>" * 90_000,
    ],
    ids=["deep", "tables", "reopened", "attributes", "nested", "quotes", "svg"],
)
def test_a_body_that_would_tie_a_parser_up_is_refused_at_once(body: str) -> None:
    began = monotonic()
    with pytest.raises(TangledMarkup):
        render_body(body, "html")
    assert monotonic() - began < 5
    assert is_tangled(body)


@pytest.mark.parametrize("unit", ["[", "![", "[^", "[a]("])
def test_brackets_without_end_are_refused(unit: str) -> None:
    with pytest.raises(TangledMarkup):
        render_body(unit * 10_001, "markdown")


@pytest.mark.parametrize(
    "unit", ["<p>a", "<li>b", "<tr><td>1", "<p>a <b>b</b></p>", "<br>", "x < y ", "<!--"]
)
def test_long_and_untidy_is_no_attack(unit: str) -> None:
    assert isinstance(render_body(unit * 10_000, "html").html, str)
