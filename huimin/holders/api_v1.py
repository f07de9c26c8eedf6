"""The API of registers: a civil-affairs system sends its register, sees what it would change, and
has exactly that imported. Nobody's aid ends by it: that waits for people (holders/endings/).

A caller is a register token (registers/tokens.py). It sees its own checks and imports alone.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from huimin.core.days import county_day
from huimin.core.refusals import field_problem
from huimin.holders.api_bodies import (
    ImportBody,
    RegisterAnswer,
    RegisterBody,
    RegisterForm,
    RegisterPath,
    RegisterQuery,
    flat_rows,
)
from huimin.holders.registers.jobs import ENDINGS, REGISTER_BYTES_MAX
from huimin.holders.registers.json_rows import JSON_ENDING, file_of
from huimin.holders.registers.machine_edge import (
    authorise,
    begin_check,
    begin_import,
    current_token,
    knows_sender,
    register_response,
)
from huimin.holders.registers.supplement import Supplement, checked_supplement
from huimin.storage.new_file import clean_file_name
from huimin.web.api_documents import (
    BODY,
    EVERY,
    PROBLEM_SCHEMA,
    REPLAYED,
    problem_schema,
    problems,
    with_headers,
)
from huimin.web.current import instance
from huimin.web.key_header import KeyHeader
from huimin.web.uploads import takes_files

JSON_BYTES_MAX = 24 * 1024 * 1024
BEGUN: dict[int | str, Any] = {202: with_headers(RegisterAnswer, REPLAYED)}

api = APIBlueprint(
    "registers_api_v1",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="registers", description="名册 / registers of civil affairs")],
    abp_security=[{"register_token": []}],
    abp_responses=EVERY,
)
api.components_schemas[PROBLEM_SCHEMA] = problem_schema()
api.before_request(authorise)


@api.post(
    "/registers",
    summary="送名册（JSON），先检查 / send a register as rows, to be checked",
    description="只检查，不写入；按 id 查结果。 / Nothing is written; ask for the result.",
    responses={**BEGUN, **BODY, **problems(409)},
)
@takes_files(JSON_BYTES_MAX, known=knows_sender)
def registers(header: KeyHeader, body: RegisterBody) -> Response:
    name = f"{current_token()['source']}{JSON_ENDING}"
    return begin_check(name, file_of(flat_rows(body)), _supplement(body), header.key)


@api.post(
    "/registers/files",
    summary="送名册（.xlsx、.xls、.csv），先检查 / send a register as a file, to be checked",
    description="和网页上传的一样读。 / Read as an upload in the console is.",
    responses={**BEGUN, **BODY, **problems(409)},
)
@takes_files(REGISTER_BYTES_MAX, known=knows_sender)
def register_files(header: KeyHeader, form: RegisterForm) -> Response:
    name = clean_file_name(form.file.filename or "")
    if PurePath(name).suffix.lower() not in ENDINGS:
        raise field_problem("file", "名册须为 .xlsx、.xls 或 .csv 文件。")
    return begin_check(name, form.file.read(), _supplement(form), header.key)


@api.get(
    "/registers/<string:register_id>",
    summary="检查或导入的进度和结果 / the progress and the result",
    responses={200: RegisterAnswer, **problems(404, 422)},
)
def register(path: RegisterPath, query: RegisterQuery) -> Response:
    return register_response(path.register_id, after=query.after)


@api.post(
    "/registers/<string:register_id>/import",
    summary="照检查给出的结果导入 / import exactly what the check has shown",
    description="县里的登记在检查以后变了：409 register_changed，errors 写明哪些行，什么也不写；"
    "行数多的名册在导入的 failure 里写明。 / If the county has changed since: 409 register_changed "
    "with the rows, and nothing is written; a long register says so in the import's failure.",
    responses={**BEGUN, **BODY, **problems(404, 409)},
)
def import_register(path: RegisterPath, header: KeyHeader, body: ImportBody) -> Response:
    return begin_import(
        path.register_id, body.digest, header.key, propose_endings=body.propose_endings
    )


def _supplement(body: RegisterBody | RegisterForm) -> Supplement:
    """What is given for rows that do not say it, within the token's scope."""
    return checked_supplement(
        kinds=(body.eligibility,) if body.eligibility else (),
        town=body.town,
        village=body.village,
        starts_on=body.starts_on,
        register_date=body.register_date,
        today=county_day(instance().clock()),
        only_town=current_token()["division_code"],
    )
