"""Labels and sentences that the catalogue adds to what the city's folder says."""

from datetime import datetime, timedelta

from citybrain.base.wording import Text
from citybrain.city.contracts import Contract, Field, Rule
from citybrain.city.systems import Schedule, System

KINDS = {
    "pull": Text(zh="数据库", en="Database"),
    "files": Text(zh="文件", en="Files"),
    "front_end": Text(zh="前置库", en="Front-end database"),
    "upload": Text(zh="表格填报", en="Upload"),
    "return_flow": Text(zh="回流", en="Return flow"),
}
SHARING = {
    "unconditional": Text(zh="无条件共享", en="Unconditional"),
    "conditional": Text(zh="有条件共享", en="Conditional"),
    "withheld": Text(zh="不予共享", en="Withheld"),
}
LEVELS = {
    1: Text(zh="公开", en="public"),
    2: Text(zh="内部", en="internal"),
    3: Text(zh="个人", en="personal"),
    4: Text(zh="敏感", en="sensitive"),
}
CONTRACTS = {
    "proposed": Text(zh="拟订", en="Proposed"),
    "draft": Text(zh="草稿", en="Draft"),
    "active": Text(zh="生效", en="In force"),
    "deprecated": Text(zh="将停用", en="Deprecated"),
    "retired": Text(zh="已停用", en="Retired"),
}
DRIFTS = {
    "refuse": Text(zh="列有增减时整张不入库，等人处理", en="Columns changed: nothing comes in"),
    "ignore_new": Text(zh="多出的列不收，其余照常", en="New columns are ignored"),
    "accept_new": Text(zh="多出的列按文本收下", en="New columns are taken in as text"),
}
_TYPES = {
    "string": Text(zh="文本", en="Text"),
    "boolean": Text(zh="是否", en="Yes or no"),
    "int": Text(zh="整数", en="Integer"),
    "long": Text(zh="整数", en="Integer"),
    "ulong": Text(zh="整数", en="Integer"),
    "float": Text(zh="小数", en="Number"),
    "double": Text(zh="小数", en="Number"),
    "decimal": Text(zh="小数", en="Decimal"),
    "date": Text(zh="日期", en="Date"),
    "timestamp": Text(zh="时间", en="Time"),
    "timestamptz": Text(zh="时间", en="Time with zone"),
    "time": Text(zh="时刻", en="Time of day"),
    "binary": Text(zh="二进制", en="Binary"),
    "json": Text(zh="结构", en="Structure"),
}
RULES = {
    "required": Text(zh="必填", en="Required"),
    "type": Text(zh="类型", en="Type"),
    "digits": Text(zh="位数不全", en="Digits lost"),
    "unique": Text(zh="应唯一", en="Not unique"),
    "pattern": Text(zh="写法", en="Pattern"),
    "length": Text(zh="长度", en="Length"),
    "range": Text(zh="范围", en="Range"),
    "codelist": Text(zh="代码", en="Code"),
    "id_number": Text(zh="证件号", en="ID number"),
    "uscc": Text(zh="信用代码", en="Credit code"),
    "phone": Text(zh="电话", en="Phone"),
    "birth_of": Text(zh="日期不一致", en="Dates differ"),
    "sex_of": Text(zh="性别不一致", en="Sex differs"),
    "not_before": Text(zh="先后颠倒", en="Order of dates"),
    "not_future": Text(zh="日期在将来", en="In the future"),
    "record": Text(zh="读不懂", en="Cannot be read"),
    "key_conflict": Text(zh="重复", en="Duplicate"),
}
ACTIONS = {
    "lake.read": Text(zh="查看", en="Read"),
    "lake.reveal": Text(zh="明文查看", en="Read unmasked"),
    "lake.collect": Text(zh="汇聚", en="Collect"),
    "lake.upload": Text(zh="上传", en="Upload"),
    "lake.correct": Text(zh="修正", en="Correct"),
    "lake.export": Text(zh="导出", en="Export"),
    "lake.verify": Text(zh="校验", en="Verify"),
    "lake.cheat": Text(zh="试着作弊", en="Cheat"),
    "lake.restore": Text(zh="恢复", en="Restore"),
    "city.apply": Text(zh="应用城市目录", en="Apply the folder"),
    "ledger.read": Text(zh="查看留痕", en="Read the record"),
    "ledger.verify": Text(zh="校验留痕", en="Verify the record"),
    "identity.login": Text(zh="登录", en="Sign in"),
    "identity.manage": Text(zh="管理账号", en="Manage accounts"),
    "indicators.read": Text(zh="查看指标", en="See indicators"),
    "indicators.remind": Text(zh="催办", en="Remind"),
    "model.build": Text(zh="构建模型", en="Build models"),
    "library.override": Text(zh="人工认定", en="Decide by hand"),
    "findings.handle": Text(zh="处理问题线索", en="Handle findings"),
    "quality.object": Text(zh="提出异议", en="Object to a score"),
    "quality.answer": Text(zh="答复异议", en="Answer an objection"),
    "work.read": Text(zh="运行状态", en="Running state"),
}
_WEEKDAYS = "一二三四五六日"


