"""partners with keys, and how much they ask for"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('partner',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('contact_email', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=True),
    sa.Column('terms_updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('rate_per_minute', sa.Integer(), nullable=False),
    sa.Column('quota_per_day', sa.Integer(), nullable=True),
    sa.Column('embargo_hours', sa.Integer(), nullable=False),
    sa.Column('suspended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint('embargo_hours >= 0', name=op.f('partner_embargo_check')),
    sa.CheckConstraint('quota_per_day >= 1', name=op.f('partner_quota_check')),
    sa.CheckConstraint('rate_per_minute >= 1', name=op.f('partner_rate_check')),
    sa.CheckConstraint('revision >= 1', name=op.f('partner_revision_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('partner_pkey'))
    )
    op.create_table('partner_key',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('last_used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('rotated_from', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('partner_key_partner_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('partner_key_pkey')),
    sa.UniqueConstraint('rotated_from', name=op.f('partner_key_rotated_from_key'))
    )
    with op.batch_alter_table('partner_key', schema=None) as batch_op:
        batch_op.create_index('partner_key_partner', ['partner_id', 'created_at'], unique=False)
    op.create_table('partner_usage',
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('requests', sa.BigInteger(), nullable=False),
    sa.Column('not_modified', sa.BigInteger(), nullable=False),
    sa.Column('refused', sa.BigInteger(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('partner_usage_partner_id_fkey')),
    sa.PrimaryKeyConstraint('partner_id', 'day', name=op.f('partner_usage_pkey'))
    )


def downgrade() -> None:
    op.drop_table('partner_usage')
    with op.batch_alter_table('partner_key', schema=None) as batch_op:
        batch_op.drop_index('partner_key_partner')
    op.drop_table('partner_key')
    op.drop_table('partner')
