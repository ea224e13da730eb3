"""Redaction: personal data that a published text must not contain is found and masked (45号令第六条).

Masked are numbers that identify (证件), contact (联系方式), bank accounts (银行账号), home addresses (住址), health
(健康信息) and the names of natural persons other than the party punished. Words and patterns are code on purpose: what
protects a person is not a setting. Data that no word introduces cannot be recognised; so every masking, and every row
about a minor, is an issue that a person must check.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from transforms import person_numbers

REDACTED_KINDS = {
    "identity": "身份证件号码",
    "account": "银行账号",
    "contact": "联系方式",
    "address": "住址",
    "health": "健康信息",
    "person": "自然人姓名",
}
MASK = "***"
_DIGIT = "0-9０-９〇○零一二三四五六七八九"
_PLAIN = str.maketrans("〇○零一二三四五六七八九", "000123456789")
# Figures with what people put between them: blanks, dashes, dots in the middle, marks of what was invisible.
_BETWEEN = r"[ \u3000\-‐‑–—－·_\ufffd]?"
_RUN = re.compile(
    rf"(?<![A-Za-z{_DIGIT}])[{_DIGIT}](?:{_BETWEEN}[{_DIGIT}]){{5,31}}(?:{_BETWEEN}[XxＸｘ])?(?![A-Za-z])"
)
_DAY = re.compile(r"(?:19|20)\d\d[-－–]\d{1,2}[-－–]\d{1,2}")
_MINOR_AGE = 18
_LABELS = {
    "account": re.compile(r"(?:账号|帐号|账户|帐户|卡号|银行|信用社)[^，。；;\n\d]{0,10}$"),
    "contact": re.compile(r"(?:电话|手机|联系方式|传真|微信|QQ|热线)[^，。；;\n\d]{0,6}$", re.IGNORECASE),
}
_LINK = "[:：为是系在于]{0,2}"
_CLAUSE = r"[^，。；;、,（）()\n]"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("contact", re.compile(r"(?P<keep>)[(（][0０][0-9０-９]{2,3}[)）][ -]?[0-9０-９]{7,8}")),
    ("contact", re.compile(r"(?P<keep>)[A-Za-z0-9_.+-]{1,64}[@＠][A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+")),
    ("contact", re.compile(r"(?P<keep>(?:微信|QQ)号?(?:码)?[:：为是\s]*)[A-Za-z0-9_-]{5,}", re.IGNORECASE)),
    (
        "address",
        re.compile(
            rf"(?P<keep>(?:家庭住址|家庭地址|住址|户籍所在地|户籍地址?|现住址?|家住|经常居住地|居住地址?|居住于){_LINK}){_CLAUSE}+"
        ),
    ),
    ("health", re.compile(rf"(?P<keep>(?:患有|确诊为?|诊断为|感染了?|病史|病历|罹患){_LINK}){_CLAUSE}+")),
    ("health", re.compile(rf"(?P<keep>患)(?!者){_CLAUSE}{{1,20}}?(?:病|症|炎|癌|瘤|障碍)")),
    ("health", re.compile(r"(?P<keep>)(?:肢体|智力|精神|视力|听力|言语|多重)?残疾(?:证|人证)?[一二三四]级")),
)
_PERSONAL_FORMS = (
    *_FORMS,
    ("address", re.compile(rf"(?P<keep>(?:住所地?|地址|通讯地址|住(?![院所宿房建处])){_LINK}){_CLAUSE}+")),
)
_ROLES = (
    "法定代表人|主要负责人|质量负责人|企业负责人|负责人|实际控制人|直接责任人员?|责任人员?|经营者|投资人|合伙人|股东|店长|店主|店员|员工|"
    "职工|业务员|销售员|采购员|保管员|执业药师|药师|医师|医生|护士|会计|投诉人|举报人|消费者|顾客|患者|证人|代理人|监护人|受害人|"
    "被害人|购买者|其妻子?|其丈夫|其父亲?|其母亲?|其子|其女"
)
_SURNAMES = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|"
    "[赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗花俞袁柳鲍史唐费廉岑薛雷贺倪汤"
    "罗毕郝邬安常乐傅齐康伍余元卜顾孟黄穆萧尹姚邵汪祁毛禹狄米贝臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡"
    "田樊胡凌霍虞万柯卢莫房丁邓洪包左石崔吉龚程邢裴陆荣翁荀甄段富巫焦谷车侯全班仰秋仲伊宫宁仇栾甘厉祖武符刘景詹束龙叶幸司黎薄印白蒲卓蔺"
    "池乔胥苍闻党翟谭贡姬申冉雍桑桂牛燕冀尚农温庄晏柴瞿阎连习艾容古易廖耿匡寇广欧沃蔚越师巩聂晁敖冷辛阚简饶曾沙关红游竺权逯盖]"
)
_NEVER_GIVEN = (  # what may follow a name, or a surname's sign where it is none
    "的在于因从终处罚予给作为和与及将被未已对经销使违当同本此其以应须可不也而且由向按依自至到等之所有无没限警吊责停改擅涉"
)
_NAME = re.compile(
    rf"(?P<role>{_ROLES})(?P<link>[:：为是系\s“‘]{{0,2}})(?P<surname>{_SURNAMES})"
    rf"(?P<given>(?![{_NEVER_GIVEN}])[\u4e00-\u9fff](?:(?![{_NEVER_GIVEN}])[\u4e00-\u9fff])?)"
)
_MINOR = re.compile(r"(?<![向对给为供使])未成年|法定监护人|监护人")
_AGE = re.compile(r"(?<!\d)(\d{1,2})\s?周?岁")


@dataclass(frozen=True)
class RedactedText:
    """A text as it may be published, and what was masked in it: codes of REDACTED_KINDS, in their order."""

    text: str
    found: tuple[str, ...]


def redact_numbers(text: str) -> RedactedText:
    """`text` without identity, account and telephone numbers: for names, which are not searched as prose."""
    return _masked(text, (_identity, _figures))


def redact_prose(text: str, party: str = "", *, is_person: bool = False) -> RedactedText:
    """`text` without personal data. party: whose name stays; is_person: the party is a natural person."""
    forms = _PERSONAL_FORMS if is_person else _FORMS
    return _masked(
        text, (_identity, lambda given: _introduced(given, forms), _figures, lambda given: _names(given, party))
    )


def concerns_minor(*texts: str | None) -> bool:
    """Whether one of the texts says that the natural person it is about is a minor."""
    for text in filter(None, texts):
        ages = map(int, _AGE.findall(unicodedata.normalize("NFKC", text)))
        if _MINOR.search(text) or any(age < _MINOR_AGE for age in ages):
            return True
    return False


Pass = Callable[[str], tuple[str, set[str]]]


def _masked(text: str, passes: tuple[Pass, ...]) -> RedactedText:
    found: set[str] = set()
    for one in passes:
        text, kinds = one(text)
        found |= kinds
    return RedactedText(text, tuple(kind for kind in REDACTED_KINDS if kind in found))


def _introduced(text: str, forms: tuple[tuple[str, re.Pattern[str]], ...]) -> tuple[str, set[str]]:
    """Mask what follows the word that introduces it."""
    found: set[str] = set()
    for kind, form in forms:
        masked = form.sub(lambda match: match["keep"] + MASK, text)
        is_masked_already = all(match[0].endswith(MASK) for match in form.finditer(text))
        if masked != text and not is_masked_already:
            found.add(kind)
            text = masked
    return text, found


def _identity(text: str) -> tuple[str, set[str]]:
    hidden = person_numbers.mask_text(text)
    return hidden, {"identity"} if hidden != text else set()


def _figures(text: str) -> tuple[str, set[str]]:
    found: set[str] = set()

    def mask(run: re.Match[str]) -> str:
        kind = _kind_of(run)
        if kind is None:
            return run[0]
        found.add(kind)
        return MASK

    return _RUN.sub(mask, text), found


def _kind_of(run: re.Match[str]) -> str | None:
    """What a run of digits is, by its form or by the word before it."""
    plain = unicodedata.normalize("NFKC", run[0]).translate(_PLAIN).upper()
    digits = re.sub(r"[^0-9X]", "", plain)
    before = run.string[max(0, run.start() - 24) : run.start()]
    label = next((kind for kind, form in _LABELS.items() if form.search(before)), None)
    if label or _DAY.search(run[0]):
        return label
    if _is_telephone(digits, run[0]) and run.string[run.end() : run.end() + 1] not in {"元", "万", "分", "."}:
        return "contact"
    return "account" if _is_card(digits) else None


def _is_telephone(digits: str, written: str) -> bool:
    is_mobile = re.fullmatch(r"(?:00?86|86)?1[3-9]\d{9}", digits) is not None
    is_split = re.fullmatch(r"0\d{2,3}[-－–— ]\d{7,8}(?:[-－]\d{1,5})?", written) is not None
    return is_mobile or is_split or re.fullmatch(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}", digits) is not None


def _is_card(digits: str) -> bool:
    """A bank card number: 16 to 19 digits that begin as cards do, with a valid Luhn check digit."""
    if not re.fullmatch(r"[3-6]\d{15,18}", digits):
        return False
    doubled = [int(figure) * (1 + place % 2) for place, figure in enumerate(reversed(digits))]
    return sum(figure - 9 if figure > 9 else figure for figure in doubled) % 10 == 0


def _names(text: str, party: str) -> tuple[str, set[str]]:
    found: set[str] = set()

    def mask(match: re.Match[str]) -> str:
        name = match["surname"] + match["given"]
        if (party and name.startswith(party)) or match["given"].startswith(("某", "*", "×")):
            return match[0]
        found.add("person")
        return f"{match['role']}{match['link']}{match['surname']}{'某' * len(match['given'])}"

    return _NAME.sub(mask, text), found
