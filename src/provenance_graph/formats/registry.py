"""The registry of readers: every module of this package that defines a ``READER``.

A new reader is a new file or folder; no other file changes. Modules without a ``READER`` (network
access, tables of licences) are not imported by the registry. A module may state in ``SYNTAXES``
which syntaxes its reader can recognise: it is then not imported for a document of another syntax.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from provenance_graph import formats
from provenance_graph.core.errors import UsageError
from provenance_graph.formats.document import Reader

_DEFINES = re.compile(rb"^READER\b", re.MULTILINE)
_SYNTAXES = re.compile(rb"^SYNTAXES = \(([^)]*)\)$", re.MULTILINE)


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader, by format name."""
    return _imported(_modules())


@cache
def readers_of(syntax: str) -> Mapping[str, Reader]:
    """The readers that may recognise a document of a syntax, by format name."""
    stated = syntax.encode()
    return _imported(name for name, known in _modules().items() if not known or stated in known)


def _imported(modules: Iterable[str]) -> Mapping[str, Reader]:
    every = (importlib.import_module(name).READER for name in modules)
    result = {reader.format: reader for reader in every if isinstance(reader, Reader)}
    return MappingProxyType(dict(sorted(result.items())))


@cache
def _modules() -> Mapping[str, frozenset[bytes]]:
    """The modules that define a reader, each with the syntaxes it states (empty: any)."""
    return dict(_with_reader([Path(folder) for folder in formats.__path__], formats.__name__))


def reader_named(known: Mapping[str, Reader], name: str) -> Reader | None:
    """The reader of a format or of one of its ``parts``; None where there is none."""
    return known.get(name) or next((one for one in known.values() if name in one.parts), None)


def format_names(known: Mapping[str, Reader]) -> list[str]:
    """Every name by which a format can be requested, sorted."""
    return sorted({*known, *(part for one in known.values() for part in one.parts)})


def require_format(name: str) -> None:
    """Raise UsageError where no reader has the named format; an empty name is accepted."""
    if not name:
        return
    known = readers()
    if reader_named(known, name) is None:
        raise UsageError(f"no format {name!r}; there are {', '.join(format_names(known))}")


def _with_reader(folders: list[Path], package: str) -> Iterator[tuple[str, frozenset[bytes]]]:
    """Yield the modules below a package that define a ``READER``, each with its stated syntaxes."""
    for module in pkgutil.iter_modules(map(str, folders)):
        name = f"{package}.{module.name}"
        below = [folder / module.name for folder in folders if (folder / module.name).is_dir()]
        files = (
            [one / "__init__.py" for one in below]
            if module.ispkg
            else [folder / f"{module.name}.py" for folder in folders]
        )
        texts = [file.read_bytes() for file in files if file.is_file()]
        if text := next((text for text in texts if _DEFINES.search(text)), b""):
            stated = _SYNTAXES.search(text)
            yield name, frozenset(re.findall(rb'"(\w+)"', stated[1]) if stated else ())
        if module.ispkg:
            yield from _with_reader(below, name)
