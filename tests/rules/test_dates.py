"""A date is a date: every model that takes one from outside takes one form of it and no other."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import app
from app.kit.calendar import Calendar, Edge
from app.kit.dates import first_instant, range_end

GOOD_MOMENTS = {
    "2030-01-31T09:00:00Z": datetime(2030, 1, 31, 9, tzinfo=UTC),
    "2030-01-31t09:00:00z": datetime(2030, 1, 31, 9, tzinfo=UTC),
    "2030-01-31T09:00:00.5Z": datetime(2030, 1, 31, 9, 0, 0, 500_000, tzinfo=UTC),
    "2030-01-31T09:00:00.123456789Z": datetime(2030, 1, 31, 9, 0, 0, 123_456, tzinfo=UTC),
    "2030-01-31T09:00:00+05:30": datetime(2030, 1, 31, 3, 30, tzinfo=UTC),
    "2030-01-31T09:00:00-05:00": datetime(2030, 1, 31, 14, tzinfo=UTC),
    "2028-02-29T23:59:59-00:00": datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    "0001-01-02T00:00:00Z": datetime(1, 1, 2, tzinfo=UTC),
    "9998-12-31T23:59:59Z": datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC),
}
GOOD_DAYS = {
    "2030-01-31": date(2030, 1, 31),
    "2028-02-29": date(2028, 2, 29),
    "0001-01-01": date(1, 1, 1),
    "9999-12-31": date(9999, 12, 31),
}
LAX: list[Any] = [
    *("0", "-1", "1", "2030", "203001", "20300131", "1893456000", "1893456000000", "1e9", "+5"),
    *(0, -1, 1893456000, 1893456000.5, True, [], {}, [2030, 1, 31], {"year": 2030}),
    *("", " ", "now", "today", "tomorrow", "infinity", "NaN", "null", "P1D", "T09:00:00Z"),
    *("2030-1-31", "2030-01-1", "2030/01/31", "31.01.2030", "01-31-2030", "2030-01", "2030-W05-4"),
    *("2030-031", "30-01-31", "2030-02-30", "2030-13-01", "2030-00-10", "0000-01-01", "2029-02-29"),
    *(" 2030-01-31", "2030-01-31 ", "2030-01-31\n", "٢٠٣٠-٠١-٣١", "２０３０-01-31", "2030−01−31"),
    *("12030-01-31", "+2030-01-31", "-2030-01-31", "2030-01-31Z", "2030-01-31+00:00"),
    *("2030-01-31T09:00:00", "2030-01-31T09:00Z", "2030-01-31T09Z", "20300131T090000Z"),
    *(
        "2030-01-31_09:00:00Z",
        "2030-01-31 09:00:00Z",
        "2030-01-31T09:00:00 Z",
        "2030-01-31T090000Z",
    ),
    *("2030-01-31T09:00:00+0100", "2030-01-31T09:00:00+01", "2030-01-31T09:00:00+25:00"),
    *("2030-01-31T09:00:00+01:60", "2030-01-31T09:00:00+01:00:30", "2030-01-31T09:00:00[UTC]"),
    *(
        "2030-01-31T24:00:00Z",
        "2030-01-31T23:59:60Z",
        "2030-01-31T23:60:00Z",
        "2030-02-30T09:00:00Z",
    ),
    *("2030-01-31T09:00:00,5Z", "2030-01-31T09:00:00.Z", "2030-01-31T09:00:00.1234567890Z"),
    *("2030-01-31T09:00:00GMT", "Thu, 31 Jan 2030 09:00:00 GMT", "2030-01-31T9:00:00Z"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
    *(
        "9999-01-01T00:00:00Z",
        "0000-12-31T00:00:00Z",
        "2030-01-31T09:00:00\u200b",
        "2030-01-31T09:00:00ZZ",
    ),
]


def _inputs() -> Iterator[type[BaseModel]]:
    """Every model that refuses what it does not know: those are the ones for what comes in."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
        for child in model.__subclasses__():
            yield child
            yield from below(child)

    for model in dict.fromkeys(below(BaseModel)):
        if model.__module__.startswith("app.") and model.model_config.get("extra") == "forbid":
            yield model


