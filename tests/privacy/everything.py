"""A person of whom the county holds something in every place that is encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from huimin.access.second_factor import switch_on
from huimin.access.staff_changes import staff_by_id
from huimin.holders.drafts import drafts_of, read_draft, save_draft
from huimin.holders.evidence import add_evidence, new_files, read_evidence
from huimin.holders.people import FamilyDraft, family_of, find_by_id_number, holder_by_id
from huimin.holders.registers.jobs import REGISTER, RegisterWork
from huimin.holders.search import PersonCriteria, search
from huimin.holders.working_days import package_working_days
from huimin.instance import Instance
from huimin.jobs.jobs import begin_job
from huimin.my.answer import answer_request
from huimin.my.requests import ask_correction, requests_of_holder
from huimin.reach.contacts import Contact, contacts_of, note_contact
from huimin.settlement.payee_fields import Payee
from huimin.settlement.payees import propose_payee
from tests.making.holders import id_number, make_holder
from tests.making.merchants import make_merchant
from tests.making.staff import make_staff

PHONES = "13800001111/13900002222"
PAPER = b"%PDF-1.4 a paper of Huang"
SECRET = "JBSWY3DPEHPK3PXP"
PAYEE = Payee(
    "company", "乐至县某公司", "6222000011112222", "某银行", "", "", "李会计", "13700003333"
)


@dataclass
class Everything:
    """The ids of what was made of one person."""

    instance: Instance
    number: str
    member_number: str
    holder_id: str
    staff_id: str
    merchant_id: str
    file_id: str
    job_id: str

    def read(self) -> dict[str, Any]:
        """Everything in clear, and who is found by which number."""
        secrets, folder = self.instance.personal_data, self.instance.settings.folder
        by: Any = {"now": self.instance.clock(), "actor": "test"}

        def work(tx: Any) -> dict[str, Any]:
            holder = holder_by_id(tx, self.holder_id)
            assert holder is not None
            found = find_by_id_number(tx, secrets, self.number)
            assert found is not None
            payee = tx.connection.execute("SELECT content_cipher FROM merchant_payee").fetchone()
            totp = tx.connection.execute(
                "SELECT totp_cipher FROM staff WHERE totp_cipher IS NOT NULL"
            ).fetchone()
            _row, paper = read_evidence(
                tx, secrets, folder, holder_id=self.holder_id, file_id=self.file_id, **by
            )
            return {
                "number": secrets.value(holder, "holder.id_number"),
                "phones": secrets.value(holder, "holder.phone"),
                "family": [
                    secrets.value(row, "family_member.id_number")
                    for row in family_of(tx, self.holder_id)
                ],
                "drafts": [
                    read_draft(tx, secrets, staff_id=self.staff_id, draft_id=row["id"])
                    for row in drafts_of(tx, secrets, staff_id=self.staff_id)
                ],
                "requests": [
                    (row["words"], row["answer"])
                    for row in requests_of_holder(tx, secrets, self.holder_id)
                ],
                "messages": [
                    secrets.decrypt(row["content_cipher"], "message.content")
                    for row in tx.connection.execute("SELECT content_cipher FROM message")
                ],
                "contacts": [row["note"] for row in contacts_of(tx, secrets, self.holder_id)],
                "payee": secrets.decrypt(payee["content_cipher"], "merchant_payee"),
                "totp": secrets.decrypt(totp["totp_cipher"], "staff.totp"),
                "paper": paper,
                "found": found["id"],
                "searched": {text: found_by(tx, self.instance, text) for text in self.sought},
                "register": self.work()._unsealed(REGISTER),
            }

        return self.instance.engine.write(work)

    @property
    def sought(self) -> tuple[str, ...]:
        """What the person is found by: own and a member's number, both phones, the name."""
        return (self.number, self.member_number, *PHONES.split("/"), "黄筱平")

    def work(self) -> RegisterWork:
        """The files of a register job."""
        return RegisterWork(
            self.instance.engine,
            self.instance.personal_data,
            self.instance.settings.folder,
            job_id=self.job_id,
            file_name="低保.csv",
            now=self.instance.clock(),
            actor="test",
        )


def found_by(tx: Any, instance: Instance, text: str) -> list[str]:
    """The ids of the people whom the search finds by a text."""
    today = date(2026, 10, 31)
    found = search(tx, instance.personal_data, PersonCriteria(text=text), today=today)
    return [person.id for person in found("", 50)]


def make_everything(instance: Instance) -> Everything:
    """Make one person with all of it."""
    number, member_number = id_number(), id_number()
    secrets, now = instance.personal_data, instance.clock()
    by: Any = {"now": now, "actor": "test"}
    holder = make_holder(
        instance,
        id_number=number,
        phone=PHONES,
        family=[FamilyDraft("张小梅", "女儿", member_number), FamilyDraft("黄大力", "父亲")],
    )
    staff, merchant = make_staff(instance), make_merchant(instance)
    contact = Contact("other", date(2026, 10, 30), None, "黄筱平的邻居说她搬走了")

    def work(tx: Any) -> str:
        save_draft(tx, secrets, staff_id=staff["id"], values={"name": "黄筱平"}, now=now)
        note_contact(tx, secrets, holder["id"], contact, **by)
        note_contact(
            tx,
            secrets,
            holder["id"],
            Contact("no_answer", date(2026, 10, 31)),
            now=now + timedelta(hours=1),
            actor="test",
        )
        propose_payee(tx, secrets, merchant["id"], PAYEE, reason="开户", side="county", **by)
        switch_on(
            tx,
            staff_by_id(tx, staff["id"]),
            cipher=secrets.encrypt(SECRET, "staff.totp"),
            step=1,
            now=now,
        )
        asked = ask_correction(
            tx,
            secrets,
            holder["id"],
            about="phone",
            words="13900002222 是我女儿黄筱的",
            working_days=package_working_days(),
            now=now,
            actor=f"holder:{holder['id']}",
        )
        said: Any = {"within": None, "staff_id": None, "settings": instance.settings, **by}
        answer = "13900002222 是黄筱平登记的"
        answer_request(tx, secrets, asked["id"], verdict="declined", answer=answer, **said)
        return begin_job(tx, "register.check", {}, now=now, actor="test")

    with new_files(secrets, instance.settings.folder) as store:
        stored = store("黄筱平低保证.pdf", PAPER)
        instance.engine.write(lambda tx: add_evidence(tx, stored, holder_id=holder["id"], **by))
    made = Everything(
        instance,
        number,
        member_number,
        holder["id"],
        staff["id"],
        merchant["id"],
        stored.id,
        instance.engine.write(work),
    )
    made.work().store(f"姓名,身份证号码\n黄筱平,{number}\n".encode())
    end_job(instance, made.job_id)
    return made


def end_job(instance: Instance, job_id: str, state: str = "done") -> None:
    """The job is over, or runs again."""
    ended = "'2026-10-31T03:00:00.000Z'" if state == "done" else "NULL"
    sql = f"UPDATE job SET state = '{state}', finished_at = {ended} WHERE id = '{job_id}'"
    instance.engine.write(lambda tx: tx.connection.execute(sql))
