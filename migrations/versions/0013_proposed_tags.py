"""tags that are only proposed; those of before are accepted"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: other tables point at this one.
    op.add_column(
        'tag', sa.Column('accepted', sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    # An older store knows no proposals, and would show them.
    op.execute('DELETE FROM article_tag WHERE tag_id IN (SELECT id FROM tag WHERE NOT accepted)')
    op.execute('DELETE FROM publication_tag WHERE tag_id IN (SELECT id FROM tag WHERE NOT accepted)')
    op.execute('UPDATE former_tag SET tag_id = NULL WHERE tag_id IN (SELECT id FROM tag WHERE NOT accepted)')
    op.execute('DELETE FROM tag_slug WHERE tag_id IN (SELECT id FROM tag WHERE NOT accepted)')
    op.execute('UPDATE tag SET parent_id = NULL WHERE NOT accepted')
    op.execute('DELETE FROM tag WHERE NOT accepted')
    op.drop_column('tag', 'accepted')
