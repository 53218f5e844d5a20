"""A real mail server and one that says what a test wants."""

from tests.mail_server import mail_server
from tests.mail_sink import mail_sink

__all__ = ["mail_server", "mail_sink"]
