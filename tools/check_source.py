#!/usr/bin/env python3
"""Checks what a compiler does not: sizes of files and functions, tests in no room, broken links, host names.

Prints one line per offence and exits 1 if there is any.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LIMIT = 600
FUNCTION_LIMIT = 80
# Hosts of package registries: clients are configured by their user, so no file of ours names one.
HOSTS = re.compile(
    r"\b(?:" + "|".join(name + r"\." + end for name, end in [
        ("pypi", "org"), ("pythonhosted", "org"), ("crates", "io"), ("debian", "org"), ("npmjs", "(?:org|com)"),
    ]) + r")\b"
)  # fmt: skip
LITERALS = re.compile(
    r'R"([^(\s"]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.DOTALL
)
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum)\b|extern\s+$")


def sources(folder):
    """Paths of the project's own files: all but what git ignores and git's own."""
    for path in sorted(folder.iterdir()):
        if path.name in (".git", ".deps", "build", "target", "__pycache__") or path.is_symlink():
            continue
        if path.is_dir():
            yield from sources(path)
        else:
            yield path


def functions(text):
    """Yields (first line, last line) of each function body outside other functions."""
    blank = LITERALS.sub(lambda found: re.sub(r"[^\n]", " ", found.group(0)), text)
    blank = re.sub(r"(?m)^[ \t]*#(?:.*\\\n)*.*$", lambda found: re.sub(r"[^\n]", " ", found.group(0)), blank)
    stack = []
    head = 0
    for found in re.finditer(r"[{};]", blank):
        at, sign = found.start(), found.group(0)
        if sign == "{":
            words = blank[head:at]
            inside = any(kind != "scope" for kind, _ in stack)
            scope = not inside and (SCOPE.search(words.split("(")[0] if "(" in words else words) or not words.strip())
            kind = "scope" if scope else "function" if not inside and "(" in words else "block"
            stack.append((kind, head + len(words) - len(words.lstrip())))
        elif sign == "}" and stack:
            kind, start = stack.pop()
            if kind == "function":
                yield blank.count("\n", 0, start) + 1, blank.count("\n", 0, at) + 1
        if not any(kind != "scope" for kind, _ in stack):
            head = at + 1


def check_sizes(path, text):
    lines = text.count("\n")
    if lines > FILE_LIMIT:
        yield f"{lines} lines in one file (at most {FILE_LIMIT})"
    if path.suffix in (".h", ".cc"):
        for first, last in functions(text):
            if last - first + 1 > FUNCTION_LIMIT:
                yield f"line {first}: a function of {last - first + 1} lines (at most {FUNCTION_LIMIT})"


def check_hosts(path, text):
    if path.name != "Cargo.lock":  # its format holds an index URL in every entry
        for number, line in enumerate(text.splitlines(), 1):
            if HOSTS.search(line):
                yield f"line {number}: names the host of a package registry"


def anchors(text):
    for title in re.findall(r"(?m)^#+\s+(.*?)\s*$", text):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def check_links(path, text):
    prose = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", text)
    for target in re.findall(r"\]\(\s*<?([^)\s>]+)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = path if not name else path.parent / name
        if not file.exists():
            yield f"link to {target}: no such file"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
            yield f"link to {target}: no such heading"


def check_registered(paths):
    """Every C++ test lies in a room that CMake builds, every scenario where ctest looks."""
    rooms = set(re.findall(r"ql_room\((\w+)", (ROOT / "CMakeLists.txt").read_text()))
    for path in paths:
        name = path.relative_to(ROOT)
        if path.name.endswith("_test.cc") and (name.parts[0] != "src" or name.parts[1] not in rooms):
            yield f"{name}: a test in no room of CMakeLists.txt"
        if re.search(r"_test\.(sh|py)$", path.name) and name.parent != pathlib.Path("tests/scenarios"):
            yield f"{name}: a scenario outside tests/scenarios"


def main():
    paths = list(sources(ROOT))
    found = list(check_registered(paths))
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        checks = [check_hosts]
        if path.suffix in (".h", ".cc", ".py", ".sh", ".cmake", ".rs"):
            checks.append(check_sizes)
        if path.suffix == ".md":
            checks.append(check_links)
        found += [f"{path.relative_to(ROOT)}: {offence}" for check in checks for offence in check(path, text)]
    for line in found:
        print(line)
    print(f"sources: {len(found)} offence(s) in {len(paths)} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
