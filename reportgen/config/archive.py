"""What a job says of the archive: how long its editions are kept, and whether its inputs are kept with them."""

from __future__ import annotations

from pydantic import Field

from reportgen.config.model import Id, Model


class KeepInputs(Model):
    """Inputs as they were read, readable by the auditors alone."""

    to: str = Field(description="The auditors' public key (X25519, PEM), in the project; they hold the other half.")
    years: int = Field(2, ge=1, le=100, description="Years after which the inputs alone may be deleted.")


class ArchiveRule(Model):
    """Retention and what else goes into the archive."""

    retention: Id = Field("report", description="Class of the bank's retention schedule the editions belong to.")
    years: int | None = Field(
        None, ge=1, le=1000, description="Years an edition must be kept, counted from its issue; without it for ever."
    )
    keep_inputs: KeepInputs | None = Field(
        None, description="Keep the inputs, encrypted to the auditors' key. Without it no customer row is kept."
    )
    sm3: bool = Field(False, description="SM3 digests of the issued files beside sha256.")
