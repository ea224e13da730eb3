"""A font of this machine, cut down to the characters of a paper, so that it looks and prints the same everywhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from typing import Any

INSTALL_FONT = "On Debian: apt-get install fontconfig fonts-noto-cjk."
_INVISIBLE = frozenset(range(0x20))


def install_extra() -> str:
    """What to run to install the Python packages that papers need, into the environment that this program runs in."""
    try:
        declared = requires("yaoxin") or []
    except PackageNotFoundError:  # run from its source
        declared = []
    packages = sorted(one.split(";")[0].strip() for one in declared if re.search(r"extra == .papers.", one))
    command = [sys.executable, "-m", "pip", "install", *(packages or ["uharfbuzz", "weasyprint"])]
    return f"Install it with: {shlex.join(command)}"


class PaperToolMissing(RuntimeError):
    """A tool or font for papers is not installed; the message says what to install."""


class NoGlyph(ValueError):
    """No font asked for has a character of the paper; the message names it and says what to do."""


@dataclass(frozen=True)
class FontFace:
    """A face of a font file, as fontconfig names it."""

    family: str
    path: str
    index: int


@dataclass(frozen=True)
class FontSubset:
    """A face cut down to some characters: a complete OpenType font."""

    family: str
    is_bold: bool
    data: bytes


def font_subsets(plain: str, bold: str, families: Sequence[str]) -> tuple[FontSubset, ...]:
    """Faces for the characters of `plain` and of `bold`, of the first family that is installed and has them.

    Raises PaperToolMissing where none is installed, NoGlyph for a character none has.
    """
    return tuple(cut for text, is_bold in ((plain, False), (bold, True)) for cut in _cuts(text, is_bold, families))


def _cuts(text: str, is_bold: bool, families: Sequence[str]) -> Iterable[FontSubset]:
    wanted = {ord(character) for character in text} - _INVISIBLE
    faces = [face for face in (installed(family, is_bold) for family in families) if face is not None]
    if not faces:
        asked = ", ".join(families)
        raise PaperToolMissing(f"No font that papers are set in is installed; asked for: {asked}. {INSTALL_FONT}")
    for face in faces:
        had = wanted & covered(face)
        wanted -= had
        if had:
            yield FontSubset(face.family, is_bold, _subset(face, had))
    if wanted:
        named = ", ".join(f"{chr(code)} (U+{code:04X})" for code in sorted(wanted))
        have = ", ".join(face.family for face in faces)
        raise NoGlyph(
            f"No installed font has {named}; looked in: {have}. "
            "Install a font that has it, and add its family to 'fonts' in policy/papers/_common.yaml."
        )


@cache
def installed(family: str, is_bold: bool) -> FontFace | None:
    """The face of that family in that weight; None where fontconfig knows none. Raises PaperToolMissing without it."""
    weight = "bold" if is_bold else "regular"
    command = ["fc-match", "--format", "%{family}\t%{file}\t%{index}", f"{family}:weight={_WEIGHTS[weight]}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as fault:
        raise PaperToolMissing(f"fontconfig, which finds fonts, does not answer: {fault}. {INSTALL_FONT}") from fault
    names, path, index = answer.split("\t")
    # Its nearest is not good enough. A variable font's instances stand in the upper half of the index.
    return FontFace(family, path, int(index) & 0xFFFF) if family in names.split(",") else None


_WEIGHTS = {"regular": 80, "bold": 200}  # fontconfig's numbers


@cache
def covered(face: FontFace) -> frozenset[int]:
    """Code points that the face has a glyph for."""
    return frozenset(_opened(face).unicodes)


def _subset(face: FontFace, codes: set[int]) -> bytes:
    harfbuzz = _harfbuzz()
    asked = harfbuzz.SubsetInput()
    asked.sets(harfbuzz.SubsetInputSets.UNICODE).set(codes)
    asked.sets(harfbuzz.SubsetInputSets.LAYOUT_FEATURE_TAG).set(set())  # the default forms are those of the family
    asked.flags = harfbuzz.SubsetFlags.NO_HINTING
    return bytes(harfbuzz.subset(_opened(face), asked).blob.data)


@cache
def _opened(face: FontFace) -> Any:  # noqa: ANN401 (HarfBuzz is imported only when a paper is set)
    harfbuzz = _harfbuzz()
    return harfbuzz.Face(harfbuzz.Blob.from_file_path(face.path), face.index)


def _harfbuzz() -> Any:  # noqa: ANN401
    try:
        import uharfbuzz
    except ImportError as fault:
        raise PaperToolMissing(f"Papers need uharfbuzz, which is not installed. {install_extra()}") from fault
    return uharfbuzz
