"""events, with the time of their announcement"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('descriptions', sa.JSON(), nullable=False),
    sa.Column('starts_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ends_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('all_day', sa.Boolean(), nullable=False),
    sa.Column('place', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('announce_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('withdraw_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('external_source', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('import_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.Column('removed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('event_pkey')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('event_external_source_external_id_key'))
    )
    op.create_index('event_starts_at_index', 'event', ['starts_at', 'id'])
    op.create_index(op.f('event_visible_from_index'), 'event', ['visible_from'])
    op.create_index(op.f('event_visible_until_index'), 'event', ['visible_until'])
    op.create_table('event_tag',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('tag_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('event_tag_event_id_fkey')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('event_tag_tag_id_fkey')),
    sa.PrimaryKeyConstraint('event_id', 'tag_id', name=op.f('event_tag_pkey'))
    )
    op.create_index(op.f('event_tag_tag_id_index'), 'event_tag', ['tag_id'])


def downgrade() -> None:
    op.drop_table('event_tag')
    op.drop_table('event')
