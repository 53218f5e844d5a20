"""A bearer token by client credentials (RFC 6749 4.4), and its SASL XOAUTH2 form."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from reportgen.config.delivery import OAuth
from reportgen.config.secrets import resolve
from reportgen.config.smtp import is_loopback
from reportgen.errors import JobError, Problem

_SECONDS = 15
_SPARE = 60.0
"""A token is not used in its last minute."""
_MOST = 1 << 16


@dataclass
class Tokens:
    """The endpoint's token, asked for again when it runs out."""

    oauth: OAuth
    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def token(self) -> str:
        """Raises OSError where the endpoint cannot be reached, JobError (exit 2) where it refuses us."""
        if not self._token or self.clock() >= self._until:
            self._token, lives = self._asked()
            self._until = self.clock() + lives - _SPARE
        return self._token

    def forget(self) -> None:
        """The server did not take it."""
        self._token = ""

    def _asked(self) -> tuple[str, float]:
        place = urllib.parse.urlsplit(self.oauth.token_url)
        if place.scheme != "https" and not is_loopback(place.hostname or ""):
            raise JobError(Problem(self.oauth.token_url, "a secret is never sent in the clear; use https."),
                           state="Nothing was sent.")
        asked = {"grant_type": "client_credentials", "client_id": self.oauth.client_id,
                 "client_secret": resolve(self.oauth.client_secret), "scope": self.oauth.scope}
        data = urllib.parse.urlencode({name: value for name, value in asked.items() if value}).encode()
        try:
            with urllib.request.urlopen(self.oauth.token_url, data, _SECONDS) as answer:  # noqa: S310 - its scheme is looked at above and in the model
                told = json.loads(answer.read(_MOST))
            return str(told["access_token"]), float(told.get("expires_in", 300))
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise OSError(f"{place.hostname} answered {error.code}") from None
            raise JobError(Problem(self.oauth.token_url, f"the token endpoint answered {error.code}."),
                           state="Nothing was sent.", hint="Check client_id, client_secret and scope.") from None
        except (KeyError, TypeError, ValueError):
            raise JobError(Problem(self.oauth.token_url, "what came is no token."), state="Nothing was sent.",
                           hint="token_url is the OAuth 2 token endpoint of the mail service.") from None


def xoauth2(user: str, token: str) -> Callable[[bytes | None], str]:
    """What `smtplib.SMTP.auth` asks: the initial response, then nothing to say to the server's error."""
    def said(challenge: bytes | None = None) -> str:
        return f"user={user}\1auth=Bearer {token}\1\1" if challenge is None else ""
    return said
