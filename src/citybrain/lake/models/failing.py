"""Why the SELECT of a model failed in the jail, told of the model and without values of people.

A query reads masks, a model reads values: DuckDB's sentence about a value that it cannot convert
would show it to everybody who may see how builds went.
"""

from citybrain.base.errors import CityError
from citybrain.lake.models.model import Model
from citybrain.lake.untold import without_values


def failed_in_jail(model: Model, error: CityError, *, seconds: float, memory: int) -> CityError:
    """The jail's refusal of a model's statement; ``memory`` in bytes."""
    why, do = error.texts["why"].en, error.texts["do"].en
    if "memory" in why:
        why = f"its SELECT needed more memory than the {memory >> 20} MiB that a build may take"
        do = "Let it read or group fewer rows, or give builds more (CITYBRAIN_MEMORY)"
    elif "ran longer" in why:
        why = f"its SELECT ran longer than {seconds:g} s"
        do = "Let it read fewer rows, or give builds more time (CITYBRAIN_BUILD_SECONDS)"
    elif error.texts["what"].en == "The query cannot be answered":
        why = f"its SELECT or an expectation failed: {without_values(why)}"
        do = "Correct it, then build again"
    return CityError(f"{model.name} was not built", why=why, do=do, where=model.file)
