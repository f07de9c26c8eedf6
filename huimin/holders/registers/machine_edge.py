"""The edge for programs that send registers: who asks, how often, once, and what they are told.

A check and an import are the console's own jobs: the office sees them in its list of registers, and
may propose there to end the aid of those whom a complete register lacks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import structlog
from flask import Response, g, request
from limits import RateLimitItemPerHour, RateLimitItemPerMinute

from huimin.access.accepted_keys import AcceptedKeys
from huimin.access.terminal_keys import KEY_LENGTH_MAX
from huimin.audit.record import record
from huimin.core.acting import By
from huimin.core.catalogue import Text
from huimin.core.client_network import network_of
from huimin.core.days import instant_text
from huimin.core.json_text import canonical_json
from huimin.core.refusals import FieldProblem, Refusal
from huimin.divisions.choices import division_choices
from huimin.holders import queries
from huimin.holders.endings.draft_ending import (
    NOT_COMPLETE,
    draft_from_register,
    match_register,
)
from huimin.holders.registers.as_shown import Prints
from huimin.holders.registers.jobs import RegisterWork, StepProgress, drop_old_files
from huimin.holders.registers.machine_answer import register_answer
from huimin.holders.registers.supplement import Supplement, supplement_of
from huimin.holders.registers.tokens import (
    actor_of,
    needs_noting,
    note_register_token_use,
    register_token_of_key,
)
from huimin.jobs.jobs import begin_job, fail_lost_jobs, job_by_id
from huimin.storage.engine import Row, Transaction
from huimin.web.current import change, instance, tidy
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.throttle import Throttle

CHECK, IMPORT = "register.check", "register.import"
# Up to so many rows an import is compared with its check before it is answered.
COMPARED_AT_ONCE = 2_000

log = structlog.get_logger(__name__)
_calls = Throttle("register_calls", RateLimitItemPerMinute(240))
_sent = Throttle("registers_sent", RateLimitItemPerHour(60))
_wrong = Throttle("wrong_register_keys", RateLimitItemPerMinute(30))


class _ReadersBusy(Exception):
    """Other registers are being read; the job waits for its turn, the request does not."""


def authorise() -> None:
    """Let a request pass whose bearer key may be used now; its use is noted.

    Raises Refusal: unauthorized, too_many_requests.
    """
    network, now = network_of(request.remote_addr or ""), instance().clock()
    _wrong.require_room(network)
    try:
        token = _token_of_request()
    except Refusal:
        _wrong.count(network)
        log.warning("a register key was refused", path=request.path)
        raise
    _calls.count(token["id"])
    g.register_token = token
    if needs_noting(token, now):
        change(lambda tx: note_register_token_use(tx, token["id"], now))


def knows_sender() -> bool:
    """Whether the request's key may be used now: asked before a large body is received."""
    try:
        _token_of_request()
    except Refusal:
        return False
    return True


def current_token() -> Row:
    """The token of this request."""
    return cast(Row, g.register_token)


def begin_check(file_name: str, content: bytes, supplement: Supplement, key: str) -> Response:
    """Begin to check a register, once for each key; answers 202 with the job."""
    by = _acting()
    job_request = {"file": file_name, "given": supplement.as_dict()}
    digest = hashlib.sha256(content).hexdigest()
    token_id, settings = current_token()["id"], instance().settings
    folder = settings.folder

    def begin(tx: Transaction) -> str:
        drop_old_files(tx, folder, by["now"], settings.keep_register_days)
        job_id = begin_job(tx, CHECK, job_request, **by)
        record(
            tx,
            "register.sent",
            token_id,
            subject_kind="register_token",
            new={"file_name": file_name, "file_sha256": digest},
            **by,
        )
        return job_id

    def start(job: Row) -> None:
        work = _work(job)
        work.store(content)
        instance().jobs.start(job["id"], work.check)

    def before() -> None:
        _sent.count(token_id)

    return _once("check", [job_request, digest], key, begin, start, before)


def begin_import(check_id: str, digest: str, key: str, *, propose_endings: bool) -> Response:
    """Begin to import what a check has shown, once for each key; answers 202 with the job.

    Raises Refusal: not_found, register_check_only, register_not_checked, register_digest_other,
    register_changed; FieldProblems on `propose_endings`.
    """
    token, checked, by = current_token(), _own_job(check_id), _acting()
    if not token["may_import"]:
        raise Refusal("register_check_only")
    job_request = {
        "file": checked["asked"]["file"],
        "checked": check_id,
        "given": checked["asked"]["given"],
    }

    def begin(tx: Transaction) -> str:
        return begin_job(tx, IMPORT, job_request, **by)

    def start(job: Row) -> None:
        work, before = _work(job), _work(checked)
        work.store(before.register())
        job_work = partial(_import, work, checked, before.shown(), propose_endings, by)
        instance().jobs.start(job["id"], job_work)

    def before() -> None:
        _require_importable(checked, digest, propose_endings)

    about = [check_id, digest, propose_endings]
    return _once("import", about, key, begin, start, before)


