"""`huimin cards print`: write the PDF of a print run completely or not at all, then record it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import click

from huimin.cards.find import find_card
from huimin.cards.print_log import record_run
from huimin.cards.print_run import (
    card_of_holder,
    card_to_print,
    cards_of_run,
    printed_cards,
    public_host,
)
from huimin.cards.sheet import CardFace, PrintedCard, cards_pdf, missing_glyphs
from huimin.command_line import acting, echo, pass_instance, translated
from huimin.core.card_number import group
from huimin.core.card_token import read_text
from huimin.core.days import county_day
from huimin.core.recorded_reasons import REASONS
from huimin.core.refusals import field_problem
from huimin.divisions.find import find
from huimin.instance import Instance
from huimin.storage.engine import Row, Transaction
from huimin.storage.new_file import write_whole


@click.command("print")
@click.option("--holder", "holder_id", metavar="编号", help="打印这位持卡人的卡。")
@click.option("--card", metavar="卡号", help="打印这一张卡（卡号或卡码）。")
@click.option("--town", metavar="代码", help="只打印一个乡镇（12 位区划代码）的卡。")
@click.option("--all-unprinted", is_flag=True, help="只打印还没有打印过的卡。")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="写到哪个 PDF 文件。",
)
@click.option("--single", is_flag=True, help="每页一张卡（制卡机）；默认 A4 每页八张，带裁切线。")
@click.option("--overwrite", is_flag=True, help="文件已存在时覆盖。")
@pass_instance
def print_cards(
    instance: Instance,
    holder_id: str | None,
    card: str | None,
    town: str | None,
    all_unprinted: bool,
    out: Path,
    single: bool,
    overwrite: bool,
) -> None:
    """把卡排成 PDF，并记录“已打印”。"""
    _check_request(holder_id, card, town, all_unprinted, out, overwrite)
    rows = instance.engine.read(
        lambda tx: _chosen(tx, instance, holder_id, card, town, all_unprinted)
    )
    if not rows:
        echo("没有要打印的卡。")
        return
    faces = list(printed_cards(rows, instance.key_ring, public_host(instance.settings.base_url)))
    _warn_of_glyphs(faces)
    face = CardFace(instance.settings.county_name, instance.settings.help_line)
    with click.progressbar(faces, label=translated("排版"), file=sys.stderr) as progress:
        pdf = cards_pdf(progress, face, single=single)
    write_whole(out.absolute(), pdf)
    ids = [row["id"] for row in rows]
    instance.engine.write(
        lambda tx: record_run(
            tx,
            ids,
            layout="single" if single else "sheet",
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            reason=REASONS["card_printed"],
            again=not all_unprinted,
            **acting(instance),
        )
    )
    echo(
        "已把 {count} 张卡写入 {out}。文件里有持卡人姓名，打印后请妥善保管或删除。",
        count=len(rows),
        out=out,
    )


def _check_request(
    holder_id: str | None,
    card: str | None,
    town: str | None,
    all_unprinted: bool,
    out: Path,
    overwrite: bool,
) -> None:
    # --town and --all-unprinted can be combined; --holder and --card stand alone.
    ways = sum((bool(holder_id), bool(card), bool(town) or all_unprinted))
    if ways != 1:
        raise field_problem(
            "cards",
            "请选择要打印的卡：--holder、--card，或 --town、--all-unprinted（后两项可以同用）。",
        )
    if out.exists() and not overwrite:
        raise field_problem(
            "out",
            "文件 {out} 已存在；里面的卡已记为打印过。请换个文件名，或加 --overwrite。",
            out=out,
        )
    if not out.absolute().parent.is_dir():
        raise field_problem("out", "没有文件夹 {parent}。", parent=out.parent)


def _chosen(
    tx: Transaction,
    instance: Instance,
    holder_id: str | None,
    card: str | None,
    town: str | None,
    all_unprinted: bool,
) -> list[Row]:
    today = county_day(instance.clock())
    if holder_id:
        return [card_of_holder(tx, holder_id, today)]
    if card:
        card_found = find_card(tx, read_text(card), instance.key_ring.public_keys())
        return [card_to_print(tx, card_found["id"], today)]
    place = find(tx, town) if town else None
    if town and (place is None or place["level"] != "town"):
        raise field_problem("town", "没有代码为 {town} 的乡镇，请写 12 位区划代码。", town=town)
    return cards_of_run(tx, today=today, town_code=town, printed_too=not all_unprinted)


def _warn_of_glyphs(faces: list[PrintedCard]) -> None:
    for lacking in missing_glyphs(faces):
        echo(
            "注意：卡 {number} 的姓名“{name}”里，字体缺“{characters}”，印出来是空位，请手工补写。",
            number=group(lacking.number),
            name=lacking.name,
            characters=lacking.characters,
            err=True,
        )
