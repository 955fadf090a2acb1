"""where tags were found that are gone"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('former_tag') as batch:
        batch.add_column(sa.Column('paths', sa.JSON(), server_default='[]', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('former_tag') as batch:
        batch.drop_column('paths')
