"""What is shown and how it looks: one module per page or publication, with its view model and its rendering.

- `office_report`, `office_tables`  the office report of a run, as page and workbook
- `enterprise_page`                 the page that explains an enterprise's tier, as HTML and JSON
- `public_lists`, `redaction`       the published lists: entries, their columns, and personal data masked in them
- `publication`                     version folders of a list, their contract, deltas, drafts and withdrawals
- `correction_workbook`             quarantined rows as a workbook for the sending office
- `office_papers`                   告知书 and 决定书 as pages and PDF
- `scheme_facts`, `legal_tables`    what pages share: the grading scheme and outlook, the legal state and its deadlines
- `grid`, `formatting`              columns and rows, and values as text
- `html`, `exports`                 the Jinja environment; grids as CSV, XLSX and JSON
- `atomic_files`                    whole files or none: what reports, the store and publications write with

Nothing is imported here, so that a light command pays for no renderer.
"""
