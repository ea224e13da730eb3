"""Closed vocabularies: the code that is stored, and the Chinese word that is read and written."""

FIELDS = {"drug": "药品", "device": "医疗器械", "cosmetic": "化妆品", "other": "其他"}
PARTY_CLASSES = {"organisation": "法人及非法人组织", "sole_trader": "个体工商户", "person": "自然人"}
ROLES = {"maker": "生产", "wholesaler": "批发", "retailer": "零售", "user": "使用"}
ENTERPRISE_STATES = {"active": "存续", "deregistered": "注销", "licence_revoked": "吊销"}
INSPECTION_TYPES = {
    "gmp": "GMP符合性检查",
    "gsp": "GSP符合性检查",
    "unannounced": "飞行检查",
    "routine": "日常检查",
    "special": "专项检查",
    "random": "双随机检查",
}
CONCLUSIONS = {"compliant": "符合要求", "rectify_first": "待整改后评定", "non_compliant": "不符合要求"}
# In the order of severity of the penalty law, lightest first.
PENALTY_KINDS = {
    "warning": "警告",
    "criticism": "通报批评",
    "fine": "罚款",
    "confiscation_gains": "没收违法所得",
    "confiscation_goods": "没收非法财物",
    "suspend_licence": "暂扣许可证件",
    "downgrade": "降低资质等级",
    "restrict_trade": "限制开展生产经营活动",
    "stop_order": "责令停产停业",
    "close": "责令关闭",
    "restrict_occupation": "限制从业",
    "revoke_licence": "吊销许可证件",
    "revoke_business": "吊销营业执照",
    "detention": "行政拘留",
    "other": "其他",
}
DISCRETION = {"reduced": "减轻", "light": "从轻", "ordinary": "一般", "heavy": "从重"}
PROCEDURES = {"ordinary": "普通程序", "summary": "简易程序"}
PENALTY_STATES = {"in_force": "有效", "changed": "变更", "revoked": "撤销", "unlawful": "确认违法", "void": "确认无效"}
SAMPLING_RESULTS = {"qualified": "合格", "unqualified": "不合格"}
SIGNAL_TYPES = {
    "complaint": "投诉举报",
    "adverse_event": "不良反应（事件）",
    "public_opinion": "舆情",
    "recall": "召回",
}
SIGNAL_LEVELS = {"low": "较轻", "general": "一般", "serious": "严重"}
RECTIFICATION_STATES = {"open": "整改中", "completed": "已完成", "overdue": "逾期未完成"}
COMMITMENT_TYPES = {
    "approval": "审批替代型",
    "deferred_papers": "容缺受理型",
    "proof": "证明事项型",
    "repair": "信用修复型",
    "self_discipline": "行业自律型",
    "voluntary": "主动型",
    "other": "其他",
}
COMMITMENT_STATES = {"open": "履行中", "fulfilled": "全部履行", "partly": "部分履行", "unfulfilled": "全部未履行"}
HONOUR_LEVELS = {"national": "国家级", "provincial": "省级", "municipal": "市级", "county": "县级"}
DECISION_TYPES = {
    "list": "列入严重违法失信名单",
    "remove": "移出严重违法失信名单",
    "repair": "信用修复",
    "hold_tier": "暂缓等级变动",
    "confirm_tier": "确认等级变动",
    "objection": "异议处理",
    "correction": "更正",
    "approve_publication": "批准发布",
}
LISTING_STATES = {"standing": "在列", "removed": "移出决定", "deregistered": "企业注销", "ended": "列入期满"}
YES_NO = {"true": "是", "false": "否"}
