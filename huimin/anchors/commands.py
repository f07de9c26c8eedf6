"""`huimin ledger`: verify chains and anchors, make anchors, prove receipts, check the roll-ups."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from huimin.anchors.county_key import AnchorRefused, published_verifiers
from huimin.anchors.daily import NOT_MADE, check_kept
from huimin.anchors.make import make_anchor_now, note_of_day
from huimin.anchors.prove import ProofWrong, Proved, check_proof, proof_of
from huimin.anchors.verify import NamedNote, Report, note_in, notes_in
from huimin.command_line import (
    EXIT_FOUND,
    CommandProblem,
    echo,
    pass_instance,
    print_json,
    translated,
)
from huimin.core.catalogue import sentence
from huimin.core.days import parse_day
from huimin.core.one_case import typed_number
from huimin.core.refusals import Refusal, field_problem
from huimin.instance import Instance
from huimin.ledger.prove import BackInTime, Finding, rows_back_in_time, verify_chains
from huimin.ledger.read import digest_of_day, row_by_receipt_no
from huimin.ledger.rollups import check_rollups, rebuild_rollups
from huimin.storage.engine import Row, Transaction
from huimin.storage.giving_way import behind_the_tills
from huimin.storage.new_file import write_whole

FILE = click.Path(exists=True, path_type=Path, dir_okay=False)
FOLDER = click.Path(exists=True, path_type=Path, file_okay=False)
form_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="输出格式"
)


@click.group()
def ledger() -> None:
    """流水：证明、存证、核对、摘要。"""


@ledger.command()
@click.option("--against", type=FILE, multiple=True, help="再和这份存证文件核对；可以写几次。")
@click.option("--anchors", type=FOLDER, help="再和这个文件夹里的全部存证核对。")
@form_option
@pass_instance
def verify(instance: Instance, against: tuple[Path, ...], anchors: Path | None, form: str) -> None:
    """逐个收银终端证明流水的哈希链，并和存证核对；有问题时退出码为 1。

    数据库里保存的存证总是核对；能改数据库的人也能改它们，外面保存的存证才是凭据。
    """
    outside = [note_in(path) for path in against]
    if anchors is not None:
        outside += _notes_of(anchors)
    findings, back = behind_the_tills(
        lambda: instance.engine.read(lambda tx: (verify_chains(tx), rows_back_in_time(tx)))
    )
    report = check_kept(instance.engine, instance.key_ring, outside)
    if against and report.refused:
        raise CommandProblem("{problem}", problem="；".join(map(translated, report.refused)))
    if form == "json":
        _print_verified(findings, report, back)
    else:
        _tell_verified(findings, report, back)
    if findings or report.problems:
        sys.exit(EXIT_FOUND)


def _notes_of(folder: Path) -> list[NamedNote]:
    """An empty folder would agree with everything: perhaps its disk is not mounted."""
    notes = notes_in(folder)
    if not notes:
        raise CommandProblem("{folder} 里没有存证：是不是写错了，或磁盘没有挂上？", folder=folder)
    return notes


def _refuse_what_disagrees(instance: Instance) -> None:
    """The county's signature would make what somebody has changed look good, as in the timer."""
    report = check_kept(instance.engine, instance.key_ring, [])
    if any(not one.explained for one in report.disagreements):
        for problem in (*report.problems, NOT_MADE):
            echo(problem, err=True)
        sys.exit(EXIT_FOUND)


def _print_verified(findings: list[Finding], report: Report, back: list[BackInTime]) -> None:
    faults = [
        *map(_as_dict, findings),
        *(
            {**one.as_dict(), "sentence": translated(one.text)}
            for one in report.disagreements
            if not one.explained
        ),
        *({"code": "no_anchor", "sentence": translated(one)} for one in report.refused),
    ]
    print_json(
        {
            "ok": not faults,
            "findings": faults,
            "anchors": {"agreed": report.agreed, "newest": report.newest},
            "remarks": [translated(one) for one in report.remarks],
            "back_in_time": [_as_dict(one) for one in back],
        }
    )


def _tell_verified(findings: list[Finding], report: Report, back: list[BackInTime]) -> None:
    for problem in (*(one.text for one in findings), *report.problems):
        echo(problem)
    for remark in (*report.remarks, *(one.text for one in back)):
        echo(remark, err=True)
    if not findings:
        echo("流水完整：每个收银终端的链都衔接。")
    if report.agreed:
        echo("{count} 份存证与流水相符。", count=report.agreed)


