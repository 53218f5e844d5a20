"""The job's models and the loader that keeps line and column."""

from reportgen.config.job import Job
from reportgen.config.loader import load_job

__all__ = ["Job", "load_job"]
