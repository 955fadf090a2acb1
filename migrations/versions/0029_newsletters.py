"""newsletters, their issues and their readers; letters to readers, and what bounced of them"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

_KINDS = "'invitation', 'reset', 'submitted', 'returned', 'approved', 'mentioned', 'release'"


def upgrade() -> None:
    op.create_table('reader',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('address_hash', AutoString(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('key_mark', AutoString(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', AutoString(), nullable=False),
    sa.Column('rhythm', AutoString(), nullable=False),
    sa.Column('lang', AutoString(), nullable=False),
    sa.Column('topics', sa.JSON(), nullable=False),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('changed_at', UTCDateTime(), nullable=False),
    sa.Column('consent', AutoString(), nullable=True),
    sa.Column('consented_at', UTCDateTime(), nullable=True),
    sa.Column('ended_reason', AutoString(), nullable=True),
    sa.CheckConstraint(
        "state IN ('pending', 'active', 'paused', 'ended')", name=op.f('reader_state_check')),
    sa.CheckConstraint(
        "rhythm IN ('instant', 'daily', 'weekly')", name=op.f('reader_rhythm_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('reader_pkey')),
    sa.UniqueConstraint('address_hash', name=op.f('reader_address_hash_key')),
    )
    op.create_index('reader_newsletter', 'reader', ['rhythm', 'lang', 'state', 'id'])
    op.create_index(op.f('reader_changed_at_index'), 'reader', ['changed_at'])
    op.create_table('subscription_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('address_hash', AutoString(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('key_mark', AutoString(), nullable=False),
    sa.Column('rhythm', AutoString(), nullable=False),
    sa.Column('lang', AutoString(), nullable=False),
    sa.Column('topics', sa.JSON(), nullable=False),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('subscription_request_pkey')),
    )
    op.create_table('address_record',
    sa.Column('address_hash', AutoString(), nullable=False),
    sa.Column('confirmations', sa.Integer(), nullable=False),
    sa.Column('last_letter_at', UTCDateTime(), nullable=True),
    sa.Column('suppressed', AutoString(), nullable=True),
    sa.Column('suppressed_at', UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('address_hash', name=op.f('address_record_pkey')),
    )
    op.create_index(op.f('address_record_suppressed_index'), 'address_record', ['suppressed'])
    op.create_table('newsletter',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('rhythm', AutoString(), nullable=False),
    sa.Column('lang', AutoString(), nullable=False),
    sa.Column('epoch', AutoString(), nullable=False),
    sa.Column('told_until', UTCDateTime(), nullable=False),
    sa.Column('due_at', UTCDateTime(), nullable=True),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('newsletter_pkey')),
    sa.UniqueConstraint('rhythm', 'lang', name=op.f('newsletter_rhythm_lang_key')),
    )
    op.create_table('newsletter_issue',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('newsletter_id', sa.Uuid(), nullable=False),
    sa.Column('kind', AutoString(), nullable=False),
    sa.Column('state', AutoString(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('due_at', UTCDateTime(), nullable=False),
    sa.Column('subject', AutoString(), nullable=True),
    sa.Column('introduction', sa.Text(), nullable=False),
    sa.Column('series_id', sa.Uuid(), nullable=True),
    sa.Column('chosen_ids', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('chosen_at', UTCDateTime(), nullable=True),
    sa.Column('excluded_ids', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('article_ids', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('notices', sa.JSON(), server_default='[]', nullable=False),
    sa.Column('approved_by', AutoString(), nullable=True),
    sa.Column('closed_at', UTCDateTime(), nullable=True),
    sa.Column('planned_after', sa.Uuid(), nullable=True),
    sa.Column('planned_at', UTCDateTime(), nullable=True),
    sa.Column('sent_at', UTCDateTime(), nullable=True),
    sa.Column('problem', AutoString(), nullable=True),
    sa.Column('outcome', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.CheckConstraint(
        "state IN ('draft', 'approved', 'sending', 'sent', 'skipped', 'cancelled', 'stopped')",
        name=op.f('newsletter_issue_state_check')),
    sa.CheckConstraint(
        "kind IN ('news', 'notice')", name=op.f('newsletter_issue_kind_check')),
    sa.ForeignKeyConstraint(
        ['newsletter_id'], ['newsletter.id'], name=op.f('newsletter_issue_newsletter_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('newsletter_issue_pkey')),
    )
    op.create_index('newsletter_issue_list', 'newsletter_issue', ['newsletter_id', 'closed_at'])
    op.create_index('newsletter_issue_state', 'newsletter_issue', ['state'])
    op.drop_index('letter_due', 'letter')
    with op.batch_alter_table('letter') as batch:
        batch.add_column(
            sa.Column('urgency', sa.SmallInteger(), server_default='1', nullable=False))
        batch.add_column(sa.Column('reader_id', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('issue_id', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('bounce', AutoString(), nullable=True))
        batch.add_column(sa.Column('bounced_at', UTCDateTime(), nullable=True))
        batch.alter_column('account_id', existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key(op.f('letter_reader_id_fkey'), 'reader', ['reader_id'], ['id'])
        batch.create_foreign_key(
            op.f('letter_issue_id_fkey'), 'newsletter_issue', ['issue_id'], ['id'])
        batch.drop_constraint(op.f('letter_kind_check'), type_='check')
        batch.create_check_constraint(
            op.f('letter_kind_check'),
            f"kind IN ({_KINDS}, 'trial', 'confirmation', 'subscribed', 'issue')")
        batch.create_check_constraint(
            op.f('letter_recipient_check'), '(account_id IS NULL) <> (reader_id IS NULL)')
    op.create_index(op.f('letter_reader_id_index'), 'letter', ['reader_id'])
    op.create_index(op.f('letter_issue_id_index'), 'letter', ['issue_id'])
    op.create_index(op.f('letter_bounce_index'), 'letter', ['bounce'])
    op.create_index('letter_due', 'letter', ['state', 'urgency', 'next_attempt_at'])
    op.execute("UPDATE letter SET urgency = 0 WHERE kind IN ('invitation', 'reset')")


def downgrade() -> None:
    op.execute(f"DELETE FROM letter WHERE kind NOT IN ({_KINDS})")
    op.drop_index('letter_due', 'letter')
    op.drop_index(op.f('letter_bounce_index'), 'letter')
    op.drop_index(op.f('letter_issue_id_index'), 'letter')
    op.drop_index(op.f('letter_reader_id_index'), 'letter')
    with op.batch_alter_table('letter') as batch:
        batch.drop_constraint(op.f('letter_recipient_check'), type_='check')
        batch.drop_constraint(op.f('letter_kind_check'), type_='check')
        batch.create_check_constraint(op.f('letter_kind_check'), f'kind IN ({_KINDS})')
        batch.drop_constraint(op.f('letter_issue_id_fkey'), type_='foreignkey')
        batch.drop_constraint(op.f('letter_reader_id_fkey'), type_='foreignkey')
        batch.alter_column('account_id', existing_type=sa.Uuid(), nullable=False)
        for name in ('bounced_at', 'bounce', 'issue_id', 'reader_id', 'urgency'):
            batch.drop_column(name)
    op.create_index('letter_due', 'letter', ['state', 'next_attempt_at'])
    for name in ('newsletter_issue', 'newsletter', 'address_record', 'subscription_request',
                 'reader'):
        op.drop_table(name)