def register_response(job_id: str, *, after: int = 0, status: int = 200) -> Response:
    """A job of this token. Raises Refusal `not_found`."""
    now = instance().clock()
    job = _own_job(job_id)
    if job["state"] == "running":
        tidy(lambda tx: fail_lost_jobs(tx, now))
        job = _own_job(job_id)
    lists: dict[str, Any] = {}
    if job["kind"] == CHECK and job["state"] == "done":
        try:
            lists = _work(job).lists()
        except FileNotFoundError:
            lists = {}
    places = dict(division_choices())
    answer = register_answer(
        job, lists, after=after, language=request_language(), place_of=places.get
    )
    return json_response(answer, status)


def _token_of_request() -> Row:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    now, key = instance().clock(), key.strip() if scheme.lower() == "bearer" else ""
    # A key that is too long is looked up like any other: all wrong ones take the same way.
    token = instance().engine.read(
        lambda tx: register_token_of_key(tx, key[: KEY_LENGTH_MAX + 1], now)
    )
    instance().part(AcceptedKeys).note(key)
    return token


def _once(
    act: str,
    about: list[Any],
    key: str,
    begin: Callable[[Transaction], str],
    start: Callable[[Row], None],
    before: Callable[[], None] = lambda: None,
) -> Response:
    """Begin a job under its key, or answer with the job that the key has begun.

    `before` raises where it can't begin. Raises Refusal `idempotency_mismatch`.
    """
    token_id, now = current_token()["id"], instance().clock()
    fingerprint = hashlib.sha256(canonical_json([act, about])).hexdigest()
    earlier = instance().engine.read(
        lambda tx: queries.register_request_of_key(tx, token_id=token_id, key=key)
    )
    if earlier is None:
        before()

    def take(tx: Transaction) -> tuple[str, bool]:
        known = queries.register_request_of_key(tx, token_id=token_id, key=key)
        if known is not None:
            if known["fingerprint"] != fingerprint:
                raise Refusal("idempotency_mismatch")
            return str(known["job_id"]), True
        job_id = begin(tx)
        taken = queries.take_register_key(
            tx,
            token_id=token_id,
            key=key,
            fingerprint=fingerprint,
            job_id=job_id,
            now=instant_text(now),
        )
        if taken is None:
            raise Refusal("request_in_progress")
        return job_id, False

    job_id, replayed = change(take)
    if not replayed:
        start(_own_job(job_id))
    response = register_response(job_id, status=202)
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _require_importable(checked: Row, digest: str, propose_endings: bool) -> None:
    if checked["kind"] != CHECK or checked["state"] != "done":
        raise Refusal("register_not_checked")
    if checked["result"]["digest"] != digest:
        raise Refusal("register_digest_other")
    if propose_endings and not checked["result"]["complete"]:
        problem = FieldProblem("propose_endings", Text(NOT_COMPLETE))
        raise Refusal("invalid_input", problems=[problem])
    work = _work(checked)
    try:
        shown = work.shown()
        if checked["result"]["accepted"] <= COMPARED_AT_ONCE:
            work.require_as_shown(shown, _not_waiting)
    except FileNotFoundError:
        raise Refusal("register_not_checked") from None
    except _ReadersBusy:
        pass  # the job compares again anyway


def _not_waiting(_step: str, done: int, _total: int) -> None:
    if not done:
        raise _ReadersBusy


def _import(
    work: RegisterWork,
    checked: Row,
    shown: Prints,
    propose_endings: bool,
    by: By,
    progress: StepProgress,
) -> Row:
    result = work.write(progress, shown)
    return {**result, "ending": _draft(work, checked, by) if propose_endings else None}


def _draft(work: RegisterWork, checked: Row, by: By) -> Row:
    """Draft to end the aid of those whom the register lacks; people propose and approve it."""
    engine = work.engine
    missing = work.of_job(checked["id"]).lists()["missing"]
    matched = engine.read(lambda tx: match_register(tx, checked, missing, now=by["now"]))
    if not matched.listed:
        return {"id": None, "eligibilities": 0}
    ending_id = engine.write(lambda tx: draft_from_register(tx, checked, matched, **by))
    return {"id": ending_id, "eligibilities": len(matched.listed)}


def _own_job(job_id: str) -> Row:
    """A job that this token has begun. Raises Refusal `not_found`."""
    token_id = current_token()["id"]

    def job(tx: Transaction) -> Row:
        if queries.register_request_of_job(tx, token_id=token_id, job_id=job_id) is None:
            raise Refusal("not_found")
        return job_by_id(tx, job_id)

    return instance().engine.read(job)


def _acting() -> By:
    return {"now": instance().clock(), "actor": actor_of(current_token())}


def _work(job: Row) -> RegisterWork:
    return RegisterWork(
        instance().engine,
        instance().personal_data,
        instance().settings.folder,
        job_id=job["id"],
        file_name=job["asked"]["file"],
        supplement=supplement_of(job["asked"]["given"]),
        **_acting(),
    )
