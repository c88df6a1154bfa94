"""Writes docs/refusals.md: every message of a refusal, by kind, with why and the cure.

    python3 tools/refusals_doc.py > docs/refusals.md

The messages are those of the sources: what is said where an error is made, `…` for what is filled
in. Kinds are told apart by the place in the sources. How far the page may fall behind before a test
fails: see docs_test.py.
"""

import pathlib
import re
import sys
from dataclasses import dataclass

_ROOT = pathlib.Path(__file__).resolve().parent.parent
_FOLDERS = ("parsers", "t2n", "emit", "tools")
_MAKERS = re.compile(
    r"\b(?:absl::)?(\w*Error|Refuse\w*|Fail\w*|Invalid|Bad|Malformed|Unsupported|Unusable)\("
)
_CONSTANT = re.compile(r"constexpr (?:absl::string_view|char) (k\w+)(?:\[\])? =\s*((?:\"[^\n]*\"\s*)+);")
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|\'(?:[^\'\\]|\\.)\'|(\w+(?:::\w+)*)|(\S)')


@dataclass
class Kind:
    title: str
    places: str  # a regular expression of paths, and of makers behind a space
    why: str
    cure: str


KINDS = [
    Kind("A limit is reached", r" ResourceExhaustedError$",
         "The archive, or the program in it, holds more than any real model.",
         "[Limits](limits.md) says which; a real model that is past one is worth a report."),
    Kind("A fault of pt2nnef", r" InternalError$",
         "What cannot be has happened.",
         "Report it, with the archive or what makes it."),
    Kind("The file is no archive, or is damaged",
         r"^parsers/(archive|model_archive|archive_kind|legacy)"
         r"|^t2n/(program/stored|inspect|convert/open)",
         "The file is cut off, was changed, is something else (a state dict, ONNX, safetensors), or "
         "is a layout that is not read.",
         "Save the model with torch.export.save or torch.jit.save, and copy the file again."),
    Kind("A pickle in the archive is not read", r"^parsers/(pickle|torchvalue)",
         "It is damaged, or holds an object that torch does not write for a model. No code of a "
         "pickle is ever run.",
         "Save the model anew; keep such objects out of its attributes."),
    Kind("The source in the archive is not read", r"^parsers/torchscript",
         "The code entries are no TorchScript as torch prints it.",
         "Save the model anew with torch; the message has line and column."),
    Kind("The program of a .pt2 is not read", r"^parsers/exported",
         "The JSON, a payload or a size expression is damaged, or is of a newer torch.",
         "Export and save again; with a torch up to 2.15 if it is newer."),
    Kind("Flags, and what they say of inputs",
         r"^tools/|^t2n/convert|^t2n/sizes/(least|symbol)|^t2n/program/(given|input)"
         r"|^t2n/torchscript/(signature|argument|guess)"
         r"|^t2n/exported/(inputs|symbols)",
         "A flag is wrong, or the archive does not know what it needs to: types and sizes of inputs, "
         "values of arguments.",
         "The message has the flag to add. `pt2nnef inspect MODEL` lists arguments; `pt2nnef help "
         "inputs` and `help open_sizes` say how to write them."),
    Kind("What modules keep between calls", r"^t2n/state|^t2n/values/heap",
         "What a call leaves behind is not what the next one finds: it grows, or depends on values.",
         "Keep a tensor of fixed size; or convert the first call alone with `--state drop`."),
    Kind("Loops and branches that values or open sizes decide",
         r"^t2n/torchscript/(open_|carried|loop_|branches|scan)|^t2n/values/merge|^t2n/exported/control_flow"
         r"|^t2n/sizes/assumptions| RefusedInOpenLoop",
         "A graph has no control flow. Branches become selects and loops become scans where both ways "
         "give the same types and sizes.",
         "Give the size a number or a fact (`--assert`), a value with `--args`, or write that part "
         "with torch.where and whole tensors."),
    Kind("Operators and modules of your own", r"^t2n/extend|^emit/nnef/fragment|^emit/lower/custom"
         r"|^t2n/alias/custom|^t2n/values/(custom|register)|^t2n/(exported|torchscript|builder)/custom",
         "A file of --extend does not fit the fragment, the operator's call or the module.",
         "The message has the file and the place in it; `pt2nnef help extend` has the form."),
    Kind("The program does what is not evaluated", r"^t2n/(torchscript|values|program|exported)",
         "A builtin, a type or a use of one that the evaluator does not know, or the program raises.",
         "If the program raises, so does torch with these inputs: the text is its own. Otherwise write "
         "that part another way; the message has its place."),
    Kind("Memory shared in a way that is not carried", r"^t2n/alias",
         "A write through a view whose inverse cannot be said.",
         "Write to a copy: `.clone()` before, or `torch.where` in the place of the write."),
    Kind("Operators: arguments and operands", r"^t2n/aten",
         "The operator is known, but not with these arguments, types or sizes. An argument that is "
         "not honoured is refused by its name.",
         "Use another form of the operator, or give the size or value that the message asks for. "
         "One that is missing: "
         "[add it](add-an-operator.md)."),
    Kind("Operands that do not fit", r"^t2n/(ir|kernels|builder|sizes)",
         "Types or sizes for which torch raises too, or a constant that cannot be computed.",
         "Check `--inputs`; sizes that look frozen by tracing are told as warnings."),
    Kind("The target has no form for it", r"^(t2n/passes|emit/(lower|emit|target|nnef|names))",
         "tract, that version of it, or NNEF 1.0.5 alone cannot say this; nothing is approximated.",
         "A newer `--target tract:VERSION`, no `--strict`, or a fixed size. [Targets](targets.md) has "
         "what each lacks."),
    Kind("The model cannot be written", r"^emit/(container|staging|tar_writer|variable_writer)|^t2n/base",
         "The folder is missing or not to be written in, the disk is full, or something stands at OUT "
         "that is no model.",
         "Choose another OUT, or remove what is there."),
    Kind("Checks", r"^t2n/(check|reference|runtime|verify)",
         "The .npz is not read or does not fit the model, or tract is not found or fails.",
         "`in0`, `in1`, ... in the order of the inputs; `--tract PATH` says where tract is."),
    Kind("Anything else", r"^", "The message says it.", "The message says it."),
]  # fmt: skip


