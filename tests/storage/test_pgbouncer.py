"""Behind pgbouncer's transaction pooling, where each transaction may meet another session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from huimin.open_instance import create_instance
from huimin.settings import Settings
from huimin.storage.engine import Transaction
from huimin.storage.open_engine import open_engine
from tests.conftest import RunCli

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="needs pgbouncer")
# It is the name of a socket in a folder of its own, so that nobody else can have it.
PORT = 6432
START_SECONDS_MAX = 60.0


@pytest.fixture
def pooled(postgresql_server: Any) -> Iterator[str]:
    """The address of an empty database behind a pgbouncer with two sessions."""
    assert PGBOUNCER is not None
    direct = postgresql_server.fresh()
    to = conninfo_to_dict(direct)
    folder = Path(tempfile.mkdtemp(prefix="huimin-pgb-"))
    folder.chmod(0o777)
    target = " ".join(f"{name}={to[name]}" for name in ("host", "port", "dbname") if name in to)
    (folder / "ini").write_text(
        f"[databases]\ncounty = {target} user=postgres\n[pgbouncer]\npool_mode = transaction\n"
        f"default_pool_size = 2\nlisten_port = {PORT}\nunix_socket_dir = {folder}\n"
        "auth_type = any\n"
    )
    # Whoever runs the server may reach its socket; pgbouncer does not run as root.
    owner = pwd.getpwuid(Path(str(to["host"])).stat().st_uid).pw_name
    as_other = ["-u", owner] if os.geteuid() == 0 else []
    pooler = subprocess.Popen([PGBOUNCER, "-q", *as_other, folder / "ini"])
    url = f"postgresql://postgres@/county?host={folder}&port={PORT}"
    try:
        _wait_until_it_answers(url, pooler)
        yield url
    finally:
        pooler.terminate()
        pooler.wait(60)
        shutil.rmtree(folder)
        postgresql_server.drop(direct)


def _wait_until_it_answers(url: str, pooler: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert pooler.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_a_county_works_there_without_prepared_statements(
    pooled: str, folder: Path, environment: None, run_cli: RunCli
) -> None:
    variables = {
        "HUIMIN_DATABASE_URL": pooled,
        "HUIMIN_DATABASE_SCHEMA": "lezhi",
        "HUIMIN_DATABASE_PREPARED": "0",
        "HUIMIN_DATABASE_STATEMENT_SECONDS": "30",
    }
    settings = Settings.from_environment(folder, variables)
    create_instance(settings)
    engine = open_engine(settings)

    def rename(number: int) -> dict[str, Any]:
        def work(tx: Transaction) -> Any:
            tx.connection.ask(
                "UPDATE division SET name = :name WHERE level = 'county'", {"name": f"县{number}"}
            )
            return tx.connection.execute(
                "SELECT name, current_setting('statement_timeout') AS timeout FROM division"
                " WHERE level = 'county'"
            ).fetchone()

        answer: dict[str, Any] = engine.write(work)
        return answer

    try:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(rename, range(40)))
    finally:
        engine.close()
    assert answers == [{"name": f"县{number}", "timeout": "30s"} for number in range(40)]

    checked = run_cli(["check"], folder, **variables)
    assert (checked.returncode, "HUIMIN_DATABASE_PREPARED" in checked.stderr) == (0, False)
    variables["HUIMIN_DATABASE_PREPARED"] = "1"
    assert "HUIMIN_DATABASE_PREPARED=0" in run_cli(["check"], folder, **variables).stderr
