"""The form that enters a person: draft, check, warning of a likely duplicate, application."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from huimin.access.guards import acting, member, own_division, require
from huimin.core.days import county_day
from huimin.core.identity import mask_name
from huimin.core.refusals import FieldProblems, Refusal, field_problem
from huimin.divisions.choices import division_choices
from huimin.divisions.find import all_divisions
from huimin.holders.applications import submit_application
from huimin.holders.division_choice import Villages
from huimin.holders.draft_by_hand import HandDraft, draft_of
from huimin.holders.drafts import drop_draft, read_draft, save_draft
from huimin.holders.evidence import FILE_BYTES_MAX, StoredFile, StoreFile, add_evidence, new_files
from huimin.holders.likely_same import likely_same, registered_before
from huimin.holders.pages import pages
from huimin.holders.people import HolderDraft, add_holder
from huimin.holders.registers.places import Places
from huimin.storage.engine import Row, Transaction
from huimin.web.choices import eligibility_choices
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on, is_shown_again
from huimin.web.json_answer import json_response
from huimin.web.language import request_language
from huimin.web.uploads import takes_files

FIELDS = ("name", "id_number", "phone", "division_code", "kind", "since", "family")
FILES_AT_ONCE = 3


@pages.get("/holders/new")
@require("holder.write")
def new_person() -> str:
    """The empty form, or a draft of one's own."""
    draft_id, staff_id = request.args.get("draft", ""), member().id
    values: Mapping[str, str] = {}
    if draft_id:
        secrets = instance().personal_data
        values = instance().engine.read(
            lambda tx: read_draft(tx, secrets, staff_id=staff_id, draft_id=draft_id)
        )
    return _form_page(Form(values), draft_id)


@pages.get("/holders/new/division")
@require("holder.write")
def check_division() -> Response:
    """The village that is typed, or what is wrong with it, for the page to say as one types."""
    villages = Villages(instance().engine.read(all_divisions), own_division())
    try:
        return json_response({"village": villages.chosen(request.args.get("text", "")).label})
    except FieldProblems as error:
        return json_response({"problem": error.problems[0].message(request_language())})


@pages.post("/holders/new")
@require("holder.write")
@takes_files(FILES_AT_ONCE * FILE_BYTES_MAX)
def enter_person() -> Answer:
    """Enter a person and apply for the card; or keep the form as a draft."""
    form, draft_id = Form.sent(), request.args.get("draft", "")
    if is_shown_again():
        return _form_page(form.shown_again(), draft_id)
    if form.text("act") == "draft":
        return _keep(form, draft_id)
    try:
        draft = _checked(form)
        known = _registered(draft)
        if known is not None:
            problem = field_problem("id_number", "这个身份证号码已登记过，请到他的页面办理。")
            refused = _choose_again(form.refused(problem))
            return _form_page(refused, draft_id, known=known), 422
        same = instance().engine.read(lambda tx: likely_same(tx, draft))
        if same and not form.text("not_same"):
            return _form_page(_choose_again(form), draft_id, same=same), 422
        holder_id = _enter(draft, draft_id)
    except (FieldProblems, Refusal) as error:
        return _form_page(_choose_again(form.refused(error)), draft_id), 422
    message = _("已登记并提交申请；下一步由另一位工作人员审核。")
    return go_on(message, "holders.person", holder_id=holder_id)


@pages.post("/holders/drafts/<draft_id>/delete")
@require("holder.write")
def delete_draft(draft_id: str) -> Response:
    """Throw away a draft of one's own."""
    staff_id, secrets = member().id, instance().personal_data

    def work(tx: Transaction) -> None:
        read_draft(tx, secrets, staff_id=staff_id, draft_id=draft_id)
        drop_draft(tx, staff_id=staff_id, draft_id=draft_id)

    change(work)
    return go_on(_("草稿已删除。"), "holders.people")


def _registered(draft: HolderDraft) -> Row | None:
    secrets, within = instance().personal_data, own_division()
    return instance().engine.read(lambda tx: registered_before(tx, secrets, draft, within))


def _choose_again(form: Form) -> Form:
    """The refused form; a browser does not keep chosen files, so it says that they are wanted."""
    if not any(file.filename for file in request.files.getlist("evidence")):
        return form
    problem = form.problems.get("evidence") or _("刚才选的材料没有保存，请重新选择。")
    return Form(form.values, {**form.problems, "evidence": problem})


def _keep(form: Form, draft_id: str) -> Response:
    typed = {name: form.text(name) for name in FIELDS}
    staff_id, now, secrets = member().id, instance().clock(), instance().personal_data
    change(
        lambda tx: save_draft(
            tx, secrets, staff_id=staff_id, values=typed, now=now, draft_id=draft_id or None
        )
    )
    return go_on(_("草稿已保存，只有您能看到；填好后再提交。"), "holders.people")


def _enter(draft: HolderDraft, draft_id: str) -> str:
    secrets, by, staff_id = instance().personal_data, acting(), member().id

    def work(tx: Transaction, stored: list[StoredFile]) -> str:
        holder_id = add_holder(tx, secrets, draft, **by)
        for file in stored:
            add_evidence(tx, file, holder_id=holder_id, **by)
        submit_application(tx, holder_id=holder_id, source="form", **by)
        if draft_id:
            drop_draft(tx, staff_id=staff_id, draft_id=draft_id)
        return holder_id

    with new_files(secrets, instance().settings.folder) as store:
        stored = _stored_files(store)
        return change(lambda tx: work(tx, stored))


def _checked(form: Form) -> HolderDraft:
    """The same checks as a register's row, and that the village is one's own."""
    divisions = instance().engine.read(all_divisions)
    village = Villages(divisions, own_division()).chosen(form.text("division_code"))
    typed = HandDraft(
        name=form.text("name"),
        id_number=form.text("id_number"),
        phone=form.optional("phone"),
        town=village.town,
        village=village.name,
        kind=form.text("kind"),
        since=form.text("since"),
        family=form.optional("family"),
    )
    return draft_of(typed, Places(divisions), county_day(instance().clock()))


def _stored_files(store: StoreFile) -> list[StoredFile]:
    """The files that came with the form, checked and kept; none is an empty list."""
    sent = [file for file in request.files.getlist("evidence") if file.filename]
    if len(sent) > FILES_AT_ONCE:
        raise field_problem(
            "evidence", "一次最多上传 {files_at_once} 份。", files_at_once=FILES_AT_ONCE
        )
    return [store(file.filename or "", file.read()) for file in sent]


def _form_page(
    form: Form, draft_id: str, same: list[Row] | None = None, known: Row | None = None
) -> str:
    names = dict(division_choices(own_division()))
    villages = Villages(instance().engine.read(all_divisions), own_division())
    values = {**form.values, "division_code": villages.label_of(form.text("division_code"))}
    return render_template(
        "holders/new_person.html",
        form=Form(values, form.problems),
        draft_id=draft_id,
        same=same or [],
        known=known and {**known, "name_masked": mask_name(known["name"])},
        place_of=names.get,
        villages=villages.labels(),
        kinds=eligibility_choices(),
        today=county_day(instance().clock()).isoformat(),
    )
