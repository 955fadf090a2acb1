"""media

Publications that were frozen before pictures had sizes say so: each member of `image` that is new
is null there.
"""

import json

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_UNKNOWN = {'width': None, 'height': None, 'colour': None, 'focal_point': None, 'sizes': None}
_PUBLICATION = sa.table('publication', sa.column('id', sa.Integer), sa.column('item', sa.Text))


def _rewrite_images(change) -> None:
    connection = op.get_bind()
    pictured = sa.select(_PUBLICATION).where(_PUBLICATION.c.item.like('%"image":{%'))
    for row in connection.execute(pictured).all():
        item = json.loads(row.item)
        if item['image']:
            item['image'] = change(item['image'])
            text = json.dumps(item, ensure_ascii=False, separators=(',', ':'))
            here = sa.update(_PUBLICATION).where(_PUBLICATION.c.id == row.id)
            connection.execute(here.values(item=text))


def upgrade() -> None:
    op.create_table('media',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('colour', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('focal_x', sa.Float(), nullable=True),
    sa.Column('focal_y', sa.Float(), nullable=True),
    sa.Column('alt', sa.JSON(), nullable=False),
    sa.Column('caption', sa.JSON(), nullable=False),
    sa.Column('credit', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('taken_down_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('taken_down_reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('was_public', sa.Boolean(), nullable=True),
    sa.Column('erased_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("(kind = 'image') = (width IS NOT NULL)", name=op.f('media_size_check')),
    sa.CheckConstraint("kind IN ('image', 'document')", name=op.f('media_kind_check')),
    sa.CheckConstraint('(focal_x IS NULL) = (focal_y IS NULL)', name=op.f('media_focal_check')),
    sa.CheckConstraint('revision >= 1', name=op.f('media_revision_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('media_pkey')),
    sa.UniqueConstraint('sha256', name=op.f('media_sha256_key'))
    )
    op.create_table('media_use',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('media_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('media_use_article_id_fkey')),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('media_use_media_id_fkey')),
    sa.PrimaryKeyConstraint('article_id', 'media_id', name=op.f('media_use_pkey'))
    )
    with op.batch_alter_table('media_use', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('media_use_media_id_index'), ['media_id'], unique=False)

    op.create_table('rendition',
    sa.Column('media_id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('rendition_media_id_fkey')),
    sa.PrimaryKeyConstraint('media_id', 'name', name=op.f('rendition_pkey'))
    )
    with op.batch_alter_table('rendition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('rendition_sha256_index'), ['sha256'], unique=False)

    op.create_table('publication_media',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('media_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['media_id'], ['media.id'], name=op.f('publication_media_media_id_fkey')),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('publication_media_publication_id_fkey')),
    sa.PrimaryKeyConstraint('publication_id', 'media_id', name=op.f('publication_media_pkey'))
    )
    with op.batch_alter_table('publication_media', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('publication_media_media_id_index'), ['media_id'], unique=False)

    _rewrite_images(lambda image: {**image, **_UNKNOWN})


def downgrade() -> None:
    with op.batch_alter_table('publication_media', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('publication_media_media_id_index'))

    op.drop_table('publication_media')
    with op.batch_alter_table('rendition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('rendition_sha256_index'))

    op.drop_table('rendition')
    with op.batch_alter_table('media_use', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('media_use_media_id_index'))

    op.drop_table('media_use')
    op.drop_table('media')
    _rewrite_images(lambda image: {k: v for k, v in image.items() if k not in _UNKNOWN})
