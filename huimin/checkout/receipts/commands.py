"""`huimin receipts`: print a receipt on a network printer, or show what it says."""

from __future__ import annotations

import socket

import click

from huimin.checkout.receipts.paper import WIDTHS_MM
from huimin.checkout.receipts.paper_escpos import escpos_bytes
from huimin.checkout.receipts.paper_text import plain_text
from huimin.checkout.receipts.receipts import Receipt, count_print, receipt_of, receipt_paper
from huimin.command_line import actor, echo, pass_instance
from huimin.core.catalogue import text
from huimin.core.refusals import Refusal
from huimin.core.system_words import system_words
from huimin.instance import Instance
from huimin.ledger.read import row_by_receipt_no
from huimin.storage.engine import Transaction

PRINTER_PORT = 9100
TIMEOUT_SECONDS = 10

width_option = click.option(
    "--width",
    type=click.Choice([str(width) for width in WIDTHS_MM]),
    default="80",
    show_default=True,
    help="纸宽（毫米）。",
)


@click.group()
def receipts() -> None:
    """小票：在网络打印机上打印，或显示内容。"""


@receipts.command("print")
@click.argument("receipt_no")
@click.option(
    "--printer",
    required=True,
    help="网络打印机（ESC/POS），写作 主机 或 主机:端口，默认端口 9100。",
)
@width_option
@pass_instance
def print_receipt(instance: Instance, receipt_no: str, printer: str, width: str) -> None:
    """在网络打印机上打印一张小票；第二次起标明重打。"""
    host, port = _place(printer)
    width_mm, now = int(width), instance.clock()
    escpos_bytes((), width_mm)  # what can't be made must not be counted
    with _connected(host, port) as connection:

        def work(tx: Transaction) -> tuple[Receipt, int]:
            receipt = _receipt(tx, instance, receipt_no)
            copy_number = count_print(
                tx, receipt, form="escpos", width_mm=width_mm, now=now, actor=actor()
            )
            return receipt, copy_number

        receipt, copy_number = instance.engine.write(work)
        paper = receipt_paper(receipt, copy_number=copy_number)
        try:
            connection.sendall(escpos_bytes(paper, width_mm))
        except OSError as error:
            raise _unreachable(host, port, error) from None
    again = text("（重打，第 {count} 次）", count=copy_number) if copy_number > 1 else ""
    echo(
        "已发送到 {host}:{port}：小票 {receipt_no}{again}。",
        host=host,
        port=port,
        receipt_no=receipt_no,
        again=again,
    )


@receipts.command("show")
@click.argument("receipt_no")
@width_option
@pass_instance
def show_receipt(instance: Instance, receipt_no: str, width: str) -> None:
    """显示一张小票的内容，不计打印。"""
    receipt = instance.engine.read(lambda tx: _receipt(tx, instance, receipt_no))
    click.echo(plain_text(receipt_paper(receipt, copy_number=1), int(width)), nl=False)


def _receipt(tx: Transaction, instance: Instance, receipt_no: str) -> Receipt:
    row = row_by_receipt_no(tx, receipt_no)
    if row is None:
        raise Refusal("redemption_unknown")
    return receipt_of(tx, row["id"], outlet_id=None, settings=instance.settings)


def _place(printer: str) -> tuple[str, int]:
    host, colon, port = printer.rpartition(":")
    if not colon:
        return printer, PRINTER_PORT
    if not host or not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65535:
        raise click.BadParameter("请写作 主机 或 主机:端口。", param_hint="--printer")
    return host.strip("[]"), int(port)


def _connected(host: str, port: int) -> socket.socket:
    try:
        return socket.create_connection((host, port), timeout=TIMEOUT_SECONDS)
    except OSError as error:
        raise _unreachable(host, port, error) from None


def _unreachable(host: str, port: int, error: OSError) -> Refusal:
    return Refusal("printer_unreachable", printer=f"{host}:{port}", why=system_words(error))
