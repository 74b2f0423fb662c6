"""Zips that Lambda accepts.

Quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import io
import zipfile
from typing import Optional

from .call import Refusal

MAX_UNZIPPED = 262_144_000
# A zip in the request itself; larger ones go through S3.
MAX_REQUEST = 70_167_211


def refuse_zip(content: Optional[bytes], operation: str) -> None:
    """Rejects a zip that is empty, not a zip, or too large for a request or unzipped."""
    if content is None:
        return
    if not content:
        raise Refusal("InvalidParameterValueException", "Uploaded file must be a non-empty zip")
    # The request carries it as base64.
    if len(content) * 4 // 3 > MAX_REQUEST:
        raise Refusal(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {MAX_REQUEST} bytes for the {operation} operation",
        )
    if unzipped_size(content) > MAX_UNZIPPED:
        raise Refusal("InvalidParameterValueException", f"Unzipped size must be smaller than {MAX_UNZIPPED} bytes")


def unzipped_size(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise Refusal(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ) from None
    if not entries:
        raise Refusal("InvalidParameterValueException", "Uploaded file must be a non-empty zip")
    return sum(entry.file_size for entry in entries)
