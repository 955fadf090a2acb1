"""fields of a page: outlines, texts for search, canonical addresses, the tree of pages, related ones

Every body that was published before gets what publishing gives to a body now: ids for its headings,
the sizes of its pictures, its contents and its length. It takes about five minutes for a million
articles of ordinary length. The statements and the rules are those of the day on which the columns
were made.
"""

import html
import json
import re

import sqlalchemy as sa
from alembic import op
from slugify import slugify
from sqlmodel.sql.sqltypes import AutoString

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

_AT_ONCE = 500
_BODY = sa.table(
    'publication_body',
    sa.column('publication_id', sa.Integer),
    sa.column('body_html', sa.Text),
    sa.column('outline', sa.Text),
)
_FILE = sa.table(
    'rendition',
    *(sa.column('media_id', sa.Uuid), sa.column('name', sa.String)),
    *(sa.column('width', sa.Integer), sa.column('height', sa.Integer)),
)
_SHOWN = sa.table(
    'publication_media', sa.column('publication_id', sa.Integer), sa.column('media_id', sa.Uuid)
)


def upgrade() -> None:
    op.add_column('article', sa.Column('parent_slug', AutoString(), nullable=True))
    op.add_column('publication', sa.Column('canonical_url', AutoString(), nullable=True))
    op.add_column(
        'publication',
        sa.Column('position', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('publication', sa.Column('parent_slug', AutoString(), nullable=True))
    op.add_column('publication', sa.Column('related_ids', sa.Text(), nullable=True))
    op.add_column('publication_body', sa.Column('outline', sa.Text(), nullable=True))
    op.add_column('publication_body', sa.Column('seo', sa.Text(), nullable=True))
    for table in ('article', 'publication'):
        op.create_index(
            f'{table}_parent', table, ['parent_slug'],
            sqlite_where=sa.text('parent_slug IS NOT NULL'),
            postgresql_where=sa.text('parent_slug IS NOT NULL'))
    op.create_index(
        'publication_position', 'publication',
        ['kind', 'position', 'article_id', 'visible_from', 'visible_until'],
        sqlite_where=sa.text("kind = 'page'"), postgresql_where=sa.text("kind = 'page'"))
    for rows in _bodies():
        files = _picture_files([row.publication_id for row in rows])
        for row in rows:
            body, outline = _outlined(_with_sizes(row.body_html, files))
            _update(row.publication_id, {'outline': outline}, body, row.body_html)


def downgrade() -> None:
    for rows in _bodies():
        for row in rows:
            _update(row.publication_id, {}, _ADDED.sub('', row.body_html), row.body_html)
    op.drop_index('publication_parent', table_name='publication')
    op.drop_index('publication_position', table_name='publication')
    op.drop_index('article_parent', table_name='article')
    for table, names in _COLUMNS.items():
        for name in names:
            op.drop_column(table, name)


_COLUMNS = {
    'publication_body': ('seo', 'outline'),
    'publication': ('related_ids', 'parent_slug', 'position', 'canonical_url'),
    'article': ('parent_slug',),
}


def _bodies():
    last = 0
    connection = op.get_bind()
    columns = sa.select(_BODY.c.publication_id, _BODY.c.body_html)
    ordered = columns.order_by(_BODY.c.publication_id).limit(_AT_ONCE)
    while rows := connection.execute(ordered.where(_BODY.c.publication_id > last)).all():
        yield rows
        last = rows[-1].publication_id


def _update(key, values, body, before) -> None:
    if body != before:
        values['body_html'] = body
    if values:
        here = sa.update(_BODY).where(_BODY.c.publication_id == key)
        op.get_bind().execute(here.values(values))


def _picture_files(publications):
    shown = sa.select(_SHOWN.c.media_id).where(_SHOWN.c.publication_id.in_(publications))
    query = sa.select(_FILE).where(_FILE.c.media_id.in_(shown), _FILE.c.width.is_not(None))
    files = {}
    for media_id, name, width, height in op.get_bind().execute(query):
        files.setdefault(str(media_id), {})[name] = (width, height)
    return files


_IMG = re.compile(r'<img((?: [a-z-]+(?:="[^"]*")?)*)>')
_SRC = re.compile(r' src="/v1/media/([0-9a-f-]{36})/([a-z0-9]+\.[a-z0-9]+)[^"]*"')
_SIZED = re.compile(r' (?:width|height|srcset)="')
_WHEN_NEAR = ' sizes="auto, 100vw" loading="lazy" decoding="async"'
_ADDED = re.compile(r' srcset="/v1/media/[^"]*"' + _WHEN_NEAR)


def _with_sizes(body, files):
    def add_sizes(match):
        attributes = match[1]
        src = _SRC.search(attributes)
        own = files.get(src[1], {}) if src else {}
        if src is None or src[2] not in own or 'srcset="' in attributes:
            return match[0]
        if not _SIZED.search(attributes):
            width, height = own[src[2]]
            attributes += f' width="{width}" height="{height}"'
        webp = sorted((size[0], name) for name, size in own.items() if name.endswith('.webp'))
        srcset = ', '.join(f'/v1/media/{src[1]}/{name} {width}w' for width, name in webp)
        return f'<img{attributes} srcset="{srcset}"{_WHEN_NEAR}>'

    return _IMG.sub(add_sizes, body) if files and '/v1/media/' in body else body


_HEADING = re.compile(r'<h([2-6])((?: [a-z-]+(?:="[^"]*")?)*)>')
_ID = re.compile(r' id="([^"]*)"')
_TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_CUT_TAG = re.compile(r'<[^>]*\Z')
_NOTE = re.compile(r'<sup class="footnote-ref">.*?</sup>', re.DOTALL)
_INLINE_TAG = re.compile(
    r'</?(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|r[bpt]|ruby|s|samp|small|span'
    r'|strong|sub|sup|time|u|var|wbr)(?![a-z0-9])[^<>"]*(?:"[^"]*"[^<>"]*)*>'
)
_WORD = re.compile(r'\w+(?:[^\w\s/,;:\u2013\u2014\u2026]{1,2}\w+)*')
_IDEOGRAPH = re.compile('[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]')
_UNSEEN = re.compile(
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'
    '\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
    '\U000e0000-\U000e0fff]'
)


def _outlined(body):
    toc, taken, numbers, left = [], set(_ID.findall(body)), {}, 1_000

    def name_heading(match):
        nonlocal left
        if left == 0:
            return match[0]
        left -= 1
        level, attributes = match[1], match[2]
        end = body.find(f'</h{level}>', match.end(), match.end() + 3_000)
        text = _heading_text(body[match.end():end if end >= 0 else None][:3_000])
        own = _ID.search(attributes)
        key, tag = (html.unescape(own[1]), match[0]) if own and own[1] else ('', '')
        if not key:
            key = _free_id(text, taken, numbers)
            tag = f'<h{level}{_ID.sub("", attributes)} id="{key}">'
        if text:
            toc.append({'id': key, 'level': int(level), 'text': text})
        return tag

    body = _HEADING.sub(name_heading, body)
    words = _count_words(body)
    outline = {'toc': toc, 'reading_minutes': max(1, round(words / 200)), 'words': words}
    return body, json.dumps(outline, ensure_ascii=False, separators=(',', ':'))


def _heading_text(markup):
    inline = _INLINE_TAG.sub('', _NOTE.sub('', markup))
    text = html.unescape(_CUT_TAG.sub('', _TAG.sub(' ', inline)))
    words = ' '.join(text.split())
    return words if len(words) <= 300 else f'{words[:299]}…'


def _free_id(text, taken, numbers):
    seen = text if text.isascii() else _UNSEEN.sub('', text)
    slug = slugify(seen.replace("'", ''), max_length=60, word_boundary=True)
    base = f'h-{slug or "section"}'
    number = numbers.get(base, 0)
    while True:
        number += 1
        key = base if number == 1 else f'{base}-{number}'
        if key not in taken:
            numbers[base] = number
            taken.add(key)
            return key


def _count_words(body):
    text = html.unescape(_TAG.sub(' ', _INLINE_TAG.sub('', body)))
    ideographs = 0
    if not text.isascii():
        text = _UNSEEN.sub('', text)
        ideographs = len(_IDEOGRAPH.findall(text))
        text = _IDEOGRAPH.sub(' ', text) if ideographs else text
    return sum(1 for _ in _WORD.finditer(text)) + (ideographs + 1) // 2
