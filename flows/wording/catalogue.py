"""English to Chinese: messages, and templates of messages whose `{}` are values. Grouped by where they arise."""

# ruff: noqa: E501 - a message and its Chinese on one line

from __future__ import annotations

_ENDS = {
    "The configuration has mistakes:\n{}": "配置有误：\n{}",
    "The policy has mistakes:\n{}": "政策文件有误：\n{}",
    "The scheme does not cover that day: {}": "评价标准没有规定该日：{}",
    "The system refused: {}": "系统拒绝：{}",
    "A fault in the program or its surroundings: {}: {}": "程序或者运行环境出错：{}：{}",
    "Run the same command with --debug for the place in the code.": "加上 --debug 再运行同一命令，可看到出错的位置。",
    "No space is left on the device; free some and run again: {}": "存储空间已满，请腾出空间后再运行：{}",
    "none": "无",
    "nothing": "空值",
    "(not shown)": "（不显示）",
    "(none)": "（未设）",
}

_USAGE = {
    "No such option: {}": "没有这个选项：{}",
    "No such option '{}'.": "没有这个选项：{}",
    "No such option: {} Did you mean {}?": "没有这个选项：{}，是否为 {}？",
    "No such option '{}'. Did you mean '{}'?": "没有这个选项：{}，是否为 {}？",
    "No such command '{}'.": "没有这个命令：{}",
    "No such command '{}'": "没有这个命令：{}",
    "No such command '{}'. Did you mean '{}'?": "没有这个命令：{}，是否为 {}？",
    "No such command '{}'. (Did you mean one of: {}?)": "没有这个命令：{}，是否为 {:、} 之一？",
    "No such option '{}'. (Did you mean one of: {}?)": "没有这个选项：{}，是否为 {:、} 之一？",
    "Missing argument '{}'.": "缺少参数：{}",
    "Missing option '{}'.": "缺少选项：{}",
    "Missing command.": "缺少命令",
    "Got unexpected extra argument ({})": "多余的参数：{}",
    "Got unexpected extra arguments ({})": "多余的参数：{}",
    "Option '{}' requires an argument.": "选项 {} 须带值",
    "Option '{}' does not take a value.": "选项 {} 不带值",
    "Invalid value for '{}': {}": "{} 的值有误：{}",
    "Invalid value for {}: {}": "{} 的值有误：{}",
    "'{}' is not one of {}.": "“{}”不在可选值之内：{:、}",
    "'{}' is not one of {}; did you mean '{}'?": "“{}”不在可选值之内：{:、}；是否为“{}”？",
    "'{}' is not a valid integer.": "“{}”不是整数",
    "'{}' is not a valid integer range.": "“{}”不是整数",
    "{} is not in the range {}.": "{} 不在范围 {} 之内",
    "Path '{}' does not exist.": "没有文件或者文件夹“{}”",
    "Directory '{}' is a file.": "“{}”是文件，应为文件夹",
    "File '{}' is a directory.": "“{}”是文件夹，应为文件",
    "Directory '{}' is not readable.": "文件夹“{}”无法读取",
    "File '{}' is not readable.": "文件“{}”无法读取",
    "--{} and --{} exclude each other; give one of them": "--{} 与 --{} 不能同时使用，请只用其中一个",
    "--passphrase-fd is for who signs; give --as too": "--passphrase-fd 供签名人输入口令，须同时写明 --as",
    "'{}' is no date; expected a day of the calendar such as 2026-03-01": "“{}”不是日期，应为 2026-03-01 这样的日期",
    "'{}' is no instant; expected one such as 2026-03-01T02:00:00+08:00": "“{}”不是时刻，应为 2026-03-01T02:00:00+08:00 这样的时刻",
    "there is no paper '{}'; expected one of {}": "没有文书“{}”，可用：{:、}",
    "there is no state '{}'; expected one of {}": "没有状态“{}”，可用：{:、}",
    "--state is of listings; leave it out with --{}": "--state 用于列入事项，与 --{} 不能同用",
    "Exists already: {}. Name another place, or replace it with --force.": "已存在：{:、}。请另指一处，或者用 --force 覆盖。",
    "'{}' is not empty; name an empty or a new folder": "“{}”不是空文件夹，请指定空的或者新的文件夹",
}

