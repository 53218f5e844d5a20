"""Whether a store keeps its word: a canary under a COMPLIANCE lock, and every way to be rid of it tried.

What counts is the canary afterwards, not the answer: a store that says no and does it, or says yes and does not, is
found out. A refusal proves nothing where the credentials may not do the thing anyhow, so the same is first done to a
version without a lock, where it must succeed. Only if every trial was refused is the store called WORM.

The canary is a few bytes under `<prefix>probe/`; while its lock lasts it cannot be removed by anybody, as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reportgen.archive.bucket import Replica, code, locked, status, told

LOCK = timedelta(hours=1)
"""How long a canary stays. Longer than two clocks are apart."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One attempt on the canary."""

    name: str
    """What was tried: `delete`, `shorten` …"""
    held: bool
    """The canary stands as it stood; for a control, the thing could be done."""
    detail: str
    """What the store answered and what became of the canary."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What the trials showed."""

    key: str
    """The canary's key in the bucket."""
    controls: tuple[Trial, ...]
    trials: tuple[Trial, ...]

    @property
    def worm(self) -> bool:
        return bool(self.trials) and all(one.held for one in self.controls + self.trials)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the store is not called WORM, one line each; empty where it is."""
        return tuple(f"{one.name}: {one.detail}" for one in self.controls + self.trials if not one.held)


def probe(replica: Replica, client: Any, now: datetime) -> Probe:
    """Try the store at `now` (aware; it must agree with the store's clock to some minutes).

    Raises ArchiveError (exit 8) where the bucket has no Object Lock switched on or the canary cannot even be put: then
    there is nothing to try. A trial that ends in silence or in an error of the store is not a refusal.
    """
    locked(client, replica)
    key = f"{replica.prefix}probe/{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    canary = _Canary(client, replica.bucket, key, now.astimezone(UTC).replace(microsecond=0) + LOCK)
    controls = (canary.control_delete(), canary.control_extend())
    # Each on a canary of its own: what one trial destroys, the next would not find.
    trials = tuple(canary.attempt(name, act) for name, act in _TRIALS.items())
    return Probe(key, controls, trials)


class _Canary:
    def __init__(self, client: Any, bucket: str, key: str, until: datetime) -> None:
        self.client, self.bucket, self.until = client, bucket, until
        self.key = key
        self.content = f"reportgen probe {key}".encode()

    def put(self, name: str, *, lock: bool = True) -> Mapping[str, Any]:
        """A new version of `<key>-<name>`, and the parameters that name it."""
        where = {"Bucket": self.bucket, "Key": f"{self.key}-{name}"}
        options = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": self.until} if lock else {}
        with told(f"s3://{self.bucket}/{where['Key']}"):
            done = self.client.put_object(**where, Body=self.content, ChecksumAlgorithm="SHA256", **options)
        return {**where, "VersionId": done.get("VersionId", "null")}

    def attempt(self, name: str, act: Callable[[_Canary, Mapping[str, Any]], Any]) -> Trial:
        version = self.put(name)
        if (flaw := self.flaw(version)) is not None:
            return Trial(name, held=False, detail=f"the store did not even take the lock: {flaw}")
        refused, answer = self.answer(lambda: act(self, version))
        if (flaw := self.flaw(version)) is not None:
            return Trial(name, held=False, detail=f"{answer}, and {flaw}")
        # An overwrite or a delete without a version may be granted: it adds a version and leaves the canary's alone.
        return Trial(name, held=refused or name in _MAY_BE_GRANTED, detail=f"{answer}, the canary stands")

    def answer(self, act: Callable[[], Any]) -> tuple[bool, str]:
        """Whether the store refused, and its answer in words."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            done = act()
        except ClientError as error:
            refusal = 400 <= status(error) < 500 and status(error) not in {404, 408, 429}
            return refusal, f"refused ({code(error)})" if refusal else f"no refusal but an error ({code(error)})"
        except BotoCoreError as error:
            return False, f"no answer ({error})"
        errors = done.get("Errors") if isinstance(done, Mapping) else None
        return (True, f"refused ({errors[0].get('Code')})") if errors else (False, "granted")

    def flaw(self, version: Mapping[str, Any]) -> str | None:
        """What is wrong with the canary now, or None."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self.client.get_object(**version)
            content = found["Body"].read()
        except ClientError as error:
            return f"the canary is gone ({code(error)})"
        except BotoCoreError as error:
            return f"the canary cannot be read ({error})"
        if content != self.content:
            return "the canary's bytes are others"
        return self.loosened(found.get("ObjectLockMode"), found.get("ObjectLockRetainUntilDate"))

    def loosened(self, mode: str | None, until: datetime | None) -> str | None:
        """In what the lock is less than was asked for, or None."""
        if mode != "COMPLIANCE":
            return f"the canary's lock is now {mode or 'none'}"
        if until is None:
            return "the canary's lock has no end"
        if until < self.until:
            return f"the canary's lock now ends {until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return None

    def control_delete(self) -> Trial:
        """A version without a lock must go; else a refused delete shows a right that is missing, not a lock."""
        version = self.put("control", lock=False)
        refused, answer = self.answer(lambda: self.client.delete_object(**version))
        return Trial("control: delete without a lock", held=answer == "granted", detail=answer + (
            "; these credentials may not delete at all, or the bucket locks by default" if refused else ""))

    def control_extend(self) -> Trial:
        """A lock must be open to being made longer; else a refused shortening shows a right that is missing."""
        version = self.put("control-extend")
        retention = {"Mode": "COMPLIANCE", "RetainUntilDate": self.until + timedelta(minutes=1)}
        refused, answer = self.answer(lambda: self.client.put_object_retention(**version, Retention=retention))
        return Trial("control: extend a lock", held=answer == "granted", detail=answer + (
            "; these credentials may not set a retention" if refused else ""))

    def retain(self, version: Mapping[str, Any], retention: dict[str, Any], **options: Any) -> Any:
        return self.client.put_object_retention(**version, Retention=retention, **options)


def _batch(canary: _Canary, version: Mapping[str, Any]) -> Any:
    target = {"Key": version["Key"], "VersionId": version["VersionId"]}
    return canary.client.delete_objects(Bucket=canary.bucket, Delete={"Objects": [target]},
                                        BypassGovernanceRetention=True)


_TRIALS: dict[str, Callable[[_Canary, Mapping[str, Any]], Any]] = {
    "delete": lambda canary, version: canary.client.delete_object(**version),
    "delete with bypass": lambda canary, version: canary.client.delete_object(
        **version, BypassGovernanceRetention=True),
    "delete in a batch": _batch,
    "delete without naming the version": lambda canary, version: canary.client.delete_object(
        Bucket=version["Bucket"], Key=version["Key"]),
    "overwrite": lambda canary, version: canary.client.put_object(
        Bucket=version["Bucket"], Key=version["Key"], Body=b"overwritten"),
    "overwrite what must not exist": lambda canary, version: canary.client.put_object(
        Bucket=version["Bucket"], Key=version["Key"], Body=b"overwritten", IfNoneMatch="*"),
    "shorten": lambda canary, version: canary.retain(
        version, {"Mode": "COMPLIANCE", "RetainUntilDate": canary.until - LOCK / 2}),
    "shorten with bypass": lambda canary, version: canary.retain(
        version, {"Mode": "COMPLIANCE", "RetainUntilDate": canary.until - LOCK / 2}, BypassGovernanceRetention=True),
    "soften to governance": lambda canary, version: canary.retain(
        version, {"Mode": "GOVERNANCE", "RetainUntilDate": canary.until}, BypassGovernanceRetention=True),
    "remove the lock": lambda canary, version: canary.retain(version, {}, BypassGovernanceRetention=True),
}
_MAY_BE_GRANTED = {"delete without naming the version", "overwrite"}
