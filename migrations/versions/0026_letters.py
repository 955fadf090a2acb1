"""letters by e-mail, and what an account says of itself: language, time zone, unwanted notices"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('account', sa.Column('lang', AutoString(), nullable=True))
    op.add_column('account', sa.Column('timezone', AutoString(), nullable=True))
    op.add_column(
        'account', sa.Column('notices_off', sa.JSON(), server_default='[]', nullable=False)
    )
    op.create_table('letter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', AutoString(), nullable=False),
    sa.Column('kind', AutoString(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=True),
    sa.Column('state', AutoString(), nullable=False),
    sa.Column('epoch', AutoString(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('next_attempt_at', UTCDateTime(), nullable=False),
    sa.Column('expires_at', UTCDateTime(), nullable=False),
    sa.Column('sender', AutoString(), nullable=True),
    sa.Column('settled_at', UTCDateTime(), nullable=True),
    sa.Column('problem', AutoString(), nullable=True),
    sa.CheckConstraint(
        "kind IN ('invitation', 'reset', 'submitted', 'returned', 'approved', 'mentioned',"
        " 'release')",
        name=op.f('letter_kind_check'),
    ),
    sa.CheckConstraint(
        "state IN ('planned', 'handed', 'uncertain', 'sent', 'refused', 'failed')",
        name=op.f('letter_state_check'),
    ),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('letter_account_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('letter_pkey')),
    sa.UniqueConstraint('key', name=op.f('letter_key_key'))
    )
    op.create_index(op.f('letter_account_id_index'), 'letter', ['account_id'])
    op.create_index('letter_due', 'letter', ['state', 'next_attempt_at'])
    op.create_index('letter_settled', 'letter', ['settled_at'])


def downgrade() -> None:
    op.drop_table('letter')
    for name in ('notices_off', 'timezone', 'lang'):
        op.drop_column('account', name)