_RUNS = {
    "The enterprise register was not read: {}: {}": "企业登记未能读取：{}：{}",
    "No enterprise is known yet: rows of other kinds are quarantined until a register is read.": "尚无已登记的企业：在读取企业登记之前，其他各类记录都会被隔离。",
    "Rejected file: {}: {}": "整件退回：{}：{}",
    "More rejected files: {}; see yaoxin quarantine": "此外整件退回 {} 件，见 yaoxin quarantine",
    "Workbooks to send back: {}": "待更正工作簿：{}",
    "{} is paused on the Prefect page, and stays so: it does not start by itself before it is resumed there.": (
        "{} 已在 Prefect 页面上暂停，恢复之前不会自动运行。"
    ),
    "no run was due": "没有须运行的夜间评价",
    "The clock of this machine says {}, but the run for {} was committed at {} ({}). Nothing was done. If the clock is wrong now, set it right. If it was wrong then, go back to the last true run (yaoxin runs): yaoxin rewind RUN_ID --reason TEXT; then run again.": (
        "本机时钟为 {}，而 {} 的夜间评价提交于 {}（{}），未作任何处理。时钟现在不对的，请校正；当时不对的，请退回最后一个真实的批次"
        "（见 yaoxin runs）：yaoxin rewind RUN_ID --reason TEXT，然后重新运行。"
    ),
    "The last committed run is for {} ({}), and the clock of this machine says {}: before {} there are {} runs to catch up, more than the {} that are without asking (setting catch_up). Nothing was done. If the clock is wrong, set it right. If it is right and all these runs are wanted: yaoxin nightly --catch-up {}.": (
        "最近一次提交的夜间评价为 {}（{}），本机时钟为 {}：{} 之前须补跑 {} 次，超过不经确认可补的 {} 次（设置 catch_up），未作任何处理。"
        "时钟不对的，请校正；时钟无误且确需补跑的：yaoxin nightly --catch-up {}。"
    ),
    "The store {} holds no run yet. Run `yaoxin nightly`, or name another store with --store or YAOXIN_STORE.": (
        "数据存储 {} 还没有夜间评价的结果。请先运行 yaoxin nightly，或者用 --store 或 YAOXIN_STORE 指明另一处。"
    ),
    "The store {} holds no run yet: the gate refused the last one, {}. What it would not let pass, and the workbooks to send back, lie in {}.": (
        "数据存储 {} 还没有通过的夜间评价：最近一次 {} 未通过质量检查。未通过的原因和待更正工作簿见 {}。"
    ),
    "The ledger has lost run {}, which this machine committed: the store is damaged.": "运行账缺失本机已提交的运行 {}：数据存储已损坏，请查明原因，并从备份恢复。",
    "A run has the settings that yaoxin serve was started with, and takes none as parameters; nothing was done.": (
        "设置取自 yaoxin serve 启动时的设置，不能由运行参数给出；未作任何处理。"
    ),
    "--as-of {}: no run was made for that day; the last one is {}.": "--as-of {}：该日还没有夜间评价，最近一次为 {}。",
    "--as-of {}: that is before the first run, {}; ask from that day on.": "--as-of {}：早于第一次夜间评价（{}），请查该日及以后。",
    "--until {}: that is before {}, the day that is looked ahead from.": "--until {}：早于起算日 {}。",
    "as_of {}: that day has not come; today is {}. Runs go in order, up to today.": (
        "评价日 {} 还没有到（今天是 {}）。夜间评价按日期顺序运行，至今天为止。"
    ),
    "as_of {}: the run for {} is committed already ({}), and runs go in order. For a rating as of that day use: yaoxin "
    "explain ID --as-of {}. To rate the past anew use an empty store (--store).": (
        "评价日 {}：{} 的夜间评价已经提交（{}），夜间评价按日期顺序运行。查当时的等级：yaoxin explain ID --as-of {}；"
        "要重新评价过去，请用空的数据存储（--store）。"
    ),
    "Another run holds this store. {}": "另一次运行正在使用此数据存储。{}",
    "Another run holds this store: {} for {}, started {} by {} (process {} on {}). {}": (
        "另一次运行正在使用此数据存储：{}（评价日 {}），{} 由 {} 启动（进程 {}，主机 {}）。{}"
    ),
    "Wait until it ends, then run again; if it was killed, the lock is free already.": (
        "请等它结束后再运行；如果它已被终止，锁已经释放。"
    ),
    "Starting the workflow engine (some seconds; the first time up to half a minute) …": (
        "正在启动流程引擎（数秒；首次运行约半分钟）…"
    ),
    "store {}: the folder's path must not contain {}; choose another folder": "数据存储 {}：文件夹路径不得含有 {}，请换一个文件夹",
    "--source {}: no file of that source has come in; sources so far: {}.": "--source {}：该来源还没有来件；已有来源：{:、}。",
    "--source {}: no file of that source has come in; sources so far: {}; did you mean '{}'?": (
        "--source {}：该来源还没有来件；已有来源：{}；是否为“{}”？"
    ),
    "{}: not UTF-8 (byte {}); save it as UTF-8.": "{}：不是 UTF-8 编码（第 {} 字节），请另存为 UTF-8。",
    "{}. Add a text for that day to policy/papers/{}.yaml.": "{}。请在 policy/papers/{}.yaml 中补充该日的文本。",
    "{} has no value on {}; its first date is {}": "{} 在 {} 没有规定值，最早的日期为 {}",
    "{} has ended before {}; a scheme needs it on every day it is used": "{} 在 {} 之前已经终止，评价标准每日都须有此项",
    "{} ({}) has no text on {}; its first day is {}": "{}（{}）在 {} 没有文本，最早的日期为 {}",
    "No run yet.": "还没有运行记录",
    "port {} of this machine is taken. If that is a Prefect server to be used, say so: PREFECT_API_URL=http://{}:{}/api; "
    "otherwise end what holds the port, or choose another with PREFECT_SERVER_API_PORT.": (
        "本机端口 {} 已被占用。如果占用的是要使用的 Prefect 服务，请设 PREFECT_API_URL=http://{}:{}/api；"
        "否则请结束占用端口的程序，或者用 PREFECT_SERVER_API_PORT 另选端口。"
    ),
    "the Prefect server ended with code {}; its own words are above": "Prefect 服务已退出，代码 {}；它的输出见上文",
    "no answer from {} after {} s; its own words are above": "{} 在 {} 秒内没有应答；它的输出见上文",
}

