"""The closed list of actions, and what is true of each whoever asks."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Action:
    """One action. ``payload``: it shows or changes people's data. ``rehearsal``: only there.

    ``purposeful``: a purpose must be given. ``own``: everybody may do it to their own account.
    ``stateless``: it shows how work goes and counts only, and so knows no department.
    """

    name: str
    title: str
    title_en: str
    payload: bool = False
    purposeful: bool = False
    rehearsal: bool = False
    own: bool = False
    stateless: bool = False


_LIST = (
    Action(name="lake.read", title="脱敏查看", title_en="read, masked", payload=True),
    Action(
        name="lake.reveal", title="明文查看", title_en="read, unmasked", payload=True,
        purposeful=True,
    ),
    Action(name="lake.collect", title="汇聚", title_en="collect"),
    Action(name="lake.upload", title="上传", title_en="upload", payload=True),
    Action(name="lake.correct", title="修正", title_en="correct", payload=True),
    Action(name="lake.export", title="下载", title_en="download", payload=True),
    Action(name="lake.verify", title="校验文件", title_en="verify files"),
    Action(name="lake.cheat", title="试着作弊", title_en="cheat", rehearsal=True),
    Action(name="lake.restore", title="恢复", title_en="restore"),
    Action(name="city.apply", title="应用城市目录", title_en="apply the city's folder"),
    Action(name="ledger.read", title="查看留痕", title_en="read the ledger"),
    Action(name="ledger.verify", title="校验留痕", title_en="verify the ledger"),
    Action(name="identity.login", title="登录", title_en="sign in", own=True),
    Action(name="identity.manage", title="管理账号", title_en="manage accounts"),
    Action(
        name="indicators.read", title="查看指标", title_en="see indicators", stateless=True,
    ),
    Action(name="indicators.remind", title="催办", title_en="remind"),
    Action(name="model.build", title="构建模型", title_en="build models"),
    Action(
        name="library.override", title="人工认定", title_en="decide by hand", payload=True,
        purposeful=True,
    ),
    Action(name="findings.handle", title="处理问题线索", title_en="handle findings", payload=True),
    Action(name="quality.object", title="对评分提出异议", title_en="object to a score"),
    Action(name="quality.answer", title="答复异议", title_en="answer objections"),
    Action(
        name="work.read", title="查看运行状态", title_en="see the state of work", stateless=True,
    ),
)  # fmt: skip
ACTIONS: Mapping[str, Action] = {action.name: action for action in _LIST}