@ledger.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写进这个文件。")
@click.option("--day", help="不做新的，取这一天（如 2026-10-31）的存证。")
@click.option("--key", is_flag=True, help="只打印验证签名用的公钥（vkey），在用的在最后。")
@pass_instance
def anchor(instance: Instance, out: Path | None, day: str | None, key: bool) -> None:
    """存证：全部流水链现在的状态，用县里的密钥签名；请存到服务器以外的地方。"""
    if key:
        for verifier in instance.engine.read(
            lambda tx: published_verifiers(tx, instance.key_ring, instance.settings)
        ):
            click.echo(verifier.text)
        return
    note: str | None
    if day is None:
        _refuse_what_disagrees(instance)
        note = make_anchor_now(instance).note
    else:
        wanted = _day("--day", day).isoformat()
        note = instance.engine.read(lambda tx: note_of_day(tx, wanted))
        if note is None:
            raise CommandProblem("{day} 还没有存证，请运行 huimin day run。", day=wanted)
    if out is None:
        click.echo(note, nl=False)
        return
    write_whole(out, note.encode())
    echo("存证已写进 {file}。", file=str(out))


@ledger.command()
@click.argument("receipt", metavar="RECEIPT")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写进这个文件。")
@pass_instance
def prove(instance: Instance, receipt: str, out: Path | None) -> None:
    """证明一张小票在已经公布的一天里，不牵出别的小票；RECEIPT 是收据号。"""

    def query(tx: Transaction) -> str | None:
        row = row_by_receipt_no(tx, typed_number(receipt))
        if row is None:
            raise Refusal("not_found")
        return proof_of(tx, row)

    proof = instance.engine.read(query)
    if proof is None:
        raise CommandProblem("这张小票的那一天还没有存证，明天再取，或运行 huimin day run。")
    if out is None:
        click.echo(proof, nl=False)
        return
    write_whole(out, proof.encode(), for_all=True)
    echo("证明已写进 {file}。", file=str(out))


@ledger.command("check-proof")
@click.argument("file", type=FILE, metavar="FILE")
@pass_instance
def check_proof_file(instance: Instance, file: Path) -> None:
    """核对一份小票的证明：签名、校验点，以及现在的流水里是不是这一行；不符时退出码为 1。"""
    content = note_in(file).note

    def query(tx: Transaction) -> tuple[Proved, Row | None]:
        proved = check_proof(tx, instance.key_ring, content)
        return proved, row_by_receipt_no(tx, proved.receipt_no or "")

    try:
        proved, row = instance.engine.read(query)
    except (ProofWrong, AnchorRefused) as problem:
        raise CommandProblem("{problem}", problem=translated(problem.text)) from None
    echo(
        "证明成立：收据号 {receipt_no} 的流水（SHA-256 {row_hash}）在 {day} 公布的 {size} 行里。",
        receipt_no=proved.receipt_no or "—",
        row_hash=proved.row_hash,
        day=proved.day or "—",
        size=proved.tree.size,
    )
    if row is None or row["hash"] != proved.row_hash:
        echo("但现在的流水里不是这样：公布以后被改过或删掉了。", err=True)
        sys.exit(EXIT_FOUND)
    echo("现在的流水里仍是这一行。")


@ledger.command()
@click.option("--check", is_flag=True, help="只核对，不改动")
@form_option
@pass_instance
def rebuild(instance: Instance, check: bool, form: str) -> None:
    """由流水重算汇总和额度；--check 只核对，有差异时退出码为 1。"""
    if check:
        differences = behind_the_tills(lambda: instance.engine.read(check_rollups))
        _report(
            [_as_dict(difference) for difference in differences], form, sentence("汇总与流水一致。")
        )
        return
    rebuilt = behind_the_tills(lambda: rebuild_rollups(instance.engine))
    changed = [_as_dict(difference) for difference in rebuilt]
    if form == "json":
        print_json({"rebuilt": changed})
        return
    for row in changed:
        click.echo(row["sentence"])
    echo("已按流水重算，改正 {count} 处。", count=len(changed))


@ledger.command()
@click.argument("day")
@pass_instance
def digest(instance: Instance, day: str) -> None:
    """打印某日（如 2026-10-31）日终全部链头合成的摘要（SHA-256）。"""
    county_day = _day("DAY", day)
    click.echo(instance.engine.read(lambda tx: digest_of_day(tx, county_day)))


def _day(name: str, typed: str) -> date:
    try:
        return parse_day(typed)
    except ValueError:
        raise field_problem(name, "日期请写成 2026-10-31。") from None


def _as_dict(problem: Any) -> dict[str, Any]:
    values = {name: getattr(problem, name) for name in problem.__dataclass_fields__}
    return {**values, "sentence": translated(problem.text)}


def _report(problems: list[dict[str, Any]], form: str, all_well: str) -> None:
    if form == "json":
        print_json({"ok": not problems, "findings": problems})
    elif not problems:
        echo(all_well)
    for row in problems if form == "text" else ():
        click.echo(row["sentence"])
    if problems:
        sys.exit(EXIT_FOUND)
