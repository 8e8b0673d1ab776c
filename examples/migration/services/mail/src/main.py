"""Answers each request with the text of a mail."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEXT = b"Your order is on its way.\n"


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(TEXT)))
        self.end_headers()
        self.wfile.write(TEXT)


ThreadingHTTPServer(("", int(os.environ["PORT"])), Answers).serve_forever()
