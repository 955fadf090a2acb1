"""revisions of tags and people, slugs and ids that tags had, tags of working copies, aliases of tags"""

from uuid import uuid4

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_PEOPLE = ('sponsor', 'committee_member')
_EITHER = (
    '(article_id IS NOT NULL AND tag_id IS NULL AND gone IS NULL)'
    ' OR (article_id IS NULL AND tag_id IS NOT NULL AND gone IS NULL)'
    ' OR (article_id IS NULL AND tag_id IS NULL AND gone IS NOT NULL)'
)

# The tags of every working copy, out of its newest revision. Ids are text in JSON; SQLite keeps
# them without their hyphens.
_CARRIED = {
    'sqlite': """INSERT INTO article_tag (article_id, tag_id)
    SELECT DISTINCT article.id, tag.id
    FROM article
    JOIN revision ON revision.article_id = article.id AND revision.number = article.revision,
         json_each(revision.content, '$.tag_ids') AS carried
    JOIN tag ON tag.id = replace(carried.value, '-', '')""",
    'postgresql': """INSERT INTO article_tag (article_id, tag_id)
    SELECT DISTINCT article.id, tag.id
    FROM article
    JOIN revision ON revision.article_id = article.id AND revision.number = article.revision
    CROSS JOIN LATERAL json_array_elements_text(revision.content -> 'tag_ids') AS carried(id)
    JOIN tag ON tag.id = carried.id::uuid""",
}


def _revision() -> sa.Column:
    return sa.Column('revision', sa.Integer(), server_default='1', nullable=False)


def upgrade() -> None:
    # Not in a batch: SQLite would rebuild the table, and others refer to it.
    op.add_column('tag', _revision())
    for table in _PEOPLE:
        op.add_column(table, _revision())
        op.add_column(table, sa.Column('removed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    op.create_table('tag_slug',
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('tag_id', sa.Uuid(), nullable=True),
    sa.Column('removed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint('(tag_id IS NULL) = (removed_at IS NOT NULL)', name=op.f('tag_slug_either_check')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('tag_slug_tag_id_fkey')),
    sa.PrimaryKeyConstraint('slug', name=op.f('tag_slug_pkey'))
    )
    op.create_index(op.f('tag_slug_tag_id_index'), 'tag_slug', ['tag_id'], unique=False)
    op.execute('INSERT INTO tag_slug (slug, tag_id) SELECT slug, id FROM tag')

    op.create_table('former_tag',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tag_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('former_tag_tag_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('former_tag_pkey'))
    )
    op.create_index(op.f('former_tag_tag_id_index'), 'former_tag', ['tag_id'], unique=False)

    op.create_table('article_tag',
    sa.Column('tag_id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('article_tag_article_id_fkey')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('article_tag_tag_id_fkey')),
    sa.PrimaryKeyConstraint('tag_id', 'article_id', name=op.f('article_tag_pkey'))
    )
    op.create_index(op.f('article_tag_article_id_index'), 'article_tag', ['article_id'], unique=False)
    op.execute(_CARRIED[op.get_bind().dialect.name])

    op.add_column('alias', sa.Column('id', sa.Uuid(), nullable=True))
    _name_aliases()
    with op.batch_alter_table('alias', schema=None) as batch_op:
        batch_op.alter_column('id', existing_type=sa.Uuid(), nullable=False)
        batch_op.add_column(sa.Column('tag_id', sa.Uuid(), nullable=True))
        batch_op.add_column(_revision())
        batch_op.drop_constraint(op.f('alias_either_check'), type_='check')
        batch_op.create_check_constraint(op.f('alias_either_check'), _EITHER)
        batch_op.create_unique_constraint(op.f('alias_id_key'), ['id'])
        batch_op.create_foreign_key(op.f('alias_tag_id_fkey'), 'tag', ['tag_id'], ['id'])
        batch_op.create_index(op.f('alias_tag_id_index'), ['tag_id'], unique=False)


def _name_aliases() -> None:
    alias = sa.table('alias', sa.column('path', sa.String()), sa.column('id', sa.Uuid()))
    paths = op.get_bind().execute(sa.select(alias.c.path)).scalars().all()
    named = alias.update().where(alias.c.path == sa.bindparam('here')).values(id=sa.bindparam('new'))
    if paths:
        op.get_bind().execute(named, [{'here': path, 'new': uuid4()} for path in paths])


def downgrade() -> None:
    op.execute('DELETE FROM alias WHERE tag_id IS NOT NULL')
    with op.batch_alter_table('alias', schema=None) as batch_op:
        batch_op.drop_index(op.f('alias_tag_id_index'))
        batch_op.drop_constraint(op.f('alias_tag_id_fkey'), type_='foreignkey')
        batch_op.drop_constraint(op.f('alias_id_key'), type_='unique')
        batch_op.drop_constraint(op.f('alias_either_check'), type_='check')
        batch_op.create_check_constraint(
            op.f('alias_either_check'), '(article_id IS NULL) <> (gone IS NULL)'
        )
        for column in ('revision', 'tag_id', 'id'):
            batch_op.drop_column(column)

    op.drop_table('article_tag')
    op.drop_table('former_tag')
    op.drop_table('tag_slug')
    for table in _PEOPLE:
        op.execute(f'DELETE FROM "{table}" WHERE removed_at IS NOT NULL')
        for column in ('removed_at', 'revision'):
            op.drop_column(table, column)
    op.drop_column('tag', 'revision')
