"""What make_script_table.py asks of TorchScript: groups of (parameters, expressions, calls, twice as
many of the calls as each expression is tried with). An expression may have statements before it, `; `
between them.
"""

import itertools
import math

_BIG = 2**63 - 1
_INTS = [0, 1, -1, 2, -2, 3, -3, 7, -7, 10, 63, 64, 65, 1000003, 2**31, 2**53 + 1, 2**62, _BIG, -_BIG, -_BIG - 1]
_SMALL = [-3, -2, -1, 0, 1, 2, 3, 4, 7]
_FLOATS = [
    0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 3.0, -7.0, 0.1, 1e-7, 1e5, 123456.789, 16777217.0, 1e10,
    9999999999.0, 1e16, 1e20, 1e300, 1.7976931348623157e308, 5e-324, 1e-310, 2.0**53, 2.0**63, -(2.0**63),
    math.inf, -math.inf, math.nan,
]  # fmt: skip
_BOOLS = [False, True]
_TEXTS = [
    "", "a", "abc", "abcabc", "Hello World", "  a b\tc\n", "a,b,,c", "aaaa", "12", "-3.5", "a_b", "ABC", "1a",
    "A\r\nb\x0bc\x0cd\n", "\t\tx\ty", "Title Case", "tITLE", "+7", "x=y=z",
]  # fmt: skip
_PARTS = ["", "a", "b", "bc", "aa", ",", " ", "abcabcabc", "="]
_AT = [0, 1, 2, 3, -1, -2, -3, -9, 9, _BIG, -_BIG - 1]
_INT_LISTS = [[], [1], [3, 1, 2], [1, 2, 3, 4, 5], [2, 2, 1, 2], [0, 0], [_BIG, 1], [-5, 7, 0]]
_FLOAT_LISTS = [[1.5], [0.5, -1.0, 2.5], [0.0, -0.0], [math.nan, 1.0], [1.0, math.nan], [math.inf, 0.1, 0.2]]
_BOOL_LISTS = [[True], [False, True], [False, False], [True, True, False]]
_TEXT_LISTS = [["a"], ["b", "a", "", "B"], ["a", "a"], ["x,y", "z"]]
_DICTS = [{}, {"a": 1}, {"b": 2, "a": 1, "c": 3}, {"a": 0, "": -1}]


def _all(*pools):
    return list(itertools.product(*pools))


_OPERATORS = "a + b|a - b|a * b|a / b|a // b|a % b|a ** b|min(a, b)|max(a, b)".split("|")
_COMPARISONS = "a == b|a != b|a < b|a <= b|a > b|a >= b".split("|")
_MATH2 = [f"math.{f}(a, b)" for f in "pow fmod copysign atan2 log remainder".split()] + ["divmod(a, b)"]
_ROUNDED = "math.floor(a)|math.ceil(a)|math.trunc(a)|round(a)|int(a)|float(a)|bool(a)|abs(a)|-a|str(a)".split("|")
_MATH1 = [
    f"math.{f}(a)"
    for f in "sqrt exp expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "erf erfc gamma lgamma degrees radians isnan isinf isfinite fabs".split()
]
_FORMATS = [
    '"{}".format(a)', '"<{}|{}>".format(a, a)', '"%s" % a', '"%d" % a', '"%f" % a', '"%e" % a', '"%E" % a',
    '"%i;" % a', '"%F" % a', '"%5.2f" % a', '"%x" % a', '"%%%s%%" % a', "str([a])", "str((a, a))",
    "str({1: a})",
]  # fmt: skip

