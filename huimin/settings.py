"""Environment → one frozen `Settings`: every name, its meaning, its default and its check.

Read once when a process starts; nothing else looks at the environment. Reading settings touches no
file; only `secret_key_of` creates one, when the app first needs a key to sign sessions.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huimin.core.catalogue import LANGUAGES, SOURCE, Text
from huimin.keys.key_file import damaged_keys_problem, load_keys, locked, save_keys

SECRET_FILE = "secret_key.json"  # noqa: S105
SECRET_LENGTH_MIN = 16
KEPT_DAYS_MAX = 36_500
# How messages reach holders; without a channel the office tells them, from a list on paper.
PAPER, MESSAGE_FILE, MESSAGE_WEBHOOK = "paper", "file", "webhook"
# More workers than this gain little: only one of them writes at a time.
WORKERS_USUAL_MAX, WORKERS_MAX = 4, 16


class SettingsProblem(Exception):
    """An invalid setting: one sentence that names it and the remedy."""

    def __init__(self, name: str, source: str, /, **params: Any) -> None:
        remedy = Text(source, params)
        super().__init__(f"{name}：{remedy.say()} / {name}: {remedy.say('en')}")
        self.name = name


def _text(name: str, value: str) -> str:
    if not value.strip() or "\0" in value:
        raise SettingsProblem(name, "不能为空。")
    return value.strip()


def _whole(least: int, most: int) -> Callable[[str, str], int]:
    def parse(name: str, value: str) -> int:
        if not value.strip().isascii() or not value.strip().isdigit():
            number = -1
        else:
            number = int(value.strip()[:12])
        if not least <= number <= most:
            raise SettingsProblem(
                name,
                "请写 {least} 到 {most} 之间的整数，现在是“{value}”。",
                least=least,
                most=most,
                value=value,
            )
        return number

    return parse


def _flag(name: str, value: str) -> bool:
    if value not in ("0", "1"):
        raise SettingsProblem(name, "请写 0 或 1，现在是“{value}”。", value=value)
    return value == "1"


# RFC 3986 as libpq reads it: `user:password@host:port,host:port/database?parameters`, with nothing
# in a name or a password that would end it too early.
_UNBROKEN = "(?:[^@:/?#%]|%[0-9A-Fa-f]{2})*"
_HOST = rf"(?:\[[^]@]*]|{_UNBROKEN})(?::[0-9]*)?"
_DATABASE_URL = re.compile(
    rf"postgres(?:ql)?://(?:{_UNBROKEN}(?::{_UNBROKEN})?@)?{_HOST}(?:,{_HOST})*"
    r"(?:/(?:[^@?%]|%[0-9A-Fa-f]{2})*)?(?:\?(?:[^@%]|%[0-9A-Fa-f]{2})*)?"
)


def _database_url(name: str, value: str) -> str | None:
    if value and not value.startswith(("postgresql://", "postgres://")):
        raise SettingsProblem(name, "请写 postgresql:// 开头的地址；用 SQLite 时不要设置它。")
    if value and not _DATABASE_URL.fullmatch(value):
        # The driver would say what it stumbles on: a part of the password.
        raise SettingsProblem(
            name,
            "地址写得不对：用户名和密码里的 @ : / ? # % 要写成 "
            "%40 %3A %2F %3F %23 %25，端口写数字。",
        )
    return value or None


def _schema_name(name: str, value: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value) or value.startswith("pg_"):
        raise SettingsProblem(
            name, "请用小写字母、数字和下划线，以字母开头，最多 63 个，不能以 pg_ 开头。"
        )
    return value


def _base_url(name: str, value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise SettingsProblem(name, "请写 http:// 或 https:// 开头的地址。")
    return value.rstrip("/")


def _one_of(*known: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if value not in known:
            raise SettingsProblem(name, "请写 {known} 之一。", known=known)
        return value

    return parse


def _day_of_year(name: str, value: str) -> str:
    try:
        return f"{date.fromisoformat(f'2001-{value}'):%m-%d}"
    except ValueError:
        raise SettingsProblem(name, "请写月和日，例如 12-31。") from None


def _addresses(name: str, value: str) -> str:
    addresses = [address.strip() for address in value.split(",") if address.strip()]
    if not addresses or not all(re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", one) for one in addresses):
        raise SettingsProblem(name, "请写邮箱地址，几个之间用逗号。")
    return ",".join(addresses)


def _one_address(name: str, value: str) -> str:
    address = _addresses(name, value)
    if "," in address:
        raise SettingsProblem(name, "只能写一个邮箱地址。")
    return address


def _web_address(name: str, value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/@]+(/\S*)?", value):
        raise SettingsProblem(name, "请写 http:// 或 https:// 开头的地址。")
    return value


def _gateway_address(name: str, value: str) -> str:
    address = _web_address(name, value)
    try:
        inside = ipaddress.ip_address(urlsplit(address).hostname or "").is_private
    except ValueError:
        inside = False
    if address.startswith("http://") and not inside:
        raise SettingsProblem(
            name, "里面有手机号码：请写 https:// 开头的地址；http:// 只能用于本机和内网的 IP 地址。"
        )
    return address


def _networks(name: str, value: str) -> str:
    networks = [network.strip() for network in value.split(",") if network.strip()]
    try:
        return ",".join(str(ipaddress.ip_network(network)) for network in networks)
    except ValueError:
        raise SettingsProblem(name, "请写网段，例如 10.1.0.0/16，几个之间用逗号。") from None


def _long_secret(name: str, value: str) -> str:
    if len(value) < SECRET_LENGTH_MIN:
        raise SettingsProblem(
            name, "至少 {secret_length_min} 个字符。", secret_length_min=SECRET_LENGTH_MIN
        )
    return value


def usual_workers() -> int:
    """One worker process a core that this process may use, at most WORKERS_USUAL_MAX."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        cores = os.cpu_count() or 1
    return max(1, min(cores, WORKERS_USUAL_MAX))


