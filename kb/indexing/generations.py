"""Generations on disk: written beside the live one, checked, switched to by one atomic replace (DESIGN.md 3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import DamagedIndexError, NoIndexError, NoPreviousGenerationError

#: Another number means that a generation cannot be read by this version.
FORMAT = 1
_CURRENT, _MANIFEST, _BUILDING = "CURRENT", "manifest.json", ".building-"
_NAME = re.compile(r"\d{8}T\d{6}(?:-\d+)?\Z")
_MEND = "run `kb rebuild-index`"


@dataclass(frozen=True, slots=True)
class Generation:
    """One built generation: its folder and what its manifest says."""

    name: str
    folder: Path
    manifest: Mapping[str, Any]

    @property
    def built(self) -> dt.datetime:
        """When it was built (UTC)."""
        return dt.datetime.fromisoformat(self.manifest["built"])

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(about["size"] for about in self.manifest["files"].values())


class Generations:
    """The generations of one engine under `index/<engine>/`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current_name(self) -> str | None:
        """The name of the live generation, or None where there is none."""
        try:
            return (self._folder / _CURRENT).read_text(encoding="ascii").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise DamagedIndexError(f"{self._folder / _CURRENT} cannot be read: {_MEND}.") from error

    def live(self) -> Generation:
        """The live generation, its manifest, version and file sizes checked.

        Raises NoIndexError where none was built, DamagedIndexError where a check fails.
        """
        name = self.current_name()
        if name is None:
            raise NoIndexError(f"There is no index yet: {_MEND}.")
        if not _NAME.match(name):
            raise DamagedIndexError(f"The index is damaged ({_CURRENT} names no generation): {_MEND}.")
        return self._open(name)

    def _open(self, name: str) -> Generation:
        folder = self._folder / name
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            checksum = manifest.pop("checksum")
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise DamagedIndexError(f"The index is damaged ({name} has no readable manifest): {_MEND}.") from error
        if checksum != _checksum(manifest):
            raise DamagedIndexError(f"The index is damaged (the manifest of {name} fails its checksum): {_MEND}.")
        if manifest.get("format") != FORMAT:
            raise DamagedIndexError(f"The index was built by another version ({name}): {_MEND}.")
        for relative, about in manifest["files"].items():
            path = folder / relative
            if not path.is_file() or path.stat().st_size != about["size"]:
                raise DamagedIndexError(
                    f"The index is damaged ({name}/{relative} is missing or has another size): {_MEND}."
                )
        return Generation(name, folder, manifest)

    def verify(self, generation: Generation) -> None:
        """Compare every file with its checksum. Raises DamagedIndexError naming the first that differs."""
        for relative, about in generation.manifest["files"].items():
            if _hash(generation.folder / relative) != about["sha256"]:
                what = f"{generation.name}/{relative} fails its checksum"
                raise DamagedIndexError(f"The index is damaged ({what}): {_MEND}.")

    def begin(self) -> Path:
        """A new empty folder to build in."""
        folder = self._folder / f"{_BUILDING}{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def finish(self, building: Path, about: Mapping[str, Any]) -> Generation:
        """Seal what was built, check it, make it live, and remove what is no longer kept."""
        before = self._readable_current()
        name = self._new_name()
        manifest = {
            "format": FORMAT,
            "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "previous": before,
            **about,
            "files": {path.relative_to(building).as_posix(): _about(path) for path in _files(building)},
        }
        sealed = {**manifest, "checksum": _checksum(manifest)}
        _write_text(building / _MANIFEST, json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True))
        os.replace(building, self._folder / name)
        generation = self._open(name)
        self.verify(generation)
        self._switch(name)
        self._remove_others({name, before})
        return generation

    def back(self) -> Generation:
        """Return to the generation before the live one, checked first. Raises NoPreviousGenerationError."""
        current = self._readable_current() or "~"
        earlier = [name for name in self._names() if name < current]
        if not earlier:
            raise NoPreviousGenerationError("There is no earlier generation to go back to.")
        generation = self._open(max(earlier))
        self.verify(generation)
        self._switch(generation.name)
        return generation

    def _switch(self, name: str) -> None:
        _write_text(self._folder / _CURRENT, name + "\n")

    def _readable_current(self) -> str | None:
        try:
            return self.current_name()
        except DamagedIndexError:
            return None

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._folder.iterdir() if path.is_dir() and _NAME.match(path.name))

    def _new_name(self) -> str:
        """The time in UTC; later names sort after earlier ones, even within a second or when the clock went back."""
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S")
        last = max(self._names(), default="")
        if stamp > last.split("-")[0]:
            return stamp
        base, _, number = last.partition("-")
        return f"{base}-{int(number or 0) + 1:04d}"

    def _remove_others(self, kept: set[str | None]) -> None:
        """Remove generations that are neither live nor the previous one, and what dead rebuilds left."""
        for path in self._folder.iterdir():
            leftover = path.name.startswith(_BUILDING) or path.suffix == ".tmp"
            if (_NAME.match(path.name) and path.name not in kept) or leftover:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _about(path: Path) -> dict[str, object]:
    return {"size": path.stat().st_size, "sha256": _hash(path)}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checksum(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _write_text(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
