"""The preview as a Jupyter widget: needs anywidget, `pip install uytin[widget]`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ._uytin import Ledger, Policy

#: The web component with its engine inside, from the npm package; release wheels have it.
COMPONENT = Path(__file__).with_name("_preview.js")


@cache
def _widget() -> Any:
    import anywidget
    import traitlets

    if not COMPONENT.is_file():
        raise ImportError("this build of uytin has no preview: build the npm package first (`cargo xtask wasm`), then the wheel")

    class Preview(anywidget.AnyWidget):  # type: ignore[misc]
        """`<uytin-preview>`: the traits are what it shows; `assessment` is the JSON of what a person sees in it."""

        _esm = COMPONENT
        records = traitlets.Unicode().tag(sync=True)
        policy = traitlets.Unicode().tag(sync=True)
        as_of = traitlets.Unicode().tag(sync=True)
        subject = traitlets.Unicode().tag(sync=True)
        previous_tier = traitlets.Unicode().tag(sync=True)
        lang = traitlets.Enum(["en", "vi"], "en").tag(sync=True)
        theme = traitlets.Unicode().tag(sync=True)
        read_only = traitlets.Bool().tag(sync=True)
        assessment = traitlets.Unicode().tag(sync=True)

    return Preview


def preview(
    ledger: Any,
    as_of: Any = None,
    *,
    subject: str | None = None,
    policy: Policy | None = None,
    previous_tier: str | None = None,
    lang: str = "en",
    read_only: bool = False,
) -> Any:
    """Show one subject's score as a widget in which its evidence can be edited, to see what the score would be and why.

    Parameters
    ----------
    ledger
        A `Ledger`, or records, mappings of their fields or their JSON. What is edited in the widget stays there.
    as_of : optional
        The day of assessment; today where none is given.
    subject : str, optional
        Whom to show first; others can be chosen in the widget.
    policy : Policy, optional
        The reference policy where none is given.
    previous_tier : str, optional
        The tier that the subject had.
    lang : str
        `en` or `vi`.
    read_only : bool
        Whether nothing can be edited.

    Returns
    -------
    anywidget.AnyWidget
        Its trait `assessment` is the JSON of what is shown.

    Raises
    ------
    ImportError
        Where anywidget is not installed, or this build has no preview.
    """
    records = ledger if isinstance(ledger, Ledger) else Ledger(ledger)
    # Python's dates, and those of its libraries, are texts of this form, with a time behind them perhaps.
    day = "" if as_of is None else str(as_of)[:10]
    return _widget()(
        records=records.to_bytes().decode(), policy="" if policy is None else policy.to_json(), as_of=day, subject=subject or "",
        previous_tier=previous_tier or "", lang=lang, read_only=read_only,
    )  # fmt: skip
