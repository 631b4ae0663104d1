"""Static files, also those that a newer version brings while this process still serves."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class Files(WhiteNoiseMiddleware):
    """Serves what was there when the process began, and what `collectstatic` added since.

    While processes are restarted one after another, a page of the new version asks any of them for
    its files.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a file, or what the application does."""
        path = request.path_info
        if path.startswith(self.static_prefix) and path not in self.files and self.static_root:
            self._look_for(path)
        answer: HttpResponse = super().__call__(request)
        return answer

    def _look_for(self, path: str) -> None:
        file = Path(self.static_root) / path.removeprefix(self.static_prefix)
        with suppress(OSError):  # a name that is too long
            if self.url_is_canonical(path) and file.is_file():
                self.add_file_to_dictionary(path, str(file))
