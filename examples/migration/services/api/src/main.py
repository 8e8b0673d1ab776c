"""Answers with prices as JSON."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prices import read_prices


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        body = read_prices(os.environ.get("PRICES", "prices.json"))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("", int(os.environ["PORT"])), Answers).serve_forever()
