"""the site's own record: names, navigation, sections, featured articles, policies, licence"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('site',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('descriptions', sa.JSON(), nullable=False),
    sa.Column('logo_id', sa.Uuid(), nullable=True),
    sa.Column('contact', sa.JSON(), nullable=False),
    sa.Column('links', sa.JSON(), nullable=False),
    sa.Column('policies', sa.JSON(), nullable=False),
    sa.Column('machines', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('navigation', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('section_ids', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('featured_ids', sa.JSON(), nullable=False),
    sa.Column('import_digest', AutoString(), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('updated_at', UTCDateTime(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['logo_id'], ['media.id'], name=op.f('site_logo_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('site_pkey'))
    )
    op.create_index(op.f('site_logo_id_index'), 'site', ['logo_id'])


def downgrade() -> None:
    op.drop_table('site')
