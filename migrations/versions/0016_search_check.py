"""what was found when an index was last held against the store"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0016'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('search_check',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('checked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('checked_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('documents', sa.BigInteger(), nullable=False),
    sa.Column('differing', sa.BigInteger(), nullable=False),
    sa.Column('mended', sa.BigInteger(), nullable=False),
    sa.Column('building_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('search_check_pkey'))
    )


def downgrade() -> None:
    op.drop_table('search_check')
