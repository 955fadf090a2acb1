"""the editors' desk: texts apart from the number that every act moves, who changed what, previews

Columns are added and dropped as they are, never in batch mode: on SQLite that would rebuild
tables to which others refer.
"""

from uuid import UUID

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_AT_ONCE = 1_000


def upgrade() -> None:
    op.create_table('article_tag',
    sa.Column('tag_id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('article_tag_article_id_fkey')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('article_tag_tag_id_fkey')),
    sa.PrimaryKeyConstraint('tag_id', 'article_id', name=op.f('article_tag_pkey'))
    )
    with op.batch_alter_table('article_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('article_tag_article_id_index'), ['article_id'], unique=False)

    op.create_table('preview_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('preview_link_article_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('preview_link_pkey')),
    sa.UniqueConstraint('digest', name=op.f('preview_link_digest_key'))
    )
    with op.batch_alter_table('preview_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('preview_link_article_id_index'), ['article_id'], unique=False)

    op.add_column('publication', sa.Column('published_by_id', sa.Uuid(), nullable=True))
    op.add_column('revision', sa.Column('saved_by_id', sa.Uuid(), nullable=True))
    op.add_column('revision', sa.Column('autosaved_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index('revision_saved_by', 'revision', ['saved_by_id', 'article_id'], unique=False, sqlite_where=sa.text('saved_by_id IS NOT NULL'), postgresql_where=sa.text('saved_by_id IS NOT NULL'))
    op.add_column('article', sa.Column('text_revision', sa.Integer(), server_default=sa.text('1'), nullable=False))
    op.add_column('article', sa.Column('changed_by', sqlmodel.sql.sqltypes.AutoString(), server_default=sa.text("''"), nullable=False))
    op.add_column('article', sa.Column('changed_by_id', sa.Uuid(), nullable=True))
    op.add_column('article', sa.Column('review_note', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.drop_index('article_updated_at_index', 'article')
    op.create_index('article_changed', 'article', ['updated_at', 'id'], unique=False)
    _fill()


def _fill() -> None:
    """Until now the number moved with the text alone, and the last to save was the last to act."""
    op.execute("""UPDATE article SET text_revision = revision, changed_by = (
        SELECT saved_by FROM revision
        WHERE revision.article_id = article.id AND revision.number = article.revision)""")
    connection = op.get_bind()
    texts = sa.table('revision', sa.column('article_id', sa.Uuid()), sa.column('number'), sa.column('content', sa.JSON()))
    copies = sa.table('article', sa.column('id', sa.Uuid()), sa.column('revision'))
    used = sa.table('article_tag', sa.column('tag_id', sa.Uuid()), sa.column('article_id', sa.Uuid()))
    newest = sa.select(texts.c.article_id, texts.c.content).join(
        copies, sa.and_(copies.c.id == texts.c.article_id, copies.c.revision == texts.c.number)
    ).order_by(texts.c.article_id).limit(_AT_ONCE)
    last = None
    while True:
        asked = newest if last is None else newest.where(texts.c.article_id > last)
        rows = connection.execute(asked).all()
        if not rows:
            return
        last = rows[-1].article_id
        pairs = [
            {'tag_id': UUID(tag_id), 'article_id': row.article_id}
            for row in rows for tag_id in row.content.get('tag_ids', ())
        ]
        if pairs:
            connection.execute(sa.insert(used), pairs)


def downgrade() -> None:
    # A text is found by the article's own number again.
    op.execute("""UPDATE article SET revision = text_revision""")
    op.drop_index('article_changed', 'article')
    op.create_index('article_updated_at_index', 'article', ['updated_at'], unique=False)
    for name in ('review_note', 'changed_by_id', 'changed_by', 'text_revision'):
        op.drop_column('article', name)
    op.drop_index('revision_saved_by', 'revision')
    for name in ('autosaved_since', 'saved_by_id'):
        op.drop_column('revision', name)
    op.drop_column('publication', 'published_by_id')

    with op.batch_alter_table('preview_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('preview_link_article_id_index'))

    op.drop_table('preview_link')
    with op.batch_alter_table('article_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('article_tag_article_id_index'))

    op.drop_table('article_tag')
