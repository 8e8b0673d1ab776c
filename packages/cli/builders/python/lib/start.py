"""Prints the command that starts the app in the working folder."""

import re
import sys
from pathlib import Path

SERVERS = {
    "gunicorn": 'exec gunicorn --bind "0.0.0.0:$PORT" {}',
    "uvicorn": 'exec uvicorn --host 0.0.0.0 --port "$PORT" {}',
    # Flask's own server: an app without another one starts nothing by itself, or listens on the loopback only.
    "flask": 'exec flask --app {} run --host 0.0.0.0 --port "$PORT"',
}
VARIABLE = r"^(app|application)\b\s*(?::[^=\n]+)?="
# Apps of other frameworks that bring Flask along are none of its server.
VARIABLES = {"flask": VARIABLE + r"\s*(?:flask\.)?Flask\("}
NAMES = ("wsgi.py", "asgi.py", "app.py", "main.py")


def main():
    procfile = Path("Procfile")
    if procfile.is_file():
        web = re.search(r"^web:[ \t]*(\S.*?)\s*$", procfile.read_text(), re.M)
        if web:
            return web[1]
    modules = [Path(name) for name in NAMES if Path(name).is_file()]
    modules += [file for name in NAMES[:2] for file in sorted(Path().glob(f"*/{name}"))]
    # uvicorn's own workers are for gunicorn, too: an app with both names the way in a Procfile or gets gunicorn.
    for server, command in SERVERS.items():
        if not Path("/srv/venv/bin", server).exists():
            continue
        for module in modules:
            variable = re.search(VARIABLES.get(server, VARIABLE), module.read_text(), re.M)
            if variable and not (server != "uvicorn" and module.name == "asgi.py"):
                return command.format(f"{'.'.join(module.with_suffix('').parts)}:{variable[1]}")
    for name in ("app.py", "main.py"):
        if Path(name).is_file():
            return f"exec python {name}"
    sys.exit('prepare: cannot tell how the app starts: add a Procfile with "web: COMMAND", an app.py or a main.py')


print(main())
