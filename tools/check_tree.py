#!/usr/bin/env python3
"""The tree's own rules, checked: each is a ctest named tidy.<check>.

usage: tools/check_tree.py [CHECK...] [--compile-commands BUILD_FOLDER]

  includes  an include goes down the layers only; Asio, clocks and random sources stay out of the pure ones,
            and Boost, but for its error codes and results, out of the library's public headers
  threads   mutexes, atomics and threads are used in socketio/src/shard/ alone
  words     nothing left to do, and no path of somebody's machine
  tests     a pure source file has a test, and no test sleeps
  options   every option of the library is explained in docs/operating.md
  headers   each header compiles alone (needs a configured build folder); one that a source includes before
            anything else is proven by the build itself
  format    clang-format has nothing to change
  sizes     long files: reported, never an error

Without a check: all but headers. Prints file:line: what is wrong; the exit status is 1 when anything was.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED_FOLDERS = {".git", ".cache", "__pycache__", "build", "node_modules"}
CXX = {".cpp", ".hpp"}

# What each part may include. A part is the longest of these folders that a file lies in.
PUBLIC = "socketio/include"
REDIS = "redis/include"
BASE = "socketio/src/base"
WIRE = "socketio/src/wire"
ENGINE = "socketio/src/engine"
HUB = "socketio/src/hub"
SHARD = "socketio/src/shard"
TRANSPORT = "socketio/src/transport"
SERVER = "socketio/src/server"
CLUSTER = "socketio/src/cluster"
CODEC = "socketio/src/cluster/codec"
REDIS_PROTOCOL = "redis/src/protocol"
REDIS_CLIENT = "redis/src/client"
EMBEDDED = "embedded"  # Made by cmake/embed.cmake.

STACK = [PUBLIC, BASE, WIRE, ENGINE, HUB, SHARD, TRANSPORT, SERVER]
ALLOWED = {part: set(STACK[: STACK.index(part) + 1]) for part in STACK}
ALLOWED[TRANSPORT].add(EMBEDDED)
ALLOWED |= {
    CODEC: {PUBLIC, BASE, WIRE, CODEC},
    CLUSTER: {PUBLIC, BASE, WIRE, CODEC, CLUSTER, REDIS},
    REDIS: {REDIS},
    REDIS_PROTOCOL: {REDIS, REDIS_PROTOCOL},
    REDIS_CLIENT: {REDIS, REDIS_PROTOCOL, REDIS_CLIENT},
    "examples": {PUBLIC, REDIS, "examples"},
    "bench": {PUBLIC, "bench"},
    # Sets the adapter beside the decoder that it uses.
    "bench/programs/adapter": {PUBLIC, WIRE, "bench", "bench/programs/adapter"},
}
# The product: each layer with those below it that it may use.
PRODUCT = {
    "live": set(),
    "decode": {"live"},
    "ops": set(),
    "config": {"live", "decode"},
    "store": {"live", "ops"},
    "auth": {"live", "config", "ops"},
    "sources": {"live", "decode", "config", "ops"},
    "demo": {"live", "sources", "ops"},
    "viewers": {"live", "config", "auth", "store", "ops"},
    "api": {"live", "decode", "config", "auth", "store", "viewers", "ops"},
    "pages": {"live", "api", "ops"},
    "cli": {"live", "decode", "config", "auth", "ops"},
}
ALLOWED |= {
    f"chartcast/{layer}": {PUBLIC, REDIS, EMBEDDED, f"chartcast/{layer}"} | {f"chartcast/{below}" for below in used}
    for layer, used in PRODUCT.items()
}
ALLOWED["chartcast"] = {PUBLIC, REDIS, "chartcast", "chartcast/program"} | {f"chartcast/{layer}" for layer in PRODUCT}
ALLOWED["chartcast/program"] = ALLOWED["chartcast"]
# Folders that an include's name is looked up in, beside the including file's own.
INCLUDE_ROOTS = ["socketio/include", "socketio/src", "redis/include", "redis/src", "chartcast", "bench/programs"]

# Folders of the product that are free of I/O, too.
PURE_PRODUCT = ["chartcast/live", "chartcast/decode"]
PURE = [BASE, WIRE, ENGINE, HUB, CODEC, REDIS_PROTOCOL, *PURE_PRODUCT]
# What the library's public headers may include of Boost (docs/adr/0004).
PUBLIC_BOOST = {"boost/system/error_code.hpp", "boost/system/result.hpp"}
# Where the test of a pure part's files lies.
TEST_FOLDERS = {
    BASE: "tests/unit/base",
    WIRE: "tests/unit/wire",
    ENGINE: "tests/unit/engine",
    HUB: "tests/unit/hub",
    CODEC: "tests/unit/cluster",
    REDIS_PROTOCOL: "tests/unit/redis",
    "chartcast/live": "tests/unit/chartcast",
    "chartcast/decode": "tests/unit/decode",
}

# (path, rule) -> why this file may break this rule. An exception that nothing needs any more is an error too.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("socketio/src/server/options_check.cpp", "threads"): "asks how many cores there are, starts nothing",
    ("examples/mounted_server.cpp", "includes"): "has an HTTP server of its own, as users of Beast do",
}
used_exceptions: set[tuple[str, str]] = set()
problems: list[str] = []


def fail(path, line, text, rule=None):
    where = path.relative_to(ROOT).as_posix() if isinstance(path, Path) else path
    if rule and (where, rule) in EXCEPTIONS:
        used_exceptions.add((where, rule))
        return
    problems.append(f"{where}:{line}: {text}")


def tree(suffixes, *folders):
    """Our files with one of these endings, below the folders, or all of them."""
    for folder in folders or (".",):
        for place, names, files in os.walk(ROOT / folder):
            names[:] = sorted(set(names) - SKIPPED_FOLDERS)
            for file in sorted(files):
                path = Path(place) / file
                if not suffixes or path.suffix in suffixes:
                    yield path


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def part_of(name):
    known = [part for part in list(ALLOWED) + PURE_PRODUCT if name.startswith(part + "/")]
    return max(known, key=len, default=None)


def without_comments(text, keep_strings=False):
    """The same lines with comments, and if wanted strings, blanked: line numbers stay right."""
    pattern = r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''

    def blank(match):
        token = match.group()
        if token[0] != "/" and keep_strings:
            return token
        return re.sub(r"[^\n]", " ", token)

    return re.sub(pattern, blank, text, flags=re.DOTALL)


def matches(path, pattern, keep_strings=False):
    text = without_comments(path.read_text(), keep_strings)
    for number, line in enumerate(text.splitlines(), 1):
        for found in re.finditer(pattern, line):
            yield number, found


# ---- includes --------------------------------------------------------------------------------------


def target_of(path, include):
    """The part of the tree that an include names, or None for the outside world."""
    if include.startswith("embedded/"):
        return EMBEDDED
    own_folder = path.parent.relative_to(ROOT).as_posix()
    for root in [own_folder, *INCLUDE_ROOTS]:
        candidate = os.path.normpath(f"{root}/{include}")
        if (ROOT / candidate).is_file():
            return part_of(candidate)
    return None


def check_includes():
    for path in tree(CXX, "socketio", "redis", "chartcast", "examples", "bench"):
        part = part_of(name_of(path))
        if part is None:
            continue
        allowed = ALLOWED[part]
        for line, found in matches(path, r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', keep_strings=True):
            check_include(path, part, allowed, line, found.group(1))
        if part in PURE:
            check_purity(path)


def check_include(path, part, allowed, line, include):
    target = target_of(path, include)
    if target and target not in allowed:
        fail(path, line, f"{part} must not include {include} ({target})", "includes")
    if part == PUBLIC and include.startswith("boost/") and include not in PUBLIC_BOOST:
        fail(path, line, f"users would compile {include}: forward declare what is of Asio", "includes")
    if part in PURE and re.match(r"boost/(asio|beast)", include):
        fail(path, line, f"{part} is free of I/O: no {include}", "io")
    beast_place = part == TRANSPORT and path.suffix == ".cpp"
    if include.startswith("boost/beast") and not beast_place:
        fail(path, line, f"Beast belongs in {TRANSPORT}/*.cpp only: {include}", "includes")


def check_purity(path):
    sources = (
        r"(?:steady|system|high_resolution)_clock::now|random_device|\bgetrandom\b|\bRAND_bytes\b"
        r"|\bmt19937|\bclock_gettime\b|\bstd::time\("
    )
    for line, found in matches(path, sources):
        fail(path, line, f"time and randomness are parameters here, not {found.group()}", "purity")


# ---- threads ---------------------------------------------------------------------------------------


def check_threads():
    words = (
        r"#\s*include\s*<(?:mutex|shared_mutex|atomic|thread|condition_variable|future|semaphore|latch|barrier)>"
        r"|std::(?:\w*mutex|atomic\w*|j?thread|condition_variable\w*|call_once|lock_guard|scoped_lock)\b"
        r"|\bpthread_\w+|\bthread_local\b"
    )
    for path in tree(CXX, "socketio", "redis", "chartcast"):
        if part_of(name_of(path)) == SHARD:
            continue
        for line, found in matches(path, words):
            fail(path, line, f"{found.group()}: only {SHARD}/ knows of other threads", "threads")


# ---- words -----------------------------------------------------------------------------------------


def check_words():
    left_to_do = r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b"
    machine = r"(?<![\w.])/(?:wor" r"k|roo" r"t|hom" r"e/\w+)/"
    for path in tree(set()):
        if path.name in ("package-lock.json", "LICENSE") or "corpus" in path.parts:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if found := re.search(left_to_do, line):
                fail(path, number, f"{found.group()}: do it, or open an issue", "words")
            if found := re.search(machine, line):
                fail(path, number, f"{found.group()}: a path of somebody's machine", "words")


# ---- tests -----------------------------------------------------------------------------------------


def check_tests():
    for part, folder in TEST_FOLDERS.items():
        for path in tree({".cpp"}, part):
            if part_of(name_of(path)) == part and not has_test(path, ROOT / folder):
                fail(path, 1, f"has no test: {folder}/{path.stem}_test.cpp", "tests")
    for path in tree(CXX, "tests"):
        for line, found in matches(path, r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\("):
            fail(path, line, f"{found.group()}...): wait for what should happen instead", "sleep")
    for path in tree({".mjs", ".js", ".ts"}, "tests"):
        for line, found in matches(path, r"timers/promises|\bsleep\s*\(", keep_strings=True):
            fail(path, line, f"{found.group()}: wait for what should happen instead", "sleep")


def first_include(path):
    found = re.search(r'^#include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)
    return found.group(1) if found else None


def has_test(path, folder):
    """A test of its name, or one that includes its own header: the first that it includes itself."""
    if (folder / f"{path.stem}_test.cpp").is_file():
        return True
    own = first_include(path)
    names = re.compile(rf'^#include\s*[<"]{re.escape(own or "none")}[>"]', re.MULTILINE)
    return any(names.search(test.read_text()) for test in folder.glob("*_test.cpp"))


# ---- options ---------------------------------------------------------------------------------------


def option_names(text):
    """The data members of struct Options."""
    body = re.search(r"^struct Options \{\n(.*?)^\};", without_comments(text), re.DOTALL | re.MULTILINE)
    for statement in body.group(1).split(";"):
        declaration = re.sub(r"=.*|\{.*", "", statement, flags=re.DOTALL)
        while "<" in declaration:
            shorter = re.sub(r"<[^<>]*>", "", declaration)
            if shorter == declaration:
                break
            declaration = shorter
        if "(" not in declaration and (found := re.search(r"(\w+)\s*$", declaration)):
            yield found.group(1)


def check_options():
    header = ROOT / PUBLIC / "socketio/options.hpp"
    manual = ROOT / "docs/operating.md"
    if not manual.is_file():
        fail("docs/operating.md", 1, "is missing: it explains the options")
        return
    explained = manual.read_text()
    lines = header.read_text().splitlines()
    for name in option_names(header.read_text()):
        if not re.search(rf"`(?:Options::)?{name}`", explained):
            line = next(n for n, text in enumerate(lines, 1) if re.search(rf"\b{name}\b", text))
            fail(header, line, f"`{name}` is not explained in docs/operating.md", "options")


# ---- headers ---------------------------------------------------------------------------------------


def compile_flags(build):
    """Include folders and definitions of the whole build, so that one command line fits every header."""
    flags = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        for index, word in enumerate(words):
            pair = None
            # The compiler's own folder, named a second time, would hide its C headers.
            if word == "-isystem" and words[index + 1] != "/usr/include":
                pair = (word, words[index + 1])
            elif re.match(r"-I.|-DBOOST|-DSPDLOG|-DFMT", word):
                pair = (word,)
            if pair and pair not in flags:
                flags.append(pair)
    return [word for pair in flags for word in pair]


def compile_alone(header, build, flags):
    name = name_of(header)
    folder = build / "headers"
    source = folder / (name.replace("/", "_") + ".cpp")
    text = f'#include "{header}"\n'
    if not source.is_file() or source.read_text() != text:
        source.write_text(text)
    # An object, not -fsyntax-only: that is what ccache can remember.
    command = [*filter(None, [shutil.which("ccache")]), "c++", "-std=c++20", "-O0", "-w", *flags]
    command += ["-c", str(source), "-o", str(source.with_suffix(".o"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return header, done.returncode, done.stderr


def under(header, root):
    """What an include through that folder calls the header."""
    name = name_of(header)
    return name.removeprefix(root + "/") if name.startswith(root + "/") else None


def check_headers(build):
    (build / "headers").mkdir(exist_ok=True)
    flags = compile_flags(build)
    folders = ["socketio", "redis", "chartcast", "tests/support"]
    proven = {first_include(source) for source in tree({".cpp"}, *folders)} - {None}
    headers = [h for h in tree({".hpp"}, *folders) if not any(under(h, root) in proven for root in INCLUDE_ROOTS)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for header, status, words in pool.map(lambda h: compile_alone(h, build, flags), headers):
            if status != 0:
                first = next((w for w in words.splitlines() if "error:" in w), words[:200])
                fail(header, 1, f"does not compile alone: {first}", "headers")


# ---- format and sizes ------------------------------------------------------------------------------


def check_format():
    files = [str(path) for path in tree(CXX) if path.suffix in CXX]
    command = ["clang-format-19", "--dry-run", "-Werror", "--ferror-limit=1", *files]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    for line in done.stderr.splitlines():
        if found := re.match(r"(.*?):(\d+):\d+: error", line):
            fail(Path(found.group(1)), int(found.group(2)), "not as clang-format wants it: tools/check --fix")
    if done.returncode != 0 and not problems:
        fail(".clang-format", 1, done.stderr.strip() or "clang-format-19 failed")


def check_sizes():
    for path in tree(CXX, "socketio", "redis", "chartcast", "tests"):
        count = len(path.read_text().splitlines())
        if count > 400:
            print(f"note: {name_of(path)} has {count} lines")


def report_unused_exceptions(chosen):
    checked_by = {"io": "includes", "purity": "includes", "sleep": "tests"}
    for path, rule in EXCEPTIONS.keys() - used_exceptions:
        if checked_by.get(rule, rule) in chosen:
            fail("tools/check_tree.py", 1, f"the exception for {path} ({rule}) is not needed any more")


def main():
    checks = {
        "includes": check_includes,
        "threads": check_threads,
        "words": check_words,
        "tests": check_tests,
        "options": check_options,
        "headers": check_headers,
        "format": check_format,
        "sizes": check_sizes,
    }
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    parser.add_argument("--compile-commands", type=Path, metavar="BUILD_FOLDER")
    arguments = parser.parse_args()
    chosen = arguments.checks or [name for name in checks if name != "headers"]
    if unknown := set(chosen) - set(checks):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    for name in chosen:
        if name == "headers":
            if not arguments.compile_commands:
                parser.error("headers needs --compile-commands")
            check_headers(arguments.compile_commands.resolve())
        else:
            checks[name]()
    report_unused_exceptions(chosen)
    for problem in problems:
        print(problem)
    print(f"{', '.join(chosen)}: {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
