"""YAML of other people, with dates as they are written and without aliases: a few lines of these
become gigabytes."""

from typing import Any

import yaml
from typing_extensions import override


class YamlAliasError(ValueError):
    """The YAML uses aliases."""


class _PlainLoader(yaml.SafeLoader):
    """Values as they are written, but for numbers and truth values; no aliases."""

    @override
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise YamlAliasError("it uses aliases (*name); write their values out")
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_yaml(source: str) -> Any:
    """The value of a document. `YamlAliasError`; `ValueError`, `yaml.YAMLError` or `RecursionError`
    when it is no YAML."""
    # The loader only builds plain values.
    return yaml.load(source.replace("\t", "  "), Loader=_PlainLoader)  # noqa: S506
