"""Background work of the catalogue, on the queue behind Django's Tasks API."""

from collections.abc import Sequence

from django_tasks import task

from citybrain.engines.catalogue.collecting import execute


@task()
def collect_tables(run_id: str, tables: Sequence[str], by: str) -> dict[str, int]:
    """Collect the tables of a run that was ordered and recorded by ``enqueue_collect``."""
    result = execute(tables, run_id=run_id, by=by)
    failed = sum(table.error is not None for table in result.results)
    return {"tables": len(result.results), "failed": failed}
