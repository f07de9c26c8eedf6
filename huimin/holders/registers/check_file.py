"""Check a register against this county: its places, its keys, and the people it knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from huimin.divisions.find import all_divisions
from huimin.divisions.lives import past_names
from huimin.holders.people import find_by_id_number
from huimin.holders.registers.check_register import Progress, check_register
from huimin.holders.registers.import_register import require_fitting_keys
from huimin.holders.registers.places import Places
from huimin.holders.registers.result import RegisterCheck
from huimin.holders.registers.row_view import Circumstances
from huimin.holders.registers.sheets import Opener, open_sheets
from huimin.holders.registers.supplement import Supplement
from huimin.keys.personal_data import PersonalData
from huimin.storage.engine import Transaction


def check_file(
    tx: Transaction,
    personal_data: PersonalData,
    path: Path,
    file_name: str,
    today: date,
    progress: Progress,
    supplement: Supplement | None = None,
    opened: Opener = open_sheets,
) -> RegisterCheck:
    """Check every row of the file; reads only. Raises StorageProblem for another county's keys."""
    require_fitting_keys(tx, personal_data)

    def registered_name(number: str) -> str | None:
        holder = find_by_id_number(tx, personal_data, number)
        return None if holder is None else str(holder["name"])

    def registered_division(number: str) -> str | None:
        holder = find_by_id_number(tx, personal_data, number)
        return None if holder is None else str(holder["division_code"])

    places = Places(all_divisions(tx), past_names(tx))
    about = supplement or Supplement()
    known = (registered_name, registered_division)
    circumstances = Circumstances(places, today, file_name, *known, about)
    check = check_register(path, circumstances, progress, opened)
    check.former_places = {
        " ".join(map(places.clean, written)): now for written, now in places.former.items()
    }
    return check
