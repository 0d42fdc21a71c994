"""From a query to what people keep: its text set in order, and a model's file to start from."""

from collections.abc import Mapping

import sqlglot
import yaml
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both

_WIDTH = 96  # characters of a line, as the city's own models are written


def formatted(sql: str) -> str:
    """The same SELECT, one clause a line, with every comment.

    Raises ``CityError`` where the text is no SELECT, and where it would not come out the same.
    """
    tree = _select(sql)
    text = tree.sql("duckdb", pretty=True, normalize_functions=False, max_text_width=_WIDTH)
    kept = all(comment in text for comment in _comments(sql))
    if not kept or sqlglot.parse_one(text, read="duckdb") != tree:
        raise CityError(
            both("这条查询没有格式化", "The query was not formatted"),
            why=both(
                "格式化会改动它的意思或丢掉注释", "formatting would change it or lose a comment"
            ),
            do=both("请照原样使用", "Use it as it is"),
        )
    return text


def model_file(sql: str, *, title: str, owner: str, titles: Mapping[str, Text]) -> str:
    """A model's file: the header filled in from the query, and the query as it was written.

    ``titles`` are those of columns by name. The grain is what the query groups by. Raises
    ``CityError`` where the text is no SELECT.
    """
    tree = _select(sql)
    head: dict[str, object] = {"title": title, "title_en": "", "description": ""}
    grain = _grain(tree)
    if grain:
        head["grain"] = grain
    head["owner"] = owner
    columns = {name: titles[name] for name in tree.named_selects if name in titles}
    if columns:
        head["columns"] = {
            name: {"title": said.zh, **({"title_en": said.en} if said.en else {})}
            for name, said in columns.items()
        }
    said = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=_WIDTH)
    # A title may hold what ends a comment.
    return f"/*\n{said.replace('*/', '* /')}*/\n{sql.strip().rstrip(';')}\n"


def _select(sql: str) -> exp.Query:
    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except (ParseError, TokenError) as error:
        raise CityError(
            both("这条查询读不懂，没有改动", "The query cannot be read, and was left as it is"),
            why=_where(error),
            do=both("请改正后再试", "Correct it and try again"),
        ) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise CityError(
            both("这不是一条 SELECT，没有改动", "This is not one SELECT, and was left as it is"),
            do=both("请只写一条 SELECT", "Write one SELECT alone"),
        )
    return trees[0]


def _where(error: Exception) -> Text:
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    line, near = found.get("line"), found.get("highlight")
    if not line:
        return both("引号或括号没有成对", "a quotation mark or a bracket has no partner")
    return both(f"第 {line} 行“{near}”处不成句", f"line {line} cannot be read at “{near}”")


def _comments(sql: str) -> list[str]:
    tokens = sqlglot.tokenize(sql, read="duckdb")
    return [comment.strip() for token in tokens for comment in token.comments]


def _grain(tree: exp.Query) -> list[str]:
    """The columns of the answer that a grouped SELECT groups by; empty where that is not said."""
    if not isinstance(tree, exp.Select) or not tree.args.get("group"):
        return []
    keys = [one for one in tree.selects if not one.find(exp.AggFunc, exp.Window)]
    return [one.alias_or_name for one in keys if one.alias_or_name]
