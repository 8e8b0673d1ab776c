"""Prints the file of requirements to install, or nothing. Makes one of a Pipfile.lock, in the folder of the argument.

Lock files of other tools are refused with the command that exports them.
"""

import json
import sys
import tomllib
from pathlib import Path

EXPORTS = {
    "uv.lock": "uv export --frozen --no-dev --no-emit-project --output-file requirements.txt",
    "poetry.lock": "poetry export --only main --output requirements.txt",
    "pdm.lock": "pdm export --production --output requirements.txt",
}


def main(folder):
    if Path("requirements.txt").is_file():
        return "requirements.txt"
    if Path("Pipfile.lock").is_file():
        target = Path(folder) / "requirements.txt"
        target.write_text("".join(line + "\n" for line in read_pipfile(Path("Pipfile.lock"))))
        return target
    for name, command in EXPORTS.items():
        if Path(name).is_file():
            sys.exit(f"prepare-dependencies: {name} is not read here. Run `{command}` and commit requirements.txt")
    if Path("pyproject.toml").is_file():
        project = tomllib.loads(Path("pyproject.toml").read_text()).get("project", {})
        if project.get("dependencies"):
            sys.exit(
                "prepare-dependencies: no lock file, but pyproject.toml has dependencies."
                " Run `uv pip compile pyproject.toml --output-file requirements.txt`"
                " or `pip-compile` and commit requirements.txt"
            )
    return ""


def read_pipfile(file):
    lock = json.loads(file.read_text())
    sources = [source["url"] for source in lock["_meta"]["sources"]]
    if sources and sources[0] != "https://pypi.org/simple":
        yield f"--index-url {sources[0]}"
    for url in sources[1:]:
        yield f"--extra-index-url {url}"
    for name, package in sorted(lock["default"].items()):
        if "version" not in package:
            sys.exit(f"prepare-dependencies: Pipfile.lock: {name} has no version: packages of git or files are not supported")
        extras = f"[{','.join(package['extras'])}]" if "extras" in package else ""
        marker = f" ; {package['markers']}" if "markers" in package else ""
        hashes = "".join(f" --hash={value}" for value in package.get("hashes", []))
        yield f"{name}{extras}{package['version']}{marker}{hashes}"


print(main(sys.argv[1]))
