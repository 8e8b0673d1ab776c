"""Prices from a file, which is read for each request."""

import json


def read_prices(path):
    with open(path) as file:
        return json.dumps(json.load(file)).encode()
