"""The application with money in the pot and claims on partners."""

from __future__ import annotations

from tests.integration.treasury.conftest import site, site_on_both

__all__ = ["site", "site_on_both"]
