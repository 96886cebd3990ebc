"""Runs iocextract and ioc-finder over a text and prints one JSON object for each.

Usage: identifiers.py FILE. `kinds` are those for which something was found, `found` how many things.
"""

import json
import sys
import time

import ioc_finder
import iocextract


def with_iocextract(text):
    return {
        "url": list(iocextract.extract_urls(text, refang=True)),
        "email": list(iocextract.extract_emails(text, refang=True)),
        "ip": list(iocextract.extract_ips(text, refang=True)),
        "telephone": list(iocextract.extract_telephone_nums(text)),
    }


def with_ioc_finder(text):
    return ioc_finder.find_iocs(text)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    size_mb = len(text.encode()) / 1e6
    for name, search in (("iocextract", with_iocextract), ("ioc-finder", with_ioc_finder)):
        start = time.process_time()
        found = {kind: len(values) for kind, values in search(text).items() if values}
        seconds = time.process_time() - start
        print(
            json.dumps(
                {
                    "peer": name,
                    "mb_per_s": size_mb / seconds,
                    "kinds": sorted(found),
                    "found": sum(found.values()),
                }
            )
        )


main()
