"""Reads a JUnit file as CI systems do, and holds its counts against its elements.

    junit_is_read.py FILE [--tests N] [--failures M] [--schema SCHEMA]

Needs junitparser, and with --schema lxml. The schema of Jenkins, junit-10.xsd, is in the source archive of pytest:

    pip download --no-deps --no-binary pytest pytest
    junit_is_read.py conform.xml --schema pytest-*.tar.gz

The exit code is 1 if the file cannot be read, does not follow the schema, or its counts are not those of its elements
or not those that were expected.
"""

import argparse
import sys
import tarfile

from junitparser import Error, Failure, JUnitXml, JUnitXmlError, Skipped, TestSuite

OUTCOMES = {"failures": Failure, "errors": Error, "skipped": Skipped}


def suites_of(report):
    """Every suite of a report, whose root is <testsuites> or a single <testsuite>."""
    return [report] if isinstance(report, TestSuite) else list(report)


def count(cases):
    """tests, failures, errors and skipped, from the elements."""
    results = [case.result for case in cases]
    having = {name: sum(any(isinstance(r, kind) for r in of) for of in results) for name, kind in OUTCOMES.items()}
    return {"tests": len(results), **having}


def disagreements(where, element, counted):
    """The counts on the attributes of an element that are not those of its cases; only `tests` must be there."""
    for name, number in counted.items():
        told = getattr(element, name)
        if told != number and (told is not None or name == "tests"):
            yield f"{where} says {name}={told}, and holds {number}"


def against_schema(path, schema):
    """What lxml finds against an XSD: a file, or the one named junit-10.xsd in a source archive."""
    from lxml import etree

    if tarfile.is_tarfile(schema):
        with tarfile.open(schema) as archive:
            member = next(name for name in archive.getnames() if name.endswith("/junit-10.xsd"))
            definition = etree.parse(archive.extractfile(member))
    else:
        definition = etree.parse(schema)
    validator = etree.XMLSchema(definition)
    validator.validate(etree.parse(path))
    return [f"line {error.line}: {error.message}" for error in validator.error_log]


def main():
    parser = argparse.ArgumentParser(description="Reads a JUnit file as CI systems do.")
    parser.add_argument("file")
    parser.add_argument("--tests", type=int, help="how many there must be")
    parser.add_argument("--failures", type=int, help="how many there must be")
    parser.add_argument("--schema", help="an XSD, or a source archive of pytest")
    arguments = parser.parse_args()

    try:
        report = JUnitXml.fromfile(arguments.file)
    except (OSError, SyntaxError, JUnitXmlError) as error:
        sys.exit(f"{arguments.file} is not read: {error}")

    suites = suites_of(report)
    cases = [case for suite in suites for case in suite]
    total = count(cases)
    wrong = list(disagreements("the root", report, total))
    for suite in suites:
        wrong += disagreements(f"suite {suite.name}", suite, count(suite))
    for name in ("tests", "failures"):
        expected = getattr(arguments, name)
        if expected not in (None, total[name]):
            wrong.append(f"{expected} {name} were expected")
    if arguments.schema:
        wrong += against_schema(arguments.file, arguments.schema)

    print(", ".join(f"{number} {name}" for name, number in total.items()))
    for case in cases:
        for result in case.result:
            if isinstance(result, (Failure, Error)):
                print(f"failed: {case.classname}.{case.name}: {result.message}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
