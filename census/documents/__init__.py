"""One description of an official document (model.py), written as Word (docx.py) and as PDF (pdf.py, paper.typ)."""
