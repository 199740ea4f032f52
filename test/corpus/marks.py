"""What the checker does not ask: which logged moves a redline shows as moves, and which formatting revisions say nothing."""
import difflib
import json
import os
import re
import zipfile

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
PARTS = re.compile(r"word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml$")
CHANGES = ("rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblPrExChange", "tblGridChange", "trPrChange", "tcPrChange")
# Beside the properties that a change speaks of: other revisions, and what a former state cannot hold (17.13.5).
BESIDE = {
    "rPrChange": {"ins", "del", "moveFrom", "moveTo"},
    "pPrChange": {"rPr", "sectPr"},
    "sectPrChange": {"headerReference", "footerReference"},
    "trPrChange": {"ins", "del"},
    "tcPrChange": {"cellIns", "cellDel", "cellMerge"},
}
ALIKE = 0.6


def marks(redline, edits):
    parts = [etree.fromstring(data) for data in stories(redline)]
    shown = [text for part in parts for text in moved(part)]
    logged = [edit["before"] for edit in read(edits) if edit["op"].startswith("move_")]
    missed = [text for text in logged if not any(is_same(text, one) for one in shown)]
    empty = [local(change) for part in parts for change in part.iter() if says_nothing(change)]
    return {"moves_logged": len(logged), "moves_missed": missed, "empty_formatting": empty}


def stories(redline):
    with zipfile.ZipFile(redline) as package:
        return [package.read(name) for name in package.namelist() if PARTS.match(name)]


def read(edits):
    if not os.path.exists(edits):
        return []
    with open(edits, encoding="utf-8") as file:
        return json.load(file)


def local(element):
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def moved(part):
    """The moved words of every paragraph, of both ends: an edited move still shares most words with what was logged."""
    for paragraph in part.iter(W + "p", STRICT + "p"):
        for end in ("moveFrom", "moveTo"):
            runs = [run for run in paragraph.iter(W + end, STRICT + end) if local(run.getparent()) != "rPr"]
            text = "".join(t.text or "" for run in runs for t in run.iter(W + "t", STRICT + "t"))
            if text.strip():
                yield text


def is_same(logged, shown):
    a, b = words(logged), words(shown)
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() >= ALIKE


def words(text):
    return re.findall(r"\w+", text.casefold())


def says_nothing(change):
    kind = local(change)
    if kind not in CHANGES:
        return False
    beside = BESIDE.get(kind, set()) | {kind}
    present = [child for child in change.getparent() if local(child) not in beside]
    former = [child for child in (change[0] if len(change) else ()) if local(child) not in beside]
    return sorted(map(canonical, present)) == sorted(map(canonical, former))


def canonical(element):
    """Comparable: no revision-save ids, attributes sorted, each way to say on and off written alike."""
    attributes = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    value = {"1": "on", "true": "on", "0": "off", "false": "off"}.get(attributes.get("val"), attributes.get("val"))
    attributes = {name: text for name, text in attributes.items() if not name.startswith("rsid") and name != "val"}
    children = [canonical(child) for child in element if isinstance(child.tag, str) and local(child) not in ("ins", *CHANGES)]
    return json.dumps([local(element), value if value is not None and value != "on" else "", sorted(attributes.items()), children])
