# Checks what an evidence pack says against the journal in it; run it in the pack's folder: python3 programs/check-pack.py
# That the journal is the bureau's is what the signature under journal/checkpoint says: see README.txt.
import base64, datetime, hashlib, json, pathlib, sys

sha = lambda data: hashlib.sha256(data).digest()


def must(holds, what):
    if not holds:
        sys.exit("NOT as it was signed: " + what)


def path(number, width):  # c2sp.org/tlog-tiles
    groups = f"{number:,}".split(",")
    groups = ["x" + group.zfill(3) for group in groups[:-1]] + [groups[-1].zfill(3)]
    return "journal/tile/entries/" + "/".join(groups) + (f".p/{width}" if width < 256 else "")


def head(text):  # origin, number of entries, root
    origin, size, root = text.split("\n")[:3]
    return origin, int(size), root


# What was asked for: which days, whose, and what was closed when it was made.
said = [line.split(": ", 1) for line in pathlib.Path("manifest").read_text("utf-8").split("\n\n")[0].split("\n")[1:]]
asked = dict(said)
flaws = [flaw.split(" ") for name, flaw in said if name == "finding"]
unsound = {tuple(of.split("/")[:2]) for part, of, _ in flaws if part == "sheet"}  # weeks of which a sheet is known not to be here
for flaw in flaws:
    print("NOT as it was signed already when the pack was made:", *flaw)
moment = lambda at: datetime.datetime.fromisoformat(at[:19]) + datetime.timedelta(hours=8)  # Taipei
theirs = lambda member: asked["member"] in ("all", member)


def week_is_due(member, week):  # over for a day, with a day of those asked for
    monday = datetime.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    first, sunday, closed = (str(monday + datetime.timedelta(days=days)) for days in (0, 6, 8))
    return theirs(member) and first <= asked["to"] and asked["from"] <= sunday and closed <= str(moment(asked["made at"]).date())


def sample_is_due(entry):  # drawn, of a month with a day of those asked for
    act, month = entry["ref"].split(":")
    is_asked = asked["from"][:7] <= month <= asked["to"][:7]
    return act == "draw" and theirs(entry["member"]) and is_asked and moment(entry["at"]) <= moment(asked["made at"])


# The checkpoints: of the journal, from before the days asked for, and under each sheet.
origin, size, root = head(pathlib.Path("journal/checkpoint").read_text("utf-8"))
proofs = {file: file.read_text("utf-8") for file in sorted(pathlib.Path("sheets").rglob("*.proof"))}
older = {str(file): head(file.read_text("utf-8")) for file in sorted(pathlib.Path(".").glob("checkpoints/*.checkpoint"))}
for file, text in proofs.items():
    lines = text.split("\n")
    for _ in range(3):
        lines = lines[lines.index("") + 1:]
    older[str(file)] = head("\n".join(lines))
sizes = {own for _, own, _ in older.values()}

# The entries against the signed root, and what is looked for among them.
stack, index, roots, queries, entries, drawn = [], 0, {}, {}, {}, set()
for number in range((size + 255) // 256):
    data, at = pathlib.Path(path(number, min(256, size - number * 256))).read_bytes(), 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        line, at = data[at + 2:end], end
        node = (1, sha(b"\0" + line))
        while stack and stack[-1][0] == node[0]:
            node = (2 * node[0], sha(b"\1" + stack.pop()[1] + node[1]))
        stack.append(node)
        entry = json.loads(line)
        if entry["kind"] == "query":
            week = "{:04}-W{:02}".format(*moment(entry["at"]).isocalendar()[:2])
            queries.setdefault((entry["member"], week), []).append(index)
        elif entry["kind"] in ("certificate", "reconciliation"):
            entries[index] = entry
        elif entry["kind"] == "sample" and sample_is_due(entry):
            drawn.add(f"{entry['member']}-{entry['ref'].split(':')[1]}")
        index += 1
        if index in sizes or index == size:
            top = sha(b"")
            for _, hash in reversed(stack):
                top = hash if top == sha(b"") else sha(b"\1" + hash + top)
            roots[index] = base64.b64encode(top).decode()
must(index == size and (size == 0 or roots[size] == root), "the entries of the journal")
print(f"journal {origin}: {size} entries, as they were signed")
for file, (own_origin, own_size, own_root) in older.items():
    must((own_origin, own_root) == (origin, roots.get(own_size, root)), f"{file} is no beginning of the journal")
print(f"{len(older)} older checkpoints: each is a beginning of this journal")

# Every query of a week is on exactly one of its sheets.
weeks = {}
for file, text in proofs.items():
    sheet = dict(line.split(" ", 1) for line in text.split("\n")[1:6])
    ends = [part.split("-") for part in sheet["entries"].split(",") if part]
    listed = [entry for end in ends for entry in range(int(end[0]), int(end[-1]) + 1)]
    weeks.setdefault((sheet["member"], sheet["week"]), []).extend(listed)
for (member, week), listed in weeks.items():
    must((member, week) in unsound or sorted(listed) == queries.get((member, week), []), f"the sheets of {member}, {week} are not exactly its queries")
for (member, week), listed in queries.items():
    must((member, week) in weeks or (member, week) in unsound or not week_is_due(member, week), f"no sheet of {member}, {week} is here, and it has {len(listed)} queries")
print(f"{len(proofs)} sheets of {len(weeks)} weeks: every query of these weeks is on exactly one, and no other closed week has any")
for name in sorted(drawn):
    must(pathlib.Path("samples", name, "sample.json").is_file(), f"the sample {name} was drawn and is not here")
print(f"{len(drawn)} samples were drawn: each is here")

# What reconciliations say, and the certificates, are what was entered.
found = [json.loads(file.read_text("utf-8")) for file in sorted(pathlib.Path(".").glob("reconciliations/*.json"))]
for one in found:
    payload = bytes.fromhex(one["payload"])
    committed = entries.get(one["entry"], {}).get("payload") == sha(payload).hex()
    must(committed and json.loads(payload[16:]) == one["said"], f"the reconciliation of entry {one['entry']}")
print(f"{len(found)} reconciliations: as they were entered")
known = {entry["ref"] for entry in entries.values() if entry["kind"] == "certificate"}
certificates = sorted(pathlib.Path("certificates").glob("*.certificate"))
for file in certificates:
    must(sha(file.read_bytes()).hex() in known, f"{file} is not in the journal")
print(f"{len(certificates)} certificates: as they were entered")
