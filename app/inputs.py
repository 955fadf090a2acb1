"""The base of all input types: their strictness, and the form of a partial change."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticUndefined

Fields = TypeVar("Fields", bound=BaseModel)


class Input(BaseModel):
    """The base of every input type: strict, without unknown fields, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class PatchInput(Input):
    """A partial change (RFC 7396), to be decorated with `make_optional`.

    A field that is absent stays. A map by language replaces the languages that it names, and null
    takes one of them away.
    """

    def apply_to(self, current: Mapping[str, Any]) -> dict[str, Any]:
        """The current fields with the change applied."""
        fields = dict(current)
        for name in self.model_fields_set:
            value = getattr(self, name)
            if isinstance(current[name], dict):
                merged = {**current[name], **value} if value is not None else {}
                value = {lang: text for lang, text in merged.items() if text is not None}
            fields[name] = value
        return fields


def make_optional(model: type[Fields]) -> type[Fields]:
    """The model with every field optional. An absent field is not in `model_fields_set`; null is
    refused unless the field's type allows it."""
    for field in model.model_fields.values():
        field.default, field.default_factory = PydanticUndefined, lambda: None
    model.model_rebuild(force=True)
    return model
