"""Compare decided documents with what the independent checker makes of them.

    projections.py TOOLS_DIRECTORY < jobs > verdicts

A job is one line of JSON with the keys id, source, mode (accept or reject) and decided (paths).  Its verdict is one line
with the id and a list of differences: between DECIDED and SOURCE resolved by the checker in text, structure and format;
revisions that are left; schema errors that SOURCE does not have."""
import json
import sys


def differences(rc, job):
    source, decided = rc.Package(job["source"]), rc.Package(job["decided"])
    want = rc.View(source, rc.resolve_package(source, job["mode"]))
    found = rc.compare_views(want, rc.View(decided), want)
    out = ["%s: %s" % (level, json.dumps(found[level]["differences"][:1])) for level in ("text", "structure", "format")
           if not found[level]["equal"]]
    if rc.has_revisions(decided):
        out.append("revisions are left")
    known = set(rc.schema_errors(source) or {})
    return out + ["schema: %s" % (error,) for error in (rc.schema_errors(decided) or {}) if error not in known][:3]


def main():
    sys.path.insert(0, sys.argv[1])
    import redline_check

    for line in sys.stdin:
        job = json.loads(line)
        try:
            found = differences(redline_check, job)
        except Exception as error:  # a failure of the checker must not end the run, and must not pass
            found = ["%s: %s" % (type(error).__name__, error)]
        print(json.dumps({"id": job["id"], "differences": found}), flush=True)


if __name__ == "__main__":
    main()
