"""The UTC month of a shown date as SQL, in the words of each database."""

from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col

_SECOND_DAY: Final[Any] = sa.literal_column("'02'")
_LAST_BUT_THREE: Final[Any] = sa.literal_column("'27'")


def month_of(source: Any, sqlite: bool) -> Any:
    """The UTC month of the shown date, `YYYY-MM`."""
    date_column = col(source.published_at)
    month: Any = sa.func.substr(sa.type_coerce(date_column, sa.String()), 1, 7)
    if not sqlite:
        month = sa.func.to_char(
            sa.func.timezone("UTC", date_column), sa.literal_column("'YYYY-MM'")
        )
    return month.label("month")


def stamp_of(source: Any, sqlite: bool) -> Any:
    """The UTC month of the shown date; near its edges, where zones differ, the whole instant."""
    date_column: Any = col(source.published_at)
    stamp: Any = sa.type_coerce(date_column, sa.String())
    if not sqlite:
        form: Any = sa.literal_column("'YYYY-MM-DD HH24:MI:SS.US'")
        stamp = sa.func.to_char(sa.func.timezone("UTC", date_column), form)
    day = sa.func.substr(stamp, 9, 2)
    edge = sa.or_(day < _SECOND_DAY, day > _LAST_BUT_THREE)
    return sa.case((edge, stamp), else_=sa.func.substr(stamp, 1, 7)).label("month")