def title(thing: Contract | System) -> Text:
    """The thing's title in both languages."""
    name = thing.id if isinstance(thing, Contract) else thing.name
    return Text(zh=thing.title or name, en=thing.title_en or thing.title or name)


def field_title(field: Field) -> Text:
    """The field's title in both languages, its name when it has none."""
    return Text(zh=field.title or field.name, en=field.title_en or field.name)


def kind_title(system: System) -> Text:
    """How data arrive: files are told apart from databases by their format."""
    if system.kind == "pull" and any(fetch.format for fetch in system.tables.values()):
        return KINDS["files"]
    return KINDS.get(system.kind, Text(zh=system.kind, en=system.kind))


def type_title(field: Field) -> Text:
    """The word for the field's type; codes and ID numbers are named as such."""
    if field.codelist:
        return Text(zh="代码", en="Code")
    if field.masking == "id_number":
        return Text(zh="身份证号", en="ID number")
    base = field.type.split("(")[0]
    return _TYPES.get(base, Text(zh=field.type, en=field.type))


def level_title(level: int) -> Text:
    """``4 级 敏感``."""
    word = LEVELS.get(level, LEVELS[2])
    return Text(zh=f"{level} 级 {word.zh}", en=f"Level {level}, {word.en}")


def cycle(schedule: Schedule) -> Text:
    """When the data are due, as a sentence."""
    by = schedule.by.strftime("%H:%M")
    days = {
        "hourly": ("每小时", "Every hour"),
        "daily": (f"每天 {by} 前", f"Every day by {by}"),
        "workdays": (f"每个工作日 {by} 前", f"Every working day by {by}"),
        "weekly": (
            f"每周{_WEEKDAYS[schedule.weekday - 1]} {by} 前",
            f"Weekly, day {schedule.weekday}, by {by}",
        ),
        "monthly": (f"每月 {schedule.day} 日 {by} 前", f"Day {schedule.day} of a month by {by}"),
        "manual": ("随到随收", "Whenever it comes"),
    }
    zh, en = days.get(schedule.cycle, (schedule.cycle, schedule.cycle))
    return Text(zh=zh, en=en)


def rule_title(rule: str) -> Text:
    """The short word for a kind of reason."""
    return RULES.get(rule, Text(zh=rule, en=rule.replace("_", " ")))


# Where the name of the mistake would read as a promise of it.
_PROMISES = {
    "not_future": Text(zh="不晚于汇聚当天", en="Not after the day of the collect"),
    "unique": Text(zh="不重复", en="Unique"),
    "id_number": Text(zh="校验码正确", en="With a right check digit"),
    "uscc": Text(zh="校验码正确", en="With a right check digit"),
}


def rule_sentence(rule: Rule, contract: Contract) -> Text:
    """What a rule promises, for the list of fields."""
    word = rule_title(rule.name)
    other = rule.arguments.get("id") or rule.arguments.get("other")
    if other:
        beside = next((f for f in contract.fields if f.name == other), None)
        name = field_title(beside) if beside else Text(zh=str(other), en=str(other))
        told = {
            "birth_of": (f"应与{name.zh}第 7–14 位一致", f"Equals digits 7-14 of {name.en}"),
            "sex_of": (f"应与{name.zh}第 17 位一致", f"Equals digit 17 of {name.en}"),
            "not_before": (f"不早于{name.zh}", f"Not before {name.en}"),
        }.get(rule.name, (word.zh, word.en))
        return Text(zh=told[0], en=told[1])
    if rule.name in _PROMISES:
        return _PROMISES[rule.name]
    arguments = "、".join(f"{value}" for value in rule.arguments.values())
    return Text(zh=f"{word.zh} {arguments}".strip(), en=f"{word.en} {arguments}".strip())


def span(seconds: float) -> Text:
    """A length of time in words: ``6 小时 32 分``."""
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    if days:
        return Text(zh=f"{days} 天 {hours} 小时", en=f"{days} d {hours} h")
    if hours:
        return Text(zh=f"{hours} 小时 {left} 分", en=f"{hours} h {left} min")
    return Text(zh=f"{minutes} 分", en=f"{minutes} min")


def ago(at: datetime | None, now: datetime) -> Text:
    """How long ago; ``从未`` when never."""
    if at is None:
        return Text(zh="从未", en="never")
    if now - at < timedelta(minutes=1):
        return Text(zh="刚刚", en="just now")
    words = span((now - at).total_seconds())
    return Text(zh=f"{words.zh}前", en=f"{words.en} ago")


# the guard's reasons by code, as short as a line of the record
REFUSALS = {
    "no-duty": Text(zh="职责中没有这一项", en="no duty allows it"),
    "other-department": Text(zh="属于另一个单位", en="another department's"),
    "not-yours": Text(zh="不属于本单位", en="not the department's own"),
    "contractor": Text(zh="运维人员不接触数据", en="contractors see no payload"),
    "rehearsal-account": Text(zh="演练账号", en="a rehearsal's account"),
    "rehearsal-only": Text(zh="只在演练中可用", en="in rehearsal only"),
    "purpose": Text(zh="没有写明用途", en="no purpose given"),
    "no-reveal": Text(zh="职责不允许看明文", en="the duty may not unmask"),
    "unknown-action": Text(zh="没有这种操作", en="no such action"),
}
