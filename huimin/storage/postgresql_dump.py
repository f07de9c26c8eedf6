"""A PostgreSQL database as one file, by the server's own pg_dump and pg_restore.

A password never stands on a command line, where other users of the machine could read it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from huimin.core.catalogue import Text, text
from huimin.storage.engine import StorageProblem
from huimin.storage.postgresql_place import Connection, PostgresqlPlace, unreachable_problem

_MAJOR = re.compile(r"(\d+)(?:\.\d+)*")
# A server's own programs, where Debian's packages put them.
_DEBIAN = "/usr/lib/postgresql/{major}/bin"


def dump_database(url: str, target: Path, *, schema: str | None, snapshot: str) -> None:
    """Dump the schema (None: the whole database) as that exported snapshot sees it into the file.

    Raises StorageProblem.
    """
    program = _program("pg_dump", server_major(url))
    options = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
    options += [f"--snapshot={snapshot}", *_only(schema)]
    _run(program, url, options, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def restore_database(url: str, source: Path, *, schema: str | None) -> None:
    """Bring a dump into the empty database or schema, whole or not at all.

    Raises StorageProblem.
    """
    program = _program("pg_restore", server_major(url))
    if schema:
        # Of one schema the program restores what is in it, not the schema itself.
        _execute(url, sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(program, url, [*options, *_only(schema)], source, reads=True)


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The address of a new empty database on the same server, which is dropped after the block.

    Raises StorageProblem when the user may not make one.
    """
    name = f"huimin_rehearsal_{uuid.uuid4().hex[:12]}"
    try:
        _execute(
            url,
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(name)
            ),
        )
    except psycopg.errors.InsufficientPrivilege as error:
        raise StorageProblem(
            "演练要在同一台 PostgreSQL 上临时建一个数据库，请给这个用户 CREATEDB 权限。"
        ) from error
    try:
        yield make_conninfo(url, dbname=name)
    finally:
        _execute(
            url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def server_major(url: str) -> int:
    """The major version of the server: 15. Raises StorageProblem."""
    with _connected(url) as connection:
        return connection.info.server_version // 10_000


def has_citus(url: str) -> bool:
    """Whether Citus spreads the database's tables over servers. Raises StorageProblem."""
    with _connected(url) as connection:
        query = "SELECT 1 AS is_there FROM pg_extension WHERE extname = 'citus'"
        return connection.execute(query).fetchone() is not None


def _execute(url: str, statement: sql.Composed) -> None:
    with _connected(url) as connection:
        connection.execute(statement)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        with PostgresqlPlace(url).connect_plainly() as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise unreachable_problem(error) from error


def _only(schema: str | None) -> list[str]:
    return [f"--schema={schema}"] if schema else []


def _program(name: str, major: int) -> str:
    """The program, of the server's version or newer. Raises StorageProblem."""
    candidates = [shutil.which(name), shutil.which(name, path=_DEBIAN.format(major=major))]
    newest = -1
    for program in filter(None, candidates):
        version = _version(program)
        if version >= major:
            return program
        newest = max(newest, version)
    if newest < 0:
        raise StorageProblem(
            "没有找到 {program}；请安装与数据库同版本（{major}）的 postgresql-client。",
            program=name,
            major=major,
        )
    raise StorageProblem(
        "{program} 是 {version} 版，比数据库（{major}）旧，不能用；请安装 {major} 版的 "
        "postgresql-client。",
        program=name,
        version=newest,
        major=major,
    )


def _version(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = _MAJOR.search(done.stdout)
    return int(number[1]) if number else -1


def _run(program: str, url: str, options: list[str], file: Path, *, reads: bool = False) -> None:
    parts = conninfo_to_dict(url)
    variables = dict(os.environ)
    password = parts.pop("password", None)
    if password is not None:
        variables["PGPASSWORD"] = str(password)
    where = ["--dbname", make_conninfo("", **parts)]
    names = [str(file)] if reads else ["--file", str(file)]
    done = subprocess.run(
        [program, *options, *where, *names],
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        if not reads and os.strerror(errno.ENOSPC) in done.stderr:
            raise OSError(errno.ENOSPC, "", str(file))
        raise StorageProblem(
            "{program} 没有成功：{reason}。", program=Path(program).name, reason=_why(done)
        )


def _why(done: subprocess.CompletedProcess[str]) -> str | Text:
    lines = done.stderr.strip().splitlines()
    if done.returncode < 0:
        return text("被系统或别人结束了（信号 {number}），内存可能不够", number=-done.returncode)
    return lines[0] if lines else text("退出码 {code}", code=done.returncode)
