"""The clouds in which Microsoft 365 is at home, by the name that a setting may give instead of an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where one signs in there, and where Graph answers."""

    authority: str
    graph: str


CLOUDS: Mapping[str, Cloud] = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com/v1.0"),
    "us-gov": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us/v1.0"),
    "us-gov-dod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us/v1.0"),
    "china": Cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn/v1.0"),
}
