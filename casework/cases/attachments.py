"""Attachments: encrypted files in the uploads folder, under a name that nobody can guess."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from casework.access import Permission
from casework.audit.record import record
from casework.cases.file_types import checked_name, kind_of
from casework.cases.find import case_for
from casework.cases.tables import Attachment, Case
from casework.context import Work
from errors import Conflict, Invalid, NotFound, Unavailable
from rules.lifecycle import DecisionState
from storage.cipher import decrypt_bytes, encrypt_bytes

FILES_PER_CASE = 20


class FileTooLarge(Invalid):
    """Larger than this installation takes."""

    nl = "Dit bestand is te groot: hoogstens {maximum_mb} MB. Maak het kleiner of verdeel het."
    en = "This file is too large: at most {maximum_mb} MB. Make it smaller or split it."


class TooManyFiles(Invalid):
    """The case holds as many files as it may."""

    nl = "Er kunnen hoogstens {maximum} bijlagen bij een casus. Haal er eerst een weg of voeg stukken samen."
    en = "A case can have at most {maximum} attachments. Remove one first or put documents together."


class AttachmentFixed(Conflict):
    """After submission attachments stay: others have read them."""

    nl = "Deze casus is ingediend. Bijlagen kunnen er nog bij, maar niet meer weg."
    en = "This case was submitted. Attachments can still be added, but no longer removed."


class NoMoreFiles(Conflict):
    """The case ended without a payment: nothing can be added."""

    nl = "Bij deze casus kan niets meer worden toegevoegd, want hij is {state_nl}."
    en = "Nothing can be added to this case any more, because it was {state_en}."


class AttachmentDamaged(Unavailable):
    """The file is gone or is not what was stored."""

    nl = "Dit bestand is niet meer te lezen. Vraag de beheerder het uit een back-up terug te zetten."
    en = "This file cannot be read any more. Ask the administrator to restore it from a backup."


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: its name, kind and content."""

    file_name: str
    content_type: str
    content: bytes


def add_attachment(
    work: Work, *, number: str, file_name: str, content: bytes, uploads: Path, maximum_bytes: int
) -> int:
    """Keep a file with the applicant's case, in any state but declined or withdrawn; its id.

    Receipts come after payment, so submission does not close this. Raises an :class:`Invalid` naming
    the field ``file``, or :class:`NoMoreFiles`.
    """
    case = case_for(work, number, Permission.CASE_EDIT, lock=True)
    state = DecisionState(case.decision_state)
    if state in (DecisionState.DECLINED, DecisionState.WITHDRAWN):
        raise NoMoreFiles(state_nl=state.nl, state_en=state.en)
    if len(content) > maximum_bytes:
        raise FileTooLarge(field="file", maximum_mb=maximum_bytes // (1024 * 1024))
    kind = kind_of(content)
    name = checked_name(file_name, kind)
    count = work.session.scalar(select(func.count(Attachment.id)).where(Attachment.case_id == case.id))
    if (count or 0) >= FILES_PER_CASE:
        raise TooManyFiles(field="file", maximum=FILES_PER_CASE)
    stored_as = secrets.token_hex(20)
    _write(work.session, uploads / stored_as, encrypt_bytes(content))
    attachment = Attachment(
        case_id=case.id,
        file_name=name,
        content_type=kind.content_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        stored_as=stored_as,
        added_by=work.actor.person_id,
        added_at_utc=work.now_utc,
    )
    work.session.add(attachment)
    work.session.flush()
    record(work, "case.attach", case.number, attachment=attachment.id, size_bytes=len(content))
    return attachment.id


def remove_attachment(work: Work, *, number: str, attachment_id: int, uploads: Path) -> None:
    """Take a file away from a draft. Raises :class:`AttachmentFixed` after submission."""
    case = case_for(work, number, Permission.CASE_EDIT, lock=True)
    attachment = _attachment(work.session, case, attachment_id)
    if case.decision_state != DecisionState.DRAFT:
        raise AttachmentFixed()
    work.session.delete(attachment)
    remove_after_commit(work.session, uploads / attachment.stored_as)
    record(work, "case.detach", case.number, attachment=attachment_id)


def read_attachment(work: Work, *, number: str, attachment_id: int, uploads: Path) -> Download:
    """A file for whoever may see the case; the look is logged. Raises :class:`AttachmentDamaged`."""
    case = case_for(work, number, Permission.CASE_VIEW)
    attachment = _attachment(work.session, case, attachment_id)
    try:
        content = decrypt_bytes((uploads / attachment.stored_as).read_bytes())
    except OSError as error:
        raise AttachmentDamaged() from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise AttachmentDamaged()
    record(work, "case.download", case.number, attachment=attachment_id)
    return Download(attachment.file_name, attachment.content_type, content)


def remove_after_commit(session: Session, path: Path) -> None:
    """Remove a file once the transaction is safely over: until then it could still be undone."""

    def remove(_session: Session) -> None:
        path.unlink(missing_ok=True)

    event.listen(session, "after_commit", remove, once=True)


def _attachment(session: Session, case: Case, attachment_id: int) -> Attachment:
    found = session.scalar(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.case_id == case.id)
    )
    if found is None:
        raise NotFound()
    return found


def _write(session: Session, path: Path, content: bytes) -> None:
    """Write and sync a new file; it goes again when the transaction does."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

    kept = False

    def keep(_session: Session) -> None:
        nonlocal kept
        kept = True

    def undo(_session: Session) -> None:
        if not kept:
            path.unlink(missing_ok=True)

    event.listen(session, "after_commit", keep, once=True)
    event.listen(session, "after_rollback", undo, once=True)
