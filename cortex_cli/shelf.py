"""A mapping whose values are kept as bytes and read one by one, when they are asked for.

A catalogue holds thousands of entries and a question needs a few.  What is read back holds this
package's data classes and plain containers: bytes that name anything else are refused.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator, Mapping
from typing import Any, Generic, Self, TypeVar

K = TypeVar("K")
T = TypeVar("T")
OWN = "cortex_cli."
HARMLESS = frozenset({("builtins", "frozenset"), ("builtins", "set")})


class _OwnDataOnly(pickle.Unpickler):
    """Makes this package's data classes, shelves and plain containers; calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in HARMLESS:
            return super().find_class(module, name)
        resolved = super().find_class(module, name) if module.startswith(OWN) else None
        if resolved is Shelf or (
            isinstance(resolved, type) and hasattr(resolved, "__dataclass_fields__")
        ):
            return resolved
        raise pickle.UnpicklingError(f"{module}.{name} is no data class of this package")


def pack(value: object) -> bytes:
    """``value`` as bytes that ``unpack`` reads."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> Any:
    """What ``pack`` made bytes of.

    Raises:
        pickle.UnpicklingError: ``data`` names what is no data class of this package.
        Exception: whatever pickle raises for damaged bytes.
    """
    return _OwnDataOnly(io.BytesIO(data)).load()


class Shelf(Mapping[K, T], Generic[K, T]):
    """Values by key, each read once, when it is first asked for."""

    def __init__(self, packed: dict[K, bytes]) -> None:
        self._packed = packed
        self._read: dict[K, T] = {}

    @classmethod
    def of(cls, values: Mapping[K, T]) -> Self:
        """A shelf of ``values``."""
        return cls({key: pack(value) for key, value in values.items()})

    def __getitem__(self, key: K) -> T:
        try:
            return self._read[key]
        except KeyError:
            value: T = unpack(self._packed[key])
        self._read[key] = value
        return value

    def __iter__(self) -> Iterator[K]:
        return iter(self._packed)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, key: object) -> bool:
        return key in self._packed

    def __reduce__(self) -> tuple[type[Self], tuple[dict[K, bytes]]]:
        return type(self), (self._packed,)
