"""Word lists the demo region is written with. Places, firms and people are invented; division codes are real."""

# Division codes of GB/T 2260 with a weight, and the invented place that stands for each in names and addresses.
DIVISIONS = (
    (("350102", "云岭"), 14),
    (("350103", "漓泉"), 12),
    (("350203", "榕湾"), 9),
    (("350302", "岩溪"), 9),
    (("350404", "苍浦"), 6),
    (("350502", "银屿"), 6),
    (("350503", "岚港"), 4),
    (("350602", "茅洲"), 5),
    (("350702", "荷塘"), 6),
    (("350703", "桂垌"), 8),
    (("350802", "驮岭"), 5),
    (("350803", "姑婆"), 4),
    (("350902", "凤岩"), 4),
    (("350104", "盘桥"), 4),
    (("350212", "花屏"), 4),
)
STEM_FIRST = "瑾岐沅泓珩璟翊祺骐筠菘蘅芷荃莳蕙楹榆桉檀"
STEM_SECOND = "康泰济宁安和禾源堂生民仁德信诚益寿春葆颐"
TRADES = {
    ("drug", "maker"): ("制药", "药业", "中药饮片", "生物制药"),
    ("drug", "wholesaler"): ("医药", "医药物流", "药材"),
    ("drug", "retailer"): ("大药房", "药店", "药房"),
    ("drug", "user"): ("门诊部", "卫生所", "诊所"),
    ("device", "maker"): ("医疗器械", "医疗科技"),
    ("device", "wholesaler"): ("医疗设备", "器械贸易"),
    ("device", "retailer"): ("眼镜店", "医疗用品店"),
    ("device", "user"): ("口腔门诊部", "康复门诊部"),
    ("cosmetic", "maker"): ("化妆品", "日化"),
    ("cosmetic", "wholesaler"): ("日化贸易", "美妆贸易"),
    ("cosmetic", "retailer"): ("美妆店", "化妆品店"),
    ("cosmetic", "user"): ("美容院", "美容会所"),
}
COMPANY_FORMS = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司")
BRACKETED_FORM = "（示例）有限公司"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "甲乙丙丁戊己庚辛壬癸"
ROADS = ("示范路", "样本街", "演示大道", "试行路", "虚构巷")
PRODUCTS = {
    "drug": ("板蓝根颗粒", "当归饮片", "复方甘草片", "维生素C片", "黄芪饮片"),
    "device": ("一次性使用医用口罩", "软性接触镜", "电子血压计", "医用退热贴"),
    "cosmetic": ("祛斑霜", "染发膏", "保湿面膜", "防晒乳"),
}
FAILING_ITEMS = {
    "drug": ("性状", "含量测定", "水分", "微生物限度"),
    "device": ("细菌过滤效率", "直径", "示值误差"),
    "cosmetic": ("菌落总数", "汞", "激素", "防晒指数"),
}
VIOLATIONS = {
    "drug": ("未按药品经营质量管理规范经营药品", "销售劣药", "未凭处方销售处方药", "从无资质企业购进药品"),
    "device": ("经营未注册的第二类医疗器械", "未建立进货查验记录", "使用过期医疗器械"),
    "cosmetic": ("经营未备案的普通化妆品", "经营标签不符合规定的化妆品", "未履行进货查验义务"),
}
GRAVE_VIOLATIONS = {
    "drug": "生产销售假药",
    "device": "生产未注册的第三类医疗器械",
    "cosmetic": "生产非法添加可能危害人体健康物质的化妆品",
}
BASES = {
    "drug": "《中华人民共和国药品管理法》",
    "device": "《医疗器械监督管理条例》",
    "cosmetic": "《化妆品监督管理条例》",
}
STANDARDS = {
    "drug": "药品经营质量管理规范（2016年修正）",
    "device": "医疗器械经营质量管理规范（2023年）",
    "cosmetic": "",
}
BUREAU = "示例省药品监督管理局"
OTHER_BUREAU = "邻省药品监督管理局"
CREDIT_OFFICE = "示例省药品监督管理局信用办"
LABORATORIES = ("示例省药品检验研究院", "示例省医疗器械检测中心")
SIGNAL_TEXTS = {
    "complaint": "群众反映购进产品与标签不符",
    "adverse_event": "使用后出现皮疹，已按程序上报",
    "public_opinion": "网络平台出现质量质疑",
    "recall": "企业主动召回一批次产品",
}
MATTERS = ("药品经营许可延续", "医疗器械经营备案", "化妆品生产许可变更", "信用修复申请")
HONOURS = ("质量管理示范单位", "诚信经营示范店", "放心消费单位")
