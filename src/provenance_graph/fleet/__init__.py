"""The fleet: deployed systems, the models they use, and the findings on them."""

from provenance_graph.fleet.bom import workload_of
from provenance_graph.fleet.check import KINDS, FleetFinding, check, check_uses
from provenance_graph.fleet.impact import deployed, impact, offered
from provenance_graph.fleet.read import System, of_document, read_fleet, systems_in
from provenance_graph.fleet.record import systems_of, to_record

__all__ = [
    "KINDS",
    "FleetFinding",
    "System",
    "check",
    "check_uses",
    "deployed",
    "impact",
    "of_document",
    "offered",
    "read_fleet",
    "systems_in",
    "systems_of",
    "to_record",
    "workload_of",
]
