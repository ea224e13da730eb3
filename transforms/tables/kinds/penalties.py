"""Administrative penalties."""

from __future__ import annotations

from transforms.tables import words
from transforms.tables.kinds.common import AUTHORITY, FIELD, PARTY_NAME, USCC, day
from transforms.tables.shape import COUNT, TEXT, TEXTS, Column, Kind

PENALTY = Kind(
    "penalty",
    "行政处罚",
    "Administrative penalties as the national exchange file of 2018 has them (发改办财金〔2018〕424号).",
    (
        USCC,
        PARTY_NAME,
        Column("party_class", TEXT, "相对人类别", "organisation, sole trader, person", words=words.PARTY_CLASSES),
        Column("person_hash", TEXT, "证件指纹", "keyed hash of a natural person's identity number"),
        Column("person_masked", TEXT, "证件（掩码）", "identity number with its middle masked"),
        Column("decision_no", TEXT, "决定书文号", "number of the decision, in one spelling", True),
        Column("decision_key", TEXT, "文号比对键", "the number as it is compared (GB/T 9704-2012)", True),
        Column("act_no", TEXT, "违法行为编号", "which act is punished; the decision where the source does not say"),
        Column("violation_type", TEXT, "违法行为类型", "type of violation"),
        Column("facts", TEXT, "违法事实", "what was done"),
        Column("basis", TEXT, "处罚依据", "articles applied"),
        Column("penalty_kinds", TEXTS, "处罚类别", "kinds of penalty", True, words.PENALTY_KINDS),
        Column("content", TEXT, "处罚内容", "the penalty in words"),
        Column("fine_fen", COUNT, "罚款金额（分）", "fine, fen"),
        Column("confiscated_fen", COUNT, "没收金额（分）", "confiscated, fen"),
        Column("licence_affected", TEXT, "暂扣或吊销证照", "licence suspended or revoked"),
        day("decided_on", "处罚决定日期", "day of the decision", True),
        day("valid_until_on", "处罚有效期", "last day of the penalty's term; 2099-12-31: without an end"),
        day("publicity_until_on", "公示截止期", "last day of publicity as the source states it"),
        day("published_on", "公示日期", "first day in the national publicity system; empty: not known to be there"),
        day("unpublished_on", "停止公示日期", "first day no longer in the national publicity system"),
        day("performed_on", "义务履行完毕日期", "day every duty of the decision was performed; empty: not stated"),
        day("harm_removed_on", "危害后果消除日期", "day harm and bad effects were found removed; empty: not stated"),
        AUTHORITY,
        Column("authority_code", TEXT, "处罚机关代码", "USCC of the authority"),
        Column("discretion", TEXT, "裁量幅度", "grade of discretion", words=words.DISCRETION),
        Column("procedure", TEXT, "处罚程序", "ordinary or summary", words=words.PROCEDURES),
        FIELD,
        Column("state", TEXT, "状态", "in force, changed, revoked", words=words.PENALTY_STATES),
        day("revoked_on", "撤销日期", "first day on which it no longer counts"),
        Column("remark", TEXT, "备注", "remark"),
    ),
    natural_key=("decision_key", "party_key"),
    event_on="decided_on",
    number="decision_no",
    revoked_on="revoked_on",
    annulled_states=words.PENALTY_ANNULLED,
    is_releasable=True,
    act="act_no",
)
