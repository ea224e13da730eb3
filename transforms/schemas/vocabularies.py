"""Closed vocabularies: the stored code and its Chinese term."""

# First two digits of a division code (GB/T 2260).
PROVINCES = {
    **{
        "11": "北京",
        "12": "天津",
        "13": "河北",
        "14": "山西",
        "15": "内蒙古",
        "21": "辽宁",
        "22": "吉林",
        "23": "黑龙江",
    },
    **{"31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南"},
    **{"42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州"},
    **{"53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾"},
    **{"81": "香港", "82": "澳门"},
}
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
INSPECTION_CONCLUSIONS = {
    "compliant": "符合要求",
    "rectify_first": "待整改后评定",
    "non_compliant": "不符合要求",
    "not_rated": "未评定",
}
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
ANNULLED_PENALTY_STATES = ("revoked", "unlawful", "void")  # as 总局令第44号第十九条 names them
SAMPLING_RESULTS = {"qualified": "合格", "unqualified": "不合格"}
SIGNAL_TYPES = {
    "complaint": "投诉举报",
    "adverse_event": "不良反应（事件）",
    "public_opinion": "舆情",
    "recall": "召回",
    "approval_finding": "审批发现",
    "review_finding": "审评发现",
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
# Licences to trade and to make, and the filings that stand in for one; a filing has no term.
LICENCE_TYPES = {
    "drug_making": "药品生产许可证",
    "drug_trade": "药品经营许可证",
    "preparation": "医疗机构制剂许可证",
    "device_making": "医疗器械生产许可证",
    "device_making_filing": "第一类医疗器械生产备案",
    "device_trade": "医疗器械经营许可证",
    "device_trade_filing": "第二类医疗器械经营备案",
    "cosmetic_making": "化妆品生产许可证",
}
# The posts that the law ties to persons; every other named one is a key post (关键岗位).
POSITIONS = {
    "legal_representative": "法定代表人",
    "manager": "企业负责人",
    "quality_head": "质量负责人",
    "qualified_person": "质量受权人",
    "key_post": "关键岗位",
}
# Lists that others keep; the market regulators' serious list there is one of entries that another body decided.
EXTERNAL_LISTS = {
    "abnormal": "经营异常名录",
    "serious": "严重违法失信名单（其他机关列入）",
    "other_serious": "其他部门严重失信主体名单",
    "dishonest_debtor": "失信被执行人名单",
}
ABNORMAL_GROUNDS = {
    "annual_report": "未按期公示年度报告",
    "information": "未按责令期限公示企业信息",
    "name_change": "未依法办理名称变更登记",
    "no_contact": "通过登记的住所无法取得联系",
    "other": "其他违法行为",
}
# What is sent to another body, which answers with a receipt.
PUSH_TYPES = {
    "penalty": "行政处罚信息推送外省",
    "penalty_report": "双公示报送",
    "listing": "列入信息推送外省",
    "repair": "修复信息推送外省",
    "other": "其他推送",
}
INSPECTOR_LEVELS = {"junior": "初级", "intermediate": "中级", "senior": "高级", "expert": "专家级"}
CONFLICT_RELATIONS = {
    "employment": "曾在该企业任职",
    "kin": "近亲属在该企业任职",
    "holding": "持有股份或者出资",
    "dispute": "与该企业有争议或者诉讼",
    "other": "其他可能影响公正的关系",
}
# Parties of a case or complaint: an unknown one is tied to no enterprise until a later row names it.
CASE_PARTIES = {**PARTY_CLASSES, "unknown": "不明"}
CASE_CLUES = {
    "inspection": "监督检查",
    "sampling": "监督抽检",
    "report": "投诉举报",
    "assigned": "上级交办",
    "department": "其他部门移送",
    "police": "公安机关移送",
    "monitoring": "监测",
    "other": "其他",
}
# How a case ends: 市场监督管理行政处罚程序规定 Art. 47, 60.
CASE_OUTCOMES = {
    "penalty": "行政处罚",
    "no_penalty": "不予行政处罚",
    "not_established": "违法事实不成立",
    "department": "移送其他部门",
    "police": "移送司法机关",
    "terminated": "终止调查",
}
# Why no penalty is imposed although the law was broken: 行政处罚法 Art. 30, 31, 33, 36; 药品管理法实施条例 Art. 86.
NO_PENALTY_GROUNDS = {
    "minor": "违法行为轻微并及时改正，没有造成危害后果",
    "first": "初次违法且危害后果轻微并及时改正",
    "no_fault": "没有主观过错",
    "due_care": "不知情并履行了进货查验等义务",
    "time_barred": "超过追究时效",
    "incapable": "不满十四周岁或者不能辨认、控制自己行为",
    "other": "其他",
}
TRANSFER_DIRECTIONS = {"to_police": "移送公安机关", "from_police": "公安机关移送"}
COMPLAINT_TYPES = {"complaint": "投诉", "report": "举报"}
COMPLAINT_SUBJECTS = {
    "quality": "产品质量",
    "label": "标签说明书",
    "advertising": "广告宣传",
    "unlicensed": "无证生产经营",
    "unregistered": "产品未经注册、备案",
    "conduct": "生产经营行为",
    "service": "服务、售后",
    "price": "价格、收费",
    "other": "其他",
}
COMPLAINT_RESULTS = {"agreed": "达成调解协议", "ended": "终止调解", "withdrawn": "撤回投诉"}
CASE_KINDS = {"case": "案件", "case_transfer": "涉嫌犯罪案件移送", "complaint": "投诉举报"}
# What is to be done with them within a term (policy/law/cases.yaml).
CASE_DUTIES = {
    "decide_filing": "决定是否立案",
    "review_case": "完成法制审核",
    "decide_case": "作出处理决定",
    "close_case": "办理结案",
    "decide_transfer": "决定是否批准移送公安机关",
    "transfer_case": "移送公安机关",
    "answer_transfer": "决定是否立案并通知移送机关",
    "ask_police_review": "提请公安机关复议",
    "hand_over_goods": "向公安机关移交涉案物品和材料",
    "accept_complaint": "决定是否受理投诉并告知",
    "end_mediation": "完成或者终止调解",
    "tell_reporter": "告知举报人是否立案",
}
HONOUR_LEVELS = {"national": "国家级", "provincial": "省级", "municipal": "市级", "county": "县级"}
# Publicity systems, each with its own clock and its own repairs.
PUBLICITY_SYSTEMS = {"gsxt": "国家企业信用信息公示系统", "credit_china": "信用中国"}
MATTERS = {"listing": "严重违法失信名单", "penalty": "行政处罚公示", "objection": "异议申诉", "stay": "停止执行"}
# The steps of the office's register, in the order in which a day's steps are taken.
DECISION_TYPES = {
    "notify_listing": "列入告知",
    "hear": "听证（陈述申辩）",
    "list": "列入严重违法失信名单",
    "not_list": "不予列入严重违法失信名单",
    "publish_listing": "公布列入",
    "object": "提出异议",
    "push_objection": "推送异议",
    "apply": "申请修复",
    "request_papers": "一次性告知补正",
    "accept": "受理",
    "reject": "不予受理",
    "extend": "延长办理期限",
    "remove": "移出严重违法失信名单",
    "refuse_removal": "不予提前移出",
    "repair": "信用修复",
    "refuse_repair": "不予修复",
    "temporary_repair": "破产临时修复",
    "end_temporary_repair": "恢复公示",
    "revoke_listing": "撤销列入",
    "restore_listing": "撤销移出恢复列入",
    "revoke_repair": "撤销准予修复",
    "carry_out": "已停止公示",
    "stay": "停止执行",
    "end_stay": "恢复执行",
    "hold_tier": "暂缓等级变动",
    "confirm_tier": "确认等级变动",
    "objection": "异议处理",
    "correction": "更正",
    "approve_publication": "批准发布",
}
# Steps that no file can report, because people sign them: why, and what to do instead.
SIGNED_STEPS = {
    "approve_publication": (
        "批准发布须由两名签发人本人签名，不能由收件箱中的文件作出",
        "不写此行；批准发布由签发人运行 yaoxin approve 签名",
    ),
}
# What a step turns on: the situation of a listing (policy/law/serious_list.yaml names its article), or of a repair.
SITUATIONS = {
    "fake_drugs": "生产销售假药劣药、违法生产销售特殊管理药品、未取得药品批准证明文件",
    "unregistered_devices": "生产、销售未经注册的第二、三类医疗器械",
    "adulterated_cosmetics": "生产、销售非法添加可能危害人体健康物质的化妆品",
    "grave_harm": "其他严重危害人民群众身体健康和生命安全的违法行为",
    "unlicensed_trade": "未依法取得其他许可从事经营活动",
    "false_material": "提交虚假材料取得许可、登记，或者涂改、倒卖、出租、出售许可证件",
    "obstruction": "拒绝、阻碍、干扰监督检查和事故调查",
    "risk_control": "拒不执行暂停生产、销售、使用、进口等药品风险控制措施",
    "refused_performance": "有履行能力但拒不履行、逃避执行行政决定",
    "false_publication": "公示信息隐瞒真实情况、弄虚作假，情节严重",
    "falsehood": "信用修复中故意隐瞒真实情况、弄虚作假",
    "public_interest": "可能危害国家安全、社会公共利益",
    "reorganisation": "破产重整计划或者和解协议执行",
}
LISTING_STATES = {
    "standing": "在列",
    "removed": "移出决定",
    "revoked": "撤销列入",
    "annulled": "所依据的处罚被撤销",
    "deregistered": "企业注销",
    "stayed": "停止执行，暂停公示",
    "ended": "列入期满",
    "unknown": "不能确定",
}
YES_NO = {"true": "是", "false": "否"}
