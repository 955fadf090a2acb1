"""What HTML of other editors becomes: nothing that it meant is lost, and no word runs into another.

The clips are invented, in the shapes that Google Docs, Word, WordPress and old sites write.
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from app.kit.allowlist import TAGS
from app.kit.sanitise import TangledMarkup, render_body
from app.kit.text import plain_text
from tests.cost import processor_time
from tests.kit.addresses import scheme_of

HOSTS = ("www.youtube.com", "player.vimeo.com", "media.example.org")


def plain(source: str, body_format: str = "html") -> str:
    """The outcome without what is the same everywhere: prefixes of ids, how links are opened."""
    made = render_body(source, body_format, HOSTS).html
    assert render_body(made, "html", HOSTS).html == made
    made = re.sub(r"\bt[0-9a-f]{8}-", "", made).replace(' rel="noopener noreferrer"', "")
    return re.sub(
        r"<iframe ([^>]*?) (?:sandbox|loading|referrerpolicy)=[^>]*>", r"<iframe \1>", made
    )


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            '<b style="font-weight:normal" id="docs-internal-guid-1"><p dir="ltr">'
            '<span style="font-weight:400">Plain.</span><span style="font-weight:700">Strong.'
            '</span><span style="font-style:italic">Slanted.</span></p></b>',
            '<p dir="ltr">Plain.<strong>Strong.</strong><em>Slanted.</em></p>',
        ),
        (
            '<b>a <span style="font-weight:normal">b <i>c</i></span> d</b>',
            "<b>a </b>b <i>c</i><b> d</b>",
        ),
        ('<i style="font-style:normal">a</i>', "a"),
        (
            '<p style="font-weight:bold">a <span style="font-weight:400">b</span></p>',
            "<p><strong>a </strong>b</p>",
        ),
        (
            '<div style="font-style:italic">a<p>b</p></div>',
            "<div><em>a</em><p><em>b</em></p></div>",
        ),
        ('<h2><span style="font-weight:700">H</span></h2>', "<h2>H</h2>"),
        (
            '<span style="text-decoration:line-through">a</span>'
            '<span style="vertical-align:super">2</span><span style="vertical-align:sub">3</span>'
            "<span style=\"font-family:'Courier New',monospace\">c</span>",
            "<s>a</s><sup>2</sup><sub>3</sub><code>c</code>",
        ),
        (
            '<a href="https://a.example"><span style="text-decoration:underline">x</span></a>',
            '<a href="https://a.example">x</a>',
        ),
        ("<h1>One</h1><h1>Two</h1>", "<h2>One</h2><h2>Two</h2>"),
        ('<p role="heading" aria-level="1">One</p>', "<h2>One</h2>"),
        ('<div role="heading" aria-level="3">One</div>', "<h3>One</h3>"),
        (
            "<strike>a</strike><tt>b</tt><acronym title=c>d</acronym><big>e</big>",
            '<s>a</s><code>b</code><abbr title="c">d</abbr>e',
        ),
        (
            '<p lang="es">a <span lang="qu" dir="rtl">b</span> <bdo dir=rtl>c</bdo></p>',
            '<p lang="es">a <span lang="qu" dir="rtl">b</span> <bdo dir="rtl">c</bdo></p>',
        ),
        (
            '<p style="direction:rtl">a</p><p xml:lang="ay">b</p>',
            '<p dir="rtl">a</p><p lang="ay">b</p>',
        ),
        (
            "<table><tr align=right><td>1<td align=center>2<td style='text-align:left'>3</table>",
            '<table><tbody><tr><td style="text-align:right">1</td><td style="text-align:center">2'
            '</td><td style="text-align:left">3</td></tr></tbody></table>',
        ),
        (
            "<ol type=a start=3><li value=5>x</ol>",
            '<ol type="a" start="3"><li value="5">x</li></ol>',
        ),
        ('<ol style="list-style-type:lower-roman"><li>x</ol>', '<ol type="i"><li>x</li></ol>'),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<li>a<li>b", "<ul><li>a</li><li>b</li></ul>"),
        (
            '<p>T<a href="#_ftn1" name="_ftnref1">[1]</a></p>'
            '<p><a href="#_ftnref1" name="_ftn1">[1]</a> N</p>',
            '<p>T<a href="#_ftn1" id="_ftnref1">[1]</a></p>'
            '<p><a href="#_ftnref1" id="_ftn1">[1]</a> N</p>',
        ),
        ("<p>a&#11;b&#12;c</p>", "<p>a<br>b c</p>"),
        ("<pre>\n\n\nx</pre>", "<pre>x</pre>"),
        ("<em style='font-style:normal;font-weight:bold'>x</em>", "<strong>x</strong>"),
        ("<label>a</label><input><label>b</label>", "a b"),
        (
            "<h1 style='mso-list:l0 level1'><span style='mso-list:Ignore'>1. </span>One</h1>",
            "<h2>1. One</h2>",
        ),
        ("<xmp><b>x</b></xmp>", "<pre>&lt;b&gt;x&lt;/b&gt;</pre>"),
    ],
)
def test_what_another_editor_meant_is_kept(source: str, made: str) -> None:
    assert plain(source) == made


def test_lists_of_word_are_lists() -> None:
    def item(mark: str, level: int, text: str, of: str = "l0") -> str:
        return (
            f"<p class=MsoListParagraph style='mso-list:{of} level{level} lfo1'>"
            f"<![if !supportLists]><span style='mso-list:Ignore'>{mark}"
            "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span><![endif]>"
            f"{text}</p>\n"
        )

    clip = item("·", 1, "A") + item("o", 2, "A1") + item("·", 1, "B") + item("3.", 1, "C", "l1")
    assert plain(clip + "<p>End</p>") == (
        '<ul><li>A<ul><li>A1</li></ul></li><li>B</li></ul><ol start="3"><li>C</li></ol>\n<p>End</p>'
    )
    web = "".join(
        f'<div class="ListContainerWrapper"><{kind}><li data-listid="1" data-aria-level="{level}">'
        f"<p>{text}</p></li></{kind}></div>"
        for kind, level, text in (("ul", 1, "A"), ("ul", 2, "A1"), ("ul", 1, "B"))
    )
    assert plain(web) == ("<ul><li><p>A</p><ul><li><p>A1</p></li></ul></li><li><p>B</p></li></ul>")


@pytest.mark.parametrize(
    "source",
    [
        "<select><option>op</option></select><button>bu</button><textarea>ta</textarea>",
        "<html><head><title>Document1</title><style>p{}</style></head></html>",
        "<xml><w:View>Normal</w:View><w:Zoom>0</w:Zoom><o:p></o:p></xml>",
        "<w:View>Normal</w:View><o:Author>Me</o:Author>",
        "<svg><text>s</text></svg><math><mi>m</mi></math><template>t</template>",
        "<noscript>Switch it on</noscript><script>s</script><noframes>n</noframes>",
        "<datalist><option>d</datalist><canvas>c</canvas><meter>1</meter>",
        "<object>fallback</object><applet>java</applet><iframe>frame</iframe>",
    ],
)
def test_what_never_was_text_is_left_out(source: str) -> None:
    assert "".join(plain(f"<p>a</p>{source}<p>b</p>").split()) == "<p>a</p><p>b</p>"


@pytest.mark.parametrize(
    "source",
    [
        '<img src="data:image/gif;base64,R0" data-src="{}" alt="M"><noscript>{}</noscript>',
        "<noscript>{}</noscript><img class=lazyload data-lazy-src={} alt=M>",
        '<noscript>{}</noscript><img class=lazyload src="data:image/gif;base64,R0" alt=M>',
        "<p>a</p><noscript>{}</noscript>",
        '<img srcset="https://x.example/s.jpg 300w, {} 900w" alt=M>',
        "<picture><source srcset=/x.webp><img data-original={} alt=M></picture>",
    ],
)
def test_a_lazy_picture_is_there_once(source: str) -> None:
    address = "https://x.example/a.jpg"
    filled = re.sub(r"<noscript>{}", f'<noscript><img src="{address}" alt="M">', source)
    made = plain(filled.replace("{}", address))
    assert re.findall(r'src="([^"]*)"', made) == [address]
    assert made.count("<img") == 1
    assert "&lt;" not in made


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            "<iframe src='http://www.youtube.com/embed/a'>",
            '<iframe src="https://www.youtube.com/embed/a"></iframe>',
        ),
        (
            "<iframe src='//player.vimeo.com/video/1?h=2'/>",
            '<iframe src="https://player.vimeo.com/video/1?h=2"></iframe>',
        ),
        (
            "<iframe src='https://youtube.com/embed/a'></iframe>",
            '<iframe src="https://www.youtube.com/embed/a"></iframe>',
        ),
        (
            "<iframe src='https://media.example.org/any/thing'></iframe>",
            '<iframe src="https://media.example.org/any/thing"></iframe>',
        ),
        (
            "<object><param name=movie value='http://www.youtube.com/v/a&hl=en'><embed></object>",
            '<iframe src="https://www.youtube.com/embed/a"></iframe>',
        ),
        (
            "<iframe src='https://www.youtube.com/embed/a' allow='camera *; autoplay; payment'>",
            '<iframe src="https://www.youtube.com/embed/a" allow="autoplay"></iframe>',
        ),
        *(
            (
                f"<iframe src='{src}' title='T &amp; U'></iframe>",
                f'<p><a href="{src}">T &amp; U</a></p>',
            )
            for src in (
                "https://www.youtube.com/redirect?q=https://evil.example",
                "https://www.youtube.com/embed/../redirect?q=x",
                "https://www.youtube.com:8443/embed/a",
                "https://elsewhere.example/embed/a",
            )
        ),
        (
            "<video><source src='https://a.example/v.mp4'>Old browser</video>",
            '<p><a href="https://a.example/v.mp4">https://a.example/v.mp4</a></p>',
        ),
        (
            "<p>a<audio src='//a.example/v.mp3'></audio>b</p>",
            '<p>a <a href="https://a.example/v.mp3">https://a.example/v.mp3</a> b</p>',
        ),
        ("<embed src='javascript:x'>", ""),
        ("<video><a href='/v.mp4'>Fetch it</a></video>", '<p><a href="/v.mp4">/v.mp4</a></p>'),
        ("<iframe src='javascript:x'></iframe>", ""),
        (
            "https://youtu.be/a\ntext https://b.example",
            '<a href="https://youtu.be/a">https://youtu.be/a</a>\ntext https://b.example',
        ),
    ],
)
def test_players(source: str, made: str) -> None:
    assert plain(source) == made


def test_ids_are_of_their_body_alone() -> None:
    body = '<p id="location">a</p><h2 id="config">b</h2><p id="config">c</p><a href="#config">d</a>'
    one, other = render_body(body, "html"), render_body(body + "!", "html")
    ids = re.findall(r'id="([^"]*)"', one.html)
    assert len(ids) == len(set(ids)) == 2
    assert not {"location", "config"} & set(ids)
    assert f'href="#{ids[1]}"' in one.html
    assert not set(ids) & set(re.findall(r'id="([^"]*)"', other.html))
    assert [it.what for it in one.removed] == ["id of <p>"]
    noted = render_body("x[^1] y[^1]\n\n[^1]: n", "markdown").html
    assert noted.count(">[1]</a>") == 2


@pytest.mark.parametrize(
    ("source", "made"),
    [
        (
            "See https://example.org/a_b_c.",
            '<p>See <a href="https://example.org/a_b_c">https://example.org/a_b_c</a>.</p>',
        ),
        ("(www.example.org)", '<p>(<a href="http://www.example.org">www.example.org</a>)</p>'),
        (
            "https://es.wikipedia.org/wiki/Tambo_(mina)",
            '<p><a href="https://es.wikipedia.org/wiki/Tambo_(mina)">https://es.wikipedia.org/wiki/Tambo_(mina)</a></p>',
        ),
        ("`https://a.example` a@b.example", "<p><code>https://a.example</code> a@b.example</p>"),
        ("[https://a.example](/y)", '<p><a href="/y">https://a.example</a></p>'),
        ("x https://", "<p>x https://</p>"),
        ("<h1>a</h1>", "<h2>a</h2>"),
    ],
)
def test_addresses_in_markdown_are_links(source: str, made: str) -> None:
    assert plain(source, "markdown") == made


_APART = (
    *("p", "div", "h1", "h2", "article", "section", "header", "footer", "address", "center", "li"),
    *("details", "summary", "blockquote", "td", "th", "dt", "dd", "form", "fieldset", "legend"),
    *("figcaption", "main", "nav", "aside", "marquee", "pre", "dialog", "hgroup", "caption"),
)
_WITHIN = ("font", "big", "span", "b", "i", "nobr", "label", "x-card", "o:p", "st1:city", "u", "tt")


@given(
    words=st.lists(
        st.tuples(st.sampled_from(_APART), st.sampled_from(_WITHIN)), min_size=2, max_size=8
    ),
    around=st.sampled_from(
        ["{}", "<div>{}</div>", "<b>{}</b>", "<ul>{}</ul>", "<p>{}</p>", "<font>{}"]
    ),
)
@settings(max_examples=150, deadline=None, database=None)
def test_no_word_is_lost_and_none_runs_into_another(
    words: list[tuple[str, str]], around: str
) -> None:
    source = "".join(
        f"<{block}><{inline}>wo</{inline}>rd{n}</{block}>"
        for n, (block, inline) in enumerate(words)
    )
    made = render_body(around.format(source), "html", HOSTS).html
    assert plain_text(made).split() == [f"word{n}" for n in range(len(words))]


_PIECES = st.sampled_from(
    [
        *(f"<{name}>" for name in sorted({*TAGS, *_APART, *_WITHIN, "select", "svg", "noscript"})),
        *(f"</{name}>" for name in sorted({*TAGS, *_APART, *_WITHIN, "select", "svg", "noscript"})),
        *(
            "<a href='#x'>",
            "<a name=x>",
            "<p id=x>",
            "<table id=x \"a'>",
            "<!--",
            "-->",
            "<![if x]>",
        ),
        *("<b style='font-weight:normal'>", "<span style='font-weight:700'>", "<td align=right>"),
        *("<span style='font-style:normal'>", "<p style='font-weight:bold'>", "<span lang=es>"),
        *("<p style='mso-list:l0 level2 lfo1'>", "<li data-listid=1 data-aria-level=2>", "<embed>"),
        *(
            "<iframe src='//www.youtube.com/embed/1'>",
            "<iframe src='https://a.example'>",
            "<title>",
        ),
        *("<img data-src=/a.jpg>", "<video src='https://a.example'>", "<object data=/o>", "<xmp>"),
        *("&#11;", "&lt;", "&nbsp;", "\n", " ", "word", "https://a.example/x", "\n\n\n", "<", '"'),
        *("<script>", "</script>", "<textarea>", "</textarea>", "<math>", "<mtext>", "<style>"),
        *(
            "<p onclick=x()>",
            "<a href='javascript:x'>",
            "<a href='vbscript:x'>",
            "<img src=data:x>",
        ),
    ]
)


@given(pieces=st.lists(_PIECES, max_size=24), body_format=st.sampled_from(["html", "markdown"]))
@settings(max_examples=300, deadline=None, database=None)
def test_to_sanitise_again_changes_nothing(pieces: list[str], body_format: str) -> None:
    try:
        made = render_body("".join(pieces), body_format, HOSTS).html
    except TangledMarkup:
        return
    again = render_body(made, "html", HOSTS)
    assert (again.html, again.removed) == (made, [])
    if not made:
        return
    for element in lxml_html.fragment_fromstring(made, create_parent="div").iterdescendants():
        assert isinstance(element, etree._Element)
        assert element.tag in TAGS
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            if name in ("href", "src"):
                assert scheme_of(str(value)) in ("", "http", "https", "mailto", "tel")


@pytest.mark.parametrize(
    "unit",
    [
        "<p>a <b>b</b></p>",
        "<span style='font-weight:700'>a</span>",
        "<noscript><img src='/a.jpg'></noscript>",
        "<iframe src='https://a.example'></iframe>",
        "<p style='mso-list:l0 level2 lfo1'>a</p>",
        "<a name=x></a><a href='#x'>a</a>",
        "a&#11;",
        "<w:x>a</w:x>",
        "www.",
        ":",
        "https://a.example/(",
    ],
)
@pytest.mark.parametrize("body_format", ["html", "markdown"])
def test_the_time_grows_with_the_size_and_no_faster(unit: str, body_format: str) -> None:
    """Eight times as much takes eight times as long, or sixty-four times if it is squared."""

    def seconds(times: int) -> float:
        with processor_time() as cost:
            render_body(unit * times, body_format, HOSTS)
        return cost.seconds

    few, many = seconds(1_000), seconds(8_000)
    assert many < 8 * max(few, 0.02) * 3
