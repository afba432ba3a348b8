"""Every reader, found by looking: a module of this package with a ``READER``.

Adding one is a new file or folder and touches nothing else. Modules without one (the door to the
network, tables of licences) are not imported for it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from provenance_graph import formats
from provenance_graph.core.errors import UsageError
from provenance_graph.formats.document import Reader

_DEFINES = re.compile(rb"^READER\b", re.MULTILINE)


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader, by the name of its format."""
    result: dict[str, Reader] = {}
    for name in _with_reader([Path(folder) for folder in formats.__path__], formats.__name__):
        reader = importlib.import_module(name).READER
        if isinstance(reader, Reader):
            result[reader.format] = reader
    return MappingProxyType(dict(sorted(result.items())))


def reader_named(known: Mapping[str, Reader], name: str) -> Reader | None:
    """The reader of a format, or of a kind of document within one; None where there is none."""
    return known.get(name) or next((one for one in known.values() if name in one.parts), None)


def format_names(known: Mapping[str, Reader]) -> list[str]:
    """Every name under which a format can be asked for."""
    return sorted({*known, *(part for one in known.values() for part in one.parts)})


def require_format(name: str) -> None:
    """Raise UsageError where a format is named that no reader reads; no name is none."""
    known = readers()
    if name and reader_named(known, name) is None:
        raise UsageError(f"no format {name!r}; there are {', '.join(format_names(known))}")


def _with_reader(folders: list[Path], package: str) -> Iterator[str]:
    """The modules below a package whose text defines a ``READER``, by name."""
    for module in pkgutil.iter_modules(map(str, folders)):
        name = f"{package}.{module.name}"
        below = [folder / module.name for folder in folders if (folder / module.name).is_dir()]
        files = (
            [one / "__init__.py" for one in below]
            if module.ispkg
            else [folder / f"{module.name}.py" for folder in folders]
        )
        if any(file.is_file() and _DEFINES.search(file.read_bytes()) for file in files):
            yield name
        if module.ispkg:
            yield from _with_reader(below, name)
