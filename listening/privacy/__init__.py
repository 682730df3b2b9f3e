"""What the law and good manners ask: erasing people for good, and letting go of what is old."""

from listening.privacy.erase import Erased, Plan, erase, forget, plan
from listening.privacy.retention import Tidied, tidy

__all__ = ["Erased", "Plan", "Tidied", "erase", "forget", "plan", "tidy"]
