"""`huimin demo`: build or reuse the demo county, print how to try it, and serve it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from huimin.access.trial_accounts import DEMO_FILE
from huimin.command_line import echo, settings_of, translated
from huimin.core.words import ROLE_NAMES
from huimin.demo.build import Demo, curl_line, open_demo
from huimin.demo.code import code_now
from huimin.open_instance import system_clock
from huimin.settings import Settings, variable

SEED = 20230301
DEFAULT_FOLDER = Path("huimin-demo")


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="演示县的文件夹；默认 ./huimin-demo，已有演示县就接着用。",
)
@click.option("--port", type=click.IntRange(1, 65535), help="监听端口；默认 8000。")
@click.option("--no-serve", is_flag=True, help="只建好数据，不启动服务。")
@click.option(
    "--code",
    "number",
    metavar="卡号",
    help="只打印一张演示卡此刻的动态码（一分钟内有效）；真实的县没有这个命令。",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="随机种子；同种子同数字。")
@click.pass_context
def demo(
    context: click.Context,
    folder: Path | None,
    port: int | None,
    no_serve: bool,
    number: str | None,
    seed: int,
) -> None:
    """建一个演示县（真实乡镇、虚构人员）并开始服务。

    设了 HUIMIN_DATABASE_URL 就建在那个 PostgreSQL 库里；库须为空，或是这个文件夹建的演示县。
    """
    settings = _demo_settings(context, folder, port, serves=not no_serve and number is None)
    if number is not None:
        click.echo(code_now(settings, number, now=system_clock()))
        return
    built = _open(settings, seed)
    _print_summary(settings, built, serves=not no_serve)
    if not no_serve:
        from huimin.serving.serve import serve

        serve(settings)


def _demo_settings(
    context: click.Context, folder: Path | None, port: int | None, *, serves: bool
) -> Settings:
    """The process's settings, but with a demo folder instead of a real county's."""
    from huimin.serving.serve import require_free

    settings = settings_of(context)
    chosen = folder or context.find_root().obj.folder or DEFAULT_FOLDER
    settings = replace(settings, folder=Path(chosen)).listening_at(None, port)
    if settings.port == 0:  # demo.json needs the port before it is served
        settings = settings.listening_at(None, Settings.port)
    if serves:
        require_free(settings.host, settings.port)
    return settings


def _open(settings: Settings, seed: int) -> Demo:
    bar: Any = None

    def progress(days: int) -> None:
        nonlocal bar
        if days:
            bar = click.progressbar(
                length=days, label=translated("正在生成三个月的优惠交易"), width=30
            )
            bar.__enter__()
        else:
            bar.update(1)

    try:
        return open_demo(settings, now=system_clock(), seed=seed, progress=progress)
    finally:
        if bar is not None:
            bar.__exit__(None, None, None)


def _print_summary(settings: Settings, demo: Demo, *, serves: bool) -> None:
    manifest = demo.manifest
    if demo.played is None:
        echo("接着用已有的演示县：{folder}", folder=settings.folder)
    else:
        echo(
            "演示县已建好：{folder}（{cards} 张卡，{redemptions} 笔优惠，{reversals} 笔退货）",
            folder=settings.folder,
            cards=len(manifest["cards"]),
            redemptions=demo.played.redemptions,
            reversals=demo.played.reversals,
        )
    echo("人员、商户和密码都是虚构的，只供演示。")
    click.echo()
    base_url = manifest["base_url"]
    echo("网页登录    {base_url}/", base_url=base_url)
    echo("先在登录页点“演示导览”里的绿色按钮，跟着走五站。")
    echo("公开信息    {base_url}/public/", base_url=base_url)
    echo("接口说明    {base_url}/api/v1/docs", base_url=base_url)
    click.echo()
    echo("工作人员")
    for each in manifest["staff"]:
        role = translated(ROLE_NAMES.text(each["role"]))
        click.echo(f"  {each['username']:<10} {each['password']:<22} {role}")
    if holder := manifest.get("holder"):
        click.echo()
        echo("持卡人的页面 {address}", address=f"{base_url}/my/")
        echo("卡号 {number}，身份证最后四位 {last_four}，登录码 {code}", **holder)
        echo("登录码只能用一次；再运行一次 huimin demo 就有新的。")
    first = manifest["terminals"][0]
    click.echo()
    echo("收银终端密钥（{outlet}）", outlet=first["outlet"])
    click.echo(f"  {first['key']}")
    card = manifest["cards"][0]
    echo("卡码（{holder}，卡号 {number}）", holder=card["holder"], number=card["number"])
    click.echo(f"  {card['token']}\n")
    echo("试一试")
    click.echo(f"  {curl_line(manifest)}\n")
    echo("以上都在 {file}", file=settings.folder / DEMO_FILE)
    if not serves:
        echo("开始服务：huimin demo --folder {folder}", folder=settings.folder)
        if settings.database_url:
            echo("（{variable} 同上）", variable=variable("database_url"))
