"""Say so: reports as Markdown, HTML and JSON."""
