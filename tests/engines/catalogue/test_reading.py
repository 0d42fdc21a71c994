"""Reading payload: who may, what is masked, and that every reading leaves its entry first."""

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor


def test_a_sample_is_masked_and_recorded(collected: Actor) -> None:
    view = catalogue.sample(collected, "civil.marriages", limit=5)
    assert len(view.rows) == 5
