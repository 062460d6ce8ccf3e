# Checks proofs of weekly sheets without the program that made them: python3 check-sheet.py FILE.proof ...
# The signature under the checkpoint, which is the end of each file, is checked with openssl, as the journal's README says.
import base64, bisect, datetime, hashlib, json, pathlib, sys


def check(path):
    def must(holds, what):
        if not holds:
            sys.exit(f"{path}: NOT proven: {what}")

    sha = lambda data: hashlib.sha256(data).digest()
    parts, rest = [], pathlib.Path(path).read_bytes().decode("utf-8").split("\n")
    for _ in range(3):
        at = rest.index("")
        parts, rest = parts + [rest[:at]], rest[at + 1:]
    (head, lines, beside), (origin, size, root) = parts, rest[:3]
    # The content: with a unit, it has a line more, and says so in the first.
    must(head[0] in ("mayfly-sheet/1", "mayfly-sheet/2"), "no sheet")
    lines_of_content = 6 if head[0] == "mayfly-sheet/1" else 7
    content = "".join(line + "\n" for line in head[:lines_of_content]).encode()
    said = dict(line.split(" ", 1) for line in head[1:lines_of_content])
    must(("unit" in said) == (lines_of_content == 7), "another form of content")
    said.setdefault("unit", "")
    journal = {int(index): entry for index, entry in (line.split(" ", 1) for line in lines)}
    known, hashes = sorted(journal), iter([base64.b64decode(line) for line in beside])

    def node(start, end):  # RFC 6962: what is not shown is a hash of the proof
        at = bisect.bisect_left(known, start)
        if at == len(known) or known[at] >= end:
            return next(hashes)
        if end - start == 1:
            return sha(b"\0" + journal[start].encode())
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        return sha(b"\1" + node(start, middle) + node(middle, end))

    must(node(0, int(size)) == base64.b64decode(root) and next(hashes, None) is None, "lines that are not in the journal")
    ends = [part.split("-") for part in said["entries"].split(",") if part]
    must(sum(int(end[-1]) - int(end[0]) + 1 for end in ends) <= len(journal), "another number of queries")
    listed = [index for end in ends for index in range(int(end[0]), int(end[-1]) + 1)]
    must(len(listed) == int(said["queries"]), "another number of queries")
    for index in listed:
        entry = json.loads(journal.get(index, '{"kind":"","member":"","at":"2000-01-01T00:00:00"}'))
        day = datetime.datetime.fromisoformat(entry["at"][:19]) + datetime.timedelta(hours=8)
        week = "{:04}-W{:02}".format(*day.isocalendar()[:2])
        query = (entry["kind"], entry["member"], week) == ("query", said["member"], said["week"])
        must(query, f"entry {index} is no query of the member and week")
    acts = [int(line.split(" ")[2]) for line in head[lines_of_content:]]
    must(sorted(listed + acts) == known, "lines of neither its queries nor the acts on it")
    hands = []
    for line in head[lines_of_content:]:
        _, act, index, payload = line.split(" ")
        entry, payload = json.loads(journal[int(index)]), bytes.fromhex(payload.replace("-", ""))
        must((entry["kind"], entry["member"]) == ("sheet", said["member"]) and entry["ref"].startswith(act + ":"), act)
        if not payload:
            hands.append(f"{act}: the years of who did it are over")
            continue
        must(hashlib.sha256(payload).hexdigest() == entry["payload"], f"what entry {index} commits to")
        done = json.loads(payload[16:])
        same = all(str(done.get(name, "")) == said[name] for name in ("week", "querier", "unit", "queries"))
        must(same and done["sha256"] == sha(content).hex(), f"entry {index} is about another sheet")
        hands.append(f"{act} by {done['by']} {entry['at']}")
    must(hands and hands[0].startswith("make"), "nothing shows that it was made")
    print(f"{path}: {len(listed)} queries, sha256 {sha(content).hex()}, {', '.join(hands)}: proven")
    return origin, int(size), root


if not sys.argv[1:]:
    print("usage: python3 check-sheet.py FILE.proof ...", file=sys.stderr)
    sys.exit(2)
for path in sys.argv[1:]:
    print("  under the checkpoint", *check(path))
