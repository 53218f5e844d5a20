"""Postfix and Dovecot of this machine's own packages, started for the tests on loopback in a temporary folder.

`with running() as post:` starts a private instance: nothing it takes can leave, for `default_transport` is `error:`.
Mail to bank.test lands in Maildirs, and a copy of each in `journal@bank.test`; all of it is read over IMAP. Postfix
needs root. Where a package is missing, a test fails in continuous integration and is skipped elsewhere, with the
reason.
"""

from __future__ import annotations

import email
import imaplib
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DOMAIN = "bank.test"
USER, PASSWORD = f"reports@{DOMAIN}", "postal-secret"
JOURNAL = f"journal@{DOMAIN}"
SIZE = 2_000_000
_OWNER = 5000
_SECONDS = 30.0
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.bank.test
mynetworks = 127.0.0.1/32
mydestination =
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves the tests
relay_transport = error:nothing leaves the tests
virtual_mailbox_domains = bank.test
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{folder}/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:5000
virtual_gid_maps = static:5000
virtual_mailbox_limit = 0
always_bcc = journal@bank.test
message_size_limit = {size}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_connection_rate_limit = 0
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.key
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
smtpd_tls_auth_only = yes
smtp_tls_security_level = none
"""
_MASTER = """\
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{tls} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.key
mail_location = maildir:{folder}/mail/%Ln
first_valid_uid = 1
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=5000 gid=5000 home={folder}/mail/%Ln
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
service imap-login {{
  process_min_avail = 0
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service stats {{
  client_limit = 100
}}
"""


def unavailable() -> str:
    """Why there is no mail server here; empty where there is."""
    missing = [package for package, path in (
        ("postfix", "/usr/sbin/postfix"), ("dovecot-core", "/usr/sbin/dovecot"),
        ("dovecot-imapd", "/usr/lib/dovecot/imap"),
    ) if not Path(path).exists()]
    if missing:
        return f"{', '.join(missing)} of Debian is not installed: no mail was sent"
    return "" if os.getuid() == 0 else "Postfix starts as root only: no mail was sent"


@dataclass
class MailServer:
    """A started instance; `boxes` are the mailboxes there are."""

    folder: Path
    boxes: tuple[str, ...]
    ports: dict[str, int] = field(default_factory=dict)
    _dovecot: subprocess.Popen[bytes] | None = None

    @property
    def ca(self) -> Path:
        return self.folder / "server.pem"

    @property
    def log(self) -> Path:
        return self.folder / "mail.log"

    def start(self) -> None:
        self.folder.chmod(0o755)
        names = ("plain", "starttls", "tls", "imaps")
        self.ports = dict(zip(names, _free_ports(len(names)), strict=True))
        _certificate(self.folder)
        for name in ("queue", "data", "mail", "dovecot", "dovecot-state", "postfix"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        os.chown(self.folder / "mail", _OWNER, _OWNER)
        told = {"folder": self.folder, "size": SIZE, "password": PASSWORD, **self.ports}
        (self.folder / "boxes").write_text("".join(f"{box}@{DOMAIN} {box}/\n" for box in (*self.boxes, "journal")))
        (self.folder / "postfix" / "main.cf").write_text(_MAIN.format(**told))
        (self.folder / "postfix" / "master.cf").write_text(_MASTER.format(**told))
        (self.folder / "postfix" / "dynamicmaps.cf").touch()
        (self.folder / "dovecot.conf").write_text(_DOVECOT.format(**told))
        with (self.folder / "out").open("ab") as out:
            self._dovecot = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", self.folder / "dovecot.conf"],
                                             stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
            self._wait("imaps")
            subprocess.run(self._postfix("start"), stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False,
                           env={"PATH": _PATH})
        for name in ("plain", "starttls", "tls"):
            self._wait(name)

    def stop(self) -> None:
        # The daemons hold what they were given as output: never a pipe.
        subprocess.run(self._postfix("abort"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, env={"PATH": _PATH})
        if self._dovecot is not None:
            self._dovecot.terminate()
            try:
                self._dovecot.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                self._dovecot.kill()
                self._dovecot.wait()

    @contextmanager
    def box(self, name: str = "journal") -> Iterator[imaplib.IMAP4_SSL]:
        """A mailbox over IMAP, selected."""
        trusted = ssl.create_default_context(cafile=self.ca)
        with imaplib.IMAP4_SSL("localhost", self.ports["imaps"], ssl_context=trusted) as box:
            box.login(name, PASSWORD)
            box.select("INBOX")
            yield box

    def mails(self, name: str, wanted: int = 1, seconds: float = _SECONDS) -> list[EmailMessage]:
        """What a mailbox holds, waited for until it is so many."""
        return [email.message_from_bytes(raw, policy=default) for raw in self.raw(name, wanted, seconds)]

    def raw(self, name: str, wanted: int = 1, seconds: float = _SECONDS) -> list[bytes]:
        until = time.monotonic() + seconds
        while True:
            with self.box(name) as box:
                told = [box.fetch(number, "(BODY.PEEK[])")[1][0] for number in box.search(None, "ALL")[1][0].split()]
            # A mail that `empty` took away may stand in the server's index for a moment: it has no text any more.
            found = [one[1] for one in told if isinstance(one, tuple)]
            if len(found) >= wanted or time.monotonic() > until:
                return found
            time.sleep(0.05)

    def delivered(self, name: str = "journal") -> list[str]:
        """Message-IDs in a Maildir, read from its files: for many."""
        found = []
        for path in (self.folder / "mail" / name / "new").glob("*"):
            head = path.read_bytes()[:4000]
            if match := re.search(rb"^Message-ID: (<[^>]+>)", head, re.MULTILINE | re.IGNORECASE):
                found.append(match[1].decode())
        return found

    def empty(self) -> None:
        """Forget all mail that has come, and what is still on its way."""
        self.settle()
        for path in (self.folder / "mail").glob("*/*/*"):
            with suppress(FileNotFoundError):
                path.unlink()

    def settle(self) -> None:
        """Wait until all that was taken is delivered."""
        queue, until, calm = self.folder / "queue", time.monotonic() + _SECONDS, 0
        while calm < 3 and time.monotonic() < until:
            names = ("incoming", "active", "maildrop")
            calm = 0 if any(path.is_file() for name in names for path in (queue / name).rglob("*")) else calm + 1
            time.sleep(0.02)

    def _postfix(self, what: str) -> list[str | Path]:
        return ["/usr/sbin/postfix", "-c", self.folder / "postfix", what]

    def _wait(self, name: str) -> None:
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[name]), 1):
                return
            time.sleep(0.05)
        said = "".join((self.folder / log).read_text(errors="replace")[-1500:]
                       for log in ("out", "mail.log", "dovecot.log") if (self.folder / log).exists())
        raise AssertionError(f"the mail server did not start ({name}): {said}")


@contextmanager
def running(*boxes: str) -> Iterator[MailServer]:
    folder = Path(tempfile.mkdtemp(prefix="reportgen-mail-"))
    server = MailServer(folder, boxes or ("zhao", "qian", "sun", "boss", "p1", "p2", "p3", "p4"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """The session's server. A test empties it first."""
    if reason := unavailable():
        if os.environ.get("CI"):
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with running() as server:
        yield server


def _certificate(folder: Path) -> None:
    """For localhost, trusted by nobody but those who are given it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    day = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(day - timedelta(days=1))
        .not_valid_after(day + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"),
                                                    x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def _free_ports(many: int) -> list[int]:
    probes = [socket.socket() for _ in range(many)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
