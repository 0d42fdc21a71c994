"""The words and shapes of states: one place, so that a state looks the same everywhere."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Word:
    """A state's word and the shape it is drawn with: ok, warn, bad, info or idle."""

    text: object
    shape: str


STATES = {
    "arrived": Word(text=_("已到"), shape="ok"),
    "late": Word(text=_("迟到"), shape="warn"),
    "failed": Word(text=_("出错"), shape="bad"),
    "waiting": Word(text=_("未到时间"), shape="idle"),
    "damaged": Word(text=_("已损坏"), shape="bad"),
    "tampered": Word(text=_("已篡改"), shape="bad"),
    "intact": Word(text=_("完好"), shape="ok"),
    "unknown": Word(text=_("未校验"), shape="idle"),
}
RUN_STATES = {
    "queued": Word(text=_("排队"), shape="idle"),
    "waiting": Word(text=_("等待"), shape="idle"),
    "running": Word(text=_("进行中"), shape="info"),
    "reading": Word(text=_("读取"), shape="info"),
    "writing": Word(text=_("写入"), shape="info"),
    "stopping": Word(text=_("正在停止"), shape="warn"),
    "done": Word(text=_("完成"), shape="ok"),
    "partly": Word(text=_("部分未成"), shape="warn"),
    "failed": Word(text=_("失败"), shape="bad"),
    "stopped": Word(text=_("已停止"), shape="warn"),
}
MODEL_STATES = {
    "current": Word(text=_("最新"), shape="ok"),
    "built": Word(text=_("成功"), shape="ok"),
    "unchanged": Word(text=_("无变化"), shape="idle"),
    "changed": Word(text=_("有改动"), shape="warn"),
    "stale": Word(text=_("来源有变"), shape="warn"),
    "never": Word(text=_("未构建"), shape="idle"),
    "unrun": Word(text=_("未运行"), shape="idle"),
    "refused": Word(text=_("未发布"), shape="bad"),
    "blocked": Word(text=_("被上游挡住"), shape="bad"),
    "kept": Word(text=_("通过"), shape="ok"),
    "broken": Word(text=_("未过"), shape="bad"),
}
LOOKS = {
    "masked": Word(text=_("脱敏"), shape="ok"),
    "revealed": Word(text=_("明文"), shape="warn"),
    "none": Word(text=_("无内容"), shape="idle"),
}
LEVELS = {1: _("公开"), 2: _("内部"), 3: _("个人"), 4: _("敏感")}
ACTIONS = {
    "lake.read": _("查看"),
    "lake.reveal": _("明文查看"),
    "lake.collect": _("汇聚"),
    "lake.upload": _("上传"),
    "lake.correct": _("修正"),
    "lake.export": _("下载"),
    "lake.verify": _("校验"),
    "lake.cheat": _("作弊（演练）"),
    "lake.restore": _("恢复"),
    "city.apply": _("应用城市目录"),
    "ledger.read": _("查看留痕"),
    "ledger.verify": _("校验留痕"),
    "identity.login": _("登录"),
    "identity.manage": _("管理账号"),
    "indicators.remind": _("催办"),
    "quality.object": _("提出异议"),
    "quality.answer": _("答复异议"),
    "model.build": _("构建模型"),
    "library.override": _("人工认定"),
    "findings.handle": _("处理问题线索"),
    "work.read": _("查看任务"),
}


def word(state: str) -> Word:
    """The word of any state; the slug itself, neutrally, when the state is new."""
    for words in (STATES, RUN_STATES, LOOKS, MODEL_STATES):
        if state in words:
            return words[state]
    return Word(text=state, shape="idle")
