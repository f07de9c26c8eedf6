"""How long 50,000 rows take and how much memory: `python -m tests.benchmarks.register_import`.

It makes a register of invented people (of ten rows, one is bad and one repeats another), runs the
real `huimin holders import` in a process of its own, and prints seconds and peak memory of a dry
run, an import, and the same import again. Seeded, so that two runs read the same file.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter
from stdnum.cn import ric

from huimin.divisions.load import package_divisions

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
GIVEN = "建国秀英芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
KINDS = ("低保", "城市低保", "特困供养", "重大疾病", "残疾", "孤儿")
RELATIONS = ("配偶", "子", "女", "父", "母", "孙子")
HEADER = (
    *("序号", "姓名", "性别", "公民身份号码", "联系电话", "乡镇（街道）", "村（社区）"),
    *("保障类别", "认定日期", "家庭成员", "备注"),
)
FIRST_BIRTH = date(1935, 1, 1)
SECONDS_MAX, MEGABYTES_MAX = 120, 300


def invented_number(serial: int) -> str:
    """A right ID number of nobody; another serial is another person."""
    born = FIRST_BIRTH + timedelta(days=serial // 900)
    body = f"512022{born:%Y%m%d}{serial % 900 + 100:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def invented_rows(count: int, seed: int = 20261031, first: int = 0) -> Iterator[list[str | int]]:
    """The rows below the header; people from the serial `first` on."""
    chance = random.Random(seed)
    rows = package_divisions()
    names = {str(row["code"]): str(row["name"]) for row in rows}
    villages = [row for row in rows if row["level"] == "village"]

    def name() -> str:
        return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2))))

    for serial in range(first, first + count):
        village = chance.choice(villages)
        number = invented_number(serial // 2 if serial % 10 == 4 else serial)
        if serial % 10 == 7:
            number = number[:17] + ("0" if number[17] != "0" else "1")
        family = "；".join(
            f"{name()}（{chance.choice(RELATIONS)}）"
            + (invented_number(10_000_000 + serial * 4 + place) if chance.random() < 0.6 else "")
            for place in range(chance.choice((0, 0, 1, 2, 3)))
        )
        yield [
            serial + 1,
            name(),
            "女",
            number,
            f"1{chance.randrange(3 * 10**9, 10**10)}",
            names[str(village["parent_code"])],
            str(village["name"]),
            chance.choice(KINDS),
            f"202{chance.randrange(6)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}",
            family,
            "",
        ]


def write_register(path: Path, count: int, first: int = 0) -> None:
    """A register of that many rows, as .xlsx or .csv (GB18030) by the file's ending."""
    title = ["乐至县2026年第三季度困难群众名册"]
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([title, HEADER, *invented_rows(count, first=first)])
        return
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range(0, 0, 0, len(HEADER) - 1, title[0])
        for number, row in enumerate([HEADER, *invented_rows(count, first=first)], start=1):
            sheet.write_row(number, 0, row)


def measure(args: list[str], folder: Path) -> tuple[float, float, str]:
    """Seconds, peak megabytes of the process, and its last line."""
    environment = {**os.environ, "HUIMIN_FOLDER": str(folder), "PYTHONIOENCODING": "utf-8"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "huimin", *args],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit(f"huimin {' '.join(args)} ended with {process.returncode}")
    # ru_maxrss is in kilobytes on Linux and in bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return seconds, usage.ru_maxrss / unit, said


def main() -> None:
    """Measure and print; exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--form", choices=["xlsx", "csv"], default="xlsx")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    missed = False
    with tempfile.TemporaryDirectory() as place:
        register = Path(place) / f"register.{options.form}"
        folder = Path(place) / "huimin-data"
        write_register(register, options.rows)
        print(f"{options.rows:,} rows, {register.stat().st_size / 2**20:.1f} MB .{options.form}")
        measure(["init"], folder)
        for label, extra in (("dry run", ["--dry-run"]), ("import", []), ("again", [])):
            seconds, megabytes, said = measure(["holders", "import", str(register), *extra], folder)
            written = next(line for line in said.splitlines() if "新增" in line)
            print(f"{label:8} {seconds:6.1f} s  {megabytes:5.0f} MB  {written}")
            missed |= seconds > SECONDS_MAX or megabytes > MEGABYTES_MAX
    raise SystemExit(int(missed))


if __name__ == "__main__":
    main()
