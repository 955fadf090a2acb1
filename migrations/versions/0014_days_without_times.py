"""dates without a time are listed at noon, wherever the site is

What is known to the day, the month or the year belongs to no zone. Its publications are listed by
noon UTC and a tick, which is how the calendar knows them; what they show is as it was.
"""

from datetime import UTC, datetime, time
from json import loads

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

_COPIES = [
    sa.table(name, sa.column('published_at', UTCDateTime()), sa.column('publication_id'))
    for name in ('publication_tag', 'publication_author')
]
_PUBLICATION = sa.table(
    'publication', sa.column('published_at', UTCDateTime()), sa.column('id'), sa.column('item')
)
_AT_ONCE = 1_000


def upgrade() -> None:
    _listed(at_noon=True)


def downgrade() -> None:
    _listed(at_noon=False)


def _listed(*, at_noon: bool) -> None:
    last = 0
    connection = op.get_bind()
    shown = sa.select(_PUBLICATION.c.id, _PUBLICATION.c.item).order_by(_PUBLICATION.c.id)
    while rows := connection.execute(
        shown.where(_PUBLICATION.c.id > last).limit(_AT_ONCE)
    ).all():
        for key, item in rows:
            date = loads(item)
            if date['date_precision'] != 'time':
                at = datetime.fromisoformat(date['published_at']).astimezone(UTC)
                noon = datetime.combine(at.date(), time(12, 0, 0, 1), UTC)
                _move(connection, key, noon if at_noon else at)
        last = rows[-1].id


def _move(connection: sa.Connection, key: int, at: datetime) -> None:
    for table, column in ((_PUBLICATION, 'id'), *((copy, 'publication_id') for copy in _COPIES)):
        connection.execute(
            sa.update(table).where(table.c[column] == key).values(published_at=at)
        )
