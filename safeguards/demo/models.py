"""The service's ORM models as its developers change them: nothing but the column types differs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from safeguards.sqlalchemy import Encrypted, Exact


class Base(DeclarativeBase):
    """The encrypted schema; ``safeguards encrypt --models safeguards.demo.models:Base`` leads to it."""


class Member(Base):
    """A member: found by name, RRN, phone or e-mail, and readable only with the keyring."""

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Encrypted("member.name", item="person_name", search=Exact()))
    rrn: Mapped[str] = mapped_column(Encrypted("member.rrn", item="kr_rrn", search=Exact()), unique=True)
    birth: Mapped[date] = mapped_column(Encrypted("member.birth", Date))
    phone: Mapped[str] = mapped_column(Encrypted("member.phone", item="kr_phone", search=Exact()))
    email: Mapped[str] = mapped_column(Encrypted("member.email", item="email", search=Exact()), unique=True)
    address: Mapped[str] = mapped_column(Encrypted("member.address", Text, item="kr_address"))
    driver_licence: Mapped[str | None] = mapped_column(
        Encrypted("member.driver_licence", item="kr_driver_license")
    )
    passport: Mapped[str | None] = mapped_column(Encrypted("member.passport", item="kr_passport"))
    grade: Mapped[str]
    joined: Mapped[date]


class Order(Base):
    """A purchase. Its numbers look like identifiers and are none."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    order_no: Mapped[str]
    ordered_at: Mapped[int]
    barcode: Mapped[str]
    category: Mapped[str]
    amount: Mapped[int]


class Complaint(Base):
    """A letter of a member: free text, encrypted whole."""

    __tablename__ = "complaints"

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    opened: Mapped[date]
    body: Mapped[str] = mapped_column(Encrypted("complaint.body", Text))
