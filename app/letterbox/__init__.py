"""Plain pages for readers of newsletters: subscribe, confirm, change, leave, read an issue.

They need no script and set no cookie. What has an effect is a form that is posted: programs that
look at links in letters only get pages, so they confirm nothing and end nothing.
May import: http, newsletters, published, public, errors, kit.
"""
