"""drafts: an index of their newest texts, notes, sources of translations, slugs that follow titles

The index is made from the newest text of each article: half a minute for a hundred thousand. The
rules are those of the day on which the table was made. A slug follows the title from now on if it is
what the title gives, with or without a number.
"""

import html
import re
import unicodedata
from datetime import datetime

import sqlalchemy as sa
from alembic import op
from slugify import slugify
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


_BY_TRASH = (
    ('article_open', ['state', 'id'], 'IS NULL'),
    ('article_trashed', ['trashed_at'], 'IS NOT NULL'),
)


def upgrade() -> None:
    op.add_column(
        'article',
        sa.Column('slug_is_set', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column('article', sa.Column('source_id', sa.Uuid(), nullable=True))
    op.add_column('article', sa.Column('source_text', sa.Integer(), nullable=True))
    op.create_index(op.f('article_source_id_index'), 'article', ['source_id'])
    for name, columns, condition in _BY_TRASH:
        where = sa.text(f'trashed_at {condition}')
        op.create_index(name, 'article', columns, sqlite_where=where, postgresql_where=where)
    op.create_table('draft_index',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('title_key', AutoString(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('author_slugs', AutoString(), nullable=False),
    sa.Column('published_at', UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(
        ['article_id'], ['article.id'], name=op.f('draft_index_article_id_fkey')),
    sa.PrimaryKeyConstraint('article_id', name=op.f('draft_index_pkey')),
    )
    op.create_index(op.f('draft_index_title_key_index'), 'draft_index', ['title_key'])
    op.create_table('article_note',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('reply_to', sa.Uuid(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_by', AutoString(), nullable=False),
    sa.Column('written_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('edited_at', UTCDateTime(), nullable=True),
    sa.Column('resolved_at', UTCDateTime(), nullable=True),
    sa.Column('resolved_by', AutoString(), nullable=True),
    sa.Column('resolved_by_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('revision >= 1', name=op.f('article_note_revision_check')),
    sa.ForeignKeyConstraint(
        ['article_id'], ['article.id'], name=op.f('article_note_article_id_fkey')),
    sa.ForeignKeyConstraint(
        ['reply_to'], ['article_note.id'], name=op.f('article_note_reply_to_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('article_note_pkey')),
    )
    op.create_index('article_note_place', 'article_note', ['article_id', 'created_at', 'id'])
    op.create_index('article_note_writer', 'article_note', ['written_by_id'])
    op.create_index(op.f('article_note_reply_to_index'), 'article_note', ['reply_to'])
    op.create_table('note_mention',
    sa.Column('note_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('mentioned_at', UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(
        ['note_id'], ['article_note.id'], name=op.f('note_mention_note_id_fkey')),
    sa.PrimaryKeyConstraint('note_id', 'account_id', name=op.f('note_mention_pkey')),
    )
    op.create_index('note_mention_account', 'note_mention', ['account_id', 'mentioned_at'])
    for rows in _newest_texts():
        entries = [_entry(row) for row in rows]
        op.get_bind().execute(sa.insert(_INDEX), entries)
        made = [e['article_id'] for row, e in zip(rows, entries) if _is_made(row.slug, e)]
        follows = sa.update(_ARTICLE).where(_ARTICLE.c.id.in_(made)).values(slug_is_set=False)
        op.get_bind().execute(follows)


def downgrade() -> None:
    op.drop_table('note_mention')
    op.drop_table('article_note')
    op.drop_table('draft_index')
    for name, _, _ in _BY_TRASH:
        op.drop_index(name, table_name='article')
    op.drop_index(op.f('article_source_id_index'), table_name='article')
    for name in ('source_text', 'source_id', 'slug_is_set'):
        op.drop_column('article', name)


_AT_ONCE = 500
_ARTICLE = sa.table(
    'article',
    *(sa.column('id', sa.Uuid), sa.column('slug'), sa.column('text_revision', sa.Integer)),
    sa.column('slug_is_set', sa.Boolean),
)
_TEXT = sa.table(
    'revision',
    *(sa.column('article_id', sa.Uuid), sa.column('number', sa.Integer)),
    *(sa.column('content', sa.JSON), sa.column('body_html')),
)
_INDEX = sa.table(
    'draft_index',
    *(sa.column('article_id', sa.Uuid), sa.column('title_key'), sa.column('words')),
    *(sa.column('author_slugs'), sa.column('published_at', UTCDateTime)),
)


def _newest_texts():
    last = None
    is_newest = (_TEXT.c.article_id == _ARTICLE.c.id) & (_TEXT.c.number == _ARTICLE.c.text_revision)
    query = sa.select(_ARTICLE.c.id, _ARTICLE.c.slug, _TEXT.c.content, _TEXT.c.body_html)
    query = query.join_from(_ARTICLE, _TEXT, is_newest).order_by(_ARTICLE.c.id).limit(_AT_ONCE)
    while rows := op.get_bind().execute(
        query if last is None else query.where(_ARTICLE.c.id > last)
    ).all():
        yield rows
        last = rows[-1].id


_TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
_UNSEEN = re.compile(
    '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'
    '\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
    '\U000e0000-\U000e0fff]'
)


def _entry(row):
    content = row.content
    slugs = [it.get('slug') or _slug(it['name']) for it in content['authors']]
    text = html.unescape(_TAG.sub(' ', row.body_html))
    names = [it['name'] for it in content['authors']]
    parts = (content['title'], row.slug, content['summary'], text, *names)
    at = content.get('published_at')
    return {
        'article_id': row.id,
        'title_key': _slug(content['title']),
        'words': _fold(' '.join(parts)),
        'author_slugs': f" {' '.join(slugs)} ",
        'published_at': None if at is None else _moment(at),
    }


def _is_made(slug, entry):
    return re.fullmatch(re.escape(entry['title_key']) + r'(-\d+)?', slug) is not None


def _slug(text):
    return slugify(_UNSEEN.sub('', text).replace("'", ''), max_length=100, word_boundary=True)


def _fold(text):
    plain = unicodedata.normalize('NFKD', _UNSEEN.sub('', text)).casefold()
    return ' '.join(''.join(c for c in plain if not unicodedata.combining(c)).split())


def _moment(text):
    return datetime.fromisoformat(text)
