"""What the lake failed at or refused, in Chinese where the kind of failure is known.

The lake speaks English, for notebooks and terminals; pages are Chinese first. What is not
recognised is shown as the lake said it.
"""

import re

from citybrain.base.wording import Text

# the beginning of the lake's sentence → its Chinese, with the words that are named in both
_KNOWN = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (
            r".* lacks the column (?P<a>.+?), because",
            "来源表少了必填列：{a}，整张未入库。请数源单位按原列名重新交来，或在合同中改正列名",
        ),
        (
            r".* has columns that its contract does not know: (?P<a>.+?), because",
            "来源表多出合同中没有的列 {a}，整张未入库",
        ),
        (r".* was not read whole, because (?P<a>\d+) rows .*counts (?P<b>[\d to]+)",
         "读到 {a} 行，来源自己数得 {b} 行，没有读全，整张未入库"),
        (r"The file (?P<a>.+?) is not at the source", "来源处没有文件 {a}"),
        (r"The table (?P<a>.+?) is not at the source", "来源处没有表 {a}"),
        (r"The source (?P<a>.+?) does not answer", "数据源 {a} 没有应答"),
        (r"Reading (?P<a>.+?) broke off", "读取 {a} 时中断"),
        (r"The connection (?P<a>.+?) is not known", "还没有配置连接 {a}"),
        (r"The connection (?P<a>.+?) has an address that cannot be used", "连接 {a} 的地址不可用"),
        (
            r"The file (?P<a>.+?) was cut off",
            "文件 {a} 不完整，末尾被截断。请数源单位重新交来完整的文件",
        ),
        (
            r"The file (?P<a>.+?) is not written in (?P<b>\S+?),",
            "文件 {a} 不是 {b} 编码。请按约定编码重新导出，或在系统文件中改正编码",
        ),
        (r"The file (?P<a>.+?) has no usable header", "文件 {a} 没有可用的表头"),
        (r"The file (?P<a>.+?) has another header than", "文件 {a} 的表头与其余文件不同"),
        (
            r"The file (?P<a>.+?) cannot be read, because it is no whole Parquet file",
            "文件 {a} 读不出来：它不是完整的 Parquet 文件，可能没有传完。请数源单位重新交来",
        ),
        (r"The file (?P<a>.+?) (cannot be read|is of no known kind)", "文件 {a} 读不出来"),
        (r"The workbook (?P<a>.+?) has no sheet (?P<b>.+?),", "工作簿 {a} 中没有工作表“{b}”"),
        (r"The workbook (?P<a>.+?) has no usable header", "工作簿 {a} 没有可用的表头"),
        (
            r"The workbook (?P<a>.+?) cannot be read, because it is no whole Excel file",
            "工作簿 {a} 读不出来：它不是完整的 Excel 文件，可能没有传完。"
            "请用 Excel 打开，另存为 .xlsx 再交",
        ),
        (
            r"The workbook (?P<a>.+?) cannot be read, because the formula in (?P<b>.+?) has ",
            "工作簿 {a} 读不出来：{b} 中的公式没有算出结果。请用 Excel 打开，另存为 .xlsx 再交",
        ),
        (
            r"The workbook (?P<a>.+?) cannot be read, because a cell in row (?P<b>\d+) holds",
            "工作簿 {a} 读不出来：第 {b} 行有一格的内容过长。请改短，或改交 CSV",
        ),
        (
            r"The workbook (?P<a>.+?) is refused, because unpacked",
            "工作簿 {a} 未被接受：解开后大得不像一张表。请另存为普通表格，或改交 CSV",
        ),
        (r"The workbook (?P<a>.+?) (is refused|cannot be read)", "工作簿 {a} 读不出来"),
        (
            r"The database (?P<a>.+?) cannot be opened",
            "数据库 {a} 打不开，可能没有复制完整。请数源单位重新提供",
        ),
        (r"The disk of the lake is full", "湖的磁盘已满，没有改动任何内容"),
        (
            r".* is not shown, because its file (?P<a>.+?) is damaged",
            "文件 {a} 与登记的哈希不符，停止汇聚",
        ),
        (r".*someone asked the run to stop", "按要求停止，未改动"),
        (r".* is being changed by|.* lease", "另一个任务正在写这张表"),
        (r"The worker (?P<a>\S+) went silent", "执行进程 {a} 中断：被终止或没有应答"),
        (r".* could not be read, because", "来源的内容读不出来，整张未入库"),
        (r".* was not collected, because", "这张表没有汇聚"),
        (r"There is no reader for (?P<a>.+?) sources", "没有能读 {a} 的组件"),
        (r"There is no table (?P<a>\S+) in the lake", "湖中还没有表 {a}"),
        (r"There is no table( or system)? (?P<a>[\w.]+)", "没有名为 {a} 的表"),
        (r"There is no library (?P<a>[\w.]+)", "没有名为 {a} 的库"),
        (r"(?P<a>\S+) has no snapshot (?P<b>\d+)", "{a} 没有快照 {b}"),
        (r"(?P<a>\S+) cannot be read, because it has files", "{a} 读不出来：缺少主键"),
        (
            r"\S+ was not changed, because the table .*now take (?P<a>[\d,]+) rows? out of it, "
            r"and (?P<b>[\d,]+) were told",
            "这张表刚被改过：现在提交会移走 {a} 行，页面上写的是 {b} 行。"
            "什么也没有改动，请再看一遍后重新提交",
        ),
        (r"(?P<a>\S+) was not changed, because", "{a} 没有改动：写入未成功，请重试"),
        (r"It is not known whether (?P<a>\S+) was changed", "不知道 {a} 是否已改动，请重试"),
        (r"A file of the lake lies outside of the lake", "湖的一个文件登记在湖之外，不读取它"),
        (r"(?P<a>\S+) was not built, because its SELECT ran longer", "{a} 没有建成：超过时限"),
        (r"(?P<a>\S+) was not built, because .*memory", "{a} 没有建成：所需内存超过上限"),
        (r"(?P<a>\S+) was not built, because its SELECT or", "{a} 没有建成：SELECT 或检验出错"),
        (
            r"The query is refused, because DESCRIBE, SHOW .+ ask (?P<a>SELECT .+? LIMIT 1)",
            "这条查询未被接受：这里只查行，不用 DESCRIBE、SHOW、SUMMARIZE。"
            "看一张表有哪些列，请查 {a}；有哪些表，见“表”页面",
        ),
        (r"The query is refused", "这条查询未被接受"),
        (r"The query was stopped, because it ran longer", "查询超过时限，已停止"),
        (r"The query was stopped, because .*memory", "查询所需内存超过上限，已停止"),
        (r"The query was stopped", "查询已停止"),
        (r"The query (was not run|cannot be answered)", "查询没有得到结果"),
        (r"The correction changes nothing", "改后的值与交来的值相同，没有修正"),
        (r"This row is no longer set aside", "这一行已不在待修正中"),
        (r"(?P<a>\S+) was not restored, because", "{a} 没有恢复"),
        (r"Nothing was restored", "没有恢复任何内容"),
        (r"The backup is refused", "这份备份未被接受"),
        (r"The backup was not made", "备份没有做成"),
        (r"The library (?P<a>.+?) is not served yet", "{a}还没有发布查询副本，请先构建"),
        (r"(?P<a>.+?) cannot be served", "{a}还没有构建，不能发布"),
        (
            r"The decision is not recorded, because a decision in force",
            "这次认定没有记录：已有的人工认定与它相反，请先撤回那一条",
        ),
        (r"The decision is not recorded", "这次认定没有记录"),
        (r"(?P<a>\S+) was not (built|made), because", "{a} 没有构建"),
        (r"There is no model (?P<a>[\w.]+)", "没有名为 {a} 的模型"),
    )
)  # fmt: skip


def said(error: str) -> Text:
    """The error in both languages; the technical words stay as they are."""
    for pattern, chinese in _KNOWN:
        found = pattern.match(error)
        if found:
            return Text(zh=chinese.format(**found.groupdict()), en=error)
    return Text(zh=error, en=error)
