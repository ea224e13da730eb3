"""View models to bytes: `html`, `xlsx`, `csv_text`, `json_text`, and the workbook a sending office corrects."""
