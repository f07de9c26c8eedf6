"""Another commit of huimin, served beside this one: its county is built by its own code.

A program of its own, run with the other commit's folder first on the path: it makes the county of
the benchmark there and writes the requests that its tills send. Written for commit 0e981a6.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_BUILD = """
import json, sys
from pathlib import Path
from huimin.house import create_house, open_house
from huimin.settings import Settings
from tests.benchmarks import checkout
from tests.benchmarks.county import build_county

folder, count = Path(sys.argv[1]), int(sys.argv[2])
settings = Settings.from_environment(folder=folder)
create_house(settings)
house = open_house(settings)
tills = build_county(house, count)
checkout.used_before(house, tills, count)
house.close()
requests = []
for number in range(count):
    till = tills[number % len(tills)]
    body = checkout.body_of(till, number, "sale")
    headers = {"Authorization": f"Bearer {till.key}", "Idempotency-Key": body["order_no"]}
    requests.append([headers, body])
print(json.dumps(requests))
"""


def earlier_county(checkout: Path, folder: Path, count: int) -> tuple[list[Any], list[Any]]:
    """Build the county in a folder; a look-up and a sale with each of so many cards."""
    answer = subprocess.run(
        [sys.executable, "-c", _BUILD, str(folder), str(count)],
        cwd=checkout,  # which comes first on the path
        capture_output=True,
        text=True,
        check=True,
    )
    looks, sales = [], []
    for headers, body in json.loads(answer.stdout):
        sales.append(["/api/v1/redemptions", headers, json.dumps(body)])
        looks.append(["/api/v1/cards/verify", headers, json.dumps({"card": body["card"]})])
    return looks, sales
