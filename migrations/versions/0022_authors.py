"""authors; slugs, portraits, links and roles of committee members; sponsors by language

A role was a text and becomes texts by language, under `und`: nobody said which language it was in.
Slugs are made from names. The articles of each author are counted once: some seconds for a million.
"""

import sqlalchemy as sa
from alembic import op
from slugify import slugify
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = '0022'
down_revision = '0020'
branch_labels = None
depends_on = None

# PostgreSQL changes the type of a column by an expression without subqueries, so texts become JSON
# strings and JSON strings become texts; the rest is done while the column holds JSON.
_BY_LANGUAGE = {
    'sqlite': """UPDATE committee_member SET role = CASE role WHEN 'Member'
    THEN '{"en": "Member", "es": "Integrante"}' ELSE json_object('und', role) END""",
    'postgresql': """UPDATE committee_member SET role = CASE role #>> '{}' WHEN 'Member'
    THEN '{"en": "Member", "es": "Integrante"}'::json
    ELSE json_build_object('und', role #>> '{}') END""",
}
_ONE_TEXT = {
    'sqlite': """UPDATE committee_member SET role = coalesce(
    json_extract(role, '$.und'), json_extract(role, '$.en'),
    (SELECT value FROM json_each(role) LIMIT 1), 'Member')""",
    'postgresql': """UPDATE committee_member SET role = to_json(coalesce(
    role ->> 'und', role ->> 'en', (SELECT value FROM json_each_text(role) LIMIT 1), 'Member'))""",
}
_COUNTS = """
INSERT INTO author_count
SELECT a.author_slug, p.kind, p.lang, count(*)
FROM change_head JOIN publication p
ON p.visible_from <= effective_until AND p.visible_until > effective_until
JOIN publication_author a ON a.publication_id = p.id
GROUP BY 1, 2, 3
"""
_SPONSOR = ('names', 'statements')


def upgrade() -> None:
    op.create_table('author',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', AutoString(), nullable=False),
    sa.Column('name', AutoString(), nullable=False),
    sa.Column('biography', sa.JSON(), nullable=False),
    sa.Column('portrait', sa.Uuid(), nullable=True),
    sa.Column('links', sa.JSON(), nullable=False),
    sa.Column('always_public', sa.Boolean(), nullable=False),
    sa.Column('external_source', AutoString(), nullable=True),
    sa.Column('external_id', AutoString(), nullable=True),
    sa.Column('import_digest', AutoString(), nullable=True),
    sa.Column('created_at', UTCDateTime(), nullable=False),
    sa.Column('updated_at', UTCDateTime(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='1', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('author_pkey')),
    sa.UniqueConstraint('slug', name=op.f('author_slug_key')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('author_external_source_external_id_key'))
    )
    op.create_index(op.f('author_portrait_index'), 'author', ['portrait'])
    op.create_table('author_count',
    sa.Column('author_slug', AutoString(), nullable=False),
    sa.Column('kind', AutoString(), nullable=False),
    sa.Column('lang', AutoString(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('author_slug', 'kind', 'lang', name=op.f('author_count_pkey'))
    )
    op.execute(_COUNTS)

    for name in _SPONSOR:
        op.add_column('sponsor', sa.Column(name, sa.JSON(), server_default='{}', nullable=False))
    op.add_column('sponsor', sa.Column('image', sa.Uuid(), nullable=True))
    op.create_index(op.f('sponsor_image_index'), 'sponsor', ['image'])

    op.add_column('committee_member', sa.Column('slug', AutoString(), nullable=True))
    op.add_column('committee_member', sa.Column('portrait', sa.Uuid(), nullable=True))
    op.add_column(
        'committee_member',
        sa.Column('links', sa.JSON(), server_default='[]', nullable=False),
    )
    _make_slugs()
    dialect = op.get_bind().dialect.name
    if dialect == 'sqlite':
        op.execute(_BY_LANGUAGE[dialect])
    with op.batch_alter_table('committee_member', schema=None) as batch_op:
        batch_op.alter_column('role', type_=sa.JSON(), postgresql_using='to_json(role)')
        batch_op.alter_column('slug', existing_type=AutoString(), nullable=False)
    if dialect == 'postgresql':
        op.execute(_BY_LANGUAGE[dialect])
    op.create_index(op.f('committee_member_portrait_index'), 'committee_member', ['portrait'])
    op.create_index(
        'committee_member_slug', 'committee_member', ['slug'], unique=True,
        sqlite_where=sa.text('removed_at IS NULL'),
        postgresql_where=sa.text('removed_at IS NULL'),
    )


def downgrade() -> None:
    op.drop_index('committee_member_slug', 'committee_member')
    op.drop_index(op.f('committee_member_portrait_index'), 'committee_member')
    op.execute(_ONE_TEXT[op.get_bind().dialect.name])
    with op.batch_alter_table('committee_member', schema=None) as batch_op:
        batch_op.alter_column('role', type_=AutoString(), postgresql_using="role #>> '{}'")
    for name in ('links', 'portrait', 'slug'):
        op.drop_column('committee_member', name)
    op.drop_index(op.f('sponsor_image_index'), 'sponsor')
    for name in ('image', *_SPONSOR):
        op.drop_column('sponsor', name)
    op.drop_table('author_count')
    op.drop_table('author')


def _make_slugs() -> None:
    member = sa.table(
        'committee_member',
        *(sa.column('id', sa.Uuid()), sa.column('name'), sa.column('slug')),
        *(sa.column('removed_at'), sa.column('position')),
    )
    connection = op.get_bind()
    taken: set[str] = set()
    rows = connection.execute(
        sa.select(member.c.id, member.c.name, member.c.removed_at)
        .order_by(member.c.removed_at.is_not(None), member.c.position, member.c.id)
    ).all()
    for key, name, removed_at in rows:
        plain = slugify(name.replace("'", ''), max_length=100, word_boundary=True) or 'member'
        slug, number = plain, 1
        while slug in taken and removed_at is None:
            number += 1
            slug = f'{plain}-{number}'
        taken.add(slug)
        connection.execute(sa.update(member).where(member.c.id == key).values(slug=slug))
