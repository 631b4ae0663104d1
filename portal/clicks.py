"""What the database remembers of clicks: which were begun and done, and who is acting now.

Not the cache: what was done must be known when Redis was restarted, and two processes of which one
can't reach Redis must not both believe that they act alone.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone

REMEMBERED_FOR = timedelta(days=1)  # as long as Stripe remembers its keys


class DoneClick(models.Model):
    """A click that did its work; `digest` is that of what it asked for."""

    place = models.CharField(max_length=64, unique=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.place

    @classmethod
    def digest_at(cls, place: str) -> str | None:
        """Return what was done at a place within a day, None where nothing was."""
        done = cls.objects.filter(place=place, at__gt=timezone.now() - REMEMBERED_FOR)
        return done.values_list("digest", flat=True).first()

    @classmethod
    def note(cls, place: str, digest: str) -> bool:
        """Note that it is done; False where somebody has within a day."""
        try:
            with transaction.atomic():
                cls.objects.filter(place=place, at__lte=timezone.now() - REMEMBERED_FOR).delete()
                cls.objects.create(place=place, digest=digest)
        except IntegrityError:
            return False
        return True


class BegunClick(models.Model):
    """A click whose work has begun: where it isn't done, nobody here knows what came of it."""

    place = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.place

    @classmethod
    def is_at(cls, place: str) -> bool:
        """Whether one was begun at a place within a day."""
        return cls.objects.filter(place=place, at__gt=timezone.now() - REMEMBERED_FOR).exists()

    @classmethod
    def note(cls, place: str) -> None:
        """Note that it begins, now where it did so before."""
        begun = BegunClick(place=place, at=timezone.now())
        BegunClick.objects.bulk_create(
            [begun], update_conflicts=True, unique_fields=["place"], update_fields=["at"]
        )

    @classmethod
    def drop(cls, place: str) -> None:
        """Forget it: nothing came of it."""
        with transaction.atomic():
            cls.objects.filter(place=place).delete()


class ActionLock(models.Model):
    """Who acts on something now, by a token of their own; after `until` they are taken for dead."""

    name = models.CharField(max_length=64, unique=True)
    token = models.CharField(max_length=32, db_index=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def take(cls, names: Collection[str], token: str, seconds: int) -> bool:
        """Take all of these, or none where somebody else has one of them."""
        now = timezone.now()
        until = now + timedelta(seconds=seconds)
        with transaction.atomic():
            cls.objects.filter(name__in=names, until__lte=now).delete()
            # In one order, so that two who want the same wait for each other in one direction.
            wanted = [ActionLock(name=name, token=token, until=until) for name in sorted(names)]
            ActionLock.objects.bulk_create(wanted, ignore_conflicts=True)
            is_taken = cls.objects.filter(token=token).count() == len(names)
            transaction.set_rollback(not is_taken)
        return is_taken

    @classmethod
    def renew(cls, token: str, seconds: int) -> None:
        """Have what a token still has for so long from now."""
        cls.objects.filter(token=token).update(until=timezone.now() + timedelta(seconds=seconds))

    @classmethod
    def release(cls, token: str) -> None:
        """Give back what a token has; what somebody else has taken since stays theirs."""
        with transaction.atomic():
            cls.objects.filter(token=token).delete()


def forget() -> int:
    """Delete what counts no more; return how many clicks."""
    now = timezone.now()
    ActionLock.objects.filter(until__lte=now).delete()
    old = [kind.objects.filter(at__lte=now - REMEMBERED_FOR) for kind in (DoneClick, BegunClick)]
    return sum(rows.delete()[0] for rows in old)