_SETTINGS = {
    "the default": "默认值",
    "the working folder": "当前文件夹",
    "the settings": "设置",
    "nowhere": "未设置",
    "{}, line {}": "{} 第 {} 行",
    "Correct the flag.": "请改正该选项。",
    "Correct the line.": "请改正该行。",
    "Correct it.": "请改正。",
    "Set it.": "请设置。",
    "Correct the variable, or unset it.": "请改正该环境变量，或者取消它。",
    "Make it, or name another with --inbox or YAOXIN_INBOX.": "请建立该文件夹，或者用 --inbox 或 YAOXIN_INBOX 指明另一个。",
    "no such folder": "没有这个文件夹",
    "a folder that can be read": "可以读取的文件夹",
    "it is not set": "没有设置",
    "it is empty": "为空",
    "Set YAOXIN_IDENTITY_KEY, or identity_key in yaoxin.toml: natural persons' numbers are hashed with it.": (
        "请设 YAOXIN_IDENTITY_KEY，或者在 yaoxin.toml 中设 identity_key：自然人的证件号码用它加密。"
    ),
    "a secret text of at least 16 characters, always the same for one store": "至少 16 个字符的密钥，同一数据存储始终不变",
    "it is another key than that of this store's runs": "与本数据存储以往各次运行所用的密钥不同",
    "Set the key of before again; another key needs a store of its own (--store).": (
        "请改回原来的密钥；使用其他密钥须另建数据存储（--store）。"
    ),
    "a secret text of at least {} characters, always the same for one store": "至少 {} 个字符的密钥，同一数据存储始终不变",
    "no such setting": "没有这项设置",
    "no such setting; did you mean '{}'?": "没有这项设置，是否为“{}”？",
    "one of {}": "以下之一：{:、}",
    "a TOML file in UTF-8": "UTF-8 编码的 TOML 文件",
    "not a JSON object ({})": "不是 JSON 对象（{}）",
    "publications are written to a folder; a store in object storage needs one named": (
        "发布结果写入文件夹；数据存储在对象存储时须另行指明"
    ),
    "it is a file of this machine; a store in object storage needs one named": (
        "办公数据库是本机的文件；数据存储在对象存储时须另行指明"
    ),
    "the file of the office database: people, their keys, and what they signed": "办公数据库的文件：人员、密钥和签名的内容",
    "64 hexadecimal digits: the fingerprint of the first administrator's key": "64 位十六进制数：首位管理员密钥的指纹",
    "not the fingerprint of a key": "不是密钥的指纹",
    "there is no folder schemes/ in it": "其中没有 schemes/ 文件夹",
    "no such scheme; there are {}": "没有这个评价标准；现有 {:、}",
    "there is no such scheme": "没有这个评价标准",
    "there is no such file": "没有这个文件",
    "what it says is asked for": "须用到其中的规定",
    "every period and deadline of the law is counted by it": "各项期间和期限都按它计算",
    "it says what a heavier penalty is, by which publicity, repair and bans go too": "它规定什么是较重行政处罚，公示、修复和禁业也以此为准",
    "the steps of the office's register are followed by it": "信用办决定的各个环节按它办理",
    "the publicity systems (publicity_*.yaml) ask it which fines are low": "公示系统（publicity_*.yaml）据此判定较低数额罚款",
    "the file": "该文件",
    "the file, or law = none in the settings": "该文件，或者设置 law = none",
    "it speaks of the publicity system '{}', and no file describes that system": "该文件涉及公示系统“{}”，但没有文件规定这个系统",
    "law/publicity_{}.yaml beside it": "同一文件夹中的 law/publicity_{}.yaml",
    "not run: the scheme has mistakes": "未运行：评价标准有误",
    "the files of law/ are whole; left out, and not answered: {}": "law/ 的文件齐全；未设、因而不回答的：{}",
    "{}: no policy file below it; expected a folder with {}, or one of these.": "{}：其下没有政策文件，应为含有 {} 的文件夹，或者其中之一。",
    "the folder where the sources' files arrive": "各来源文件送达的文件夹",
    "a folder, or an address such as s3://bucket/yaoxin": "文件夹，或者 s3://bucket/yaoxin 这样的地址",
    "names and texts for the object storage, such as AWS_REGION": "对象存储的名称和文本，如 AWS_REGION",
    "a folder of this machine for the lock of a store in object storage": "本机的文件夹，存放对象存储的锁",
    "the folder publications are written to": "写入发布结果的文件夹",
    "a folder with schemes/, sources/ and law/": "含有 schemes/、sources/ 和 law/ 的文件夹",
    "the name of a file in schemes/ of the policy folder": "政策文件夹 schemes/ 中文件的名称",
    "a time zone such as Asia/Shanghai": "时区，如 Asia/Shanghai",
    "the Chinese title of the office, for reports": "报告中使用的机关中文名称",
    "a number of parts for the store, 1 to {}": "数据存储的分区数，1 至 {}",
    "true to rate every enterprise anew, not only those that may have changed": "true 表示重新评价全部企业，而不只是可能变化的",
    "not a text": "不是文本",
    "not a text: the value of {}": "不是文本：{} 的值",
    "the path of a store must not contain % # ?": "数据存储的路径不得含有 % # ?",
    "not a table of names and texts": "不是名称和文本的对照表",
    "no such time zone": "没有这个时区",
    "not a whole number from 1 to {}": "不是 1 至 {} 的整数",
    "neither true nor false": "既不是 true 也不是 false",
    "it is too short to protect identity numbers": "太短，不足以保护证件号码",
    "it is blank": "为空白",
    "it begins or ends with a blank": "开头或者结尾有空格",
    "it holds characters that cannot be written (line breaks, tabs, bytes that are no UTF-8)": (
        "含有无法写出的字符（换行、制表符或者不是 UTF-8 的字节）"
    ),
    "a folder is given by its path alone, without file://": "文件夹只写路径，不写 file://",
    "an address has two slashes: {}://bucket/yaoxin": "地址有两个斜线：{}://bucket/yaoxin",
    "store {}: {}:// is no storage known here; expected one of {}; choose another folder.": (
        "数据存储 {}：不支持 {}:// 这种存储，可用：{:、}，请换一个文件夹。"
    ),
    "{}:// is no storage known here; expected one of {}": "不支持 {}:// 这种存储，可用：{:、}",
    "it names no bucket: {}://bucket/yaoxin": "没有写明存储桶：{}://bucket/yaoxin",
    "the path of a store must not contain {}": "数据存储的路径不得含有 {}",
    "no folder of it may be called _delta_log: that is the log of a table": "路径中不得有名为 _delta_log 的文件夹：那是表的日志",
    "it is too long: at most {} bytes a folder and {} in all": "太长：每级文件夹最多 {} 字节，全长最多 {} 字节",
    "{} is a link to {}, which is not there": "{} 是链接，指向的 {} 不存在",
    "there is no home folder of {}": "没有 {} 的主文件夹",
    "{} is a file; expected a folder": "{} 是文件，应为文件夹",
    "it lies in the inbox {}: what is written there would be taken in as a sender's file": (
        "位于收件夹 {} 内：写在那里的会被当作来件"
    ),
    "policy: by the folder law/ of the policy folder; none: no law of lists, publicity and repair": (
        "policy：按政策文件夹的 law/；none：不适用名单、公示和修复的规定"
    ),
    "how many missed runs are caught up without asking": "不经确认最多补跑几次",
    "not a number of runs, 0 to 9999": "不是 0 至 9999 的次数",
    "neither policy nor none": "既不是 policy 也不是 none",
    "policy, and the files of law/ in the policy folder": "policy，并在政策文件夹的 law/ 中有相应文件",
}

