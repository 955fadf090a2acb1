"""releases: texts that become public together, with what is scheduled or has an end now

Each text that is to come or will expire gets a release of its own.
"""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

_RELEASE = sa.table(
    'release',
    *(sa.column('id', sa.Uuid), sa.column('revision', sa.Integer)),
    *(sa.column('visible_from', UTCDateTime()), sa.column('expires_at', UTCDateTime())),
    *(sa.column('created_at', UTCDateTime()), sa.column('updated_at', UTCDateTime())),
    *(sa.column('changed_by', sa.String), sa.column('changed_by_id', sa.Uuid)),
)
_PUBLICATION = sa.table(
    'publication',
    *(sa.column('id', sa.Integer), sa.column('release_id', sa.Uuid)),
    *(sa.column('visible_from', UTCDateTime()), sa.column('visible_until', UTCDateTime())),
    *(sa.column('expires_at', UTCDateTime()), sa.column('ended', sa.String)),
    *(sa.column('published_by', sa.String), sa.column('published_by_id', sa.Uuid)),
)
_HEAD = sa.table('change_head', sa.column('effective_until', UTCDateTime()))
_INDEXES = {
    'publication_release': ['release_id'],
    'publication_begins': ['visible_from', 'article_id'],
    'publication_expires': ['expires_at', 'article_id'],
}


def upgrade() -> None:
    op.create_table(
        'release',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('visible_from', UTCDateTime(), nullable=False),
        sa.Column('expires_at', UTCDateTime(), nullable=True),
        sa.Column('created_at', UTCDateTime(), nullable=False),
        sa.Column('updated_at', UTCDateTime(), nullable=False),
        sa.Column('changed_by', AutoString(), nullable=False),
        sa.Column('changed_by_id', sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('release_pkey')))
    op.add_column('publication', sa.Column('release_id', sa.Uuid(), nullable=True))
    op.add_column('publication', sa.Column('review_state', AutoString(), nullable=True))
    _add_releases()
    is_released = sa.text('release_id IS NOT NULL')
    for name, columns in _INDEXES.items():
        op.create_index(
            name, 'publication', columns, sqlite_where=is_released, postgresql_where=is_released)


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(name, table_name='publication')
    op.drop_column('publication', 'review_state')
    op.drop_column('publication', 'release_id')
    op.drop_table('release')


def _add_releases() -> None:
    connection, rows = op.get_bind(), _PUBLICATION.c
    now = connection.execute(sa.select(_HEAD.c.effective_until)).scalar_one()
    is_to_come = sa.and_(rows.visible_from > now, rows.visible_from < rows.visible_until)
    will_expire = sa.and_(rows.visible_until > now, rows.expires_at == rows.visible_until)
    planned = sa.select(_PUBLICATION).where(
        rows.ended.is_(None), sa.or_(is_to_come, will_expire))
    for row in connection.execute(planned).all():
        key = uuid.uuid4()
        connection.execute(
            sa.insert(_RELEASE).values(
                id=key, revision=1, visible_from=row.visible_from, expires_at=row.expires_at,
                created_at=now, updated_at=now,
                changed_by=row.published_by, changed_by_id=row.published_by_id))
        connection.execute(
            sa.update(_PUBLICATION).where(rows.id == row.id).values(release_id=key))
