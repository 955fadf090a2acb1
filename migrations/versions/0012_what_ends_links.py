"""with what links were made, which end with it; the last change of a thing"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('change_subject', 'change', ['subject_id', 'sequence'])
    with op.batch_alter_table('alias') as batch:
        batch.add_column(
            sa.Column('by_publisher', sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    with op.batch_alter_table('preview_link') as batch:
        batch.add_column(sa.Column('made_with', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch.create_index(op.f('preview_link_made_with_index'), ['made_with'])
        batch.create_index(op.f('preview_link_created_by_id_index'), ['created_by_id'])
    with op.batch_alter_table('password_reset') as batch:
        batch.add_column(sa.Column('made_by', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('made_with', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    # Who is suspended already should not go on reading drafts.
    op.execute(
        'UPDATE preview_link SET revoked_at = (SELECT suspended_at FROM account'
        ' WHERE account.id = preview_link.created_by_id)'
        ' WHERE revoked_at IS NULL AND created_by_id IN'
        ' (SELECT id FROM account WHERE suspended_at IS NOT NULL)'
    )


def downgrade() -> None:
    with op.batch_alter_table('password_reset') as batch:
        batch.drop_column('made_with')
        batch.drop_column('made_by')
    with op.batch_alter_table('preview_link') as batch:
        batch.drop_index(op.f('preview_link_created_by_id_index'))
        batch.drop_index(op.f('preview_link_made_with_index'))
        batch.drop_column('made_with')
    with op.batch_alter_table('alias') as batch:
        batch.drop_column('by_publisher')
    op.drop_index('change_subject', 'change')
