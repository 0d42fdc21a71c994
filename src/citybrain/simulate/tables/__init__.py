"""Each department's tables as its systems would hold them, drawn from the world.

A table is a generator of :class:`~citybrain.simulate.tables.rows.Row`: the values by the
contract's field names, and who they are truly about. Rows of a later day only ever follow
those of an earlier one, so that a longer rehearsal begins like the shorter.
"""

from collections.abc import Callable, Iterator, Mapping

from citybrain.simulate.tables import (
    care,
    civil,
    companies,
    components,
    homes,
    household,
    incomers,
    insurance,
    permits,
    statistics,
    students,
    traffic,
    vital,
    voice,
)
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import World

TABLES: Mapping[str, Callable[[World], Iterator[Row]]] = {
    "household.persons": household.persons,
    "household.households": household.households,
    "household.moves": household.moves,
    "household.cancellations": household.cancellations,
    "incomers.residents": incomers.residents,
    "incomers.permits": incomers.permits,
    "incomers.dwellings": incomers.dwellings,
    "vehicles.vehicles": traffic.vehicles,
    "vehicles.licences": traffic.licences,
    "vehicles.violations": traffic.violations,
    "vehicles.inspections": traffic.inspections,
    "vital.births": vital.births,
    "vital.deaths": vital.deaths,
    "vital.institutions": vital.institutions,
    "civil.marriages": civil.marriages,
    "civil.allowances": civil.allowances,
    "social_insurance.insured": insurance.insured,
    "social_insurance.payments": insurance.payments,
    "social_insurance.benefits": insurance.benefits,
    "social_insurance.employers": insurance.employers,
    "medical.enrolled": care.enrolled,
    "medical.settlements": care.settlements,
    "medical.remote_filings": care.remote_filings,
    "housing_fund.accounts": homes.accounts,
    "housing_fund.deposits": homes.deposits,
    "housing_fund.withdrawals": homes.withdrawals,
    "students.students": students.students,
    "students.schools": students.schools,
    "students.transfers": students.transfers,
    "companies.companies": companies.companies,
    "companies.changes": companies.changes,
    "companies.shareholders": companies.shareholders,
    "permits.permits": permits.permits,
    "permits.revocations": permits.revocations,
    "tax.registrations": companies.registrations,
    "real_estate.titles": homes.titles,
    "real_estate.mortgages": homes.mortgages,
    "hotline.tickets": voice.tickets,
    "hotline.callbacks": voice.callbacks,
    "components.components": components.components,
    "components.component_types": components.component_types,
    "statistics.monthly": statistics.monthly,
}
