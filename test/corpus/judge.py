"""Judge many redlines in one process.

    judge.py TOOLS_DIRECTORY < jobs > verdicts

TOOLS_DIRECTORY holds the independent checker, redline_check.py.  A job is one line of JSON with the keys id, original,
modified and redline (paths); its verdict is one line with the id and either the checker's report, with our own marks, or an error."""
import json
import os
import sys

from marks import marks


def verdict(checker, job):
    try:
        report = checker.check(job["original"], job["modified"], job["redline"])
        edits = os.path.join(os.path.dirname(job["original"]), "edits.json")
        return {"id": job["id"], "report": {**report, "marks": marks(job["redline"], edits)}}
    except Exception as error:  # a failure of the checker must not end the run, and must not pass
        return {"id": job["id"], "error": "%s: %s" % (type(error).__name__, error)}


def main():
    sys.path.insert(0, sys.argv[1])
    import redline_check

    for line in sys.stdin:
        print(json.dumps(verdict(redline_check, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
