"""accounts, their credentials, and the audit

The triggers make `audit_entry` append-only. A later migration that rebuilds the table on SQLite
(batch mode) must create them again.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

# What even an erasure may not touch: who, when, what, to what.
_KEPT = ('id', 'at', 'account_id', 'via', 'credential', 'action', 'subject_kind', 'subject_id')

_SQLITE = [
    f"""CREATE TRIGGER audit_entry_kept BEFORE UPDATE ON audit_entry
    WHEN NOT EXISTS (SELECT 1 FROM audit_erasure)
      OR {' OR '.join(f'NEW.{name} IS NOT OLD.{name}' for name in _KEPT)}
    BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
    """CREATE TRIGGER audit_entry_there BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
    # REPLACE deletes without firing the trigger above.
    """CREATE TRIGGER audit_entry_new BEFORE INSERT ON audit_entry
    WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END""",
]

_POSTGRESQL = [
    f"""CREATE FUNCTION audit_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM audit_erasure)
         AND ({', '.join(f'NEW.{name}' for name in _KEPT)})
             IS NOT DISTINCT FROM ({', '.join(f'OLD.{name}' for name in _KEPT)}) THEN
        RETURN NEW;
      END IF;
      RAISE EXCEPTION 'audit entries are append-only';
    END $$""",
    """CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_kept()""",
    """CREATE TRIGGER audit_entry_there BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_kept()""",
]


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('suspended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("role IN ('writer', 'editor', 'publisher', 'admin')", name=op.f('account_role_check')),
    sa.CheckConstraint('email = lower(email)', name=op.f('account_email_check')),
    sa.CheckConstraint('revision >= 1', name=op.f('account_revision_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('account_pkey')),
    sa.UniqueConstraint('email', name=op.f('account_email_key'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('via', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('credential', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('action', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('audit_entry_pkey'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index('audit_entry_account', ['account_id', 'id'], unique=False)
        batch_op.create_index('audit_entry_subject', ['subject_kind', 'subject_id', 'id'], unique=False)

    op.create_table('audit_erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('audit_erasure_pkey'))
    )
    op.create_table('api_token',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('parent_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('scopes', sa.JSON(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('last_used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('personal', 'machine')", name=op.f('api_token_kind_check')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('api_token_account_id_fkey')),
    sa.ForeignKeyConstraint(['parent_id'], ['api_token.id'], name=op.f('api_token_parent_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('api_token_pkey'))
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('api_token_account_id_index'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('api_token_parent_id_index'), ['parent_id'], unique=False)

    op.create_table('login_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_used_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('network', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('user_agent', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('login_session_account_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('login_session_pkey')),
    sa.UniqueConstraint('digest', name=op.f('login_session_digest_key'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index('login_session_account', ['account_id', 'network'], unique=False)

    op.create_table('password_reset',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('password_reset_account_id_fkey')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('password_reset_pkey')),
    sa.UniqueConstraint('digest', name=op.f('password_reset_digest_key'))
    )
    op.create_table('recovery_code',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('recovery_code_account_id_fkey')),
    sa.PrimaryKeyConstraint('account_id', 'digest', name=op.f('recovery_code_pkey'))
    )
    op.create_table('totp',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('salt', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('key_mark', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('confirmed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('totp_account_id_fkey')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('totp_pkey'))
    )

    for statement in _SQLITE if op.get_bind().dialect.name == 'sqlite' else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('totp')
    op.drop_table('recovery_code')
    op.drop_table('password_reset')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index('login_session_account')

    op.drop_table('login_session')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('api_token_parent_id_index'))
        batch_op.drop_index(batch_op.f('api_token_account_id_index'))

    op.drop_table('api_token')
    op.drop_table('audit_erasure')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('audit_entry_subject')
        batch_op.drop_index('audit_entry_account')

    op.drop_table('audit_entry')
    if op.get_bind().dialect.name != 'sqlite':
        op.execute('DROP FUNCTION audit_entry_kept')
    op.drop_table('account')
