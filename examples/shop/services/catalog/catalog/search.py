import json
from pathlib import Path


def load(name):
    return json.loads(Path(name).read_text(encoding="utf-8"))


def search(entries, words):
    """The entries that contain every one of the words."""
    wanted = words.lower().split()
    return [entry for entry in entries if all(word in entry["text"].lower() for word in wanted)]