_NUMBERS = [
    ("a: int, b: int", _OPERATORS + _COMPARISONS, _all(_INTS, _INTS), 30),
    ("a: int, b: int", ["a & b", "a | b", "a ^ b", "a << b", "a >> b", "math.gcd(a, b)"], _all(_INTS, _INTS), 24),
    ("a: float, b: float", _OPERATORS + _COMPARISONS, _all(_FLOATS, _FLOATS), 26),
    ("a: int, b: float", _OPERATORS + _COMPARISONS, _all(_INTS, _FLOATS), 12),
    ("a: float, b: int", _OPERATORS + _COMPARISONS, _all(_FLOATS, _INTS), 12),
    ("a: bool, b: bool", _OPERATORS + _COMPARISONS + ["a & b", "a | b", "a ^ b"], _all(_BOOLS, _BOOLS), 4),
    ("a: bool, b: int", _OPERATORS + _COMPARISONS, _all(_BOOLS, _SMALL), 4),
    ("a: int, b: bool", _OPERATORS + _COMPARISONS, _all(_SMALL, _BOOLS), 4),
    ("a: float, b: bool", _OPERATORS + _COMPARISONS, _all(_FLOATS, _BOOLS), 4),
    ("a: int, b: int", _MATH2, _all(_INTS, _INTS), 12),
    ("a: float, b: float", _MATH2, _all(_FLOATS, _FLOATS), 16),
    ("a: int, b: float", _MATH2, _all(_INTS, _FLOATS), 6),
    ("a: float, b: int", [*_MATH2, "math.ldexp(a, b)"], _all(_FLOATS, _INTS), 8),
    ("a: int", _ROUNDED, _all(_INTS), 20),
    ("a: float", _ROUNDED + ["math.frexp(a)", "math.modf(a)"], _all(_FLOATS), 29),
    ("a: bool", _ROUNDED + ["not a"], _all(_BOOLS), 2),
    ("a: int", _MATH1 + ["not a", "~a"], _all(_INTS), 4),
    ("a: float", _MATH1 + ["not a"], _all(_FLOATS), 8),
    ("a: int", ["math.factorial(a)"], _all([0, 1, 5, 20, 21, 25, 70, -1]), 8),
    ("a: int", ["hex(a)", "oct(a)", "bin(a)"], _all(_INTS), 12),
    ("a: int", ["ord(chr(a))"], _all([0, 65, 127, 200, 255, 256, 1114110, 1114111, -1]), 9),
    ("a: int", ["chr(a)", '"%c" % a'], _all([65, 97, 10]), 9),
    ("a: int, b: int, c: int", ["a < b < c", "a if b > c else c", "a == b or b == c", "a + b * c - a // 3"],
     _all(_SMALL, _SMALL, _SMALL), 6),
    ("a: int, b: int", ["a += b; a", "a -= b; a", "a *= b; a"], _all(_INTS, _INTS), 6),
    ("a: int, b: int, c: int", ["list(range(a, b, c))", "l = 0; for i in range(a, b, c):;     l = l * 7 + i; l"],
     _all(_SMALL, _SMALL, _SMALL), 24),
    ("a: int", ["list(range(a))", "l = [0]; for i in range(a):;     l += [i]; l"], _all(_SMALL), 9),
    ("a: int, b: int", ["list(range(a, b))"], _all(_SMALL, _SMALL), 9),
]  # fmt: skip

_FORMATTED = [
    ("a: int", _FORMATS, _all(_INTS), 5),
    ("a: float", _FORMATS, _all(_FLOATS), 10),
    ("a: bool", _FORMATS, _all(_BOOLS), 2),
    ("a: str", _FORMATS, _all(_TEXTS), 4),
    ("a: float", ["len(str(a))", "str(-a)", "str(a - a)", '"{}".format(a * 0.1)'], _all(_FLOATS), 29),
    ("a: List[int]", ["str(a)", '"{}".format(a)'], _all(_INT_LISTS), 8),
    ("a: List[float]", ["str(a)", '"{}".format(a)'], _all(_FLOAT_LISTS), 6),
    ("a: List[bool]", ["str(a)"], _all(_BOOL_LISTS), 4),
    ("a: List[str]", ["str(a)"], _all(_TEXT_LISTS), 4),
    ("a: Dict[str, int]", ["str(a)", '"{}".format(a)'], _all(_DICTS), 4),
    ("a: Optional[int]", ["str(a)", '"{}".format(a)', "a is None", "a is not None"], [(None,), (3,)], 2),
    ("a: int, b: str", ['"{}-{}".format(a, b)', '"{}{}{}".format(a, b)', '"{}".format(a, b)', '"%d-%s" % (a, b)',
                        '"%d" % (a, b)', '"{0}{1}".format(a, b)', '"{{}}".format(a)', '"{:d}".format(a)',
                        "str((a, b))", "str((a,))"], _all([5, -5], ["x", ""]), 3),
    ("a: str", ["int(a)", "float(a)"],
     _all(["12", " 12", "12 ", "-7", "+7", "1_0", "0x10", "", "a", "1.5", "1e3", "-1e400", "1e-400", "inf", "nan", "-inf",
           "9223372036854775807", "9223372036854775808", "-9223372036854775808", "007", ".5", "5.", "1e", "Infinity"]), 24),
]  # fmt: skip

