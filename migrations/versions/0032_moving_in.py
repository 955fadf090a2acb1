"""imports that were interrupted, media that an import brought, old addresses of other sites"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

_ONE_OF_THREE = (
    "(article_id IS NOT NULL AND tag_id IS NULL AND gone IS NULL)"
    " OR (article_id IS NULL AND tag_id IS NOT NULL AND gone IS NULL)"
    " OR (article_id IS NULL AND tag_id IS NULL AND gone IS NOT NULL)"
)
_ONE_OF_FOUR = (
    "(article_id IS NOT NULL AND tag_id IS NULL AND gone IS NULL AND url IS NULL)"
    " OR (article_id IS NULL AND tag_id IS NOT NULL AND gone IS NULL AND url IS NULL)"
    " OR (article_id IS NULL AND tag_id IS NULL AND gone IS NOT NULL AND url IS NULL)"
    " OR (article_id IS NULL AND tag_id IS NULL AND gone IS NULL AND url IS NOT NULL)"
)


def upgrade() -> None:
    op.add_column('import_batch', sa.Column('alive_until', UTCDateTime(), nullable=True))
    op.add_column('import_batch', sa.Column(
        'is_quiet', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index(op.f('import_batch_ended_at_index'), 'import_batch', ['ended_at'])
    op.add_column('media', sa.Column('import_batch_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('media_import_batch_id_index'), 'media', ['import_batch_id'])
    with op.batch_alter_table('alias') as batch:
        batch.add_column(sa.Column('url', AutoString(), nullable=True))
        batch.drop_constraint(op.f('alias_either_check'), type_='check')
        batch.create_check_constraint(op.f('alias_either_check'), _ONE_OF_FOUR)


def downgrade() -> None:
    op.execute("DELETE FROM alias WHERE url IS NOT NULL")
    with op.batch_alter_table('alias') as batch:
        batch.drop_constraint(op.f('alias_either_check'), type_='check')
        batch.create_check_constraint(op.f('alias_either_check'), _ONE_OF_THREE)
        batch.drop_column('url')
    op.drop_index(op.f('media_import_batch_id_index'), table_name='media')
    op.drop_column('media', 'import_batch_id')
    op.drop_index(op.f('import_batch_ended_at_index'), table_name='import_batch')
    op.drop_column('import_batch', 'is_quiet')
    op.drop_column('import_batch', 'alive_until')
