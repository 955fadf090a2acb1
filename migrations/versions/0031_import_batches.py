"""imports that can be undone, and their entries of the log, of which nobody is told one by one"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0031'
down_revision = '0029'
branch_labels = None
depends_on = None

_MADE = ('article', 'tag', 'author')


def upgrade() -> None:
    op.create_table('import_batch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', AutoString(), nullable=False),
    sa.Column('began_at', UTCDateTime(), nullable=False),
    sa.Column('ended_at', UTCDateTime(), nullable=True),
    sa.Column('undone_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('import_batch_pkey')),
    )
    for table in _MADE:
        op.add_column(table, sa.Column('import_batch_id', sa.Uuid(), nullable=True))
        op.create_index(op.f(f'{table}_import_batch_id_index'), table, ['import_batch_id'])
    op.add_column(
        'change', sa.Column('is_quiet', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('change', 'is_quiet')
    for table in reversed(_MADE):
        op.drop_index(op.f(f'{table}_import_batch_id_index'), table_name=table)
        op.drop_column(table, 'import_batch_id')
    op.drop_table('import_batch')