_STORE = {
    "The store is damaged: {}. {}": "数据存储已损坏：{}。{}",
    "A power cut or a change by another program causes this; nothing was changed. Restore a backup of the store, or go back to the last complete run: yaoxin rewind RUN_ID --reason TEXT (see yaoxin runs); the next run repeats the lost ones.": (
        "断电或者他人改动所致，未作任何更改。请恢复数据存储的备份，或者退回最后一个完整的批次：yaoxin rewind RUN_ID --reason TEXT"
        "（批次见 yaoxin runs）；下一次夜间评价会重做其后各次。"
    ),
    "A power cut or a change by another program causes this; nothing was changed. Restore a backup of the store. If that file is the last of the log, it may be moved away instead: its run then counts as not committed, and the next run repeats it.": (
        "断电或者他人改动所致，未作任何更改。请恢复数据存储的备份；该文件如果是日志的最后一条，也可以移走：对应的批次视为未提交，"
        "下一次夜间评价会重做。"
    ),
    "ledger": "运行账",
    "store {}: {}; choose another folder.": "数据存储 {}：{}，请换一个文件夹。",
    "Another run has written to this store meanwhile (table {} of {}): only one machine may write at a time. This run was not committed. See `yaoxin runs`, then run again.": (
        "其他机器的批次同时写入了此数据存储（{} 表，位于 {}）：同一时间只能有一台机器写入。本次运行作废，没有留下任何结果。"
        "请查看 yaoxin runs 后重新运行。"
    ),
    "The store has the format of this release ({}).": "存储已是本版本的格式（{}）。",
    "To be laid out in buckets ({}): {}": "须按分区重新排布（{} 个）：{:、}",
    "The store has format {}, this release has {}.": "存储的格式是 {}，本版本是 {}。",
    "New tables: {}": "新表：{:、}",
    "New columns: {}": "新列：{:、}",
    "There is no office database yet.": "还没有办公数据库。",
    "The office database has the revision of this release ({}).": "办公数据库已是本版本的版次（{}）。",
    "The office database has revision {}, this release has {}.": "办公数据库的版次是 {}，本版本是 {}。",
    "Upgraded the store: {}": "存储已升级：{:、}",
    "Upgraded the office database; what it was before is in {}.": "办公数据库已升级；升级前的副本：{}",
    "A later release of Yaoxin wrote this store (run {}, format {}); this release knows formats up to {}. Nothing was read or changed. Install that release again.": "这个存储由更新版本的药信写成（批次 {}，格式 {}），本版本只认得到格式 {} 为止：没有读取或改动任何内容，请重新安装该版本。",
    "{}: readers see {} again; annulled: {}": "{}：读者看到的又是 {}；作废的批次：{:、}",
    "{} is the last run that passed: readers see it already.": "{} 就是最后一个通过的批次，读者看到的已经是它，无须退回。",
    "{}: no valid run has this name. The last valid runs: {}. See yaoxin runs.": (
        "没有已通过且仍有效的批次 {}。最近的有效批次：{:、}。请查看 yaoxin runs。"
    ),
    "the Prefect server ended with code {}; its own words are above.": "Prefect 服务未能启动（退出码 {}），其提示见上。",
    "no answer from {} after {} s; its own words are above.": "Prefect 服务 {} 在 {} 秒内没有应答，其提示见上。",
    "No space left on the disk. Nothing of this command counts; readers see what they saw before. Make room where the store, the publications and the temporary files lie (df -h), then run the same command again.": (
        "磁盘空间不足。本次命令没有产生任何结果，读者看到的仍是原来的内容。请在数据存储、发布结果和临时文件所在的磁盘上腾出空间"
        "（df -h），然后重新运行同一命令。"
    ),
    "nothing can be written there ({})": "无法写入（{}）",
    "{}: its log below {} is gone": "{}：{} 下的日志不见了",
    "{}: {} is empty": "{}：{} 是空的",
    "{}: {} is missing or empty": "{}：{} 缺失或者是空的",
    "{}: its log ends with {}, version {} is missing": "{}：日志止于 {}，缺少版本 {}",
    "{}: {} is empty or torn": "{}：{} 是空的或者不完整",
    "{}: its log {} has a gap or cannot be read": "{}：日志 {} 有缺口或者无法读取",
    "it ends with {}": "止于 {}",
    "no run that passed is left in it": "其中已没有通过的批次",
    "the ledger has lost run {}, which was committed; {}": "运行账丢失了已提交的批次 {}；{}",
    "what run {} committed is incomplete ({})": "批次 {} 提交的内容不完整（{}）",
}

