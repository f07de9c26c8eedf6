"""`huimin divisions`: load the villages' coordinates, for distances to the nearest outlet."""

from __future__ import annotations

from pathlib import Path

import click

from huimin.command_line import CommandProblem, Instance, actor, echo, pass_instance
from huimin.divisions.coordinates import locate_divisions, read_locations


@click.group()
def divisions() -> None:
    """行政区划。"""


@divisions.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_instance
def coordinates(instance: Instance, file: Path) -> None:
    """从 CSV（code,latitude,longitude，WGS 84 十进制度数）装入村社的经纬度，全部或全不。"""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandProblem("文件不是 UTF-8，请另存为 UTF-8 CSV。") from error
    locations, now = read_locations(text), instance.clock()
    count = instance.engine.write(
        lambda tx: locate_divisions(tx, locations, now=now, actor=actor())
    )
    echo("已装入 {count} 个村社（镇街）的经纬度。", count=count)
