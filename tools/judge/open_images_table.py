"""docs/open-images.md from what `open_images.py run --json` told.

    open_images_table.py JSON... >docs/open-images.md       (later files replace earlier ones' models)
"""

import collections
import json
import math
import re
import sys

import open_image_models

_HEAD = """# Models of images with batch, height and width open

Each model is traced by torch 2.15 at one size, converted once with `--inputs "f32[B,3,H,W]"`, and run
in tract 0.23.9 at three sizes, one of them no multiple of 32 where torch takes it, against what torch
gives there. Weights are random. *Right*: all three agree, the largest error below a thousandth of the
largest magnitude. A fact is what the conversion says that the sizes must be (torch raises at the
others, or a script goes another way there); *scripted* and *exported*: a trace of that model is for
one size; *strictly*: by torch's compiler (`strict=True`). Of *detect* the batch is one image, the
detections are those of `--max_detections 20`, and only SSD resizes its image. Seconds are of one
processor, for loading the model in tract and all three runs. Made by `tools/judge/open_images.py` and
`open_images_table.py`.
"""


def _facts(detail):
    facts = list(dict.fromkeys(re.findall(r"converted for ([^:]+):", detail)))
    divided = {}
    for fact in list(facts):
        found = re.fullmatch(r"(\w+)%(\d+)==0", fact)
        if found:
            facts.remove(fact)
            divided[found[1]] = math.lcm(divided.get(found[1], 1), int(found[2]))
    facts += [f"{name}%{divisor}==0" for name, divisor in divided.items()]
    for pattern in (r"\b(scripted|exported(?: strictly)?)\b", r"(torch takes \w+ only)", r"trace is (not for [^|]*)"):
        found = re.search(pattern, detail)
        if found:
            facts.append(found.group(1).strip())
    return ", ".join(facts)


def _why(detail):
    told = detail.split(" | ")
    refusal = next((line for line in told if "not converted: " in line), told[0])
    return refusal.rpartition("not converted: ")[2]


def _row(name, told):
    detail = told["detail"]
    kind = {"narrow": "right at fewer sizes"}.get(told["kind"], told["kind"])
    told_more = _facts(detail)
    if told["kind"] not in ("right", "narrow"):
        told_more = re.sub(r"(?<=\s)\S*code/\S*", "...", _why(detail))[-200:]
    sizes = ", ".join(dict.fromkeys(told.get("sizes", [])))
    return f"| {name} | {kind} | {sizes} | {told['seconds']:.1f} | {told_more.replace('|', ';')} |"


def main():
    told = {}
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as stored:
            told |= json.load(stored)
    print(_HEAD)
    groups = collections.defaultdict(list)
    for name in open_image_models.ALL:
        groups[name.split("/")[0]].append(name)
    for group, names in groups.items():
        kinds = collections.Counter(told[n]["kind"] if n in told else "not run" for n in names)
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        print(f"## {group}: {counts}\n\n| model | result | sizes | s | facts, or why not |\n|---|---|---|---|---|")
        for name in names:
            if name in told:
                print(_row(name, told[name]))
        print()


if __name__ == "__main__":
    main()
