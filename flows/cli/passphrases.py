"""Passphrases: asked for on the terminal, or read from a file descriptor; never an argument or a variable."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from flows.cli.errors import UserError
from flows.cli.options import completing, logins

Command = TypeVar("Command", bound=Callable[..., Any])

_MAX_LINE_BYTES = 4096


def signer_options(command: Command) -> Command:
    """--as and --passphrase-fd; the command receives `login` and `passphrase_fd`."""
    command = click.option(
        "--passphrase-fd",
        type=click.IntRange(min=0),
        metavar="N",
        help="Read passphrases from this file descriptor, a line each, instead of asking.",
    )(command)
    return click.option(
        "--as",
        "login",
        metavar="LOGIN",
        shell_complete=completing(logins),
        help="Who signs: a login of yaoxin people list.",
    )(command)


class Passphrases:
    """Passphrases of a file descriptor, a line each in the order in which they are asked for; None: of the terminal."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._lines: io.BufferedReader | None = None

    def of(self, login: str) -> str:
        """The passphrase of a person who has one. Raises UserError where none can be read."""
        return self._line(login) if self._descriptor is not None else _prompt(f"{login} 的口令")

    def new(self, login: str) -> str:
        """A new passphrase, asked for twice on a terminal. Raises UserError as `of` does, and where the two differ."""
        if self._descriptor is not None:
            return self._line(login)
        given = _prompt(f"为 {login} 设定口令")
        if _prompt("再输入一次") != given:
            raise UserError("两次输入的口令不同，没有作任何更改。")
        return given

    def _line(self, login: str) -> str:
        """The next line of the descriptor, which is not closed: the shell opened it."""
        try:
            if self._lines is None:
                self._lines = os.fdopen(int(self._descriptor or 0), "rb", closefd=False)
            line = self._lines.readline(_MAX_LINE_BYTES)
            text = line.decode("utf-8")
        except OSError as error:
            raise UserError(f"不能从文件描述符 {self._descriptor} 读取口令：{error.strerror}。") from error
        except UnicodeDecodeError:
            raise UserError(f"文件描述符 {self._descriptor} 中的口令不是 UTF-8 文字。") from None
        if not line:
            raise UserError(f"文件描述符 {self._descriptor} 中没有 {login} 的口令（每个口令一行，按询问的顺序）。")
        return text.rstrip("\r\n")


def _prompt(question: str) -> str:
    if not sys.stdin.isatty():
        raise UserError("没有终端可以输入口令：请在终端中运行，或者用 --passphrase-fd N 从文件描述符读取。")
    return str(click.prompt(question, hide_input=True, err=True, default="", show_default=False))
