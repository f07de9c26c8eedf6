"""The form that enters a person: draft, check, warning of a likely duplicate, application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from huimin.access.full_names import names_for_reader
from huimin.access.guards import acting, member, own_division, require
from huimin.core.days import county_day, next_day_of_year
from huimin.core.one_case import is_uuid, one_case
from huimin.core.refusals import FieldProblems, Problems, Refusal, field_problem
from huimin.core.words import OTHER_RELATION, RELATIONS
from huimin.divisions.choices import division_choices
from huimin.divisions.find import all_divisions
from huimin.divisions.lives import past_names
from huimin.divisions.within import lies_within
from huimin.holders.applications import submit_application
from huimin.holders.change_person import FAMILY_FIELDS
from huimin.holders.division_choice import Villages
from huimin.holders.draft_by_hand import HandDraft, draft_of
from huimin.holders.drafts import drop_draft, own_draft, read_draft, save_draft
from huimin.holders.evidence import (
    FILE_BYTES_MAX,
    StoredFile,
    StoreFile,
    add_evidence,
    checked_type,
    new_files,
)
from huimin.holders.family import TypedMember, read_member, refuse_twins
from huimin.holders.likely_same import likely_same, registered_before
from huimin.holders.pages import pages
from huimin.holders.people import FamilyDraft, HolderDraft, add_holder, one_family
from huimin.holders.registers.family_cell import FamilyProblem, read_family
from huimin.holders.registers.places import Places
from huimin.storage.engine import Row, Transaction
from huimin.storage.ids import new_id
from huimin.web.choices import eligibility_choices, relation_choices
from huimin.web.current import change, instance
from huimin.web.forms import Answer, Form, go_on, is_shown_again
from huimin.web.language import request_language
from huimin.web.uploads import takes_files

# So many family members fit in the form; more are added on the person's page.
MEMBERS = range(1, 7)
_MEMBER_FIELDS = [f"{name}_{place}" for place in MEMBERS for name in FAMILY_FIELDS.values()]
FIELDS = (
    *("name", "phone", "id_number", "division_code", "kind", "since", "until"),
    *_MEMBER_FIELDS,
)
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
    return _form_page(Form(_in_rows(values)), draft_id)


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
    draft: HolderDraft | None = None
    try:
        draft = _checked(form)
        # Whoever is likely the same is read first: a person entered between the two reads is
        # then found by the ID number, which no tick gets past.
        same = instance().engine.read(lambda tx: likely_same(tx, draft))
        known = _registered(draft)
        if known is not None:
            return _already_registered(form, draft_id, known), 422
        if same and not form.text("not_same"):
            return _form_page(_choose_again(form), draft_id, same=same), 422
        holder_id = _enter(draft, draft_id, _form_id(form))
    except (FieldProblems, Refusal) as error:
        # Sent twice at once, the other one may have been entered meanwhile.
        known = _registered(draft) if draft else None
        if known is not None:
            return _already_registered(form, draft_id, known), 422
        return _form_page(_choose_again(form.refused(error)), draft_id), 422
    message = _("已登记并提交申请；下一步由另一位工作人员审核。")
    return go_on(message, "holders.person", holder_id=holder_id)


@pages.post("/holders/drafts/<draft_id>/delete")
@require("holder.write")
def delete_draft(draft_id: str) -> Response:
    """Throw away a draft of one's own."""
    staff_id = member().id

    def work(tx: Transaction) -> None:
        own_draft(tx, staff_id=staff_id, draft_id=draft_id)
        drop_draft(tx, staff_id=staff_id, draft_id=draft_id)

    change(work)
    return go_on(_("草稿已删除。"), "holders.people")


def _in_rows(values: Mapping[str, str]) -> Mapping[str, str]:
    """An older draft, which has its family in one text, with a row for each member."""
    written = values.get("family", "")
    try:
        family = read_family(written, today=county_day(instance().clock()))
    except FamilyProblem:
        return {**values, "family_name_1": written}
    codes = {word: code for code, word in RELATIONS.items()}
    rows: dict[str, str] = {}
    for place, one in zip(MEMBERS, one_family(family, ""), strict=False):
        code = codes.get(one.relation, OTHER_RELATION)
        words = one.relation if code == OTHER_RELATION else ""
        typed = TypedMember(one.name, code, words, one.id_number or "")
        rows |= {f"{at}_{place}": getattr(typed, name) for name, at in FAMILY_FIELDS.items()}
    return {**rows, **values}


def _registered(draft: HolderDraft) -> Row | None:
    secrets = instance().personal_data
    return instance().engine.read(lambda tx: registered_before(tx, secrets, draft))


def _already_registered(form: Form, draft_id: str, known: Row) -> str:
    """The form with the way to the person who has the ID number; no tick helps."""
    own = lies_within(known["division_code"], own_division())
    problem = field_problem(
        "id_number",
        "这个身份证号码已登记过，请到他的页面办理。"
        if own
        else "这个身份证号码已在其他镇街登记，请联系县里的管理员办理。",
    )
    refused = _choose_again(form.refused(problem))
    return _form_page(refused, draft_id, known=known if own else None)


def _choose_again(form: Form) -> Form:
    """The refused form; a browser does not keep chosen files, so it says that they are wanted."""
    if not _sent_files():
        return form
    problem = form.problems.get("evidence") or _problem_of_files()
    problem = problem or _("刚才选的材料没有保存，请重新选择。")
    return Form(form.values, {**form.problems, "evidence": problem})


