#!/usr/bin/env python3
"""The end of ./test: how long each suite took, and how many tests passed and failed in all.

usage: tools/test_summary.py RESULTS_FOLDER SECONDS

Reads the JUnit files that ctest wrote and the suites' times and exit statuses. A ctest that runs a whole
GoogleTest program or node:test file counts as the cases in it. The exit status is 1 when anything failed,
a build that broke and a suite that found no tests included.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# The last lines of GoogleTest and of node:test: how many passed, how many failed.
PASSED = re.compile(r"^(?:\[  PASSED  \] (\d+) tests?\.|\S* ?pass (\d+))\s*$", re.MULTILINE)
FAILED = re.compile(r"^(?:\[  FAILED  \] (\d+) tests?, listed|\S* ?(?:fail|cancelled) (\d+)\s*$)", re.MULTILINE)


def count(pattern, output):
    return sum(int(number) for pair in pattern.findall(output) for number in pair if number)


def cases_of(test):
    """(passed, failed) of one ctest."""
    succeeded = test.get("status") == "run"
    output = test.findtext("system-out") or ""
    passed, failed = count(PASSED, output), count(FAILED, output)
    if succeeded and passed == 0:
        passed = 1
    # A program that crashed or ran out of time failed, whatever it had printed until then.
    if not succeeded and failed == 0:
        failed = 1
    return passed, failed, succeeded


def read_suite(folder, suite, status):
    """[ctests passed, ctests failed, cases passed, cases failed]"""
    result = [0, 0, 0, 0]
    path = folder / f"{suite}.xml"
    if path.is_file():
        for test in ElementTree.parse(path).getroot().iter("testcase"):
            passed, failed, succeeded = cases_of(test)
            result[0 if succeeded else 1] += 1
            result[2] += passed
            result[3] += failed
    if status != 0 and result[1] == 0:
        result[1] = result[3] = 1
    return result


def main():
    folder, total_seconds = Path(sys.argv[1]), int(sys.argv[2])
    totals = [0, 0, 0, 0]
    sum_of_suites = 0
    print("\n==== summary\n")
    print(f"{'suite':<12} {'build':>7} {'test':>7} {'passed':>8} {'failed':>8}")
    for line in (folder / "times").read_text().splitlines():
        suite, build, test, status = line.split("\t")
        result = read_suite(folder, suite, int(status))
        totals = [a + b for a, b in zip(totals, result)]
        sum_of_suites += int(build) + int(test)
        mark = "" if int(status) == 0 else "   FAILED"
        print(f"{suite:<12} {build:>5} s {test:>5} s {result[2]:>8} {result[3]:>8}{mark}")
    overlap = " (lint ran beside the others)" if sum_of_suites > total_seconds + 1 else ""
    print(f"\ntotal time: {total_seconds // 60} min {total_seconds % 60} s{overlap}")
    ctests = totals[0] + totals[1]
    share = 100 * totals[0] // ctests if ctests else 0
    print(f"\n{share}% tests passed, {totals[1]} tests failed out of {ctests}\n")
    print(f"{totals[2]} passed, {totals[3]} failed")
    return 0 if totals[3] == 0 and totals[2] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
