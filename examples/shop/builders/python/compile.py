"""Compiles every module of a folder, and takes from other folders what is compiled from the same text already.

    compile.py FOLDER DEPLOYED [EARLIER ...]

FOLDER is where the modules are now, DEPLOYED where they will run (compiled files name it in tracebacks),
EARLIER are folders that were compiled by this program before.
A compiled file carries a hash of its source and no time: the same source gives the same bytes.
"""

import importlib.util
import py_compile
import sys
from pathlib import Path

HASHED_AND_NOT_CHECKED = (1).to_bytes(4, "little")


def main(folder, deployed, *earlier):
    counts = {"compiled": 0, "kept": 0}
    for source in sorted(Path(folder).rglob("*.py")):
        name = source.relative_to(folder)
        header = importlib.util.MAGIC_NUMBER + HASHED_AND_NOT_CHECKED + importlib.util.source_hash(source.read_bytes())
        compiled = Path(importlib.util.cache_from_source(name))
        known = find_compiled(header, [Path(place) / compiled for place in earlier])
        if known is None:
            py_compile.compile(
                str(source),
                dfile=str(Path(deployed) / name),
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            counts["compiled"] += 1
        else:
            (folder / compiled).parent.mkdir(exist_ok=True)
            (folder / compiled).write_bytes(known)
            counts["kept"] += 1
    print("compiled {compiled}, kept {kept}".format(**counts))


def find_compiled(header, candidates):
    for candidate in candidates:
        if candidate.is_file():
            content = candidate.read_bytes()
            if content.startswith(header):
                return content
    return None


try:
    main(Path(sys.argv[1]), *sys.argv[2:])
except py_compile.PyCompileError as error:
    sys.exit(f"prepare: {error.msg}")
