"""The cockpit's tests use the pages' small real city."""

from tests.steward.conftest import built, own_site, site, systems

__all__ = ["built", "own_site", "site", "systems"]