# The ones most met: a piece of the message, what is behind it, what to do.
USUAL = [
    ("the archive does not say the sizes of",
     "Scripted archives, and those of torch before 2, hold no sizes.",
     '`--inputs "x=f32[1,3,224,224]"`, as the message has it; a letter stays open.'),
    ("has no value; add --args",
     "An argument that is no tensor has no default.",
     '`--args "sr=16000"`.'),
    ("is not known",
     "The operator is not there; all that are missing are listed in one run.",
     "Write it with others, or [add it](add-an-operator.md); `inspect` says what a model needs."),
    ("no overload of",
     "The operator is there, but not with arguments of these types.",
     "The message says which argument; often an `--inputs` of the wrong type."),
    ("the model raises:",
     "The program itself refuses these sizes or values; torch does too.",
     "Other `--inputs` or `--args`; with an open size, an `--assert` that rules it out."),
    ("draws random numbers",
     "A graph gives the same for the same inputs.",
     "`model.eval()` before saving; noise as an argument of the method."),
    ("the size of the result depends on the inputs' values",
     "`nonzero`, `unique`, indexing by a mask: sizes must be known before the model runs.",
     "`torch.where` or a product with the mask; return all rows and the mask."),
    ("the program needs the value of a tensor that depends on the inputs",
     "`.item()`, `int(x)`, `if x.sum() > 0`: Python needs a number that only a run gives.",
     "`--args` if it is always the same; else `torch.where`."),
    ("decides here, but is not known for every size",
     "The program compares open sizes, and both answers are possible.",
     "The `--assert` that the message names, or a number for the size."),
    ("in a loop over an open size",
     "What is done is not the same in every pass.",
     "Give the size a number: the loop is written out."),
    ("what the model keeps between calls does not settle",
     "A cache that grows with every call.",
     "Keep it at one size, or `--state drop`."),
    ("layers are quantized dynamically by qnnpack or oneDNN",
     "The archive does not show which engine ran; results differ.",
     "`--quantized_engine`, as it was where the model was saved."),
    ("NNEF 1.0.5 has no",
     "`--strict` allows the standard alone.",
     "Without `--strict`; or numbers in the place of open sizes."),
    ("is damaged (its CRC-32 differs)",
     "The file was changed or cut off on its way.",
     "Copy it again."),
]  # fmt: skip


def constants():
    """Texts that have a name: {kName: text}."""
    found = {}
    for path in sources():
        for name, text in _CONSTANT.findall(path.read_text()):
            found[name] = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
    return found


def sources():
    for folder in _FOLDERS:
        for path in sorted((_ROOT / folder).rglob("*")):
            tested = re.search(r"_test|_fuzz|testing", str(path.relative_to(_ROOT)))
            if path.suffix in (".cc", ".h") and not tested:
                yield path


