"""Papers of a person: added, looked at as a download, removed with a reason."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from huimin.access.guards import acting, own_division, require
from huimin.core.catalogue import sentence
from huimin.core.refusals import FieldProblems, Refusal
from huimin.holders.change_person import person
from huimin.holders.evidence import (
    FILE_BYTES_MAX,
    add_evidence,
    look_at_evidence,
    new_files,
    read_evidence,
    remove_evidence,
)
from huimin.holders.evidence_picture import picture_of
from huimin.holders.pages import pages
from huimin.holders.pages.person import person_form
from huimin.keys.sealed_files import drop_file
from huimin.storage.engine import Row, Transaction
from huimin.storage.places import Places
from huimin.web.current import change, instance
from huimin.web.file_answer import file_response
from huimin.web.forms import Answer, Form, go_on, sent_file
from huimin.web.photos import picture_answer
from huimin.web.uploads import takes_files


@pages.post("/holders/<holder_id>/evidence")
@require("holder.write")
@takes_files(FILE_BYTES_MAX)
def upload_evidence(holder_id: str) -> Answer:
    """Keep one file."""
    by, within = acting(), own_division()
    secrets, folder = instance().personal_data, instance().settings.folder

    def keep() -> None:
        sent = sent_file("evidence", sentence("请选择一个文件。"))
        instance().engine.read(lambda tx: person(tx, holder_id, within=within))
        name, content = sent.filename or "", sent.read()
        with new_files(secrets, folder) as store:
            stored = store(name, content)
            change(lambda tx: add_evidence(tx, stored, holder_id=holder_id, **by))

    return Form().attempt(
        keep,
        again=lambda refused: person_form(holder_id, refused, opened="evidence"),
        then=lambda _done: go_on(_("材料已保存。"), "holders.person", holder_id=holder_id),
    )


@pages.get("/holders/<holder_id>/evidence/<file_id>")
@require("holder.unmask")
def download_evidence(holder_id: str, file_id: str) -> Response:
    """The file as a download, never shown in the page; that it was read is recorded."""
    secrets, folder, within = instance().personal_data, instance().settings.folder, own_division()
    by = acting()

    def work(tx: Transaction) -> tuple[Row, bytes]:
        person(tx, holder_id, within=within)
        return read_evidence(tx, secrets, folder, holder_id=holder_id, file_id=file_id, **by)

    row, content = change(work)
    response = file_response(content, row["media_type"], row["file_name"])
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@pages.get("/holders/<holder_id>/evidence/<file_id>/picture")
@require("holder.unmask")
def picture_of_evidence(holder_id: str, file_id: str) -> Response:
    """The paper as a picture for the page of an application; that it was looked at is recorded.

    A PDF that can't be drawn is a 404, so that the page shows its name, which is a download.
    """
    secrets, folder, within = instance().personal_data, instance().settings.folder, own_division()
    by = acting()

    def work(tx: Transaction) -> tuple[Row, bytes]:
        person(tx, holder_id, within=within)
        return look_at_evidence(tx, secrets, folder, holder_id=holder_id, file_id=file_id, **by)

    row, content = change(work)
    try:
        picture, media_type = picture_of(instance().part(Places), content, row["media_type"])
    except FieldProblems:
        raise Refusal("not_found") from None
    return picture_answer(picture, media_type)


@pages.post("/holders/<holder_id>/evidence/<file_id>/remove")
@require("holder.write")
def take_off_evidence(holder_id: str, file_id: str) -> Answer:
    """Remove a file for good, with a reason."""
    form, within, by = Form.sent(), own_division(), acting()

    def work(tx: Transaction) -> None:
        person(tx, holder_id, within=within)
        reason = form.text("reason")
        remove_evidence(tx, holder_id=holder_id, file_id=file_id, reason=reason, **by)

    def then(_done: None) -> BaseResponse:
        drop_file(instance().settings.folder, file_id)
        return go_on(_("材料已移除。"), "holders.person", holder_id=holder_id)

    return form.carry_out(
        work,
        again=lambda refused: person_form(holder_id, refused, opened=f"end-{file_id}"),
        then=then,
    )
