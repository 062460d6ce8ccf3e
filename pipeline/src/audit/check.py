# Draws the sample again from the exported files; run it in the exported folder: python3 check.py [FOLDER JOURNAL]
import datetime, hashlib, json, pathlib, sys
if len(sys.argv) not in (1, 3) or not pathlib.Path((sys.argv + ["."])[1], "sample.json").is_file():
    print("usage: python3 check.py [FOLDER JOURNAL], where FOLDER has the sample.json of a drawn sample", file=sys.stderr)
    sys.exit(2)
folder, journal = (sys.argv[1:] or [".", "journal"])
sample, sha = json.loads(pathlib.Path(folder, "sample.json").read_text("utf-8")), lambda data: hashlib.sha256(data).digest()
said = {step["act"]: json.loads(bytes.fromhex(step["payload"])[16:]) for step in sample["steps"]}
text = lambda note: note[:note.rindex("\n\n")]  # what is signed, without the last line end
frozen, drawn = text(said["freeze"]["checkpoint"]), said["draw"]
parts = ["mayfly-sample-v1", sample["member"], sample["month"], frozen, said["commit"]["value"],
         drawn["value"] if "value" in drawn else text(drawn["next_checkpoint"])]
seed = sha("".join(part + "\n" for part in parts).encode())
population, acts, index = [], {}, 0
number = lambda file: int(str(file).split("entries/")[1].split(".p")[0].replace("x", "").replace("/", ""))
for file in sorted(filter(pathlib.Path.is_file, pathlib.Path(journal, "tile/entries").rglob("*")), key=number):
    data, at = file.read_bytes(), 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at:at + 2], "big")
        entry, index, at = json.loads(data[at + 2:end]), index + 1, end
        taipei = datetime.datetime.fromisoformat(entry["at"][:19]) + datetime.timedelta(hours=8)
        if (entry["kind"], entry["member"], taipei.strftime("%Y-%m")) == ("query", sample["member"], sample["month"]):
            population += [index - 1] if index <= int(frozen.split("\n")[1]) else []
        if (entry["kind"], entry["member"]) == ("sample", sample["member"]):
            acts[index - 1] = (entry["ref"], entry["payload"])
for step in sample["steps"]:
    payload = hashlib.sha256(bytes.fromhex(step["payload"])).hexdigest()
    assert acts[step["entry"]] == (step["act"] + ":" + sample["month"], payload), "an act is not in the journal"
size = said["extend"]["size"] if "extend" in said else min(len(population), max(10, -(-len(population) * 2 // 100)))
expected = sorted(population, key=lambda index: sha(seed + index.to_bytes(8, "big")))[:size]
good = [item["entry"] for item in sample["items"]] == expected
print(f"{len(population)} records, {size} drawn: " + ("the sample is" if good else "the sample is NOT") + " what the rule draws")
sys.exit(not good)