def _setting(
    meaning: str, default: Any, parse: Callable[[str, str], Any] = _text, *, secret: bool = False
) -> Any:
    return field(default=default, metadata={"meaning": meaning, "parse": parse, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """All settings of one process. A field `card_years` is the variable `HUIMIN_CARD_YEARS`."""

    folder: Path = _setting(
        "数据文件夹：数据库、密钥、上传 / instance folder",
        Path("huimin-data"),
        lambda name, value: Path(_text(name, value)),
    )
    database_url: str | None = _setting(
        "PostgreSQL 地址；不设则用 SQLite / PostgreSQL address", None, _database_url, secret=True
    )
    database_schema: str | None = _setting(
        "PostgreSQL 里放这个县的表的模式（schema）；不设则由数据库决定 / schema in PostgreSQL",
        None,
        _schema_name,
    )
    database_connections: int = _setting(
        "最多同时开几个 PostgreSQL 连接 / connections to PostgreSQL", 16, _whole(2, 500)
    )
    database_statement_seconds: int = _setting(
        "PostgreSQL 一条语句最多几秒，0 为不限 / seconds that a statement may take in PostgreSQL",
        60,
        _whole(0, 86_400),
    )
    database_prepared: bool = _setting(
        "PostgreSQL 预备语句（0 或 1）；经 pgbouncer 事务池连接时设 0 / prepared statements",
        True,
        _flag,
    )
    read_only: bool = _setting(
        "只读（0 或 1）：备库或副本只供查看，什么也不写 / read only, for a standby", False, _flag
    )
    secret_key: str | None = _setting(
        "会话签名密钥；不设则自动生成并存盘 / session signing key", None, _text, secret=True
    )
    base_url: str = _setting(
        "对外网址，印在卡码里 / public address", "http://127.0.0.1:8000", _base_url
    )
    host: str = _setting("监听地址 / address to listen on", "127.0.0.1")
    port: int = _setting("监听端口 / port to listen on", 8000, _whole(0, 65535))
    workers: int = _setting(
        "工作进程数；不设则每个处理器核一个，最多 4 个 / worker processes",
        usual_workers(),
        _whole(1, WORKERS_MAX),
    )
    threads: int = _setting(
        "每个工作进程同时处理的请求数 / concurrent requests of each worker", 32, _whole(1, 512)
    )
    language: str = _setting(
        "命令和通知的语言：zh_Hans、zh_Hant、en / language of commands and notices",
        SOURCE,
        _one_of(*LANGUAGES),
    )
    county_name: str = _setting("县名 / name of the county", "乐至县")
    help_line: str = _setting("服务热线 / help line", "12345")
    card_years: int = _setting("新卡有效年数 / validity of a new card", 3, _whole(1, 20))
    session_hours: int = _setting("登录有效小时数 / hours a sign-in lasts", 12, _whole(1, 72))
    four_eyes: bool = _setting(
        "提交人不能审批自己提交的（0 或 1）/ the submitter can't approve", True, _flag
    )
    verify_months: int = _setting(
        "每隔几个月复核一次资格 / months between verifications", 12, _whole(1, 60)
    )
    grace_days: int = _setting(
        "复核到期后的宽限天数 / days of grace after that", 30, _whole(0, 365)
    )
    usual_end: str | None = _setting(
        "新登记的保障通常哪一天到期，例如 12-31；不设则没有 / usual last day of a new entitlement",
        None,
        _day_of_year,
    )
    working_days: str = _setting(
        "数据文件夹里县里自己的节假日表，没有就用随系统的 / the county's calendar in the folder",
        "working_days.csv",
    )
    claim_days: int = _setting(
        "购买后几天内可以补录优惠 / days in which a missed discount can be claimed",
        30,
        _whole(0, 365),
    )
    settlement_days: int = _setting(
        "商户确认结算单的天数 / days in which a merchant confirms a settlement", 7, _whole(1, 60)
    )
    complaint_working_days: int = _setting(
        "几个工作日内答复小票上的投诉 / working days in which a complaint is answered",
        10,
        _whole(1, 60),
    )
    keep_rating_days: int = _setting(
        "评价的留言和照片、投诉的答复保存几天，投诉从办结起，0 为不限 "
        "/ days to keep what ratings and complaints say",
        365,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_price_photo_days: int = _setting(
        "货架价签的照片保存几天，0 为不限 / days to keep photos of shelf prices",
        1_095,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_lookups_days: int = _setting(
        "谁查过卡的记录保存几天，0 为不限 / days to keep who looked at a card",
        730,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_evidence_days: int = _setting(
        "保障结束几天后删除材料，0 为不删 / days after aid has ended to keep papers",
        1_095,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_register_days: int = _setting(
        "名册文件和待修改的工作簿保存几天，0 为不限 / days to keep register files",
        30,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_draft_days: int = _setting(
        "没有提交的草稿保存几天，0 为不限 / days to keep unfinished drafts",
        90,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_request_days: int = _setting(
        "持卡人诉求答复几天后删除所写的话，0 为不删 / days to keep the words of holders' requests",
        1_095,
        _whole(0, KEPT_DAYS_MAX),
    )
    keep_session_days: int = _setting(
        "登录记录（地址、浏览器）保存几天，0 为不限 / days to keep records of sign-ins",
        190,
        _whole(0, KEPT_DAYS_MAX),
    )
    smtp_host: str | None = _setting("发通知的邮件服务器；不设则不发邮件 / mail server", None)
    smtp_port: int = _setting("邮件服务器端口 / its port", 587, _whole(1, 65535))
    smtp_security: str = _setting(
        "邮件加密：starttls、ssl 或 none / how mail is encrypted",
        "starttls",
        _one_of("starttls", "ssl", "none"),
    )
    smtp_user: str | None = _setting("邮件服务器用户名 / its user", None)
    smtp_password: str | None = _setting("邮件服务器密码 / its password", None, secret=True)
    smtp_from: str | None = _setting("发件地址 / sender of notices", None, _one_address)
    notice_to: str | None = _setting(
        "通知发给哪些邮箱，逗号分隔 / recipients of notices, comma-separated", None, _addresses
    )
    webhook_url: str | None = _setting(
        "通知发往的网络接口地址 / webhook address for notices", None, _web_address, secret=True
    )
    webhook_secret: str | None = _setting(
        "网络接口的签名密钥，至少 16 个字符 / webhook's signing secret, at least 16 characters",
        None,
        _long_secret,
        secret=True,
    )
    message_channel: str = _setting(
        "短信等告知持卡人的方式：paper（只打印名单）、file（写进文件夹）、webhook（发到网关）"
        " / how holders are told: on paper, by files for a gateway, or by its web address",
        PAPER,
        _one_of(PAPER, MESSAGE_FILE, MESSAGE_WEBHOOK),
    )
    message_folder: str | None = _setting(
        "file 方式写进哪个文件夹；不设则在数据文件夹的 messages / folder of message files", None
    )
    message_url: str | None = _setting(
        "webhook 方式发往的网关地址（短信或微信）/ address of the SMS or WeChat gateway",
        None,
        _gateway_address,
        secret=True,
    )
    message_secret: str | None = _setting(
        "网关的签名密钥，至少 16 个字符 / gateway's signing secret, at least 16 characters",
        None,
        _long_secret,
        secret=True,
    )
    message_signature: str | None = _setting(
        "短信开头【】里的签名；不设则用县名 / signature at the head of an SMS", None
    )
    message_templates: str | None = _setting(
        "微信模板的对照文件（JSON）/ file that maps messages to WeChat templates", None
    )
    messages_a_day: int = _setting(
        "一个人一天最多几条（验证码不算）/ messages to one person in a day, codes apart",
        5,
        _whole(1, 100),
    )
    keep_message_days: int = _setting(
        "告知的内容保存几天，0 为不限 / days to keep what messages said",
        90,
        _whole(0, KEPT_DAYS_MAX),
    )
    anchor_folder: str | None = _setting(
        "存证另存到哪个文件夹，最好在另一台机器上 / folder, best of another host, for anchors", None
    )
    webhook_networks: str | None = _setting(
        "商户的通知地址可以在哪些内网网段 / private networks that merchants' webhooks may be in",
        None,
        _networks,
    )
    body_seconds: int = _setting(
        "请求内容最多多少秒发完；大的按每秒 4 KB 加时 / seconds for a request's body to arrive",
        20,
        _whole(1, 600),
    )
    stuck_seconds: int = _setting(
        "工作进程多少秒没有动静就重新启动 / seconds of silence before a worker is restarted",
        120,
        _whole(5, 3600),
    )
    proxies: int = _setting("前面可信的反向代理层数 / trusted proxies in front", 0, _whole(0, 5))
    metrics: bool = _setting("是否开放 /metrics（0 或 1）/ serve /metrics", False, _flag)

    @classmethod
    def from_environment(
        cls, folder: Path | str | None = None, environment: Mapping[str, str] | None = None
    ) -> Settings:
        """The settings of this process; `folder` takes precedence over HUIMIN_FOLDER.

        Raises SettingsProblem, which names the variable, for an invalid value.
        """
        variables = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for entry in fields(cls):
            text = variables.get(variable(entry.name))
            if text is not None and text != "":
                values[entry.name] = entry.metadata["parse"](variable(entry.name), text)
        if folder is not None:
            values["folder"] = Path(folder)
        if "base_url" not in values:
            host, port = values.get("host", cls.host), values.get("port", cls.port)
            values["base_url"] = f"http://{host}:{port}"
        return cls(**values)

    def listening_at(self, host: str | None, port: int | None) -> Settings:
        """The settings with another host or port to listen on, if given.

        The public address follows unless it was set to something else.
        """
        moved = replace(
            self, host=self.host if host is None else host, port=self.port if port is None else port
        )
        if self.base_url == f"http://{self.host}:{self.port}":
            moved = replace(moved, base_url=f"http://{moved.host}:{moved.port}")
        return moved

    def environment(self) -> dict[str, str]:
        """The environment variables that give another process these settings."""
        values = {variable(entry.name): getattr(self, entry.name) for entry in fields(self)}
        return {
            name: str(int(value)) if isinstance(value, bool) else str(value)
            for name, value in values.items()
            if value is not None
        }

    @property
    def database_path(self) -> Path:
        """The SQLite file; unused when `database_url` is set."""
        path = self.folder / "huimin.db"
        # SQLite keeps the log beside the file itself, not beside a link to it.
        return path.resolve() if path.is_symlink() else path

    @property
    def notice_addresses(self) -> tuple[str, ...]:
        """The mail addresses for notices."""
        return tuple(self.notice_to.split(",")) if self.notice_to else ()

    @property
    def spool(self) -> Path:
        """The folder of the messages that a gateway takes as files."""
        return Path(self.message_folder) if self.message_folder else self.folder / "messages"

    @property
    def webhook_networks_allowed(
        self,
    ) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The private networks that a merchant's webhook may be in."""
        return (
            tuple(map(ipaddress.ip_network, (self.webhook_networks or "").split(",")))
            if (self.webhook_networks)
            else ()
        )

    @property
    def open_without_proxy(self) -> bool:
        """Whether other machines reach the server directly, with no proxy in front."""
        try:
            on_this_machine = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            on_this_machine = self.host == "localhost"
        return not on_this_machine and self.proxies == 0

    @property
    def secure_cookies(self) -> bool:
        """Whether the public address is HTTPS, so that cookies are sent over HTTPS only."""
        return self.base_url.startswith("https://")

    def without_secrets(self) -> dict[str, str]:
        """Variable → value of every setting that is set and no secret, for a record."""
        secret = {variable(entry.name) for entry in fields(self) if entry.metadata["secret"]}
        return {name: value for name, value in self.environment().items() if name not in secret}

    def listed(self) -> list[tuple[str, str, str]]:
        """Variable, value and meaning of every setting; secrets masked."""
        rows = []
        for entry in fields(self):
            value = getattr(self, entry.name)
            text = "" if value is None else str(int(value) if value is True else value)
            if value is False:
                text = "0"
            if entry.metadata["secret"] and value:
                text = "******"
            rows.append((variable(entry.name), text, entry.metadata["meaning"]))
        return rows


def variable(name: str) -> str:
    """The environment variable of a field."""
    return f"HUIMIN_{name.upper()}"


def secret_key_of(settings: Settings) -> str:
    """The key that signs sessions: from the settings, else from the folder (created once, 0600).

    Raises StorageProblem for a file that can't be read or holds none.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.folder / SECRET_FILE
    if load_keys(path) is None:
        with locked(path):
            # Another worker may have made it while this one waited.
            if load_keys(path) is None:
                save_keys(path, {"secret_key": secrets.token_urlsafe(48)})
    return secret_key_in(settings.folder)


def secret_key_in(folder: Path) -> str:
    """The key in the folder's file. Raises StorageProblem if it can't be read or holds none."""
    path = folder / SECRET_FILE
    key = (load_keys(path) or {}).get("secret_key")
    if not isinstance(key, str) or len(key) < SECRET_LENGTH_MIN:
        raise damaged_keys_problem(path)
    return key
