# Checks what an evidence pack says against the journal in it; run it in the pack's folder: python3 programs/check-pack.py
# That the journal is the bureau's is what the signature under journal/checkpoint says: see README.txt.
import base64, bisect, csv, datetime, hashlib, json, pathlib, sys

if sys.argv[1:] or not pathlib.Path("manifest").is_file():
    print("usage: python3 programs/check-pack.py, without words, in the folder of an evidence pack", file=sys.stderr)
    sys.exit(2)
sha = lambda data: hashlib.sha256(data).digest()
wrong, told = [], [0]


def must(holds, what):  # what is wrong is told, and the rest is looked at all the same
    if not holds:
        wrong.append(what)
        print("NOT as it was signed: " + what, file=sys.stderr)


def done(what):  # a part in which nothing was wrong
    if len(wrong) == told[0]:
        print(what)
    told[0] = len(wrong)


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
# What did not verify already when it was made, and of which entries sheets claim to be that are not here because of it.
listed = pathlib.Path("findings").read_bytes()
flaws = [flaw.split(" ") for flaw in listed.decode("utf-8").split("\n")[1:-1]]
if sha(listed).hex() != asked["findings sha256"] or len(flaws) != int(asked["findings"]):
    sys.exit("NOT as it was signed: the list of findings")
ranges = lambda text: [(int(part.split("-")[0]), int(part.split("-")[-1])) for part in text.split(",") if part.strip("-")]
claimed, broken = {}, set()
for part, of, code, entries in flaws:
    print("NOT as it was signed already when the pack was made:", part, of, code)
    if part == "sheet" and code != "SHEET-MISSING":  # that one claims nothing: it is nowhere
        claimed.setdefault(tuple(of.split("/")[:2]), []).extend(ranges(entries))
    broken.add(tuple(of.split("/")[:3]))

# What has to be in it.
moment = lambda at: datetime.datetime.fromisoformat(at[:19]) + datetime.timedelta(hours=8)  # Taipei
theirs = lambda member: asked["member"] in ("all", member)


def register(name):
    file = pathlib.Path("registers", name + ".csv")
    formula = lambda cell: cell[:1] == "'" and cell[1:2] in set("=+-@\t\r＝＋－＠")  # as a spreadsheet would take it
    lines = csv.DictReader(file.open(encoding="utf-8", newline="")) if file.is_file() else []
    return [{key: cell[1:] if formula(cell) else cell for key, cell in line.items()} for line in lines]


make_hours = {member["code"]: int(member.get("make_hour") or 24) for member in register("members")}


