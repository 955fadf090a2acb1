"""What an upload says of a file that is here already."""

from datetime import datetime

from app import audit
from app.audit import By
from app.database import WriteTx
from app.editorial.media import MediaInput, state_of
from app.models.media import Media


def fill_in(
    tx: WriteTx, by: By | None, row: Media, description: MediaInput, now: datetime
) -> tuple[str, ...]:
    """Add the given texts that an existing medium lacks, and report on each in sentences. An
    existing text is never overwritten."""
    before = state_of(row)
    added: list[str] = []
    left: list[str] = []
    for name, texts in (("alt", description.alt), ("caption", description.caption)):
        current_texts = dict(getattr(row, name))
        for lang, text in texts.items():
            if current_texts.setdefault(lang, text) != text:
                left.append(f"{name} in {lang!r}")
            elif lang not in getattr(row, name):
                added.append(f"{name} in {lang!r}")
        setattr(row, name, current_texts)
    if description.credit is not None and description.credit != row.credit:
        (left if row.credit else added).append("credit")
        row.credit = row.credit or description.credit
    if (focus := description.focal_point) is not None and (focus.x, focus.y) != (
        row.focal_x,
        row.focal_y,
    ):
        (added if row.focal_x is None else left).append("focal point")
        if row.focal_x is None:
            row.focal_x, row.focal_y = focus.x, focus.y
    if added:
        row.revision += 1
        row.updated_at = now
        if by is not None:
            audit.record(tx, by, now, "update", "media", row.id, before=before, after=state_of(row))
    outcomes = ((added, "is added."), (left, "stays as it was; change the medium to replace it."))
    return tuple(
        f"The file was here already; its {', '.join(names)} {outcome}"
        for names, outcome in outcomes
        if names
    )


def replace_texts(
    tx: WriteTx, by: By | None, row: Media, description: MediaInput, now: datetime
) -> tuple[str, ...]:
    """Write the given texts over those of an existing medium, and report on it in a sentence. Texts
    that are absent stay."""
    before = state_of(row)
    texts = (row.alt, row.caption, row.credit, row.focal_x, row.focal_y)
    row.alt = {**row.alt, **description.alt}
    row.caption = {**row.caption, **description.caption}
    row.credit = description.credit or row.credit
    if description.focal_point is not None:
        row.focal_x, row.focal_y = description.focal_point.x, description.focal_point.y
    if (row.alt, row.caption, row.credit, row.focal_x, row.focal_y) == texts:
        return ()
    row.revision += 1
    row.updated_at = now
    if by is not None:
        audit.record(tx, by, now, "update", "media", row.id, before=before, after=state_of(row))
    return ("The file was here already; what this upload says of it has taken the place.",)
