"""The site's own record: saved, shown, imported; its home, its licence for machines."""
