"""Compares two documents with Docxodus again and again in one process, and prints the milliseconds of each time.

    python docxodus.py ENGINE ROOT ORIGINAL MODIFIED WARM_UPS RUNS BUDGET

ENGINE is the folder that the package python-redlines unpacks: a program with the .NET runtime that it needs, but nothing to call.
So ROOT becomes that runtime in the places where hosts of .NET look for one, and its library is called through pythonnet.
BUDGET: seconds for the warm-ups, and again for the measured runs; one of each is made in any case.
"""

import json
import sys
import time
from pathlib import Path


def lay_out(engine: Path, root: Path) -> Path:
    """Links the runtime's files to where they are looked for; returns the configuration that names it."""
    described = json.loads((engine / "redline.runtimeconfig.json").read_text())["runtimeOptions"]
    framework = described["includedFrameworks"][0]
    targets = json.loads((engine / "redline.deps.json").read_text())["targets"]
    target = next(name for name in targets if "/" in name)
    pack = next(name for name in targets[target] if name.startswith("runtimepack." + framework["name"]))
    assets = targets[target][pack]
    folder = root / "shared" / framework["name"] / framework["version"]
    host = root / "host" / "fxr" / framework["version"]
    configuration = root / "runtimeconfig.json"
    if configuration.exists():
        return configuration
    for place in (folder, host):
        place.mkdir(parents=True, exist_ok=True)
    files = [*assets.get("runtime", {}), *assets.get("native", {})]
    for file in files:
        (folder / file).symlink_to(engine / file)
        if "hostfxr" in file:
            (host / file).symlink_to(engine / file)
    library = {"type": "package", "serviceable": True, "sha512": ""}
    dependencies = {
        "runtimeTarget": {"name": target, "signature": ""},
        "targets": {target.split("/")[0]: {}, target: {pack: assets}},
        "libraries": {pack: library},
    }
    (folder / (framework["name"] + ".deps.json")).write_text(json.dumps(dependencies))
    options = {"runtimeOptions": {"tfm": described["tfm"], "framework": framework}}
    configuration.write_text(json.dumps(options))
    return configuration


def load(engine: Path, root: Path):
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    set_runtime(get_coreclr(runtime_config=str(lay_out(engine, root)), dotnet_root=str(root)))
    import clr

    sys.path.append(str(engine))
    clr.AddReference("Docxodus")
    import Docxodus

    return Docxodus


def main() -> None:
    engine, root = (Path(argument).resolve() for argument in sys.argv[1:3])
    original, modified = (Path(argument).read_bytes() for argument in sys.argv[3:5])
    warm_ups, runs, budget = (int(argument) for argument in sys.argv[5:8])
    docxodus = load(engine, root)
    import System

    settings = docxodus.DocxDiffSettings()
    settings.AuthorForRevisions = "Bench"
    documents = [System.Array[System.Byte](content) for content in (original, modified)]

    def once() -> float:
        start = time.perf_counter()
        left, right = (docxodus.WmlDocument("document.docx", content) for content in documents)
        result = docxodus.DocxDiff.Compare(left, right, settings)
        assert result.DocumentByteArray.Length > 0
        return 1000 * (time.perf_counter() - start)

    def many(most: int) -> list:
        times, start = [], time.perf_counter()
        while len(times) < most and (not times or time.perf_counter() - start < budget):
            times.append(once())
        return times

    many(warm_ups)
    print(json.dumps(many(runs)))


main()