_STRINGS = [
    ("a: str, b: str", ["a + b", "b in a", "a == b", "a != b", "a < b", "a <= b", "a > b", "a >= b"],
     _all(_TEXTS, _PARTS + ["abc", "ABC"]), 12),
    ("a: str, b: str", ["a.find(b)", "a.rfind(b)", "a.index(b)", "a.rindex(b)", "a.count(b)", "a.startswith(b)",
                        "a.endswith(b)", "a.split(b)", "a.rsplit(b)", "a.partition(b)", "a.rpartition(b)",
                        "a.strip(b)", "a.lstrip(b)", "a.rstrip(b)", 'a.join([b, "x", b])'],
     _all(_TEXTS, _PARTS[1:]), 14),
    ("a: str, b: str", ["a.find(b)", "a.rfind(b)", "a.startswith(b)", "a.endswith(b)", "a.split(b)", "a.strip(b)",
                        "a.partition(b)"], _all(["", "abc"], [""]), 2),
    ("a: str, b: str, c: int", ["a.find(b, c)", "a.rfind(b, c)", "a.index(b, c)", "a.rindex(b, c)", "a.count(b, c)",
                                "a.startswith(b, c)", "a.endswith(b, c)", "a.split(b, c)", "a.rsplit(b, c)"],
     _all(["abcabc", "aaaa", "a,b,,c", ""], ["a", "bc", ","], _AT), 12),
    ("a: str, b: str, c: int, d: int", ["a.find(b, c, d)", "a.rfind(b, c, d)", "a.count(b, c, d)",
                                        "a.startswith(b, c, d)", "a.endswith(b, c, d)"],
     _all(["abcabc", "aaaa"], ["a", "bc"], _AT, _AT), 14),
    ("a: str, b: str, c: str", ["a.replace(b, c)", "a.replace(b, c, 1)", "a.replace(b, c, 0)"],
     _all(_TEXTS, _PARTS[1:], ["", "x", "aa"]), 8),
    ("a: str", ["a.lower()", "a.upper()", "a.capitalize()", "a.title()", "a.swapcase()", "a.strip()", "a.lstrip()",
                "a.rstrip()", "a.split()", "a.rsplit()", "a.splitlines()", "a.splitlines(True)", "a.expandtabs()",
                "a.expandtabs(3)", "a.expandtabs(0)", "a.isalnum()", "a.isalpha()", "a.isdigit()", "a.isdecimal()", "a.isnumeric()",
                "a.isspace()", "a.isupper()", "a.islower()", "a.istitle()", "a.isidentifier()", "a.isprintable()",
                "len(a)", "list(a)", "ord(a)", "[c for c in a]", "str(a)", "l = a; for c in a:;     l = c + l; l"],
     _all(_TEXTS), 19),
    ("a: str, b: int", ["a[b]", "a[b:]", "a[:b]", "a.center(b)", "a.ljust(b)", "a.rjust(b)", "a.zfill(b)"],
     _all(_TEXTS, [0, 1, 2, -1, -2, 4, 5, 9, -9]), 14),
    ("a: str, b: int", ['a.center(b, "*")', 'a.ljust(b, "*")', 'a.rjust(b, "*")', 'a.rjust(b, "**")', 'a.center(b, "")'],
     _all(["", "a", "ab", "abc", "-7"], [0, 4, 5, 8]), 8),
    ("a: str, b: int, c: int", ["a[b:c]"], _all(["abcdef", ""], _AT, _AT), 30),
    ("a: str, b: int, c: int, d: int", ["a[b:c:d]"], _all(["abcdef"], _AT, _AT, [1, 2, 5, _BIG]), 30),
    ("a: str, d: int", ["a[::d]", "a[1::d]", "a[:4:d]"], _all(["abcdef"], [1, 2, 7, -1, -2, 0, _BIG]), 7),
]  # fmt: skip

