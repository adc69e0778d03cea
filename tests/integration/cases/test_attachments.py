"""Attachments: what they really are, encrypted, and together with the transaction or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from casework.cases.attachments import (
    FILES_PER_CASE,
    AttachmentDamaged,
    AttachmentFixed,
    FileTooLarge,
    NoMoreFiles,
    TooManyFiles,
    add_attachment,
    read_attachment,
    remove_attachment,
)
from casework.cases.file_types import FileEmpty, FileKindRefused, FileNameWrong, checked_name, kind_of
from casework.cases.submission import submit
from casework.people_data import BsnFound
from errors import Forbidden, NotFound
from storage.unit_of_work import unit_of_work
from tests.integration.cases.scene import Desk, a_desk
from tests.integration.factories import a_case, a_cast

PDF = b"%PDF-1.7 een offerte"
PNG = b"\x89PNG\r\n\x1a\n0000"
JPEG = b"\xff\xd8\xff\xe0000"


def add(desk: Desk, number: str, folder: Path, *, name: str = "offerte.pdf", content: bytes = PDF) -> int:
    return add_attachment(
        desk.work(), number=number, file_name=name, content=content, uploads=folder, maximum_bytes=1_000
    )


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"Geen regeling mogelijk, zei de bank.\n", "text/plain"),
        ("\ufeffé".encode(), "text/plain"),
    ],
)
def test_a_file_is_known_by_its_content(content: bytes, content_type: str) -> None:
    assert kind_of(content).content_type == content_type


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"PK\x03\x04", b"GIF89a\x00", b"\x00", b"a\x1bb"])
def test_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(FileKindRefused):
        kind_of(content)


def test_an_empty_file_and_a_text_with_a_citizen_number_are_refused() -> None:
    with pytest.raises(FileEmpty):
        kind_of(b"")
    with pytest.raises(BsnFound):
        kind_of(b"nummer 111222333")


@pytest.mark.parametrize(
    "name",
    ["", "../geheim.pdf", "a/b.pdf", "a\\b.pdf", "c:x.pdf", ".pdf", "a\x00.pdf", "a\u202egpj.exe", "x" * 121],
)
def test_a_name_that_could_do_harm_is_refused(name: str) -> None:
    with pytest.raises(FileNameWrong):
        checked_name(name, kind_of(PDF))


def test_a_name_ends_as_its_content_is_and_holds_no_citizen_number() -> None:
    assert checked_name("Offerte.PDF", kind_of(PDF)) == "Offerte.PDF"
    assert checked_name("offerte.html", kind_of(PDF)) == "offerte.html.pdf"
    with pytest.raises(BsnFound):
        checked_name("brief 111222333.pdf", kind_of(PDF))


def test_it_is_encrypted_on_disk_and_whole_when_read(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        attachment = add(desk, number, folder)
        (stored,) = folder.iterdir()
        assert b"offerte" not in stored.read_bytes()
        assert "offerte" not in stored.name
        assert stored.stat().st_mode & 0o077 == 0
        found = read_attachment(desk.work(), number=number, attachment_id=attachment, uploads=folder)
        assert (found.file_name, found.content_type, found.content) == ("offerte.pdf", "application/pdf", PDF)


def test_a_file_goes_when_its_transaction_does(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        add(desk, desk.complete(), folder)
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []


def test_a_file_stays_after_the_commit(engine: Engine, folder: Path) -> None:
    with unit_of_work(engine) as session:
        desk = Desk(session, a_cast(session))
        number = desk.complete()
        first, second = add(desk, number, folder), add(desk, number, folder, name="b.pdf")
        session.commit()
        session.rollback()
        assert len(list(folder.iterdir())) == 2
        remove_attachment(desk.work(), number=number, attachment_id=first, uploads=folder)
        assert len(list(folder.iterdir())) == 2
    assert len(list(folder.iterdir())) == 1
    with unit_of_work(engine, write=False) as session:
        work = Desk(session, desk.cast).work()
        assert read_attachment(work, number=number, attachment_id=second, uploads=folder).content == PDF
        with pytest.raises(NotFound):
            read_attachment(work, number=number, attachment_id=first, uploads=folder)


def test_bounds(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        with pytest.raises(FileTooLarge) as large:
            add(desk, number, folder, content=b"%PDF-" + b"x" * 1_000)
        assert large.value.field == "file"
        for _file in range(FILES_PER_CASE):
            add(desk, number, folder)
        with pytest.raises(TooManyFiles):
            add(desk, number, folder)


def test_receipts_come_after_submission_but_nothing_goes(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        submit(desk.work(), number=number)
        attachment = add(desk, number, folder, name="bon.jpg", content=JPEG)
        with pytest.raises(AttachmentFixed):
            remove_attachment(desk.work(), number=number, attachment_id=attachment, uploads=folder)


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_nothing_is_added_to_what_ended(engine: Engine, folder: Path, state: str) -> None:
    with a_desk(engine) as desk:
        case = a_case(desk.session, desk.cast.network, desk.cast.applicant, decision_state=state)
        with pytest.raises(NoMoreFiles):
            add(desk, case.number, folder)


def test_who_reads_and_who_adds(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        attachment = add(desk, number, folder)
        member = desk.work(desk.cast.secretariat[0])
        with pytest.raises(NotFound):
            read_attachment(member, number=number, attachment_id=attachment, uploads=folder)
        submit(desk.work(), number=number)
        assert read_attachment(member, number=number, attachment_id=attachment, uploads=folder).content == PDF
        with pytest.raises(Forbidden):
            add_attachment(
                member, number=number, file_name="x.pdf", content=PDF, uploads=folder, maximum_bytes=99
            )
        for stranger in (desk.cast.other_applicant, desk.cast.treasurer, desk.cast.executive):
            with pytest.raises(NotFound):
                read_attachment(desk.work(stranger), number=number, attachment_id=attachment, uploads=folder)


def test_a_file_that_is_gone_says_so(engine: Engine, folder: Path) -> None:
    with a_desk(engine) as desk:
        number = desk.complete()
        attachment = add(desk, number, folder)
        (stored,) = folder.iterdir()
        stored.unlink()
        with pytest.raises(AttachmentDamaged):
            read_attachment(desk.work(), number=number, attachment_id=attachment, uploads=folder)
