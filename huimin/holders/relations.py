"""What a family member is to the holder: one list, however a register or a form writes it.

A relation is stored as its Chinese word: 妻 becomes 配偶, 长子 becomes 儿子. Any other relation
keeps its own words.
"""

from __future__ import annotations

import re

from huimin.core.catalogue import sentence
from huimin.core.name_form import simplified
from huimin.core.refusals import field_problem
from huimin.core.visible_text import without_blanks
from huimin.core.words import OTHER_RELATION, RELATIONS

RELATION_MAX = 12
# What stands for a relation that a register does not say.
UNSAID_RELATION = RELATIONS["household"]
# How else the words of the list are written.
_SPELLED = {
    "spouse": "妻 妻子 夫 丈夫 夫妻 爱人 老伴 老婆 老公",
    "father": "父 爸爸 爸 生父 养父 继父",
    "mother": "母 妈妈 妈 生母 养母 继母",
    "son": "子 儿 继子 养子",
    "daughter": "女 女儿 继女 养女",
    "daughter_in_law": "媳 媳妇 儿媳妇",
    "son_in_law": "婿",
    "grandson": "孙 孙儿",
    "granddaughter": "孙女儿",
    "daughters_son": "外孙子",
    "daughters_daughter": "外孙女儿",
    "grandfather": "爷爷 爷",
    "grandmother": "奶奶 奶",
    "mothers_father": "外公 姥爷",
    "mothers_mother": "外婆 姥姥",
    "brother": "兄 弟 哥 哥哥 弟弟",
    "sister": "姐 妹 姊 姐姐 妹妹",
    "household": "成员 家属",
}
_WORD_OF = {
    **{word: word for word in RELATIONS.values()},
    **{word: RELATIONS[code] for code, words in _SPELLED.items() for word in words.split()},
}
# The eldest, the second …: 长子 and 次子 are both 儿子.
_RANK = re.compile("^(?:之?[长次三四五六七八大二小幺独])(?=[子女儿媳婿孙])")
_OF_HOLDER = re.compile("^(?:户主|持卡人|本人)的?之?(?=.)")

WORDS_WANTED = sentence("选了“其他”，请写明是什么关系，例如 侄子。")


def one_relation(written: str) -> str:
    """The word of the list for a relation however it is written; else the words as they are."""
    words = simplified(without_blanks(written))
    bare = _OF_HOLDER.sub("", words)
    return _WORD_OF.get(bare) or _WORD_OF.get(_RANK.sub("", bare)) or words


def checked_relation(field: str, code: str, words: str, words_field: str) -> str:
    """The relation chosen in a form; for OTHER_RELATION its own words. Raises FieldProblems."""
    if code != OTHER_RELATION:
        if code not in RELATIONS:
            raise field_problem(field, "请选择与持卡人的关系。")
        return RELATIONS[code]
    written = one_relation(words)
    if not written:
        raise field_problem(words_field, WORDS_WANTED)
    if len(written) > RELATION_MAX or not written.isalpha():
        raise field_problem(
            words_field, "关系请写 1 到 {most} 个字，例如 侄子。", most=RELATION_MAX
        )
    return written
