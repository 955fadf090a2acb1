"""Opens the storage that the settings name."""

from app.errors import Unavailable
from app.settings import Settings
from app.storage.local import LocalStorage
from app.storage.protocol import Storage


def open_storage(settings: Settings) -> Storage:
    """A bucket if one is set (needs the extra `s3`), else the folder `media` beside the store.

    It does not connect yet.
    """
    if settings.s3_bucket is None:
        return LocalStorage(settings.data_dir / "media")
    try:
        from app.storage.s3 import open_bucket
    except ImportError as error:
        raise Unavailable(
            "s3_not_installed", "A bucket is set; install Willay with its extra `s3`."
        ) from error
    return open_bucket(settings)
