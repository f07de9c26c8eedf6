"""Which category of goods a till means: every known code, its names, and how else tills spell it.

Case, width, spaces and punctuation do not matter: "Tobacco", "ＴＯＢＡＣＣＯ" and " 香 烟 " are
tobacco. A category that is none of these is refused where a basket comes in, because silence would
give it the discount (DESIGN section 8).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from huimin.core.catalogue import Text
from huimin.core.refusals import FieldProblem, Refusal
from huimin.core.words import GOODS

# Beside the code itself and its Chinese name.
SPELLED: dict[str, str] = {
    "food": (
        "foods groceries grocery snack snacks 食物 副食 主食 粮油 米面 米面粮油 调料 调味品 "
        "零食 休闲食品 包装食品 乳制品 奶制品 冷冻食品 熟食 糕点"
    ),
    "fresh": (
        "fresh_food produce vegetables vegetable fruit fruits meat seafood 生鲜 蔬菜 水果 果蔬 "
        "肉类 鲜肉 肉禽 禽蛋 鸡蛋 水产 海鲜"
    ),
    "drink": "drinks beverage beverages soft_drink soft_drinks 饮品 饮用水 茶饮 软饮料 飲料",
    "household": (
        "household_goods home_care daily daily_goods daily_necessities cleaning 日用品 百货 日用 "
        "日化 清洁用品 家庭清洁 纸品 厨房用品"
    ),
    "personal_care": "personal care cosmetics 洗护 洗护用品 个护 化妆品 护肤品 美妆 卫生用品",
    "baby": "baby_goods mother_baby infant 母婴 婴儿用品 奶粉 纸尿裤 婴幼儿用品",
    "clothing": "clothes apparel shoes textile textiles 服装 衣服 服饰 鞋帽 鞋 纺织品 校服",
    "stationery": "office_supplies school_supplies 办公用品 学习用品 文化用品",
    "book": "books 书 书籍 图书音像 教材 教辅",
    "appliance": "appliances home_appliance home_appliances 家电 电器 小家电",
    "electronics": "electronic digital 数码 电子产品 手机 电脑",
    "furniture": "home homeware hardware 家具 家居 家居用品 五金 建材",
    "medicine": "medicines drug drugs pharmacy otc 药 西药 中药 中成药 饮片 处方药 非处方药",
    "device": "devices medical_device medical_devices medical_supplies 器械 医疗用品 医用耗材",
    "medical_service": (
        "medical medical_services treatment examination 诊疗 医疗服务 检查费 检查 化验 治疗费 "
        "治疗 挂号 挂号费 诊查费 床位费 住院费 手术费 护理费"
    ),
    "health_food": "health_foods supplement supplements health_products 保健品 营养品 滋补品",
    "glasses": "optics eyewear lens lenses 镜片 镜架 眼镜片 光学",
    "farm": "agricultural seed seeds fertilizer pesticide 农资农具 种子 化肥 肥料 农药 农具 饲料",
    "service": "services repair 服务费 维修 理发 家政 快递 餐饮 餐饮服务",
    "other": "others misc miscellaneous 其它 杂项 其他商品",
    "tobacco": (
        "cigarette cigarettes cigar cigars e_cigarette e_cigarettes vape smoking 烟 卷烟 烟草 "
        "烟草制品 烟类 电子烟 雪茄 香煙 菸 菸草 煙 煙草"
    ),
    "alcohol": (
        "liquor liquors wine wines beer beers spirits alcoholic alcoholic_drink "
        "alcoholic_beverage alcoholic_beverages 酒类 酒水 白酒 啤酒 红酒 葡萄酒 黄酒 洋酒 药酒 "
        "酒精饮料 酒類"
    ),
    "prepaid_card": (
        "prepaid prepaid_cards gift_card gift_cards giftcard shopping_card top_up topup recharge "
        "voucher vouchers 购物卡 充值卡 储值卡 预付卡 礼品卡 充值 话费 话费充值 饭卡充值 代金券 "
        "購物卡 儲值卡 預付卡"
    ),
    "lottery": "lotteries 福利彩票 体育彩票 福彩 体彩",
    "jewelry": "jewellery gold 珠宝 首饰 黄金 金银首饰 金银 贵金属",
}


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """A spelling without case, width, spaces, punctuation and invisible characters."""
    wide = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in wide if letter.isalnum())


def spellings(code: str) -> tuple[str, ...]:
    """How a known category may be spelt beside its code: its Chinese name first."""
    return (GOODS[code], *SPELLED[code].split())


# As a refusal lists them: 食品 (food)、…
KNOWN = tuple(Text("{name} ({code})", {"name": GOODS.text(code), "code": code}) for code in GOODS)
PROBLEMS_MAX = 20
CODE_OF: Mapping[str, str] = {
    plain(spelling): code for code in GOODS for spelling in (code, *spellings(code))
}


def known_code(category: str) -> str | None:
    """The code that is meant, None for a spelling that nobody knows."""
    return CODE_OF.get(plain(category))


def code_or_plain(category: str) -> str:
    """The code that is meant; an unknown category, of an old record or policy, by its letters."""
    spelling = plain(category)
    return CODE_OF.get(spelling, spelling)


@lru_cache(maxsize=1_024)
def codes_of(categories: tuple[str, ...]) -> frozenset[str]:
    """The codes of a policy's categories."""
    return frozenset(map(code_or_plain, categories))


def require_known(categories: Iterable[str | None], excluded: tuple[str, ...]) -> None:
    """Require that somebody knows each line's category. Raises Refusal `unknown_category`, with
    every such line, as `items.<index>.category`, and all categories that are known.

    It is for a basket that comes in; older records have others. None passes: goods without a
    category. So does a category that the policy itself leaves out although the list lacks it: older
    policies name their own.
    """
    own = codes_of(excluded)
    problems = [
        FieldProblem(
            f"items.{index}.category",
            "不认识这个商品类别：{category}。",
            category=category,
        )
        for index, category in enumerate(categories)
        if category is not None and not (plain(category) and _is_known(category, own))
    ]
    if problems:
        raise Refusal("unknown_category", problems=problems[:PROBLEMS_MAX], known=KNOWN)


def _is_known(category: str, own: frozenset[str]) -> bool:
    return known_code(category) is not None or plain(category) in own
