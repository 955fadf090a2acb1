"""the editors' desk: texts apart from the number that every act moves, who changed what, previews

Columns are added and dropped as they are, never in batch mode: on SQLite that would rebuild
tables to which others refer.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

def upgrade() -> None:
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
