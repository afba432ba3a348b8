"""Functions that run in a thread of their own and leave nothing of it behind."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def releasing_frames(function: Callable[P, T]) -> Callable[P, T]:
    """The function, whose errors carry no local values out of its thread.

    An error holds the frames that it came through, and those hold unfinished iterators of the
    engine. Such an iterator can be freed by the thread that made it alone: whoever waits for
    the thread and drops the error would leave the iterator, and the state that it reads, in
    memory for ever.
    """

    @wraps(function)
    def released(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:  # whatever it is, it goes on; its frames do not
            at: BaseException | None = error
            while at is not None:
                traceback.clear_frames(at.__traceback__)
                at = at.__cause__ or at.__context__
            raise

    return released
