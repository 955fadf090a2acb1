"""an epoch of the change log: cursors of another life of the store are told apart"""

import secrets

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_HEAD = sa.table('change_head', sa.column('epoch', sa.String()))


def upgrade() -> None:
    with op.batch_alter_table('change_head', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('epoch', sqlmodel.sql.sqltypes.AutoString(), nullable=True)
        )
    op.execute(sa.update(_HEAD).values(epoch=secrets.token_hex(8)))
    with op.batch_alter_table('change_head', schema=None) as batch_op:
        batch_op.alter_column('epoch', existing_type=sa.String(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('change_head', schema=None) as batch_op:
        batch_op.drop_column('epoch')
