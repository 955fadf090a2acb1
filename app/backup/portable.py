"""Rows as JSON and back, for any database: each type has one form for a value."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import UTCDateTime

from app.kit.clock import rfc3339

TypeName = Literal[
    "uuid", "instant", "date", "boolean", "integer", "number", "json", "bytes", "text"
]

# The more special type comes first: a BigInteger is an Integer, a Text a String.
_NAMES: Final[tuple[tuple[type[sa.types.TypeEngine[Any]], TypeName], ...]] = (
    (sa.Uuid, "uuid"),
    (sa.DateTime, "instant"),
    (sa.Date, "date"),
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "number"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.String, "text"),
)

_TYPES: Final[dict[TypeName, Callable[[], sa.types.TypeEngine[Any]]]] = {
    "uuid": sa.Uuid,
    "instant": UTCDateTime,
    "date": sa.Date,
    "boolean": sa.Boolean,
    "integer": sa.BigInteger,
    "number": sa.Float,
    "bytes": sa.LargeBinary,
    "text": sa.Text,
}

_WRITTEN: Final[dict[TypeName, Callable[[Any], object]]] = {
    "uuid": str,
    "instant": rfc3339,
    "date": date.isoformat,
    "bytes": lambda value: b64encode(value).decode(),
}

_READ: Final[dict[TypeName, Callable[[Any], object]]] = {
    "uuid": UUID,
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "bytes": b64decode,
}


def type_name(kind: sa.types.TypeEngine[Any]) -> TypeName:
    """The portable name of a column's type; TypeError when there is none."""
    if isinstance(kind, sa.TypeDecorator):
        kind = kind.impl_instance
    for sql_type, name in _NAMES:
        if isinstance(kind, sql_type):
            return name
    raise TypeError(f"no portable form for {kind!r}")


def column_type(name: TypeName, *, nullable: bool) -> sa.types.TypeEngine[Any]:
    """The column type that writes values of this name into either database."""
    return sa.JSON(none_as_null=nullable) if name == "json" else _TYPES[name]()


def to_json(name: TypeName, value: Any) -> object:
    """The JSON form of a value."""
    form = _WRITTEN.get(name)
    return value if value is None or form is None else form(value)


def from_json(name: TypeName, value: Any) -> object:
    """The value of a JSON form."""
    form = _READ.get(name)
    return value if value is None or form is None else form(value)
