"""answers that are given once
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('idempotency_key',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('request_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('body', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('idempotency_key_account_id_fkey')),
    sa.PrimaryKeyConstraint('account_id', 'key', name=op.f('idempotency_key_pkey'))
    )
    op.create_index('idempotency_key_created_at', 'idempotency_key', ['account_id', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_index('idempotency_key_created_at', table_name='idempotency_key')
    op.drop_table('idempotency_key')
