"""The demo county's merchants with their outlets, and its staff.

The towns are real; the merchants, their credit codes, the people and the passwords are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

OPENING_HOURS = {
    "supermarket": "08:00-22:00",
    "pharmacy": "08:00-21:30",
    "hospital": "24 小时",
    "school": "07:30-20:30",
    "other": "08:00-20:00",
}


@dataclass(frozen=True)
class Place:
    """An outlet. `division_code` is a town's or village's; `tills` are its terminals' labels.

    `location` is an invented (latitude, longitude) in decimal degrees, or (None, None).
    """

    name: str
    kind: str
    division_code: str
    address: str
    tills: tuple[str, ...] = ("1 号收银台",)
    location: tuple[str | None, str | None] = (None, None)

    @property
    def opening_hours(self) -> str:
        """The usual hours of its kind."""
        return OPENING_HOURS[self.kind]


@dataclass(frozen=True)
class Company:
    """A merchant and its outlets."""

    name: str
    credit_code: str
    contact_name: str
    contact_phone: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Account:
    """A member of staff. `place` limits the role: a town's code, or an outlet's name."""

    username: str
    name: str
    role: str
    password: str
    place: str = ""


COMPANIES = (
    Company(
        "时代百盛商贸有限公司",
        "915120220900100762",
        "唐经理",
        "13900000001",
        (
            Place(
                "时代百盛·宏扬店",
                "supermarket",
                "512022002004",
                "南塔街道新南社区宏扬路 1 号",
                ("1 号收银台", "2 号收银台", "服务台"),
                ("30.275612", "105.022341"),
            ),
            Place(
                "时代百盛·迎宾店",
                "supermarket",
                "512022001003",
                "天池街道迎宾大道 88 号",
                ("1 号收银台", "2 号收银台"),
            ),
            Place("时代百盛·石佛店", "supermarket", "512022101001", "石佛镇石佛社区正街 12 号"),
        ),
    ),
    Company(
        "乐家邻里超市",
        "91512022090020071A",
        "邓经理",
        "13900000002",
        (
            Place("乐家邻里·回澜店", "supermarket", "512022102001", "回澜镇回澜社区中街 5 号"),
            Place("乐家邻里·大佛店", "supermarket", "512022106001", "大佛镇大佛社区新街 3 号"),
            Place("乐家邻里·童家店", "supermarket", "512022104000", "童家镇场口 1 号"),
        ),
    ),
    Company(
        "康泽大药房连锁有限公司",
        "91512022090030077L",
        "罗药师",
        "13900000003",
        (
            Place("康泽大药房·帅乡店", "pharmacy", "512022001005", "天池街道帅乡大道 20 号"),
            Place(
                "康泽大药房·南街店",
                "pharmacy",
                "512022002002",
                "南塔街道南街 31 号",
                location=("30.271930", "105.025817"),
            ),
            Place("康泽大药房·宝林店", "pharmacy", "512022105000", "宝林镇正街 9 号"),
            Place("康泽大药房·蟠龙店", "pharmacy", "512022113000", "蟠龙镇正街 16 号"),
        ),
    ),
    Company(
        "仁安医院",
        "91512022090040072W",
        "周主任",
        "13900000004",
        (
            Place(
                "仁安医院·门诊收费处",
                "hospital",
                "512022001008",
                "天池街道北郊社区仁安路 6 号",
                ("1 号窗口", "2 号窗口"),
                ("30.288104", "105.017562"),
            ),
        ),
    ),
    Company(
        "中和场镇便民医院",
        "915120220900500787",
        "何院长",
        "13900000005",
        (Place("中和场镇便民医院·收费处", "hospital", "512022109000", "中和场镇健康路 2 号"),),
    ),
    Company(
        "育才学校服务部",
        "91512022090060073F",
        "吕老师",
        "13900000006",
        (Place("育才学校·校园服务部", "school", "512022002008", "南塔街道曙光社区育才路 10 号"),),
    ),
    Company(
        "良安中心校后勤服务部",
        "91512022090070079R",
        "姚老师",
        "13900000007",
        (Place("良安中心校·文具与校服", "school", "512022107000", "良安镇学堂街 4 号"),),
    ),
    Company(
        "明晰眼镜店",
        "915120220900800742",
        "苏师傅",
        "13900000008",
        (Place("明晰眼镜·东街店", "other", "512022002001", "南塔街道东街 7 号"),),
    ),
    Company(
        "丰禾农资经营部",
        "9151202209009007X7",
        "蒋师傅",
        "13900000009",
        (Place("丰禾农资·高寺店", "other", "512022116000", "高寺镇正街 22 号"),),
    ),
)

# Fixed, weak passwords on purpose: the county is invented and says so wherever they are printed.
STAFF = (
    Account("admin", "县级管理员（演示）", "administrator", "demo-admin-2026"),
    Account("reviewer", "审核人（演示）", "administrator", "demo-reviewer-2026"),
    Account("director", "负责人（演示）", "administrator", "demo-director-2026"),
    Account(
        "registrar", "南塔街道登记员（演示）", "registrar", "demo-registrar-2026", "512022002000"
    ),
    Account("auditor", "审计员（演示）", "auditor", "demo-auditor-2026"),
    Account(
        "manager",
        "时代百盛商户管理员（演示）",
        "merchant_manager",
        "demo-manager-2026",
        "时代百盛·宏扬店",
    ),
    Account("cashier", "宏扬店收银员（演示）", "cashier", "demo-cashier-2026", "时代百盛·宏扬店"),
    Account(
        "pharmacy", "南街店收银员（演示）", "cashier", "demo-pharmacy-2026", "康泽大药房·南街店"
    ),
    Account(
        "hospital", "门诊收费员（演示）", "cashier", "demo-hospital-2026", "仁安医院·门诊收费处"
    ),
)
# Who signs a month, in order: 填报人, 审核人, 负责人.
SIGNERS = tuple(each for each in STAFF if each.role == "administrator")
