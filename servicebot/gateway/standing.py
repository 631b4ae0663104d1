"""How Stripe took a key, as its requests have shown so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from servicebot.gateway.errors import (
    DisconnectedError,
    GatewayError,
    PermissionMissingError,
    UnavailableError,
    stripe_errors,
)
from servicebot.gateway.permissions import REQUIRED


@dataclass
class Standing:
    """Of one gateway: whether Stripe answered, and each time that it refused the key.

    Reads run in several threads; each only adds to what is known.
    """

    is_answered: bool = False
    refusals: list[DisconnectedError] = field(default_factory=list)

    @contextmanager
    def hear(self) -> Iterator[None]:
        """Turn the SDK's exceptions into ours, and note what the answer says of the key."""
        try:
            with stripe_errors():
                yield
        except DisconnectedError as error:
            self.refusals.append(error)
            raise
        except UnavailableError:
            raise
        except GatewayError:
            self.is_answered = True  # a declined card, for one, was looked at
            raise
        self.is_answered = True

    @property
    def is_refused(self) -> bool:
        """Whether Stripe doesn't take the key, or the key lacks what every page needs."""
        return any(is_grave(error) for error in self.refusals)

    @property
    def lacking(self) -> set[str]:
        """What the key was found to lack, none of it required."""
        missing = [each for each in self.refusals if isinstance(each, PermissionMissingError)]
        return {name for each in missing if not is_grave(each) for name in each.permissions}


def is_grave(error: DisconnectedError) -> bool:
    """Whether more than a part of the portal that can be missing is refused."""
    if not isinstance(error, PermissionMissingError):
        return True
    return not error.permissions or bool(REQUIRED.intersection(error.permissions))
