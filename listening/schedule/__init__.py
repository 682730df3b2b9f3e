"""The schedule: runs each source when its time has come, once, however many schedulers are started."""

from listening.schedule.clock import Clock, SystemClock
from listening.schedule.hold import Hold, hold
from listening.schedule.scheduler import Runs, Scheduler
from listening.schedule.work import follow, work

__all__ = ["Clock", "Hold", "Runs", "Scheduler", "SystemClock", "follow", "hold", "work"]
