"""What the operating system refused, in words: it says so in English, to programmers."""

from __future__ import annotations

import errno
import socket

from huimin.core.catalogue import Text, sentence, text

REASONS = {
    errno.ENOENT: sentence("没有这个文件或文件夹"),
    errno.EACCES: sentence("没有权限"),
    errno.EPERM: sentence("没有权限"),
    errno.EISDIR: sentence("这是文件夹，不是文件"),
    errno.ENOTDIR: sentence("路径中有一段不是文件夹"),
    errno.EEXIST: sentence("已有同名的文件"),
    errno.ENOTEMPTY: sentence("文件夹不是空的"),
    errno.ENOSPC: sentence("磁盘已满"),
    errno.EDQUOT: sentence("磁盘配额已用完"),
    errno.EFBIG: sentence("文件超过允许的大小"),
    errno.EROFS: sentence("磁盘是只读的"),
    errno.EIO: sentence("磁盘读写出错"),
    errno.ENAMETOOLONG: sentence("名字太长"),
    errno.ELOOP: sentence("链接绕成了圈"),
    errno.EXDEV: sentence("不在同一个磁盘上"),
    errno.EBUSY: sentence("正被占用"),
    errno.ETXTBSY: sentence("正被占用"),
    errno.EMFILE: sentence("打开的文件太多"),
    errno.ENFILE: sentence("打开的文件太多"),
    errno.ENOMEM: sentence("内存不足"),
    errno.ENOLCK: sentence("文件系统不支持加锁"),
    errno.ESTALE: sentence("网络文件夹已断开"),
    errno.EADDRINUSE: sentence("已被别的程序占用"),
    errno.EADDRNOTAVAIL: sentence("这台机器没有这个地址"),
    errno.ECONNREFUSED: sentence("对方拒绝连接"),
    errno.ECONNRESET: sentence("连接被中断"),
    errno.EPIPE: sentence("连接被中断"),
    errno.EHOSTUNREACH: sentence("网络不通"),
    errno.ENETUNREACH: sentence("网络不通"),
    errno.ETIMEDOUT: sentence("等得太久，没有回应"),
}


def system_words(error: OSError) -> Text:
    """Why, without the file's name, to be put into a sentence; the system's own words where it says
    something rare."""
    if isinstance(error, socket.gaierror):
        return text("找不到这个主机名")
    if isinstance(error, TimeoutError):
        return text(REASONS[errno.ETIMEDOUT])
    known = REASONS.get(error.errno or 0)
    if known is not None:
        return text(known)
    return text("系统错误：{words}", words=error.strerror or str(error) or type(error).__name__)