_L, _I = "a: List[int]", _INT_LISTS
_LISTS = [
    (_L, ["len(a)", "sorted(a)", "sum(a)", "min(a)", "max(a)", "any(a)", "all(a)", "list(a)", "a.copy()", "a[::-1]",
          "a[::2]", "a.reverse(); a", "a.clear(); a", "a.sort(); a", "a.sort(reverse=True); a", "a.pop()", "a.pop(); a",
          "a + a", "torch.Size(a)", "a == a", "a.extend(a); a", "[x + 1 for x in a]", "tuple((len(a), 1))", "b = a; b.append(9); a",
          "l = 0; for x in a:;     l = l * 3 + x; l", "l = 0; for i, x in enumerate(a):;     l = l + i * x; l",
          "l = 0; for x, y in zip(a, [4, 5, 6]):;     l = l * 3 + x * y; l", "bool(len(a))", "a == a[:]",
          "x, y, z = a; x + y * z"], _all(_I), 8),
    (_L + ", b: int", ["a[b]", "a.pop(b)", "a.pop(b); a", "del a[b]; a", "a.remove(b); a", "a.index(b)", "a.count(b)",
                       "b in a", "b not in a", "a.append(b); a", "a * b", "b * a", "a[b] = 9; a", "a[b] += 5; a", "a[b:]",
                       "a[:b]", "a.insert(b, 8); a", "a.insert(0, b); a"],
     _all(_I, [0, 1, 2, 3, 4, -1, -2, -7, 7]), 12),
    (_L + ", b: int, c: int", ["a[b:c]"], _all(_I[2:4], _AT, _AT), 30),
    (_L + ", b: int, c: int, d: int", ["a[b:c:d]"], _all(_I[3:4], _AT, _AT, [1, 2, 5, -1, -2, 0, _BIG]), 50),
    (_L + ", d: int", ["a[::d]", "a[1::d]", "a[:4:d]", "a[3::d]"], _all(_I[3:5], [1, 2, 7, -1, -3, 0, _BIG]), 14),
    (_L + ", b: List[int]", ["a == b", "a != b", "a + b", "a.extend(b); a", "min(a, b)", "max(a, b)", "a += b; a"],
     _all(_I, _I), 8),
    ("a: List[float]", ["sorted(a)", "sum(a)", "min(a)", "max(a)", "any(a)", "all(a)", "a.sort(); a", "a == a[:]", "a != a[:]",
                        "a[0] in a", "a.count(a[0])", "a.index(a[0])", "a.remove(a[0]); a", "a.sort(reverse=True); a"],
     _all([l for l in _FLOAT_LISTS if l[0] == l[0] and l[-1] == l[-1]]), 6),
    ("a: List[float]", ["min(a)", "max(a)", "a == a[:]", "a[0] in a", "a.count(a[0])"], _all([[math.nan, 1.0], [1.0, math.nan]]), 2),
    ("a: List[bool]", ["sum(a)", "min(a)", "max(a)", "any(a)", "all(a)", "sorted(a)", "a.count(True)", "a.index(True)", "a.sort(); a", "True in a"],
     _all(_BOOL_LISTS), 4),
    ("a: List[str]", ["sorted(a)", "a.sort(); a", '", ".join(a)', '"a" in a', 'a.index("a")', 'a.count("a")', 'a.remove("a"); a',
                      "any(a)", "all(a)", "a == a[:]", "a.sort(reverse=True); a", "sum([len(x) for x in a])"], _all(_TEXT_LISTS), 4),
    ("a: Tuple[int, float]", ["a[0]", "a[-1]", "a[1]", "len(a)", "a[::-1]", "a + (1,)", "x, y = a; y + x", "a == a", "str(a)",
                              "a[:1]", "a[1:]"],
     [((1, 2.5),), ((-3, 0.0),)], 2),
    ("a: Tuple[int, int], b: Tuple[int, int]", ["a == b", "a != b", "a < b", "a + b"], _all([(1, 2), (2, 1)], [(1, 2), (1, 3)]), 4),
    ("a: List[List[int]]", ["a == a[:]", "str(a)", "len(a[0])", "a[0].append(7); a", "a[:]", "a + a", "a * 2", "sum([sum(x) for x in a])",
                            "b = a.copy(); b[0].append(1); a", "a[-1][-1]"],
     [([[1], [2, 3]],), ([[], []],)], 2),
]  # fmt: skip

