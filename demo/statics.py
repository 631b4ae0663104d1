"""Static files for the demo, collected and compressed when they have changed."""

from __future__ import annotations

import fcntl
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command

# A second viewer of the API's description that no page shows, and the largest file of all.
NOT_SERVED = ["redoc"]


def collect() -> None:
    """Bring STATIC_ROOT up to date; takes no time when it is. Two demos at once take turns."""
    folder = Path(settings.STATIC_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_collected():
            call_command(
                "collectstatic", verbosity=0, interactive=False, ignore_patterns=NOT_SERVED
            )


def is_collected() -> bool:
    """Whether every file that is served was collected, and none has changed since."""
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return False
    manifest = Path(settings.STATIC_ROOT) / staticfiles_storage.manifest_name
    if not manifest.exists():
        return False
    # Another demo may have written it since this process began.
    loaded: Any = staticfiles_storage.load_manifest()
    names, staticfiles_storage.manifest_hash = loaded
    staticfiles_storage.hashed_files = names
    collected_at = datetime.fromtimestamp(manifest.stat().st_mtime).astimezone()
    return all(
        name in names and storage.get_modified_time(name) <= collected_at
        for finder in get_finders()
        for name, storage in finder.list(NOT_SERVED)
    )
