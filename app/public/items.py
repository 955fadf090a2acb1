"""The public types of kinds whose items are alike wherever they are shown."""

from app.public.committee import CommitteeMember
from app.public.events import Event
from app.public.sponsors import Sponsor

DatedItem = Sponsor | CommitteeMember | Event
