"""The files below a folder, by name: what is served of the web page and of the manual."""

from __future__ import annotations

import os
from pathlib import Path


class FileTable:
    """The files below a folder that are not hidden, by their path in it.

    Names are looked up in a table, so that no request makes a path. The folder is listed anew when
    a name is not in the table, or its file is gone, and one of the folders has changed since:
    a page that is built anew while the service runs is served as it is now.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._folders: dict[Path, int] = {}
        if folder is not None:
            self._list(folder)

    def __bool__(self) -> bool:
        """Whether there is any file."""
        return bool(self._files)

    def find(self, name: str) -> tuple[Path, os.stat_result] | None:
        """The file of a name with its present status; None if there is none."""
        found = self._look_up(name)
        if found is None and self._folder is not None and self._has_changed():
            self._list(self._folder)
            found = self._look_up(name)
        return found

    def _look_up(self, name: str) -> tuple[Path, os.stat_result] | None:
        file = self._files.get(name)
        if file is None:
            return None
        try:
            return file, file.stat()
        except OSError:
            return None

    def _list(self, folder: Path) -> None:
        self._folders = {folder: _changed(folder)}
        self._files = {}
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                self._folders[path] = _changed(path)
            elif path.is_file() and not path.name.startswith("."):
                self._files[path.relative_to(folder).as_posix()] = path

    def _has_changed(self) -> bool:
        return any(_changed(folder) != then for folder, then in self._folders.items())


def _changed(folder: Path) -> int:
    """When files were last added to a folder or removed; -1 if there is no such folder."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return -1