_PAPERS = {
    "On Debian: apt-get install fontconfig fonts-noto-cjk.": "在 Debian 上：apt-get install fontconfig fonts-noto-cjk。",
    "On Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0.": (
        "在 Debian 上：apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0。"
    ),
    "Install it with: {}": "请用以下命令安装：{}",
    "No font that papers are set in is installed; asked for: {}. {}": "没有安装文书所用的字体；需要：{}。{}",
    "No installed font has {}; looked in: {}. Install a font that has it, and add its family to 'fonts' in "
    "policy/papers/_common.yaml.": (
        "已安装的字体中没有 {}（查过：{}）。请安装含有该字的字体，并在 policy/papers/_common.yaml 的 fonts 中写明。"
    ),
    "fontconfig, which finds fonts, does not answer: {}. {}": "查找字体的 fontconfig 没有应答：{}。{}",
    "Papers need uharfbuzz, which is not installed. {}": "制作文书需要 uharfbuzz，尚未安装。{}",
    "PDF needs WeasyPrint, which is not installed. {}": "制作 PDF 需要 WeasyPrint，尚未安装。{}",
    "PDF needs Pango, which is not on this machine ({}). {}": "制作 PDF 需要 Pango，本机没有（{}）。{}",
}

_PUBLICATION = {
    "{}: cannot be read ({}); prepare the version again": "{}：无法读取（{}），请重新拟定该版本",
    "{}: {}: {}; prepare the version again": "{}：{}：{}，请重新拟定该版本",
    "{}: expected SHA-256 {}, found {}; prepare the version again": "{}：校验值应为 {}，实为 {}，请重新拟定该版本",
    "{} is no version: expected a day such as 2026-03-01, or 2026-03-01-2": "{} 不是版本号：应为 2026-03-01 或者 2026-03-01-2 这样的日期",
    "{} is before the latest version {}: a list only goes forward": "{} 早于最新版本 {}：名单只能向后更新",
    "there is no draft {} of {}: prepare it first": "没有草稿 {}（{}）：请先拟定",
    "version {} of {} is not the one approved: have it approved again": "版本 {}（{}）不是已批准的版本：请重新批准",
    "{} was prepared after {}, but {} came since: prepare again": "{} 是在 {} 之后拟定的，此后已有 {}：请重新拟定",
}

