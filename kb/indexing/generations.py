"""Generations on disk: written beside the live one, checked, switched to by one atomic replace (DESIGN.md 3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import DamagedIndexError, NoIndexError, NoPreviousGenerationError

#: Another number means that a generation cannot be read by this version.
FORMAT = 6
_CURRENT, _MANIFEST, _BUILDING, _REMOVING = "CURRENT", "manifest.json", ".building-", ".removing-"
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
        """The name of the live generation, or None where there is none. Raises DamagedIndexError."""
        try:
            name = (self._folder / _CURRENT).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise DamagedIndexError(f"The index is damaged ({_CURRENT} cannot be read): {_MEND}.") from error
        if not _NAME.match(name):
            raise DamagedIndexError(f"The index is damaged ({_CURRENT} names no generation): {_MEND}.")
        return name

    def live(self) -> Generation:
        """The live generation, its manifest, version and file sizes checked.

        Raises NoIndexError where none was built, DamagedIndexError where a check fails.
        """
        name = self.current_name()
        if name is None:
            raise NoIndexError(f"There is no index yet: {_MEND}.")
        return self._open(name, self._folder / name)

    def _open(self, name: str, folder: Path) -> Generation:
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            sound = manifest.pop("checksum") == _checksum(manifest)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise DamagedIndexError(f"The index is damaged ({name} has no readable manifest): {_MEND}.") from error
        if not sound:
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
        files = generation.manifest["files"]
        hashes = _hashes([generation.folder / relative for relative in files])
        for (relative, about), found in zip(files.items(), hashes, strict=True):
            what = f"{generation.name}/{relative}"
            if isinstance(found, OSError):
                what = f"{what} cannot be read, {found.strerror}"
                raise DamagedIndexError(f"The index is damaged ({what}): {_MEND}.") from found
            if found != about["sha256"]:
                raise DamagedIndexError(f"The index is damaged ({what} fails its checksum): {_MEND}.")

    @contextmanager
    def building(self) -> Iterator[Path]:
        """A new empty folder to build in; it is gone afterwards, whether `finish` made it a generation or not."""
        folder = self._folder / f"{_BUILDING}{os.getpid()}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def finish(self, building: Path, about: Mapping[str, Any], live: Generation | None = None) -> Generation:
        """Seal what was built, check it, make it live, and remove what is no longer kept.

        `live` is the live generation where it was found sound already.
        """
        before = live.name if live else self._newest_sound()
        name = self._new_name()
        manifest = {
            "format": FORMAT,
            "built": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "previous": before,
            **about,
            "files": _abouts(building),
        }
        sealed = {**manifest, "checksum": _checksum(manifest)}
        _write_text(building / _MANIFEST, json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True))
        self.verify(self._open(name, building))
        os.replace(building, self._folder / name)
        self._switch(name)
        self._remove_others({name, before})
        return self._open(name, self._folder / name)

    def back(self) -> Generation:
        """Return to the generation before the live one, checked first.

        Raises NoPreviousGenerationError where none is kept, DamagedIndexError where it fails its checks.
        """
        current = self._readable_current() or "~"
        earlier = [name for name in self._names() if name < current]
        if not earlier:
            raise NoPreviousGenerationError(f"There is no earlier generation to go back to: {_MEND} for a new one.")
        generation = self._checked(max(earlier))
        self._switch(generation.name)
        return generation

    def _checked(self, name: str) -> Generation:
        generation = self._open(name, self._folder / name)
        self.verify(generation)
        return generation

    def _newest_sound(self) -> str | None:
        """What a new generation can be taken back to: the live one, or the newest other one where that is damaged."""
        current = self._readable_current()
        for name in dict.fromkeys((*([current] if current else []), *reversed(self._names()))):
            try:
                return self._checked(name).name
            except DamagedIndexError:
                continue
        return None

    def _switch(self, name: str) -> None:
        current = self._folder / _CURRENT
        if current.is_dir():
            shutil.rmtree(current)
        _write_text(current, name + "\n")

    def _readable_current(self) -> str | None:
        try:
            return self.current_name()
        except DamagedIndexError:
            return None

    def _names(self) -> list[str]:
        """The generations that lie here, the oldest first."""
        if not self._folder.is_dir():
            return []
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
        for name in set(self._names()) - kept:
            # Renamed first: one that is half removed must not pass for a generation.
            (self._folder / name).rename(self._folder / (_REMOVING + name))
        for path in list(self._folder.iterdir()):
            if path.name.startswith((_BUILDING, _REMOVING)) or path.suffix == ".tmp":
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _abouts(folder: Path) -> dict[str, dict[str, object]]:
    """Size and checksum of every file of a folder. Raises OSError."""
    paths = list(_files(folder))
    found = {}
    for path, checksum in zip(paths, _hashes(paths), strict=True):
        if isinstance(checksum, OSError):
            raise checksum
        found[path.relative_to(folder).as_posix()] = {"size": path.stat().st_size, "sha256": checksum}
    return found


def _hashes(paths: Sequence[Path]) -> list[str | OSError]:
    """The checksum of each file, or why it cannot be read; two at once, since hashing lets other threads run."""
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(_hash, paths))


def _hash(path: Path) -> str | OSError:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return error


def _checksum(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _write_text(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
