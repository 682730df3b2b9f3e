"""Everything at once on one machine: the web page, the schedule, alerts, digests and learning, over one SQLite file."""

from listening.up.services import SERVICES, Service, offered
from listening.up.supervisor import Supervisor

__all__ = ["SERVICES", "Service", "Supervisor", "offered"]
