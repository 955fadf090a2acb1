"""imports in the desk: jobs of the worker, the parts of their files, and the batches they make"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', AutoString(), nullable=False),
    sa.Column('state', AutoString(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('stop_wanted', sa.Boolean(), nullable=False),
    sa.Column('phase', AutoString(), nullable=True),
    sa.Column('done', sa.BigInteger(), nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=False),
    sa.Column('phase_began_at', UTCDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('check_report', sa.JSON(), nullable=True),
    sa.Column('import_report', sa.JSON(), nullable=True),
    sa.Column('undo_report', sa.JSON(), nullable=True),
    sa.Column('failure_code', AutoString(), nullable=True),
    sa.Column('failure_message', AutoString(), nullable=True),
    sa.Column('created_by', AutoString(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('updated_at', UTCDateTime(), nullable=False),
    sa.CheckConstraint(
        "source IN ('wordpress', 'ghost', 'folder', 'jsonl')",
        name=op.f('import_job_source_check')),
    sa.CheckConstraint(
        "state IN ('open', 'checking', 'checked', 'importing', 'stopped', 'imported',"
        " 'undoing', 'undone', 'failed')",
        name=op.f('import_job_state_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('import_job_pkey')),
    )
    op.create_table('import_part',
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('role', AutoString(), nullable=False),
    sa.Column('name', AutoString(), nullable=False),
    sa.Column('start', sa.BigInteger(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('file_size', sa.BigInteger(), nullable=True),
    sa.Column('object_name', AutoString(), nullable=False),
    sa.CheckConstraint("role IN ('export', 'media')", name=op.f('import_part_role_check')),
    sa.ForeignKeyConstraint(
        ['job_id'], ['import_job.id'], name=op.f('import_part_job_id_fkey'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'role', 'name', 'start', name=op.f('import_part_pkey')),
    sa.UniqueConstraint('object_name', name=op.f('import_part_object_name_key')),
    )
    op.add_column('import_batch', sa.Column('job_id', sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column('import_batch', 'job_id')
    op.drop_table('import_part')
    op.drop_table('import_job')