def _fields() -> Iterator[Any]:
    """Each field that the contract says is a date, with what it takes and what is of another form;
    models within models have their own turn."""
    for model in _inputs():
        for name, schema in model.model_json_schema()["properties"].items():
            forms = {"date-time": GOOD_MOMENTS, "date": GOOD_DAYS}
            text = json.dumps(schema)
            good = [form for form in forms if f'"format": "{form}"' in text]
            if good:
                label = f"{model.__module__}.{model.__name__}.{name}"
                taken = [value for form in good for value in forms[form]]
                other = [value for form in forms.keys() - good for value in forms[form]]
                yield pytest.param(model, name, taken, other, id=label)


FIELDS = list(_fields())


def _faults(model: type[BaseModel], name: str, value: Any) -> list[str]:
    """What a model says of one field, whatever it says of those that are missing."""
    try:
        model.model_validate_json(json.dumps({name: value}))
    except ValidationError as error:
        return [str(item["type"]) for item in error.errors() if item["loc"][:1] == (name,)]
    return []


@pytest.mark.parametrize(("model", "name", "taken", "other"), FIELDS)
def test_a_date_is_a_date(
    model: type[BaseModel], name: str, taken: list[str], other: list[str], subtests: pytest.Subtests
) -> None:
    for value in taken:
        assert _faults(model, name, value) == [], value
    for value in [*LAX, *other]:
        with subtests.test(value=value):
            assert _faults(model, name, value) != []


def test_every_place_where_dates_come_in_is_walked() -> None:
    names = {(str(param.values[0].__name__), str(param.values[1])) for param in FIELDS}
    assert names >= {
        *(("ArticleInput", "published_at"), ("ArticleInput", "updated_at")),
        *(("ArticlePatch", "published_at"), ("CorrectionInput", "at")),
        *(("PublishInput", "visible_from"), ("CorrectInput", "visible_from")),
        *(("UnpublishInput", "visible_from"), ("PublishOperation", "visible_until")),
        *(("ArticleRecord", "ended_at"), ("ScheduledRecord", "visible_from")),
        *(("SponsorRecord", "valid_to"), ("MemberRecord", "term_from")),
        *(("EventInput", "starts"), ("EventChange", "ends"), ("EventInput", "announce_at")),
        *(("NewSponsor", "valid_from"), ("SponsorChange", "valid_to")),
        *(("NewMember", "term_to"), ("MemberChange", "term_from")),
        *(("KeyInput", "expires_at"), ("TokenInput", "expires_at"), ("Replay", "since")),
    }


def test_moments_are_kept_in_utc(subtests: pytest.Subtests) -> None:
    from app.editorial.content import ArticleInput

    for text, moment in GOOD_MOMENTS.items():
        with subtests.test(text=text, moment=moment):
            sent = json.dumps({"lang": "en", "title": "A", "published_at": text})
            kept = ArticleInput.model_validate_json(sent).published_at
            assert (kept, kept and kept.utcoffset()) == (moment, moment.utcoffset())


def test_a_date_in_a_query_is_one_too(subtests: pytest.Subtests) -> None:
    for text, moment in GOOD_MOMENTS.items():
        with subtests.test(text=text, moment=moment):
            assert first_instant(text) == moment
    assert first_instant("2030-01-31T09:00:00 05:30") == GOOD_MOMENTS["2030-01-31T09:00:00+05:30"]
    assert range_end("2030-01-31", Calendar()) == (Edge(datetime(2030, 2, 1, tzinfo=UTC)), False)
    assert range_end("9999-12-31", Calendar()) == (Edge(datetime(9999, 1, 1, tzinfo=UTC)), False)
    for text in (text for text in LAX if isinstance(text, str)):
        with pytest.raises(ValueError, match=r"write|calendar|range"):
            first_instant(text)
