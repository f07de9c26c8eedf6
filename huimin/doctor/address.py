"""How the county is reached: over HTTPS, and by a proxy in front of what others can reach."""

from __future__ import annotations

from collections.abc import Iterator

from huimin.core.catalogue import text
from huimin.doctor.finding import ATTENTION, Finding, Scene


def check_address(scene: Scene) -> Iterator[Finding]:
    """An address without encryption, or one that others reach without a proxy."""
    settings = scene.settings
    if not settings.secure_cookies:
        yield Finding(
            ATTENTION,
            text("对外网址 {address} 不是 HTTPS。", address=settings.base_url),
            text("请在前面放带证书的反向代理，并设 HUIMIN_BASE_URL=https://…。"),
        )
    if settings.open_without_proxy:
        yield Finding(
            ATTENTION,
            text("别的机器能直接连到 {host}，前面没有反向代理。", host=settings.host),
            text("请放反向代理并设 HUIMIN_PROXIES，或只监听 127.0.0.1。"),
        )
