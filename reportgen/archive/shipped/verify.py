#!/usr/bin/env python3
# mypy: ignore-errors
# ruff: noqa: B905, BLE001, E401, I001, C901, PLW1510, PTH123, RUF007, S603, SIM905, T201 - Python 3.9, and short
"""Checks a reportgen archive without reportgen: Python 3.9 or newer, its standard library and the openssl command.

    python3 verify.py [ARCHIVE] [--against CHECKPOINT] [--key PUBLIC.pem] [--edition MANIFEST]

ARCHIVE: this file's folder by default. --against: a checkpoint kept elsewhere, to find a log cut back or rewritten.
--key: the public key as given to you. --edition: that one alone (of an export). Exit: 0, or 12 with lines of BAD.
"""
import argparse, json, re, stat, subprocess, sys, tempfile
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

SHIPPED = {"FORMAT", "FORMAT.md", "README.txt", "verify.py"}
LOOSE = {"lock", "catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", "catalogue.sqlite-journal"}
NOTE = "((reportgen/[0-9a-f-]{36})\n([1-9][0-9]{0,11})\n(B{42}E)\n)\n\u2014 \\2 (B{90}E)\n".replace(
    "B{", "[A-Za-z0-9+/]{").replace("E)", "[AEIMQUYcgkosw048]=)")  # base64 of so many bytes ends in no other way
DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TEXTS = {name: re.compile(pattern) for name, pattern in {
    "text": r"[\s\S]*", "some": r"[\s\S]+", "name": r"(?!\.\.?$)[^\x00-\x1f\x7f/\\]+", "sha": "[0-9a-f]{64}",
    "sha-or-none": "([0-9a-f]{64})?", "revision": "r[0-9]{2,4}", "time": DAY + "T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z",
    "day-or-none": f"({DAY})?", "id": "[0-9a-f]{16}", "short": "[0-9a-f]{12}", "verdict": "pass|warn|block",
    "role": "[a-z][a-z0-9-]*", "uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "archive-1": "reportgen-archive 1",
    "manifest-1": "reportgen-manifest 1", "tree-1": "reportgen-tree 1", "word": "([A-Za-z0-9+/]{86}==)?",
    "pem": r"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=\n-----END PUBLIC KEY-----\n"}.items()}
RECORDS = {text.split()[0]: dict(field.split("=") for field in text.split()[1:]) for text in """
genesis @ format=archive-1 archive=uuid files={sha} key=public; files @ files={sha}; key-add @ action=some key=public &
vouched=word; hold-released @ id=some &; key-revoke @ action=some id=id &; edition @ manifest=sha job=name period=name
scope=name revision=revision supersedes=sha-or-none; hold @ id=some match={some} &; deletion-proposed @ manifest=sha
law=some &; tombstone @ manifest=sha reason=some law=some proposed_by=some approved_by=some objects=[sha]; anchor @
size=int checkpoint=sha token=sha; approval @ manifest=sha by=some key=public? signature=word; delivery @ manifest=sha
recipient=some channel=some message=sha pdf=sha-or-none message_id=some entitlement=sha; manifest format=manifest-1
key=key edition=short report=some title={text} supersedes=supersedes? artefacts=[artefact] contents=contents
inputs=[input] quality=[quality] totals={some} currency=text period=span as_of=text started=time finished=time
classification=text retention=retention code=code operator=operator; public id=id pem=pem; key job=name period=name
scope=name revision=revision; supersedes manifest=sha &; artefact role=role locale=text name=name sha256=sha bytes=int
pages=int sm3=sha-or-none; contents facts=sha facts_csv=sha findings=sha documents={sha} edition_json=sha record=sha
queries=sha job=sha home=sha lock=sha-or-none; input name=some type=some location=text sha256=sha-or-none rows=int
columns=[text] as_of=text kept=sha-or-none; quality gate=some source=text column=text count=int total=int
verdict=verdict; span start=some end=some zone=some; retention kind=text until=day-or-none; code version=some
python=some platform=some packages={text} native={text} environment={text}; operator user=text host=text; tree
schema=tree-1 files=[file]; file path=some sha256=sha bytes=int
""".replace("@", "time=time type=some").replace("&", "reason=some by=some").split(";")}
NO_KEY, Bad = {"id": "", "pem": ""}, type("Bad", (Exception,), {})

