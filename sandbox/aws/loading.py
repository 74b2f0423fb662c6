"""Makes moto start and answer with less processor time; its answers are the same. It was the largest part of a test run
after the engine itself."""

import gc
from functools import cache
from typing import Any

from botocore import loaders
from moto import backends
from moto.core import DEFAULT_ACCOUNT_ID, responses
from moto.iam import models

# The number of new objects after which Python looks for garbage. Each request reaches the default of 700 several times.
COLLECTED_OBJECTS = 20_000


def do_less() -> None:
    """Replaces parts of moto that do the same work again and again."""
    _share_descriptions()
    models.get_account_id_from = _account_of
    # Both are called for each request, the first for its service: it lists moto's folders on disk.
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = cache(responses.method_names_from_class)


def keep_what_is_loaded() -> None:
    """Excludes what is there now from the search for garbage, in this process and its forks. They would also copy the
    memory that a search writes to."""
    gc.freeze()
    gc.set_threshold(COLLECTED_OBJECTS, 10, 10)
    gc.enable()


def _share_descriptions() -> None:
    """Each session of boto3 parses the descriptions of services again, of which EC2's takes 0.1 s, and moto makes
    several sessions."""
    shared: dict[Any, Any] = {}
    init = loaders.Loader.__init__

    def init_shared(self: loaders.Loader, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self._cache = shared

    loaders.Loader.__init__ = init_shared


def _account_of(access_key: str) -> str:
    """Searches only partitions with something in them. moto's function of this kind creates all of them for each
    account, with a thousand managed policies each."""
    for account, partitions in list(models.iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account
    return DEFAULT_ACCOUNT_ID
