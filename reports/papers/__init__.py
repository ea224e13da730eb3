"""The papers of the office: 告知书 and 决定书, ready to be numbered and sealed.

- `view`     a paper as a frozen view model: texts filled in, blanks and unsettled grounds marked
- `words`    days, numbers and blanks as a paper writes them
- `fonts`    a font of this machine, cut down to a paper's characters
- `render`   view to HTML that prints well, and that HTML to PDF; the same bytes twice
- `files`    both as files

Nothing is imported here: what sets a page is heavy, and an extra of the installation.
"""
