"""Identity's door: who acts, accounts and posts, sessions. It knows no rights."""

from citybrain.engines.guard.service import in_rehearsal
from citybrain.engines.identity.accounts import (
    AccountRow,
    accounts,
    close_account,
    create_account,
)
from citybrain.engines.identity.actors import (
    LOCAL,
    Actor,
    actor_of,
    display_names,
    local_actor,
    name_of,
)
from citybrain.engines.identity.rehearsal import (
    RehearsalAccount,
    ensure_rehearsal_accounts,
    rehearsal_accounts,
)
from citybrain.engines.identity.signing_in import sign_in, sign_out

__all__ = [
    "LOCAL",
    "AccountRow",
    "Actor",
    "RehearsalAccount",
    "accounts",
    "actor_of",
    "close_account",
    "create_account",
    "display_names",
    "ensure_rehearsal_accounts",
    "in_rehearsal",
    "local_actor",
    "name_of",
    "rehearsal_accounts",
    "sign_in",
    "sign_out",
]
