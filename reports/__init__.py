"""What is shown and how it looks: one view model per page or publication, several formats.

- `grid`         columns and rows: what HTML, XLSX, CSV and JSON are all made from
- `show`         a value as the Chinese text an officer reads
- `views`        frozen view models built from frames: the night, an enterprise, the serious-violation list
- `render`       grids and views to bytes: html, xlsx, csv, json
- `plots`        the migration matrix as a picture
- `steps_plot`   an enterprise's tiers over time as a picture
- `office`       the office report and the enterprise pages as files
- `publication`  version folders, their contract, and the delta between two versions

Nothing is imported here, so that a light command pays for no renderer.
"""
