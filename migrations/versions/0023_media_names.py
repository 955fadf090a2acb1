"""names of media in the interchange format, and the former addresses of their files"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('media_name',
    sa.Column('name', AutoString(), nullable=False),
    sa.Column('media_id', sa.Uuid(), nullable=False),
    sa.Column('is_own', sa.Boolean(), nullable=False),
    sa.Column('import_digest', AutoString(), nullable=True),
    sa.Column('import_revision', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('media_name_media_id_fkey')),
    sa.PrimaryKeyConstraint('name', name=op.f('media_name_pkey'))
    )
    op.create_index(op.f('media_name_media_id_index'), 'media_name', ['media_id'])
    op.create_table('media_path',
    sa.Column('path', AutoString(), nullable=False),
    sa.Column('media_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('media_path_media_id_fkey')),
    sa.PrimaryKeyConstraint('path', name=op.f('media_path_pkey'))
    )
    op.create_index(op.f('media_path_media_id_index'), 'media_path', ['media_id'])


def downgrade() -> None:
    op.drop_table('media_path')
    op.drop_table('media_name')
