"""A network taken out as its file, with everything that was adopted in the program since.

What the database does not keep (where a partner's entry came from, the language) says that it was taken
out; ``rules.network_file.parse_network`` reads the text back, and loading it anew changes nothing. The
bank account is left out, as a file may: it is no policy, and has a way of its own to be changed.
"""

from __future__ import annotations

from casework.context import Work
from casework.network.policy_versions import adopted_versions
from casework.policy.proposals import partners_of
from rules.network_file import NetworkFile, NetworkHeader, PartnerEntry
from rules.network_text import network_toml
from rules.policy import SectionName

TAKEN_OUT = "taken out of the program"


def network_as_toml(work: Work) -> str:
    """The whole network as the text of its file."""
    return network_toml(network_file(work))


def network_file(work: Work) -> NetworkFile:
    """The whole network as it stands now: header, partners, every adopted version."""
    versions = adopted_versions(work)
    first = {name: min(one.valid_from for one in versions if one.section is name) for name in SectionName}
    network = work.network
    header = NetworkHeader(
        code=network.code,
        name=network.name,
        case_prefix=network.case_prefix,
        time_zone=network.time_zone,
        language="nl",
        started_on=max(first.values()),
        source=TAKEN_OUT,
    )
    partners = tuple(
        PartnerEntry(
            code=one.code,
            name=one.name,
            kind=one.kind,
            domains=tuple(one.domains),
            joined_on=one.joined_on,
            left_on=one.left_on,
            source=TAKEN_OUT,
        )
        for one in partners_of(work)
    )
    return NetworkFile(header, partners, tuple(versions))