_D = "a: Dict[str, int]"
_DICTIONARIES = [
    (_D, ["len(a)", "list(a.keys())", "a.keys()", "a.values()", "a.items()", "a.popitem()", "a.popitem(); a", "a.clear(); a", "a.copy()",
          'a.update({"z": 9, "a": 5}); a', "sorted(a.keys())", "dict(a)", "a == a.copy()", "[k for k in a]", "b = a; b['q'] = 1; a",
          "l = ''; for k in a:;     l = l + k; l", "l = 0; for k, v in a.items():;     l = l * 5 + v; l", "list(a)"],
     _all(_DICTS), 4),
    (_D + ", b: str", ["a[b]", "a.get(b)", "a.get(b, 7)", "a.setdefault(b, 7)", "a.setdefault(b, 7); a", "a.pop(b)", "a.pop(b); a",
                       "a.pop(b, 7)", "b in a", "b not in a", "a[b] = 4; a", "del a[b]; a", "a[b] += 4; a"],
     _all(_DICTS, ["a", "b", "", "zz"]), 10),
    ("a: Dict[int, float], b: int", ["a[b]", "a.get(b, 0.5)", "b in a", "a[b] = 1.5; a", "a.pop(b); a", "str(a)", "a.items()"],
     _all([{1: 0.5, -2: 3.0}, {_BIG: 1e20}], [1, -2, 3, _BIG]), 5),
    ("a: Dict[float, int], b: float", ["a[b]", "b in a", "a[b] = 3; a"], _all([{0.5: 1, 0.0: 2}], [0.5, -0.0, 2.0]), 3),
    ("a: Dict[bool, int], b: bool", ["a[b]", "b in a", "a[b] = 3; a", "str(a)"], _all([{True: 1}, {}], _BOOLS), 4),
    ("a: List[Tuple[str, int]]", ["dict(a)", "[k for k, v in a]", "str(a)"], [([("a", 1), ("b", 2), ("a", 3)],), ([],)], 2),
]  # fmt: skip

_COMPLEX = [
    ("a: complex, b: complex", ["a + b", "a - b", "a * b", "a / b", "a ** b", "a == b", "a != b"],
     _all([1 + 2j, -0.5j, 3 + 0j], [2 - 1j, 1 + 2j]), 3),
    ("a: complex", ["abs(a)", "str(a)", "-a", "a.real", "a.imag", "cmath.sqrt(a)"], _all([3 + 4j, -0.5j, 1e20 + 0j]), 3),
    ("a: complex, b: float", ["a + b", "a * b", "a == b", "a / b", "a ** b", "b ** a", "b - a"], _all([1 + 2j], [2.0, 0.5]), 2),
    ("a: float, b: float", ["complex(a, b)"], _all([1.5, -0.0], [2.0]), 2),
]  # fmt: skip

GROUPS = _NUMBERS + _FORMATTED + _STRINGS + _LISTS + _DICTIONARIES + _COMPLEX
