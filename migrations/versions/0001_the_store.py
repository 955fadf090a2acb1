"""the store"""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('article',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lang', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('translation_group', sa.Uuid(), nullable=True),
    sa.Column('external_source', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('import_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('import_revision', sa.Integer(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('trashed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('article', 'page')", name=op.f('article_kind_check')),
    sa.CheckConstraint('revision >= 1', name=op.f('article_revision_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('article_pkey')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('article_external_source_external_id_key'))
    )
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('article_state_index'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('article_translation_group_index'), ['translation_group'], unique=False)
        batch_op.create_index(batch_op.f('article_updated_at_index'), ['updated_at'], unique=False)

    op.create_table('change',
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('cause', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('change_pkey'))
    )
    op.create_table('change_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('effective_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('next_boundary', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('change_head_single_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('change_head_pkey'))
    )
    op.create_table('committee_member',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('group', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('affiliation', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('biography', sa.JSON(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('term_from', sa.Date(), nullable=True),
    sa.Column('term_to', sa.Date(), nullable=True),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('external_source', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('import_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('committee_member_pkey')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('committee_member_external_source_external_id_key'))
    )
    op.create_table('sponsor',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('logo', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('statement', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('external_source', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('external_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('import_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('sponsor_pkey')),
    sa.UniqueConstraint('external_source', 'external_id', name=op.f('sponsor_external_source_external_id_key'))
    )
    op.create_table('tag',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('descriptions', sa.JSON(), nullable=False),
    sa.Column('synonyms', sa.JSON(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('import_digest', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['tag.id'], name=op.f('tag_parent_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('tag_pkey')),
    sa.UniqueConstraint('slug', name=op.f('tag_slug_key'))
    )
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('tag_parent_id_index'), ['parent_id'], unique=False)

    op.create_table('alias',
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=True),
    sa.Column('gone', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint('(article_id IS NULL) <> (gone IS NULL)', name=op.f('alias_either_check')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('alias_article_id_fkey')),
    sa.PrimaryKeyConstraint('path', name=op.f('alias_pkey'))
    )
    with op.batch_alter_table('alias', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('alias_article_id_index'), ['article_id'], unique=False)

    op.create_table('article_slug',
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('article_slug_article_id_fkey')),
    sa.PrimaryKeyConstraint('slug', name=op.f('article_slug_pkey'))
    )
    with op.batch_alter_table('article_slug', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('article_slug_article_id_index'), ['article_id'], unique=False)

    op.create_table('publication',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lang', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('translation_group', sa.Uuid(), nullable=True),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ended', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('ended_note', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('syndicatable', sa.Boolean(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('tag_ids', sa.Text(), nullable=False),
    sa.Column('published_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint('visible_from <= visible_until', name=op.f('publication_interval_check')),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('publication_article_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('publication_pkey'))
    )
    with op.batch_alter_table('publication', schema=None) as batch_op:
        batch_op.create_index('publication_article', ['article_id', 'visible_from'], unique=False)
        batch_op.create_index('publication_changed', ['kind', 'changed_at', 'article_id', 'visible_from', 'visible_until'], unique=False)
        batch_op.create_index('publication_from', ['visible_from'], unique=False, sqlite_where=sa.text('visible_from < visible_until'), postgresql_where=sa.text('visible_from < visible_until'))
        batch_op.create_index('publication_group', ['translation_group'], unique=False, sqlite_where=sa.text('translation_group IS NOT NULL'), postgresql_where=sa.text('translation_group IS NOT NULL'))
        batch_op.create_index('publication_list', ['kind', 'published_at', 'article_id', 'visible_from', 'visible_until', 'syndicatable', 'changed_at'], unique=False)
        batch_op.create_index('publication_list_lang', ['kind', 'lang', 'published_at', 'article_id', 'visible_from', 'visible_until', 'syndicatable', 'changed_at'], unique=False)
        batch_op.create_index('publication_slug', ['slug'], unique=False)
        batch_op.create_index('publication_until', ['visible_until'], unique=False, sqlite_where=sa.text("visible_until < '9999-01-01 00:00:00.000000'"), postgresql_where=sa.text("visible_until < '9999-01-01 00:00:00+00'"))

    op.create_table('revision',
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('body_html', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('saved_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('saved_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('note', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('revision_article_id_fkey')),
    sa.PrimaryKeyConstraint('article_id', 'number', name=op.f('revision_pkey'))
    )
    op.create_table('publication_author',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('author_slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lang', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('publication_author_publication_id_fkey')),
    sa.PrimaryKeyConstraint('publication_id', 'author_slug', name=op.f('publication_author_pkey'))
    )
    with op.batch_alter_table('publication_author', schema=None) as batch_op:
        batch_op.create_index('publication_author_list', ['author_slug', 'kind', 'published_at', 'article_id', 'visible_from', 'visible_until', 'lang', 'publication_id'], unique=False)

    op.create_table('publication_body',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('body_html', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('publication_body_publication_id_fkey')),
    sa.PrimaryKeyConstraint('publication_id', name=op.f('publication_body_pkey'))
    )
    op.create_table('publication_tag',
    sa.Column('publication_id', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('lang', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('visible_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['publication_id'], ['publication.id'], name=op.f('publication_tag_publication_id_fkey')),
    sa.ForeignKeyConstraint(['tag_id'], ['tag.id'], name=op.f('publication_tag_tag_id_fkey')),
    sa.PrimaryKeyConstraint('publication_id', 'tag_id', name=op.f('publication_tag_pkey'))
    )
    with op.batch_alter_table('publication_tag', schema=None) as batch_op:
        batch_op.create_index('publication_tag_list', ['tag_id', 'kind', 'published_at', 'article_id', 'visible_from', 'visible_until', 'lang', 'publication_id'], unique=False)

    # The log begins at 1970, so that whatever is published first comes after it.
    head = sa.table(
        "change_head",
        sa.column("id", sa.Integer),
        sa.column("sequence", sa.BigInteger),
        sa.column("effective_until", sqlmodel.sql.sqltypes.UTCDateTime()),
        sa.column("next_boundary", sqlmodel.sql.sqltypes.UTCDateTime()),
    )
    op.bulk_insert(
        head,
        [
            {
                "id": 1,
                "sequence": 0,
                "effective_until": datetime(1970, 1, 1, tzinfo=UTC),
                "next_boundary": datetime(9999, 1, 1, tzinfo=UTC),
            }
        ],
    )


def downgrade() -> None:
    with op.batch_alter_table('publication_tag', schema=None) as batch_op:
        batch_op.drop_index('publication_tag_list')

    op.drop_table('publication_tag')
    op.drop_table('publication_body')
    with op.batch_alter_table('publication_author', schema=None) as batch_op:
        batch_op.drop_index('publication_author_list')

    op.drop_table('publication_author')
    op.drop_table('revision')
    with op.batch_alter_table('publication', schema=None) as batch_op:
        batch_op.drop_index('publication_until', sqlite_where=sa.text("visible_until < '9999-01-01 00:00:00.000000'"), postgresql_where=sa.text("visible_until < '9999-01-01 00:00:00+00'"))
        batch_op.drop_index('publication_slug')
        batch_op.drop_index('publication_list_lang')
        batch_op.drop_index('publication_list')
        batch_op.drop_index('publication_group', sqlite_where=sa.text('translation_group IS NOT NULL'), postgresql_where=sa.text('translation_group IS NOT NULL'))
        batch_op.drop_index('publication_from', sqlite_where=sa.text('visible_from < visible_until'), postgresql_where=sa.text('visible_from < visible_until'))
        batch_op.drop_index('publication_changed')
        batch_op.drop_index('publication_article')

    op.drop_table('publication')
    with op.batch_alter_table('article_slug', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('article_slug_article_id_index'))

    op.drop_table('article_slug')
    with op.batch_alter_table('alias', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('alias_article_id_index'))

    op.drop_table('alias')
    with op.batch_alter_table('tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('tag_parent_id_index'))

    op.drop_table('tag')
    op.drop_table('sponsor')
    op.drop_table('committee_member')
    op.drop_table('change_head')
    op.drop_table('change')
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('article_updated_at_index'))
        batch_op.drop_index(batch_op.f('article_translation_group_index'))
        batch_op.drop_index(batch_op.f('article_state_index'))

    op.drop_table('article')
