"""What a published text may not say of a person, in texts as nasty as case handlers write them."""

import pytest

from reports.redaction import REDACTED_KINDS, RedactedText, concerns_minor, redact_numbers, redact_prose

IDENTITY = "11010519491231002X"  # the example number of GB 11643-1999
CARD = "6222021234567890128"  # its Luhn check is right

MASKED = [
    # 证件
    (f"负责人身份证号{IDENTITY}", ["11010519491231002X", "19491231"], ["identity"]),
    ("身份证号１１０１０５１９４９１２３１００２Ｘ", ["１９４９"], ["identity"]),
    ("身份证 110105 19491231 002X", ["19491231"], ["identity"]),
    ("身份证号110105\u200b19491231\u200b002x", ["19491231"], ["identity"]),
    ("身份证号：110105194912310021", ["194912"], ["identity"]),  # its check is wrong: a slip of the pen
    ("身份证号110105491231002", ["491231"], ["identity"]),
    ("其人110105491231002系股东", ["491231"], ["identity"]),
    ("证件号码：G12345678", ["G12345678"], ["identity"]),
    ("持护照E87654321入境", ["E87654321"], ["identity"]),
    ("一一〇一〇五一九四九一二三一〇〇二X", ["一九四九"], ["identity"]),
    # 联系方式
    ("电话13800138000，责令改正", ["13800138000"], ["contact"]),
    ("138 0013 8000", ["0013"], ["contact"]),
    ("138-0013-8000", ["0013"], ["contact"]),
    ("+8613800138000", ["138001"], ["contact"]),
    ("一三八〇〇一三八〇〇〇", ["一三八"], ["contact"]),
    ("１３８００１３８０００", ["１３８"], ["contact"]),
    ("联系0771-5551234", ["5551234"], ["contact"]),
    ("联系电话：5551234", ["5551234"], ["contact"]),
    ("邮箱zhang.san@example.invalid。", ["zhang.san", "example"], ["contact"]),
    ("微信号：zhangsan_88", ["zhangsan"], ["contact"]),
    ("QQ 12345678", ["12345678"], ["contact"]),
    # 账号
    (f"卡号{CARD}", [CARD], ["account"]),
    (f"款项汇入{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:16]} {CARD[16:]}", [CARD[4:8]], ["account"]),
    ("开户银行示例银行，账号：45001604851050700000", ["45001604851050700000"], ["account"]),
    ("汇入公司账户 2002-0101-0910-0000", ["0910"], ["account"]),
    # 住址
    ("家庭住址：示例市某路12号3栋501室，责令改正", ["某路", "501"], ["address"]),
    ("家住示范村五组", ["示范村"], ["address"]),
    ("户籍所在地为示例省某县", ["某县"], ["address"]),
    # 健康
    ("当事人患有乙型肝炎，从轻处罚", ["乙型"], ["health"]),
    ("患糖尿病多年", ["糖尿"], ["health"]),
    ("经诊断为精神分裂症", ["精神"], ["health"]),
    ("系肢体残疾二级", ["肢体残疾二级"], ["health"]),
    # 处罚对象以外的自然人
    ("对法定代表人张三处以罚款", ["张三"], ["person"]),
    ("对法定代表人：欧阳小明予以警告", ["欧阳小明"], ["person"]),
    ("店员李小红销售劣药", ["李小红"], ["person"]),
    ("投诉人“王五”反映", ["王五"], ["person"]),
]
KEPT = [
    "罚款6,300.69元；没收违法所得5,727.90元",
    "罚款13800000000元",  # a sum is no telephone
    "2025-01-05至2026-03-01停产停业",
    "自2025-01-05 2026-06-01起",
    "示药监罚〔2025〕000131021号",
    "批号20250105、20250106、20250107",
    "没收药品12盒、货值金额2300.50元",
    "从患者处收回药品",
    "向未成年人销售处方药",
    "法定代表人在场，负责人已整改",
    "法定代表人张某某处警告",
    "身份证号110***********002X",
    "住所：示例省云岭示范路12号",  # a firm's seat is no home
    "经营者销售劣药",
    "第一百一十八条",
    "统一社会信用代码91450103MX35449942",
    "吊销《药品经营许可证》（示01D2020000013）",
]


@pytest.mark.parametrize(("text", "secrets", "found"), MASKED)
def test_it_is_masked_and_named(text, secrets, found):
    given = redact_prose(text.replace("\u200b", "\ufffd"))  # what is invisible has become visible before
    assert list(given.found) == found
    assert not [secret for secret in secrets if secret in given.text], given.text


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_ones_secret_stays_as_written(text):
    assert redact_prose(text) == redact_prose(redact_prose(text).text)
    assert (redact_prose(text).text, redact_prose(text).found) == (text, ())


@pytest.mark.parametrize(("text", "_secrets", "_found"), MASKED)
def test_masking_twice_is_masking_once(text, _secrets, _found):
    once = redact_prose(text.replace("\u200b", "\ufffd"))
    assert redact_prose(once.text) == type(once)(once.text, ())


def test_a_text_that_tells_all_is_masked_in_each_place_and_stays_readable():
    text = (
        f"罚款500.00元。法定代表人张三（身份证{IDENTITY}，电话13800138000）住址：某路1号，患有肝炎，退款至账号{CARD}。"
    )
    given = redact_prose(text)
    assert given.found == tuple(REDACTED_KINDS)
    assert (
        given.text
        == "罚款500.00元。法定代表人张某（身份证110*************2X，电话***）住址：***，患有***，退款至账号***。"
    )


def test_the_punished_keeps_his_name_and_not_his_home():
    given = redact_prose("当事人系负责人赵甲乙，住示例市某路12号", "赵甲乙", is_person=True)
    assert given.text == "当事人系负责人赵甲乙，住***"
    assert given.found == ("address",)
    assert redact_prose("负责人赵甲乙，负责人钱丙", "赵甲乙", is_person=True).text == "负责人赵甲乙，负责人钱某"


def test_a_name_is_searched_for_numbers_only():
    assert redact_numbers("示例精神病医院患者之家").found == ()
    assert redact_numbers(f"张三（{IDENTITY}）").text == "张三（110*************2X）"


@pytest.mark.parametrize(
    ("text", "is_minor"),
    [
        ("当事人系未成年人", True),
        ("其监护人到场", True),
        ("现年17周岁", True),
        ("现年１７岁", True),
        ("现年18周岁", False),
        ("向未成年人销售", False),
        ("使用117岁老方", False),
        ("", False),
        (None, False),
    ],
)
def test_who_is_a_minor(text, is_minor):
    assert concerns_minor(text) is is_minor


@pytest.mark.parametrize("text", ["暂扣许可证件至2026-06-06", "吊销许可证件1张", "暂扣执照证件至2026年6月6日"])
def test_a_licence_and_the_day_of_its_return_are_no_identity(text):
    assert redact_prose(text) == RedactedText(text, ())
