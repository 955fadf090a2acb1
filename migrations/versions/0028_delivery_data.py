"""deliveries of events of the desk"""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('delivery', sa.Column('data', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM delivery_attempt WHERE delivery_id IN "
               "(SELECT id FROM delivery WHERE data IS NOT NULL)")
    op.execute('DELETE FROM delivery WHERE data IS NOT NULL')
    op.drop_column('delivery', 'data')