def _keep(form: Form, draft_id: str) -> Answer:
    typed = {name: form.text(name) for name in FIELDS}
    staff_id, now, secrets = member().id, instance().clock(), instance().personal_data
    form_id, message = _form_id(form), _("草稿已保存，只有您能看到；填好后再提交。")
    if _sent_files():
        message = _("草稿已保存，只有您能看到；材料不在草稿里，提交时请重新选择。")
    return form.carry_out(
        lambda tx: save_draft(
            tx,
            secrets,
            staff_id=staff_id,
            values=typed,
            now=now,
            draft_id=draft_id or None,
            form_id=form_id,
        ),
        again=lambda refused: _form_page(_choose_again(refused), draft_id),
        then=lambda _id: go_on(message, "holders.people"),
    )


def _form_id(form: Form) -> str:
    """What makes a form that is sent twice one draft; "" where it came without."""
    sent = one_case(form.text("form_id"))
    return sent if is_uuid(sent) else ""


def _enter(draft: HolderDraft, draft_id: str, form_id: str) -> str:
    secrets, by, staff_id = instance().personal_data, acting(), member().id

    def work(tx: Transaction, stored: list[StoredFile]) -> str:
        holder_id = add_holder(tx, secrets, draft, **by)
        for file in stored:
            add_evidence(tx, file, holder_id=holder_id, **by)
        submit_application(tx, holder_id=holder_id, source="form", **by)
        for unfinished in {draft_id, form_id} - {""}:
            drop_draft(tx, staff_id=staff_id, draft_id=unfinished)
        return holder_id

    with new_files(secrets, instance().settings.folder) as store:
        stored = _stored_files(store)
        return change(lambda tx: work(tx, stored))


def _checked(form: Form) -> HolderDraft:
    """The same checks as a register's row, and that the village is one's own; all at once."""
    divisions, problems = instance().engine.read(all_divisions), Problems()
    today = county_day(instance().clock())
    villages = _villages()
    village = problems.read(
        lambda _field, typed: villages.chosen(typed), "division_code", form.text("division_code")
    )
    typed = HandDraft(
        name=form.text("name"),
        id_number=form.text("id_number"),
        phone=form.optional("phone"),
        town=village.town if village else "",
        village=village.name if village else "",
        kind=form.text("kind"),
        since=form.text("since"),
        until=form.optional("until"),
    )
    draft = None
    try:
        draft = draft_of(typed, Places(divisions), today)
    except FieldProblems as error:
        problems.extend(p for p in error.problems if village or p.field not in ("town", "village"))
    family = _family(form, draft.id_number.number if draft else "", problems, today)
    problems.sort(key=lambda p: FIELDS.index(p.field) if p.field in FIELDS else len(FIELDS))
    problems.finish()
    if draft is None:
        raise Refusal("not_found")
    return replace(draft, family=family)


def _family(
    form: Form, holder_number: str, problems: Problems, today: date
) -> tuple[FamilyDraft, ...]:
    """The family members of the form's rows; a row in which nothing is typed is none."""
    members: list[FamilyDraft] = []
    for place in MEMBERS:
        names = {name: f"{field}_{place}" for name, field in FAMILY_FIELDS.items()}
        typed = TypedMember(**{name: form.text(field) for name, field in names.items()})
        if not typed:
            continue
        member = read_member(problems, typed, names.__getitem__, today)
        if member is not None:
            refuse_twins(problems, member, members, holder_number, names.__getitem__)
            members.append(member)
    return tuple(members)


def _villages() -> Villages:
    """The villages that one may choose, by what they are called and what they were."""
    rows, past = instance().engine.read(lambda tx: (all_divisions(tx), past_names(tx)))
    return Villages(rows, own_division(), past)


def _sent_files() -> list[FileStorage]:
    return [file for file in request.files.getlist("evidence") if file.filename]


def _problem_of_files() -> str | None:
    """What is wrong with the files too, when other fields have refused the form already."""
    try:
        _require_few(_sent_files())
        for file in _sent_files():
            file.seek(0)
            checked_type(file.read())
    except FieldProblems as error:
        return error.problems[0].message(request_language())
    return None


def _stored_files(store: StoreFile) -> list[StoredFile]:
    """The files that came with the form, checked and kept; none is an empty list."""
    sent = _sent_files()
    _require_few(sent)
    return [store(file.filename or "", file.read()) for file in sent]


def _require_few(files: list[FileStorage]) -> None:
    if len(files) > FILES_AT_ONCE:
        raise field_problem(
            "evidence", "一次最多上传 {files_at_once} 份。", files_at_once=FILES_AT_ONCE
        )


def _form_page(
    form: Form, draft_id: str, same: list[Row] | None = None, known: Row | None = None
) -> str:
    own, today = own_division(), county_day(instance().clock())
    usual_end, names = instance().settings.usual_end, names_for_reader()
    places = dict(division_choices(own))
    values = {**form.values, "division_code": _villages().code_of(form.text("division_code"))}
    return render_template(
        "holders/new_person.html",
        form=Form(values, form.problems),
        draft_id=draft_id,
        form_id=_form_id(form) or new_id(),
        same=same or [],
        known=known and {**known, "name": names(known["name"], known["division_code"])},
        place_of=places.get,
        villages=division_choices(own, villages_only=True),
        kinds=eligibility_choices(),
        relations=relation_choices(),
        members=MEMBERS,
        today=today.isoformat(),
        usual_end=next_day_of_year(usual_end, today).isoformat() if usual_end else "",
    )