_POLICY = {
    "unknown word '{}'": "不认识的词“{}”",
    "'{}' is missing": "缺少“{}”",
    "'{}:' here": "此处应有“{}：”",
    "{} does not fit": "{} 不符合要求",
    "{} does not fit: {}": "{} 不符合要求：{}",
    "this": "该值",
    "did you mean '{}'?": "是否为“{}”？",
    "expected {}": "应为{}",
    "a whole number": "整数",
    "a whole number (money in fen)": "整数（金额以分计）",
    "true or false": "true 或者 false",
    "a date such as 2017-03-01": "2017-03-01 这样的日期",
    "an instant such as 2017-03-01T02:00:00Z": "2017-03-01T02:00:00Z 这样的时刻",
    "text": "文本",
    "text; write it in quotes where it looks like a number or a date": "文本；像数字或者日期的须加引号",
    "text; in quotes where it looks like a number or a date": "文本；像数字或者日期的须加引号",
    "a list, each line beginning with '- '": "列表，每行以“- ”开头",
    "a list of texts": "文本列表",
    "a list: [a, b]": "列表，如 [a, b]",
    "words with values below them": "下有值的词",
    "an object of the right kind": "合适种类的内容",
    "nothing at the top says what this file is": "文件开头没有写明这是什么文件",
    "one of {} as a word at the top": "开头的词为以下之一：{:、}",
    "the file is empty": "文件是空的",
    "cannot be read: {}": "无法读取：{}",
    "spaces, not tabs": "空格，不用制表符",
    "character {} is not allowed": "不允许的字符 {}",
    "nested too deep": "嵌套太深",
    "anchors and aliases ('{}') are not used in policy files": "政策文件不用锚点和别名（“{}”）",
    "the tag '{}' is not used in policy files": "政策文件不用标签“{}”",
    "a key is a list or a mapping": "键是列表或者对照表",
    "a word before the colon": "冒号前的词",
    "the value itself": "值本身",
    "'{}' is given twice, first on line {}": "“{}”出现两次，第一次在第 {} 行",
    "'{}' is given twice": "“{}”出现两次",
    "the name '{}' is given twice, first on line {}": "名称“{}”出现两次，第一次在第 {} 行",
    "id '{}' is given twice, first on line {}": "标识“{}”出现两次，第一次在第 {} 行",
    "points are a number such as -0.5 or 40": "分值应为 -0.5 或者 40 这样的数",
    "points have at most two decimals": "分值最多两位小数",
    "give exactly one of {}": "以下各项只能写一项，且须写一项：{:、}",
    "per_unit and brackets need `of`, a column; fixed and unprovided take none": "per_unit 和 brackets 须写 of（列）；fixed 和 unprovided 不写",
    "when_unknown belongs to per_unit and brackets; fixed points need no value": "when_unknown 只用于 per_unit 和 brackets；fixed 不需要",
    "at_least above 1 needs `within`; 1 takes none": "at_least 大于 1 时须写 within；为 1 时不写",
    "no record kind '{}'": "没有记录类别“{}”",
    "{} has no column '{}'": "{} 没有列“{}”",
    "{} has no word '{}'": "{} 没有用语“{}”",
    "{} is a list": "{} 是列表",
    "column '{}' is no whole number": "列“{}”不是整数",
    "records of kind '{}' carry no term of their own": "“{}”类记录没有自己的期限",
    "records of kind '{}' are released by nothing": "“{}”类记录没有可以解除的情形",
    "records of kind '{}' do not {}": "“{}”类记录不能{}",
    "say which act they concern": "写明所涉行为",
    "no until_released; only for {}": "不写 until_released；只用于 {}",
    "no while_listed; only for {}": "不写 while_listed；只用于 {}",
    "records of kind '{}' list nobody": "“{}”类的记录不将任何人列入名单",
    "no until_expiry; only for {}": "不写 until_expiry；只用于 {}",
    "the steps do not rise": "各档没有递增",
    "each `from` above the one before it": "每档的 from 大于前一档",
    "at least one, such as {from: 1, points: -10}": "至少一档，如 {{from: 1, points: -10}}",
    "no item '{}'": "没有计分项“{}”",
    "item '{}' is named twice": "计分项“{}”出现两次",
    "the {} tier '{}' has a `from`": "{} 等级“{}”不应有 from",
    "best": "最高",
    "worst": "最低",
    "tier '{}' has no `from`": "等级“{}”没有 from",
    "tier '{}' is given twice": "等级“{}”出现两次",
    "above {}: {}": "高于 {}：{}",
    "below {}: {}": "低于 {}：{}",
    "the base": "基础分",
    "{} (text stands in single quotes)": "{}（文本须用单引号）",
    "a `section`": "写明 section",
    "no steps": "没有各档",
    "exist": "出现",
    "a comparison": "比较式",
    "only one tier": "只有一个等级",
    "at least two": "至少两个",
    "none: it is open to that side": "不写：该等级在这一端不设限",
    "one; only the {} tier is open": "须写；只有{}等级不设限",
    "cut point {} is out of order": "分界点 {} 顺序不对",
    "{} {}: tiers stand best first, mode {}": "{} {}：等级由高到低排列，方式为 {}",
    "base is {} on {}, but the sections' bases add up to {}": "基础分为 {}（{}），但各分项基础分合计为 {}",
    "the section's base": "分项的基础分",
    "a value from {}, the first day of `tiers` (null where there was none yet)": "自 {}（tiers 的第一日）起的值（当时还没有的写 null）",
    "has no value before {}": "{} 之前没有值",
    "ends, but a scheme cannot do without it": "已终止，但评价标准不能没有此项",
    "no tier '{}' on {}": "{1} 没有等级“{0}”",
    "no tier '{}'": "没有等级“{}”",
    "tier '{}' of {} is missing": "缺少等级“{}”（{}）",
    "two sections bear one id on {}": "{} 有两个分项标识相同",
    "each its own": "各用各的标识",
    "belongs to no section, but the scheme has sections on {}": "不属于任何分项，但评价标准在 {} 有分项",
    "no section '{}' on {}": "{1} 没有分项“{0}”",
    "none: no sections then": "不写：当时没有分项",
    "lowest {} is not below highest {}": "下限 {} 不小于上限 {}",
    "{} {} is out of its bounds": "{} {} 超出上下限",
    "cap {} and the award do not have the same sign": "封顶 {} 与分值的正负号不同",
    "the steps do not follow each other": "各步顺序不对",
    "each `after` longer than the last": "每步的 after 长于前一步",
    "'{}' looks beyond the record": "“{}”超出了记录本身",
    "columns of the record alone": "只能用本记录的列",
    "is neither true nor false": "结果不是真假值",
    "no SQL condition: {}": "不是 SQL 条件：{}",
    "such as fine_fen > 0 AND field = 'drug'": "如 fine_fen > 0 AND field = 'drug'",
    "does not fit the columns: {}": "与列不符：{}",
    "sums up several records": "汇总了多条记录",
    "no scheme '{}'": "没有评价标准“{}”",
    "'{}' ({}) is missing": "缺少“{}”（{}）",
    "nothing: ingest makes it": "不写：由收件时生成",
    "'{}' does not fit {}": "“{}”不符合 {}",
    "{} is before the scheme": "{} 早于评价标准",
    "{} or later": "{} 或者以后",
    "the scheme has no '{}'": "评价标准中没有“{}”",
    "{} should be {}, found {}": "{} 应为 {}，实为 {}",
    "{} should give {} points, found {}": "{} 应计 {} 分，实计 {}",
    "{} should not count because of {}, found {}": "{} 应因“{}”不计入，实为 {}",
    "scheme {}: {} items, {} direct placements, in force from {}, illustrative": (
        "评价标准 {}：{} 个计分项，{} 个直接判定，自 {} 起施行，示例"
    ),
    "scheme {}: {} items, {} direct placements, in force from {}": "评价标准 {}：{} 个计分项，{} 个直接判定，自 {} 起施行",
    "{} cases of scheme {} checked": "评价标准 {1} 的 {0} 个算例已核对",
    "{} case of scheme {} checked": "评价标准 {1} 的 {0} 个算例已核对",
    "law {}: {}": "法律文件 {}：{}",
    "source {}: {}": "来源 {}：{}",
    "what holds for every source": "各来源共用的规定",
    "paper {} {}: {} paragraphs, from {}": "文书 {} {}：{} 个段落，自 {} 起",
    "{} paragraphs that papers share": "文书公用段落 {} 个",
    "withdrawals of {} lists, {} causes": "{} 个名单的撤下规则，{} 种原因",
    "there is no law '{}'": "没有法律文件“{}”",
    "there is no situation '{}'": "没有情形“{}”",
    "there is no state '{}'": "没有状态“{}”",
    "there is no paper '{}'": "没有文书“{}”",
    "there is no {} '{}'": "没有 {}“{}”",
    "{} is no day of {}": "{} 不是 {} 年的日期",
    "a day is given twice": "有一日出现两次",
    "a year is given twice": "有一年出现两次",
    "an article is given twice": "有一条出现两次",
    "a province is given twice": "有一省出现两次",
    "the measure '{}' is given twice": "措施“{}”出现两次",
    "the situation '{}' is given twice": "情形“{}”出现两次",
    "the matter '{}' is given twice": "事项“{}”出现两次",
    "the paragraph '{}' is given twice": "段落“{}”出现两次",
    "no procedure for {}": "没有 {} 的办理程序",
    "no step leads to the state '{}'": "没有环节通向状态“{}”",
    "note and noted_from stand together": "note 与 noted_from 须同时写",
    "noted_from names states of from alone": "noted_from 只能写 from 中的状态",
    "regimes stand in the order of their first days": "各时期应按起始日排列",
    "push_working_days and receive_working_days come together": "push_working_days 与 receive_working_days 须同时写",
    "has no value on {}, the first day of the first regime": "在 {}（第一个时期的第一日）没有值",
    "'{}' cannot be asked of a {}": "“{}”不能用于 {}",
    "'{}' has no text on {}, the first day of the paper": "“{}”在 {}（文书的第一日）没有文本",
    "'{}:' with a text, or null where it did not exist yet": "“{}：”及文本，当时还没有的写 null",
    "no shared paragraph '{}'": "没有公用段落“{}”",
    "can only stand in a condition": "只能用在条件中",
    "is no fact of a paper": "不是文书的事实",
    "the shared paragraph '{}' was not put in its place": "公用段落“{}”没有放入",
    "heading '{}' is both read and ignored": "列名“{}”既读取又忽略",
    "heading '{}' is read under '{}' and under '{}'": "列名“{}”在“{}”和“{}”两处读取",
    "kind '{}' is given twice": "记录类别“{}”出现两次",
    "ignore_where names '{}', which is no input": "ignore_where 中的“{}”不是 inputs 中的名称",
    "input '{}' cannot be a template": "inputs 中的“{}”不能用 template",
    "unknown kind '{}'": "没有记录类别“{}”",
    "'{}' is an input and a column": "“{}”既是 inputs 又是列",
    "nothing identifies the enterprise: read uscc, a number or a name": "无法识别企业：应读取统一社会信用代码、编号或者名称",
    "unit is for money, dates for days": "unit 用于金额，dates 用于日期",
    "'{}' is no regular expression": "“{}”不是正则表达式",
    "unit and dates exclude each other": "unit 与 dates 不能同时写",
    "'{}' is no condition: {}": "“{}”不是条件：{}",
    "kind '{}' has no column '{}'": "“{}”类没有列“{}”",
    "required column '{}' of kind '{}' is not read": "“{1}”类必填的列“{0}”没有读取",
    "'{}' is neither: {}": "“{}”不是以下任何一项：{}",
    "'{}' takes one value; split is for lists": "“{}”只有一个值；split 用于列表",
    "'{}' takes no yes or no": "“{}”不是是否值",
    "'{}' takes no template; a template makes free text": "“{}”不能用 template；template 生成自由文本",
    "{} names '{}', which is no field": "{} 中的“{}”不是字段",
    "refuse_where names column '{}', which is no field": "refuse_where 中的列“{}”不是字段",
    "refuse_where '{}': {}": "refuse_where“{}”：{}",
    "`pattern` needs `expected`: what the officer should write, in Chinese": "写了 pattern 须写 expected：用中文写明应填什么",
    "'{}' is no code of '{}'": "“{}”不是“{}”的代码",
    "scheme and number stand together: the scheme names the identifier, number holds it": (
        "scheme 与 number 须同时写：前者写明标识的种类，后者写明标识"
    ),
    "'{}' separates no cells: it must be one ASCII character, and no quote or line end": (
        "“{}”不能分隔单元格：应为一个 ASCII 字符，且不是引号或者换行"
    ),
    "`parts` joins rows that are parts; with `rows: versions` the last row is the newest": (
        "parts 用于合并同一记录的各行；rows 为 versions 时最后一行为最新"
    ),
    "heading '{}' is in {}, and its field is read in {}": "列名“{}”的单位为 {}，而该字段按 {} 读取",
    "'{}' is no format of a day: it needs year, month and day as in %Y-%m-%d": "“{}”不是日期格式：须有年、月、日，如 %Y-%m-%d",
    "'{}' is no encoding of texts": "“{}”不是文本编码",
    "identify.{} names '{}', which is no field": "identify.{} 中的“{}”不是字段",
    "parts names '{}', which is no column of '{}'": "parts 中的“{}”不是“{}”的列",
    "advances names '{}', which is no coded column of '{}'": "advances 中的“{}”不是“{}”的代码列",
    "'{}' takes {}, and the fold makes {}": "“{}”应为{}，而合并得到{}",
    "a number or a day": "数或者日期",
    "yes or no": "是否值",
    "{} of '{}': it is {}, not {}": "“{1}”的 {0}：它是{2}，不是{3}",
    "'{}' is not for '{}'; it is for {}": "“{}”不用于“{}”，只用于 {}",
    "once_where_same is for amounts, not for '{}'": "once_where_same 只用于金额，不用于“{}”",
    "volumes names no table: {}": "volumes 中没有的表：{}",
    "tables are {}": "可用的表：{}",
    "a column, such as {}": "列，如 {}",
    "Input should be {}": "应为 {}",
    "String should have at least {} character": "不得为空",
    "Input should be greater than or equal to {}": "不得小于 {}",
    "Input should be less than or equal to {}": "不得大于 {}",
    "Input should be greater than {}": "应大于 {}",
    "String should match pattern '{}'": "应符合格式“{}”",
    "List should have at least {} item after validation, not {}": "至少要有 {} 项，现有 {} 项",
}

CATALOGUE = {**_ENDS, **_USAGE, **_RUNS, **_SETTINGS, **_STORE, **_PAPERS, **_PUBLICATION, **_POLICY}
