"""The attacker: an outsider who tries to derive what is withheld. It shares no code with disclosure control."""

from geomatch.audit.attack import attack
from geomatch.audit.report import Contradiction, Failure, Report, Telling

__all__ = ["Contradiction", "Failure", "Report", "Telling", "attack"]
