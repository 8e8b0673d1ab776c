import os
import signal
import sys
from wsgiref.simple_server import make_server

from app import app

signal.signal(signal.SIGTERM, lambda *_: sys.exit())
make_server("", int(os.environ["PORT"]), app).serve_forever()