def need(good, place, reason):
    if not good:
        raise Bad(f"{place}: {reason}")

def fits(value, kind, place):  # a record, [list], {map}, kind-or-null?, int or a text by pattern
    if kind in RECORDS:
        need(type(value) is dict and value.keys() == RECORDS[kind].keys(), place, f"has not the names of {kind}")
        [fits(value[name], wanted, f"{place} {name}") for name, wanted in RECORDS[kind].items()]
    elif kind[0] in "[{":
        need(type(value) is (list if kind[0] == "[" else dict), place, "is of the wrong kind")
        [fits(n, kind[1:-1], f"{place} {at}") for at, n in (enumerate(value) if kind[0] == "[" else value.items())]
    elif kind == "int":
        need(type(value) is int and 0 <= value < 2 ** 53, place, "is no whole number from 0")
    elif kind[-1] != "?":
        need(type(value) is str and TEXTS[kind].fullmatch(value), place, f"is not written as {kind}")
    elif value is not None:
        fits(value, kind[:-1], place)

def canonical(data, place, kind=None):  # the value of RFC 8785; Bad for any other way of writing it
    def ordered(items):
        names = [name.encode("utf-16-be") for name, _ in items]
        need(all(one < two for one, two in zip(names, names[1:])), place, "has names out of order, or one twice")
        return dict(items)
    try:
        value = json.loads(data.decode(), object_pairs_hook=ordered)
        need(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() == data, place, "is not canonical")
        kind = kind or "-".join(value[name] for name in ("type", "action") if name in value)
    except (ValueError, TypeError) as error:
        raise Bad(f"{place}: is no JSON object in UTF-8: {error}") from None
    fits(value, kind or "entry", place)
    return value

def signed(pem, text, signature):
    command = "openssl pkeyutl -verify -pubin -rawin -inkey key -in text -sigfile signature".split()
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("key", pem.encode()), ("text", text), ("signature", signature)):
            Path(folder, name).write_bytes(data)
        done = subprocess.run(command, capture_output=True, cwd=folder)
    asked = done.returncode == 0 or b"Verification Failure" in done.stdout + done.stderr  # it could answer at all
    need(asked, "openssl", f"is of no help; 3.0 or newer is needed: {done.stderr.decode(errors='replace').strip()}")
    return done.returncode == 0

class Note:
    def __init__(self, data, place):
        found = re.fullmatch(NOTE, data.decode(errors="replace"))
        need(found, place, "is no checkpoint")
        self.place, self.text, self.origin, self.size = place, found[1].encode(), found[2], int(found[3])
        self.root, self.signature = b64decode(found[4]), b64decode(found[5])

    def check(self, pem):
        known = sha256(self.origin.encode() + b"\n\x01" + b64decode(pem[43:87])).digest()
        good = self.signature[:4] == known[:4] and signed(pem, self.text, self.signature[4:])
        need(good, self.place, f"is not signed by the key that signs at {self.size} entries")

def layers(row):  # the Merkle tree of RFC 6962 row by row; a node without a neighbour moves up as it is
    rows = [row]
    while len(row) > 1:
        pairs = [sha256(b"\x01" + row[n] + row[n + 1]).digest() for n in range(0, len(row) - 1, 2)]
        rows.append(row := pairs + row[2 * len(pairs):])
    return rows

def tiles(kind, count):
    for number, start in enumerate(range(0, count, 256)):
        path = re.sub("...(?=.)", r"x\g<0>/", f"{number:0{(len(str(number)) + 2) // 3 * 3}d}")
        partial = f".p/{count - start}" if count - start < 256 else ""
        yield f"log/tile/{kind}/{path}{partial}", start, min(start + 256, count)

