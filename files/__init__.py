"""How files are written, for whoever writes them; it imports nothing of the project.

- `atomic`  a file is as it was before, or complete, and survives a power cut
"""