def arguments(text, start):
    """What stands between the parenthesis that ends before `start` and its partner, as tokens."""
    depth, tokens = 1, []
    for token in _TOKEN.finditer(text, start):
        mark = token[3]
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return tokens
        tokens.append(token)
    return tokens


def split(tokens):
    """Lists of tokens, one an argument."""
    parts, depth = [[]], 0
    for token in tokens:
        depth += (token[3] or "") in ("(", "[", "{")
        depth -= (token[3] or "") in (")", "]", "}")
        if token[3] == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def text_of(tokens, names):
    """The message that an expression gives, with … for what is filled in."""
    if not tokens:
        return ""
    if all(token[1] is not None for token in tokens):
        return "".join(token[1] for token in tokens)
    head = tokens[0][2] or ""
    if len(tokens) == 1:
        return names.get(head.split("::")[-1], "…")
    if head in ("absl::StrCat", "StrCat") and tokens[1][3] == "(":
        return "".join(text_of(part, names) for part in split(tokens[2:-1]))
    if head in ("absl::StrFormat", "StrFormat") and tokens[1][3] == "(":
        return re.sub(r"%[-+ #0-9.]*\w", "…", text_of(split(tokens[2:-1])[0], names))
    return "…"


def message_of(maker, parts, names):
    """What is told of a call that makes an error."""
    texts = [text_of(part, names) for part in parts]
    if maker == "RefuseArg":
        why = texts[1] if len(texts) > 1 else "is not supported with this value"
        return f"argument '{texts[0]}' {why}"
    if maker == "ErrnoError":
        return f"cannot {texts[0]} …"
    return max(texts, key=lambda text: len(text.replace("…", "")), default="")


def messages():
    """[(path, maker, message)], each message once a kind of place."""
    names, found = constants(), {}
    for path in sources():
        text = re.sub(r"^\s*//.*$|  // .*$", "", path.read_text(), flags=re.MULTILINE)
        place = str(path.relative_to(_ROOT))
        for call in _MAKERS.finditer(text):
            message = message_of(call[1], split(arguments(text, call.end())), names)
            message = re.sub(r"(?:… ?)*…", "…", message).replace('\\"', '"').replace("\\n", " ")
            if len(re.findall(r"[A-Za-z]{2,}", message)) >= 2:
                found.setdefault((place, call[1], message.strip()))
    return list(found)


def kind_of(place, maker):
    return next(kind for kind in KINDS if re.search(kind.places, f"{place} {maker}"))


def operators_without_form():
    """[(operator, why)] of t2n/aten/refused.cc."""
    text = (_ROOT / "t2n/aten/refused.cc").read_text()
    rows = re.findall(r'\{"([\w:]+)", (k\w+|"(?:[^"\\]|\\.)*")\}', text)
    names = constants()
    return [(name, names.get(why, why.strip('"'))) for name, why in rows]


def print_operators(rows):
    """Messages of operators, a line a file of t2n/aten."""
    families = {}
    for place, _, message in rows:
        families.setdefault(pathlib.Path(place).stem, []).append(message)
    for family, said in families.items():
        print(f"- *{family.replace('_', ' ')}*: " + "; ".join(dict.fromkeys(said)))


def print_page():
    print(
        "# Refusals\n\n"
        "The model that comes out is right, or there is none. Every message of a refusal stands here, by\n"
        "kind, with why and the cure; `…` is filled in. Written from the sources by\n"
        "`tools/refusals_doc.py`; a test notices when it falls behind.\n"
    )
    print("## The usual ones\n\n| message | why | cure |\n|---|---|---|")
    for piece, why, cure in USUAL:
        print(f"| {piece} ... | {why} | {cure} |")
    print()
    rows = {kind.title: [] for kind in KINDS}
    for place, maker, message in messages():
        rows[kind_of(place, maker).title].append((place, maker, message))
    reasons = {}
    for name, why in operators_without_form():
        reasons.setdefault(why, []).append(f"`{name}`")
    print("## Operators that have no form in a graph\n")
    for why, names in reasons.items():
        print(f"- {', '.join(names)}: {why}")
    for kind in KINDS:
        if not rows[kind.title]:
            continue
        print(f"\n## {kind.title}\n\n*Why.* {kind.why}\n\n*Cure.* {kind.cure}\n")
        if kind.places == r"^t2n/aten":
            print_operators(rows[kind.title])
        else:
            for message in sorted({row[2] for row in rows[kind.title]}, key=str.lower):
                print(f"- {message}")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print_page()