def week_is_due(member, week):  # over, with a day of those asked for, and its sheets are made at that hour of the Monday after it
    monday = datetime.datetime.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    first, sunday = (str((monday + datetime.timedelta(days=days)).date()) for days in (0, 6))
    made = monday + datetime.timedelta(days=7, hours=make_hours.get(member, 24))
    return theirs(member) and first <= asked["to"] and asked["from"] <= sunday and made <= moment(asked["made at"])


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
stack, index, roots, queries, entries, drawn, opened = [], 0, {0: base64.b64encode(sha(b"")).decode()}, {}, {}, set(), asked["to"]
for number in range((size + 255) // 256):
    data, at = pathlib.Path(path(number, min(256, size - number * 256))).read_bytes(), 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        line, at = data[at + 2:end], end
        opened = str(moment(json.loads(line)["at"]).date()) if index == 0 else opened
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
if index != size or roots[size] != root:
    sys.exit("NOT as it was signed: the entries of the journal")
print(f"journal {origin}: {size} entries, as they were signed")
for file, (own_origin, own_size, own_root) in older.items():
    must((own_origin, own_root) == (origin, roots.get(own_size)), f"{file} is no beginning of the journal")
done(f"{len(older)} older checkpoints: each is a beginning of this journal")

# Every query of a week is on exactly one of its sheets; one that is on none here may be on one that is known not to be here.
weeks, there = {of: [] for of in claimed}, set()
for file, text in proofs.items():
    lines = text.split("\n")
    sheet = dict(line.split(" ", 1) for line in lines[1:7 if lines[0] == "mayfly-sheet/2" else 6])
    there.add((sheet["member"], sheet["week"], sheet["querier"], sheet.get("unit", "")))
    weeks.setdefault((sheet["member"], sheet["week"]), []).extend(ranges(sheet["entries"]))
for of, on_sheets in weeks.items():
    asked_in = queries.get(of, [])
    between = lambda first, last: asked_in[bisect.bisect_left(asked_in, first):bisect.bisect_right(asked_in, last)]
    on_these = sorted(entry for one in on_sheets for entry in between(*one))
    on_others = {entry for one in claimed.get(of, []) for entry in between(*one)}
    exactly = len(on_these) == sum(last - first + 1 for first, last in on_sheets) == len(set(on_these))
    must(exactly and set(asked_in) - set(on_these) <= on_others, f"the sheets of {of[0]}, {of[1]} are not exactly its queries")
for of, those in queries.items():
    must(of in weeks or not week_is_due(*of), f"no sheet of {of[0]}, {of[1]} is here, and it has {len(those)} queries")
but_those = ", but for those that the list of findings names" if flaws else ""
but = ", but for what those claim that are not here" if claimed else ""
done(f"{len(proofs)} sheets of {len(weeks)} weeks: every query of these weeks is on exactly one{but}, and no other closed week has any")

# Whoever had the right to query on a day of a closed week has a sheet for each unit, be it a nil sheet: as far as the registers say.
held, ends = {}, {}
for change in register(f"changes-{asked['from']}-{asked['to']}") + register("changes-entered-later"):
    who = (change["member"], change["account"], change["day"])
    if change["what"] == "end":
        ends.setdefault(who[:2], []).append(who[2])
    elif change["query"] == "Y":
        held[who] = {"unit": change["unit"], "to": "", "entered": change["entered_at"][:10]}
for who, line in held.items():
    line["to"] = min((end for end in ends.get(who[:2], []) if end >= who[2]), default="")
for one in register(f"authorisations-{asked['from']}") + register(f"authorisations-{asked['to']}"):
    if one["query"] == "Y":
        held.setdefault((one["member"], one["account"], one["from"]), {"unit": one["unit"], "entered": ""})["to"] = one["to"]
of_member, nil = {}, 0
for (code, account, since), line in sorted(held.items()):
    of_member.setdefault(code, []).append((account, since, line))
for member in register("members"):
    code = member["code"]
    first = max(member["valid_from"], opened, asked["from"]) if member.get("nil_sheets") == "Y" else "9999-12-31"
    monday = datetime.date.fromisoformat(first)
    monday -= datetime.timedelta(days=monday.weekday())
    while str(monday) <= asked["to"]:
        week, sunday = "{:04}-W{:02}".format(*monday.isocalendar()[:2]), str(monday + datetime.timedelta(days=6))
        is_member = not member["valid_to"] or member["valid_to"] > str(monday)
        lacks_all = (code, week) in queries and (code, week) not in weeks
        for account, since, line in of_member.get(code, []):
            is_held = since <= sunday and (not line["to"] or line["to"] > max(str(monday), since))
            if is_held and line["entered"] <= sunday and is_member and not lacks_all and week_is_due(code, week):
                nil += 1
                is_known = {(code, week, account), (code, week, "")} & broken
                must((code, week, account, line["unit"]) in there or is_known, f"no sheet of {account} is here, who had the right to query at {code} in {week}: {line['unit']}")
        monday += datetime.timedelta(days=7)
done(f"{nil} sheets of those who had the right to query: each is here{but_those}")
for name in sorted(drawn):
    must(pathlib.Path("samples", name, "sample.json").is_file(), f"the sample {name} was drawn and is not here")
done(f"{len(drawn)} samples were drawn: each is here")

# What reconciliations say, and the certificates, are what was entered.
found = [json.loads(file.read_text("utf-8")) for file in sorted(pathlib.Path(".").glob("reconciliations/*.json"))]
for one in found:
    payload = bytes.fromhex(one["payload"])
    committed = entries.get(one["entry"], {}).get("payload") == sha(payload).hex()
    must(committed and json.loads(payload[16:]) == one["said"], f"the reconciliation of entry {one['entry']}")
done(f"{len(found)} reconciliations: as they were entered")
known = {entry["ref"] for entry in entries.values() if entry["kind"] == "certificate"}
certificates = sorted(pathlib.Path("certificates").glob("*.certificate"))
for file in certificates:
    must(sha(file.read_bytes()).hex() in known, f"{file} is not in the journal")
done(f"{len(certificates)} certificates: as they were entered")
sys.exit(1 if wrong else 0)
