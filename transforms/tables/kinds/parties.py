"""Who is supervised, and who is barred."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.kinds.common import AUTHORITY, FIELD, PARTY_NAME, USCC, day
from transforms.tables.shape import FLAG, TEXT, TEXTS, Column, Kind

ENTERPRISE = Kind(
    "enterprise",
    "企业登记",
    "The register of supervised enterprises. `enterprise_id` is the USCC, or scheme:number where there is none.",
    (
        USCC,
        Column("name", TEXT, "企业名称", "registered name", True),
        Column("name_key", TEXT, "名称比对键", "name normalised for exact comparison", True),
        Column("former_names", TEXTS, "曾用名", "names it bore before"),
        Column("licence_nos", TEXTS, "许可证号", "licence numbers in its fields"),
        Column("registration_no", TEXT, "注册号", "registration number of the older kind"),
        Column("party_class", TEXT, "主体类别", "organisation or sole trader", words=words.PARTY_CLASSES),
        Column("fields", TEXTS, "监管领域", "drugs, devices, cosmetics", words=words.FIELDS),
        Column("roles", TEXTS, "环节", "maker, wholesaler, retailer, user", words=words.ROLES),
        Column("region_code", TEXT, "行政区划", "administrative division code, GB/T 2260"),
        Column("address", TEXT, "住所", "registered address"),
        day("established_on", "成立日期", "day of establishment"),
        Column("state", TEXT, "登记状态", "whether it still exists", words=words.ENTERPRISE_STATES),
        day("deregistered_on", "注销日期", "day of deregistration"),
    ),
    natural_key=("enterprise_id",),
    event_on="established_on",
    number="uscc",
    names_party=False,
)

PERSON_BAN = Kind(
    "person_ban",
    "行业禁入",
    "Persons barred from the trade.",
    (
        USCC,
        PARTY_NAME,
        Column("ban_no", TEXT, "决定书文号", "number of the decision", True),
        Column("person_name", TEXT, "姓名", "person barred", True),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of the identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        day("decided_on", "决定日期", "day of the decision", True),
        day("starts_on", "起始日期", "first day of the ban"),
        day("ends_on", "终止日期", "last day of the ban; empty for life"),
        Column("is_lifelong", FLAG, "是否终身", "for life"),
        Column("basis", TEXT, "依据", "articles applied"),
        AUTHORITY,
        FIELD,
    ),
    natural_key=("ban_no", "person_name"),
    event_on="decided_on",
    number="ban_no",
    expires_on="ends_on",
)
