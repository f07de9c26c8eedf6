"""A load generator for the benchmarks: keep-alive HTTP/1.1 on loopback, one process.

It sends requests that were rendered beforehand and does as little as it can in between, because it
shares the machine with the server that it measures. Run as a child process:
`python -m tests.benchmarks.http_load PORT CONNECTIONS` with one JSON list of [path, headers, body]
on standard input; it prints one JSON object with the seconds, latencies and statuses.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator


def render(path: str, headers: dict[str, str], body: str) -> bytes:
    """The bytes of one POST request."""
    data = body.encode()
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    head.append(f"Content-Length: {len(data)}")
    return ("\r\n".join(head) + "\r\n\r\n").encode() + data


class Till(asyncio.Protocol):
    """One connection: sends the next request as soon as the last answer is whole."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self.requests, self.done = requests, done
        self.buffer = bytearray()
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send_next()

    def send_next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self.buffer[:head_end]).lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        if len(self.buffer) < head_end + 4 + length:
            return
        self.latencies.append(time.perf_counter() - self.sent_at)
        self.statuses[int(head[9:12])] += 1
        del self.buffer[: head_end + 4 + length]
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def load(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    """Send every request once over so many connections; seconds, latencies (s), status counts."""
    loop = asyncio.get_running_loop()
    queue = iter(requests)
    tills = [Till(queue, loop.create_future()) for _ in range(connections)]
    start = time.perf_counter()
    for till in tills:
        await loop.create_connection(lambda till=till: till, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(till.done for till in tills))
    seconds = time.perf_counter() - start
    statuses: Counter[int] = sum((till.statuses for till in tills), Counter())
    return {
        "seconds": seconds,
        "latencies": [latency for till in tills for latency in till.latencies],
        "statuses": dict(statuses),
    }


def main() -> None:
    port, connections = int(sys.argv[1]), int(sys.argv[2])
    requests = [render(path, headers, body) for path, headers, body in json.load(sys.stdin)]
    json.dump(asyncio.run(load(port, connections, requests)), sys.stdout)


if __name__ == "__main__":
    main()
