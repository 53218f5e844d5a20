"""`reportgen archive show`"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from reportgen.cli.archive.opened import archive_in, edition_argument, output_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.archive.manifest import Manifest
    from reportgen.archive.state import Issued, State


@click.command()
@edition_argument
@click.option("--json", "as_json", is_flag=True, help="The manifest, with its place in the log.")
@output_option
def show(edition: str, as_json: bool, output: str) -> None:
    """Show all that is known of an edition: files, inputs, totals, versions, and what the log says of it since.

    \b
    reportgen archive show taihu/2011-05
    reportgen archive show tiering/2025-12/branch:B07/r01 --json
    """
    archive = archive_in(output)
    one = archive.find(edition)
    known = archive.manifest(one.manifest)
    if as_json:
        told = {"manifest": one.manifest, "place": one.index, "issued": one.entry.time, "standing": one.standing,
                "superseded_by": one.superseded_by,
                "approval": one.approval.model_dump(mode="json") if one.approval else None,
                "delivered": [sent.model_dump(mode="json") for sent in archive.state().delivered.get(one.manifest, ())],
                "content": known.model_dump(mode="json")}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for head, text in (*_identity(one, known), *_made_of(known), *_since(archive.state(), one)):
        click.echo(f"{head:<14}  {text}".rstrip())
    signed = archive.log.signed
    if signed:
        click.echo("\nThe log's checkpoint. Keep it elsewhere, from the next line on, for verify --against:\n")
        click.echo(signed.note.decode(), nl=False)


def _identity(one: Issued, known: Manifest) -> Iterator[tuple[str, str]]:
    yield "edition", f"{one} · {known.edition}"
    yield "title", " · ".join(known.title.values())
    yield "manifest", one.manifest
    yield "issued", f"{one.entry.time} by {known.operator.user} on {known.operator.host}, log entry {one.index}"
    yield "standing", one.standing + (f" by {one.superseded_by[:12]}" if one.superseded_by else "")
    if known.supersedes:
        yield "supersedes", f"{known.supersedes.manifest[:12]}: {known.supersedes.reason} ({known.supersedes.by})"
    yield "period", f"{known.period.start} to before {known.period.end} ({known.period.zone}), as of {known.as_of}"
    yield "kept", f"{known.retention.kind}, {'until ' + known.retention.until if known.retention.until else 'for ever'}"
    yield "class", known.classification


def _made_of(known: Manifest) -> Iterator[tuple[str, str]]:
    for file in known.artefacts:
        pages = f", {file.pages} pages" if file.pages else ""
        signed = ", signed" if file.role == "pdf-signed" else ""
        yield "file", f"{file.name}  {file.bytes:,} bytes{pages}{signed}  sha256 {file.sha256}"
    for name, text in known.totals.items():
        yield "total", f"{name}  {text}"
    for source in known.inputs:
        yield "input", f"{source.name}  {source.location}  {source.rows:,} rows  sha256 {source.sha256}"
    counted = [gate for gate in known.quality if gate.count]
    for gate in counted:
        yield "gate", f"{gate.gate}  {gate.source}.{gate.column}  {gate.count:,} of {gate.total:,}  {gate.verdict}"
    native = ", ".join(f"{name} {version}" for name, version in known.code.native.items())
    yield "program", f"reportgen {known.code.version}, {known.code.python}, {known.code.platform}"
    yield "native", native


def _since(state: State, one: Issued) -> Iterator[tuple[str, str]]:
    """What the log says of the edition after its issue."""
    if one.approval:
        said = one.approval
        key = f", by the signature of key {said.key.id}" if said.key else ""
        yield "approved", f"{said.time} by {said.by}{key}"
    for sent in state.delivered.get(one.manifest, ()):
        yield "delivered", f"{sent.time} to {sent.recipient} by {sent.channel}  sha256 {sent.pdf or 'a link'}"
    stamped = min((size for size in state.anchors if size > one.index), default=0)
    if stamped:
        yield "stamped", f"{state.anchors[stamped].time}, with {stamped} entries: log/anchors/{stamped}.tsr"
    for held in state.held(one):
        yield "hold", f"{held.id}: {held.reason} ({held.by}, {held.time[:10]})"
    proposal = state.proposals.get(one.manifest)
    if proposal:
        yield "proposed", f"deletion: {proposal.reason}, {proposal.law} ({proposal.by}, {proposal.time[:10]})"
    if one.deletion:
        stone = one.deletion
        yield "deleted", (f"{stone.time[:10]}: {stone.reason}, {stone.law}; proposed by {stone.proposed_by}, "
                          f"approved by {stone.approved_by}; {len(stone.objects)} objects")