def object_path(sha):
    return f"objects/{sha[:2]}/{sha[2:]}"

class Archive:
    def __init__(self, root, only=None):  # `bad` and `notes` collect what is found, `known` the files that belong
        self.only, self.root, self.bad, self.notes, self.files, self.known = only, Path(root), [], [], {}, set(LOOSE)

    def attempt(self, step, *given):
        try:
            return step(*given)
        except Exception as error:  # whatever goes wrong is a finding
            self.bad.append(str(error) if type(error) is Bad else f"{given[0] or self.root}: {error!r}: {error}")

    def read(self, name, reason="is missing"):
        need(name in self.files, name, reason)
        self.known.add(name)
        return (self.root / name).read_bytes()

    def walk(self, folder):
        for item in (self.root / folder).iterdir():
            name, info = item.relative_to(self.root).as_posix(), item.lstat()
            if stat.S_ISREG(info.st_mode):
                self.files[name] = info
            elif not (stat.S_ISDIR(info.st_mode) and name in ("tmp", "quarantine")):
                good = stat.S_ISDIR(info.st_mode) and re.fullmatch("(objects|log|manifests)(/.*)?|keys", name)
                self.attempt(self.walk, name) if good else self.bad.append(f"{name}: does not belong here")

    def rehash(self, name):
        found = sha256()
        with open(self.root / name, "rb") as file:
            [found.update(part) for part in iter(lambda: file.read(1 << 20), b"")]
        need(name == object_path(found.hexdigest()), name, f"its content has the hash {found.hexdigest()}")
        need(self.only or not self.files[name].st_mode & 0o222, name, "can be written to; an object has mode 0444")

    def log(self):  # the checkpoint, the entries and their hashes, each tile compared with them
        note, entries = Note(self.read("log/checkpoint"), "log/checkpoint"), []
        lost = f"is missing, or log/checkpoint with its {note.size} entries is not this log's"
        for name, _, end in tiles("entries", note.size):
            data, at = self.read(name, lost), 0
            while at < len(data):
                length = int.from_bytes(data[at:at + 2], "big")
                need(0 < length <= len(data) - at - 2, name, f"breaks off in entry {len(entries)}")
                entries.append(data[at + 2:at + 2 + length])
                at += 2 + length
            need(len(entries) == end, name, f"does not end with entry {end - 1}")
        rows = layers([sha256(b"\0" + entry).digest() for entry in entries])
        kept = b"".join(self.read(name, lost) for name, _, _ in tiles(0, note.size))
        for name, start, end in tiles("entries", note.size if rows[-1] != [note.root] else 0):
            need(b"".join(rows[0][start:end]) == kept[32 * start:32 * end], name, "is not what was signed")
        need(rows[-1] == [note.root], note.place, "its root is not the root of the entries")
        for level, row in enumerate(rows[::8]):
            for name, start, end in tiles(level, note.size >> 8 * level):
                need(self.read(name) == b"".join(row[start:end]), name, "is not the tile of these entries")
        return note, entries, rows[0]

    def history(self, entries, pinned):
        living, signers, shipped, keys, editions, series, holds, asked, gone, exact = [], [], *({} for _ in range(8))
        for number, data in enumerate(entries):
            one = canonical(data, f"log entry {number}")
            kind, sha, anchor = one["type"], one.get("manifest"), f"log/anchors/{one.get('size')}."
            name, pem, word = *(one.get("key") or NO_KEY).values(), one.get("vouched", one.get("signature", ""))
            good = (number == 0) == (kind == "genesis") and kind in ("genesis", "files", "key", "approval") and (
                not name or (name not in keys and name == sha256(b64decode(pem[43:87])).hexdigest()[:16]))
            shipped, good = one.get("files", shipped), good and one.get("files", shipped).keys() == SHIPPED
            if kind == "genesis" or one.get("action") == "add":  # vouched for by the key before, or known to the reader
                good = good and (kind == "genesis" or (signed(keys[living[-1]], data.replace(word.encode(), b""),
                                                              b64decode(word)) if word else pinned))
                keys[name], living, exact[f"keys/{name}.pem"] = pem, [*living, name], sha256(pem.encode()).hexdigest()
            elif kind == "approval":  # by another user than the maker, or by a key that is none of the log's
                of, text = editions.get(sha, {}), b"reportgen-approval 1\n%s\n" % sha.encode()
                good = good and series.get(tuple(map(of.get, ("job", "period", "scope"))), [0])[-1] == sha not in gone
                good = good and "not by" not in of and (signed(pem, text, b64decode(word)) if name else not word)
                of["not by"] = () if name else ("", "unknown", one["by"])
            elif kind == "key":
                good, living = one["id"] in living and len(living) > 1, [n for n in living if n != one["id"]]
            elif kind == "edition":
                of = series.setdefault((one["job"], one["period"], one["scope"]), [""])
                good = sha not in editions and (one["revision"], one["supersedes"]) == (f"r{len(of):02d}", of[-1])
                editions[sha], _ = one, of.append(sha)
            elif kind == "hold":
                good = one["id"] not in holds and {"job", "period", "scope"} >= one["match"].keys()
                holds[one["id"]] = one["match"].items()
            elif kind == "hold-released":
                good = holds.pop(one["id"], None) is not None
            elif kind in ("deletion-proposed", "delivery"):
                good, asked[sha] = sha in editions, one.get("by", asked.get(sha))
            elif kind == "tombstone":
                good = sha not in gone and asked.pop(sha, None) == one["proposed_by"] != one["approved_by"]
                good = good and not any(match <= editions[sha].items() for match in holds.values())
                gone[sha] = one
            elif kind == "anchor":
                good = 0 < one["size"] <= number and anchor + "tsr" not in exact
                exact.update({anchor + "checkpoint": one["checkpoint"], anchor + "tsr": one["token"]})
            need(good, f"log entry {number}", f"breaks a rule of FORMAT.md for entries of the type {kind}")
            signers.append(keys[living[-1]])
        return shipped, exact, signers, editions, gone

    def edition(self, name, entry, gone):  # every object it needs is there; gives the tree of its home, where kept
        manifest, link = canonical(self.read(name), name, "manifest"), "manifests/{period}/{job}/{at}/{revision}.json"
        contents, until, older = manifest["contents"], manifest["retention"]["until"], manifest["supersedes"]
        same = manifest["key"].items() <= entry.items() and (older["manifest"] if older else "") == entry["supersedes"]
        need(same, name, "is not of the edition that the log says")
        link = link.format(at=entry["scope"].replace(":", "-"), **entry)
        need(not gone or "" < until <= gone["time"], name, f"was deleted, to be kept until {until or 'for ever'}")
        wanted = [(one["sha256"], one["bytes"]) for one in manifest["artefacts"]]
        more = [*contents["documents"].values(), *(one["kept"] for one in manifest["inputs"])]
        wanted += [(sha, None) for sha in (*more, *contents.values()) if type(sha) is str]
        need(manifest["operator"]["user"] not in entry.get("not by", ()), name, "was approved by its maker")
        self.needed(wanted, name, gone["objects"] if gone else ())
        self.attempt(lambda at: need(self.read(at) == self.read(name), at, "differs from its object"), link)
        for one in manifest["artefacts"] if self.only else ():  # beside an export's archive lie the issued files
            clear = self.root.resolve().parent / one["name"]
            same = clear.exists() and sha256(clear.read_bytes()).hexdigest() == one["sha256"]
            self.notes += [f"{clear}: is the file that was issued"] * same
            need(same or not clear.exists(), clear, "is NOT the file that was issued")
        plain = {one["locale"]: object_path(one["sha256"]) for one in manifest["artefacts"] if one["role"] == "pdf"}
        for one in [one for one in manifest["artefacts"] if one["role"] == "pdf-signed" and not gone]:
            place, data = object_path(one["sha256"]), self.read(plain.get(one["locale"], name))
            need(self.read(place).startswith(data), place, "does not begin with the PDF of its language")
        return None if gone else object_path(contents["home"])

    def needed(self, wanted, by, excused=()):
        for sha, size in wanted:
            name = object_path(sha)
            self.known.add(name)
            if name in self.files:
                self.attempt(need, size in (None, self.files[name].st_size), name, f"has not {size} bytes as in {by}")
            elif sha and sha not in excused:
                self.bad.append(f"{name}: is missing; {by} needs it")

    def tree(self, name):
        files = canonical(self.read(name), name, "tree")["files"]
        paths = [one["path"] for one in files if not {"", ".", ".."} & set(one["path"].split("/"))]
        need(len(paths) == len(files) and paths == sorted(set(paths)), name, "has paths out of order or leading away")
        self.needed([(one["sha256"], one["bytes"]) for one in files], name)

    def older(self, place, data, note, leaves, signers, given=None):  # a checkpoint kept elsewhere or time-stamped
        old = Note(data, place)
        need(old.origin == note.origin, place, "is of another archive")
        need(place in (f"log/anchors/{old.size}.checkpoint", given), place, "has not the size its name says")
        need(old.size <= note.size, place, f"ROLLED BACK: {old.size} entries were signed, {note.size} are left")
        need(layers(leaves[:old.size])[-1] == [old.root], place, "FORKED: its entries are not those of the log")
        old.check(signers[old.size - 1])

    def run(self, against=None, pinned=None):
        lock = self.root / "lock"  # whoever writes holds it; a copy may have none
        with open(lock if lock.is_file() else __file__) as held:
            if sys.platform != "win32":
                import fcntl
                fcntl.flock(held, fcntl.LOCK_SH)
            self.walk("")
            self.attempt(self.evidence, against, pinned)
        [self.attempt(self.rehash, name) for name in self.files if name.startswith("objects/")]

    def evidence(self, against, pinned):
        note, entries, leaves = self.log()
        shipped, exact, signers, editions, gone = self.history(entries, pinned)
        need(note.origin == "reportgen/" + json.loads(entries[0])["archive"], note.place, "is of another archive")
        note.check(signers[-1])
        chosen = {sha: one for sha, one in editions.items() if self.only in (None, sha)}
        need(chosen or not self.only, self.only, "is no edition of this log")
        homes = {self.attempt(self.edition, object_path(sha), one, gone.get(sha)) for sha, one in chosen.items()}
        [self.attempt(self.tree, name) for name in homes - {None}]
        tables = [json.loads(one)["entitlement"] for one in entries if b'"type":"delivery"' in one and not self.only]
        self.needed([(sha, None) for sha in (*shipped.values(), *tables)], note.place)
        for name, sha in {**shipped, **exact}.items():
            need(sha256(self.read(name)).hexdigest() == sha, name, "is not what the log says")
        [self.attempt(self.older, name, self.read(name), note, leaves, signers) for name in exact if name[-1] == "t"]
        if against:
            kept = Path(against).read_bytes().replace(b"\r", b"").strip() + b"\n"
            self.attempt(self.older, against, kept, note, leaves, signers, against)
        need(not pinned or Path(pinned).read_text().split() == signers[-1].split(), pinned, "is not the key that signs")
        for name in sorted(self.files.keys() - self.known):
            (self.notes if name.startswith("objects/") else self.bad).append(f"{name}: nothing readable needs it")
        counts = f"{note.size} entries, {len(chosen)} of {len(editions)} editions, {len(self.files)} files"
        self.notes.append(f"{counts}; the key that signs now:\n{signers[-1]}")

if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("archive", nargs="?", default=Path(__file__).resolve().parent)
    [words.add_argument(name) for name in ("--against", "--key", "--edition")]
    checked = Archive((given := words.parse_args()).archive, given.edition)
    checked.attempt(checked.run, given.against, given.key)
    print("\n".join([f"note {one}" for one in checked.notes] + ([f"BAD {one}" for one in checked.bad] or ["OK"])))
    sys.exit(12 if checked.bad else 0)
