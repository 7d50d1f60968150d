"""Many clients at once, for use inside a machine: ``python3 herd.py COUNT SECONDS``.

COUNT clients each connect, ask one ping, read the reply to its end and do it again, for
SECONDS. Prints JSON: requests answered, those refused or lost with their errors, and the
longest time that one client waited. Only the standard library, any Python 3.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

SOCKET = "/run/cortex/cortex.sock"
PATIENCE_S = 60.0


async def client(until: float, failures: Counter[str], waits: list[float]) -> None:
    while time.monotonic() < until:
        asked = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(SOCKET)
                writer.write(b'{"command":"ping"}\n')
                await writer.drain()
                line = await reader.readline()
                writer.close()
            if b'"pong":true' not in line:
                failures[f"reply {line[:80]!r}"] += 1
        except (OSError, TimeoutError) as error:
            failures[type(error).__name__ + str(error)] += 1
        waits.append(time.monotonic() - asked)
        await asyncio.sleep(0.02)


async def main(count: int, seconds: float) -> None:
    failures: Counter[str] = Counter()
    waits: list[float] = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(client(until, failures, waits) for _ in range(count)))
    print(
        json.dumps(
            {"asked": len(waits), "failures": failures, "longest_wait_s": round(max(waits), 3)}
        )
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
